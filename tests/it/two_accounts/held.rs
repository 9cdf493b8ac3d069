//! Keys that are not simply there: in a keystore, printed by a program, with polymarket-cli, malformed,
//! or not to be had at all.

mod named;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use polydoctor::secret::Secret;
use polydoctor::settings::{EnvFile, Inputs, KeyInput, Memory, Setting, Settings, Source, load};

use super::{Asked, Who, in_force};
use crate::support::signer;

pub(super) const PASSWORD: &str = "open";

/// How a place has its private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Plainly,
    Malformed,
    /// In a `.env`, where a line is not read by everybody.
    Unclosed,
    /// The password is there.
    Keystore,
    /// It is not; whether the keystore says its address.
    Locked {
        says_address: bool,
    },
    Program,
    /// A program that gives none.
    Failing,
}

/// A key of this account, kept so; or values without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held(pub(super) Who, pub(super) Kept);

/// A keystore of version 3 with this account's key.
pub(super) fn keystore(who: Who, says_address: bool) -> String {
    let (text, mac) = match who {
        Who::A => (
            "77758b048f00f887d83c23fbc4b51087263bc440c5685e99e87609793697af03",
            "3945c9ea5f3816d073646ed0d8d53bcf3ed203478687dabd10b36d024ac2604f",
        ),
        _ => (
            "8698eea0b680a4f02317065f283c1e630ef0b2de822d709979b7ec060fce66d9",
            "7e1fc5a524be3fa14d3e10bae3b366b036d5290d189aa06fd562af777d69b324",
        ),
    };
    let zeros = |bytes| "00".repeat(bytes);
    let mut json = serde_json::json!({
        "version": 3,
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": zeros(16) },
            "ciphertext": text,
            "kdf": "pbkdf2",
            "kdfparams": { "c": 1, "dklen": 32, "prf": "hmac-sha256", "salt": zeros(32) },
            "mac": mac,
        },
    });
    if says_address {
        json["address"] = address(who).into();
    }
    json.to_string()
}

fn address(who: Who) -> String {
    signer(who.key().unwrap()).address().to_string()
}

impl Held {
    fn has_key(self) -> bool {
        self.0.key().is_some()
    }

    /// What stands in the place of the key; it differs from place to place where it is none.
    fn text(self, place: &str) -> Option<String> {
        let key = self.0.key()?;
        Some(match self.1 {
            Kept::Plainly => key.to_owned(),
            Kept::Unclosed => format!("\"{key}"),
            _ => format!("no-key-{:?}-{place}", self.0),
        })
    }

    /// Whether it can be known whose it is.
    fn is_known(self) -> bool {
        !matches!(self.1, Kept::Malformed | Kept::Unclosed | Kept::Failing | Kept::Locked { says_address: false })
    }

    fn variables(self, place: &str) -> Vec<(&'static str, String)> {
        let key = Setting::PrivateKey.usual_variable().unwrap();
        let with_key = |(name, value)| (name, if name == key { self.text(place).unwrap_or_default() } else { value });
        self.0.variables().into_iter().map(with_key).collect()
    }

    /// The value of `private_key` in a profile.
    fn place(self, folder: &Path) -> Option<String> {
        let who = self.0;
        let at = |name: &str| folder.join(name).display().to_string();
        let keystore = |name: &str| at(&format!("{name}-{who:?}.json"));
        Some(match self.1 {
            _ if !self.has_key() => return None,
            Kept::Plainly | Kept::Malformed | Kept::Unclosed => format!("{:?}", self.text("profile")?),
            Kept::Keystore => {
                format!("{{ keystore = {:?}, password = {{ file = {:?} }} }}", keystore("bare"), at("password"))
            }
            Kept::Locked { says_address: true } => format!("{{ keystore = {:?} }}", keystore("named")),
            Kept::Locked { says_address: false } => format!("{{ keystore = {:?} }}", keystore("bare")),
            Kept::Program => format!("{{ command = [\"echo\", {:?}] }}", who.key()?),
            Kept::Failing => "{ command = [\"false\"] }".to_owned(),
        })
    }

    /// A configuration whose profile `p` has this.
    pub(super) fn profile(self, folder: &Path) -> String {
        let mut text = String::from("default_profile = \"p\"\n[profiles.p]\n");
        for (setting, value) in self.0.values() {
            let value = if setting == Setting::PrivateKey { self.place(folder).unwrap() } else { format!("{value:?}") };
            text.push_str(&format!("{setting} = {value}\n"));
        }
        text
    }

