//! From places to settings in force, with a problem for each value that cannot be used.

mod loader;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use alloy_primitives::U256;
use clap::ValueEnum as _;

use self::loader::Loader;
pub(crate) use self::values::is_loopback;
use self::values::parse_address;
pub use self::values::{SECONDS, parse_seconds};
use super::inputs::{Inputs, SettingsError};
use super::sources::Sources;
use super::{
    CredentialParts, Origin, ProblemKind, Setting, SettingProblem, Settings, Source, Sourced, UsParts, Venue, Venues,
    WrittenAddress,
};
use super::{hosts, misplaced, programs, selection, unread, venue, venue_mixed};
use crate::auth::contracts;
use crate::auth::wallet::{SignatureType, WalletKind, WalletMap};
use crate::secret::Secret;

/// The time limit of one request, unless `timeout` is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time limit of a whole run, unless `deadline` is set.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// The folder of the user's own files; `None` where the platform tells of none.
pub fn home_folder() -> Option<PathBuf> {
    Some(directories::BaseDirs::new()?.home_dir().to_owned())
}

/// `POLYDOCTOR_CONFIG`, or the platform's place for the configuration file; `None` without a home
/// folder.
pub fn config_file() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("POLYDOCTOR_CONFIG").filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    Some(directories::ProjectDirs::from("", "", "polydoctor")?.config_dir().join("config.toml"))
}

/// Reads every place once and settles which value is in force.
///
/// # Errors
///
/// [`SettingsError`] when a file that was named, or the configuration, cannot be read. A value that
/// cannot be used is not an error but one of [`Settings::problems`].
pub fn load(inputs: &Inputs) -> Result<Settings, SettingsError> {
    super::Reading::of(inputs.clone())?.settings()
}

