//! Applying the fix of a diagnosis to the file that the wrong value came from: planned, shown, asked,
//! written, and then seen by a new run to help.

use crate::settings::fix::ByHand;
use crate::tui::state::dialogue::{Change, Dialogue};
use crate::tui::state::message::Command;
use crate::tui::state::task::{FilePlan, FixPlan, Task};
use crate::tui::state::{App, Before};

pub(super) fn begin(app: &mut App) -> Option<Command> {
    match app.wanted_fix() {
        Some(wanted) => Some(Command::Start(Task::PlanFix(wanted))),
        None => by_hand(app),
    }
}

/// Shows what would be written, and asks; or says why nothing can be.
pub(super) fn planned(app: &mut App, plan: Result<FixPlan, String>) -> Option<Command> {
    let plan = match plan {
        Ok(plan) => plan,
        Err(why) => {
            app.notice = Some(format!("Not applied: {why}"));
            return None;
        }
    };
    if plan.files.is_empty() {
        let why = plan.by_hand.first().map_or("the settings are already correct", |it| it.reason.as_str());
        let command = plan.by_hand.iter().find_map(|it| it.command.clone());
        let why = sentence(why.trim_end_matches(':'));
        // the first words are seen on any screen
        app.notice = Some(match command {
            Some(command) => format!("Nothing to apply; y copies the command. {why}: `{command}`"),
            None => format!("Nothing to apply. {why}"),
        });
        return None;
    }
    let not_applied = |it: &ByHand| Change::Text(format!("To do manually: {}. {}", it.setting, it.reason));
    let beside = plan.by_hand.iter().map(not_applied).collect();
    ask(app, "Apply the fix?", &plan.files, beside);
    None
}

/// Shows how files would change, and asks whether to write them.
pub(super) fn ask(app: &mut App, title: &str, files: &[FilePlan], beside: Vec<Change>) {
    let mut changes = Vec::new();
    for file in files {
        let made = if file.is_new { " (a new file)" } else { "" };
        changes.push(Change::Text(format!("{}{made}", file.path)));
        changes.extend(file.diff.iter().cloned().map(Change::Line));
    }
    changes.extend(beside);
    app.ask(Dialogue {
        changes,
        undo: "`polydoctor fix --undo` restores the file as it is now. Then all checks run again.".to_owned(),
        yes: "Yes, write it".to_owned(),
        ..Dialogue::new(title, Command::Start(Task::ApplyFix))
    });
}

/// After the file was written, everything is read and asked again.
pub(super) fn applied(app: &mut App, outcome: Result<String, String>) -> Option<Command> {
    match outcome {
        Ok(done) => {
            app.notice = Some(done);
            app.fixed.before = Some(Before::of(&app.report));
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

/// Where no file can be changed, the person gets to know what to do. The clipboard is left alone.
fn by_hand(app: &mut App) -> Option<Command> {
    let fix = app.selected().and_then(|check| {
        let of_diagnosis = app.diagnosis_of(check).map(|diagnosis| (&diagnosis.fix.text, &diagnosis.fix.edits));
        of_diagnosis.or_else(|| check.fix.as_ref().map(|fix| (&fix.text, &fix.edits)))
    });
    let edit = fix.and_then(|(_, edits)| edits.first());
    app.notice = Some(match (fix, edit) {
        (_, Some(edit)) => format!("Nothing to apply automatically. To do manually: {edit}"),
        (Some((text, _)), None) if !text.is_empty() => {
            format!("Nothing to apply: this is not caused by a setting. {text}")
        }
        _ => "Nothing to apply: this is not caused by a setting".to_owned(),
    });
    None
}
