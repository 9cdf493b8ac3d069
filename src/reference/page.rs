//! A page of the reference: what is said of an entry, before it is text, Markdown or a screen.

use super::{Entry, ErrorEntry, Reported, Term, Weighted, shows_as};
use crate::cause::{Cause, CauseWords};
use crate::checks::{self, CHECKS, Check};

/// For so many causes of a sentence the fix stands on its page.
const FIXES: usize = 3;
/// A longer text is no title.
const TITLE: usize = 160;
/// Stands in front of what a reported text is about.
const KNOWN: &str = "known as";

/// The page of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The sentence, the cause or the question; `…` stands for what varies.
    pub(crate) title: String,
    /// Whether the title is what a program says, word by word.
    pub(crate) is_verbatim: bool,
    /// Who says it, its status, its id: whatever places it.
    pub(crate) place: String,
    pub(crate) sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) heading: &'static str,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Text(String),
    /// One of a list, with a word in front of it where there is one.
    Point {
        lead: &'static str,
        text: String,
    },
    /// A line to copy; the language is `shell` or that of a client.
    Code {
        language: &'static str,
        line: String,
    },
}

impl From<Entry> for Page {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Error(error) => Self::of_error(error, &error.causes),
            Entry::Cause(cause) => of_cause(cause),
            Entry::Check(check) => of_check(check),
            Entry::Term(term) => of_term(term),
        }
    }
}

/// A sentence as people read it, with `…` for what varies.
pub(crate) fn varied(text: &str) -> String {
    text.replace("{}", "…")
}

/// A weight in a word: weights are counts of public threads, and no more exact than that.
pub(crate) fn often(weight: f64) -> &'static str {
    match weight {
        0.5.. => "mostly",
        0.2.. => "often",
        0.08.. => "sometimes",
        _ => "rarely",
    }
}

impl Page {
    /// The page of a sentence, with its causes as a text weighs them.
    pub(crate) fn of_error(error: &ErrorEntry, causes: &[Weighted]) -> Self {
        let status = error.status.map(|status| status.to_string());
        let place = [Some(said_by(error)), status, error.at.clone()];
        let sections = vec![
            texts("What it means", [&error.meaning]),
            texts("Harmless", &error.harmless),
            section(
                "Causes",
                causes.iter().map(|weighted| {
                    let (title, name) = (&weighted.cause.words().title, weighted.cause.name());
                    Block::Point { lead: often(weighted.weight), text: format!("{title} ({name})") }
                }),
            ),
            points("How to tell them apart", &error.decides),
            section("Fix", fixes(causes)),
            texts("Common misconception", &error.myth),
            sources(&error.source, None),
        ];
        let place = place.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Self { is_verbatim: true, ..page(&varied(&error.text), place, sections) }
    }
}

impl Page {
    /// The page of a reported error: what was reported stands above it, not the reference's way to say it.
    pub(crate) fn of_reported(error: &ErrorEntry, reported: &Reported) -> Self {
        let page = Self::of_error(error, &reported.causes);
        let is_same = reported.text.is_empty() || page.title == reported.text;
        // an object or a log line is no title
        if is_same || reported.text.contains('{') || reported.text.chars().count() > TITLE {
            return page;
        }
        let by_nobody = ["symptom", "HTTP", "libraries", "clients", "bots"].contains(&error.said_by.as_str());
        let known = if by_nobody && !error.is_status() { format!("{}: {}", KNOWN, page.title) } else { page.place };
        Self { title: reported.text.clone(), place: known, ..page }
    }
}

fn said_by(error: &ErrorEntry) -> String {
    match error.said_by.as_str() {
        "guide" => "name used in guides".to_owned(),
        "HTTP" => "status code alone".to_owned(),
        other => other.to_owned(),
    }
}

/// The fix of the likeliest cause in full, of the next in words.
fn fixes(causes: &[Weighted]) -> Vec<Block> {
    let several = causes.len() > 1;
    let mut blocks = Vec::new();
    for (place, weighted) in causes.iter().take(FIXES).enumerate() {
        let words = weighted.cause.words();
        if several {
            blocks.push(Block::Text(format!("If it is {}: {}", weighted.cause.name(), words.fix)));
        } else {
            blocks.push(Block::Text(words.fix.clone()));
        }
        if place == 0 {
            blocks.extend(lines(words));
        }
    }
    blocks
}

