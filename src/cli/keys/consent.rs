//! The question before anything is changed.

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::{Value, json};

use super::failed::KeysError;
use super::session::KeysSession;
use super::{Format, print};
use crate::cli::terminal;
use crate::cli::{Exit, prompt};
use crate::keys::{Change, Planned, SignedWith};
use crate::operations::Undone;

/// How a command that changes something is let do it.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct ConsentArgs {
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Show what would be sent without sending it
    #[arg(long, conflicts_with = "yes")]
    pub(super) dry_run: bool,
}

impl ConsentArgs {
    /// For what changes nothing but files.
    pub(super) fn for_files(yes: bool) -> Self {
        Self { yes, dry_run: false }
    }

    pub(super) fn is_unasked(self) -> bool {
        self.yes
    }

    /// Says what a change means, with what is worth knowing beside it, and asks.
    pub(super) fn ask(
        self,
        session: &KeysSession,
        change: &Change,
        beside: &[(&str, String)],
    ) -> Result<(), KeysError> {
        let mut rows = vec![("account", session.operator.account_text())];
        rows.extend(beside.iter().map(|(label, text)| (*label, text.clone())));
        rows.push(("breaks", change.breaks().to_owned()));
        rows.push(("undo", change.undo(&session.operator.account.settings().selection)));
        self.ask_for(&change.does(), &rows)
    }

    /// Asks whether to do what these lines say.
    pub(super) fn ask_for(self, does: &str, rows: &[(&str, String)]) -> Result<(), KeysError> {
        let said = format!("{does}\n{}", print::lines(rows));
        // a lost standard error is no reason to keep from what was told to be done
        let _ = terminal::err().write_all(said.as_bytes());
        if prompt::confirm("Continue?", self.yes)? {
            Ok(())
        } else {
            Err(Undone::not_done("Nothing was changed").into())
        }
    }

    /// Offers to show something here. Where nobody is there to see it, the answer is no.
    pub(super) fn offer(question: &str) -> anyhow::Result<bool> {
        Ok(prompt::is_there() && io::stdout().is_terminal() && prompt::confirm(question, false)?)
    }
}

/// Prints what a command would send, in order. Nothing is sent.
pub(super) fn dry_run(session: &KeysSession, requests: &[Planned], changes: &[Change]) -> Result<Exit, KeysError> {
    let base = session.operator.account.clob_url().map_err(|error| KeysError::Usage(error.to_string()))?;
    let base = crate::settings::shown_url(base);
    let selection = &session.operator.account.settings().selection;
    if session.format == Format::Json {
        print::json(&json!({
            "schema": 1,
            "done": false,
            "dry_run": true,
            "account": session.operator.account_text(),
            "changes": changes.iter().map(|change| object(change, selection)).collect::<Vec<_>>(),
            "clob_url": base,
            "requests": requests,
        }))?;
        return Ok(Exit::Done);
    }
    let rows: Vec<String> = requests.iter().flat_map(|request| planned(&base, request)).collect();
    print::list("Nothing was sent. These requests would be, in this order", &rows)?;
    for change in changes {
        let rows = [
            ("account", session.operator.account_text()),
            ("breaks", change.breaks().to_owned()),
            ("undo", change.undo(selection)),
        ];
        print::text(&format!("{}\n{}", change.does(), print::lines(&rows)))?;
    }
    Ok(Exit::Done)
}

fn object(change: &Change, selection: &str) -> Value {
    json!({ "does": change.does(), "breaks": change.breaks(), "undo": change.undo(selection) })
}

fn planned(base: &str, request: &Planned) -> Vec<String> {
    let signed = match request.signed_with {
        SignedWith::PrivateKey => "signed with the private key (L1)",
        SignedWith::ApiCredentials => "signed with the API credentials (L2)",
        SignedWith::BuilderCredentials => "signed with the builder credentials",
    };
    let mut lines = vec![
        format!("{} {base}{}{}", request.method, request.path, request.query),
        format!("  {signed}: {}", request.signed_with.headers().join(", ")),
    ];
    lines.extend(request.body.as_ref().map(|body| format!("  {body}")));
    lines
}
