//! `polydoctor config`: every value in force, and where it comes from.

use std::io::{self, Write as _};

use serde_json::json;
use textwrap::core::display_width;

use super::Exit;
use super::settings::SettingsArgs;
use crate::cli::look::{Format, width};
use crate::cli::terminal;
use crate::facts::Setup;
use crate::render::wrapped;
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
            row("account from", &of_account, "", &mut out)?;
            let profile = if setup.profile.is_empty() { "none" } else { setup.profile.as_str() };
            let file = config_file().map(|file| file.display().to_string()).unwrap_or_default();
            row("profile", profile, &file, &mut out)?;
            for setting in &setup.shown {
                row(&setting.name, &setting.value, &setting.source, &mut out)?;
            }
            for problem in &setup.problems {
                let text = format!("{}. {}", problem.text, problem.fix);
                writeln!(out, "\n{}", wrapped(&text, "", "", width()))?;
            }
        }
    }
    let wrong = setup.problems.iter().any(|problem| problem.kind == ProblemKind::Invalid);
    Ok(if wrong { Exit::No } else { Exit::Done })
}

/// What a setting is and where it comes from: beside each other, or below where the terminal is narrow.
fn row(name: &str, value: &str, source: &str, out: &mut impl io::Write) -> io::Result<()> {
    let first = format!("{name:<24} ");
    let whole = format!("{first}{value:<44} {source}");
    let whole = whole.trim_end();
    if width().is_none_or(|width| display_width(whole) <= width) {
        return writeln!(out, "{whole}");
    }
    let further = " ".repeat(first.len());
    let lines = [value, source].into_iter().filter(|text| !text.is_empty());
    for (place, text) in lines.enumerate() {
        writeln!(out, "{}", wrapped(text, if place == 0 { &first } else { &further }, &further, width()))?;
    }
    Ok(())
}
