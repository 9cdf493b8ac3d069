//! What is wrong or worth knowing about settings.

use serde::{Deserialize, Serialize};

use super::Setting;

/// Something wrong or worth knowing about a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingProblem {
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// What it is about.
    pub setting: Subject,
    /// One sentence: what was found and where; never a secret's text.
    pub text: String,
    /// What to do about it.
    pub fix: String,
}

const RENAME: &str = "Rename ";
const TO: &str = " to ";

impl SettingProblem {
    /// The fix of a value under a misspelt name.
    pub(super) fn renaming(misspelt: &str, meant: &str) -> String {
        format!("{RENAME}{misspelt}{TO}{meant}")
    }

    /// The misspelt name that has the value.
    pub(crate) fn misspelt(&self) -> Option<&str> {
        let names = self.fix.strip_prefix(RENAME).filter(|_| self.kind == ProblemKind::NearMiss)?;
        names.split_once(TO).map(|(misspelt, _)| misspelt)
    }

    /// Whether it is about this setting.
    pub fn is_of(&self, setting: Setting) -> bool {
        self.setting == Subject::Setting(setting)
    }
}

/// What a problem is about. In JSON a name: `signature_type`, `profile`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The API credentials as a whole.
    ApiCredentials,
    /// A profile, or what stands beside the profiles.
    Profile,
    /// A `.env`, or a line of it.
    EnvFile,
    /// A setting of its own, such as the funder.
    #[serde(untagged)]
    Setting(Setting),
}

impl From<Setting> for Subject {
    fn from(setting: Setting) -> Self {
        Self::Setting(setting)
    }
}

/// The sorts of problems, each a problem or a mere note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// The value cannot be used.
    Invalid,
    /// Two places or names give different values, or one value is read differently.
    Conflict,
    /// A value that another place overrides, as is usual: a note.
    Shadowed,
    /// An address whose capital letters do not fit its digits: a note.
    Checksum,
    /// A name that nothing reads, close to one that is read.
    NearMiss,
    /// A wallet or a key under a name that nothing reads: a note, unless it explains a failure.
    Unread,
    /// How an unusual name or form is read: a note.
    Remark,
    /// A funder that is the wallet of somebody whose trades are copied; the check of the funder tells it.
    CopiedWallet,
    /// A URL of another service, or of another chain.
    OtherService,
    /// A key that works only for another address.
    OtherAddress,
    /// Something of one venue in the place of the other.
    VenueMixed,
}

impl ProblemKind {
    /// Whether it is worth a word, and nothing has to be done about it.
    pub fn is_note(self) -> bool {
        matches!(self, Self::Shadowed | Self::Checksum | Self::Unread | Self::Remark | Self::CopiedWallet)
    }
}
