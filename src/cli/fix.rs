//! `polydoctor fix`: the setting fixes of a fresh check, written to the places where the values live.

use std::io::{self, Write as _};

use super::look::width;
use super::settings::{ProofArgs, SettingsArgs};
use super::{Exit, prompt};
use crate::cause::Cause;
use crate::checks;
use crate::cli::terminal;
use crate::engine::Engine;
use crate::facts::probe::Probe;
use crate::report::fixes::{self, Fixes, Left};
use crate::report::{Report, Verdict};
use crate::settings::change::FileChange;
use crate::settings::edit::Change;
use crate::settings::fix::{self, Plan};
use crate::settings::undo::{Scope, Step, Undo, UndoError};
use crate::settings::{self, Inputs, KeyInput, Settings, selecting};

/// Apply the fixes of a fresh check to your settings files
///
/// Runs every check, shows what would change in which file (secrets masked), asks, writes all files or none, and
/// checks again.
///
/// Without names, the most likely root cause is fixed, and every other one with a compatible fix. A cause that is
/// only possible is fixed only when it is named.
///
/// Only .env files and profiles are edited. Values from a flag, the environment or a key file, and secrets that
/// only you have, are listed with what to do about them.
#[derive(Debug, clap::Args)]
pub(super) struct FixArgs {
    /// Fix only these: causes or checks, by ID
    #[arg(value_name = "CAUSE|CHECK", value_parser = known_name, conflicts_with = "undo")]
    names: Vec<String>,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
    /// Show what would be written without writing it
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Undo the last change to a settings file, byte for byte
    #[arg(long)]
    undo: bool,
    /// An error you got, as your client logs it (repeatable)
    #[arg(long, value_name = "TEXT", conflicts_with = "undo")]
    symptom: Vec<String>,
    #[command(flatten)]
    proof: ProofArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

fn known_name(text: &str) -> Result<String, String> {
    if checks::find(text).is_some() || Cause::named(text).is_some() {
        return Ok(text.to_owned());
    }
    Err("no such check or cause: `polydoctor list` lists checks, `polydoctor check` reports causes".to_owned())
}

pub(super) async fn run(mut args: FixArgs) -> anyhow::Result<Exit> {
    if args.undo {
        return undo(&args);
    }
    args.settings.leave_out(args.proof);
    let settings = args.settings.load()?;
    let mut inputs = args.settings.all_inputs();
    if let (KeyInput::StandardInput, Some(Ok(key))) = (&inputs.key, settings.private_key.as_ref().map(|key| &key.value))
    {
        // standard input is read once
        inputs.key = KeyInput::Typed(key.clone());
    }
    let before = check(settings.clone(), &args.symptom).await;
    let fixes = Fixes::of(&before, &args.names);
    if fixes.chosen.is_empty() {
        return nothing_to_apply(&args, &before, &fixes);
    }
    let plan = fix::plan(&settings, &fixes.settings)?;
    show(&fixes, &plan, &args.settings.selection())?;
    if plan.changes.is_empty() {
        say("Nothing was written: only you can do this")?;
        return Ok(Exit::No);
    }
    if args.dry_run {
        say("Nothing was written (dry run)")?;
        return Ok(Exit::Done);
    }
    if !consent(&plan.changes, args.yes)? {
        say("Nothing was written")?;
        return Ok(Exit::No);
    }
    let command = std::iter::once("polydoctor fix").chain(args.names.iter().map(String::as_str));
    let command = command.collect::<Vec<_>>().join(" ");
    match Undo::of_platform().and_then(|undo| undo.apply(&plan.changes, &command)) {
        Ok(step) => {
            let undo = step.and_then(|step| step.undoing()).map(|command| format!("; to undo: `{command}`"));
            say(&format!("Saved: {}{}", paths(&plan.changes), undo.unwrap_or_default()))?;
        }
        Err(error) => return failed(&error),
    }
    checked_again(&args, &inputs, &before, &fixes).await
}

async fn check(settings: Settings, symptoms: &[String]) -> Report {
    let engine = Engine::new(settings, false, symptoms);
    engine.run(&Probe::ALL.iter().copied().collect()).await;
    let facts = engine.facts().borrow().clone();
    Report::of(&facts)
}

/// What to do where no setting is to be changed.
fn nothing_to_apply(args: &FixArgs, report: &Report, fixes: &Fixes<'_>) -> anyhow::Result<Exit> {
    if fixes.left.is_empty() {
        match (args.names.is_empty(), report.diagnoses.first()) {
            (true, _) => say(&format!("Nothing to fix ({})", report.verdict.word()))?,
            (false, None) => say(&format!("Nothing to fix: not found in this check ({})", report.verdict.word()))?,
            (false, Some(first)) => say(&format!(
                "Nothing to fix: not found in this check, which found {} ({})",
                first.cause.name(),
                first.title
            ))?,
        }
        return Ok(if report.verdict == Verdict::Incomplete { Exit::Unknown } else { Exit::Done });
    }
    let is_by_hand = fixes.left.iter().any(|(diagnosis, _)| !diagnosis.fix.edits.is_empty());
    say(if is_by_hand {
        "Nothing to apply automatically"
    } else {
        "Nothing to apply: no setting in a file causes this"
    })?;
    left(fixes, &args.settings.selection())?;
    Ok(if report.verdict == Verdict::Incomplete { Exit::Unknown } else { Exit::No })
}

/// The causes that are fixed, the lines that change, and what stays to be done.
fn show(fixes: &Fixes<'_>, plan: &Plan, selection: &str) -> io::Result<()> {
    for diagnosis in &fixes.chosen {
        say(&format!("Fix {}: {}", diagnosis.cause.name(), diagnosis.title))?;
    }
    show_changes(&plan.changes)?;
    if !plan.by_hand.is_empty() {
        say("\nDo this yourself:")?;
    }
    for by_hand in &plan.by_hand {
        say(&format!("  {}: {}", by_hand.setting, by_hand.reason))?;
        if let Some(command) = &by_hand.command {
            say(&format!("    $ {command}"))?;
        }
    }
    left(fixes, selection)
}

fn show_changes(changes: &[FileChange]) -> io::Result<()> {
    let color = super::style().color;
    for change in changes {
        let what = match (change.is_new_file(), change.removes_file()) {
            (true, _) => " (new file)",
            (_, true) => " (deleted)",
            _ => "",
        };
        say(&format!("\n{}{what}", change.path().display()))?;
        for line in change.diff() {
            let text = format!("  {} {}", line.sign(), line.text);
            let text = match line.change {
                Change::Removed if color => format!("\x1b[31m{text}\x1b[0m"),
                Change::Added if color => format!("\x1b[32m{text}\x1b[0m"),
                _ => text,
            };
            // a line of a file stays as it is
            writeln!(terminal::out(), "{text}")?;
        }
    }
    Ok(())
}

fn left(fixes: &Fixes<'_>, selection: &str) -> io::Result<()> {
    for (place, (diagnosis, why)) in fixes.left.iter().enumerate() {
        if place == 0 {
            say("\nNot fixed by this:")?;
        }
        let name = diagnosis.cause.name();
        match why {
            Left::NoSetting => say(&format!("  {name}: {}", diagnosis.fix.text))?,
            Left::Possible => {
                let command = selecting(&format!("polydoctor fix {name}"), selection);
                say(&format!("  {name} is only a possible cause; to fix it: `{command}`"))?;
            }
            Left::Contradicts => say(&format!("  {name}: its fix conflicts with the one above; check again first"))?,
        }
        if *why == Left::NoSetting {
            for edit in &diagnosis.fix.edits {
                say(&format!("    {edit}"))?;
            }
            for command in &diagnosis.fix.commands {
                say(&format!("    $ {command}"))?;
            }
        }
    }
    Ok(())
}

fn consent(changes: &[FileChange], yes: bool) -> anyhow::Result<bool> {
    let files = if changes.len() == 1 { "this file".to_owned() } else { format!("these {} files", changes.len()) };
    terminal::out().flush()?;
    prompt::confirm(&format!("Write {files}?"), yes)
}

/// A new check with the settings read anew, and what is different in it.
async fn checked_again(args: &FixArgs, inputs: &Inputs, before: &Report, fixes: &Fixes<'_>) -> anyhow::Result<Exit> {
    let after = check(settings::load(inputs)?, &args.symptom).await;
    say("\nChecked again:")?;
    for change in fixes::changes(&fixes::statuses(before), &after) {
        say(&format!("  {change}"))?;
    }
    say(&format!("  verdict {} → {}", before.verdict.word(), after.verdict.word()))?;
    let is_left = |cause: Cause| after.diagnoses.iter().any(|diagnosis| diagnosis.cause == cause);
    let remaining: Vec<&str> =
        fixes.chosen.iter().map(|chosen| chosen.cause).filter(|cause| is_left(*cause)).map(Cause::name).collect();
    if !remaining.is_empty() {
        say(&format!("Still there: {}", remaining.join(", ")))?;
    } else if let Some(next) = after.diagnoses.first() {
        say(&format!("Next: {} ({})", next.title, next.cause.name()))?;
    }
    let is_broken = after.verdict == Verdict::Broken && args.names.is_empty();
    Ok(match after.verdict {
        _ if !remaining.is_empty() || is_broken => Exit::No,
        Verdict::Incomplete => Exit::Unknown,
        _ => Exit::Done,
    })
}

fn undo(args: &FixArgs) -> anyhow::Result<Exit> {
    let scope = Scope::of(&args.settings.all_inputs());
    let undone = || -> Result<Option<(Undo, Step, Vec<FileChange>)>, UndoError> {
        let undo = Undo::of_platform()?;
        let Some(step) = undo.last_of(&scope)? else { return Ok(None) };
        let changes = undo.plan(&step)?;
        Ok(Some((undo, step, changes)))
    };
    let (undo, step, changes) = match undone() {
        Ok(Some(planned)) => planned,
        Ok(None) => return nothing_to_undo(),
        Err(error) => return failed(&error),
    };
    say(&format!("Undo `{}` of {}", step.command, step.at))?;
    show_changes(&changes)?;
    if step.restores_credentials() && !changes.is_empty() {
        say("The previous credentials no longer work if they were deleted since, as `keys rotate` does")?;
    }
    if args.dry_run {
        say("Nothing was written (dry run)")?;
        return Ok(Exit::Done);
    }
    if !changes.is_empty() && !consent(&changes, args.yes)? {
        say("Nothing was written")?;
        return Ok(Exit::No);
    }
    match undo.restore(&step) {
        Ok(()) if changes.is_empty() => say("The files are already as they were before that change")?,
        Ok(()) => say(&format!("Restored: {}", paths(&changes)))?,
        Err(error) => return failed(&error),
    }
    Ok(Exit::Done)
}

/// A change to another account's file is named, and left to a run that is about it.
fn nothing_to_undo() -> anyhow::Result<Exit> {
    match Undo::of_platform().and_then(|undo| undo.last()) {
        Ok(None) => say("Nothing to undo: no change to a settings file is recorded")?,
        Ok(Some(step)) => {
            say("Nothing to undo for this account: no change to its settings files is recorded")?;
            say(&format!("The last recorded change is {}", step.text()))?;
            if let Some(command) = step.undoing() {
                say(&format!("    $ {command}"))?;
            }
        }
        Err(error) => return failed(&error),
    }
    Ok(Exit::No)
}

fn paths(changes: &[FileChange]) -> String {
    changes.iter().map(|change| change.path().display().to_string()).collect::<Vec<_>>().join(", ")
}

fn failed(error: &UndoError) -> anyhow::Result<Exit> {
    writeln!(terminal::err(), "error: {error}")?;
    Ok(Exit::No)
}

/// A line, wrapped at the width of the terminal; commands stay whole.
fn say(line: &str) -> io::Result<()> {
    let (gap, line) = line.strip_prefix('\n').map_or(("", line), |line| ("\n", line));
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    let width = width().filter(|_| !text.starts_with("$ "));
    let shown = crate::render::wrapped(text, indent, &format!("{indent}  "), width);
    writeln!(terminal::out(), "{gap}{shown}")
}
