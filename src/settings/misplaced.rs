//! A private key in the place of another setting, or another secret where an id belongs: nothing is sent
//! with it, and nothing shows it.

use alloy_primitives::U256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{CredentialParts, ProblemKind, Setting, SettingProblem, Settings, Source, Sourced};
use crate::secret::Secret;

/// Takes every setting out that holds one of these private keys, and says which.
pub(super) fn withhold(settings: &mut Settings, keys: &[Secret]) -> Vec<SettingProblem> {
    let keys: Vec<Zeroizing<String>> = keys.iter().filter_map(digits).collect();
    let mut withheld = Withheld { keys: &keys, problems: Vec::new() };
    let CredentialParts { key, secret, passphrase } = &mut settings.credentials;
    withheld.text(Setting::ApiKey, key, String::as_str);
    withheld.text(Setting::ApiSecret, secret, Secret::expose);
    withheld.text(Setting::ApiPassphrase, passphrase, Secret::expose);
    let CredentialParts { key, secret, passphrase } = &mut settings.builder;
    withheld.text(Setting::BuilderApiKey, key, String::as_str);
    withheld.text(Setting::BuilderSecret, secret, Secret::expose);
    withheld.text(Setting::BuilderPassphrase, passphrase, Secret::expose);
    withheld.text(Setting::BuilderCode, &mut settings.builder_code, String::as_str);
    withheld.text(Setting::BuilderSignerToken, &mut settings.builder_signer_token, Secret::expose);
    withheld.text(Setting::RelayerApiKey, &mut settings.relayer_key, Secret::expose);
    withheld.text(Setting::UsKeyId, &mut settings.us.key_id, String::as_str);
    withheld.text(Setting::UsSecretKey, &mut settings.us.secret, Secret::expose);
    for (setting, url) in [
        (Setting::BuilderSignerUrl, &mut settings.builder_signer_url),
        (Setting::ClobUrl, &mut settings.clob_url),
        (Setting::GammaUrl, &mut settings.gamma_url),
        (Setting::DataUrl, &mut settings.data_url),
        (Setting::RelayerUrl, &mut settings.relayer_url),
        (Setting::GeoblockUrl, &mut settings.geoblock_url),
        (Setting::WsUrl, &mut settings.ws_url),
        (Setting::LiveUrl, &mut settings.live_url),
        (Setting::RpcUrl, &mut settings.rpc_url),
        (Setting::UsUrl, &mut settings.us_url),
        (Setting::UsGatewayUrl, &mut settings.us_gateway_url),
    ] {
        withheld.text(setting, url, url::Url::as_str);
    }
    withheld.nonce(&mut settings.nonce);
    let mut problems = withheld.problems;
    problems.extend(exchanged(Setting::API_CREDENTIALS, &mut settings.credentials));
    problems.extend(exchanged(Setting::BUILDER_CREDENTIALS, &mut settings.builder));
    let secrets = settings.secrets();
    for (setting, slot) in [
        (Setting::ApiKey, &mut settings.credentials.key),
        (Setting::BuilderApiKey, &mut settings.builder.key),
        (Setting::BuilderCode, &mut settings.builder_code),
        (Setting::UsKeyId, &mut settings.us.key_id),
    ] {
        // an id that stands twice is right here, and wrong in the other place
        let is_secret = |id: &Sourced<String>| {
            Uuid::try_parse(id.value.trim()).is_err()
                && secrets.iter().any(|secret| secret.expose().trim() == id.value.trim())
        };
        if slot.as_ref().is_some_and(is_secret) {
            problems.extend(slot.take().map(|id| another_secret(setting, &id.source)));
        }
    }
    problems
}

/// Takes out the key id and the part that stands in its place, where only the other one is a UUID.
fn exchanged(names: [Setting; 3], parts: &mut CredentialParts) -> Option<SettingProblem> {
    let is_id = |text: &str| Uuid::try_parse(text.trim()).is_ok();
    let holds_id = |part: &Option<Sourced<Secret>>| part.as_ref().is_some_and(|part| is_id(part.value.expose()));
    let [key, secret, passphrase] = names;
    let no_id = parts.key.take_if(|key| !is_id(&key.value))?;
    let (other, slot) = match (holds_id(&parts.secret), holds_id(&parts.passphrase)) {
        (true, _) => (secret, &mut parts.secret),
        (_, true) => (passphrase, &mut parts.passphrase),
        _ => {
            parts.key = Some(no_id);
            return None;
        }
    };
    let id = slot.take()?;
    Some(SettingProblem {
        kind: ProblemKind::Invalid,
        setting: key.into(),
        text: format!(
            "The {} ({}) and the {} ({}) are swapped: the API key is the one that is a UUID",
            key.spoken(),
            no_id.source,
            other.spoken(),
            id.source
        ),
        fix: format!("Set the {} to the UUID, and the {} to the other value", key.spoken(), other.spoken()),
    })
}

