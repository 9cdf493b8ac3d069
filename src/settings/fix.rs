//! From the settings that a diagnosis wants to changes of the files that they came from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::change::{ChangeError, FileChange};
use super::home;
use super::target::{Target, Written, toml_value};
use super::wanted::{self, FixKey, Wanted};
use super::{CredentialParts, Setting, Settings, Sourced, selecting};
use crate::secret::Secret;

/// What a fix comes to: changes of files, and what only the user can do.
#[derive(Debug, Default)]
pub struct Plan {
    /// One for each file, none of them made yet.
    pub changes: Vec<FileChange>,
    /// What the user has to do, setting by setting.
    pub by_hand: Vec<ByHand>,
}

/// A setting that no change of a file can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// As in `fix.settings` of the report.
    pub setting: FixKey,
    /// One sentence without a full stop.
    pub reason: String,
    /// A line for a shell, where one does it.
    pub command: Option<String>,
}

/// Plans how to set what a diagnosis wants (`fix.settings` of the report). Nothing is written.
///
/// # Errors
///
/// [`ChangeError`] when a file that would be changed cannot be read or edited.
pub fn plan(settings: &Settings, wanted: &Wanted) -> Result<Plan, ChangeError> {
    let mut plan = Plan::default();
    let mut edits = Edits::default();
    for (&key, value) in wanted {
        match values(settings, key, value) {
            Ok(values) => {
                for (setting, text) in values {
                    if let Err(by_hand) = place(settings, setting, text, &mut edits) {
                        plan.by_hand.push(by_hand);
                    }
                }
            }
            Err(by_hand) => plan.by_hand.push(by_hand),
        }
    }
    let lines = |values: &[(String, Secret)]| {
        values.iter().map(|(name, text)| (name.clone(), text.clone())).collect::<Vec<_>>()
    };
    for (path, values) in &edits.variables {
        let values = lines(values);
        let values: Vec<_> = values.iter().map(|(name, text)| (name.as_str(), text.expose())).collect();
        plan.changes.push(FileChange::of_variables(path, &values)?);
    }
    for ((path, profile), values) in &edits.profiles {
        plan.changes.push(FileChange::of_config(path, |config| {
            values
                .iter()
                .try_for_each(|(setting, text)| config.set(profile, *setting, toml_value(*setting, text.expose())))
        })?);
    }
    plan.changes.retain(|change| !change.is_empty());
    Ok(plan)
}

/// What is to be set where, a file's edits together.
#[derive(Default)]
struct Edits {
    variables: BTreeMap<PathBuf, Vec<(String, Secret)>>,
    profiles: BTreeMap<(PathBuf, String), Vec<(Setting, Secret)>>,
}

/// The settings that a wanted one stands for, each with the text that it gets.
fn values(settings: &Settings, key: FixKey, value: &Value) -> Result<Vec<(Setting, Secret)>, ByHand> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let by_hand = |reason: &str, command: Option<&str>| {
        Err(ByHand { setting: key, reason: reason.to_owned(), command: command.map(str::to_owned) })
    };
    let keys = |verb: &str| {
        let argument = home::argument(&settings.places, settings.origin.as_ref());
        selecting(&format!("polydoctor keys {verb} {argument}"), &settings.selection)
    };
    match key {
        FixKey::Setting(
            setting @ (Setting::SignatureType
            | Setting::Funder
            | Setting::ChainId
            | Setting::Nonce
            | Setting::ClobUrl
            | Setting::UsUrl
            | Setting::UsGatewayUrl
            | Setting::RelayerApiKeyAddress),
        ) => Ok(vec![(setting, Secret::new(text))]),
        FixKey::Setting(Setting::PrivateKey) => match surrounded_key(settings) {
            Some(key) => Ok(vec![(Setting::PrivateKey, key)]),
            None => by_hand("Export the private key from the wallet that you log in with: only you have it", None),
        },
        FixKey::ApiCredentials if text == wanted::CLEANED => match surrounded(&settings.credentials) {
            cleaned if !cleaned.is_empty() => Ok(cleaned),
            _ => by_hand("Remove the quotes or whitespace around the secret", None),
        },
        FixKey::ApiCredentials if text == wanted::CREATED => by_hand("The CLOB creates them", Some(&keys("create"))),
        FixKey::ApiCredentials => by_hand("Derive them from the private key", Some(&keys("derive"))),
        FixKey::BuilderCredentials => by_hand("Copy them from your builder profile on polymarket.com", None),
        FixKey::Setting(_) => by_hand(&format!("Set it to {text}"), None),
    }
}

/// The key as every client takes it, where only what surrounds it is wrong.
fn surrounded_key(settings: &Settings) -> Option<Secret> {
    let parsed = settings.parsed_key()?;
    let refused = parsed.warnings.iter().any(|remark| remark.is_refused());
    refused.then(|| Secret::new(alloy_primitives::hex::encode_prefixed(parsed.signer.to_bytes())))
}

