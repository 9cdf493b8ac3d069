//! Two accounts in every mixture of places: nothing of one reaches what is about the other.

mod commands;
mod held;
mod same;
mod saved;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use polydoctor::secret::Secret;
use polydoctor::settings::{EnvFile, Inputs, KeyInput, ProblemKind, Setting, Settings, load};

use crate::support::{DEMO_KEY, STRANGER_KEY, signer};

/// Who a set of values is made for: one of two accounts, or nobody that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    A,
    B,
    /// Values without a private key, of this place.
    Keyless(&'static str),
}

impl Who {
    pub(super) fn key(self) -> Option<&'static str> {
        match self {
            Self::A => Some(DEMO_KEY),
            Self::B => Some(STRANGER_KEY),
            Self::Keyless(_) => None,
        }
    }

    fn mark(self) -> u8 {
        match self {
            Self::A => 0xa,
            Self::B => 0xb,
            Self::Keyless("environment") => 0xc,
            Self::Keyless(".env") => 0xd,
            Self::Keyless(_) => 0xe,
        }
    }

    /// The value of each setting, unlike those of all others.
    pub(super) fn values(self) -> BTreeMap<Setting, String> {
        let mark = self.mark();
        let address = |last: u8| format!("0x{mark:038x}{last:02x}");
        let mut values = BTreeMap::new();
        for setting in Setting::ALL {
            let value = match setting {
                Setting::PrivateKey => match self.key() {
                    Some(key) => key.to_owned(),
                    None => continue,
                },
                // no account's own
                Setting::Timeout | Setting::Deadline => continue,
                Setting::SignatureType => (mark % 4).to_string(),
                Setting::ChainId => if mark.is_multiple_of(2) { "137" } else { "80002" }.to_owned(),
                Setting::Funder => address(1),
                Setting::RelayerApiKeyAddress => address(2),
                Setting::Nonce => format!("98765{mark:02}43210"),
                Setting::BuilderCode => format!("0x{}", format!("{mark:02x}").repeat(32)),
                url if url.is_url() => format!("https://{}.{mark:x}.example/", url.name().replace('_', "-")),
                other => format!("{other}-of-{mark:x}"),
            };
            values.insert(setting, value);
        }
        values
    }

    /// What tells that a text is about this one: its values that no other has.
    pub(super) fn marks(self) -> BTreeSet<String> {
        let plain = [Setting::PrivateKey, Setting::SignatureType, Setting::ChainId];
        let own = self.values().into_iter().filter(|(setting, _)| !plain.contains(setting));
        own.map(|(_, value)| value.trim_end_matches('/').to_owned()).collect()
    }

    pub(super) fn variables(self) -> Vec<(&'static str, String)> {
        self.values().into_iter().filter_map(|(setting, value)| Some((setting.usual_variable()?, value))).collect()
    }

    pub(super) fn env_file(self) -> String {
        self.variables().iter().fold(String::new(), |mut text, (name, value)| {
            writeln!(text, "{name}={value}").unwrap();
            text
        })
    }

    pub(super) fn profile(self, name: &str) -> String {
        self.values().iter().fold(format!("[profiles.{name}]\n"), |mut text, (name, value)| {
            writeln!(text, "{name} = \"{value}\"").unwrap();
            text
        })
    }
}

/// How a profile is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::enum_variant_names)] // so they read where they are used
enum Asked {
    ByDefault,
    ByVariable,
    ByFlag,
}

/// One mixture: whose values each place holds.
#[derive(Debug)]
struct Mixture {
    given: Option<Who>,
    environment: Option<Who>,
    env_file: Option<Who>,
    profile: Option<(Who, Asked)>,
}

impl Mixture {
    fn all() -> Vec<Self> {
        let held = |place| [None, Some(Who::A), Some(Who::B), Some(Who::Keyless(place))];
        let mut all = Vec::new();
        for given in [None, Some(Who::A), Some(Who::B)] {
            for environment in held("environment") {
                for env_file in held(".env") {
                    for profile in held("profile") {
                        for asked in [Asked::ByDefault, Asked::ByVariable, Asked::ByFlag] {
                            if profile.is_none() && asked != Asked::ByDefault {
                                continue;
                            }
                            let profile = profile.map(|profile| (profile, asked));
                            all.push(Self { given, environment, env_file, profile });
                        }
                    }
                }
            }
        }
        all
    }

