//! The URLs of a running sandbox, and the settings of its demo account.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::Serialize;

use super::names::{DEMO_KEY, Names, OTHER_KEY};
use super::scenario::{CredentialKind, Scenario};
use super::trades::DEMO_CODE;
use super::views::{DATA, GAMMA, GEOBLOCK, RELAYER, RPC};
use super::{SIGNER, SIGNER_TOKEN, TOKEN_SIGNER, builder_credentials};
use crate::auth::l2::ApiCredentials;

/// What a sandbox says when it is ready: one JSON line on standard output.
#[derive(Clone, Debug, Serialize)]
pub struct Announcement {
    pub clob_url: String,
    pub rpc_url: String,
    pub gamma_url: String,
    pub data_url: String,
    pub geoblock_url: String,
    pub relayer_url: String,
    /// Full URL of `POST /sign`, for everybody.
    pub builder_signer_url: String,
    /// The same signer, for those who send the token.
    pub builder_signer_token_url: String,
    pub builder_signer_token: &'static str,
    /// A complete set of settings for the demo account, by the names of environment variables.
    pub env: BTreeMap<String, String>,
}

impl Announcement {
    /// `names` are the scenario's; `credentials` those that the user has configured.
    pub(super) fn new(
        listen: SocketAddr,
        closed: SocketAddr,
        scenario: &Scenario,
        mut names: Names,
        credentials: Option<&ApiCredentials>,
    ) -> Self {
        let clob_url = format!("http://{listen}");
        let at = |prefix: &str| format!("{clob_url}{prefix}");
        let mut announcement = Self {
            rpc_url: at(RPC),
            gamma_url: at(GAMMA),
            data_url: at(DATA),
            geoblock_url: at(GEOBLOCK),
            relayer_url: at(RELAYER),
            builder_signer_url: format!("{}/sign", at(SIGNER)),
            builder_signer_token_url: format!("{}/sign", at(TOKEN_SIGNER)),
            builder_signer_token: SIGNER_TOKEN,
            env: BTreeMap::new(),
            clob_url,
        };
        for (name, value) in [
            ("clob", announcement.clob_url.as_str()),
            ("host", &listen.to_string()),
            ("rpc", &announcement.rpc_url),
            ("signer", &announcement.builder_signer_url),
            ("token-signer", &announcement.builder_signer_token_url),
            ("closed", &format!("http://{closed}")),
            ("private-key", DEMO_KEY),
            ("other-private-key", OTHER_KEY),
        ] {
            names.add(name, value);
        }
        announcement.env = announcement.settings(scenario, &mut names, credentials);
        announcement
    }

    fn settings(
        &self,
        scenario: &Scenario,
        names: &mut Names,
        credentials: Option<&ApiCredentials>,
    ) -> BTreeMap<String, String> {
        let builder = builder_credentials();
        let credentials = match scenario.credentials.kind {
            CredentialKind::User => credentials,
            CredentialKind::Builder => Some(&builder),
            CredentialKind::None => None,
        };
        for (prefix, triple) in [("api", credentials), ("builder", Some(&builder))] {
            if let Some(triple) = triple {
                names.add(&format!("{prefix}-key"), &triple.key);
                names.add(&format!("{prefix}-secret"), triple.secret.expose());
                names.add(&format!("{prefix}-passphrase"), triple.passphrase.expose());
            }
        }
        let kind = scenario.account.wallet;
        let usual = [
            ("POLYMARKET_PRIVATE_KEY", "{private-key}".to_owned()),
            ("POLYMARKET_SIGNATURE_TYPE", u8::from(kind.signature_type()).to_string()),
            ("POLYMARKET_FUNDER", format!("{{{}}}", super::ledger::name_of(kind))),
            ("POLYMARKET_CHAIN_ID", scenario.server.chain_id.to_string()),
            ("POLYMARKET_CLOB_URL", self.clob_url.clone()),
            ("POLYMARKET_GAMMA_URL", self.gamma_url.clone()),
            ("POLYMARKET_DATA_URL", self.data_url.clone()),
            ("POLYMARKET_RELAYER_URL", self.relayer_url.clone()),
            ("POLYMARKET_GEOBLOCK_URL", self.geoblock_url.clone()),
            ("POLYMARKET_RPC_URL", self.rpc_url.clone()),
            ("POLY_BUILDER_API_KEY", "{builder-key}".to_owned()),
            ("POLY_BUILDER_SECRET", "{builder-secret}".to_owned()),
            ("POLY_BUILDER_PASSPHRASE", "{builder-passphrase}".to_owned()),
            ("POLY_BUILDER_SIGNER_URL", self.builder_signer_url.clone()),
            ("POLY_BUILDER_CODE", DEMO_CODE.to_string()),
        ];
        let own =
            [("CLOB_API_KEY", "{api-key}"), ("CLOB_SECRET", "{api-secret}"), ("CLOB_PASS_PHRASE", "{api-passphrase}")];
        let own = own.into_iter().filter(|_| credentials.is_some()).map(|(name, value)| (name, value.to_owned()));
        let mut settings: BTreeMap<String, String> =
            usual.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value)).collect();
        settings.extend(scenario.settings.clone());
        settings.retain(|_, value| !value.is_empty());
        settings.values_mut().for_each(|value| *value = names.fill(value));
        settings
    }
}
