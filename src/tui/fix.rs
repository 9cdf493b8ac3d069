//! Applying the fix of a diagnosis to the file that the wrong value came from: planned, shown, asked,
//! written, and then seen by a new run to help.

use serde_json::{Map, Value};

use super::app::{App, Command};
use super::dialogue::{Change, Dialogue};
use super::task::{FixPlan, Task};
use crate::checks::Status;
use crate::report::Report;

/// How the checks stood before something was changed.
#[derive(Clone, Debug)]
pub struct Before {
    statuses: Vec<(&'static str, Status)>,
    /// A run with the new settings has begun.
    pub(super) begun: bool,
}

impl Before {
    fn of(report: &Report) -> Self {
        Self { statuses: report.checks.iter().map(|check| (check.id, check.status)).collect(), begun: false }
    }

    /// What stands otherwise now.
    pub fn changes(&self, report: &Report) -> Vec<String> {
        let now = |id| report.check(id).map(|check| check.status);
        self.statuses
            .iter()
            .filter_map(|&(id, before)| {
                let after = now(id).filter(|&after| after != before)?;
                Some(format!("{id} {} → {}", before.word(), after.word()))
            })
            .collect()
    }
}

/// The settings that would repair the selected check, as its diagnosis wants them.
pub(super) fn wanted(app: &App) -> Option<Map<String, Value>> {
    let diagnosis = app.diagnosis_of(app.selected()?)?;
    Some(diagnosis.fix.settings.clone()).filter(|wanted| !wanted.is_empty())
}

pub(super) fn begin(app: &mut App) -> Option<Command> {
    match wanted(app) {
        Some(wanted) => Some(Command::Start(Task::PlanFix(wanted))),
        None => by_hand(app, "No setting mends this"),
    }
}

/// Shows what would be written, and asks; or says why nothing can be.
pub(super) fn planned(app: &mut App, plan: Result<FixPlan, String>) -> Option<Command> {
    let plan = match plan {
        Ok(plan) => plan,
        Err(why) => return by_hand(app, &why),
    };
    if plan.files.is_empty() {
        let why = plan.by_hand.first().map_or("the settings are as they should be", |it| it.reason.as_str());
        let command = plan.by_hand.iter().find_map(|it| it.command.clone());
        return match command {
            Some(command) => {
                let copied = app.copy(command);
                let sent = if copied.is_some() { "; the command for it was sent to the terminal" } else { "" };
                app.notice = Some(format!("No file was changed. {why}{sent}"));
                copied
            }
            None => by_hand(app, why),
        };
    }
    let mut changes = Vec::new();
    for file in &plan.files {
        let made = if file.is_new { " (a new file)" } else { "" };
        changes.push(Change::Text(format!("{}{made}", file.path)));
        changes.extend(file.diff.iter().cloned().map(Change::Line));
    }
    for by_hand in &plan.by_hand {
        changes.push(Change::Text(format!("Not by this: {} ({})", by_hand.setting, by_hand.reason)));
    }
    app.ask(Dialogue {
        changes,
        undo: "`polydoctor fix --undo` restores the file as it is now. Then all checks run again.".to_owned(),
        yes: "Yes, write it".to_owned(),
        ..Dialogue::new("Apply the fix?", Command::Start(Task::ApplyFix))
    });
    None
}

/// After the file was written, everything is read and asked again.
pub(super) fn applied(app: &mut App, outcome: Result<String, String>) -> Option<Command> {
    match outcome {
        Ok(done) => {
            app.notice = Some(done);
            app.before = Some(Before::of(&app.report));
            Some(Command::Reload(app.same_settings()))
        }
        Err(why) => {
            app.notice = Some(sentence(&why));
            None
        }
    }
}

/// With a capital, as a sentence of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Where the program cannot do it, the person gets the words to do it with.
fn by_hand(app: &mut App, why: &str) -> Option<Command> {
    let copied = app.copyable().and_then(|text| app.copy(text));
    let sent = if copied.is_some() { "; the fix was sent to the terminal" } else { "" };
    app.notice = Some(format!("Not applied: {why}{sent}"));
    copied
}