    fn load(&self, folder: &Path) -> Settings {
        let (env, config) = (folder.join("named.env"), folder.join("config.toml"));
        fs::write(&env, self.env_file.map(Who::env_file).unwrap_or_default()).unwrap();
        let profile = self.profile.map(|(who, _)| format!("default_profile = \"p\"\n{}", who.profile("p")));
        fs::write(&config, profile.unwrap_or_default()).unwrap();
        let asked = self.profile.map(|(_, asked)| asked).filter(|asked| *asked != Asked::ByDefault);
        let variables = self.environment.map(Who::variables).unwrap_or_default();
        let inputs = Inputs {
            environment: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            env_file: if self.env_file.is_some() { EnvFile::Named(env) } else { EnvFile::None },
            config_file: Some(config),
            profile: asked.map(|_| "p".to_owned()),
            profile_by_variable: asked == Some(Asked::ByVariable),
            key: self.given.and_then(Who::key).map_or(KeyInput::Settings, |key| KeyInput::Typed(Secret::new(key))),
            ..Inputs::default()
        };
        load(&inputs).unwrap()
    }

    /// Each place that holds something, in the order in which its key decides.
    fn deciding(&self) -> Vec<Who> {
        let profile = |wanted| self.profile.filter(|(_, asked)| *asked == wanted).map(|(who, _)| who);
        let places = [
            self.given,
            profile(Asked::ByFlag),
            self.environment,
            self.env_file,
            profile(Asked::ByVariable),
            profile(Asked::ByDefault),
        ];
        places.into_iter().flatten().filter(|who| who.key().is_some()).collect()
    }

    /// Whether the values of a place without a private key may count.
    fn allows(&self, place: &'static str, account: Who) -> bool {
        let is_other = |who: Option<Who>| who.is_some_and(|who| who.key().is_some() && who != account);
        // nobody asked for the account of a default profile, and the funder is none of its wallets
        let is_default = self.profile.is_some_and(|(who, asked)| asked == Asked::ByDefault && who == account)
            && self.deciding().len() == 1;
        match place {
            "environment" => !is_other(self.env_file) && !is_default,
            ".env" => !is_other(self.environment),
            _ => self.profile.is_some_and(|(_, asked)| asked != Asked::ByDefault),
        }
    }
}

/// The text of every setting in force.
fn in_force(settings: &Settings) -> BTreeSet<String> {
    let mut texts: Vec<Option<String>> = vec![
        settings.funder.as_ref().map(|funder| format!("{:#x}", funder.value)),
        settings.nonce.as_ref().map(|nonce| nonce.value.to_string()),
        settings.builder_code.as_ref().map(|code| code.value.clone()),
        settings.relayer_key_address.as_ref().map(|address| format!("{:#x}", address.value.address)),
    ];
    for parts in [&settings.credentials, &settings.builder] {
        texts.push(parts.key.as_ref().map(|key| key.value.clone()));
        texts.extend([&parts.secret, &parts.passphrase].map(|part| Some(part.as_ref()?.value.expose().to_owned())));
    }
    for secret in [&settings.builder_signer_token, &settings.relayer_key] {
        texts.push(secret.as_ref().map(|secret| secret.value.expose().to_owned()));
    }
    for url in [
        &settings.builder_signer_url,
        &settings.clob_url,
        &settings.gamma_url,
        &settings.data_url,
        &settings.relayer_url,
        &settings.geoblock_url,
        &settings.ws_url,
        &settings.live_url,
        &settings.rpc_url,
    ] {
        texts.push(url.as_ref().map(|url| url.value.as_str().trim_end_matches('/').to_owned()));
    }
    texts.into_iter().flatten().collect()
}

#[test]
fn no_setting_in_force_is_another_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let mixtures = Mixture::all();
    assert!(mixtures.len() > 400, "{}", mixtures.len());
    for mixture in &mixtures {
        let settings = mixture.load(folder.path());
        let values = in_force(&settings);
        let Some(&account) = mixture.deciding().first() else {
            assert!(settings.private_key.is_none(), "{mixture:?}");
            continue;
        };
        let used = settings.parsed_key().unwrap().signer.address();
        assert_eq!(used, signer(account.key().unwrap()).address(), "{mixture:?}");
        let other = if account == Who::A { Who::B } else { Who::A };
        for mark in other.marks() {
            assert!(!values.contains(&mark), "{mark} in {mixture:?}");
        }
        for place in ["environment", ".env", "profile"] {
            let who = Who::Keyless(place);
            if !mixture.allows(place, account) {
                // addresses of services are nobody's own
                let own = who.marks().into_iter().filter(|mark| !mark.contains("://") || mark.contains("signer"));
                for mark in own {
                    assert!(!values.contains(&mark), "{mark} in {mixture:?}");
                }
            }
        }
        // what is this account's own is there, unless another place of this run has it
        if mixture.deciding().contains(&account) && mixture.given.is_none() {
            let here = [Some(account), mixture.environment, mixture.env_file, mixture.profile.map(|(who, _)| who)];
            let funders: Vec<String> =
                here.into_iter().flatten().map(|who| who.values()[&Setting::Funder].clone()).collect();
            let funder = settings.funder.as_ref().map(|funder| format!("{:#x}", funder.value));
            assert!(funder.is_some_and(|funder| funders.contains(&funder)), "{mixture:?}");
        }
    }
}

