//! What may be said of the settings: facts without a secret.

use alloy_primitives::U256;
use url::Url;

use super::{CredentialsFact, DecodedSecret, KeyFact, SecretFact, Setup, ShownSetting};
use crate::auth::contracts;
use crate::auth::key;
use crate::auth::l2::SecretKey;
use crate::auth::us::UsKey;
use crate::auth::wallet::WalletMap;
use crate::facts::{UsSecretFact, UsSetup};
use crate::secret::{Secret, SecretShape};
use crate::settings::{
    CredentialParts, KeyText, Setting, Settings, Source, Sourced, Venue, Venues, secret_shape, shown_url,
};

impl Setup {
    /// The first facts of a run, from the settings alone.
    pub fn of(settings: &Settings, offline: bool) -> Self {
        let key = settings.private_key.clone().map(|text| text.map(|text| key_fact(&text)));
        let mut setup = Self {
            profile: settings.profile.clone(),
            origin: settings.origin.clone(),
            problems: settings.problems.clone(),
            key,
            signature_type: settings.signature_type.clone(),
            funder: settings.funder.clone(),
            chain_id: settings.chain_id.clone(),
            nonce: Some(settings.nonce.clone().unwrap_or_else(|| Sourced::new(U256::ZERO, Source::Default))),
            clob_url: settings.clob_url.clone().map(|url| url.map(|url| shown_url(&url))),
            rpc_url: settings.rpc_url.clone().map(|url| url.map(|url| shown_url(&url))),
            ws_url: settings.ws_url.clone().map(|url| url.map(|url| shown_url(&url))),
            live_url: settings.live_url.clone().map(|url| url.map(|url| shown_url(&url))),
            credentials: credentials_fact(&settings.credentials),
            builder: credentials_fact(&settings.builder),
            builder_signer_url: settings.builder_signer_url.clone().map(|url| url.map(|url| shown_url(&url))),
            builder_signer_token: shape(settings.builder_signer_token.as_ref()),
            builder_code: settings.builder_code.clone(),
            relayer_key: shape(settings.relayer_key.as_ref()),
            relayer_key_address: settings.relayer_key_address.clone(),
            venues: settings.venues,
            us: settings.venues.has(Venue::Us).then(|| us_setup(settings)),
            wallets: None,
            shown: Vec::new(),
            places: settings.places.clone(),
            selection: settings.selection.clone(),
            offline,
            deep: false,
            no_order_proof: settings.no_order_proof,
        };
        let chain = settings.chain_id.as_ref().and_then(|id| contracts::chain(id.value));
        setup.wallets = chain.zip(setup.signer()).map(|(chain, signer)| WalletMap::derive(chain, signer));
        setup.shown = shown(settings, &setup);
        setup
    }
}

/// Every setting for people to read.
fn shown(settings: &Settings, setup: &Setup) -> Vec<ShownSetting> {
    let url = |url: &Option<Sourced<Url>>| said(url.as_ref(), shown_url);
    let mut rows = vec![
        ("private key", Setting::PrivateKey, said(setup.key.as_ref(), key_shape)),
        ("signature type", Setting::SignatureType, said(setup.signature_type.as_ref(), ToString::to_string)),
        ("funder", Setting::Funder, said(setup.funder.as_ref(), ToString::to_string)),
        ("chain ID", Setting::ChainId, said(setup.chain_id.as_ref(), ToString::to_string)),
        ("nonce", Setting::Nonce, said(setup.nonce.as_ref(), ToString::to_string)),
    ];
    rows.extend(shown_set(
        setup.credentials.as_ref(),
        ["API credentials", "API key", "API secret", "API passphrase"],
        Setting::API_CREDENTIALS,
    ));
    rows.extend(shown_set(
        setup.builder.as_ref(),
        ["builder credentials", "builder key", "builder secret", "builder passphrase"],
        Setting::BUILDER_CREDENTIALS,
    ));
    rows.extend([
        ("builder code", Setting::BuilderCode, said(setup.builder_code.as_ref(), Clone::clone)),
        ("builder signer", Setting::BuilderSignerUrl, url(&settings.builder_signer_url)),
        ("signer token", Setting::BuilderSignerToken, said(setup.builder_signer_token.as_ref(), ToString::to_string)),
        ("relayer key", Setting::RelayerApiKey, said(setup.relayer_key.as_ref(), ToString::to_string)),
        (
            "relayer key address",
            Setting::RelayerApiKeyAddress,
            said(setup.relayer_key_address.as_ref(), |written| written.text.clone()),
        ),
        ("CLOB", Setting::ClobUrl, url(&settings.clob_url)),
        ("Polygon RPC", Setting::RpcUrl, url(&settings.rpc_url)),
        ("Gamma", Setting::GammaUrl, url(&settings.gamma_url)),
        ("data API", Setting::DataUrl, url(&settings.data_url)),
        ("relayer", Setting::RelayerUrl, url(&settings.relayer_url)),
        ("geoblock", Setting::GeoblockUrl, url(&settings.geoblock_url)),
        ("user channel", Setting::WsUrl, url(&settings.ws_url)),
        ("live data", Setting::LiveUrl, url(&settings.live_url)),
    ]);
    if settings.venues == Venues::Us {
        // what nobody has set of the other venue is none of this account's
        rows.retain(|(.., said)| said.as_ref().is_some_and(|(_, source)| *source != Source::Default));
    }
    if let Some(us) = &setup.us {
        rows.extend([
            ("venue", Setting::Venue, said(settings.venue.as_ref(), ToString::to_string)),
            ("Polymarket US key ID", Setting::UsKeyId, said(us.key_id.as_ref(), Clone::clone)),
            (
                "Polymarket US secret key",
                Setting::UsSecretKey,
                said(us.secret.as_ref(), |secret| secret.shape.to_string()),
            ),
            ("Polymarket US", Setting::UsUrl, url(&settings.us_url)),
            ("Polymarket US gateway", Setting::UsGatewayUrl, url(&settings.us_gateway_url)),
        ]);
    }
    rows.into_iter().map(|(name, setting, said)| shown_setting(settings, name, setting, said)).collect()
}

