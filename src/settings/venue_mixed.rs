//! What belongs to one venue in the place of the other: told by its form, and taken out, so that nothing
//! of one venue is sent to the other.

use url::Url;
use uuid::Uuid;

use super::{ProblemKind, Setting, SettingProblem, Settings, Source, Sourced, Subject};
use crate::auth::l2::SecretKey;
use crate::auth::us::{UsKey, UsSecretMistake, is_us_secret};
use crate::secret::Secret;

const US_HOSTS: &str = "polymarket.us";
const GLOBAL_HOSTS: &str = "polymarket.com";

/// Takes out what is in the place of the other venue, and says what it was.
pub(super) fn separate(settings: &mut Settings) -> Vec<SettingProblem> {
    let mut problems = Vec::new();
    problems.extend(hosts(settings));
    problems.extend(us_secrets_as_ids(settings));
    problems.extend(us_secrets_elsewhere(settings));
    problems.extend(in_us_secret(settings));
    problems.extend(same_id(settings));
    problems
}

impl SettingProblem {
    /// Whether the secret key of Polymarket US was found in the place of something else.
    pub(super) fn is_us_key_elsewhere(&self) -> bool {
        const PLACES: [Setting; 3] = [Setting::PrivateKey, Setting::ApiSecret, Setting::ApiPassphrase];
        self.kind == ProblemKind::VenueMixed && PLACES.iter().any(|setting| self.setting == Subject::Setting(*setting))
    }
}

fn mixed(setting: Setting, text: String, fix: impl Into<String>) -> SettingProblem {
    SettingProblem { kind: ProblemKind::VenueMixed, setting: setting.into(), text, fix: fix.into() }
}

fn found(setting: Setting, source: &Source, what: &str) -> String {
    format!("The {} ({source}) contains {what}, so it is not sent", setting.spoken())
}