#[test]
fn what_is_left_out_is_named_with_its_place_and_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    for mixture in &Mixture::all() {
        let settings = mixture.load(folder.path());
        let Some(&account) = mixture.deciding().first() else { continue };
        let told: Vec<_> = settings.problems.iter().filter(|problem| problem.text.starts_with("Ignored: ")).collect();
        let is_other = |who: Option<Who>| who.is_some_and(|who| who.key().is_some() && who != account);
        let told_of = |place: &str| told.iter().filter(|problem| problem.text.contains(place)).count();
        let profile = mixture.profile.map(|(who, _)| who);
        for (who, place) in [
            (mixture.environment, " of the environment: "),
            (mixture.env_file, "named.env: "),
            (profile, " of profile p ("),
        ] {
            if is_other(who) {
                assert_eq!(told_of(place), 1, "{place} {told:?} {mixture:?}");
            }
        }
        for problem in &told {
            assert!(!problem.fix.is_empty());
            for who in [Who::A, Who::B] {
                let secrets = [Setting::PrivateKey, Setting::ApiSecret, Setting::ApiPassphrase, Setting::BuilderSecret]
                    .map(|setting| who.values()[&setting].clone());
                assert!(secrets.iter().all(|secret| !problem.text.contains(secret)), "{}", problem.text);
            }
        }
        // the profile of another bot that is merely the default is no more than a note
        if is_other(profile) && mixture.profile.is_some_and(|(_, asked)| asked == Asked::ByDefault) {
            let of_profile = told.iter().find(|problem| problem.text.contains(" of profile p ("));
            assert_eq!(of_profile.map(|problem| problem.kind), Some(ProblemKind::Shadowed), "{mixture:?}");
        }
        // two keys that a bot reads at once are a contradiction
        if mixture.given.is_none() && mixture.environment == Some(account) && is_other(mixture.env_file) {
            let named = mixture.profile.is_some_and(|(who, asked)| asked == Asked::ByFlag && who.key().is_some());
            let of_file = told.iter().find(|problem| problem.text.contains("named.env: "));
            assert!(named || of_file.is_some_and(|problem| problem.kind == ProblemKind::Conflict), "{mixture:?}");
        }
    }
}

/// A profile may refer to lines of a file, whatever account these are of by now.
#[test]
fn a_profile_that_refers_to_what_is_another_accounts_gets_nothing_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let config = path("config.toml");
    held::write_keystores(folder.path());
    fs::write(path("b.env"), Who::B.env_file() + "SPARE_FUNDER=0x0000000000000000000000000000000000000009\n").unwrap();
    fs::write(path("b.json"), held::Held(Who::B, held::Kept::Plainly).polymarket_cli()).unwrap();
    let line = |name: &str| format!("{{ env_file = {:?}, name = \"{name}\" }}", path("b.env"));
    let of_cli = format!("{{ polymarket_cli = {:?} }}", path("b.json"));
    let own_keys = [
        format!("{DEMO_KEY:?}"),
        format!("{{ keystore = {:?}, password = {{ file = {:?} }} }}", path("bare-A.json"), path("password")),
        format!("{{ keystore = {:?} }}", path("bare-A.json")),
        format!("{{ keystore = {:?} }}", path("named-A.json")),
        "{ command = [\"false\"] }".to_owned(),
        "\"no key\"".to_owned(),
        "{ env = \"NOT_SET\" }".to_owned(),
    ];
    for (setting, place, is_taken) in [
        (Setting::ApiKey, line("CLOB_API_KEY"), false),
        (Setting::Funder, line("POLYMARKET_FUNDER"), false),
        (Setting::Funder, line("SPARE_FUNDER"), true),
        (Setting::SignatureType, of_cli.clone(), false),
        (Setting::ChainId, of_cli.clone(), false),
    ] {
        let load = |key: &str| {
            fs::write(&config, format!("[profiles.p]\nprivate_key = {key}\n{setting} = {place}\n")).unwrap();
            let config_file = Some(config.clone());
            load(&Inputs { config_file, profile: Some("p".into()), env_file: EnvFile::None, ..Inputs::default() })
                .unwrap()
        };
        for key in &own_keys {
            let settings = load(key);
            assert_eq!(settings.places[&setting].is_empty(), !is_taken, "{setting} = {place} beside {key}");
            let told = settings.problems.iter().filter(|problem| problem.text.contains("they refer to")).count();
            assert_eq!(told, usize::from(!is_taken), "{:?}", settings.problems);
        }
        let own = if place == of_cli { of_cli.clone() } else { line("POLYMARKET_PRIVATE_KEY") };
        let of_same = load(&own);
        // what else the file sets is left out of this profile on purpose
        let others =
            of_same.problems.iter().filter(|problem| !problem.text.contains("profile p does not set it")).count();
        assert_eq!((of_same.places[&setting].len(), others), (1, 0), "{place}: {:?}", of_same.problems);
    }
}
