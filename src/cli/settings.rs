//! Flags of the settings; no secret is among them.

#![expect(clippy::doc_markdown, reason = "these comments are the help text")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, fs};

use anyhow::Context as _;

use crate::fleet::{Load, Look};
use crate::sandbox::Running;
use crate::secret::Secret;
use crate::settings::{
    self, ConfigFile, EnvFile, Inputs, KeyInput, Memory, Origins, Reading, Setting, Settings, SettingsError, Snapshot,
};

const PASSWORD: &str = "POLYDOCTOR_KEYSTORE_PASSWORD";

/// Flags that set a value for this run; they take precedence over environment, .env and profile.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings")]
pub(super) struct SettingsArgs {
    /// Read the private key from this file
    #[arg(long, value_name = "PATH")]
    key_file: Option<PathBuf>,
    /// Unlock the private key from this keystore (Web3 secret storage)
    ///
    /// Prompts for the password, or reads it from POLYDOCTOR_KEYSTORE_PASSWORD.
    #[arg(long, value_name = "PATH", conflicts_with = "key_file")]
    keystore: Option<PathBuf>,
    /// Read the private key from standard input
    #[arg(long, conflicts_with_all = ["key_file", "keystore"])]
    key_stdin: bool,
    /// Signature type: 0 to 3, or eoa, poly-proxy, gnosis-safe, poly-1271
    #[arg(long, value_name = "TYPE")]
    signature_type: Option<String>,
    /// Funder: the wallet that holds the collateral and makes orders
    #[arg(long, value_name = "ADDRESS")]
    funder: Option<String>,
    /// Chain ID: 137 (Polygon) or 80002 (Amoy)
    #[arg(long, value_name = "ID")]
    chain_id: Option<String>,
    /// Nonce of the API credentials to use
    #[arg(long, value_name = "NUMBER")]
    nonce: Option<String>,
    /// CLOB base URL
    #[arg(long, value_name = "URL")]
    clob_url: Option<String>,
    /// Gamma API base URL (markets and profiles)
    #[arg(long, value_name = "URL")]
    gamma_url: Option<String>,
    /// Data API base URL (positions and leaderboards)
    #[arg(long, value_name = "URL")]
    data_url: Option<String>,
    /// Relayer base URL
    #[arg(long, value_name = "URL")]
    relayer_url: Option<String>,
    /// Full URL of the geoblock endpoint
    #[arg(long, value_name = "URL")]
    geoblock_url: Option<String>,
    /// Base URL of the user channel
    #[arg(long, value_name = "URL")]
    ws_url: Option<String>,
    /// URL of the live data service
    #[arg(long, value_name = "URL")]
    live_url: Option<String>,
    /// Venue to check: global or us [default: what is configured]
    ///
    /// global is the international CLOB, us is Polymarket US.
    #[arg(long, value_name = "VENUE", value_parser = venue)]
    venue: Option<String>,
    /// Polymarket US base URL for signed requests
    #[arg(long, value_name = "URL")]
    us_url: Option<String>,
    /// Polymarket US base URL for public requests
    #[arg(long, value_name = "URL")]
    us_gateway_url: Option<String>,
    /// Polygon RPC URL
    #[arg(long, value_name = "URL")]
    rpc_url: Option<String>,
    /// Full URL of a remote builder signer's POST /sign
    #[arg(long, value_name = "URL")]
    builder_signer_url: Option<String>,
    /// Builder code: 0x and 64 hex digits
    #[arg(long, value_name = "CODE")]
    builder_code: Option<String>,
    /// Timeout per request [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<String>,
    /// Time limit for the whole run [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    deadline: Option<String>,
    /// Read variables from this file [default: .env, if it exists]
    #[arg(long, value_name = "PATH")]
    env_file: Option<PathBuf>,
    /// Read a setting from any variable, such as funder=MY_WALLET (repeatable)
    #[arg(long, value_name = "SETTING=NAME", value_parser = env_map)]
    env_map: Vec<(Setting, String)>,
    /// Profile from the configuration file
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    #[arg(skip)]
    password: Option<Secret>,
    #[arg(skip)]
    memory: Memory,
    #[arg(skip)]
    proof: ProofArgs,
}

/// What a run may show to others.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct ProofArgs {
    /// Skip order.exchange: send no signed probe order to the Polygon RPC
    ///
    /// All amounts of the probe order are 0, so that it can never be filled.
    #[arg(long)]
    no_order_proof: bool,
}

/// The profiles of the configuration file, which is read again when it has changed.
pub(super) struct Profiles {
    inputs: Inputs,
    path: PathBuf,
    read: Mutex<Option<(Snapshot, Arc<ConfigFile>)>>,
}

