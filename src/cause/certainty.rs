//! What the evidence of a cause is worth.

use serde::Serialize;

/// What the evidence of a cause is worth, in words that each stand for a kind of evidence; the
/// greatest is the most certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// It fits what was reported or found, and so do others.
    Possible,
    /// What was found points to it alone, and nothing contradicts it.
    Likely,
    /// Reproduced, recovered, measured beyond its error, or read from the chain or from the settings.
    Proven,
}

impl Certainty {
    /// The least certain first.
    pub const ALL: [Self; 3] = [Self::Possible, Self::Likely, Self::Proven];

    /// `possible`, `likely` or `proven`, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Proven => "proven",
        }
    }

    /// What stands before a cause of this certainty, the first of a list or a further one.
    pub fn heading(self, is_first: bool) -> &'static str {
        match (self, is_first) {
            (Self::Proven, true) => "Root cause (proven)",
            (Self::Proven, false) => "Also (proven)",
            (Self::Likely, _) => "Likely",
            (Self::Possible, _) => "Possible",
        }
    }
}
