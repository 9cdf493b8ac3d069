//! What may be said of the settings: facts without a secret.

use alloy_primitives::U256;
use url::Url;

use super::{CredentialParts, KeyText, Settings, Source, Sourced};
use crate::auth::contracts;
use crate::auth::key::{self, ParsedKey};
use crate::auth::l2::SecretKey;
use crate::auth::wallet::WalletMap;
use crate::facts::{CredentialsFact, DecodedSecret, KeyFact, SecretFact, Setup, ShownSetting};
use crate::secret::{Secret, SecretShape, fingerprint};

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
            origin: self.origin.clone(),
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
            places: self.places.iter().map(|(name, places)| ((*name).to_owned(), places.clone())).collect(),
            selection: self.selection.clone(),
            offline,
        };
        let chain = self.chain_id.as_ref().and_then(|id| contracts::chain(id.value));
        setup.wallets = chain.zip(setup.signer()).map(|(chain, signer)| WalletMap::derive(chain, signer));
        setup.shown = self.shown(&setup);
        setup
    }

    /// Every setting for people to read.
    fn shown(&self, setup: &Setup) -> Vec<ShownSetting> {
        let url = |url: &Option<Sourced<Url>>| said(url.as_ref(), shown_url);
        let mut rows = vec![
            ("private key", "private_key", said(setup.key.as_ref(), key_shape)),
            ("signature type", "signature_type", said(setup.signature_type.as_ref(), ToString::to_string)),
            ("funder", "funder", said(setup.funder.as_ref(), ToString::to_string)),
            ("chain id", "chain_id", said(setup.chain_id.as_ref(), ToString::to_string)),
            ("nonce", "nonce", said(setup.nonce.as_ref(), ToString::to_string)),
        ];
        rows.extend(shown_set(
            setup.credentials.as_ref(),
            ["API credentials", "API key", "API secret", "API passphrase"],
            ["api_key", "api_secret", "api_passphrase"],
        ));
        rows.extend(shown_set(
            setup.builder.as_ref(),
            ["builder credentials", "builder key", "builder secret", "builder passphrase"],
            ["builder_api_key", "builder_secret", "builder_passphrase"],
        ));
        rows.extend([
            ("builder code", "builder_code", said(setup.builder_code.as_ref(), Clone::clone)),
            ("builder signer", "builder_signer_url", url(&self.builder_signer_url)),
            ("signer token", "builder_signer_token", said(setup.builder_signer_token.as_ref(), ToString::to_string)),
            ("relayer key", "relayer_api_key", said(setup.relayer_key.as_ref(), ToString::to_string)),
            ("CLOB", "clob_url", url(&self.clob_url)),
            ("Polygon node", "rpc_url", url(&self.rpc_url)),
            ("Gamma", "gamma_url", url(&self.gamma_url)),
            ("data API", "data_url", url(&self.data_url)),
            ("relayer", "relayer_url", url(&self.relayer_url)),
            ("geoblock", "geoblock_url", url(&self.geoblock_url)),
        ]);
        rows.into_iter().map(|(name, setting, said)| self.shown_setting(name, setting, said)).collect()
    }

    fn shown_setting(&self, name: &str, setting: &str, said: Option<(String, Source)>) -> ShownSetting {
        let (value, source) =
            said.map_or_else(|| ("not set".to_owned(), None), |(value, source)| (value, Some(source)));
        let others = self.places.get(setting).into_iter().flatten().filter(|place| Some(*place) != source.as_ref());
        ShownSetting {
            name: name.to_owned(),
            value,
            overridden: others.map(ToString::to_string).collect(),
            source: source.map_or_else(String::new, |source| source.to_string()),
        }
    }
}

/// A setting's name for people, its name in profiles, and what may be said of its value.
type Row = (&'static str, &'static str, Option<(String, Source)>);

fn said<T>(setting: Option<&Sourced<T>>, value: impl FnOnce(&T) -> String) -> Option<(String, Source)> {
    setting.map(|setting| (value(&setting.value), setting.source.clone()))
}

/// The three parts of a set of credentials, or one row where there is none.
fn shown_set(set: Option<&CredentialsFact>, names: [&'static str; 4], settings: [&'static str; 3]) -> Vec<Row> {
    let ([whole, key, secret, passphrase], [of_key, of_secret, of_passphrase]) = (names, settings);
    let Some(set) = set else { return vec![(whole, of_key, None)] };
    vec![
        (key, of_key, said(set.key.as_ref(), Clone::clone)),
        (secret, of_secret, said(set.secret.as_ref(), |secret| secret.shape.to_string())),
        (passphrase, of_passphrase, said(set.passphrase.as_ref(), ToString::to_string)),
    ]
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
    let shape = secret_shape("private_key", text);
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
    SecretFact { shape: secret_shape("api_secret", secret), decoded }
}

/// What may be said of the secret of a setting. Its fingerprint is of what the secret stands for, so
/// that it is the same wherever it is shown, and however it is written: of the decoded bytes of an
/// API or builder secret, of the 32 bytes of a private key, and of the text of anything else, which is
/// sent as it is.
pub(super) fn secret_shape(setting: &str, secret: &Secret) -> SecretShape {
    let fingerprint = match setting {
        "api_secret" | "builder_secret" => SecretKey::decode(secret).ok().map(|key| key.fingerprint()),
        "private_key" => key::parse(secret).ok().map(|key| fingerprint(key.signer.to_bytes().as_slice())),
        _ => None,
    };
    let shape = secret.shape();
    match fingerprint {
        Some(fingerprint) => SecretShape { fingerprint, cleaned: None, ..shape },
        None => shape,
    }
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

/// What may be said of a key, usable or not.
pub fn key_shape(key: &KeyFact) -> String {
    match key {
        KeyFact::Usable { shape, .. } | KeyFact::Unusable { shape: Some(shape), .. } => shape.to_string(),
        KeyFact::Unusable { shape: None, .. } => "locked".to_owned(),
    }
}
