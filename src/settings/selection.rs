//! The flags that a command needs to be about the same account.

use super::Setting;
use super::env_file::EnvFile;
use super::inputs::{Inputs, KeyInput};

/// Those of this run, quoted for a shell; values that only this run has (a funder, a type) are not
/// among them.
pub(crate) fn of(inputs: &Inputs) -> String {
    let mut flags: Vec<(&str, Option<String>)> = Vec::new();
    match &inputs.key {
        KeyInput::File(path) => flags.push(("key-file", Some(path.display().to_string()))),
        KeyInput::Keystore(path) => flags.push(("keystore", Some(path.display().to_string()))),
        KeyInput::StandardInput => flags.push(("key-stdin", None)),
        KeyInput::Settings | KeyInput::Typed(_) => {}
    }
    if let EnvFile::Named(path) = &inputs.env_file {
        flags.push(("env-file", Some(path.display().to_string())));
    }
    // the variable is there for the next command, too
    if let Some(profile) = inputs.profile.as_ref().filter(|name| !name.is_empty() && !inputs.profile_by_variable) {
        flags.push(("profile", Some(profile.clone())));
    }
    for setting in [Setting::ClobUrl, Setting::ChainId, Setting::Venue, Setting::UsUrl] {
        // a password in a URL is not to be printed
        let value = inputs.flags.get(&setting).filter(|value| !value.contains('@'));
        flags.extend(setting.flag().zip(value).map(|(flag, value)| (flag, Some(value.clone()))));
    }
    let quoted = |value: &str| shlex::try_quote(value).map_or_else(|_| String::new(), Into::into);
    let words = flags.into_iter().map(|(flag, value)| match value {
        Some(value) => format!("--{flag} {}", quoted(&value)),
        None => format!("--{flag}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A command of this program that is about the account of these flags.
pub(crate) fn selecting(command: &str, selection: &str) -> String {
    let is_about_account = ["check", "fix", "keys", "headers", "builder", "config"]
        .iter()
        .any(|name| command.strip_prefix("polydoctor ").is_some_and(|rest| rest.split(' ').next() == Some(name)));
    if selection.is_empty() || !is_about_account || command.contains(selection) {
        return command.to_owned();
    }
    format!("{command} {selection}")
}
