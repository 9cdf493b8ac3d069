//! Profiles of the configuration file: comments, order and what is not touched stay.

use std::fmt;

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::{EditError, is_harmless, mask};
use crate::settings::Setting;
use crate::text::given_back;

const PROFILES: &str = "profiles";
const DEFAULT: &str = "default_profile";

/// Whether a new profile may be named so: as it is typed in a shell, without quotes.
///
/// # Errors
///
/// [`EditError::ProfileName`]
pub fn check_profile_name(name: &str) -> Result<(), EditError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let good = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.len() <= 64 && name.chars().all(is_plain);
    if good { Ok(()) } else { Err(EditError::ProfileName(given_back(name).into_owned())) }
}

/// The text of a configuration file, for editing; its `Display` is the text.
#[derive(Clone)]
pub struct ConfigText(DocumentMut);

impl fmt::Display for ConfigText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The profiles that are not the same in two texts of the configuration file.
pub(in crate::settings) fn changed_profiles(before: &str, after: &str) -> Vec<String> {
    let (Ok(before), Ok(after)) = (ConfigText::parse(before), ConfigText::parse(after)) else { return Vec::new() };
    let mut names: Vec<String> =
        before.differing(&after).chain(after.differing(&before)).map(ToOwned::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

impl ConfigText {
    /// # Errors
    ///
    /// [`EditError::Malformed`] and [`EditError::NoTable`], with the line.
    pub fn parse(text: &str) -> Result<Self, EditError> {
        let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| EditError::Malformed {
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            reason: error.message().to_owned(),
        })?;
        match document.get(PROFILES) {
            Some(profiles) if !profiles.is_table() => Err(EditError::NoTable { line: 1, key: PROFILES.to_owned() }),
            _ => Ok(Self(document)),
        }
    }

    /// The profiles, in the order of the file.
    pub fn names(&self) -> Vec<&str> {
        let profiles = self.0.get(PROFILES).and_then(Item::as_table_like);
        profiles.map(|profiles| profiles.iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }

    /// The profiles that another text of the same file has otherwise, or not at all.
    fn differing<'a>(&'a self, other: &Self) -> impl Iterator<Item = &'a str> {
        let text = |config: &Self, name: &str| config.0.get(PROFILES)?.get(name).map(Item::to_string);
        let differing: Vec<&str> =
            self.names().into_iter().filter(|name| text(self, name) != text(other, name)).collect();
        differing.into_iter()
    }

    /// The profile that is used where none is named, if the text names one.
    pub fn default_profile(&self) -> Option<&str> {
        self.0.get(DEFAULT)?.as_str()
    }

    /// The profile that is used where none is named.
    pub fn set_default_profile(&mut self, name: &str) {
        put(self.0.as_table_mut(), DEFAULT, name.into());
    }

    /// Sets a setting of a profile, which is made where it is not there.
    ///
    /// # Errors
    ///
    /// [`EditError::NoTable`] when the profile is something else than a table,
    /// [`EditError::ProfileName`] when a new one cannot be named so.
    pub fn set(&mut self, profile: &str, setting: Setting, value: impl Into<Value>) -> Result<(), EditError> {
        if !self.names().contains(&profile) {
            check_profile_name(profile)?;
        }
        let mut all = Table::new();
        all.set_implicit(true);
        let profiles = self.0.entry(PROFILES).or_insert(Item::Table(all));
        let no_table = |key: &str| EditError::NoTable { line: 1, key: key.to_owned() };
        let profiles = profiles.as_table_mut().ok_or_else(|| no_table(PROFILES))?;
        let values = profiles.entry(profile).or_insert(Item::Table(Table::new()));
        put(values.as_table_like_mut().ok_or_else(|| no_table(profile))?, setting.name(), value.into());
        Ok(())
    }

    /// Removes a setting of a profile; whether it was there.
    pub fn unset(&mut self, profile: &str, setting: Setting) -> bool {
        let profile = self.0.get_mut(PROFILES).and_then(|profiles| profiles.get_mut(profile));
        let values = profile.and_then(Item::as_table_like_mut);
        values.is_some_and(|values| values.remove(setting.name()).is_some())
    }

    /// Removes what a profile says of an account at the CLOB: all but addresses of services, time limits and the
    /// key of Polymarket US.
    pub fn unset_own(&mut self, profile: &str) {
        let is_us = |setting: Setting| matches!(setting, Setting::UsKeyId | Setting::UsSecretKey);
        for setting in Setting::ALL.into_iter().filter(|setting| !setting.is_shared() && !is_us(*setting)) {
            self.unset(profile, setting);
        }
    }

    /// Removes a profile, and the default where it is that one.
    ///
    /// # Errors
    ///
    /// [`EditError::NoSuchProfile`]
    pub fn remove(&mut self, profile: &str) -> Result<(), EditError> {
        let missing = || EditError::NoSuchProfile(profile.to_owned());
        let profiles = self.0.get_mut(PROFILES).and_then(Item::as_table_like_mut).ok_or_else(missing)?;
        profiles.remove(profile).ok_or_else(missing)?;
        if self.default_profile() == Some(profile) {
            self.0.remove(DEFAULT);
        }
        Ok(())
    }

    /// The text as it may be shown: of settings that are not secret the value, and where references
    /// point to; of secrets the shape. Of comments and of what is not known only that it is there.
    pub fn masked(&self) -> String {
        let mut masked = self.clone();
        for (key, item) in masked.0.as_table_mut().iter_mut() {
            let is_text = is_line(item);
            match item.as_table_like_mut() {
                Some(profiles) if key == PROFILES => {
                    for (_, profile) in profiles.iter_mut() {
                        match profile.as_table_like_mut() {
                            Some(fields) => fields.iter_mut().for_each(|(key, item)| mask_field(&key, item)),
                            None => withhold(profile),
                        }
                    }
                }
                _ if key == DEFAULT && is_text => {}
                _ => withhold(item),
            }
        }
        without_comments(&masked.to_string())
    }
}

