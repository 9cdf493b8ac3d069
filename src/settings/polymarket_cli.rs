//! The configuration of polymarket-cli: what it holds is used where no key is set anywhere else.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::files::read_text;
use super::{ProblemKind, SettingProblem, Source, Sourced};

/// Where polymarket-cli keeps its configuration, on every platform; `None` without a home folder.
pub fn polymarket_cli_file() -> Option<PathBuf> {
    Some(super::home_folder()?.join(".config/polymarket/config.json"))
}

/// What it says of our settings, or why it cannot be used.
pub(super) fn read(path: &Path) -> Result<Vec<(&'static str, Sourced<String>)>, SettingProblem> {
    let problem = |wrong: String| SettingProblem {
        kind: ProblemKind::Invalid,
        setting: "private_key".to_owned(),
        text: format!("The configuration of polymarket-cli cannot be used: {wrong}"),
        fix: "Make it anew with polymarket wallet import, or set the private key".to_owned(),
    };
    let text = read_text(path).map_err(|error| problem(error.to_string()))?;
    let json: Value = serde_json::from_str(&text)
        .map_err(|error| problem(format!("line {} of {} is no JSON", error.line(), path.display())))?;
    let value = |key: &str| match json.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let sourced = |key: &str, text| {
        Sourced::new(text, Source::PolymarketCli { path: path.display().to_string(), key: key.to_owned() })
    };
    let Some(key) = value("private_key") else { return Ok(Vec::new()) };
    let mut found = vec![("private_key", sourced("private_key", key))];
    found.extend(value("chain_id").map(|id| ("chain_id", sourced("chain_id", id))));
    // what it takes where nothing is written
    let kind = value("signature_type").unwrap_or_else(|| "proxy".to_owned());
    found.push(("signature_type", sourced("signature_type", kind)));
    Ok(found)
}
