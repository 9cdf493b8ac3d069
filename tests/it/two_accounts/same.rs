//! One account in two places: what the first one says counts, also where the other fits better.

use std::collections::BTreeMap;
use std::fs;

use polydoctor::auth::contracts::{POLYGON, chain};
use polydoctor::auth::wallet::WalletMap;
use polydoctor::settings::{EnvFile, Inputs, ProblemKind, Setting, Settings, Source, load};

use super::Who;
use crate::support::{DEMO_KEY, signer};

/// The places, the first one before the others.
const PLACES: [&str; 4] = ["flag", "environment", ".env", "profile"];

type Values = BTreeMap<Setting, String>;

/// A whole account: the Safe of the key, with credentials.
fn whole() -> Values {
    let wallets = WalletMap::derive(chain(POLYGON).unwrap(), signer(DEMO_KEY).address());
    let mut values = Who::A.values();
    values.insert(Setting::Funder, wallets.safe.to_string());
    values.insert(Setting::SignatureType, "2".to_owned());
    values.insert(Setting::ApiKey, "f4f247b7-4ac7-ff29-a152-04fda0a8755a".to_owned());
    values
}

/// What another place says otherwise of the same account.
fn others() -> Vec<(Setting, String)> {
    let wallets = WalletMap::derive(chain(POLYGON).unwrap(), signer(DEMO_KEY).address());
    let mut others = vec![
        (Setting::Funder, wallets.eoa.to_string()),
        (Setting::Funder, wallets.proxy.to_string()),
        (Setting::Funder, Who::B.values()[&Setting::Funder].clone()),
        (Setting::SignatureType, "1".to_owned()),
    ];
    let parts = Setting::API_CREDENTIALS.into_iter().chain(Setting::BUILDER_CREDENTIALS);
    others.extend(parts.map(|setting| (setting, format!("another-{setting}"))));
    let further = [Setting::Nonce, Setting::BuilderCode, Setting::ClobUrl, Setting::RelayerApiKey];
    others.extend(further.map(|setting| (setting, Who::B.values()[&setting].clone())));
    others
}

fn variables(values: &Values) -> BTreeMap<String, String> {
    let named =
        values.iter().filter_map(|(setting, value)| Some((setting.usual_variable()?.to_owned(), value.clone())));
    named.collect()
}

/// The settings where each of two places has these values.
fn settings_of(higher: (&str, &Values), lower: (&str, &Values)) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = Inputs { env_file: EnvFile::None, ..Inputs::default() };
    for (place, values) in [higher, lower] {
        match place {
            "flag" => inputs.flags.clone_from(values),
            "environment" => inputs.environment = variables(values),
            ".env" => {
                let lines = variables(values).into_iter().map(|(name, value)| format!("{name}={value}\n"));
                let path = folder.path().join("bot.env");
                fs::write(&path, lines.collect::<String>()).unwrap();
                inputs.env_file = EnvFile::Named(path);
            }
            _ => {
                let lines = values.iter().map(|(setting, value)| format!("{setting} = {value:?}\n"));
                let path = folder.path().join("config.toml");
                fs::write(&path, format!("[profiles.p]\n{}", lines.collect::<String>())).unwrap();
                inputs.config_file = Some(path);
                inputs.profile = Some("p".to_owned());
            }
        }
    }
    load(&inputs).unwrap()
}

fn place_of(source: &Source) -> &'static str {
    match source {
        Source::Flag { .. } => "flag",
        Source::Variable { .. } => "environment",
        Source::EnvFile { .. } => ".env",
        _ => "profile",
    }
}

#[test]
fn what_the_first_place_says_counts_and_the_other_is_named() {
    let mut tried = 0;
    for (place, higher) in PLACES.iter().enumerate() {
        for lower in &PLACES[place + 1..] {
            for (setting, value) in others() {
                // secrets are no flags, and a profile's set is one of its own
                let is_part =
                    Setting::API_CREDENTIALS.contains(&setting) || Setting::BUILDER_CREDENTIALS.contains(&setting);
                if (*higher == "flag" && (setting.is_secret() || is_part)) || (*lower == "profile" && is_part) {
                    continue;
                }
                let settings = settings_of((higher, &[(setting, value)].into()), (lower, &whole()));
                let first = settings.places[&setting].first().map(place_of);
                assert_eq!(first, Some(*higher), "{setting} of {higher} over {lower}");
                let told = settings.problems.iter().filter(|problem| problem.is_of(setting)).count();
                assert!(told == 1 || *higher == "flag", "{setting} of {higher} over {lower}: {:?}", settings.problems);
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried}");
}

/// Whoever has a key in the folder of the bot means no profile that they did not name.
#[test]
fn a_default_profile_of_the_same_key_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (env, config) = (folder.path().join(".env"), folder.path().join("config.toml"));
    let other = Values::from_iter(others());
    let of_profile: Values = [(Setting::PrivateKey, DEMO_KEY.to_owned())].into_iter().chain(other).collect();
    let lines = of_profile.iter().map(|(setting, value)| format!("{setting} = {value:?}\n"));
    fs::write(&config, format!("default_profile = 'p'\n[profiles.p]\n{}", lines.collect::<String>())).unwrap();
    for left_out in [Setting::ApiSecret, Setting::Funder, Setting::ClobUrl, Setting::RpcUrl] {
        let mut values = whole();
        values.remove(&left_out);
        let lines = variables(&values).into_iter().map(|(name, value)| format!("{name}={value}\n"));
        fs::write(&env, lines.collect::<String>()).unwrap();
        let inputs = || Inputs { env_file: EnvFile::Named(env.clone()), ..Inputs::default() };
        let alone = load(&inputs()).unwrap();
        let beside = load(&Inputs { config_file: Some(config.clone()), ..inputs() }).unwrap();
        assert_eq!(alone.places, beside.places, "{left_out}");
        let mut told = beside.problems.clone();
        told.retain(|problem| !alone.problems.contains(problem));
        let [note] = &told[..] else { panic!("{told:?}") };
        assert!(note.kind == ProblemKind::Shadowed && note.text.starts_with("Ignored: "), "{note:?}");
        assert!(note.text.contains("a default profile is used only if"), "{note:?}");
        assert!(note.fix.contains("--profile p"), "{note:?}");
    }
}
