//! What is wrong with a demo account: `assets/scenarios/*.toml`, built into the program.
//!
//! A file with nothing but `title` and `source` is a healthy account with a Safe, so each file holds
//! only what differs:
//!
//! ```toml
//! title = "The approvals were given by the signer's own address"
//! source = "polymarket-cli#4"
//! symptoms = ["not enough balance / allowance"]  # what the service says; a test holds the sandbox to it
//! client_errors = ["insufficient funds"]         # what the user's own client says
//! [account]                                      # the truth at the service
//! wallet = "deposit-beacon"
//! [wallets.deposit_beacon]                       # the truth on the chain
//! approvals = "none"
//! [wallets.eoa]
//! approvals = "all"
//! [settings]                                     # what the user has set in place of the right value
//! POLYMARKET_NONCE = "0"
//! [expect]                                       # what `check` has to find
//! cause = "allowance-by-wrong-owner"
//! verdict = "broken"
//! exit = 1
//! ```
//!
//! Values of `[settings]` use placeholders, such as `{safe}`; the keys of `[wallets]` are the same
//! names without braces, or addresses. `names.rs` lists them.

mod files;
mod services;

use std::collections::BTreeMap;

use alloy_primitives::Bytes;
use serde::Deserialize;

use super::faults::Fault;
use crate::auth::contracts::POLYGON;
use crate::auth::wallet::WalletKind;
use files::FILES;
pub use services::{Live, Relayer, RelayerTransaction, Us, UsAccount};

/// The scenario of a bare `--demo`.
pub const DEFAULT: &str = "demo";

/// The names of all scenarios.
pub fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The scenario of this name.
pub fn find(name: &str) -> Option<Scenario> {
    let (name, text) = FILES.iter().find(|(known, _)| *known == name)?;
    Some(
        Scenario::parse(name, text).unwrap_or_else(|error| unreachable!("{name}.toml is part of the program: {error}")),
    )
}

/// One account, the server that it meets, what its user has configured, and what that comes to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The name of its file, such as `funder-is-signer`.
    #[serde(skip)]
    pub name: String,
    /// What is wrong, in one sentence without a full stop.
    pub title: String,
    /// The public thread or document that it stands for.
    pub source: String,
    /// The errors of the service that the user reports.
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// The errors that come from the user's own client or network, which no server can be held to.
    #[serde(default)]
    pub client_errors: Vec<String>,
    /// What the service knows of the account.
    #[serde(default)]
    pub account: Account,
    /// What holds for a wallet instead of the usual; keys are names (`safe`, `other_eoa`) or addresses.
    #[serde(default)]
    pub wallets: BTreeMap<String, Wallet>,
    /// The API credentials that the user has configured.
    #[serde(default)]
    pub credentials: Configured,
    /// The account's builder key.
    #[serde(default)]
    pub builder: Builder,
    /// The remote builder signer.
    #[serde(default)]
    pub signer: Signer,
    /// The service and what stands before it.
    #[serde(default)]
    pub server: Server,
    /// The live channels.
    #[serde(default)]
    pub live: Live,
    /// The relayer.
    #[serde(default)]
    pub relayer: Relayer,
    /// Polymarket US.
    #[serde(default)]
    pub us: Us,
    /// Requests that go wrong on their way; the first that fits one decides.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// What the user has set in place of the right value; empty text removes the setting.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// What `check` has to find.
    #[serde(default)]
    pub expect: Expect,
}

impl Scenario {
    /// # Errors
    ///
    /// What TOML or the format does not allow.
    pub fn parse(name: &str, text: &str) -> Result<Self, toml::de::Error> {
        Ok(Self { name: name.to_owned(), ..toml::from_str(text)? })
    }
}

/// The truth about the account, as the service knows it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Account {
    /// The wallet that the account trades from.
    pub wallet: WalletKind,
    /// The nonces that hold API keys.
    pub nonces: Vec<u64>,
    /// Whether Gamma knows a profile; by default all accounts with a wallet of their own have one.
    pub profile: Option<bool>,
    /// Its orders are refused with `address banned`.
    pub banned: bool,
    /// It may close positions, and open none.
    pub closed_only: bool,
    /// The service takes orders of this account from a deposit wallet only, whatever it trades from.
    pub deposit_wallet_required: bool,
    /// Own trades that carry the demo builder's code, that carry none, and that are too fresh to
    /// be listed under it.
    pub attributed_trades: usize,
    /// Own trades without the demo builder's code, more than a day old.
    pub unattributed_trades: usize,
    /// Own trades with the code, minutes old and not listed yet.
    pub pending_trades: usize,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            wallet: WalletKind::Safe,
            nonces: vec![0],
            profile: None,
            banned: false,
            closed_only: false,
            deposit_wallet_required: false,
            attributed_trades: 12,
            unattributed_trades: 0,
            pending_trades: 0,
        }
    }
}

/// The state of one address, where it differs: the account's own wallet is deployed, holds 250
/// pUSD and has every approval; the other signer's holds 40; all other wallets hold nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Wallet {
    /// Whether there is code at the address; by default only at the account's own wallet.
    pub deployed: Option<bool>,
    /// Code in place of the wallet's own.
    pub code: Option<Bytes>,
    /// Who owns it now; the name of an address, or an address.
    pub owner: Option<String>,
    /// Keys that may sign for a deposit wallet beside its owner; names of addresses, or addresses.
    pub session_keys: Vec<String>,
    /// Amounts as people write them: `"250.00"`.
    pub pusd: Option<String>,
    /// As `pusd`, of USDC.e.
    pub usdc_e: Option<String>,
    /// As `pusd`, of Circle's USDC.
    pub usdc: Option<String>,
    /// Gas, in whole POL.
    pub pol: Option<String>,
    /// By default all for the account's own wallet, none for others.
    pub approvals: Option<Approvals>,
    /// It has called `pauseUser` at the exchanges.
    pub paused: bool,
}

