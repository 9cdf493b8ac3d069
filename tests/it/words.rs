//! What people read is plain American English: no output uses the words of `words/patterns.toml`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use polydoctor::reference::errors;
use polydoctor::render::{self, Format, Show, Style};
use polydoctor::report::Report;
use regex::Regex;
use serde::Deserialize;

use crate::evidence::each_scenario;
use crate::program::{run, stdout};

#[derive(Deserialize)]
struct Patterns {
    avoid: Vec<Avoid>,
}

/// A turn, what to write instead, and where it may stay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Avoid {
    find: String,
    better: String,
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
}

struct Rule {
    find: Regex,
    better: String,
    allowed: Vec<Regex>,
    only: Vec<String>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let patterns: Patterns = toml::from_str(include_str!("words/patterns.toml")).unwrap();
    let regex = |text: &String| Regex::new(text).unwrap();
    let rule = |avoid: Avoid| Rule {
        find: regex(&avoid.find),
        better: avoid.better,
        allowed: avoid.allowed.iter().map(regex).collect(),
        only: avoid.only,
    };
    patterns.avoid.into_iter().map(rule).collect()
});

/// What the service and its clients say themselves: no words of ours.
static QUOTED: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let texts = errors().iter().flat_map(|error| std::iter::once(&error.text).chain(&error.also));
    let mut parts: Vec<&str> =
        texts.flat_map(|text| text.split("{}")).map(str::trim).filter(|part| part.len() > 7).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts
});

/// Takes in texts, and keeps what is wrong with each once.
#[derive(Default)]
struct Reader {
    wrong: BTreeSet<String>,
    seen: BTreeSet<String>,
}

impl Reader {
    /// A text of this kind, from this place.
    fn read(&mut self, kind: &str, place: &str, text: &str) {
        for line in text.lines() {
            if !self.seen.insert(format!("{kind} {line}")) {
                continue;
            }
            self.line(kind, place, line);
        }
    }

    fn line(&mut self, kind: &str, place: &str, line: &str) {
        let rules = RULES.iter().filter(|rule| rule.only.is_empty() || rule.only.iter().any(|only| only == kind));
        let hits: Vec<&Rule> = rules.filter(|rule| rule.find.is_match(line)).collect();
        if hits.is_empty() {
            return;
        }
        let own = QUOTED.iter().fold(line.to_owned(), |line, quoted| line.replace(quoted, "…"));
        for rule in hits {
            let allowed = |at: usize| {
                rule.allowed
                    .iter()
                    .any(|allowed| allowed.find_iter(&own).any(|place| place.start() <= at + 1 && at < place.end()))
            };
            if let Some(found) = rule.find.find_iter(&own).find(|found| !allowed(found.start())) {
                let sentence = line.trim();
                self.wrong.insert(format!("{place}: {:?} (better: {}) in: {sentence}", found.as_str(), rule.better));
            }
        }
    }

