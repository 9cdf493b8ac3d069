//! Where a setting has to be changed: the place that its value comes from, and what to write there.
//! Everything here is made from the places alone, so that a record tells the same as the run itself.

use std::collections::BTreeMap;

use super::edit::set_variables;
use super::{Setting, Source};

/// Where a setting has to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// Lines of a `.env`: every name that it has for the setting, so that none contradicts.
    EnvFile { path: &'a str, lines: Vec<EnvTarget<'a>> },
    /// A field of a profile; its line where it has one.
    Profile { path: &'a str, profile: &'a str, key: Setting, line: Option<usize> },
    /// The flag that it was given by.
    Flag { name: &'a str },
    /// Variables of the environment: those that are set, or the usual one where nothing is.
    Variables { names: Vec<&'a str> },
    /// A place that only the user writes: a key file, a keystore, the configuration of another program.
    Unwritten { source: &'a Source },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvTarget<'a> {
    pub(crate) name: &'a str,
    /// `None` where the file does not have it yet.
    pub(crate) line: Option<usize>,
}

impl<'a> Target<'a> {
    /// Finds it among the places of all settings, the one in force first.
    pub(crate) fn of(places: &'a BTreeMap<Setting, Vec<Source>>, setting: Setting) -> Self {
        let own = places.get(&setting).map_or(&[][..], Vec::as_slice);
        let usual = setting.usual_variable();
        match own.first().filter(|first| **first != Source::Default) {
            Some(Source::EnvFile { path, .. }) => {
                let here = own.iter().filter_map(|place| match place {
                    Source::EnvFile { path: other, name, line } if other == path => {
                        Some(EnvTarget { name, line: Some(*line) })
                    }
                    _ => None,
                });
                Self::EnvFile { path, lines: here.collect() }
            }
            Some(Source::Profile { path, name: profile, line, .. }) => {
                Self::Profile { path, profile, key: setting, line: Some(*line).filter(|line| *line > 0) }
            }
            Some(Source::Flag { name }) => Self::Flag { name },
            Some(Source::Variable { .. }) => {
                let names = own.iter().filter_map(|place| match place {
                    Source::Variable { name } => Some(name.as_str()),
                    _ => None,
                });
                Self::Variables { names: names.collect() }
            }
            Some(source) => Self::Unwritten { source },
            None => match usual_place(places) {
                Some(Source::EnvFile { path, .. }) => {
                    let lines = usual.map(|name| EnvTarget { name, line: None });
                    Self::EnvFile { path, lines: lines.into_iter().collect() }
                }
                Some(Source::Profile { path, name: profile, .. }) => {
                    Self::Profile { path, profile, key: setting, line: None }
                }
                _ => Self::Variables { names: usual.into_iter().collect() },
            },
        }
    }

    /// Whether it is a file that this program writes.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::EnvFile { .. } | Self::Profile { .. })
    }

    /// Where to write what, a line for each place; empty for the environment, see
    /// [`Target::command`].
    pub(crate) fn edits(&self, value: Written<'_>) -> Vec<String> {
        match self {
            Self::EnvFile { path, lines } => {
                let edit = |target: &EnvTarget<'_>| {
                    let line = value.variable(target.name);
                    match target.line {
                        Some(number) => format!("line {number} of {path}: {line}"),
                        None => format!("add to {path}: {line}"),
                    }
                };
                lines.iter().map(edit).collect()
            }
            Self::Profile { path, profile, key, line } => {
                let field = value.field(*key);
                vec![match line {
                    Some(line) => format!("line {line} of {path}, profile {profile}: {field}"),
                    None => format!("add to profile {profile} in {path}: {field}"),
                }]
            }
            Self::Flag { name } => vec![format!("in the command that you ran: {}", value.flag(name))],
            Self::Variables { names } => match value {
                Written::Value(_) => Vec::new(),
                Written::Words(words) => vec![format!("in the environment: {}: {words}", names.join(", "))],
            },
            Self::Unwritten { source } => vec![format!("{source}: {}", value.words())],
        }
    }

    /// The command for it, where one can help: only for what the environment sets, or for what is set
    /// nowhere when the account has no file.
    pub(crate) fn command(&self, value: &str) -> Option<String> {
        let Self::Variables { names } = self else { return None };
        let assigned = |name: &&str| format!("{name}={}", quoted(value));
        Some(format!("export {}", names.iter().map(assigned).collect::<Vec<_>>().join(" ")))
    }
}

/// What to write: the value itself, or words for it where it is secret or not known.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written<'a> {
    Value(&'a str),
    Words(&'a str),
}

impl Written<'_> {
    fn words(self) -> String {
        match self {
            Self::Value(text) => text.to_owned(),
            Self::Words(words) => words.to_owned(),
        }
    }

    fn variable(self, name: &str) -> String {
        match self {
            Self::Value(text) => set_variables("", &[(name, text)])
                .map_or_else(|_| format!("{name}={text}"), |line| line.trim_end().to_owned()),
            Self::Words(words) => format!("{name}: {words}"),
        }
    }

    fn field(self, key: Setting) -> String {
        match self {
            Self::Value(text) => format!("{key} = {}", toml_value(key, text)),
            Self::Words(words) => format!("{key}: {words}"),
        }
    }

    fn flag(self, flag: &str) -> String {
        match self {
            Self::Value(text) => format!("{flag} {}", quoted(text)),
            Self::Words(words) => format!("{flag}: {words}"),
        }
    }
}

/// The file that the account's other settings are in.
fn usual_place(places: &BTreeMap<Setting, Vec<Source>>) -> Option<&Source> {
    let in_force = [
        Setting::PrivateKey,
        Setting::SignatureType,
        Setting::Funder,
        Setting::ApiKey,
        Setting::UsKeyId,
        Setting::UsSecretKey,
    ]
    .into_iter();
    in_force
        .filter_map(|setting| places.get(&setting)?.first())
        .find(|place| matches!(place, Source::EnvFile { .. } | Source::Profile { .. }))
}

/// Numbers are numbers in a profile.
pub(super) fn toml_value(setting: Setting, text: &str) -> toml_edit::Value {
    match text.parse::<i64>() {
        Ok(number) if !setting.is_secret() => number.into(),
        _ => text.into(),
    }
}

/// A word as a shell takes it.
pub(crate) fn quoted(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| "…".to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(all: &[(Setting, &[Source])]) -> BTreeMap<Setting, Vec<Source>> {
        all.iter().map(|(setting, places)| (*setting, places.to_vec())).collect()
    }

    fn env_line(line: usize, name: &str) -> Source {
        Source::EnvFile { path: ".env".to_owned(), line, name: name.to_owned() }
    }

    fn variable(name: &str) -> Source {
        Source::Variable { name: name.to_owned() }
    }

    /// What is said of setting the funder, or `chain_id`, to `0x1` or 137.
    fn said(places: &BTreeMap<Setting, Vec<Source>>, setting: Setting, value: &str) -> Vec<String> {
        let target = Target::of(places, setting);
        target.edits(Written::Value(value)).into_iter().chain(target.command(value)).collect()
    }

    #[test]
    fn each_origin_has_its_own_words() {
        let profile = |key: &str, line| Source::Profile {
            path: "c.toml".to_owned(),
            name: "bot".to_owned(),
            key: key.to_owned(),
            line,
        };
        let flag = Source::Flag { name: "--chain-id".to_owned() };
        let lines = [env_line(7, "FUNDER"), env_line(9, "POLY_FUNDER")];
        for (setting, own, words) in [
            (Setting::Funder, &lines[..], "line 7 of .env: FUNDER=0x1; line 9 of .env: POLY_FUNDER=0x1"),
            (Setting::Funder, &[profile("funder", 4)], "line 4 of c.toml, profile bot: funder = \"0x1\""),
            (Setting::ChainId, &[profile("chain_id", 4)], "line 4 of c.toml, profile bot: chain_id = 137"),
            (Setting::ChainId, &[flag.clone(), env_line(3, "CHAIN_ID")], "in the command that you ran: --chain-id 137"),
            (Setting::Funder, &[variable("FUNDER"), env_line(3, "FUNDER")], "export FUNDER=0x1"),
            (Setting::Funder, &[], "export POLYMARKET_FUNDER=0x1"),
        ] {
            let value = if setting == Setting::Funder { "0x1" } else { "137" };
            assert_eq!(said(&places(&[(setting, own)]), setting, value).join("; "), words);
        }
    }

    #[test]
    fn what_is_set_nowhere_goes_to_the_file_of_the_key() {
        let key = places(&[(Setting::PrivateKey, &[env_line(1, "PK")])]);
        assert_eq!(said(&key, Setting::Funder, "0x1"), ["add to .env: POLYMARKET_FUNDER=0x1"]);
        let profile = Source::Profile { path: "c".to_owned(), name: "b".to_owned(), key: "funder".to_owned(), line: 2 };
        let other = places(&[(Setting::PrivateKey, &[variable("PK")]), (Setting::Funder, &[profile])]);
        assert_eq!(said(&other, Setting::SignatureType, "2"), ["add to profile b in c: signature_type = 2"]);
        assert_eq!(
            said(&places(&[(Setting::PrivateKey, &[variable("PK")])]), Setting::Nonce, "1"),
            ["export POLYMARKET_NONCE=1"]
        );
    }
}
