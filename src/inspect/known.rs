//! What the settings know of the account that a request claims to come from.

use alloy_primitives::{Address, B256, U256};

use crate::auth::contracts;
use crate::auth::wallet::WalletMap;
use crate::secret::Secret;
use crate::settings::{CredentialParts, Settings};

/// Credentials, as much of them as there is.
#[derive(Clone, Default)]
pub struct KnownCredentials {
    /// Key id, a UUID.
    pub key: Option<String>,
    /// Base64 text, to recompute signatures with.
    pub secret: Option<Secret>,
    /// To be compared, and to be hidden in what is shown.
    pub passphrase: Option<Secret>,
}

/// Everything that a request is compared with; nothing of it is required.
#[derive(Clone, Default)]
pub struct Known {
    /// The address of the configured private key.
    pub signer: Option<Address>,
    /// Its text, to be hidden in what is shown.
    pub private_key: Option<Secret>,
    /// The wallet that orders should have as their maker.
    pub funder: Option<Address>,
    /// The signer's wallets, by what they are.
    pub wallets: Vec<(String, Address)>,
    /// `None`: Polygon.
    pub chain_id: Option<u64>,
    /// The configured nonce; `None` where it is not set.
    pub nonce: Option<U256>,
    /// The API credentials.
    pub user: KnownCredentials,
    /// The builder credentials.
    pub builder: KnownCredentials,
    /// The key of Polymarket US; it has no passphrase.
    pub us: KnownCredentials,
    /// The relayer API key.
    pub relayer_key: Option<Secret>,
    /// Whose it is.
    pub relayer_address: Option<Address>,
    /// When the request was sent, in Unix seconds; without it, staleness is not judged.
    pub sent_s: Option<i64>,
    /// What every order should carry.
    pub builder_code: Option<B256>,
    /// Whether orders are for a neg-risk market; `None`: not known.
    pub neg_risk: Option<bool>,
}

impl Known {
    /// What these settings hold. `sent_s` is the time of sending, in Unix seconds.
    pub fn of(settings: &Settings, sent_s: Option<i64>) -> Self {
        let signer = settings.parsed_key().map(|key| key.signer.address());
        let chain_id = settings.chain_id.as_ref().map(|chain| chain.value);
        let chain = contracts::chain(chain_id.unwrap_or(contracts::POLYGON));
        let map = chain.zip(signer).map(|(chain, signer)| WalletMap::derive(chain, signer));
        let wallets = map.iter().flat_map(WalletMap::iter).map(|(kind, address)| (kind.to_string(), address));
        Self {
            signer,
            private_key: settings.private_key.as_ref().and_then(|key| key.value.as_ref().ok()).cloned(),
            funder: settings.funder.as_ref().map(|funder| funder.value),
            wallets: wallets.collect(),
            chain_id,
            nonce: settings.nonce.as_ref().map(|nonce| nonce.value),
            user: KnownCredentials::of(&settings.credentials),
            builder: KnownCredentials::of(&settings.builder),
            us: KnownCredentials {
                key: settings.us.key_id.as_ref().map(|id| id.value.clone()),
                secret: settings.us.secret.as_ref().map(|secret| secret.value.clone()),
                passphrase: None,
            },
            relayer_key: settings.relayer_key.as_ref().map(|key| key.value.clone()),
            relayer_address: settings.relayer_key_address.as_ref().map(|address| address.value.address),
            sent_s,
            builder_code: settings.builder_code.as_ref().and_then(|code| code.value.trim().parse().ok()),
            neg_risk: None,
        }
    }

    pub(super) fn chain_id(&self) -> u64 {
        self.chain_id.unwrap_or(contracts::POLYGON)
    }

    /// What the settings call an address.
    pub(super) fn name_of(&self, address: Address) -> Option<String> {
        if Some(address) == self.signer {
            return Some("the signer".to_owned());
        }
        if Some(address) == self.funder {
            return Some("the funder".to_owned());
        }
        let wallet = self.wallets.iter().find(|(_, known)| *known == address);
        wallet.map(|(kind, _)| format!("this signer's {kind}"))
    }

    pub(super) fn named_secrets(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        let named = [
            ("private key", &self.private_key),
            ("API secret", &self.user.secret),
            ("API passphrase", &self.user.passphrase),
            ("builder secret", &self.builder.secret),
            ("builder passphrase", &self.builder.passphrase),
            ("relayer API key", &self.relayer_key),
            ("Polymarket US secret key", &self.us.secret),
        ];
        named.into_iter().filter_map(|(kind, secret)| Some((kind, secret.as_ref()?)))
    }

    pub(super) fn secrets(&self) -> Vec<Secret> {
        let mut secrets: Vec<Secret> = self.named_secrets().map(|(_, secret)| secret.clone()).collect();
        // a key is written with its prefix and without
        let bare = self.private_key.as_ref().and_then(|key| key.expose().trim().strip_prefix("0x").map(Secret::new));
        secrets.extend(bare);
        secrets
    }
}

impl KnownCredentials {
    fn of(parts: &CredentialParts) -> Self {
        Self {
            key: parts.key.as_ref().map(|key| key.value.clone()),
            secret: parts.secret.as_ref().map(|secret| secret.value.clone()),
            passphrase: parts.passphrase.as_ref().map(|passphrase| passphrase.value.clone()),
        }
    }
}