    /// As polymarket-cli writes it.
    pub(super) fn polymarket_cli(self) -> String {
        let values = self.0.values();
        serde_json::json!({
            "private_key": self.text("polymarket-cli"),
            "chain_id": values[&Setting::ChainId].parse::<u64>().unwrap(),
            "signature_type": values[&Setting::SignatureType],
        })
        .to_string()
    }
}

/// The files that [`Held::profile`] refers to.
pub(super) fn write_keystores(folder: &Path) {
    fs::write(folder.join("password"), PASSWORD).unwrap();
    for who in [Who::A, Who::B] {
        for (name, says_address) in [("named", true), ("bare", false)] {
            fs::write(folder.join(format!("{name}-{who:?}.json")), keystore(who, says_address)).unwrap();
        }
    }
}

#[derive(Clone, Debug)]
struct Mixture {
    given: Option<Held>,
    environment: Option<Held>,
    env_file: Option<Held>,
    profile: Option<(Held, Asked)>,
    polymarket_cli: Option<Held>,
}

fn all() -> Vec<Mixture> {
    const GIVEN: [Option<Kept>; 3] = [None, Some(Kept::Keystore), Some(Kept::Locked { says_address: true })];
    let plain = |who| Some(Held(who, Kept::Plainly));
    let held = |place, spoilt| {
        let spoilt = Some(Held(Who::B, spoilt));
        [None, plain(Who::A), plain(Who::B), plain(Who::Keyless(place)), spoilt]
    };
    let of_env_file = held(".env", Kept::Malformed).into_iter().chain([Some(Held(Who::B, Kept::Unclosed))]);
    let locked = [true, false].map(|says_address| Kept::Locked { says_address });
    let kinds = [Kept::Plainly, Kept::Malformed, Kept::Keystore, locked[0], locked[1], Kept::Program, Kept::Failing];
    let mut profiles: Vec<Option<(Held, Asked)>> = vec![None];
    for who in [Who::A, Who::Keyless("profile")] {
        for kept in kinds.into_iter().filter(|kept| who == Who::A || *kept == Kept::Plainly) {
            for asked in [Asked::ByDefault, Asked::ByVariable, Asked::ByFlag] {
                profiles.push(Some((Held(who, kept), asked)));
            }
        }
    }
    let mut all = Vec::new();
    for given in GIVEN {
        // the names of the two accounts mean nothing: where neither place has a key, one is enough
        let given = given.map(|kept| Held(Who::B, kept));
        for environment in held("environment", Kept::Malformed) {
            for env_file in of_env_file.clone() {
                for profile in &profiles {
                    for polymarket_cli in [None, plain(Who::B)] {
                        // it is read where there is no other key
                        if polymarket_cli.is_some() && (given.is_some() || environment == plain(Who::A)) {
                            continue;
                        }
                        all.push(Mixture { given, environment, env_file, profile: *profile, polymarket_cli });
                    }
                }
            }
        }
    }
    all
}

impl Mixture {
    fn load(&self, folder: &Path, memory: &Memory) -> Settings {
        let path = |name: &str| folder.join(name);
        let lines =
            |held: Held| held.variables(".env").iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        fs::write(path("named.env"), self.env_file.map_or_else(String::new, lines)).unwrap();
        fs::write(path("config.toml"), self.profile.map(|(held, _)| held.profile(folder)).unwrap_or_default()).unwrap();
        if let Some(held) = self.polymarket_cli {
            fs::write(path("cli.json"), held.polymarket_cli()).unwrap();
        }
        let asked = self.profile.map(|(_, asked)| asked).filter(|asked| *asked != Asked::ByDefault);
        let variables = self.environment.map(|held| held.variables("environment")).unwrap_or_default();
        let given = self.given.map(|Held(who, kept)| match kept {
            Kept::Plainly => KeyInput::Typed(Secret::new(who.key().unwrap())),
            _ => KeyInput::Keystore(path(&format!("named-{who:?}.json"))),
        });
        let is_open = self.given.is_some_and(|held| held.1 == Kept::Keystore);
        let inputs = Inputs {
            environment: variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            env_file: if self.env_file.is_some() { EnvFile::Named(path("named.env")) } else { EnvFile::None },
            config_file: Some(path("config.toml")),
            profile: asked.map(|_| "p".to_owned()),
            profile_by_variable: asked == Some(Asked::ByVariable),
            polymarket_cli: self.polymarket_cli.map(|_| path("cli.json")),
            key: given.unwrap_or_default(),
            keystore_password: is_open.then(|| Secret::new(PASSWORD)),
            memory: memory.clone(),
            ..Inputs::default()
        };
        load(&inputs).unwrap()
    }