/// Settles which value of what was read is in force.
pub(super) fn settle(inputs: &Inputs, sources: Sources) -> Settings {
    let mut loader = Loader::of(sources);
    let key = loader.sources.key();
    let chain_id = loader.parsed(Setting::ChainId, "a whole number, 137 for Polygon", |text| text.parse().ok());
    let chain_id = loader.or_default(Setting::ChainId, chain_id, contracts::POLYGON);
    let rpc_default = chain_id
        .as_ref()
        .and_then(|id| contracts::chain(id.value))
        .or_else(|| contracts::chain(contracts::POLYGON))
        .map_or("", |chain| chain.rpc_url.as_str());
    let signature_type = loader.parsed(
        Setting::SignatureType,
        "0 (EOA), 1 (POLY_PROXY), 2 (POLY_GNOSIS_SAFE) or 3 (POLY_1271)",
        |text| text.parse().ok(),
    );
    let clob_url = loader.url(Setting::ClobUrl, Setting::ClobUrl.official_url());
    // what is configured for another CLOB, such as a sandbox, is not shown to the official channels
    let is_official = clob_url.as_ref().is_some_and(|url| hosts::is_official_clob(&url.value));
    let url = |loader: &mut Loader, setting: Setting| loader.url(setting, setting.official_url());
    let beside =
        |loader: &mut Loader, setting: Setting| loader.url(setting, setting.official_url().filter(|_| is_official));
    loader.pick_funder(key.as_ref(), chain_id.as_ref(), signature_type.as_ref());
    let mut settings = Settings {
        profile: loader.sources.profile.clone(),
        key_profile: loader.sources.key_profile(),
        selection: selection::of(inputs),
        origin: None,
        private_key: key,
        signature_type: loader.or_default(Setting::SignatureType, signature_type, SignatureType::Eoa),
        funder: loader.parsed(Setting::Funder, "a wallet address: 0x and 40 hex digits", parse_address),
        chain_id,
        nonce: loader.parsed(Setting::Nonce, "a whole number from 0", |text| U256::from_str(text).ok()),
        credentials: CredentialParts {
            key: loader.text(Setting::ApiKey),
            secret: loader.secret(Setting::ApiSecret),
            passphrase: loader.sent_as_it_is(Setting::ApiPassphrase),
        },
        builder: CredentialParts {
            key: loader.text(Setting::BuilderApiKey),
            secret: loader.secret(Setting::BuilderSecret),
            passphrase: loader.sent_as_it_is(Setting::BuilderPassphrase),
        },
        builder_code: loader.text(Setting::BuilderCode),
        builder_signer_url: loader.url(Setting::BuilderSignerUrl, None),
        builder_signer_token: loader.sent_as_it_is(Setting::BuilderSignerToken),
        relayer_key: loader.sent_as_it_is(Setting::RelayerApiKey),
        relayer_key_address: loader.parsed(
            Setting::RelayerApiKeyAddress,
            "a wallet address: 0x and 40 hex digits",
            |text| Some(WrittenAddress { address: parse_address(text)?, text: text.to_owned() }),
        ),
        clob_url,
        gamma_url: url(&mut loader, Setting::GammaUrl),
        data_url: url(&mut loader, Setting::DataUrl),
        relayer_url: url(&mut loader, Setting::RelayerUrl),
        geoblock_url: url(&mut loader, Setting::GeoblockUrl),
        ws_url: beside(&mut loader, Setting::WsUrl),
        live_url: beside(&mut loader, Setting::LiveUrl),
        rpc_url: loader.url(Setting::RpcUrl, Some(rpc_default)),
        us: UsParts { key_id: loader.text(Setting::UsKeyId), secret: loader.secret(Setting::UsSecretKey) },
        us_url: beside(&mut loader, Setting::UsUrl),
        us_gateway_url: beside(&mut loader, Setting::UsGatewayUrl),
        venue: loader.parsed(Setting::Venue, "global or us", |text| Venue::from_str(text, true).ok()),
        venues: Venues::default(),
        timeout: loader.seconds(Setting::Timeout).unwrap_or(DEFAULT_TIMEOUT),
        deadline: loader.seconds(Setting::Deadline).unwrap_or(DEFAULT_DEADLINE),
        places: BTreeMap::new(),
        folder: inputs.folder.clone(),
        no_order_proof: inputs.no_order_proof,
        secret_files: loader.sources.secret_files.clone(),
        problems: Vec::new(),
    };
    settings.places = loader.places(settings.private_key.as_ref());
    if let Some(Source::File { path }) = settings.private_key.as_ref().map(|key| &key.source) {
        settings.secret_files.push(PathBuf::from(path));
    }
    let mut seen = BTreeSet::new();
    settings.secret_files.retain(|path| seen.insert(std::path::absolute(path).unwrap_or_else(|_| path.clone())));
    let of_key = settings.private_key.iter().filter_map(|key| key.value.clone().ok());
    let others = loader.sources.everywhere(Setting::PrivateKey).into_iter().map(|key| Secret::new(key.value));
    let keys: Vec<Secret> = of_key.chain(others).collect();
    let mut misplaced = venue_mixed::separate(&mut settings);
    misplaced.extend(misplaced::withhold(&mut settings, &keys));
    let of_key = settings.private_key.as_ref().map(|key| &key.source);
    settings.origin = Origin::of(inputs, &loader.sources, of_key.or_else(|| settings.us.source()));
    if !loader.has_problem(Setting::Funder) {
        unread::take_wallet(&loader.sources.unread(), &mut settings);
    }
    infer_type(&mut settings);
    let mut problems = misplaced;
    problems.extend(hosts::misdirected(&settings));
    problems.extend(other_relayer_address(&settings));
    let unread = unread::unread(&loader.sources.unread(), &settings);
    problems.extend(loader.finish());
    problems.extend(unread);
    withhold_secrets(&mut problems, &settings.secrets());
    settings.problems = problems;
    settings.venues = venue::of(&settings);
    settings
}

/// A secret that also stands where another value belongs is not quoted as that wrong value.
fn withhold_secrets(problems: &mut [SettingProblem], secrets: &[Secret]) {
    // shorter ones are in ordinary words
    const SHORTEST: usize = 6;
    for secret in secrets.iter().filter(|secret| secret.expose().len() >= SHORTEST) {
        for problem in problems.iter_mut() {
            for text in [&mut problem.text, &mut problem.fix] {
                if text.contains(secret.expose()) {
                    *text = text.replace(secret.expose(), "(a secret of these settings)");
                }
            }
        }
    }
}

