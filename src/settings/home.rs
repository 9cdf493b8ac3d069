//! Where the credentials of an account are written: the place that its private key comes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use alloy_primitives::Address;

use super::accounts::{Whose, is_wallet_of};
use super::config::{ConfigFile, Profile, ProfileValue};
use super::env_file::EnvLine;
use super::files::{path_named, read_text};
use super::memory::Memory;
use super::profile_key::ProfileKey;
use super::secret_ref::SecretRef;
use super::target::{Target, quoted};
use super::{KeyProfile, Origin, OriginKind, Setting, Settings, Source, env_file, names};

/// A place that can take credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// Lines of a `.env`.
    EnvFile {
        path: PathBuf,
        /// The variables of key, secret and passphrase, where the profile names them.
        names: Option<[String; 3]>,
        /// The profile that reads the file. Without `names` it does not refer to the credentials yet.
        profile: Option<KeyProfile>,
    },
    Profile(KeyProfile),
}

/// How `keys derive` or `keys create` hands over API credentials that are to be in force, as its
/// argument: `--save` where the private key comes from a place that takes them, the file of the
/// credentials that are configured where it does not, else `--show-secrets`.
pub(crate) fn argument(places: &BTreeMap<Setting, Vec<Source>>, origin: Option<&Origin>) -> String {
    let target = Target::of(places, Setting::ApiKey);
    let takes_them = origin.is_some_and(|origin| matches!(origin.kind, OriginKind::Profile | OriginKind::EnvFile));
    let is_set =
        Setting::API_CREDENTIALS.iter().any(|setting| places.get(setting).is_some_and(|places| !places.is_empty()));
    match target {
        // a file that the environment overrides would not help
        Target::Variables { .. } if is_set => SHOWN.to_owned(),
        _ if takes_them => "--save".to_owned(),
        Target::EnvFile { path, .. } => format!("--save env={}", quoted(path)),
        Target::Profile { profile, .. } => format!("--save profile={}", quoted(profile)),
        Target::Variables { .. } | Target::Flag { .. } | Target::Unwritten { .. } => SHOWN.to_owned(),
    }
}

/// Nothing is written, and the values are printed.
pub(crate) const SHOWN: &str = "--show-secrets";

/// The place of the private key in use, for credentials of these settings (key, secret and
/// passphrase).
///
/// # Errors
///
/// Why nothing can be written where the key comes from, in a sentence.
pub(crate) fn of(settings: &Settings, credentials: [Setting; 3]) -> Result<Home, String> {
    if let Some(profile) = &settings.key_profile {
        return of_profile(profile, credentials);
    }
    let cannot =
        |what: &str| Err(format!("the private key in use comes from {what}, where credentials cannot be saved"));
    match settings.private_key.as_ref().map(|key| &key.source) {
        Some(Source::EnvFile { path, .. }) => {
            Ok(Home::EnvFile { path: PathBuf::from(path), names: None, profile: None })
        }
        Some(Source::Profile { path, name, .. }) => {
            Ok(Home::Profile(KeyProfile { name: name.clone(), path: PathBuf::from(path) }))
        }
        Some(Source::Variable { name }) => cannot(&format!("the environment ({name})")),
        Some(source) => cannot(&source.to_string()),
        None => Err("there is no private key".to_owned()),
    }
}

fn of_profile(profile: &KeyProfile, credentials: [Setting; 3]) -> Result<Home, String> {
    let read = read_profile(profile)?;
    let value = |setting: Setting| read.entries.iter().find(|entry| entry.setting == setting).map(|entry| &entry.value);
    let held: Vec<&ProfileValue> = credentials.into_iter().filter_map(value).collect();
    let itself = || Ok(Home::Profile(profile.clone()));
    let file = |path: &str| path_named(path, &profile.path);
    if held.is_empty() {
        return match value(Setting::PrivateKey) {
            Some(ProfileValue::SecretRef(SecretRef::EnvFile { path, .. })) => {
                Ok(Home::EnvFile { path: file(path), names: None, profile: Some(profile.clone()) })
            }
            _ => itself(),
        };
    }
    if held.iter().any(|value| matches!(value, ProfileValue::Text(_))) {
        return itself();
    }
    let mut lines: Vec<(PathBuf, String)> = Vec::new();
    for value in &held {
        if let ProfileValue::SecretRef(SecretRef::EnvFile { path, name }) = value {
            lines.push((file(path), name.clone()));
        }
    }
    match lines.as_slice() {
        [(path, key), (second, secret), (third, passphrase)] if path == second && path == third => Ok(Home::EnvFile {
            path: path.clone(),
            names: Some([key.clone(), secret.clone(), passphrase.clone()]),
            profile: Some(profile.clone()),
        }),
        _ => Err(format!(
            "the credentials of profile {} in {} are references, but not to a single .env",
            profile.name,
            profile.path.display()
        )),
    }
}

fn read_profile(profile: &KeyProfile) -> Result<Profile, String> {
    ConfigFile::read(&profile.path).and_then(|config| config.profile(&profile.name)).map_err(|error| error.to_string())
}

/// Why credentials of this signer must not be written to a `.env`: the private key there is another
/// signer's, or there is none and the funder is none of its wallets. What has neither is nobody's.
pub(crate) fn refusal_of_env_file(path: &Path, signer: Address) -> Option<String> {
    let (lines, _) = env_file::parse(&read_text(path).ok()?);
    let keys: Vec<(usize, &str, Address)> = lines
        .iter()
        .filter(|line| names::gives(Setting::PrivateKey, &line.name))
        .filter_map(|line| match Whose::of(&line.value) {
            Whose::Signer(address) => Some((line.line, line.name.as_str(), address)),
            _ => None,
        })
        .collect();
    let Some(&(line, name, other)) = keys.first() else { return refusal_by_funder(path, &lines, signer) };
    (!keys.iter().any(|(.., address)| *address == signer)).then(|| {
        format!("{} belongs to a different account: {name} in line {line} is the key of signer {other}", path.display())
    })
}

fn refusal_by_funder(path: &Path, lines: &[EnvLine], signer: Address) -> Option<String> {
    let funders: Vec<(&EnvLine, Address)> = lines
        .iter()
        .filter(|line| names::gives(Setting::Funder, &line.name))
        .filter_map(|line| Some((line, line.value.trim().parse().ok()?)))
        .collect();
    let (EnvLine { line, name, .. }, funder) = *funders.first()?;
    (!funders.iter().any(|(_, funder)| is_wallet_of(signer, *funder))).then(|| {
        format!(
            "{} seems to belong to a different account: {name} in line {line} is {funder}, which is not a wallet of \
             signer {signer}",
            path.display()
        )
    })
}

/// Why credentials of this signer must not be written to a profile, as [`refusal_of_env_file`]; the
/// profile that the key in use comes from is the signer's own.
pub(crate) fn refusal_of_profile(
    profile: &KeyProfile,
    signer: Address,
    own: Option<&KeyProfile>,
    environment: &BTreeMap<String, String>,
) -> Option<String> {
    if own == Some(profile) {
        return None;
    }
    let read = read_profile(profile).ok()?;
    let KeyProfile { name, path } = profile;
    match ProfileKey::read(&read, environment, &Memory::default()).whose()? {
        Whose::Signer(other) if other != signer => Some(format!(
            "profile {name} in {} belongs to a different account: its private key is that of signer {other}",
            path.display()
        )),
        Whose::Unknown | Whose::Keystore(_) => Some(format!(
            "profile {name} in {} has a private key that was not read, so its account is unknown",
            path.display()
        )),
        Whose::Signer(_) | Whose::Text(_) => None,
    }
}