fn shown_setting(settings: &Settings, name: &str, setting: Setting, said: Option<(String, Source)>) -> ShownSetting {
    let (value, source) = said.map_or_else(|| ("not set".to_owned(), None), |(value, source)| (value, Some(source)));
    let others = settings.places.get(&setting).into_iter().flatten().filter(|place| Some(*place) != source.as_ref());
    ShownSetting {
        name: name.to_owned(),
        value,
        overridden: others.map(ToString::to_string).collect(),
        source: source.map_or_else(String::new, |source| source.to_string()),
    }
}

/// A setting's name for people, the setting, and what may be said of its value.
type Row = (&'static str, Setting, Option<(String, Source)>);

fn said<T>(setting: Option<&Sourced<T>>, value: impl FnOnce(&T) -> String) -> Option<(String, Source)> {
    setting.map(|setting| (value(&setting.value), setting.source.clone()))
}

/// The three parts of a set of credentials, or one row where there is none.
fn shown_set(set: Option<&CredentialsFact>, names: [&'static str; 4], settings: [Setting; 3]) -> Vec<Row> {
    let ([whole, key, secret, passphrase], [of_key, of_secret, of_passphrase]) = (names, settings);
    let Some(set) = set else { return vec![(whole, of_key, None)] };
    vec![
        (key, of_key, said(set.key.as_ref(), Clone::clone)),
        (secret, of_secret, said(set.secret.as_ref(), |secret| secret.shape.to_string())),
        (passphrase, of_passphrase, said(set.passphrase.as_ref(), ToString::to_string)),
    ]
}

fn key_fact(text: &KeyText) -> KeyFact {
    let text = match text {
        Ok(text) => text,
        Err(mistake) => return KeyFact::Unusable { shape: None, mistake: mistake.clone() },
    };
    let shape = secret_shape(Setting::PrivateKey, text);
    match key::parse(text) {
        Ok(parsed) => KeyFact::Usable { signer: parsed.signer.address(), shape, remarks: parsed.warnings },
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
    SecretFact { shape: secret_shape(Setting::ApiSecret, secret), decoded }
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

fn us_setup(settings: &Settings) -> UsSetup {
    let url = |url: &Option<Sourced<Url>>| url.clone().map(|url| url.map(|url| shown_url(&url)));
    let secret = |secret: &Secret| UsSecretFact {
        shape: secret_shape(Setting::UsSecretKey, secret),
        decoded: UsKey::decode(secret).map(|key| key.form),
    };
    UsSetup {
        key_id: settings.us.key_id.clone().map(|key| key.map(shown_key)),
        secret: settings.us.secret.as_ref().map(|text| text.as_ref().map(secret)),
        url: url(&settings.us_url),
        gateway_url: url(&settings.us_gateway_url),
    }
}

/// What may be said of a key, usable or not.
pub fn key_shape(key: &KeyFact) -> String {
    match key {
        KeyFact::Usable { shape, .. } | KeyFact::Unusable { shape: Some(shape), .. } => shape.to_string(),
        KeyFact::Unusable { shape: None, .. } => "not read".to_owned(),
    }
}
