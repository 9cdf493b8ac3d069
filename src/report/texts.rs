//! Every text of a report that was not written here, in one list.

use super::Report;
use crate::text;

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A part of a sentence, or a value beside it.
    Words,
    /// A part of a fix: what is run, or written to a file.
    Step,
}

impl Report {
    /// Takes out of every text what a terminal would obey and what a reader would not see: it may come from
    /// a server, from settings, or from facts that somebody else recorded.
    pub(super) fn clean(&mut self) {
        self.for_each_text(&mut |said, part| {
            let cleaned = match part {
                Part::Words => text::line(said),
                Part::Step => text::lines(said),
            };
            if cleaned != *said {
                *said = cleaned.into_owned();
            }
        });
    }

    /// Changes each text that could hold something of the account, of a server or of a file.
    pub fn for_each_text(&mut self, change_as: &mut dyn FnMut(&mut String, Part)) {
        for diagnosis in &mut self.diagnoses {
            let steps = diagnosis.fix.edits.iter_mut().chain(&mut diagnosis.fix.commands);
            steps.for_each(|text| change_as(text, Part::Step));
            for (_, value) in &mut diagnosis.fix.settings {
                if let serde_json::Value::String(text) = value {
                    change_as(text, Part::Step);
                }
            }
        }
        for fix in self.checks.iter_mut().filter_map(|check| check.fix.as_mut()) {
            fix.edits.iter_mut().chain(&mut fix.commands).for_each(|text| change_as(text, Part::Step));
        }
        if let Some(next) = &mut self.next_step {
            next.command.iter_mut().for_each(|text| change_as(text, Part::Step));
        }
        let mut change = |text: &mut String| change_as(text, Part::Words);
        self.next_step.iter_mut().for_each(|next| change(&mut next.text));
        for reported in &mut self.reported_errors {
            change(&mut reported.text);
            let texts = [&mut reported.host, &mut reported.method, &mut reported.path, &mut reported.client];
            texts.into_iter().flatten().for_each(&mut change);
        }
        self.target.clob_url.iter_mut().chain(&mut self.target.us_url).for_each(&mut change);
        self.account.us_key_id.iter_mut().for_each(&mut change);
        for venue in &mut self.venues {
            venue.url.iter_mut().chain(&mut venue.account).for_each(&mut change);
        }
        change(&mut self.profile);
        change(&mut self.who);
        self.source.iter_mut().filter_map(|source| source.name.as_mut()).for_each(&mut change);
        for diagnosis in &mut self.diagnoses {
            let lists =
                [&mut diagnosis.because, &mut diagnosis.explains, &mut diagnosis.shows_as, &mut diagnosis.excluded];
            diagnosis.decide.iter_mut().for_each(&mut change);
            lists.into_iter().flatten().for_each(&mut change);
            change(&mut diagnosis.fix.text);
        }
        for check in &mut self.checks {
            change(&mut check.summary);
            check.value.iter_mut().for_each(&mut change);
            check.evidence.iter_mut().for_each(|evidence| {
                change(&mut evidence.label);
                change(&mut evidence.value);
            });
            if let Some(fix) = &mut check.fix {
                change(&mut fix.text);
            }
        }
        for request in &mut self.requests {
            change(&mut request.url);
            let texts = [&mut request.purpose, &mut request.failure, &mut request.answer, &mut request.body];
            texts.into_iter().flatten().for_each(&mut change);
            request.headers.iter_mut().filter_map(|header| header.value.as_mut()).for_each(&mut change);
        }
    }
}
