//! What may be said of the settings: facts without a secret.

use alloy_primitives::U256;

use super::{CredentialParts, KeyText, Settings, Source, Sourced};
use crate::auth::contracts;
use crate::auth::key::{self, ParsedKey};
use crate::auth::l2::SecretKey;
use crate::auth::wallet::WalletMap;
use crate::engine::facts::{CredentialsFact, DecodedSecret, KeyFact, SecretFact, Setup, ShownSetting};
use crate::secret::{Secret, SecretShape};

impl Settings {
    /// The key, when it is usable.
    pub fn parsed_key(&self) -> Option<ParsedKey> {
        key::parse(self.private_key.as_ref()?.value.as_ref().ok()?).ok()
    }

    /// The first facts of a run, from the settings alone.
    pub fn setup(&self, offline: bool) -> Setup {
        let key = self.private_key.clone().map(|text| text.map(|text| key_fact(&text)));
        let mut setup = Setup {
            profile: self.profile.clone(),
            problems: self.problems.clone(),
            key,
            signature_type: self.signature_type.clone(),
            funder: self.funder.clone(),
            chain_id: self.chain_id.clone(),
            nonce: Some(self.nonce.clone().unwrap_or_else(|| Sourced::new(U256::ZERO, Source::Default))),
            clob_url: self.clob_url.clone().map(|url| url.map(|url| shown_url(&url))),
            rpc_url: self.rpc_url.clone().map(|url| url.map(|url| shown_url(&url))),
            credentials: credentials_fact(&self.credentials),
            builder: credentials_fact(&self.builder),
            builder_signer_url: self.builder_signer_url.clone().map(|url| url.map(|url| shown_url(&url))),
            builder_signer_token: shape(self.builder_signer_token.as_ref()),
            builder_code: self.builder_code.clone(),
            relayer_key: shape(self.relayer_key.as_ref()),
            wallets: None,
            shown: Vec::new(),
            offline,
        };
        let chain = self.chain_id.as_ref().and_then(|id| contracts::chain(id.value));
        setup.wallets = chain.zip(setup.signer()).map(|(chain, signer)| WalletMap::derive(chain, signer));
        setup.shown = shown(&setup);
        setup
    }
}

/// Host and port; a path may hold an access key of the node's provider.
pub(crate) fn shown_url(url: &url::Url) -> String {
    let path = url.path();
    let is_key = |segment: &str| segment.len() >= 10;
    let path = if path.split('/').any(is_key) { "/…" } else { path.trim_end_matches('/') };
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{}://{host}:{port}{path}", url.scheme()),
        (Some(host), None) => format!("{}://{host}{path}", url.scheme()),
        (None, _) => url.scheme().to_owned(),
    }
}

fn key_fact(text: &KeyText) -> KeyFact {
    let text = match text {
        Ok(text) => text,
        Err(mistake) => return KeyFact::Unusable { shape: None, mistake: mistake.clone() },
    };
    let shape = text.shape();
    match key::parse(text) {
        Ok(parsed) => KeyFact::Usable { signer: parsed.signer.address(), shape, remarks: parsed.remarks },
        Err(mistake) => KeyFact::Unusable { shape: Some(shape), mistake },
    }
}

/// A key id as it is; a text that is longer than one could be a secret in the wrong place.
fn shown_key(key: String) -> String {
    const UUID_LENGTH: usize = 36;
    match key.chars().count() {
        0..=UUID_LENGTH => key,
        longer => format!("a text of {longer} characters"),
    }
}

fn shape(secret: Option<&Sourced<Secret>>) -> Option<Sourced<SecretShape>> {
    secret.map(|secret| secret.as_ref().map(Secret::shape))
}

/// What may be said of an API or builder secret.
pub fn secret_fact(secret: &Secret) -> SecretFact {
    let decoded = SecretKey::decode(secret).map(|key| DecodedSecret { form: key.form, fingerprint: key.fingerprint() });
    SecretFact { shape: secret.shape(), decoded }
}

fn credentials_fact(parts: &CredentialParts) -> Option<CredentialsFact> {
    if parts.is_empty() {
        return None;
    }
    Some(CredentialsFact {
        key: parts.key.clone().map(|key| key.map(shown_key)),
        secret: parts.secret.as_ref().map(|secret| secret.as_ref().map(secret_fact)),
        passphrase: shape(parts.passphrase.as_ref()),
    })
}

fn shown(setup: &Setup) -> Vec<ShownSetting> {
    let mut shown = Vec::new();
    let mut add = |name: &str, value: Option<(String, &Source)>| {
        let (value, source) =
            value.map_or_else(|| ("not set".to_owned(), String::new()), |(value, source)| (value, source.to_string()));
        shown.push(ShownSetting { name: name.to_owned(), value, source });
    };
    add("private key", setup.key.as_ref().map(|key| (key_shape(&key.value), &key.source)));
    add("signature type", setup.signature_type.as_ref().map(|kind| (kind.value.to_string(), &kind.source)));
    add("funder", setup.funder.as_ref().map(|funder| (funder.value.to_string(), &funder.source)));
    add("chain id", setup.chain_id.as_ref().map(|id| (id.value.to_string(), &id.source)));
    add("nonce", setup.nonce.as_ref().map(|nonce| (nonce.value.to_string(), &nonce.source)));
    for (name, credentials) in [("API", &setup.credentials), ("builder", &setup.builder)] {
        let Some(credentials) = credentials else {
            add(&format!("{name} credentials"), None);
            continue;
        };
        let key = credentials.key.as_ref();
        add(&format!("{name} key"), key.map(|key| (key.value.clone(), &key.source)));
        let secret = credentials.secret.as_ref();
        add(&format!("{name} secret"), secret.map(|secret| (secret.value.shape.to_string(), &secret.source)));
        let passphrase = credentials.passphrase.as_ref();
        add(&format!("{name} passphrase"), passphrase.map(|text| (text.value.to_string(), &text.source)));
    }
    add("CLOB", setup.clob_url.as_ref().map(|url| (url.value.clone(), &url.source)));
    add("Polygon node", setup.rpc_url.as_ref().map(|url| (url.value.clone(), &url.source)));
    add("builder signer", setup.builder_signer_url.as_ref().map(|url| (url.value.clone(), &url.source)));
    add("builder code", setup.builder_code.as_ref().map(|code| (code.value.clone(), &code.source)));
    shown
}

/// What may be said of a key, usable or not.
pub fn key_shape(key: &KeyFact) -> String {
    match key {
        KeyFact::Usable { shape, .. } | KeyFact::Unusable { shape: Some(shape), .. } => shape.to_string(),
        KeyFact::Unusable { shape: None, .. } => "locked".to_owned(),
    }
}
