//! Addresses in mixed case whose capital letters do not fit their digits (EIP-55).

use alloy_primitives::Address;

use super::{ProblemKind, Setting, SettingProblem, Sourced};

/// Settings that are an address.
const ADDRESSES: [Setting; 2] = [Setting::Funder, Setting::RelayerApiKeyAddress];

/// A wrong checksum of the value in force. The official clients do not look at it, so it stops nothing by
/// itself; but whoever mistypes a digit gets one.
pub(super) fn wrong_checksum(setting: Setting, values: &[Sourced<String>]) -> Option<SettingProblem> {
    let found = values.first().filter(|_| ADDRESSES.contains(&setting))?;
    let text = found.value.trim();
    let address: Address = text.strip_prefix("0x").and_then(|digits| digits.parse().ok())?;
    let is_mixed =
        text[2..].contains(|c: char| c.is_ascii_lowercase()) && text.contains(|c: char| c.is_ascii_uppercase());
    if !is_mixed || Address::parse_checksummed(text, None).is_ok() {
        return None;
    }
    Some(SettingProblem {
        kind: ProblemKind::Checksum,
        setting: setting.into(),
        text: format!(
            "The {} ({}) has a wrong checksum (EIP-55): a digit may be mistyped",
            setting.spoken(),
            found.source
        ),
        fix: format!("Copy the wallet address again. If every digit is right, write it as {address}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Source;

    fn problem(setting: Setting, text: &str) -> Option<SettingProblem> {
        wrong_checksum(setting, &[Sourced::new(text.to_owned(), Source::Default)])
    }

    #[test]
    fn only_a_mixed_spelling_can_have_a_wrong_checksum() {
        let right = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";
        let digits = right[2..].to_owned();
        for fine in [right.to_owned(), right.to_lowercase(), format!("0x{}", digits.to_uppercase())] {
            assert_eq!(problem(Setting::Funder, &fine), None, "{fine}");
        }
        // one digit is another, and one letter is of another case
        for wrong in [right.replace("d93B", "d94B"), right.replace("d93B", "d93b")] {
            let found = problem(Setting::Funder, &wrong).unwrap();
            assert!(found.text.contains("wrong checksum"), "{found:?}");
            assert!(problem(Setting::RelayerApiKeyAddress, &wrong).is_some());
        }
        assert_eq!(problem(Setting::BuilderCode, &right.replace("d93B", "d93b")), None);
        assert_eq!(problem(Setting::Funder, "0x12"), None);
    }
}
