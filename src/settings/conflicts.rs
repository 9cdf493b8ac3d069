//! Two places that give one setting different values.

use alloy_primitives::{Address, U256};
use url::Url;

use super::{ProblemKind, Setting, SettingProblem, Source, Sourced};
use crate::auth::key;
use crate::auth::l2::SecretKey;
use crate::auth::us::UsKey;
use crate::auth::wallet::SignatureType;
use crate::secret::Secret;

/// What is contradictory about the values of a setting, the first of which is in force.
///
/// Two names with different values are a conflict: each client reads one of them. The same name in
/// two places is ordinary precedence, but the value that does not count is worth a note, since
/// people edit it and wonder. A flag that overrides the rest is meant to.
pub(super) fn conflict(setting: Setting, values: &[Sourced<String>]) -> Option<SettingProblem> {
    let mut rest = values.iter().filter(|value| !matches!(value.source, Source::Flag { .. }));
    let winner = rest.next()?;
    let differing: Vec<_> = rest.filter(|value| !same(setting, &winner.value, &value.value)).collect();
    let is_overridden = |loser: &&&Sourced<String>| is_precedence(&winner.source, &loser.source);
    let (kind, loser) = match differing.iter().find(|loser| !is_overridden(loser)) {
        Some(loser) => (ProblemKind::Conflict, loser),
        None => (ProblemKind::Shadowed, differing.first()?),
    };
    let text = match kind {
        ProblemKind::Shadowed => format!(
            "The {} in {} is not used: {} takes precedence, with a different value",
            setting.spoken(),
            loser.source,
            winner.source
        ),
        _ => format!(
            "The {} is set twice with different values: {} is used, {} is not",
            setting.spoken(),
            winner.source,
            loser.source
        ),
    };
    let fix = match (kind, &winner.source) {
        (ProblemKind::Shadowed, Source::Variable { name }) => format!("Unset {name} if the other value is right"),
        _ => format!("Keep one of the two: {} or {}", winner.source, loser.source),
    };
    Some(SettingProblem { kind, setting: setting.into(), text, fix })
}

/// Whether the first place stands before the second for every program that reads both.
fn is_precedence(winner: &Source, loser: &Source) -> bool {
    match (winner, loser) {
        (_, Source::Profile { .. }) => true,
        (Source::Variable { name }, Source::EnvFile { name: other, .. }) => name == other,
        _ => false,
    }
}

/// Whether two texts are one value of a setting.
pub(super) fn same(setting: Setting, a: &str, b: &str) -> bool {
    fn by<T: PartialEq>(a: &str, b: &str, parse: impl Fn(&str) -> Option<T>) -> bool {
        a == b || parse(a.trim()).zip(parse(b.trim())).is_some_and(|(a, b)| a == b)
    }
    match setting {
        Setting::SignatureType => by(a, b, |text| text.parse::<SignatureType>().ok()),
        Setting::Funder | Setting::RelayerApiKeyAddress => by(a, b, |text| text.parse::<Address>().ok()),
        Setting::ChainId | Setting::Nonce => by(a, b, |text| text.parse::<U256>().ok()),
        Setting::PrivateKey => by(a, b, |text| Some(key::parse(&Secret::new(text)).ok()?.signer.address())),
        Setting::ApiSecret | Setting::BuilderSecret => {
            by(a, b, |text| Some(SecretKey::decode(&Secret::new(text)).ok()?.fingerprint()))
        }
        Setting::UsSecretKey => by(a, b, |text| Some(UsKey::decode(&Secret::new(text)).ok()?.fingerprint())),
        Setting::BuilderCode => a.trim().eq_ignore_ascii_case(b.trim()),
        setting if setting.is_url() => {
            by(a, b, |text| Some(Url::parse(text).ok()?.as_str().trim_end_matches('/').to_owned()))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_what_they_mean() {
        for (setting, a, b) in [
            (Setting::SignatureType, "2", "gnosis-safe"),
            (Setting::ClobUrl, "https://clob.polymarket.com", "https://clob.polymarket.com/"),
            (
                Setting::Funder,
                "0xd93b25cb943d14d0d34fbaf01fc93a0f8b5f6e47",
                "0xd93B25cb943D14d0d34FBaF01Fc93a0F8b5f6e47",
            ),
            (Setting::ChainId, "137", " 137"),
            (Setting::ApiSecret, "_-8=", "/+8"),
            (Setting::BuilderCode, "0xAB", "0xab"),
            (
                Setting::PrivateKey,
                "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
                "AC0974BEC39A17E36BA4A6B4D238FF944BACB478CBED5EFCAE784D7BF4F2FF80",
            ),
        ] {
            assert!(same(setting, a, b), "{setting} {a} {b}");
        }
        for (setting, a, b) in [
            (Setting::ApiPassphrase, "abc", "ABC"),
            (Setting::ApiSecret, "abcd", "ABCD"),
            (Setting::BuilderSignerToken, "t", "t "),
            (Setting::SignatureType, "2", "7"),
            (Setting::ClobUrl, "https://a/b", "https://a/B"),
        ] {
            assert!(!same(setting, a, b), "{setting} {a} {b}");
        }
    }
}
