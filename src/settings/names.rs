//! Variables: which setting each gives by its name, whoever chose the name.

mod family;
mod grammar;
mod misspelt;
mod words;

pub(super) use family::{Family, OTHERS as OTHER_VENUES, fits, is_account, member};
pub(super) use grammar::{Meaning, Strength, can_hold, meaning};
pub(super) use misspelt::meant;

use super::Setting;

/// The setting that a variable gives by its name.
pub(super) fn setting_of(variable: &str) -> Option<Setting> {
    Setting::listing(variable).or_else(|| meaning(variable).map(|meaning| meaning.setting))
}

/// Whose value a variable holds, by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// That of a setting, whoever chose the name.
    Setting(Setting),
    /// That of a different venue or program.
    Other,
    /// The name does not say.
    Unknown,
}

/// Whose value a variable holds, also in small letters or in those of code.
pub(crate) fn named(variable: &str) -> Named {
    const PROGRAMS: &[&str] =
        &["STRIPE", "AWS", "GITHUB", "TELEGRAM", "DISCORD", "ANTHROPIC", "DATABASE", "REDIS", "SSH"];
    let name = folded(variable).unwrap_or_else(|| variable.to_owned());
    let is_other = |word: &str| word != "US" && (OTHER_VENUES.contains(&word) || PROGRAMS.contains(&word));
    if name.split('_').any(is_other) {
        return Named::Other;
    }
    let by_grammar = || meaning(&name).filter(|meaning| meaning.strength != Strength::Anybodys);
    let setting = Setting::listing(&name).or_else(|| by_grammar().map(|meaning| meaning.setting));
    setting.map_or(Named::Unknown, Named::Setting)
}

/// Whether a variable gives this setting by its name.
pub(super) fn gives(setting: Setting, variable: &str) -> bool {
    setting_of(variable) == Some(setting)
}

/// Whether a variable holds what must not be seen by others.
pub(super) fn is_secret(variable: &str) -> bool {
    let of_family = || member(variable).map(|member| member.meaning.setting);
    let of_small = || folded(variable).and_then(|name| setting_of(&name));
    setting_of(variable).or_else(of_small).or_else(of_family).is_some_and(Setting::is_secret)
}

/// Whether a variable is one that is read: alone, or as one account's among several.
pub(super) fn is_known(variable: &str) -> bool {
    setting_of(variable).is_some() || member(variable).is_some_and(|member| member.family.count().is_some())
}

/// A name in small letters, or in those of code, as a variable is usually written: `funder`,
/// `privateKey`; `None` for a usual one.
pub(super) fn folded(variable: &str) -> Option<String> {
    if !variable.bytes().any(|c| c.is_ascii_lowercase()) {
        return None;
    }
    let mut folded = String::new();
    let mut was_small = false;
    for c in variable.chars() {
        if was_small && c.is_ascii_uppercase() {
            folded.push('_');
        }
        was_small = c.is_ascii_lowercase();
        folded.push(if c == '.' { '_' } else { c.to_ascii_uppercase() });
    }
    Some(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_small_letters_are_those_in_capitals() {
        assert_eq!(folded("clob_api_key").as_deref(), Some("CLOB_API_KEY"));
        assert_eq!(folded("privateKey").as_deref(), Some("PRIVATE_KEY"));
        assert_eq!(folded("funderAddress").as_deref(), Some("FUNDER_ADDRESS"));
        assert_eq!(folded("FUNDER"), None);
    }

    #[test]
    fn a_name_alone_says_whose_value_it_is() {
        for (name, whose) in [
            ("POLYMARKET_FUNDER", Named::Setting(Setting::Funder)),
            ("polymarket_funder", Named::Setting(Setting::Funder)),
            ("PM_PK", Named::Setting(Setting::PrivateKey)),
            ("KALSHI_PRIVATE_KEY", Named::Other),
            ("STRIPE_PRIVATE_KEY", Named::Other),
            ("API_KEY", Named::Unknown),
            ("CONFIG_INVALID_FUNDER", Named::Unknown),
        ] {
            assert_eq!(named(name), whose, "{name}");
        }
    }
}
