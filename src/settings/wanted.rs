//! What a diagnosis wants of settings: `fix.settings` of the report.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Setting;

/// Credentials that are right but for what surrounds them. Of secrets the values are never shown.
pub const CLEANED: &str = "the same without quotes and whitespace";
/// Credentials that the CLOB gives again.
pub const DERIVED: &str = "the derived ones";
/// Credentials where there are none to derive.
pub const CREATED: &str = "newly created ones";

/// What is wanted of each setting, in the order in which it is wanted. In JSON an object.
pub type Wanted = IndexMap<FixKey, Value>;

/// A key of `fix.settings`: one setting, or a set of credentials as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FixKey {
    /// All three parts of the API credentials.
    ApiCredentials,
    /// All three parts of the builder credentials.
    BuilderCredentials,
    /// A single setting.
    #[serde(untagged)]
    Setting(Setting),
}

impl FixKey {
    /// As it stands in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiCredentials => "api_credentials",
            Self::BuilderCredentials => "builder_credentials",
            Self::Setting(setting) => setting.name(),
        }
    }
}

impl fmt::Display for FixKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<Setting> for FixKey {
    fn from(setting: Setting) -> Self {
        Self::Setting(setting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_its_name_in_json() {
        let all = Setting::ALL.into_iter().map(FixKey::Setting);
        for key in all.chain([FixKey::ApiCredentials, FixKey::BuilderCredentials]) {
            let wanted = Wanted::from_iter([(key, Value::Null)]);
            let json = serde_json::to_value(&wanted).unwrap();
            assert_eq!(json, serde_json::json!({ key.name(): null }));
            assert_eq!(serde_json::from_value::<Wanted>(json).unwrap(), wanted);
        }
    }
}
