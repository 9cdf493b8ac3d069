//! Values of a profile that are copies: the `.env` that it refers to says something else by now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml_edit::Value;

use super::config::{Profile, ProfileEntry, ProfileValue};
use super::conflicts::same;
use super::env_file::{self, EnvLine};
use super::files::{path_named, read_text};
use super::memory::Memory;
use super::names;
use super::secret_ref::SecretRef;
use super::{ProblemKind, Setting, SettingProblem, Source, Sourced};

/// What is worth a warning where the `.env` sets it and the profile does not, with what holds then.
const LEFT_OUT: [(Setting, &str); 5] = [
    (Setting::SignatureType, "0"),
    (Setting::Funder, ""),
    (Setting::ChainId, "137"),
    (Setting::Nonce, "0"),
    (Setting::BuilderCode, ""),
];

/// A value of a profile, or one that it lacks, which its `.env` gives otherwise.
pub(super) struct Copy {
    pub(super) setting: Setting,
    /// Where the profile says the value; `None` where it leaves it out.
    pub(super) source: Option<Source>,
    pub(super) problem: SettingProblem,
}

/// What a profile says otherwise than the `.env` files that it refers to.
#[must_use]
pub(crate) fn diverging(profile: &Profile) -> Vec<SettingProblem> {
    copies(profile).into_iter().map(|copy| copy.problem).collect()
}

impl Profile {
    /// What a reference comes to by now, of a setting that may be shown; `None` for a value that stands
    /// in the profile, and where it is not there.
    pub(crate) fn current(
        &self,
        entry: &ProfileEntry,
        environment: &BTreeMap<String, String>,
    ) -> Option<Sourced<String>> {
        let ProfileValue::SecretRef(place) = &entry.value else { return None };
        if place.is_costly() {
            return None;
        }
        let found = place.read(environment, &entry.source, &self.path, &Memory::default()).ok()?;
        let value = shown(entry.setting, found.value.expose())?;
        Some(Sourced::new(value, found.source))
    }
}

pub(super) fn copies(profile: &Profile) -> Vec<Copy> {
    files(profile).iter().flat_map(|path| of_file(profile, path)).collect()
}

/// The `.env` files of the account: those that the profile refers to under names that bots read. What
/// else they hold is the account's, too, unless their private key is another's.
fn files(profile: &Profile) -> BTreeSet<PathBuf> {
    let named = profile.entries.iter().filter_map(|entry| match &entry.value {
        ProfileValue::SecretRef(SecretRef::EnvFile { path, name }) if names::is_known(name) => {
            Some(path_named(path, &profile.path))
        }
        _ => None,
    });
    named.collect()
}

fn of_file(profile: &Profile, path: &Path) -> Vec<Copy> {
    // that it cannot be read is said where it is referred to
    let Ok(text) = read_text(path) else { return Vec::new() };
    let (lines, _) = env_file::parse(&text);
    if !is_of_account(profile, path, &lines) {
        return Vec::new();
    }
    let others = Setting::ALL.into_iter().filter(|setting| *setting != Setting::PrivateKey);
    others.filter_map(|setting| copy(profile, setting, path, line_of(&lines, setting)?)).collect()
}

/// Whether the private key of a `.env`, if it has one, is the one of the profile.
fn is_of_account(profile: &Profile, file: &Path, lines: &[EnvLine]) -> bool {
    let key = Setting::PrivateKey;
    let Some(in_file) = line_of(lines, key) else { return true };
    let entry = profile.entries.iter().find(|entry| entry.setting == key);
    match entry.map(|entry| &entry.value) {
        Some(ProfileValue::SecretRef(SecretRef::EnvFile { path, name })) => {
            path_named(path, &profile.path) == file && *name == in_file.name
        }
        Some(ProfileValue::Text(text)) => same(key, text, &in_file.value),
        // it is not said here whose it is
        Some(ProfileValue::SecretRef(_)) => false,
        None => true,
    }
}

/// The line that programs read for a setting.
fn line_of(lines: &[EnvLine], setting: Setting) -> Option<&EnvLine> {
    let last = |name: &&str| lines.iter().rfind(|line| line.name == *name && !line.value.trim().is_empty());
    setting.variables().iter().find_map(last)
}

