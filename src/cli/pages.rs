//! `polydoctor completions` and `polydoctor man`: from the same definition as `--help`.

use std::io::{self, Write as _};

use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::guide::{self, Section};
use super::{Cli, Exit};
use crate::cause::Cause;
use crate::checks::CHECKS;
use crate::cli::terminal;
use crate::sandbox::scenario;

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// Shell to complete in
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn completions(args: &CompletionsArgs) -> io::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut with_values(Cli::command(), args.shell), "polydoctor", &mut script);
    let script = String::from_utf8_lossy(&script);
    terminal::out().write_all(with_profiles(args.shell, &script).as_bytes())?;
    Ok(Exit::Done)
}

/// Stands for the names of the profiles while a script is written.
const PROFILES: &str = "NAMES_OF_PROFILES";

/// Whether the script of this shell can ask for the profiles.
fn asks_for_profiles(shell: Shell) -> bool {
    matches!(shell, Shell::Bash | Shell::Zsh | Shell::Fish)
}

/// Profiles come and go, so the shell asks for their names when it needs them.
fn with_profiles(shell: Shell, script: &str) -> String {
    const NAMES: &str = "polydoctor profile list 2>/dev/null | cut -c3- | cut -d' ' -f1";
    match shell {
        Shell::Bash => script.replace(PROFILES, &format!("$({NAMES})")),
        // this one writes words in quotes of its own
        Shell::Zsh => {
            let names = NAMES.replace('\'', "\"");
            script.replace(&format!("({PROFILES})"), &format!("{{compadd -- $({names})}}"))
        }
        Shell::Fish => script.replace(PROFILES, &format!("({NAMES})")),
        _ => script.to_owned(),
    }
}

/// The values that an argument of this name takes, of those that do not list them themselves. They are only
/// offered: what else is accepted is not decided here.
fn values(command: &str, argument: &str) -> Vec<&'static str> {
    let checks = || CHECKS.iter().map(|check| check.id);
    let causes = || Cause::ALL.iter().map(|cause| cause.name());
    match (command, argument) {
        ("check", "ids" | "skip") => checks().collect(),
        ("fix", "names") | ("explain", "text") => checks().chain(causes()).collect(),
        (_, "demo" | "scenario") => scenario::names().collect(),
        (_, "signature_type") => vec!["eoa", "poly-proxy", "gnosis-safe", "poly-1271"],
        (_, "chain_id") => vec!["137", "80002"],
        (_, "venue") => vec!["global", "us"],
        ("init", "account") => crate::onboarding::Origin::ALL.map(crate::onboarding::Origin::name).to_vec(),
        (_, "method") => vec!["GET", "POST", "DELETE"],
        _ => Vec::new(),
    }
}

/// The command with the values that a shell can offer.
fn with_values(command: Command, shell: Shell) -> Command {
    let name = command.get_name().to_owned();
    let command = command.mut_args(|argument| {
        let offered = match (name.as_str(), argument.get_id().as_str()) {
            (_, "profile") | ("use" | "show" | "remove", "name") if asks_for_profiles(shell) => vec![PROFILES],
            (name, argument) => values(name, argument),
        };
        if offered.is_empty() { argument } else { argument.value_parser(PossibleValuesParser::new(offered)) }
    });
    command.mut_subcommands(|below| with_values(below, shell))
}

/// The page of the program, and after it one of each command.
pub(super) fn man() -> anyhow::Result<Exit> {
    let mut command = guide::with_defaults(Cli::command());
    command.build();
    let mut pages = Vec::new();
    page(&command, "", &mut pages)?;
    terminal::out().write_all(super::style().fit(&String::from_utf8_lossy(&pages)).as_bytes())?;
    Ok(Exit::Done)
}

fn page(command: &Command, path: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let man = Man::new(command.clone());
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(out)?;
    }
    let below = || command.get_subcommands().filter(|below| below.get_name() != "help");
    if below().next().is_some() {
        man.render_subcommands_section(out)?;
    }
    let mut sections = guide::sections(path);
    // as manuals have them: what it means and reads first, examples at the end
    sections.sort_by_key(|(heading, _)| *heading == "Examples");
    sections.iter().try_for_each(|section| print(section, out))?;
    for below in below() {
        page(below, format!("{path} {}", below.get_name()).trim(), out)?;
    }
    Ok(())
}

/// A section in roff: a list of what is named and what is said of it.
fn print((heading, rows): &Section, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, ".SH {}", heading.to_uppercase())?;
    for (name, said) in rows {
        writeln!(out, ".TP\n\\fB{}\\fR\n{}", escaped(name), escaped(said))?;
    }
    Ok(())
}

/// What roff would take for something else: backslashes, hyphens, and marks at the beginning of a line.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_offer_checks_causes_and_scenarios() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut with_values(Cli::command(), shell), "polydoctor", &mut script);
            let script = String::from_utf8(script).expect("text");
            for value in ["wallet.funder", "funder-is-signer", "healthy-us", "gnosis-safe"] {
                assert!(script.contains(value), "{shell}: {value}");
            }
        }
    }

    #[test]
    fn what_a_shell_offers_is_accepted() {
        for value in values("check", "ids") {
            assert!(Cli::command().try_get_matches_from(["polydoctor", "check", value]).is_ok(), "{value}");
        }
        for value in values("fix", "names") {
            assert!(Cli::command().try_get_matches_from(["polydoctor", "fix", value]).is_ok(), "{value}");
        }
        for value in values("init", "account") {
            assert!(Cli::command().try_get_matches_from(["polydoctor", "init", "--account", value]).is_ok());
        }
        for value in values("", "signature_type") {
            assert!(value.parse::<crate::auth::wallet::SignatureType>().is_ok(), "{value}");
        }
    }

    #[test]
    fn roff_takes_nothing_of_a_text_for_a_command() {
        assert_eq!(escaped("./.env"), "\\&./.env");
        assert_eq!(escaped("a\\b --c"), "a\\eb \\-\\-c");
    }
}
