//! `polydoctor completions` and `polydoctor man`: from the same definition as `--help`.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, Exit};
use crate::cli::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn completions(args: &CompletionsArgs) -> io::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "polydoctor", &mut script);
    terminal::out().write_all(&script)?;
    Ok(Exit::Done)
}

/// The page of the program, and after it one of each command.
pub(super) fn man() -> anyhow::Result<Exit> {
    let mut out = terminal::out();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        clap_mangen::Man::new(subcommand.clone()).render(&mut out)?;
    }
    Ok(Exit::Done)
}