fn mask_field(key: &str, item: &mut Item) {
    let known = Setting::named(key);
    let text = item.as_str().map(str::to_owned).or_else(|| item.as_integer().map(|number| number.to_string()));
    match (known, text, item.as_table_like_mut()) {
        (Some(setting), Some(text), _) if !setting.is_secret() && is_harmless(setting, &text) => {}
        (Some(setting), Some(text), _) => replace(item, mask(setting, &text)),
        (Some(_), None, Some(reference)) => mask_reference(reference),
        _ => withhold(item),
    }
}

/// Where a value is, without what could be one: the password of a keystore, words of a command.
fn mask_reference(reference: &mut dyn TableLike) {
    for (key, item) in reference.iter_mut() {
        let is_place = ["env", "file", "env_file", "name", "keystore", "polymarket_cli"].contains(&key.get());
        let is_shown = is_place && is_line(item);
        match item.as_table_like_mut() {
            Some(password) => mask_reference(password),
            None if is_shown => {}
            None => withhold(item),
        }
    }
}

fn is_line(item: &Item) -> bool {
    item.as_str().is_some_and(|text| !text.contains('\n'))
}

fn withhold(item: &mut Item) {
    match item.as_table_like_mut() {
        Some(table) => table.iter_mut().for_each(|(_, item)| withhold(item)),
        None => replace(item, "…".to_owned()),
    }
}

/// Another value, with the space and the comments around it.
fn replace(item: &mut Item, text: String) {
    let decor = item.as_value().map(|value| value.decor().clone());
    let mut value = Value::from(text);
    if let Some(decor) = decor {
        *value.decor_mut() = decor;
    }
    *item = Item::Value(value);
}

/// The text of a file whose strings are all on one line, with `# …` for every comment.
fn without_comments(text: &str) -> String {
    let shown = |line: &str| {
        let (mut quote, mut escaped) = (None, false);
        for (place, c) in line.char_indices() {
            match (quote, c) {
                _ if escaped => escaped = false,
                (Some('"'), '\\') => escaped = true,
                (Some(open), _) if open == c => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, '#') => return format!("{}# …\n", &line[..place]),
                _ => {}
            }
        }
        line.to_owned()
    };
    text.split_inclusive('\n').map(shown).collect()
}

