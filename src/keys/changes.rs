//! What a change to the account does, what it breaks, and whether it can be undone.

use alloy_primitives::U256;
use serde::Serialize;

use crate::auth::wallet::SignatureType;
use crate::endpoints;

/// Who signs the revocation of a builder key. The official clients differ: the first TypeScript
/// client and the unified ones sign with the builder key, the clients of version 2 as the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RevokeAs {
    /// Builder credentials: revokes the key that signs
    Builder,
    /// API credentials: the request contains no key, so the service chooses
    User,
}

/// With what a request is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedWith {
    /// L1: the wallet's signature.
    PrivateKey,
    /// L2: the HMAC of the API credentials.
    ApiCredentials,
    /// The HMAC of the builder credentials.
    BuilderCredentials,
}

impl SignedWith {
    /// The headers that carry the signature.
    pub fn headers(self) -> &'static [&'static str] {
        match self {
            Self::PrivateKey => &["POLY_ADDRESS", "POLY_SIGNATURE", "POLY_TIMESTAMP", "POLY_NONCE"],
            Self::ApiCredentials => {
                &["POLY_ADDRESS", "POLY_SIGNATURE", "POLY_TIMESTAMP", "POLY_API_KEY", "POLY_PASSPHRASE"]
            }
            Self::BuilderCredentials => {
                &["POLY_BUILDER_API_KEY", "POLY_BUILDER_PASSPHRASE", "POLY_BUILDER_SIGNATURE", "POLY_BUILDER_TIMESTAMP"]
            }
        }
    }
}

/// A request that a change consists of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planned {
    pub method: &'static str,
    pub path: &'static str,
    /// What follows the path, or nothing.
    pub query: String,
    pub signed_with: SignedWith,
    /// What is in the body, with keys shortened.
    pub body: Option<String>,
}

/// One change to the account. Keys are ids, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    CreateApiKey {
        nonce: U256,
    },
    DeleteApiKey {
        key: String,
    },
    CreateReadonlyKey,
    DeleteReadonlyKey {
        key: String,
    },
    CreateBuilderKey,
    /// `key` is the one that signs, unless the user signs.
    RevokeBuilderKey {
        key: Option<String>,
    },
    UpdateBalances {
        signature_type: SignatureType,
    },
}

impl Change {
    /// What is done, as an order: "Create …".
    pub fn does(&self) -> String {
        match self {
            Self::CreateApiKey { nonce } => format!("Create API credentials at nonce {nonce}"),
            Self::DeleteApiKey { key } => format!("Delete the API key {key}"),
            Self::CreateReadonlyKey => "Create a read-only API key".to_owned(),
            Self::DeleteReadonlyKey { key } => format!("Delete the read-only API key {key}"),
            Self::CreateBuilderKey => "Create a builder key".to_owned(),
            Self::RevokeBuilderKey { key: Some(key) } => format!("Revoke the builder key {key}"),
            Self::RevokeBuilderKey { key: None } => "Revoke a builder key of this account".to_owned(),
            Self::UpdateBalances { signature_type } => {
                format!("Have the CLOB read balance and allowances from the chain again, for type {signature_type}")
            }
        }
    }

    /// That it may have been made although no answer says so.
    pub fn perhaps(&self) -> String {
        match self {
            Self::CreateApiKey { nonce } => format!("An API key may have been created at nonce {nonce}"),
            Self::DeleteApiKey { key } => format!("The API key {key} may have been deleted"),
            Self::CreateReadonlyKey => "A read-only key may have been created".to_owned(),
            Self::DeleteReadonlyKey { key } => format!("The read-only key {key} may have been deleted"),
            Self::CreateBuilderKey => "A builder key may have been created".to_owned(),
            Self::RevokeBuilderKey { key: Some(key) } => format!("The builder key {key} may have been revoked"),
            Self::RevokeBuilderKey { key: None } => "A builder key may have been revoked".to_owned(),
            Self::UpdateBalances { .. } => "The CLOB may have read the balance again".to_owned(),
        }
    }

