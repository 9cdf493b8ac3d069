//! A text that is taken apart, and what was found in it.

use serde_json::{Map, Value, json};

use crate::facts::RequestRecord;
use crate::inspect::Inspection;
use crate::secret::Secret;
use crate::tui::state::message::Command;
use crate::tui::state::task::Task;

/// Of a longer text only the end is taken: what failed stands last.
const LONGEST: usize = 4 << 20;

#[derive(Debug, Default)]
pub struct State {
    /// What is taken apart, in a few words.
    pub(in crate::tui) given: Option<String>,
    /// How many texts were given so far.
    number: u64,
    pub(in crate::tui) found: Option<Inspection>,
}

impl State {
    /// What was found in a text, unless another one was given since.
    pub(in crate::tui) fn take(&mut self, number: u64, found: Inspection) {
        if number == self.number {
            self.found = Some(found);
        }
    }

    /// Removes the text; what is still being taken apart is of no use then.
    pub(in crate::tui) fn clear(&mut self) {
        *self = Self { number: self.number + 1, ..Self::default() };
    }

    /// Takes a pasted text; `None` where there is nothing in it.
    pub(in crate::tui) fn paste(&mut self, text: &str) -> Option<Command> {
        // terminals send the end of a line as the Enter key does
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let end = &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST))..];
        if end.trim().is_empty() {
            return None;
        }
        let count = end.lines().count();
        let lines = if count == 1 { "1 line".to_owned() } else { format!("{count} lines") };
        let given = format!("Pasted: {} KB, {lines}", end.len().div_ceil(1024));
        Some(self.give(given, Secret::new(end)))
    }

    /// Takes a request of this run, as far as it is kept: signatures are not.
    pub(in crate::tui) fn open(&mut self, request: &RequestRecord) -> Option<Command> {
        let url = request.url.split('?').next().unwrap_or_default();
        let call = format!("{} {url} of this run", request.method);
        if request.headers.is_empty() {
            self.clear();
            self.given = Some(format!("{call}: it is public, or its headers were not kept"));
            self.found = Some(Inspection::default());
            return None;
        }
        let headers: Map<String, Value> = request
            .headers
            .iter()
            .map(|header| (header.name.clone(), header.value.clone().unwrap_or_else(|| "<hidden>".to_owned()).into()))
            .collect();
        let mut text = json!({ "method": request.method, "url": request.url, "headers": headers });
        if let Some(body) = &request.body {
            text["body"] = body.clone().into();
        }
        Some(self.give(format!("{call}; its signature is not kept"), Secret::new(text.to_string())))
    }

    fn give(&mut self, given: String, text: Secret) -> Command {
        *self = Self { given: Some(given), number: self.number + 1, found: None };
        Command::Start(Task::Inspect { number: self.number, text })
    }
}
