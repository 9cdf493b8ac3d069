//! Questions on the terminal: asked on standard error, so that results stay alone on standard output.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::bail;

use crate::cli::terminal;
use crate::secret::Secret;

/// Whether somebody is there to answer.
pub(super) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// One line; `None` at the end of the input.
pub(super) fn line(question: &str) -> io::Result<Option<String>> {
    let mut out = terminal::err();
    write!(out, "{question} ")?;
    out.flush()?;
    let mut text = String::new();
    let read = io::stdin().lock().read_line(&mut text)?;
    Ok((read > 0).then(|| text.trim().to_owned()))
}

/// A secret, which is not shown.
pub(super) fn hidden(question: &str) -> io::Result<Secret> {
    Ok(Secret::new(rpassword::prompt_password(format!("{question} "))?))
}

/// Yes or no, and no unless yes is said. `yes` is the answer of `--yes`.
pub(super) fn confirm(question: &str, yes: bool) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !is_there() {
        bail!("{question} Not a terminal, cannot ask for confirmation: pass --yes");
    }
    choose(question, false)
}

/// Yes or no, with the answer that Enter gives. The end of the input is no.
pub(super) fn choose(question: &str, enter: bool) -> anyhow::Result<bool> {
    let hint = if enter { "Y/n" } else { "y/N" };
    loop {
        let Some(answer) = line(&format!("{question} [{hint}]"))? else { return Ok(false) };
        match answer.to_ascii_lowercase().as_str() {
            "" => return Ok(enter),
            "y" | "yes" => return Ok(true),
            "n" | "no" => return Ok(false),
            // what is not understood is not taken for an answer where Enter means yes
            _ if enter => {}
            _ => return Ok(false),
        }
    }
}
