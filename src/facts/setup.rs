//! What the settings say, before anything is asked: shapes of secrets, never secrets.

mod of;

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

pub use self::of::{key_shape, secret_fact};
use crate::auth::key::{KeyMistake, KeyRemark};
use crate::auth::l2::{NotBase64, SecretForm};
use crate::auth::wallet::{SignatureType, WalletMap};
use crate::secret::SecretShape;
use crate::settings::{Origin, ProblemKind, Setting, SettingProblem, Source, Sourced, WrittenAddress};

/// What the settings say, before anything is asked: no secret, only shapes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The profile that values come from; empty where none do.
    pub profile: String,
    /// What the account is named by; `None` where there is neither a key nor a profile.
    #[serde(default)]
    pub origin: Option<Origin>,
    pub problems: Vec<SettingProblem>,
    /// `None` when no key is configured.
    pub key: Option<Sourced<KeyFact>>,
    pub signature_type: Option<Sourced<SignatureType>>,
    pub funder: Option<Sourced<Address>>,
    pub chain_id: Option<Sourced<u64>>,
    pub nonce: Option<Sourced<U256>>,
    pub clob_url: Option<Sourced<String>>,
    pub rpc_url: Option<Sourced<String>>,
    #[serde(default)]
    pub ws_url: Option<Sourced<String>>,
    #[serde(default)]
    pub live_url: Option<Sourced<String>>,
    pub credentials: Option<CredentialsFact>,
    pub builder: Option<CredentialsFact>,
    pub builder_signer_url: Option<Sourced<String>>,
    pub builder_signer_token: Option<Sourced<SecretShape>>,
    pub builder_code: Option<Sourced<String>>,
    pub relayer_key: Option<Sourced<SecretShape>>,
    #[serde(default)]
    pub relayer_key_address: Option<Sourced<WrittenAddress>>,
    /// Every wallet of the key; `None` without a usable key or on a chain without contracts.
    pub wallets: Option<WalletMap>,
    /// Every setting with its value (secrets as shapes) and source, for people to read.
    pub shown: Vec<ShownSetting>,
    /// Every place that has a value for a setting; the first is in force.
    #[serde(default)]
    pub places: BTreeMap<Setting, Vec<Source>>,
    /// The flags that choose this account and its host; a suggested command needs them, too.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub selection: String,
    /// True when nothing may be asked over the network.
    pub offline: bool,
    /// Whether what takes seconds is asked, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deep: bool,
}

impl Setup {
    /// The key's own address.
    pub fn signer(&self) -> Option<Address> {
        match &self.key.as_ref()?.value {
            KeyFact::Usable { signer, .. } => Some(*signer),
            KeyFact::Unusable { .. } => None,
        }
    }

    /// What the account is called in a report: its profile, or `default` where there is none.
    pub fn profile_label(&self) -> &str {
        if self.profile.is_empty() { "default" } else { &self.profile }
    }

    /// Chain id in force; Polygon unless set.
    pub fn chain(&self) -> u64 {
        self.chain_id.as_ref().map_or(crate::auth::contracts::POLYGON, |chain| chain.value)
    }

    pub fn nonce(&self) -> U256 {
        self.nonce.as_ref().map_or(U256::ZERO, |nonce| nonce.value)
    }

    /// Signature type in force; `None` when a value is set that is none.
    pub fn signature_type(&self) -> Option<SignatureType> {
        self.signature_type.as_ref().map(|kind| kind.value)
    }

    /// The wallet that orders would be made for: the funder, or for type 0 the signer.
    pub fn maker(&self) -> Option<Address> {
        match (&self.funder, self.signature_type()?) {
            (Some(funder), _) => Some(funder.value),
            (None, SignatureType::Eoa) => self.signer(),
            (None, _) => None,
        }
    }

    /// The maker of an order that is signed with these settings: without a funder the signer, as the
    /// official clients do it. `None` where the configured funder is no address, and without a key.
    pub fn order_maker(&self) -> Option<Address> {
        let is_unusable =
            |problem: &SettingProblem| problem.is_of(Setting::Funder) && problem.kind == ProblemKind::Invalid;
        if self.funder.is_none() && self.problems.iter().any(is_unusable) {
            return None;
        }
        self.maker().or_else(|| self.signer())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownSetting {
    pub name: String,
    pub value: String,
    /// Empty when it is not set.
    pub source: String,
    /// Other places that have a value, which this one wins over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "key")]
pub enum KeyFact {
    Usable { signer: Address, shape: SecretShape, remarks: Vec<KeyRemark> },
    Unusable { shape: Option<SecretShape>, mistake: KeyMistake },
}

/// A set of credentials: whole, or with parts missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CredentialsFact {
    pub key: Option<Sourced<String>>,
    pub secret: Option<Sourced<SecretFact>>,
    pub passphrase: Option<Sourced<SecretShape>>,
}

impl CredentialsFact {
    pub fn missing(&self) -> Vec<&'static str> {
        [("key", self.key.is_none()), ("secret", self.secret.is_none()), ("passphrase", self.passphrase.is_none())]
            .into_iter()
            .filter_map(|(name, missing)| missing.then_some(name))
            .collect()
    }

    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.value.as_str())
    }

    /// The form of a secret that decodes.
    pub fn secret_form(&self) -> Option<SecretForm> {
        self.secret.as_ref()?.value.decoded.as_ref().ok().map(|decoded| decoded.form)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretFact {
    pub shape: SecretShape,
    pub decoded: Result<DecodedSecret, NotBase64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodedSecret {
    pub form: SecretForm,
    /// Of the decoded bytes, so that two spellings of one secret are equal.
    pub fingerprint: String,
}
