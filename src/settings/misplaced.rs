//! The private key in the place of another setting: nothing is sent with it, and nothing shows it.

use alloy_primitives::U256;
use zeroize::Zeroizing;

use super::names::spoken;
use super::{CredentialParts, ProblemKind, SettingProblem, Settings, Source, Sourced};
use crate::secret::Secret;

/// Takes every setting out that holds one of these private keys, and says which.
pub(super) fn withhold(settings: &mut Settings, keys: &[Secret]) -> Vec<SettingProblem> {
    let keys: Vec<Zeroizing<String>> = keys.iter().filter_map(digits).collect();
    let mut withheld = Withheld { keys: &keys, problems: Vec::new() };
    let CredentialParts { key, secret, passphrase } = &mut settings.credentials;
    withheld.text("api_key", key, String::as_str);
    withheld.text("api_secret", secret, Secret::expose);
    withheld.text("api_passphrase", passphrase, Secret::expose);
    let CredentialParts { key, secret, passphrase } = &mut settings.builder;
    withheld.text("builder_api_key", key, String::as_str);
    withheld.text("builder_secret", secret, Secret::expose);
    withheld.text("builder_passphrase", passphrase, Secret::expose);
    withheld.text("builder_code", &mut settings.builder_code, String::as_str);
    withheld.text("builder_signer_token", &mut settings.builder_signer_token, Secret::expose);
    withheld.text("relayer_api_key", &mut settings.relayer_key, Secret::expose);
    for (name, url) in [
        ("builder_signer_url", &mut settings.builder_signer_url),
        ("clob_url", &mut settings.clob_url),
        ("gamma_url", &mut settings.gamma_url),
        ("data_url", &mut settings.data_url),
        ("relayer_url", &mut settings.relayer_url),
        ("geoblock_url", &mut settings.geoblock_url),
        ("rpc_url", &mut settings.rpc_url),
    ] {
        withheld.text(name, url, url::Url::as_str);
    }
    withheld.nonce(&mut settings.nonce);
    withheld.problems
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
    fn text<T>(&mut self, name: &str, slot: &mut Option<Sourced<T>>, text: impl Fn(&T) -> &str) {
        let holds = |value: &Sourced<T>| {
            let text = Zeroizing::new(text(&value.value).to_ascii_lowercase());
            self.keys.iter().any(|key| text.contains(key.as_str()))
        };
        if slot.as_ref().is_some_and(holds) {
            self.problems.extend(slot.take().map(|value| problem(name, &value.source)));
        }
    }

    /// It is read as a number, whichever way it is written.
    fn nonce(&mut self, slot: &mut Option<Sourced<U256>>) {
        let is_key = |key: &Zeroizing<String>, value| U256::from_str_radix(key, 16).is_ok_and(|key| key == value);
        if slot.as_ref().is_some_and(|nonce| self.keys.iter().any(|key| is_key(key, nonce.value))) {
            self.problems.extend(slot.take().map(|value| problem("nonce", &value.source)));
        }
    }
}

fn problem(name: &str, source: &Source) -> SettingProblem {
    SettingProblem {
        kind: ProblemKind::Invalid,
        setting: name.to_owned(),
        text: format!("The {} ({source}) contains the private key, so nothing is sent with it", spoken(name)),
        fix: "Remove the private key from there. If a bot has run with it, the key was sent: move the funds to a new \
              key"
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::settings::{EnvFile, Inputs, SETTINGS, load};

    const DIGITS: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    /// Whatever setting holds the key, in whatever form, is taken out, and no text shows the key.
    #[test]
    fn the_private_key_stays_in_its_own_setting() {
        let forms = [DIGITS.to_owned(), format!("0x{DIGITS}"), format!("0x{}", DIGITS.to_uppercase())];
        let decimal = alloy_primitives::U256::from_str_radix(DIGITS, 16).unwrap().to_string();
        for setting in SETTINGS.iter().filter(|setting| setting.name != "private_key") {
            let Some(&variable) = setting.variables.first() else { continue };
            for form in forms.iter().chain([&decimal]) {
                let value =
                    if setting.name.ends_with("_url") { format!("https://a.example/{form}") } else { form.clone() };
                let environment = [("PK", format!("0x{DIGITS}")), (variable, value)];
                let environment: BTreeMap<_, _> =
                    environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
                let settings = load(&inputs).unwrap();
                let kept = format!("{:?} {:?}", settings, crate::facts::Setup::of(&settings, true)).to_lowercase();
                assert!(!kept.contains(DIGITS), "{} as {form}", setting.name);
                if setting.name == "nonce" {
                    assert!(settings.nonce.is_none(), "{form}");
                }
                let is_decimal = *form == decimal;
                let told = settings.problems.iter().any(|problem| problem.setting == setting.name);
                assert!(told || is_decimal, "{} as {form}", setting.name);
            }
        }
    }
}