/// Sets a key, with the space and comments that stand around it.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key) {
        Some(item) => {
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

/// The line of a place in a text, from 1.
pub(in crate::settings) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# mine\ndefault_profile = \"main\" # the bot\n\n[profiles.main]\nsignature_type = 1 # proxy\n\
                        funder = '0x1'\n\n# the other\n[profiles.\"a b\"]\nprivate_key = \"0xsecret\"\n";

    #[test]
    fn what_is_not_touched_stays() {
        let mut config = ConfigText::parse(TEXT).unwrap();
        assert_eq!(config.to_string(), TEXT);
        config.set("main", Setting::SignatureType, 2).unwrap();
        config.set("main", Setting::Nonce, 3).unwrap();
        config.set_default_profile("a b");
        assert_eq!(
            config.to_string(),
            TEXT.replace("= 1 #", "= 2 #").replace("\"main\"", "\"a b\"").replace("'0x1'\n", "'0x1'\nnonce = 3\n")
        );
        assert!(
            config.unset("main", Setting::Nonce)
                && !config.unset("main", Setting::Nonce)
                && !config.unset("none", Setting::Nonce)
        );
        config.remove("a b").unwrap();
        assert_eq!(config.names(), ["main"]);
        assert_eq!(config.default_profile(), None);
        assert_eq!(config.remove("a b"), Err(EditError::NoSuchProfile("a b".into())));
    }

    #[test]
    fn a_new_file_is_as_one_writes_it_by_hand() {
        let mut config = ConfigText::parse("").unwrap();
        config.set("main", Setting::ChainId, 137).unwrap();
        config.set_default_profile("main");
        assert_eq!(config.to_string(), "default_profile = \"main\"\n\n[profiles.main]\nchain_id = 137\n");
    }

    #[test]
    fn a_new_profile_has_a_name_that_needs_no_quotes() {
        for name in ["main", "bot-2", "a.b_C", "7"] {
            assert_eq!(check_profile_name(name), Ok(()), "{name}");
        }
        for name in ["", "bad name!/x", "-x", ".hidden", "a/b", "é", "a\nb", &"0".repeat(65)] {
            assert!(check_profile_name(name).is_err(), "{name}");
        }
        let mut config = ConfigText::parse(TEXT).unwrap();
        assert!(matches!(config.set("a c", Setting::Nonce, 1), Err(EditError::ProfileName(_))));
        assert_eq!(config.to_string(), TEXT);
        // one that was written by hand can still be changed
        assert_eq!(config.set("a b", Setting::Nonce, 1), Ok(()));
    }

    #[test]
    fn settings_of_an_account_go_and_where_services_are_stays() {
        let mut config = ConfigText::parse("[profiles.a]\nfunder = '0x1'\nrpc_url = 'x'\nnonce = 1\n").unwrap();
        config.unset_own("a");
        assert_eq!(config.to_string(), "[profiles.a]\nrpc_url = 'x'\n");
    }

    #[test]
    fn secrets_in_clear_are_masked() {
        let masked = ConfigText::parse(TEXT).unwrap().masked();
        assert!(!masked.contains("0xsecret") && masked.contains("8 characters, fingerprint"), "{masked}");
    }

    #[test]
    fn nothing_beside_a_setting_is_shown() {
        let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let text = [
            "# KEY",
            "old = \"KEY\"",
            "default_profile = \"main\" # KEY",
            "[profiles.main] # KEY",
            "chain_id = 137 # KEY",
            "nonce = 123456789012345678",
            "funder = \"0xKEY\"",
            "privat_key = \"KEY\"",
            "private_key = { keystore = \"~/a#b\", password = \"KEY\" }",
            "api_secret = { command = [\"echo\", \"KEY\"] }",
            "api_passphrase = TTT\nKEYTTT",
            "[other]",
            "key = [\"KEY\"] # KEY",
        ];
        let text = text.join("\n").replace("TTT", "'''").replace("KEY", key);
        let masked = ConfigText::parse(&text).unwrap().masked();
        assert!(!masked.contains(&key[..8]), "{masked}");
        for shown in ["default_profile = \"main\" # …", "chain_id = 137 # …", "nonce = 123456789012345678", "\"~/a#b\""]
        {
            assert!(masked.contains(shown), "{shown}: {masked}");
        }
    }

    #[test]
    fn what_is_no_configuration_is_refused_with_its_line() {
        assert!(matches!(ConfigText::parse("a = 1\nb ="), Err(EditError::Malformed { line: 2, .. })));
        assert!(matches!(ConfigText::parse("profiles = 1"), Err(EditError::NoTable { .. })));
    }
}
