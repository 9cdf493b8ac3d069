//! What to do first.

use serde::Serialize;

use super::{Certainty, CheckReport};
use crate::checks::Status;
use crate::diagnosis::Diagnosis;

/// The one thing to do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// What to do, beginning with a verb.
    pub text: String,
    /// A line for a shell, where one does it.
    pub command: Option<String>,
}

/// The cause that the verdict names: where something failed, the first that explains a failure.
pub(super) fn leading<'a>(diagnoses: &'a [Diagnosis], checks: &[CheckReport]) -> Option<&'a Diagnosis> {
    let is_failed = |id: &String| checks.iter().any(|check| check.id == *id && check.status == Status::Fail);
    let breaking = diagnoses.iter().find(|diagnosis| diagnosis.explains.iter().any(is_failed));
    breaking.or_else(|| diagnoses.first())
}

/// The first command; variables that belong together are exported together.
fn whole(commands: &[String]) -> Option<String> {
    let is_export = |command: &&String| command.starts_with("export ");
    let exports: Vec<&str> = commands.iter().take_while(is_export).map(String::as_str).collect();
    if exports.is_empty() { commands.first().cloned() } else { Some(exports.join(" && ")) }
}

/// What to do first: the fix of the first cause or, where it is one of several, what tells them apart.
pub(super) fn next_step(
    first: Option<&Diagnosis>,
    checks: &[CheckReport],
    not_asked: &[&str],
    left_open: &[&str],
) -> Option<NextStep> {
    if let Some(first) = first {
        let undecided = first.decide.as_ref().filter(|_| first.certainty == Certainty::Possible);
        return Some(match undecided {
            Some(decide) => NextStep { text: format!("To narrow it down: {decide}"), command: None },
            None => NextStep { text: first.fix.text.clone(), command: whole(&first.fix.commands) },
        });
    }
    // the question itself has to be another one
    let mut unasked = checks.iter().filter(|check| not_asked.contains(&check.id));
    if let ([], Some(fix)) = (left_open, unasked.find_map(|check| check.fix.as_ref())) {
        return Some(NextStep { text: fix.text.clone(), command: whole(&fix.commands) });
    }
    let text = match (left_open.first(), not_asked.first()) {
        (Some(id), _) => format!("Run the whole checklist: {id} was not run"),
        (None, Some(_)) => "Run the whole checklist with network access".to_owned(),
        (None, None) => return None,
    };
    Some(NextStep { text, command: Some("polydoctor check".to_owned()) })
}
