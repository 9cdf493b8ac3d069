//! What every command says beside its options: examples, exit codes, variables and files. `--help` and the
//! manual take it from here.

mod commands;

use clap::Command;

use crate::settings::Setting;
use commands::{GUIDES, Reads};

/// The variables that commands read, and what each is for.
fn variables(reads: Reads) -> &'static [(&'static str, &'static str)] {
    const ACCOUNT: &[(&str, &str)] = &[
        (
            "POLYMARKET_PRIVATE_KEY, POLYMARKET_FUNDER, …",
            "the account; `polydoctor config` shows every name and source",
        ),
        ("POLYDOCTOR_PROFILE", "profile to use"),
        ("POLYDOCTOR_CONFIG", "configuration file"),
        ("NO_COLOR", "no color"),
    ];
    const RELAYER: &[(&str, &str)] = &[
        ("RELAYER_API_KEY, RELAYER_API_KEY_ADDRESS", "the key, and the wallet address it was made for"),
        ("POLYMARKET_RELAYER_URL", "the relayer"),
        ("POLYDOCTOR_PROFILE", "profile to use"),
    ];
    const SIGNER: &[(&str, &str)] = &[
        ("POLY_BUILDER_API_KEY, POLY_BUILDER_SECRET, POLY_BUILDER_PASSPHRASE", "the builder credentials"),
        ("POLYDOCTOR_CONFIG", "configuration file"),
    ];
    match reads {
        Reads::Nothing => &[("NO_COLOR", "no color")],
        Reads::Account | Reads::AndWrites => ACCOUNT,
        Reads::Relayer => RELAYER,
        Reads::Signer => SIGNER,
    }
}

fn files(reads: Reads) -> &'static [(&'static str, &'static str)] {
    match reads {
        Reads::Nothing => &[],
        Reads::Signer => &[("~/.config/polydoctor/config.toml", "profiles")],
        Reads::Account | Reads::Relayer => {
            &[("./.env", "settings of this folder (--env-file)"), ("~/.config/polydoctor/config.toml", "profiles")]
        }
        Reads::AndWrites => &[
            ("./.env", "settings of this folder (--env-file)"),
            ("~/.config/polydoctor/config.toml", "profiles"),
            ("~/.local/state/polydoctor", "copies of changed files, for `polydoctor fix --undo`"),
        ],
    }
}

/// A heading, and rows of what is named and what is said of it.
pub(super) type Section = (&'static str, Vec<(String, String)>);

/// The sections of a command's page; none where it only groups others.
pub(super) fn sections(command: &str) -> Vec<Section> {
    let Some(guide) = GUIDES.iter().find(|guide| guide.command == command) else { return Vec::new() };
    let owned = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(name, said)| ((*name).to_owned(), (*said).to_owned())).collect()
    };
    let exits = guide.exits.iter().map(|(code, said)| (code.to_string(), (*said).to_owned())).collect();
    let all = vec![
        ("Examples", owned(guide.examples)),
        ("Exit status", exits),
        ("Environment", owned(variables(guide.reads))),
        ("Files", owned(files(guide.reads))),
    ];
    all.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
}

/// The sections as `--help` ends with them.
fn text(command: &str) -> String {
    let section = |(heading, rows): Section| {
        let widest = rows.iter().map(|(name, _)| name.chars().count()).filter(|width| *width <= 42).max().unwrap_or(0);
        let row = |(name, said): &(String, String)| match said.is_empty() {
            true => format!("  {name}"),
            false if name.chars().count() > widest => format!("  {name}\n  {:widest$}  {said}", ""),
            false => format!("  {name:<widest$}  {said}"),
        };
        format!("{heading}:\n{}", rows.iter().map(row).collect::<Vec<_>>().join("\n"))
    };
    sections(command).into_iter().map(section).collect::<Vec<_>>().join("\n\n")
}

/// The command with these sections at the end of the long help of every command.
pub(super) fn complete(command: Command) -> Command {
    below(with_defaults(command), "")
}

/// The command with the official URLs in the long help of the flags that replace them.
pub(super) fn with_defaults(command: Command) -> Command {
    let official = |flag: &str| Setting::ALL.into_iter().find(|setting| setting.flag() == Some(flag))?.official_url();
    let command = command.mut_args(|argument| {
        let (Some(url), Some(help)) = (argument.get_long().and_then(official), argument.get_help()) else {
            return argument;
        };
        let help = format!("{help}\n\n[default: {url}]");
        argument.long_help(help)
    });
    command.mut_subcommands(with_defaults)
}

fn below(command: Command, path: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let said = text(path);
    let command = if said.is_empty() { command } else { command.after_long_help(said) };
    names.into_iter().fold(command, |command, name| {
        let path = format!("{path} {name}").trim().to_owned();
        command.mut_subcommand(name, |sub| below(sub, &path))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    /// Every command that does something, by its path.
    fn paths(command: &Command, path: &str, found: &mut Vec<String>) {
        let below: Vec<&Command> = command.get_subcommands().filter(|sub| sub.get_name() != "help").collect();
        if below.is_empty() {
            found.push(path.to_owned());
        }
        for sub in below {
            paths(sub, format!("{path} {}", sub.get_name()).trim(), found);
        }
    }

    #[test]
    fn every_command_has_examples_and_exit_codes_and_nothing_else_has() {
        let mut commands = vec![String::new()];
        paths(&Cli::command(), "", &mut commands);
        commands.sort();
        let mut guided: Vec<&str> = GUIDES.iter().map(|guide| guide.command).collect();
        guided.sort_unstable();
        assert_eq!(guided, commands);
        for guide in GUIDES {
            assert!(!guide.examples.is_empty() && !guide.exits.is_empty(), "{}", guide.command);
        }
    }

    #[test]
    fn every_example_is_understood() {
        for (example, _) in GUIDES.iter().flat_map(|guide| guide.examples) {
            let own = example.split(" | ").find(|part| part.starts_with("polydoctor")).expect("a call of the program");
            let own = own.split(" > ").next().unwrap_or_default();
            // what stands in quotes is one word
            let words = own.split('"').enumerate().flat_map(|(place, part)| match place % 2 {
                0 => part.split_whitespace().collect(),
                _ => vec![part],
            });
            let typed: Vec<&str> = words.collect();
            let parsed = Cli::command().try_get_matches_from(&typed);
            assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
        }
    }

    #[test]
    fn lines_fit_a_narrow_terminal() {
        for guide in GUIDES {
            let text = text(guide.command);
            let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
            assert!(longest <= 100, "{}: {longest}\n{text}", guide.command);
        }
    }
}
