//! The URLs of a running sandbox, and the settings of its demo account.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::Serialize;

use super::live::{LIVE, markets};
use super::names::{DEMO_KEY, Names, OTHER_KEY, name_of};
use super::scenario::{CredentialKind, Scenario, UsAccount};
use super::trades::DEMO_CODE;
use super::us;
use super::views::{DATA, GAMMA, GEOBLOCK, RELAYER, RPC};
use super::{NEW_RELAYER_KEY, OTHER_RELAYER_KEY, RELAYER_KEY, SIGNER, SIGNER_TOKEN, TOKEN_SIGNER, builder_credentials};
use crate::auth::l2::ApiCredentials;
use crate::settings::Setting;

/// What a sandbox says when it is ready: one JSON line on standard output.
#[derive(Clone, Debug, Serialize)]
pub struct Announcement {
    /// Base URL of the CLOB, such as `http://127.0.0.1:40123`.
    pub clob_url: String,
    /// URL of the Polygon JSON-RPC.
    pub rpc_url: String,
    /// Base URL of Gamma: markets and profiles.
    pub gamma_url: String,
    /// Base URL of the data API: positions and leaderboards.
    pub data_url: String,
    /// Full URL of the geoblock endpoint.
    pub geoblock_url: String,
    /// Base URL of the relayer.
    pub relayer_url: String,
    /// The base of the user channel, without `/ws/user`.
    pub ws_url: String,
    /// The live data service.
    pub live_url: String,
    /// Polymarket US: the base of signed requests.
    pub us_url: String,
    /// Its public gateway.
    pub us_gateway_url: String,
    /// Full URL of `POST /sign`, for everybody.
    pub builder_signer_url: String,
    /// The same signer, for those who send the token.
    pub builder_signer_token_url: String,
    /// The token, sent as `Authorization: Bearer …`.
    pub builder_signer_token: &'static str,
    /// The ids of the account's trades that carry no builder code, of more than a day ago.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unattributed_trades: Vec<String>,
    /// The condition ids of the markets that the user channel has events of, where it has any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub live_markets: Vec<String>,
    /// A complete set of settings for the demo account, by the names of environment variables.
    pub env: BTreeMap<String, String>,
    /// The accounts beside it: of each what differs from those.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<BTreeMap<String, String>>,
}

/// Every host of the sandbox: for every account, so that none is left with an official one.
const HOSTS: [(Setting, &str); 10] = [
    (Setting::ClobUrl, "{clob}"),
    (Setting::GammaUrl, "{gamma}"),
    (Setting::DataUrl, "{data}"),
    (Setting::RelayerUrl, "{relayer}"),
    (Setting::GeoblockUrl, "{geoblock}"),
    (Setting::WsUrl, "{ws}"),
    (Setting::LiveUrl, "{live}"),
    (Setting::RpcUrl, "{rpc}"),
    (Setting::UsUrl, "{us}"),
    (Setting::UsGatewayUrl, "{us_gateway}"),
];
/// An account of the CLOB with nothing wrong, in the placeholders of [`super::names`].
const CLOB_ACCOUNT: [(Setting, &str); 12] = [
    (Setting::PrivateKey, "{private_key}"),
    (Setting::SignatureType, "{signature_type}"),
    (Setting::Funder, "{funder}"),
    (Setting::ChainId, "{chain_id}"),
    (Setting::ApiKey, "{api_key}"),
    (Setting::ApiSecret, "{api_secret}"),
    (Setting::ApiPassphrase, "{api_passphrase}"),
    (Setting::BuilderApiKey, "{builder_key}"),
    (Setting::BuilderSecret, "{builder_secret}"),
    (Setting::BuilderPassphrase, "{builder_passphrase}"),
    (Setting::BuilderSignerUrl, "{signer}"),
    (Setting::BuilderCode, "{builder_code}"),
];
/// The key of an account at Polymarket US.
const US_KEY: [(Setting, &str); 2] = [(Setting::UsKeyId, "{us_key_id}"), (Setting::UsSecretKey, "{us_secret}")];