fn of_cause(cause: Cause) -> Page {
    let words = cause.words();
    let fix = std::iter::once(Block::Text(words.fix.clone())).chain(lines(words));
    let checks = words.checks.iter().filter_map(|id| checks::find(id)).map(|check| shell(check.command()));
    let sections = vec![
        texts("What it means", [&words.meaning]),
        section("Shows as", shows_as(cause).iter().map(|text| point(&varied(text)))),
        points("Evidence", &words.proves),
        points("Ruled out by", &words.excludes),
        section("Fix", fix),
        section("Find out", checks),
        sources(&words.source, Some(words.threads)),
    ];
    page(&words.title, format!("cause {}", cause.name()), sections)
}

fn of_check(check: &Check) -> Page {
    let words = checks::words(check.id);
    let finds = Cause::ALL.iter().filter(|cause| cause.words().checks.iter().any(|id| id == check.id));
    let needed_by = CHECKS.iter().filter(|other| other.needs.contains(&check.id)).map(|other| other.id);
    let sections = vec![
        texts("Why it matters", [&words.why]),
        section("Finds", finds.map(|cause| point(&format!("{} ({})", cause.words().title, cause.name())))),
        section("Needs", check.needs.iter().copied().map(point)),
        section("Needed by", needed_by.map(point)),
        section("Run it", [shell(check.command())]),
    ];
    page(&words.title, format!("check {}, {}", check.id, check.group), sections)
}

fn of_term(term: &Term) -> Page {
    let see = term.see.iter().map(|id| shell(format!("polydoctor explain {id}")));
    let sections = vec![texts("What it means", [&term.meaning]), section("Read more", see)];
    page(&term.name, "term".to_owned(), sections)
}

/// A page of the sections that say something.
fn page(title: &str, place: String, sections: Vec<Section>) -> Page {
    let sections = sections.into_iter().filter(|section| !section.blocks.is_empty()).collect();
    Page { title: title.to_owned(), is_verbatim: false, place, sections }
}

fn section(heading: &'static str, blocks: impl IntoIterator<Item = Block>) -> Section {
    Section { heading, blocks: blocks.into_iter().collect() }
}

fn texts<'a>(heading: &'static str, texts: impl IntoIterator<Item = &'a String>) -> Section {
    section(heading, texts.into_iter().cloned().map(Block::Text))
}

fn points(heading: &'static str, items: &[String]) -> Section {
    section(heading, items.iter().map(|item| point(item)))
}

fn point(text: &str) -> Block {
    Block::Point { lead: "", text: text.to_owned() }
}

fn shell(line: String) -> Block {
    Block::Code { language: "shell", line }
}

/// Commands and the clients' lines.
fn lines(words: &CauseWords) -> impl Iterator<Item = Block> {
    let commands = words.commands.iter().cloned().map(shell);
    commands.chain(words.clients.iter().map(|(language, line)| Block::Code { language, line: line.to_owned() }))
}

fn sources(source: &[String], threads: Option<u32>) -> Section {
    let mut text = source.join(", ");
    if let Some(count) = threads.filter(|count| *count > 0) {
        let threads = if count == 1 { "thread" } else { "threads" };
        text = format!("{text}; the cause in {count} public {threads}");
    }
    section("Source", [Block::Text(text)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_title_and_says_something() {
        for entry in Entry::all() {
            let page = Page::from(entry);
            assert!(!page.title.is_empty() && !page.place.is_empty() && page.sections.len() >= 2, "{page:?}");
        }
    }

    #[test]
    fn the_page_of_a_sentence_ends_with_what_mends_it() {
        let errors = crate::reference::recognise("invalid signature");
        let page = Page::from(Entry::Error(errors[0]));
        let headings: Vec<_> = page.sections.iter().map(|section| section.heading).collect();
        assert_eq!(
            headings,
            ["What it means", "Causes", "How to tell them apart", "Fix", "Common misconception", "Source"]
        );
    }
}
