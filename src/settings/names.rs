//! The names that a setting goes by: its flag, its variables, its key in a profile.

mod family;
mod grammar;
mod misspelt;
mod words;

pub(super) use family::{Family, OTHERS as OTHER_VENUES, fits, is_account, member};
pub(super) use grammar::{Meaning, Strength, can_hold, meaning};
pub(super) use misspelt::meant;

/// One setting and its names.
#[derive(Debug)]
pub struct Name {
    /// Its name in profiles, in problems and in `fix.settings` of the report.
    pub name: &'static str,
    /// Its flag, without the dashes; `None` for what must not stand on a command line.
    pub flag: Option<&'static str>,
    /// Its variables; the first that is set wins. The names after those of the official clients
    /// are ones that users have in public issue reports.
    pub variables: &'static [&'static str],
}

impl Name {
    /// Whether it is the same for many accounts: where services are, and how long to wait for them.
    pub(super) fn is_shared(&self) -> bool {
        self.name != "builder_signer_url" && self.name.ends_with("_url") || self.is_of_run()
    }

    /// Whether it says how this program runs, whatever the account.
    pub(super) fn is_of_run(&self) -> bool {
        ["timeout", "deadline"].contains(&self.name)
    }

    /// Whether its value must not be seen by others; such a one has no flag.
    pub fn is_secret(&self) -> bool {
        self.flag.is_none()
    }
}

const fn public(name: &'static str, flag: &'static str, variables: &'static [&'static str]) -> Name {
    Name { name, flag: Some(flag), variables }
}

const fn secret(name: &'static str, variables: &'static [&'static str]) -> Name {
    Name { name, flag: None, variables }
}

/// Every setting.
pub const SETTINGS: &[Name] = &[
    secret(
        "private_key",
        &[
            "POLYMARKET_PRIVATE_KEY",
            "POLY_PRIVATE_KEY",
            "PRIVATE_KEY",
            "PK",
            "POLYGON_WALLET_PRIVATE_KEY",
            "POLY_PK",
            "POLYMARKET_PROXY_PRIVATE_KEY",
            "POLYMARKET_SAFE_PRIVATE_KEY",
        ],
    ),
    public("signature_type", "signature-type", &["POLYMARKET_SIGNATURE_TYPE", "POLY_SIGNATURE_TYPE", "SIGNATURE_TYPE"]),
    public(
        "funder",
        "funder",
        &[
            "POLYMARKET_FUNDER",
            "POLY_FUNDER",
            "FUNDER_ADDRESS",
            "FUNDER",
            "POLYMARKET_PROXY_ADDRESS",
            "PROXY_ADDRESS",
            "POLY_FUNDER_ADDRESS",
            "DEPOSIT_WALLET",
            "POLYMARKET_DEPOSIT_WALLET",
            "POLYMARKET_PROXY_WALLET",
            "POLYMARKET_SAFE_WALLET",
        ],
    ),
    public("chain_id", "chain-id", &["POLYMARKET_CHAIN_ID", "CHAIN_ID", "POLY_CHAIN_ID"]),
    public("nonce", "nonce", &["POLYMARKET_NONCE"]),
    secret("api_key", &["CLOB_API_KEY", "POLY_API_KEY", "POLYMARKET_API_KEY"]),
    secret("api_secret", &["CLOB_SECRET", "POLY_API_SECRET", "POLYMARKET_API_SECRET", "POLY_SECRET"]),
    secret(
        "api_passphrase",
        &["CLOB_PASS_PHRASE", "POLY_API_PASSPHRASE", "POLYMARKET_API_PASSPHRASE", "POLY_PASSPHRASE"],
    ),
    secret("builder_api_key", &["POLY_BUILDER_API_KEY", "BUILDER_API_KEY", "POLYMARKET_BUILDER_API_KEY"]),
    secret("builder_secret", &["POLY_BUILDER_SECRET", "BUILDER_SECRET", "POLYMARKET_BUILDER_SECRET"]),
    secret("builder_passphrase", &["POLY_BUILDER_PASSPHRASE", "BUILDER_PASS_PHRASE", "POLYMARKET_BUILDER_PASSPHRASE"]),
    public("builder_code", "builder-code", &["POLY_BUILDER_CODE", "BUILDER_CODE", "POLYMARKET_BUILDER_CODE"]),
    public("builder_signer_url", "builder-signer-url", &["POLY_BUILDER_SIGNER_URL"]),
    secret("builder_signer_token", &["POLY_BUILDER_SIGNER_TOKEN"]),
    secret("relayer_api_key", &["RELAYER_API_KEY", "POLYMARKET_RELAYER_API_KEY"]),
    secret("relayer_api_key_address", &["RELAYER_API_KEY_ADDRESS", "POLYMARKET_RELAYER_API_KEY_ADDRESS"]),
    public("clob_url", "clob-url", &["POLYMARKET_CLOB_URL", "CLOB_API_URL", "CLOB_HOST"]),
    public("gamma_url", "gamma-url", &["POLYMARKET_GAMMA_URL", "GAMMA_API_URL"]),
    public("data_url", "data-url", &["POLYMARKET_DATA_URL"]),
    public("relayer_url", "relayer-url", &["POLYMARKET_RELAYER_URL", "RELAYER_API_URL", "RELAYER_URL"]),
    public("geoblock_url", "geoblock-url", &["POLYMARKET_GEOBLOCK_URL"]),
    public("rpc_url", "rpc-url", &["POLYMARKET_RPC_URL", "POLYGON_RPC_URL", "RPC_URL"]),
    public("timeout", "timeout", &["POLYDOCTOR_TIMEOUT"]),
    public("deadline", "deadline", &[]),
];

/// The setting with this name.
pub(super) fn setting(name: &str) -> &'static Name {
    SETTINGS
        .iter()
        .find(|setting| setting.name == name)
        .unwrap_or_else(|| unreachable!("{name} is asked for by the program itself"))
}