    fn profile_asked(&self, asked: Asked) -> Option<Held> {
        self.profile.filter(|profile| profile.1 == asked).map(|(held, _)| held)
    }

    /// The place whose key decides, and what it holds.
    fn chosen(&self) -> Option<(&'static str, Held)> {
        let places = [
            ("given", self.given),
            ("profile", self.profile_asked(Asked::ByFlag)),
            ("environment", self.environment),
            ("env_file", self.env_file),
            ("profile", self.profile_asked(Asked::ByVariable)),
            ("profile", self.profile_asked(Asked::ByDefault)),
            ("polymarket_cli", self.polymarket_cli),
        ];
        places.into_iter().find_map(|(place, held)| Some((place, held.filter(|held| held.has_key())?)))
    }

    fn held(&self, place: &str) -> Option<Held> {
        match place {
            "given" => self.given,
            "environment" => self.environment,
            "env_file" => self.env_file,
            "profile" => self.profile.map(|(held, _)| held),
            _ => self.polymarket_cli,
        }
    }

    /// Whether a value of this setting may count that comes from there.
    fn may_count(&self, place: &str, setting: Setting) -> bool {
        let Some((chosen, account)) = self.chosen() else { return true };
        let Some(held) = self.held(place) else { return false };
        let is_other = |place| {
            let held = self.held(place).filter(|held| held.has_key());
            held.is_some_and(|held| held.0 != account.0 || !held.is_known() || !account.is_known()) && place != chosen
        };
        let is_keyless_of_another = match place {
            "environment" => is_other("env_file"),
            "env_file" => is_other("environment"),
            "profile" => self.profile.is_some_and(|(_, asked)| asked == Asked::ByDefault),
            _ => false,
        };
        let is_shared = setting.is_url() && setting != Setting::BuilderSignerUrl
            || [Setting::Timeout, Setting::Deadline].contains(&setting);
        match held.has_key() {
            _ if place == chosen => true,
            true => !is_other(place),
            false => is_shared || !is_keyless_of_another,
        }
    }
}

fn place_of(source: &Source) -> Option<&'static str> {
    Some(match source {
        Source::Variable { .. } => "environment",
        Source::EnvFile { .. } => "env_file",
        Source::Profile { .. } => "profile",
        Source::PolymarketCli { .. } => "polymarket_cli",
        Source::Typed => "given",
        // a keystore, of the command line or of the profile
        Source::File { .. }
        | Source::Flag { .. }
        | Source::StandardInput
        | Source::Inferred { .. }
        | Source::Default => return None,
    })
}

fn look_at(mixture: &Mixture, settings: &Settings) {
    for (setting, sources) in &settings.places {
        for source in sources {
            let counts = place_of(source).is_none_or(|place| mixture.may_count(place, *setting));
            assert!(counts, "{setting} of {source} counts in {mixture:?}");
        }
    }
    let Some((_, account)) = mixture.chosen() else { return };
    if let Some(used) = settings.parsed_key() {
        assert_eq!(used.signer.address().to_string(), address(account.0), "{mixture:?}");
    }
    let other = if account.0 == Who::A { Who::B } else { Who::A };
    let values = in_force(settings);
    for mark in other.marks() {
        assert!(!values.contains(&mark), "{mark} in {mixture:?}");
    }
    // what can be had is used, and what cannot is said
    match account.1 {
        Kept::Plainly | Kept::Keystore | Kept::Program => assert!(settings.parsed_key().is_some(), "{mixture:?}"),
        Kept::Malformed | Kept::Unclosed | Kept::Failing | Kept::Locked { says_address: false } => {
            assert!(settings.parsed_key().is_none(), "{mixture:?}");
            assert!(settings.private_key.is_some(), "{mixture:?}");
        }
        Kept::Locked { says_address: true } => assert!(settings.private_key.is_some(), "{mixture:?}"),
    }
}

#[cfg(unix)]
#[test]
fn no_setting_in_force_is_another_accounts_wherever_and_however_its_key_is_kept() {
    let mixtures = all();
    assert!(mixtures.len() > 2_000, "{}", mixtures.len());
    let memory = Memory::default().sparing_programs();
    thread::scope(|scope| {
        for part in mixtures.chunks(mixtures.len().div_ceil(4)) {
            let memory = &memory;
            scope.spawn(move || {
                let folder = tempfile::tempdir().unwrap();
                write_keystores(folder.path());
                for mixture in part {
                    look_at(mixture, &mixture.load(folder.path(), memory));
                }
            });
        }
    });
}