impl Profiles {
    pub(super) fn of(inputs: &Inputs) -> anyhow::Result<Arc<Self>> {
        let path = inputs.config_file.clone().context("there is no configuration file, so there are no profiles")?;
        anyhow::ensure!(path.exists(), "there are no profiles: {} does not exist", path.display());
        let inputs = Inputs {
            env_file: EnvFile::None,
            polymarket_cli: None,
            folder: None,
            in_fleet: true,
            // each is named by the run, and so in the commands about it
            profile_by_variable: false,
            key: KeyInput::Settings,
            // nobody is asked a thousand times; a profile may name a place of its own
            keystore_password: inputs.environment.get(PASSWORD).map(|password| Secret::new(password.as_str())),
            ..inputs.clone()
        };
        let profiles = Arc::new(Self { inputs, path, read: Mutex::default() });
        anyhow::ensure!(!profiles.names()?.is_empty(), "there are no profiles in {}", profiles.path.display());
        Ok(profiles)
    }

    fn config(&self) -> Result<Arc<ConfigFile>, SettingsError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((snapshot, config)) = &*read
            && snapshot.changed().is_empty()
        {
            return Ok(Arc::clone(config));
        }
        let snapshot = Snapshot::of([self.path.clone()]);
        let config = Arc::new(ConfigFile::read(&self.path)?);
        *read = Some((snapshot, Arc::clone(&config)));
        Ok(config)
    }

    /// In the order of the file.
    pub(super) fn names(&self) -> Result<Vec<String>, SettingsError> {
        Ok(self.config()?.names().into_iter().map(str::to_owned).collect())
    }

    fn inputs(&self, profile: &str, look: &Look) -> Result<Inputs, SettingsError> {
        let memory = &self.inputs.memory;
        Ok(Inputs {
            config: Some(self.config()?),
            profile: Some(profile.to_owned()),
            memory: if let Look::Round = look { memory.sparing_programs() } else { memory.clone() },
            ..self.inputs.clone()
        })
    }

    /// Gives the settings of each.
    pub(super) fn load(self: &Arc<Self>) -> Load {
        let profiles = Arc::clone(self);
        Arc::new(move |profile, look| {
            let settings = profiles.inputs(profile, look).and_then(|inputs| settings::load(&inputs));
            settings.map_err(|error| error.to_string())
        })
    }

    /// Variables that hold secrets of a profile.
    pub(super) fn secret_variables(&self, profile: &str) -> BTreeSet<String> {
        self.inputs(profile, &Look::Round).map(|inputs| secret_variables(&inputs)).unwrap_or_default()
    }
}

/// Variables of the environment that hold secrets: every one that is read, and those that the profile
/// names.
pub(super) fn secret_variables(inputs: &Inputs) -> BTreeSet<String> {
    let known = Setting::ALL.iter().filter(|setting| setting.is_secret()).flat_map(|setting| setting.variables());
    let known = known.copied().chain([PASSWORD]).map(str::to_owned);
    known.chain(Origins::of(inputs).variables).collect()
}

/// A setting and the variable that it is to be read from.
fn env_map(text: &str) -> Result<(Setting, String), String> {
    let (setting, name) = text.split_once('=').ok_or("expected SETTING=NAME, such as funder=MY_WALLET")?;
    let setting = setting.parse::<Setting>().map_err(|unknown| unknown.to_string())?;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err("expected the name of a variable after the =, not its value".to_owned());
    }
    Ok((setting, name.to_owned()))
}

/// How a run behaves is no finding of it: what cannot be used is said at once.
fn seconds(text: &str) -> Result<String, String> {
    settings::parse_seconds(text.trim())
        .map(|_| text.to_owned())
        .ok_or_else(|| format!("expected {}", settings::SECONDS))
}

/// A venue by its name.
fn venue(text: &str) -> Result<String, String> {
    use clap::ValueEnum as _;
    settings::Venue::from_str(text, true).map(|venue| venue.to_string()).map_err(|_| "write global or us".to_owned())
}

impl SettingsArgs {
    /// Reads every place once, and asks for the password of a keystore that is given here or named by
    /// the profile: before anything else takes the terminal. The password is kept for later readings.
    pub(super) fn read(&mut self) -> anyhow::Result<Reading> {
        let (reading, password) = read(self.all_inputs())?;
        self.password = password;
        Ok(reading)
    }

    /// Whether a keystore is given here or named by the profile, so that its password may have to be
    /// asked for. A configuration that cannot be read is reported when the settings are.
    #[cfg(feature = "tui")]
    pub(super) fn may_need_password(&self) -> bool {
        self.keystore.is_some() || settings::names_keystore(&self.all_inputs())
    }

    /// Asks for the password of a keystore that is given here; on a sandbox nothing else is read.
    pub(super) fn ask_password_of_demo(&mut self) -> anyhow::Result<()> {
        self.password = read(self.demo_inputs(&BTreeMap::new()))?.1;
        Ok(())
    }

    /// Holds for every reading from now on.
    pub(super) fn leave_out(&mut self, proof: ProofArgs) {
        self.proof = proof;
    }

    /// Whether the private key comes from standard input, so that nothing else can.
    pub(super) fn reads_standard_input(&self) -> bool {
        self.key_stdin
    }