/// The parts of credentials that have white space or quotes around them, without those.
fn surrounded(parts: &CredentialParts) -> Vec<(Setting, Secret)> {
    let secret = |part: &Option<Sourced<Secret>>| part.as_ref().and_then(|part| part.value.trimmed());
    let key = parts.key.as_ref().and_then(|key| Secret::new(key.value.clone()).trimmed());
    [
        key.map(|key| (Setting::ApiKey, key)),
        secret(&parts.secret).map(|secret| (Setting::ApiSecret, secret)),
        secret(&parts.passphrase).map(|passphrase| (Setting::ApiPassphrase, passphrase)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Finds the place where a setting is to be set.
fn place(settings: &Settings, setting: Setting, text: Secret, edits: &mut Edits) -> Result<(), ByHand> {
    let target = Target::of(&settings.places, setting);
    let by_hand = |reason: &str, what: &str| {
        let value = if setting.is_secret() { None } else { Some(text.expose()) };
        let words = value.map_or(Written::Words("without the surrounding characters"), Written::Value);
        let lines = target.edits(words);
        let reason =
            if lines.is_empty() { format!("{reason} {what}") } else { format!("{reason} {}", lines.join("; ")) };
        Err(ByHand {
            setting: setting.into(),
            reason: reason.trim_end().to_owned(),
            command: value.and_then(|value| target.command(value)),
        })
    };
    match &target {
        Target::EnvFile { path, lines } => {
            let file = edits.variables.entry(Path::new(path).to_owned()).or_default();
            file.extend(lines.iter().map(|line| (line.name.to_owned(), text.clone())));
            Ok(())
        }
        Target::Profile { path, profile, key, .. } => {
            let place = (Path::new(path).to_owned(), (*profile).to_owned());
            edits.profiles.entry(place).or_default().push((*key, text));
            Ok(())
        }
        Target::Flag { .. } => by_hand("It was passed as a flag:", ""),
        Target::Variables { names } if settings.places.get(&setting).is_some_and(|places| !places.is_empty()) => {
            by_hand("It comes from the environment, which only your shell or service can change:", &names.join(", "))
        }
        Target::Variables { .. } => {
            by_hand("It is not set anywhere, and this account has no .env or profile to set it in", "")
        }
        Target::Unwritten { .. } => by_hand("It comes from a place that polydoctor does not edit:", ""),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;
    use crate::settings::{EnvFile, Inputs, load};

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    const SAFE: &str = "0xd93B25cb943D14d0d34FBaF01Fc93a0F8b5f6e47";

    /// The plan for these variables, this `.env` and this configuration, and what the files become.
    fn planned(variables: &[(&str, &str)], env: &str, config: &str, wanted: &Value) -> (Vec<ByHand>, String, String) {
        let folder = tempfile::tempdir().unwrap();
        let (env_path, config_path) = (folder.path().join(".env"), folder.path().join("config.toml"));
        fs::write(&env_path, env).unwrap();
        fs::write(&config_path, config).unwrap();
        let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let env_file = if env.is_empty() { EnvFile::None } else { EnvFile::Named(env_path.clone()) };
        let inputs = Inputs { environment, env_file, config_file: Some(config_path.clone()), ..Inputs::default() };
        let plan = plan(&load(&inputs).unwrap(), &serde_json::from_value(wanted.clone()).unwrap()).unwrap();
        for change in &plan.changes {
            assert!(change.diff().iter().all(|line| !line.text.contains(&KEY[2..])));
            change.apply().unwrap();
        }
        let read = |path| fs::read_to_string(path).unwrap();
        (plan.by_hand, read(env_path), read(config_path))
    }

    #[test]
    fn a_value_is_set_where_it_came_from() {
        let wanted = json!({ "funder": SAFE, "signature_type": 2 });
        let env = format!("PK={KEY}\nFUNDER=0x1 # wrong\nPOLY_FUNDER=0x2\n");
        let (by_hand, env, _) = planned(&[], &env, "", &wanted);
        assert_eq!(by_hand, []);
        assert_eq!(
            env,
            format!("PK={KEY}\nFUNDER={SAFE} # wrong\nPOLY_FUNDER={SAFE}\nPOLYMARKET_SIGNATURE_TYPE=2\n"),
            "all names of the file, and what was nowhere beside the key"
        );
        let config = format!("[profiles.default]\nfunder = \"0x1\"\nprivate_key = \"{KEY}\"\n");
        let (by_hand, _, config) = planned(&[], "", &config, &wanted);
        assert_eq!(by_hand, []);
        assert_eq!(
            config,
            format!("[profiles.default]\nfunder = \"{SAFE}\"\nprivate_key = \"{KEY}\"\nsignature_type = 2\n")
        );
    }

    #[test]
    fn what_no_file_holds_is_told_as_a_command() {
        let wanted = json!({ "funder": SAFE, "api_credentials": "the derived ones" });
        let (by_hand, env, _) = planned(&[("FUNDER", "0x1"), ("PK", KEY)], "POLY_FUNDER=0x1\n", "", &wanted);
        assert_eq!(env, "POLY_FUNDER=0x1\n", "it is not in force");
        let commands: Vec<_> = by_hand.iter().map(|by_hand| by_hand.command.as_deref().unwrap()).collect();
        assert_eq!(commands[0], format!("export FUNDER={SAFE}"));
        assert!(commands[1].starts_with("polydoctor keys derive --show-secrets --env-file "), "{commands:?}");
    }

    #[test]
    fn what_surrounds_a_secret_is_taken_away() {
        let env = format!("PK=\"'{}' \"\nCLOB_API_KEY=a\nCLOB_SECRET=' b'\n", &KEY[2..]);
        let wanted = json!({ "private_key": "the same key", "api_credentials": wanted::CLEANED });
        let (by_hand, env, _) = planned(&[], &env, "", &wanted);
        assert_eq!(by_hand, []);
        assert_eq!(env, format!("PK=\"{KEY}\"\nCLOB_API_KEY=a\nCLOB_SECRET='b'\n"));
    }
}
