//! Which variables of a `.env` hold credentials.

#![expect(clippy::doc_markdown, reason = "some of these comments are the help text")]

use crate::auth::l2::ApiCredentials;
use crate::settings::{CredentialParts, Setting, Settings, edit};

/// Which variables a `.env` gets that has none of them yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Names {
    /// CLOB_API_KEY etc., as in the TypeScript and Python clients
    Clob,
    /// POLYMARKET_API_KEY etc., as in the Rust client
    Polymarket,
}

/// Whose credentials are saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Builder,
}

/// The variables of key, secret and passphrase that belong together.
type Family = [&'static str; 3];

const CLOB: Family = ["CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"];
const POLYMARKET: Family = ["POLYMARKET_API_KEY", "POLYMARKET_API_SECRET", "POLYMARKET_API_PASSPHRASE"];
const OF_USERS: [Family; 4] = [
    CLOB,
    ["POLY_API_KEY", "POLY_API_SECRET", "POLY_API_PASSPHRASE"],
    POLYMARKET,
    ["POLY_API_KEY", "POLY_SECRET", "POLY_PASSPHRASE"],
];
const POLY_BUILDER: Family = ["POLY_BUILDER_API_KEY", "POLY_BUILDER_SECRET", "POLY_BUILDER_PASSPHRASE"];
const POLYMARKET_BUILDER: Family =
    ["POLYMARKET_BUILDER_API_KEY", "POLYMARKET_BUILDER_SECRET", "POLYMARKET_BUILDER_PASSPHRASE"];
const OF_BUILDERS: [Family; 3] =
    [POLY_BUILDER, ["BUILDER_API_KEY", "BUILDER_SECRET", "BUILDER_PASS_PHRASE"], POLYMARKET_BUILDER];

impl Kind {
    /// The settings of key, secret and passphrase.
    pub(crate) fn settings(self) -> [Setting; 3] {
        match self {
            Self::User => Setting::API_CREDENTIALS,
            Self::Builder => Setting::BUILDER_CREDENTIALS,
        }
    }

    pub(super) fn families(self) -> &'static [Family] {
        match self {
            Self::User => &OF_USERS,
            Self::Builder => &OF_BUILDERS,
        }
    }

    fn family(self, names: Option<Names>) -> Family {
        match (self, names) {
            (Self::User, Some(Names::Polymarket)) => POLYMARKET,
            (Self::User, Some(Names::Clob) | None) => CLOB,
            (Self::Builder, Some(Names::Polymarket)) => POLYMARKET_BUILDER,
            (Self::Builder, Some(Names::Clob) | None) => POLY_BUILDER,
        }
    }

    /// The variables of key, secret and passphrase: those that the text has; where it has none for
    /// one of them, the name that goes with the others, else that of the family that is asked for.
    pub(super) fn names_in(self, text: &str, names: Option<Names>) -> [Vec<&'static str>; 3] {
        let held = self.settings().map(|setting| {
            setting.variables().iter().copied().filter(|name| is_assigned(text, name)).collect::<Vec<&'static str>>()
        });
        let is_held = |family: &&Family| family.iter().zip(&held).any(|(name, held)| held.contains(name));
        let family = self.families().iter().find(is_held).copied().unwrap_or_else(|| self.family(names));
        let mut all = held;
        for (held, name) in all.iter_mut().zip(family) {
            if held.is_empty() {
                held.push(name);
            }
        }
        all
    }

    /// The lines of a `.env`, to be shown.
    pub(crate) fn lines(self, names: Option<Names>, credentials: &ApiCredentials) -> String {
        let parts = [credentials.key.as_str(), credentials.secret.expose(), credentials.passphrase.expose()];
        let lines: Vec<String> =
            self.family(names).iter().zip(parts).map(|(name, value)| format!("{name}={value}\n")).collect();
        lines.concat()
    }

    pub(crate) fn configured(self, settings: &Settings) -> &CredentialParts {
        match self {
            Self::User => &settings.credentials,
            Self::Builder => &settings.builder,
        }
    }
}

pub(super) fn is_assigned(text: &str, name: &str) -> bool {
    edit::assignments(text).iter().any(|assignment| assignment.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_of_a_family_is_read_for_its_own_setting() {
        for kind in [Kind::User, Kind::Builder] {
            for family in kind.families() {
                for (setting, name) in kind.settings().into_iter().zip(family) {
                    assert!(setting.variables().contains(name), "{name} is not read as {setting}");
                }
            }
            for names in [None, Some(Names::Clob), Some(Names::Polymarket)] {
                assert!(kind.families().contains(&kind.family(names)));
            }
        }
    }

    #[test]
    fn a_missing_variable_gets_the_name_that_goes_with_the_others() {
        for kind in [Kind::User, Kind::Builder] {
            for family in kind.families() {
                for held in family {
                    let names = kind.names_in(&format!("{held}=x\n"), None);
                    let whole = kind.families().iter().find(|family| family.contains(held)).unwrap();
                    assert_eq!(names.each_ref().map(|names| names[0]), *whole, "{held}");
                }
            }
        }
    }
}
