//! The questions at a prompt.

use std::io;

use anyhow::{Context as _, bail};

use super::{Start, say};
use crate::cli::{prompt, wrap};
use crate::onboarding::{Answer, Choice, Entry, Next, Question, Step, Wizard};
use crate::secret::Secret;
use crate::settings::{KeyInput, Setting, Source};

/// Counts the questions that are really asked.
#[derive(Default)]
pub(super) struct Steps {
    asked: usize,
}

impl Steps {
    /// `Step 2 of 4`, with this many questions to come.
    pub(super) fn next(&mut self, to_come: usize) -> String {
        self.asked += 1;
        format!("Step {} of {}", self.asked, self.asked + to_come)
    }

    fn back(&mut self) {
        self.asked = self.asked.saturating_sub(2);
    }
}

/// How many questions come after this one, as far as that can be seen.
fn to_come(wizard: &Wizard, start: &Start<'_>) -> usize {
    let settings = &start.in_force;
    let funder = settings.funder.as_ref().filter(|funder| !matches!(funder.source, Source::Flag { .. }));
    let kind = settings.signature_type.as_ref().filter(|kind| kind.source != Source::Default);
    let is_set = kind.is_some_and(|kind| funder.is_some() || u8::from(kind.value) == 0);
    let choice = usize::from(!start.base.flags.contains_key(&Setting::Funder));
    let wallet = if is_set { 0 } else { 1 + choice };
    let key = usize::from(start.args.key_env.is_none() && matches!(start.base.key, KeyInput::Settings));
    match wizard.step() {
        Step::Account => key + wallet + 1,
        Step::Key if wizard.is_us() => 1,
        Step::Key => wallet + 1,
        Step::Funder if wizard.asks_to_look_up() => choice + 1,
        Step::Funder => 1,
        Step::Review => 0,
    }
}

/// Asks until an answer is taken.
pub(super) fn ask(wizard: &mut Wizard, steps: &mut Steps, start: &Start<'_>) -> anyhow::Result<Next> {
    let question = wizard.question();
    let goes_on = [Entry::Password, Entry::UsSecret].into_iter().any(|entry| question.entry(entry).is_some());
    if goes_on {
        say(&format!("\n{}", question.text))?;
    } else {
        let step = steps.next(to_come(wizard, start));
        say(&format!("\n{step}: {}", question.text))?;
        question.help.iter().try_for_each(|line| say(&format!("  {line}")))?;
        print_choices(&question)?;
        if question.entry(Entry::Address).is_some() {
            say("  or enter the wallet address; b goes back")?;
        }
    }
    loop {
        let Some(answer) = read(&question)? else {
            if wizard.back() {
                steps.back();
                return Ok(Next::Go(None));
            }
            continue;
        };
        match wizard.answer(&answer) {
            Ok(next) => return Ok(next),
            Err(wrong) => say(&format!("  {wrong}"))?,
        }
    }
}

/// An answer; `None` to go back.
fn read(question: &Question) -> anyhow::Result<Option<Answer>> {
    if let [Choice { entry: Some(entry), .. }] = question.choices.as_slice() {
        let answer = Answer::Text { choice: Some(0), text: typed(*entry)? };
        return Ok(Some(answer));
    }
    loop {
        let usual = question.likely.map(|likely| format!(" [{}]", likely + 1)).unwrap_or_default();
        let Some(text) = prompt::line(&format!("Answer{usual}:"))? else {
            bail!("no answer; nothing was written");
        };
        let number = match (text.parse::<usize>(), question.likely) {
            (Ok(number), _) => number.wrapping_sub(1),
            (Err(_), Some(likely)) if text.is_empty() => likely,
            (Err(_), None) if text.is_empty() => {
                say("  This could not be determined: enter a number")?;
                continue;
            }
            (Err(_), _) if text == "b" => return Ok(None),
            (Err(_), _) if question.entry(Entry::Key).is_some() || question.entry(Entry::UsKeyId).is_some() => {
                say("  Enter a number. (Do not paste the key here: this input is visible.)")?;
                continue;
            }
            (Err(_), _) => return Ok(Some(Answer::text(text))),
        };
        return Ok(Some(match question.choices.get(number).and_then(|choice| choice.entry) {
            Some(entry) => Answer::Text { choice: Some(number), text: typed(entry)? },
            None => Answer::Choice(number),
        }));
    }
}

fn typed(entry: Entry) -> anyhow::Result<Secret> {
    let question = format!("{}:", entry.prompt());
    if entry.is_hidden() {
        return Ok(prompt::hidden(&question)?);
    }
    Ok(Secret::new(prompt::line(&question)?.context("no answer; nothing was written")?))
}

/// A line for each where the terminal is wide enough, else what does not fit below it.
fn print_choices(question: &Question) -> io::Result<()> {
    let width = |part: fn(&Choice) -> &str| {
        question.choices.iter().map(|choice| part(choice).chars().count()).max().unwrap_or_default()
    };
    let (label, detail) = (width(|choice| &choice.label), width(|choice| &choice.detail));
    let room = wrap::terminal_width();
    let whole = label + detail + width(|choice| &choice.hint) + 9 <= room;
    for (index, choice) in question.choices.iter().enumerate() {
        let number = index + 1;
        if whole {
            let line = format!("{number}  {:<label$}  {:<detail$}  {}", choice.label, choice.detail, choice.hint);
            super::say_command(line.trim_end())?;
            continue;
        }
        say(&format!("  {number}  {}", choice.label))?;
        let rest = [choice.detail.as_str(), choice.hint.as_str()].into_iter().filter(|part| !part.is_empty());
        let rest = rest.collect::<Vec<_>>().join(", ");
        if !rest.is_empty() {
            say(&format!("     {rest}"))?;
        }
    }
    Ok(())
}