/// The 64 hex digits of a private key; `None` for what is none.
fn digits(key: &Secret) -> Option<Zeroizing<String>> {
    let text = key.expose().trim().trim_matches(['"', '\'']).trim();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let is_key = digits.len() == 64 && digits.bytes().all(|c| c.is_ascii_hexdigit());
    is_key.then(|| Zeroizing::new(digits.to_ascii_lowercase()))
}

struct Withheld<'a> {
    keys: &'a [Zeroizing<String>],
    problems: Vec<SettingProblem>,
}

impl Withheld<'_> {
    fn text<T>(&mut self, setting: Setting, slot: &mut Option<Sourced<T>>, text: impl Fn(&T) -> &str) {
        let holds = |value: &Sourced<T>| {
            let text = Zeroizing::new(text(&value.value).to_ascii_lowercase());
            self.keys.iter().any(|key| text.contains(key.as_str()))
        };
        if slot.as_ref().is_some_and(holds) {
            self.problems.extend(slot.take().map(|value| problem(setting, &value.source)));
        }
    }

    /// It is read as a number, whichever way it is written.
    fn nonce(&mut self, slot: &mut Option<Sourced<U256>>) {
        let is_key = |key: &Zeroizing<String>, value| U256::from_str_radix(key, 16).is_ok_and(|key| key == value);
        if slot.as_ref().is_some_and(|nonce| self.keys.iter().any(|key| is_key(key, nonce.value))) {
            self.problems.extend(slot.take().map(|value| problem(Setting::Nonce, &value.source)));
        }
    }
}

fn problem(setting: Setting, source: &Source) -> SettingProblem {
    SettingProblem {
        kind: ProblemKind::Invalid,
        setting: setting.into(),
        text: format!("The {} ({source}) contains the private key, so it is not sent", setting.spoken()),
        fix: "Remove the private key from there. If a bot has run with it, the key was sent: move the funds to a wallet of a new key"
        .to_owned(),
    }
}

fn another_secret(setting: Setting, source: &Source) -> SettingProblem {
    SettingProblem {
        kind: ProblemKind::Invalid,
        setting: setting.into(),
        text: format!(
            "The {} ({source}) is a secret that a different setting also contains, so it is not sent",
            setting.spoken()
        ),
        fix: format!("Set the {} to its own value", setting.spoken()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::settings::{EnvFile, Inputs, Setting, load};

    const DIGITS: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    /// Whatever setting holds the key, in whatever form, is taken out, and no text shows the key.
    #[test]
    fn the_private_key_stays_in_its_own_setting() {
        let forms = [DIGITS.to_owned(), format!("0x{DIGITS}"), format!("0x{}", DIGITS.to_uppercase())];
        let decimal = alloy_primitives::U256::from_str_radix(DIGITS, 16).unwrap().to_string();
        for setting in Setting::ALL.into_iter().filter(|setting| *setting != Setting::PrivateKey) {
            let Some(variable) = setting.usual_variable() else { continue };
            for form in forms.iter().chain([&decimal]) {
                let value = match setting {
                    _ if setting.is_socket() => format!("wss://a.example/{form}"),
                    _ if setting.is_url() => format!("https://a.example/{form}"),
                    _ => form.clone(),
                };
                let environment = [("PK", format!("0x{DIGITS}")), (variable, value)];
                let environment: BTreeMap<_, _> =
                    environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
                let settings = load(&inputs).unwrap();
                let kept = format!("{:?} {:?}", settings, crate::facts::Setup::of(&settings, true)).to_lowercase();
                assert!(!kept.contains(DIGITS), "{setting} as {form}");
                if setting == Setting::Nonce {
                    assert!(settings.nonce.is_none(), "{form}");
                }
                let is_decimal = *form == decimal;
                let told = settings.problems.iter().any(|problem| problem.is_of(setting));
                assert!(told || is_decimal, "{setting} as {form}");
            }
        }
    }
}
