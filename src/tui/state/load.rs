//! Which settings are read, what is run with them, and what there is to know of them.

use super::task::Draft;

/// Which settings to start from; the ones of the command line unless said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Another profile.
    pub profile: Option<String>,
    /// The embedded sandbox, with its usual scenario.
    pub demo: bool,
    /// The answers of the set-up wizard, over everything else.
    pub draft: Option<Draft>,
}

/// What to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Everything while watching, which is shown when it is over.
    AllUnseen,
    /// A check by its id, with what it needs.
    Check(&'static str),
    /// A round of watching.
    Round,
}

impl Scope {
    /// Whether a person waits for it, and sees how it goes on.
    pub fn is_seen(self) -> bool {
        matches!(self, Self::All | Self::Check(_))
    }
}

/// What there is to know of settings beside the facts.
#[derive(Clone, Debug, Default)]
pub struct SessionInfo {
    /// Said in the header, such as `demo: funder-is-signer`.
    pub title: Option<String>,
    /// The profiles that one may switch to.
    pub profiles: Vec<String>,
    /// The one that was switched to. One that is merely the default is named by nobody.
    pub switched_to: Option<String>,
    /// The longest wait for one request, in whole seconds.
    pub timeout_s: u64,
    /// These are recorded facts: nothing is asked.
    pub recorded: bool,
    /// Nothing is configured yet: the questions to begin with.
    pub first_run: Option<Draft>,
    /// There are profiles, and nothing says which one is meant.
    pub chooses_profile: bool,
}

impl SessionInfo {
    /// Whether a run starts at once.
    pub(in crate::tui) fn runs(&self) -> bool {
        !self.recorded && self.first_run.is_none()
    }
}

/// Settings that were read again.
#[derive(Clone, Debug)]
pub struct Renewed {
    pub about: SessionInfo,
    /// Whether they are others than before.
    pub anew: bool,
}
