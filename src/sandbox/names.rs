//! The people of a sandbox, their wallets and secrets, by the names that scenarios use.
//!
//! `{eoa}` `{proxy}` `{safe}` `{deposit_uups}` `{deposit_beacon}` are the demo signer's wallets, the
//! same with `other_` those of a second signer, `{funder}` the account's own; `{clob}` `{rpc}`
//! `{gamma}` `{data}` `{relayer}` `{geoblock}` `{ws}` `{live}` `{signer}` `{token_signer}` are URLs, `{closed}`
//! one where nothing listens, `{host}` and `{closed_host}` address and port of the CLOB and of that one; `{private_key}` `{other_private_key}`
//! `{builder_code}` `{relayer_key}` `{new_relayer_key}` (in the form of a builder's) `{other_relayer_key}`
//! `{eoa_lower_case}` and `{api_key}` `{api_passphrase}` `{api_secret}`
//! (`…_standard`, `…_unpadded`, `…_truncated`, `…_hex`), the same with `builder_`, are the right
//! values of secrets; with `other_` those of the second signer. `{us}` and `{us_gateway}` are the hosts of
//! Polymarket US, `{us_key_id}` and `{us_secret}` the key of the demo account there (`us_seed` alone, `…_unpadded`,
//! `…_url_safe`, `…_hex`, `…_cut`, `…_of_two`), with `other_` somebody else's.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use crate::auth::contracts::Chain;
use crate::auth::key;
use crate::auth::l2::ApiCredentials;
use crate::auth::wallet::{WalletKind, WalletMap};
use crate::secret::Secret;

/// Published development keys (the first two of anvil and hardhat); nothing of value is theirs.
pub(super) const DEMO_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub(super) const OTHER_KEY: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/// The wallets of a development key.
pub(super) fn wallets(chain: &Chain, private_key: &str) -> WalletMap {
    let parsed =
        key::parse(&Secret::new(private_key)).unwrap_or_else(|mistake| unreachable!("a key of ours: {mistake}"));
    WalletMap::derive(chain, parsed.signer.address())
}

const WALLET_NAMES: [(&str, WalletKind); 5] = [
    ("eoa", WalletKind::Eoa),
    ("proxy", WalletKind::Proxy),
    ("safe", WalletKind::Safe),
    ("deposit_uups", WalletKind::DepositUups),
    ("deposit_beacon", WalletKind::DepositBeacon),
];

/// The name that scenarios give a kind of wallet.
pub(super) fn name_of(kind: WalletKind) -> &'static str {
    WALLET_NAMES.iter().find(|(_, known)| *known == kind).map_or("eoa", |(name, _)| name)
}

/// Placeholder to value.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn of_wallets(demo: &WalletMap, other: &WalletMap) -> Self {
        let mut names = Self::default();
        for (prefix, map) in [("", demo), ("other_", other)] {
            for (name, kind) in WALLET_NAMES {
                if let Some(address) = map.address(kind) {
                    names.add(&format!("{prefix}{name}"), address.to_string());
                }
            }
        }
        names
    }

    /// A set of credentials, its secret in all the ways in which secrets get rewritten; what is not
    /// configured is empty text.
    pub(super) fn add_credentials(&mut self, slot: &str, triple: Option<&ApiCredentials>) {
        let text = |part: fn(&ApiCredentials) -> &str| triple.map(part).unwrap_or_default();
        let secret = text(|triple| triple.secret.expose());
        let bytes = URL_SAFE.decode(secret).unwrap_or_default();
        self.add(&format!("{slot}_key"), text(|triple| &triple.key));
        self.add(&format!("{slot}_passphrase"), text(|triple| triple.passphrase.expose()));
        self.add(&format!("{slot}_secret"), secret);
        self.add(&format!("{slot}_secret_standard"), STANDARD.encode(&bytes));
        self.add(&format!("{slot}_secret_unpadded"), secret.trim_end_matches('='));
        self.add(&format!("{slot}_secret_truncated"), secret.get(1..).unwrap_or_default());
        self.add(&format!("{slot}_secret_hex"), alloy_primitives::hex::encode(&bytes));
    }

    pub(super) fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The address that a scenario names: by name, or as it is.
    pub(super) fn address(&self, name: &str) -> Option<Address> {
        self.0.get(name).map_or(name, String::as_str).parse().ok()
    }

    /// The text with every placeholder replaced; one that is not known stays, and shows.
    pub(super) fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}
