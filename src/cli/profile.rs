//! `polydoctor profile`: accounts by name, without their secrets.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::{Exit, prompt};
use crate::cli::look::Format;
use crate::cli::terminal;
use crate::settings::change::FileChange;
use crate::settings::edit::EditError;
use crate::settings::{self, ConfigFile, ProfileEntry, ProfileValue, Setting};

#[derive(Debug, clap::Args)]
pub(super) struct ProfileArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List every profile and the default
    List {
        /// Output format
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show a profile; secrets as references, never as text
    Show {
        /// [default: the profile in use]
        name: Option<String>,
        /// Output format
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Make this profile the default
    Use { name: String },
    /// Remove a profile; its keys and files stay
    Remove {
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub(super) fn run(args: ProfileArgs) -> anyhow::Result<Exit> {
    let path = settings::config_file().context("there is no home folder for profiles")?;
    match args.action {
        Action::List { format } => list(&path, format),
        Action::Show { name, format } => show(&path, name, format),
        Action::Use { name } => {
            change(&path, &name, |config| {
                config.set_default_profile(&name);
                Ok(())
            })?;
            said(format_args!("Profile {name} is now the default, in {}", path.display()))
        }
        Action::Remove { name, yes } => {
            read(&path)?.profile(&name)?;
            if !prompt::confirm(&format!("Remove the profile {name} from {}?", path.display()), yes)? {
                return Ok(Exit::No);
            }
            change(&path, &name, |config| config.remove(&name))?;
            said(format_args!("Profile {name} removed from {}; its keys and files stay", path.display()))
        }
    }
}

fn read(path: &Path) -> anyhow::Result<ConfigFile> {
    if !path.exists() {
        anyhow::bail!("no profiles yet: {} does not exist; `polydoctor init` creates it", path.display());
    }
    Ok(ConfigFile::read(path)?)
}

fn change(
    path: &Path,
    name: &str,
    edit: impl FnOnce(&mut settings::edit::ConfigText) -> Result<(), EditError>,
) -> anyhow::Result<()> {
    read(path)?.profile(name)?;
    Ok(FileChange::of_config(path, edit)?.apply()?)
}

fn said(text: std::fmt::Arguments<'_>) -> anyhow::Result<Exit> {
    writeln!(terminal::err(), "{text}")?;
    Ok(Exit::Done)
}

fn list(path: &Path, format: Format) -> anyhow::Result<Exit> {
    let mut out = terminal::out();
    let config = if path.exists() { Some(ConfigFile::read(path)?) } else { None };
    let names = config.as_ref().map(ConfigFile::names).unwrap_or_default();
    let default = config.as_ref().and_then(ConfigFile::default_profile);
    if format == Format::Json {
        let profiles: Vec<Value> =
            names.iter().map(|name| json!({ "name": name, "default": Some(*name) == default })).collect();
        writeln!(out, "{}", json!({ "path": path.display().to_string(), "profiles": profiles }))?;
        return Ok(Exit::Done);
    }
    let Some(config) = config.as_ref().filter(|_| !names.is_empty()) else {
        writeln!(terminal::err(), "No profiles yet; `polydoctor init` creates one")?;
        return Ok(Exit::Done);
    };
    let environment = environment();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    for name in &names {
        let profile = config.profile(name)?;
        let of = |setting: Setting| {
            let entry = profile.entries.iter().find(|entry| entry.setting == setting)?;
            Some(profile.current(entry, &environment).map_or_else(|| shown(entry), |value| value.value))
        };
        let mark = if Some(*name) == default { '*' } else { ' ' };
        let said = [("type", Setting::SignatureType), ("funder", Setting::Funder), ("key", Setting::PrivateKey)];
        let said: Vec<String> =
            said.iter().filter_map(|(word, setting)| Some(format!("{word} {}", of(*setting)?))).collect();
        writeln!(out, "{mark} {name:<width$}  {}", said.join("  "))?;
    }
    Ok(Exit::Done)
}

fn show(path: &Path, name: Option<String>, format: Format) -> anyhow::Result<Exit> {
    let config = read(path)?;
    let name = name.or_else(|| config.default_profile().map(str::to_owned)).unwrap_or_else(|| "default".to_owned());
    let mut profile = config.profile(&name)?;
    profile.problems.extend(settings::diverging(&profile));
    let environment = environment();
    let mut out = terminal::out();
    match format {
        Format::Json => {
            let values: Map<String, Value> = profile
                .entries
                .iter()
                .map(|entry| (entry.setting.name().to_owned(), Value::from(shown(entry))))
                .collect();
            let problems = &profile.problems;
            let path = path.display().to_string();
            writeln!(out, "{}", json!({ "name": name, "path": path, "settings": values, "problems": problems }))?;
        }
        Format::Text => {
            writeln!(out, "{name}, in {}", path.display())?;
            for entry in &profile.entries {
                writeln!(out, "  {:<22} {}", entry.setting, shown(entry))?;
                if let Some(current) = profile.current(entry, &environment) {
                    writeln!(out, "  {:<22} now {}", "", current.value)?;
                }
            }
        }
    }
    for problem in &profile.problems {
        writeln!(terminal::err(), "{}. {}", problem.text, problem.fix)?;
    }
    Ok(if profile.problems.is_empty() { Exit::Done } else { Exit::No })
}

fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// What may be shown of a value: a secret that stands in the file is only said to be there.
fn shown(entry: &ProfileEntry) -> String {
    let is_secret = entry.setting.is_secret();
    match &entry.value {
        ProfileValue::SecretRef(place) => toml_edit::Value::from(place.clone()).to_string(),
        ProfileValue::Text(_) if is_secret => "in plain text".to_owned(),
        ProfileValue::Text(text) => text.clone(),
    }
}
