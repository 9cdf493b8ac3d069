//! Parses, dispatches, and turns the outcome into an exit code.

use std::process::ExitCode;

use clap::Parser as _;
use polydoctor::cli::{self, Cli, Exit};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(error) => {
            // the last resort: nothing can be done when standard error is gone too
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("polydoctor: {error:#}\n"));
            Exit::Usage.into()
        }
    }
}