/// Which of the contracts that trading needs may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approvals {
    /// Everything that trading needs.
    All,
    /// Nothing.
    None,
    /// Only of the collateral: buying works, selling does not.
    Collateral,
    /// Only of outcome shares: selling works, buying does not.
    Shares,
}

/// The API credentials that the user has configured.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Configured {
    /// The user's, the builder's, or none.
    pub kind: CredentialKind,
    /// Who they belong to.
    pub owner: Person,
    /// Which of the owner's credentials they are.
    pub nonce: u64,
    /// They were deleted on the server; a key that it has at this nonce is a later one.
    pub deleted: bool,
}

/// Which credentials are in the slots of the API credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CredentialKind {
    /// API credentials of the CLOB.
    #[default]
    User,
    /// The builder's, in the slots of the user's.
    Builder,
    /// The slots are empty.
    None,
}

/// One of the two signers of the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Person {
    /// The signer of the demo account.
    #[default]
    Demo,
    /// Another signer, with an account of its own.
    Other,
}

/// The demo account's builder key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Builder {
    /// It was revoked before the start.
    pub revoked: bool,
    /// What it takes of each trade, in hundredths of a percent.
    pub maker_bps: u64,
    /// The same of an order that matches at once.
    pub taker_bps: u64,
    /// Without it the boards do not show the builder.
    pub unverified: bool,
}

/// The remote builder signer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Signer {
    /// Relative to the service.
    pub clock_offset_seconds: i64,
    /// It was started with credentials that are nobody's.
    pub unknown_credentials: bool,
    /// It stamps in milliseconds, as one published sample does.
    pub milliseconds: bool,
    /// It signs timestamp, method and path only.
    pub drops_body: bool,
}

/// The service itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the scenario")]
pub struct Server {
    /// How far its clock is ahead of this machine's, which is the one that drifts.
    pub clock_offset_seconds: i64,
    /// 137 or 80002: the chain of the service.
    pub chain_id: u64,
    /// The protocol version that `/version` names.
    pub version: u64,
    /// A new key is refused for so long; those that exist at the start are new as well.
    pub key_lag_seconds: i64,
    /// Keys from before the start are refused until they are derived once.
    pub keys_asleep: bool,
    /// `/balance-allowance` answers an old amount until `/balance-allowance/update` was asked.
    pub balance_cache_stale: bool,
    /// That old amount, as people write it: `"100.00"`; without approvals when it is zero.
    pub cached_balance: String,
    /// The chain that the Polygon node is on, when it is another than the service's.
    pub rpc_chain_id: Option<u64>,
    /// Where the service sees the caller: not in a blocked country, by default.
    pub geoblocked: bool,
    /// The admin has paused trading at the exchange contract, and at the one for negative-risk markets.
    pub exchange_paused: bool,
    /// The same at the exchange for negative-risk markets.
    pub neg_risk_exchange_paused: bool,
    /// Healthy accounts beside the demo's, named in the announcement.
    pub accounts: u32,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            clock_offset_seconds: 0,
            chain_id: POLYGON,
            version: 2,
            key_lag_seconds: 0,
            keys_asleep: false,
            balance_cache_stale: false,
            cached_balance: "0".to_owned(),
            rpc_chain_id: None,
            geoblocked: false,
            exchange_paused: false,
            neg_risk_exchange_paused: false,
            accounts: 0,
        }
    }
}

/// What `check` has to find.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Absent: no diagnosis.
    pub cause: Option<String>,
    /// The cause that only the errors which the user saw point to: nothing that may be read tells it.
    pub by_symptom: Option<String>,
    /// `healthy`, `degraded`, `incomplete` or `broken`.
    pub verdict: String,
    /// Exit code of `check`.
    pub exit: i32,
    /// Check id to status, for the checks that matter here.
    pub checks: BTreeMap<String, String>,
}

impl Default for Expect {
    fn default() -> Self {
        Self { cause: None, by_symptom: None, verdict: "healthy".to_owned(), exit: 0, checks: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Setting;

    #[test]
    fn the_table_is_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/scenarios");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .map(|name| name.strip_suffix(".toml").unwrap_or(&name).to_owned())
            .collect();
        let mut table: Vec<&str> = names().collect();
        files.sort();
        table.sort_unstable();
        assert_eq!(files, table);
    }

    #[test]
    fn every_scenario_can_be_read() {
        for name in names() {
            let scenario = find(name).unwrap();
            assert!(!scenario.title.is_empty() && !scenario.source.is_empty(), "{name}");
            let Expect { cause, by_symptom, verdict, .. } = &scenario.expect;
            assert_eq!(cause.is_none(), verdict == "healthy", "{name}");
            assert_eq!(cause.is_none() && by_symptom.is_none(), name.starts_with("healthy"), "{name}");
            let told = scenario.symptoms.len() + scenario.client_errors.len();
            assert!(by_symptom.is_none() || told > 0, "{name}: no error points to its cause");
        }
        assert!(find("nothing").is_none());
        assert!(find(DEFAULT).is_some());
    }

    #[test]
    fn what_a_scenario_sets_is_read_unless_a_wrong_name_is_what_is_wrong() {
        for name in names() {
            let scenario = find(name).unwrap();
            let unread: Vec<&String> =
                scenario.settings.keys().filter(|variable| Setting::listing(variable).is_none()).collect();
            let is_wrong_name = scenario.expect.cause.as_deref() == Some("setting-invalid");
            assert!(unread.is_empty() || is_wrong_name, "{name}: no setting reads {unread:?}");
        }
    }
}