    /// What settings are loaded from: these flags, and this machine.
    pub(super) fn all_inputs(&self) -> Inputs {
        self.inputs(env::vars_os())
    }

    /// The same flags with another profile.
    #[cfg(feature = "tui")]
    pub(super) fn with_profile(&self, profile: Option<String>) -> Self {
        Self { profile: profile.or_else(|| self.profile.clone()), ..self.clone() }
    }

    /// The `.env` that is read, or would be if it were there.
    pub(super) fn env_file(&self) -> PathBuf {
        self.env_file.clone().unwrap_or_else(|| PathBuf::from(".env"))
    }

    /// Settings from all places, after the question for a password.
    pub(super) fn load(&mut self) -> anyhow::Result<Settings> {
        Ok(self.read()?.settings()?)
    }

    /// The flags that choose the account, as a shell takes them.
    pub(super) fn selection(&self) -> String {
        settings::selection(&self.all_inputs())
    }

    /// Settings of a demo account: these flags and these variables, and nothing else of this
    /// machine.
    pub(super) fn load_demo(&self, demo: &Running) -> Result<Settings, SettingsError> {
        settings::load(&self.inputs_on(demo))
    }

    /// What settings of a demo account are loaded from.
    pub(super) fn inputs_on(&self, demo: &Running) -> Inputs {
        Inputs { scenario: Some(demo.scenario().to_owned()), ..self.demo_inputs(&demo.announcement().env) }
    }

    fn demo_inputs(&self, variables: &BTreeMap<String, String>) -> Inputs {
        let mut inputs = self.inputs([]);
        inputs.environment.clone_from(variables);
        inputs.config_file = None;
        inputs.polymarket_cli = None;
        inputs.folder = None;
        if self.env_file.is_none() {
            inputs.env_file = EnvFile::None;
        }
        inputs
    }

    pub(super) fn inputs(
        &self,
        environment: impl IntoIterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Inputs {
        let environment: BTreeMap<String, String> = environment
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let flags = [
            (Setting::SignatureType, &self.signature_type),
            (Setting::Funder, &self.funder),
            (Setting::ChainId, &self.chain_id),
            (Setting::Nonce, &self.nonce),
            (Setting::ClobUrl, &self.clob_url),
            (Setting::GammaUrl, &self.gamma_url),
            (Setting::DataUrl, &self.data_url),
            (Setting::RelayerUrl, &self.relayer_url),
            (Setting::GeoblockUrl, &self.geoblock_url),
            (Setting::WsUrl, &self.ws_url),
            (Setting::LiveUrl, &self.live_url),
            (Setting::RpcUrl, &self.rpc_url),
            (Setting::Venue, &self.venue),
            (Setting::UsUrl, &self.us_url),
            (Setting::UsGatewayUrl, &self.us_gateway_url),
            (Setting::BuilderSignerUrl, &self.builder_signer_url),
            (Setting::BuilderCode, &self.builder_code),
            (Setting::Timeout, &self.timeout),
            (Setting::Deadline, &self.deadline),
        ];
        let flags = flags.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect();
        let key = match (&self.key_file, &self.keystore) {
            (Some(path), _) => KeyInput::File(path.clone()),
            (None, Some(path)) => KeyInput::Keystore(path.clone()),
            (None, None) if self.key_stdin => KeyInput::StandardInput,
            (None, None) => KeyInput::Settings,
        };
        Inputs {
            flags,
            profile: self.profile.clone().or_else(|| environment.get("POLYDOCTOR_PROFILE").cloned()),
            profile_by_variable: self.profile.is_none(),
            environment,
            env_file: self.env_file.clone().map_or(EnvFile::Usual, EnvFile::Named),
            key,
            keystore_password: self.password.clone(),
            env_map: self.env_map.iter().cloned().collect(),
            config_file: settings::config_file(),
            polymarket_cli: settings::polymarket_cli_file(),
            memory: self.memory.clone(),
            folder: Some(PathBuf::from(".")),
            no_order_proof: self.proof.no_order_proof,
            ..Inputs::default()
        }
    }
}

/// Reads every place once; where it leads to a keystore, with its password, which is asked for.
pub(super) fn read(inputs: Inputs) -> anyhow::Result<(Reading, Option<Secret>)> {
    let known = inputs.keystore_password.clone();
    let mut reading = Reading::of(inputs)?;
    let Some(path) = reading.locked_keystore() else { return Ok((reading, known)) };
    // nobody is asked for the password of a file that is not there; the settings say so
    if fs::metadata(&path).is_err() {
        return Ok((reading, known));
    }
    let password = Secret::new(match env::var(PASSWORD) {
        Ok(password) => password,
        Err(_) => rpassword::prompt_password(format!("Password of {}: ", path.display()))
            .with_context(|| format!("not a terminal, cannot ask for the keystore password; set {PASSWORD}"))?,
    });
    reading.unlock_with(password.clone());
    Ok((reading, Some(password)))
}
