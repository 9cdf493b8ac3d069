//! Further accounts beside the demo's, all of them healthy: for whoever tries out many.

use std::collections::BTreeMap;

use alloy_primitives::{U256, hex};

use super::keys::{Keys, derive};
use super::names;
use crate::auth::contracts::Chain;
use crate::auth::wallet::{WalletKind, WalletMap};

/// One of them.
pub(super) struct Customer {
    private_key: String,
    pub(super) wallets: WalletMap,
}

/// So many accounts, whose keys follow from the seed.
pub(super) fn customers(chain: &Chain, seed: u64, count: u32) -> Vec<Customer> {
    let customer = |number: u32| {
        let private_key = hex::encode_prefixed(derive(seed, "private key", &[&number.to_be_bytes()]));
        Customer { wallets: names::wallets(chain, &private_key), private_key }
    };
    (0..count).map(customer).collect()
}

impl Customer {
    /// What is its own among the settings, by the names of environment variables.
    pub(super) fn env(&self, kind: WalletKind, keys: &Keys) -> BTreeMap<String, String> {
        let funder = self.wallets.address(kind).unwrap_or(self.wallets.eoa).to_string();
        let mut env = vec![("POLYMARKET_PRIVATE_KEY", self.private_key.clone()), ("POLYMARKET_FUNDER", funder)];
        if let Some(key) = keys.at(self.wallets.eoa, U256::ZERO) {
            let credentials = &key.credentials;
            env.push(("CLOB_API_KEY", credentials.key.clone()));
            env.push(("CLOB_SECRET", credentials.secret.expose().to_owned()));
            env.push(("CLOB_PASS_PHRASE", credentials.passphrase.expose().to_owned()));
        }
        env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
