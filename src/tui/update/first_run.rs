//! What keys do in the set-up wizard, and what comes of its work.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::checks::Status;
use crate::onboarding::Step;
use crate::settings::{FoundKey, UnreadKey};
use crate::tui::overlays::first_run::extent;
use crate::tui::state::dialogue::{Change, Dialogue};
use crate::tui::state::load::Load;
use crate::tui::state::message::Command;
use crate::tui::state::task::{Draft, FilePlan, Looked, Task, TaskKind};
use crate::tui::state::{App, Mode, Phase};

pub(super) fn press(app: &mut App, key: KeyEvent) -> Option<Command> {
    let (seen, furthest, room) = extent(app);
    let working = app.wizard_works();
    let Mode::FirstRun(first) = &mut app.mode else { return None };
    let typing = first.is_typing();
    let reads = first.question.choices.is_empty();
    let plain = key.modifiers - KeyModifiers::SHIFT == KeyModifiers::NONE;
    match key.code {
        KeyCode::Esc => {
            first.said = (!first.wizard.back()).then(|| (Status::Note, "This is the first step".to_owned()));
            first.ask();
            return Some(Command::Cancel(TaskKind::Look));
        }
        KeyCode::Enter if first.wizard.step() == Step::Review => {
            let draft = first.draft();
            (app.answers.in_force, app.answers.unsaved) = (Some(draft.clone()), Some(draft.clone()));
            return Some(Command::Reload(Load { draft: Some(draft), ..Load::default() }));
        }
        // the question is not there before its settings are
        KeyCode::Enter if working => {}
        KeyCode::Enter => match first.answer() {
            Some(answer) => {
                let answered = first.wizard.answer(&answer);
                return first.take(answered);
            }
            None => first.said = Some((Status::Note, "This could not be determined: choose one first".to_owned())),
        },
        KeyCode::PageDown => first.scroll = (seen + room).min(furthest),
        KeyCode::PageUp => first.scroll = seen.saturating_sub(room),
        KeyCode::Down | KeyCode::Tab if reads => first.scroll = (seen + 1).min(furthest),
        KeyCode::Up | KeyCode::BackTab if reads => first.scroll = seen.saturating_sub(1),
        KeyCode::Down | KeyCode::Tab => first.go(true),
        KeyCode::Up | KeyCode::BackTab => first.go(false),
        _ if typing && first.typed.key(key) => {
            first.said = None;
            first.hide_keys();
        }
        _ if typing => {}
        KeyCode::Char('j') if plain && reads => first.scroll = (seen + 1).min(furthest),
        KeyCode::Char('k') if plain && reads => first.scroll = seen.saturating_sub(1),
        KeyCode::Char('j') if plain => first.go(true),
        KeyCode::Char('k') if plain => first.go(false),
        KeyCode::Char('d') if plain => return Some(Command::Reload(Load { demo: true, ..Load::default() })),
        KeyCode::Char('q') if plain => return Some(Command::Quit),
        _ => {}
    }
    None
}

/// The key has been read, or not.
pub(super) fn key_read(app: &mut App, read: Result<FoundKey, UnreadKey>) -> Option<Command> {
    let Mode::FirstRun(first) = &mut app.mode else { return None };
    let answered = match read {
        Ok(found) => first.wizard.take_key(found),
        Err(unread) => Err(first.wizard.could_not_read(unread)),
    };
    first.take(answered)
}

/// The settings are read, and the chain if that was agreed to: the question may stand otherwise now, or
/// the answer be judged.
pub(super) fn looked(app: &mut App, looked: Looked) -> Option<Command> {
    let Mode::FirstRun(first) = &mut app.mode else { return None };
    let said = first.said.take();
    let command = if let Some(answered) = first.wizard.saw(looked.facts, &looked.settings) {
        first.take(answered)
    } else {
        first.ask();
        None
    };
    first.said = first.said.take().or(said);
    command
}

/// After the first run with the answers: offers to keep them.
pub(super) fn offer(app: &mut App) -> Option<Command> {
    if app.phase() != Phase::Over {
        return None;
    }
    let draft = app.answers.unsaved.take()?;
    Some(Command::Start(Task::PlanProfile(draft)))
}

/// Shows the profile as it would be written, and asks.
pub(super) fn planned(app: &mut App, plan: Result<FilePlan, String>) -> Option<Command> {
    let Draft(wizard) = app.answers.in_force.clone()?;
    match plan {
        Ok(plan) => {
            let made = if plan.is_new { " (a new file, for you only)" } else { "" };
            let mut changes = vec![Change::Text(format!("{}{made}", plan.path))];
            changes.extend(plan.diff.into_iter().map(Change::Line));
            let mut notes = Vec::new();
            if let Some(variable) = wizard.to_export() {
                let key = wizard.key_word();
                notes.push(format!("The {key} is not saved: set {variable} before the next run."));
            }
            app.ask(Dialogue {
                changes,
                notes,
                undo: "Edit or delete the file; without it, setup starts again.".to_owned(),
                yes: "Yes, save it".to_owned(),
                ..Dialogue::new(
                    format!("Save these answers as profile {}?", wizard.profile()),
                    Command::Start(Task::SaveProfile),
                )
            });
        }
        Err(why) => app.notice = Some(format!("The answers cannot be saved: {why}")),
    }
    None
}

pub(super) fn saved(app: &mut App, outcome: Result<String, String>) -> Option<Command> {
    app.notice = Some(match outcome {
        Ok(path) => format!("Saved in {path}"),
        Err(why) => format!("Nothing was saved: {why}"),
    });
    None
}
