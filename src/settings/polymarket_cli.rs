//! The configuration of polymarket-cli: what it holds is used where no key is set anywhere else.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::read_text;
use super::{ProblemKind, Setting, SettingProblem, Source, Sourced};

/// Where polymarket-cli keeps its configuration, on every platform; `None` without a home folder.
pub fn polymarket_cli_file() -> Option<PathBuf> {
    Some(super::home_folder()?.join(".config/polymarket/config.json"))
}

/// What it says of our settings, or why it cannot be used.
pub(super) fn read(path: &Path) -> Result<Vec<(Setting, Sourced<String>)>, SettingProblem> {
    let problem = |wrong: String| SettingProblem {
        kind: ProblemKind::Invalid,
        setting: Setting::PrivateKey.into(),
        text: format!("The configuration of polymarket-cli is not valid: {wrong}"),
        fix: "Recreate it with `polymarket wallet import`, or set the private key".to_owned(),
    };
    let text = read_text(path).map_err(|error| problem(error.to_string()))?;
    let json: Value = serde_json::from_str(&text)
        .map_err(|error| problem(format!("line {} of {} is not JSON", error.line(), path.display())))?;
    // its keys are named as in our profiles
    let value = |setting: Setting| match json.get(setting.name()) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let sourced = |setting: Setting, text: String| {
        let source = Source::PolymarketCli { path: path.display().to_string(), key: setting.name().to_owned() };
        (setting, Sourced::new(text, source))
    };
    let Some(key) = value(Setting::PrivateKey) else { return Ok(Vec::new()) };
    let chain_id = value(Setting::ChainId).map(|id| sourced(Setting::ChainId, id));
    // what it takes where nothing is written
    let kind = value(Setting::SignatureType).unwrap_or_else(|| "proxy".to_owned());
    let all = [Some(sourced(Setting::PrivateKey, key)), chain_id, Some(sourced(Setting::SignatureType, kind))];
    Ok(all.into_iter().flatten().collect())
}