fn copy(profile: &Profile, setting: Setting, path: &Path, line: &EnvLine) -> Option<Copy> {
    let entry = profile.entries.iter().find(|entry| entry.setting == setting);
    let what = setting.spoken();
    let at = format!("line {} of {}", line.line, path.display());
    let shown = |value: &str| shown(setting, value);
    let text = match entry.map(|entry| &entry.value) {
        Some(ProfileValue::SecretRef(_)) => return None,
        Some(ProfileValue::Text(text)) if same(setting, text, &line.value) => return None,
        Some(ProfileValue::Text(text)) => match (shown(text), shown(&line.value)) {
            (Some(ours), Some(theirs)) => format!("{what}: profile {} has {ours}, {at} has {theirs}", profile.name),
            _ => format!("{what}: profile {} and {at} have different values", profile.name),
        },
        None => {
            let (_, default) = LEFT_OUT.iter().find(|(left_out, _)| *left_out == setting)?;
            if same(setting, default, &line.value) {
                return None;
            }
            let theirs = shown(&line.value)?;
            format!("{what}: {at} has {theirs}, profile {} does not set it", profile.name)
        }
    };
    let place = SecretRef::EnvFile { path: path.display().to_string(), name: line.name.clone() };
    let problem = SettingProblem {
        kind: ProblemKind::Conflict,
        setting: setting.into(),
        text,
        fix: format!("Refer to the line in the profile: {setting} = {}", Value::from(place)),
    };
    Some(Copy { setting, source: entry.map(|entry| entry.source.clone()), problem })
}

/// A value that may be shown: no secret, no URL, which may hold an access key, and no long text, which
/// may be a secret in the wrong place.
fn shown(setting: Setting, value: &str) -> Option<String> {
    const LONGEST: usize = 42;
    let value: String = value.trim().chars().filter(|c| !c.is_control()).collect();
    let may_be_shown = !setting.is_secret() && !setting.is_url() && value.chars().count() <= LONGEST;
    may_be_shown.then_some(value)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::ConfigFile;

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    const OTHER: &str = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";

    fn said(env: &str, profile: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path(".env"), env).unwrap();
        fs::write(path("config.toml"), format!("[profiles.bot]\n{profile}")).unwrap();
        let config = ConfigFile::read(&path("config.toml")).unwrap();
        let at = folder.path().display().to_string();
        diverging(&config.profile("bot").unwrap()).iter().map(|problem| problem.text.replace(&at, "")).collect()
    }

    #[test]
    fn a_copy_is_named_with_both_values_and_a_secret_with_none() {
        let env = format!("PK={KEY}\nFUNDER=0x1\nCLOB_SECRET=theirs\nRPC_URL=https://a/key\nSIGNATURE_TYPE=2\n");
        let profile = "private_key = { env_file = \".env\", name = \"PK\" }\nfunder = \"0x2\"\n\
                       api_secret = \"ours\"\nrpc_url = \"https://b/key\"\nsignature_type = \"gnosis-safe\"\n";
        assert_eq!(
            said(&env, profile),
            [
                "funder: profile bot has 0x2, line 2 of /.env has 0x1",
                "API secret: profile bot and line 3 of /.env have different values",
                "RPC URL: profile bot and line 4 of /.env have different values",
            ]
        );
    }

    #[test]
    fn what_the_profile_leaves_out_counts_unless_it_is_the_default() {
        let key = "private_key = { env_file = \".env\", name = \"PK\" }\n";
        let env = format!("PK={KEY}\nCHAIN_ID=137\nSIGNATURE_TYPE=1\nCLOB_API_KEY=a\n");
        assert_eq!(said(&env, key), ["signature type: line 3 of /.env has 1, profile bot does not set it"]);
    }

    #[test]
    fn a_file_of_another_account_or_names_of_its_own_say_nothing() {
        let env = format!("PK={OTHER}\nBOT_KEY={KEY}\nFUNDER=0x1\nCLOB_SECRET=a\n");
        for key in [
            "{ env_file = \".env\", name = \"BOT_KEY\" }".to_owned(),
            format!("\"{KEY}\""),
            "{ env = \"BOT_KEY\" }".to_owned(),
        ] {
            let profile = format!(
                "private_key = {key}\nfunder = \"0x2\"\napi_secret = {{ env_file = \".env\", name = \"CLOB_SECRET\" }}\n"
            );
            assert_eq!(said(&env, &profile), Vec::<String>::new(), "{key}");
        }
    }
}