    /// The command that finds out whether it was made.
    pub fn look(&self) -> String {
        match self {
            Self::CreateApiKey { nonce } => format!("polydoctor keys derive --nonce {nonce}"),
            Self::DeleteApiKey { .. } => "polydoctor keys list".to_owned(),
            Self::CreateReadonlyKey | Self::DeleteReadonlyKey { .. } => "polydoctor keys readonly list".to_owned(),
            Self::CreateBuilderKey | Self::RevokeBuilderKey { .. } => "polydoctor keys builder list".to_owned(),
            Self::UpdateBalances { .. } => "polydoctor check funds.balance".to_owned(),
        }
    }

    /// What stops working by it.
    pub fn breaks(&self) -> &'static str {
        match self {
            Self::CreateApiKey { .. } => {
                "Nothing known: keys at several nonces work side by side. Older documentation says that a new key replaces the previous one; if yours stops working, derive it again."
            }
            Self::DeleteApiKey { .. } => {
                "Every bot and script that signs with it is then rejected with 401 Unauthorized/Invalid api key."
            }
            Self::CreateReadonlyKey | Self::CreateBuilderKey | Self::UpdateBalances { .. } => "Nothing.",
            Self::DeleteReadonlyKey { .. } => "Every monitor that reads with it is then rejected.",
            Self::RevokeBuilderKey { key: Some(_) } => {
                "Everything that signs with it is then rejected: signing servers, the relayer, attribution by headers. Orders may still be placed, without attribution and without an error."
            }
            Self::RevokeBuilderKey { key: None } => {
                "Everything that signs with the revoked key is rejected. Signed as the user, the request contains no key, and which one is revoked is not documented: sign as the builder if there are several."
            }
        }
    }

    /// Whether it can be undone, and by what; `selection` are the flags that choose the account.
    pub fn undo(&self, selection: &str) -> String {
        let by = |command: String| format!("Can be undone: polydoctor {command} {selection}").trim_end().to_owned();
        match self {
            Self::CreateApiKey { nonce } => by(format!("keys delete --nonce {nonce}")),
            Self::DeleteApiKey { .. } => {
                "Cannot be undone: a new key at this nonce will have a different ID and secret".to_owned()
            }
            Self::CreateReadonlyKey => by("keys readonly delete PREFIX".to_owned()),
            Self::DeleteReadonlyKey { .. } => "Cannot be undone: a new read-only key will be different".to_owned(),
            Self::CreateBuilderKey => {
                "Can be undone: polydoctor keys builder revoke, with its credentials configured".to_owned()
            }
            Self::RevokeBuilderKey { .. } => "Cannot be undone: a new key will have different credentials".to_owned(),
            Self::UpdateBalances { .. } => "Nothing to undo: this only refreshes the CLOB's cached balance".to_owned(),
        }
    }

    /// What is sent for it.
    pub fn request(&self) -> Planned {
        let (method, path, signed_with) = match self {
            Self::CreateApiKey { .. } => ("POST", endpoints::API_KEY, SignedWith::PrivateKey),
            Self::DeleteApiKey { .. } => ("DELETE", endpoints::API_KEY, SignedWith::ApiCredentials),
            Self::CreateReadonlyKey => ("POST", endpoints::READONLY_KEY, SignedWith::ApiCredentials),
            Self::DeleteReadonlyKey { .. } => ("DELETE", endpoints::READONLY_KEY, SignedWith::ApiCredentials),
            Self::CreateBuilderKey => ("POST", endpoints::BUILDER_KEYS, SignedWith::ApiCredentials),
            Self::RevokeBuilderKey { key: None } => ("DELETE", endpoints::BUILDER_KEYS, SignedWith::ApiCredentials),
            Self::RevokeBuilderKey { key: Some(_) } => {
                ("DELETE", endpoints::BUILDER_KEYS, SignedWith::BuilderCredentials)
            }
            Self::UpdateBalances { .. } => ("GET", endpoints::UPDATE_BALANCE, SignedWith::ApiCredentials),
        };
        let query = match self {
            Self::UpdateBalances { signature_type } => {
                format!("?asset_type=COLLATERAL&signature_type={}", u8::from(*signature_type))
            }
            _ => String::new(),
        };
        let body = match self {
            Self::DeleteReadonlyKey { key } => Some(format!("{{\"key\":\"{key}\"}}")),
            _ => None,
        };
        Planned { method, path, query, signed_with, body }
    }
}