/// Whether a host is one of this domain, or of a name below it.
fn is_of(url: &Url, domain: &str) -> bool {
    url.host_str()
        .is_some_and(|host| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// URLs of one venue that point to the other: the services that they name are wrong, and get nothing.
fn hosts(settings: &mut Settings) -> Vec<SettingProblem> {
    let mut problems = Vec::new();
    let mut take = |setting: Setting, slot: &mut Option<Sourced<Url>>, domain: &str, venue: &str| {
        if let Some(url) = slot.take_if(|url| is_of(&url.value, domain)) {
            let host = url.value.host_str().unwrap_or_default();
            let (name, source) = (setting.spoken(), &url.source);
            let right = setting.official_url().unwrap_or(match setting {
                Setting::RpcUrl => "the URL of a Polygon RPC",
                _ => "the URL of your builder signing server",
            });
            problems.push(SettingProblem {
                kind: ProblemKind::OtherService,
                setting: setting.into(),
                text: format!("The {name} ({source}) points to {venue}: {host}, so nothing is sent there"),
                fix: format!("Set it to {right}, or remove it"),
            });
        }
    };
    for (setting, slot) in [
        (Setting::ClobUrl, &mut settings.clob_url),
        (Setting::GammaUrl, &mut settings.gamma_url),
        (Setting::DataUrl, &mut settings.data_url),
        (Setting::RelayerUrl, &mut settings.relayer_url),
        (Setting::GeoblockUrl, &mut settings.geoblock_url),
        (Setting::WsUrl, &mut settings.ws_url),
        (Setting::LiveUrl, &mut settings.live_url),
        (Setting::RpcUrl, &mut settings.rpc_url),
        (Setting::BuilderSignerUrl, &mut settings.builder_signer_url),
    ] {
        take(setting, slot, US_HOSTS, "Polymarket US, a separate venue");
    }
    for (setting, slot) in
        [(Setting::UsUrl, &mut settings.us_url), (Setting::UsGatewayUrl, &mut settings.us_gateway_url)]
    {
        take(setting, slot, GLOBAL_HOSTS, "the international venue");
    }
    problems
}

/// A secret key of Polymarket US where something of the CLOB belongs, parts of which go over the wire.
fn us_secrets_elsewhere(settings: &mut Settings) -> Vec<SettingProblem> {
    const WHAT: &str = "a secret key of Polymarket US (Ed25519)";
    let mut problems = Vec::new();
    let fix = |setting: Setting| {
        format!(
            "Move it to POLYMARKET_SECRET_KEY, with its key ID in POLYMARKET_KEY_ID, and set the {} to that of the \
             international account, if there is one",
            setting.spoken()
        )
    };
    let holds = |key: &Sourced<Result<Secret, _>>| key.value.as_ref().is_ok_and(is_us_secret);
    if let Some(key) = settings.private_key.take_if(|key| holds(key)) {
        problems.push(mixed(
            Setting::PrivateKey,
            found(Setting::PrivateKey, &key.source, WHAT),
            fix(Setting::PrivateKey),
        ));
    }
    let own = settings.us.secret.as_ref().and_then(|secret| UsKey::decode(&secret.value).ok());
    let is_ours = |text: &Secret| {
        let same = |own: &UsKey| UsKey::decode(text).is_ok_and(|key| key.seed() == own.seed());
        is_us_secret(text) || own.as_ref().is_some_and(same)
    };
    for (setting, slot) in [
        (Setting::ApiSecret, &mut settings.credentials.secret),
        (Setting::ApiPassphrase, &mut settings.credentials.passphrase),
        (Setting::BuilderSecret, &mut settings.builder.secret),
        (Setting::BuilderPassphrase, &mut settings.builder.passphrase),
        (Setting::BuilderSignerToken, &mut settings.builder_signer_token),
        (Setting::RelayerApiKey, &mut settings.relayer_key),
    ] {
        if let Some(secret) = slot.take_if(|secret| is_ours(&secret.value)) {
            problems.push(mixed(setting, found(setting, &secret.source, WHAT), fix(setting)));
        }
    }
    problems
}

/// A secret key of Polymarket US in the place of an id, which is shown and sent as it is; and the id that
/// stands in its place then.
fn us_secrets_as_ids(settings: &mut Settings) -> Vec<SettingProblem> {
    const WHAT: &str = "a secret key of Polymarket US (Ed25519)";
    const FIX: &str = "Set the key ID to the UUID of polymarket.us/developer, and the secret key to the base64 text";
    let is_id = |text: &str| Uuid::try_parse(text.trim()).is_ok();
    let is_secret = |id: &Sourced<String>| !is_id(&id.value) && UsKey::decode(&Secret::new(id.value.clone())).is_ok();
    let mut problems = Vec::new();
    for (setting, slot) in
        [(Setting::ApiKey, &mut settings.credentials.key), (Setting::BuilderApiKey, &mut settings.builder.key)]
    {
        let is_us = |id: &mut Sourced<String>| is_us_secret(&Secret::new(id.value.clone()));
        if let Some(id) = slot.take_if(is_us) {
            problems.push(mixed(setting, found(setting, &id.source, WHAT), FIX));
        }
    }
    if let Some(id) = settings.us.key_id.take_if(|id| is_secret(id)) {
        let invalid = |setting: Setting, text: String| SettingProblem {
            kind: ProblemKind::Invalid,
            setting: setting.into(),
            text,
            fix: FIX.to_owned(),
        };
        problems.push(invalid(Setting::UsKeyId, found(Setting::UsKeyId, &id.source, "a secret key")));
        if let Some(secret) = settings.us.secret.take_if(|secret| is_id(secret.value.expose())) {
            problems
                .push(invalid(Setting::UsSecretKey, found(Setting::UsSecretKey, &secret.source, "a UUID: a key ID")));
        }
    }
    problems
}

/// Something of the CLOB where the secret key of Polymarket US belongs.
fn in_us_secret(settings: &mut Settings) -> Option<SettingProblem> {
    let secret = settings.us.secret.as_ref()?;
    let text = secret.value.expose().trim();
    let is = |other: &Option<Sourced<Secret>>| other.as_ref().is_some_and(|other| other.value.expose().trim() == text);
    let bytes = |secret: &Secret| SecretKey::decode(secret).ok().map(|key| key.bytes().to_vec());
    let is_same_secret = |other: &Option<Sourced<Secret>>| {
        let other = other.as_ref().and_then(|other| bytes(&other.value));
        other.is_some() && other == bytes(&secret.value)
    };
    let what = match UsKey::decode(&secret.value).err() {
        _ if is(&settings.credentials.passphrase) => "the passphrase of the API credentials",
        _ if is_same_secret(&settings.credentials.secret) => "the secret of the API credentials",
        _ if is_same_secret(&settings.builder.secret) => "the secret of the builder credentials",
        Some(UsSecretMistake::Hex) if text.starts_with("0x") => "64 hex digits with 0x: the private key of a wallet",
        Some(UsSecretMistake::Hex) => "64 hex digits: the private key of a wallet, or a passphrase of the CLOB",
        Some(UsSecretMistake::UrlSafe) if bytes(&secret.value).is_some_and(|bytes| bytes.len() == 32) => {
            "an API secret of the CLOB (32 bytes in URL-safe base64)"
        }
        _ => return None,
    };
    let text = found(Setting::UsSecretKey, &secret.source, what);
    settings.us.secret = None;
    Some(mixed(
        Setting::UsSecretKey,
        text,
        "Copy the secret key from polymarket.us/developer. Credentials of the international CLOB stay in their own \
         variables: POLYMARKET_PRIVATE_KEY, CLOB_API_KEY, CLOB_SECRET, CLOB_PASS_PHRASE",
    ))
}

/// One id in the places of both venues.
fn same_id(settings: &mut Settings) -> Option<SettingProblem> {
    let id = Uuid::try_parse(settings.us.key_id.as_ref()?.value.trim()).ok()?;
    let others = [(Setting::ApiKey, &settings.credentials.key), (Setting::BuilderApiKey, &settings.builder.key)];
    let is_same = |other: &Sourced<String>| Uuid::try_parse(other.value.trim()) == Ok(id);
    let (setting, other) =
        others.into_iter().find_map(|(setting, key)| Some((setting, key.as_ref()?)).filter(|(_, key)| is_same(key)))?;
    let id = settings.us.key_id.as_ref()?;
    let text = format!(
        "The {} ({}) and the {} ({}) are the same ID: the venues share no keys, so it is not sent to Polymarket US",
        Setting::UsKeyId.spoken(),
        id.source,
        setting.spoken(),
        other.source
    );
    settings.us.key_id = None;
    Some(mixed(Setting::UsKeyId, text, "Copy the key ID from polymarket.us/developer"))
}
