//! `polydoctor config`: every value in force, and where it comes from.

use std::io::Write as _;

use serde_json::json;

use super::Exit;
use super::settings::SettingsArgs;
use crate::cli::look::Format;
use crate::cli::terminal;
use crate::facts::Setup;
use crate::settings::{ProblemKind, config_file};

#[derive(Debug, clap::Args)]
pub(super) struct ConfigArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) fn run(mut args: ConfigArgs) -> anyhow::Result<Exit> {
    let setup = Setup::of(&args.settings.load()?, true);
    let mut out = terminal::out();
    match args.format {
        Format::Json => {
            let object =
                json!({ "profile": setup.profile_label(), "settings": setup.shown, "problems": setup.problems });
            writeln!(out, "{object:#}")?;
        }
        Format::Text => {
            let of_account = setup.origin.as_ref().map_or_else(|| "no private key".to_owned(), ToString::to_string);
            writeln!(out, "{:<20} {of_account}", "account from")?;
            let profile = if setup.profile.is_empty() { "none" } else { setup.profile.as_str() };
            let file = config_file().map(|file| file.display().to_string()).unwrap_or_default();
            writeln!(out, "{:<20} {profile:<44} {file}", "profile")?;
            for setting in &setup.shown {
                writeln!(out, "{:<20} {:<44} {}", setting.name, setting.value, setting.source)?;
            }
            for problem in &setup.problems {
                writeln!(out, "\n{}. {}", problem.text, problem.fix)?;
            }
        }
    }
    let wrong = setup.problems.iter().any(|problem| problem.kind == ProblemKind::Invalid);
    Ok(if wrong { Exit::No } else { Exit::Done })
}
