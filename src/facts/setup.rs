//! What the settings say, before anything is asked: shapes of secrets, never secrets.

mod of;

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

pub use self::of::{key_shape, secret_fact};
use super::us::UsSetup;
use crate::auth::key::{KeyMistake, KeyRemark};
use crate::auth::l2::{NotBase64, SecretForm};
use crate::auth::wallet::{SignatureType, WalletMap};
use crate::secret::SecretShape;
use crate::settings::{Origin, ProblemKind, Setting, SettingProblem, Source, Sourced, Venues, WrittenAddress};

/// What the settings say, before anything is asked: no secret, only shapes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The profile that values come from; empty where none do.
    pub profile: String,
    /// What the account is named by; `None` where there is neither a key nor a profile.
    #[serde(default)]
    pub origin: Option<Origin>,
    /// What is wrong or worth knowing about the values.
    pub problems: Vec<SettingProblem>,
    /// `None` when no key is configured.
    pub key: Option<Sourced<KeyFact>>,
    /// As configured, or inferred from the funder; `None` where neither gives one.
    pub signature_type: Option<Sourced<SignatureType>>,
    /// `None` where it is not set or not an address.
    pub funder: Option<Sourced<Address>>,
    /// `None` only where the configured one is not a number.
    pub chain_id: Option<Sourced<u64>>,
    /// Which credentials of the signer are meant; 0 unless set.
    pub nonce: Option<Sourced<U256>>,
    /// Without query, password and access keys; `None` where the configured one is not usable.
    pub clob_url: Option<Sourced<String>>,
    /// Without query, password and access keys; `None` where the configured one is not usable.
    pub rpc_url: Option<Sourced<String>>,
    /// The base of the user channel; `None` where no usable one is known for this CLOB.
    #[serde(default)]
    pub ws_url: Option<Sourced<String>>,
    /// The live data service; `None` where no usable one is known for this CLOB.
    #[serde(default)]
    pub live_url: Option<Sourced<String>>,
    /// The API credentials; `None` where no part of them is set.
    pub credentials: Option<CredentialsFact>,
    /// The builder credentials; `None` where no part of them is set.
    pub builder: Option<CredentialsFact>,
    /// Full URL of `POST /sign`, without query, password and access keys.
    pub builder_signer_url: Option<Sourced<String>>,
    /// Length and fingerprint of the token that the remote builder signer wants.
    pub builder_signer_token: Option<Sourced<SecretShape>>,
    /// As it is written: `0x` and 64 hex digits where it is right.
    pub builder_code: Option<Sourced<String>>,
    /// Length and fingerprint of the relayer API key.
    pub relayer_key: Option<Sourced<SecretShape>>,
    /// The address that the relayer API key was made for.
    #[serde(default)]
    pub relayer_key_address: Option<Sourced<WrittenAddress>>,
    /// The venues that are looked at.
    #[serde(default, skip_serializing_if = "Venues::is_global")]
    pub venues: Venues,
    /// What the settings say of Polymarket US; `None` where it was not checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub us: Option<UsSetup>,
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
    /// Whether no signature of a probe order may leave this machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_order_proof: bool,
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

    /// The nonce in force; 0 unless set.
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

/// A setting as people read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownSetting {
    /// Its name, such as `signature type`.
    pub name: String,
    /// The value, the shape of a secret, or `not set`.
    pub value: String,
    /// Empty when it is not set.
    pub source: String,
    /// Other places that have a value, which this one wins over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<String>,
}

/// What may be said of the configured private key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "key")]
pub enum KeyFact {
    /// It can sign.
    Usable {
        /// The address of the key.
        signer: Address,
        /// Length and fingerprint of the text.
        shape: SecretShape,
        /// What is unusual about the text.
        remarks: Vec<KeyRemark>,
    },
    /// It cannot sign.
    Unusable {
        /// Length and fingerprint of the text; `None` where a keystore did not give it.
        shape: Option<SecretShape>,
        /// What the text is instead of a key.
        mistake: KeyMistake,
    },
}

/// A set of credentials: whole, or with parts missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CredentialsFact {
    /// Key id; of a text that is too long for one, only the length.
    pub key: Option<Sourced<String>>,
    /// Length, form and fingerprint; `None` where it is not set.
    pub secret: Option<Sourced<SecretFact>>,
    /// Length and fingerprint; `None` where it is not set.
    pub passphrase: Option<Sourced<SecretShape>>,
}

impl CredentialsFact {
    /// The parts that are not set: `key`, `secret`, `passphrase`.
    pub fn missing(&self) -> Vec<&'static str> {
        [("key", self.key.is_none()), ("secret", self.secret.is_none()), ("passphrase", self.passphrase.is_none())]
            .into_iter()
            .filter_map(|(name, missing)| missing.then_some(name))
            .collect()
    }

    /// The key id, where it is set.
    pub fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.value.as_str())
    }

    /// The form of a secret that decodes.
    pub fn secret_form(&self) -> Option<SecretForm> {
        self.secret.as_ref()?.value.decoded.as_ref().ok().map(|decoded| decoded.form)
    }
}

/// What may be said of an API or builder secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretFact {
    /// Length and fingerprint of the text.
    pub shape: SecretShape,
    /// What it decodes to, or why no client can decode it.
    pub decoded: Result<DecodedSecret, NotBase64>,
}

/// What may be said of a secret that decodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodedSecret {
    /// How it is written.
    pub form: SecretForm,
    /// Of the decoded bytes, so that two spellings of one secret are equal.
    pub fingerprint: String,
}