    fn finish(self) {
        assert!(self.seen.len() > 20, "nothing was read");
        let wrong: Vec<&String> = self.wrong.iter().collect();
        assert!(wrong.is_empty(), "{} sentences: {wrong:#?}", wrong.len());
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder with this ending.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
}

/// Every text of a value under one of these names.
fn texts(value: &toml::Value, wanted: &[&str], is_wanted: bool, found: &mut Vec<String>) {
    match value {
        toml::Value::String(text) if is_wanted => found.push(text.clone()),
        toml::Value::Array(items) => items.iter().for_each(|item| texts(item, wanted, is_wanted, found)),
        toml::Value::Table(table) => {
            for (name, value) in table {
                texts(value, wanted, wanted.contains(&name.as_str()), found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_data_files_use_plain_words() {
    const OWN: [&str; 9] = ["title", "meaning", "why", "myth", "proves", "excludes", "fix", "decides", "harmless"];
    let mut reader = Reader::default();
    let mut paths =
        ["causes", "checks", "errors", "glossary"].map(|name| root().join(format!("assets/{name}.toml"))).to_vec();
    files(&root().join("assets/scenarios"), "toml", &mut paths);
    for path in paths {
        let value: toml::Value = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let is_scenario = path.parent().unwrap().ends_with("scenarios");
        let mut found = Vec::new();
        texts(&value, if is_scenario { &OWN[..1] } else { &OWN[..] }, false, &mut found);
        for text in found {
            reader.read("data", path.file_name().unwrap().to_str().unwrap(), &text);
        }
    }
    reader.finish();
}

#[test]
fn the_readme_uses_plain_words() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let mut reader = Reader::default();
    // a paragraph is one text, however it is broken
    for paragraph in text.split("\n\n") {
        let (lines, joined) = (paragraph.contains("\n|") || paragraph.starts_with("```"), paragraph.replace('\n', " "));
        reader.read("readme", "README.md", if lines { paragraph } else { &joined });
    }
    reader.finish();
}

#[test]
fn help_manual_and_screens_use_plain_words() {
    let mut paths = Vec::new();
    files(&root().join("tests/snapshots"), "snap", &mut paths);
    let mut reader = Reader::default();
    for path in paths {
        let kind = if path.parent().unwrap().ends_with("help") { "help" } else { "screen" };
        let text = fs::read_to_string(&path).unwrap();
        // behind the head of the snapshot
        let text = text.splitn(3, "---\n").nth(2).unwrap_or_default();
        reader.read(kind, path.file_name().unwrap().to_str().unwrap(), text);
    }
    reader.finish();
}

/// Texts in the source, where they are ours: not those that pasted text is searched for, not those of the
/// mock service, and not those of tests.
#[test]
fn the_texts_in_the_source_use_plain_words() {
    let mut paths = Vec::new();
    files(&root().join("src"), "rs", &mut paths);
    let literal = Regex::new(r#"(?s)//[^\n]*|'(?:\\.|[^'\\])'|"((?:\\.|[^"\\])*)""#).unwrap();
    let broken = Regex::new(r"\\\n\s*").unwrap();
    let name_of_value = Regex::new(r"\{\w+[^}]*\}").unwrap();
    // why the code is as it is; what follows in a line is its text
    let reason = Regex::new(r#"reason = "[^"]*""#).unwrap();
    let mut reader = Reader::default();
    for path in paths {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        let is_theirs =
            ["src/reference/", "src/sandbox/", "src/inspect/reading/"].iter().any(|theirs| name.starts_with(theirs));
        if (is_theirs && !name.ends_with("page.rs")) || name.contains("/tests") {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let source = reason.replace_all(source, "");
        let found = literal.captures_iter(&source).filter_map(|found| found.get(1));
        for text in found.filter(|text| text.as_str().contains(' ')) {
            let text = broken.replace_all(text.as_str(), "");
            reader.read("source", &name, &name_of_value.replace_all(&text, "{}"));
        }
    }
    reader.finish();
}

#[test]
fn the_error_reference_uses_plain_words() {
    let mut reader = Reader::default();
    for format in ["text", "markdown"] {
        reader.read("reference", "explain", &stdout(&run(&["explain", "--format", format])));
        for name in ["funder", "wrong-signature-type", "creds.l2", "invalid signature", "401", "no such error at all"] {
            reader.read("report", &format!("explain {name}"), &stdout(&run(&["explain", name, "--format", format])));
        }
    }
    reader.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reports_of_every_scenario_use_plain_words() {
    let mut reader = Reader::default();
    for offline in [false, true] {
        each_scenario(offline, |name, facts| {
            let report = Report::of(&facts);
            for format in [Format::Text, Format::Markdown, Format::Json, Format::Junit] {
                let mut out = Vec::new();
                render::print(&report, format, Show::All, Style::default(), &mut out).unwrap();
                reader.read("report", &format!("{name}, {format:?}"), &String::from_utf8(out).unwrap());
            }
        })
        .await;
    }
    reader.finish();
}