/// The settings of the accounts that the user of a scenario has.
fn usual(scenario: &Scenario) -> impl Iterator<Item = &'static (Setting, &'static str)> {
    let (global, us): (&[_], &[_]) = match scenario.us.account {
        UsAccount::None => (&CLOB_ACCOUNT, &[]),
        UsAccount::Only => (&[], &US_KEY),
        UsAccount::Beside => (&CLOB_ACCOUNT, &US_KEY),
    };
    global.iter().chain(us).chain(&HOSTS)
}

impl Announcement {
    /// `names` are the scenario's; `credentials` those that the user has configured.
    pub(super) fn new(
        listen: SocketAddr,
        closed: SocketAddr,
        scenario: &Scenario,
        mut names: Names,
        credentials: Option<&ApiCredentials>,
        unattributed_trades: Vec<String>,
        accounts: Vec<BTreeMap<String, String>>,
    ) -> Self {
        let clob_url = format!("http://{listen}");
        let at = |prefix: &str| format!("{clob_url}{prefix}");
        let mut announcement = Self {
            rpc_url: at(RPC),
            gamma_url: at(GAMMA),
            data_url: at(DATA),
            geoblock_url: at(GEOBLOCK),
            relayer_url: at(RELAYER),
            ws_url: format!("ws://{listen}"),
            live_url: format!("ws://{listen}{LIVE}"),
            us_url: at(us::SIGNED),
            us_gateway_url: at(us::GATEWAY),
            builder_signer_url: format!("{}/sign", at(SIGNER)),
            builder_signer_token_url: format!("{}/sign", at(TOKEN_SIGNER)),
            builder_signer_token: SIGNER_TOKEN,
            unattributed_trades,
            live_markets: if scenario.live.emits.is_empty() {
                Vec::new()
            } else {
                markets().map(|id| id.to_string()).into()
            },
            env: BTreeMap::new(),
            accounts,
            clob_url,
        };
        announcement.name_urls(&mut names);
        names.add("host", listen.to_string());
        names.add("closed", format!("http://{closed}"));
        names.add("closed_host", closed.to_string());
        name_account(&mut names, scenario);
        name_credentials(&mut names, scenario, credentials);
        us::name(&mut names);
        let usual = usual(scenario).filter_map(|(setting, value)| Some((setting.usual_variable()?, *value)));
        let mut settings: BTreeMap<String, String> =
            usual.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        settings.extend(scenario.settings.clone());
        for value in settings.values_mut() {
            *value = names.fill(value);
        }
        settings.retain(|_, value| !value.is_empty());
        announcement.env = settings;
        announcement
    }

    fn name_urls(&self, names: &mut Names) {
        for (name, url) in [
            ("clob", &self.clob_url),
            ("rpc", &self.rpc_url),
            ("gamma", &self.gamma_url),
            ("data", &self.data_url),
            ("geoblock", &self.geoblock_url),
            ("relayer", &self.relayer_url),
            ("ws", &self.ws_url),
            ("live", &self.live_url),
            ("us", &self.us_url),
            ("us_gateway", &self.us_gateway_url),
            ("signer", &self.builder_signer_url),
            ("token_signer", &self.builder_signer_token_url),
        ] {
            names.add(name, url);
        }
    }
}

fn name_account(names: &mut Names, scenario: &Scenario) {
    let kind = scenario.account.wallet;
    let funder = names.fill(&format!("{{{}}}", name_of(kind)));
    names.add("funder", funder);
    names.add("signature_type", u8::from(kind.signature_type()).to_string());
    names.add("chain_id", scenario.server.chain_id.to_string());
    names.add("private_key", DEMO_KEY);
    names.add("other_private_key", OTHER_KEY);
    names.add("builder_code", DEMO_CODE.to_string());
    names.add("relayer_key", RELAYER_KEY);
    names.add("new_relayer_key", NEW_RELAYER_KEY);
    names.add("other_relayer_key", OTHER_RELAYER_KEY);
    names.add("eoa_lower_case", names.fill("{eoa}").to_lowercase());
}

/// The credentials in the user's slots, and the builder's.
fn name_credentials(names: &mut Names, scenario: &Scenario, credentials: Option<&ApiCredentials>) {
    let builder = builder_credentials();
    let credentials = match scenario.credentials.kind {
        CredentialKind::User => credentials,
        CredentialKind::Builder => Some(&builder),
        CredentialKind::None => None,
    };
    names.add_credentials("api", credentials);
    names.add_credentials("builder", Some(&builder));
}