/// The name of a setting as people write it, with dashes or underscores.
///
/// # Errors
///
/// That there is no such setting, with the closest one.
pub fn setting_named(text: &str) -> Result<&'static str, String> {
    let name = text.trim().replace('-', "_").to_ascii_lowercase();
    let found = SETTINGS.iter().find(|setting| setting.name == name);
    found.map(|setting| setting.name).ok_or_else(|| match closest(&name) {
        Some(meant) => format!("unknown setting `{name}`; did you mean {meant}?"),
        None => format!("unknown setting `{name}`; `polydoctor config` lists them"),
    })
}

/// The setting that lists this variable.
pub(super) fn listed(variable: &str) -> Option<&'static Name> {
    SETTINGS.iter().find(|setting| setting.variables.contains(&variable))
}

/// The setting that a variable gives by its name.
pub(super) fn setting_of(variable: &str) -> Option<&'static Name> {
    listed(variable).or_else(|| meaning(variable).map(|meaning| setting(meaning.setting)))
}

/// Whether a variable gives this setting by its name.
pub(super) fn gives(setting: &str, variable: &str) -> bool {
    setting_of(variable).is_some_and(|of| of.name == setting)
}

/// Whether a variable holds what must not be seen by others.
pub(super) fn is_secret(variable: &str) -> bool {
    let of_family = || member(variable).map(|member| setting(member.meaning.setting));
    let of_small = || folded(variable).and_then(|name| setting_of(&name));
    setting_of(variable).or_else(of_small).or_else(of_family).is_some_and(Name::is_secret)
}

/// Whether a setting, by its name in a profile, must not be seen by others.
pub(super) fn is_secret_setting(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.is_secret() && setting.name == name)
}

/// The setting that a variable is read for.
pub(super) fn of_variable(variable: &str) -> Option<&'static Name> {
    SETTINGS.iter().find(|setting| setting.variables.contains(&variable))
}

/// Whether a variable is one that is read: alone, or as one account's among several.
pub(super) fn is_known(variable: &str) -> bool {
    setting_of(variable).is_some() || member(variable).is_some_and(|member| member.family.count().is_some())
}

/// A setting's name as people read it.
pub(super) fn spoken(name: &str) -> String {
    name.replace('_', " ").replace("api ", "API ").replace("clob ", "CLOB ").replace("url", "address")
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

/// The setting whose name in a profile is closest to a wrong one.
pub(super) fn closest(name: &str) -> Option<&'static str> {
    let variable = name.to_ascii_uppercase();
    let by_variable = || SETTINGS.iter().find(|setting| setting.variables.contains(&variable.as_str()));
    let near = |setting: &&Name| strsim::osa_distance(setting.name, &name.replace('-', "_")) <= 2;
    SETTINGS.iter().find(near).or_else(by_variable).map(|setting| setting.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut variables: Vec<_> = SETTINGS.iter().flat_map(|setting| setting.variables).collect();
        let all = variables.len();
        variables.sort_unstable();
        variables.dedup();
        assert_eq!(variables.len(), all);
    }

    #[test]
    fn wrong_names_of_settings_have_a_closest_one() {
        assert_eq!(closest("fundr"), Some("funder"));
        assert_eq!(closest("pk"), Some("private_key"));
        assert_eq!(closest("colour"), None);
    }

    #[test]
    fn names_in_small_letters_are_those_in_capitals() {
        assert_eq!(folded("clob_api_key").as_deref(), Some("CLOB_API_KEY"));
        assert_eq!(folded("privateKey").as_deref(), Some("PRIVATE_KEY"));
        assert_eq!(folded("funderAddress").as_deref(), Some("FUNDER_ADDRESS"));
        assert_eq!(folded("FUNDER"), None);
    }
}