/// Without a type, the one that the funder has as a wallet of this key: many bots set it in code.
fn infer_type(settings: &mut Settings) {
    let is_open = settings.signature_type.as_ref().is_some_and(|kind| kind.source == Source::Default);
    let signer = settings.parsed_key().map(|key| key.signer.address());
    let chain = settings.chain_id.as_ref().and_then(|id| contracts::chain(id.value));
    let Some(((chain, signer), funder)) = chain.zip(signer).zip(settings.funder.as_ref()).filter(|_| is_open) else {
        return;
    };
    let kind = WalletMap::derive(chain, signer).kind_of(funder.value);
    if let Some(kind) = kind.filter(|kind| *kind != WalletKind::Eoa) {
        let set_in = programs::type_is_set_in(settings).map(str::to_owned);
        settings.signature_type = Some(Sourced::new(kind.signature_type(), Source::Inferred { kind, set_in }));
    }
}

/// A relayer key works only for the address that it was made for, which has to be the signer's.
fn other_relayer_address(settings: &Settings) -> Option<SettingProblem> {
    let signer = settings.parsed_key()?.signer.address();
    let address = settings.relayer_key_address.as_ref().filter(|address| address.value.address != signer)?;
    settings.relayer_key.as_ref()?;
    Some(SettingProblem {
        kind: ProblemKind::OtherAddress,
        setting: Setting::RelayerApiKeyAddress.into(),
        text: format!(
            "The relayer API key belongs to {} ({}), not to the signer {signer}",
            address.value.address, address.source
        ),
        fix: "Create a relayer API key with this signer, or use builder credentials to act for other people's wallets"
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::EnvFile;

    fn inputs(variables: &[(&str, &str)]) -> Inputs {
        let environment: BTreeMap<_, _> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Inputs { environment, env_file: EnvFile::None, ..Inputs::default() }
    }

    #[test]
    fn defaults_say_that_they_are_defaults() {
        let settings = load(&inputs(&[])).unwrap();
        assert_eq!(settings.chain_id, Some(Sourced::new(137, Source::Default)));
        assert_eq!(settings.signature_type, Some(Sourced::new(SignatureType::Eoa, Source::Default)));
        assert_eq!(settings.clob_url.unwrap().value.as_str(), "https://clob.polymarket.com/");
        assert!(settings.problems.is_empty());
    }

    #[test]
    fn a_wrong_value_is_a_problem_and_never_a_default() {
        let settings = load(&inputs(&[("SIGNATURE_TYPE", "7"), ("FUNDER", "0x12"), ("CHAIN_ID", "polygon")])).unwrap();
        assert_eq!(settings.signature_type, None);
        assert_eq!(settings.funder, None);
        assert_eq!(settings.chain_id, None);
        let texts: Vec<_> = settings.problems.iter().map(|problem| problem.text.as_str()).collect();
        assert!(texts.iter().any(|text| text.contains("signature type is \"7\" (env SIGNATURE_TYPE)")), "{texts:?}");
    }

    #[test]
    fn a_secret_that_also_stands_in_the_place_of_another_value_is_quoted_nowhere() {
        let secrets = ["CLOB_SECRET", "CLOB_PASS_PHRASE", "POLY_BUILDER_PASSPHRASE", "POLY_BUILDER_SIGNER_TOKEN"];
        let others =
            ["SIGNATURE_TYPE", "FUNDER", "CHAIN_ID", "POLYMARKET_NONCE", "POLY_BUILDER_CODE", "CLOB_HOST", "RPC_URL"];
        for secret in secrets {
            for other in others {
                let value = "correct-horse-battery";
                let settings = load(&inputs(&[(secret, value), (other, value)])).unwrap();
                assert!(!settings.problems.is_empty(), "{secret} {other}");
                for SettingProblem { text, fix, .. } in &settings.problems {
                    assert!(!text.contains(value) && !fix.contains(value), "{secret} {other}: {text} {fix}");
                }
            }
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for (url, allowed) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost:1", true),
            ("http://[::1]:1", true),
            ("http://clob.polymarket.com", false),
            ("http://127.0.0.1.example.com", false),
            ("ftp://localhost", false),
            ("clob.polymarket.com", false),
        ] {
            let settings = load(&inputs(&[("CLOB_HOST", url)])).unwrap();
            assert_eq!(settings.clob_url.is_some(), allowed, "{url}");
        }
    }

    #[test]
    fn a_live_channel_is_asked_over_tls_or_on_this_machine_and_the_official_one_beside_the_official_clob_alone() {
        for (url, allowed) in [
            ("ws://127.0.0.1:8081", true),
            ("ws://localhost:1/ws", true),
            ("wss://live.example.com/ws", true),
            ("ws://ws-live-v2.polymarket.com/ws", false),
            ("https://ws-live-v2.polymarket.com/ws", false),
            ("http://127.0.0.1:8081", false),
            ("ws-live-v2.polymarket.com/ws", false),
        ] {
            for (name, value) in [
                ("POLYMARKET_WS_URL", (|settings: &Settings| settings.ws_url.clone()) as fn(&Settings) -> _),
                ("POLYMARKET_LIVE_URL", |settings| settings.live_url.clone()),
            ] {
                let settings = load(&inputs(&[(name, url)])).unwrap();
                assert_eq!(value(&settings).is_some(), allowed, "{name}={url}");
                assert_eq!(settings.problems.is_empty(), allowed, "{name}={url}: {:?}", settings.problems);
            }
        }
        for (clob, official) in [
            ("https://clob.polymarket.com", true),
            ("https://clob.polymarket.com/", true),
            ("http://127.0.0.1:8080", false),
            ("https://clob-staging.polymarket.com", false),
            ("https://relay.example.com/clob", false),
        ] {
            let settings = load(&inputs(&[("CLOB_HOST", clob)])).unwrap();
            assert_eq!((settings.live_url.is_some(), settings.ws_url.is_some()), (official, official), "{clob}");
        }
    }

    #[test]
    fn two_names_with_different_values_are_reported_with_both_places() {
        let settings = load(&inputs(&[("PK", "0xaa"), ("PRIVATE_KEY", "0xbb")])).unwrap();
        let [problem] = settings.problems.as_slice() else { panic!("{:?}", settings.problems) };
        assert_eq!(problem.kind, ProblemKind::Conflict);
        assert!(problem.text.contains("env PRIVATE_KEY is used, env PK is not"), "{}", problem.text);
    }

    #[test]
    fn a_line_of_an_env_file_is_named_with_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, "\u{feff}# a comment\r\n\r\nexport FUNDER='0x12'\r\nCLOB_PASPHRASE=x\r\nno assignment\r\n")
            .unwrap();
        let inputs = Inputs { env_file: EnvFile::Named(path.clone()), ..Inputs::default() };
        let settings = load(&inputs).unwrap();
        let all = settings.problems.iter().map(|problem| problem.text.as_str()).collect::<Vec<_>>().join("\n");
        assert!(all.contains(&format!("funder is \"0x12\" (FUNDER, line 3 of {})", path.display())), "{all}");
        assert!(all.contains("CLOB_PASPHRASE is set (line 4"), "{all}");
        assert!(all.contains("Line 5 of"), "{all}");
    }

    #[test]
    fn precedence_is_flag_variable_file_profile() {
        let folder = tempfile::tempdir().unwrap();
        let (env, config) = (folder.path().join("e"), folder.path().join("config.toml"));
        fs::write(&env, "SIGNATURE_TYPE=2\n").unwrap();
        fs::write(&config, "default_profile = 'main'\n[profiles.main]\nsignature_type = 1\nchain_id = 80002\n")
            .unwrap();
        let mut inputs = Inputs { env_file: EnvFile::Named(env), config_file: Some(config), ..Inputs::default() };
        let kind = |inputs: &Inputs| load(inputs).unwrap().signature_type.unwrap().value as u8;
        assert_eq!(load(&inputs).unwrap().chain_id.unwrap().value, 80002);
        assert_eq!(kind(&inputs), 2);
        inputs.environment.insert("SIGNATURE_TYPE".into(), "3".into());
        assert_eq!(kind(&inputs), 3);
        inputs.flags.insert(Setting::SignatureType, "0".into());
        assert_eq!(kind(&inputs), 0);
        inputs.profile = Some("other".into());
        assert!(load(&inputs).unwrap_err().to_string().contains("(available: main)"));
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let inputs = Inputs { env_file: EnvFile::Named("/nowhere/.env".into()), ..Inputs::default() };
        assert!(load(&inputs).unwrap_err().to_string().starts_with("cannot read /nowhere/.env"));
    }
}
