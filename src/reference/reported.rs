//! An error that somebody reports: a known sentence with its own values, or a text that is not known.

use serde::{Deserialize, Deserializer, Serialize};

use super::reading::read;
use super::secrets::Exposure;
use super::service::Service;
use super::{ErrorEntry, Weighted, find_error};

/// Stands before what was kept of an error; no pasted text begins with it.
const KEPT: char = '\u{1}';

/// Of a text that is not known so many characters are quoted.
pub(super) const QUOTED: usize = 240;
/// A word this long that is no address may be a secret.
const LONG_WORD: usize = 32;
/// A row of so many plain words may be a recovery phrase.
const PHRASE: usize = 12;

/// A sentence of the reference. By this name, since serde would borrow it from what it reads.
pub(super) type Sentence = &'static str;

/// One error as it was reported: cleaned, bounded, and without what may be a secret. The text that it
/// comes from is not kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Reported {
    /// The known sentence with the values that were reported, what the server said, or the beginning of the
    /// text.
    pub text: String,
    /// The sentence as the reference has it, with `{}` for what varies; `None` where it is not in it.
    #[serde(deserialize_with = "known_sentence")]
    pub sentence: Option<Sentence>,
    /// Who said it, as far as the text tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// Host, with its port where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The method of the call that failed, where the text names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Without its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// HTTP status of the answer, where the text names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The library or client that printed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The line of the text on which it begins, from 1.
    pub line: usize,
    /// Likeliest first, in the light of what the text tells; none where it is not known, or where it says
    /// nothing of the account.
    pub causes: Vec<Weighted>,
    /// Secrets that the text around it gives away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exposed: Vec<Exposure>,
}

fn known_sentence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'static str>, D::Error> {
    let sentence = Option::<String>::deserialize(deserializer)?;
    Ok(sentence.and_then(|sentence| find_error(&sentence)).map(|entry| entry.text.as_str()))
}

impl Reported {
    /// The error nearest to the failure; `None` for a text without any letter or digit.
    ///
    /// Also reads what [`Reported::kept`] wrote.
    pub fn of(raw: &str) -> Option<Self> {
        if let Some(kept) = raw.strip_prefix(KEPT) {
            return serde_json::from_str(kept).ok();
        }
        let reading = read(raw);
        let mut first = reading.errors.into_iter().next().unwrap_or_default();
        first.exposed = reading.exposed;
        if first.text.is_empty() {
            let line = raw.lines().find(|line| line.contains(char::is_alphanumeric))?;
            first.text = quotable(line, QUOTED);
        }
        first.text.contains(char::is_alphanumeric).then_some(first)
    }

    /// As a text that [`Reported::of`] reads again, without anything of the original that is not in it.
    pub fn kept(&self) -> String {
        format!("{KEPT}{}", serde_json::to_string(self).unwrap_or_default())
    }

    /// The reference's entry, where it has one.
    pub fn entry(&self) -> Option<&'static ErrorEntry> {
        self.sentence.and_then(find_error)
    }

    /// The likeliest cause, with the word for how far the text alone supports it: `likely` where it is the
    /// cause of most such reports and no other comes near, else `possible`. Proof takes a check.
    pub fn cause(&self) -> Option<(Weighted, &'static str)> {
        let first = *self.causes.first()?;
        let next = self.causes.get(1).map_or(0.0, |weighted| weighted.weight);
        Some((first, if first.weight >= 0.5 && first.weight >= 1.4 * next { "likely" } else { "possible" }))
    }

    /// Who said it, where, and with which status: `the relayer (relayer-v2.polymarket.com), POST /submit, 400`.
    pub fn place(&self) -> String {
        let mut parts = Vec::new();
        match (self.service, &self.host) {
            (Some(service), Some(host)) if service != Service::Client => {
                parts.push(format!("{} ({host})", service.words()));
            }
            (Some(service), _) => parts.push(service.words().to_owned()),
            (None, Some(host)) => parts.push(host.clone()),
            (None, None) => {}
        }
        match (&self.method, self.path.as_deref().filter(|path| *path != "/")) {
            (Some(method), Some(path)) => parts.push(format!("{method} {path}")),
            (None, Some(path)) => parts.push(path.to_owned()),
            _ => {}
        }
        parts.extend(self.status.map(|status| status.to_string()));
        parts.join(", ")
    }
}

/// Text that may be shown and kept: on one line, cut, and with a mark in place of what may be a secret.
pub(super) fn quotable(text: &str, longest: usize) -> String {
    let is_hidden = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let visible: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    let words: Vec<&str> =
        visible.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let is_phrase = words.windows(PHRASE).any(|row| row.iter().all(|word| is_of_a_phrase(word)));
    let hidden = || vec!["… (it may hold a recovery phrase)".to_owned()];
    let shown: Vec<String> = if is_phrase { hidden() } else { words.into_iter().map(masked).collect() };
    let line = shown.join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn is_of_a_phrase(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'', '`', ',']);
    (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// The word with each long run of letters and digits in it replaced, but for addresses.
fn masked(word: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || "+/_-=".contains(c);
    let mut shown = String::new();
    let mut rest = word;
    while !rest.is_empty() {
        let run = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let (part, further) = rest.split_at(run);
        let is_address = part.len() == 42 && part.starts_with("0x") && part[2..].bytes().all(|b| b.is_ascii_hexdigit());
        let has_digit = part.bytes().any(|byte| byte.is_ascii_digit());
        shown.push_str(if part.len() < LONG_WORD || is_address || !has_digit { part } else { "…" });
        let other = further.find(is_part).unwrap_or(further.len());
        shown.push_str(&further[..other]);
        rest = &further[other..];
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(raw: &str) -> (String, bool) {
        Reported::of(raw).map(|reported| (reported.text, reported.sentence.is_some())).unwrap()
    }

    #[test]
    fn a_known_sentence_has_its_own_values() {
        let said = "the balance is not enough -> balance: 0, order amount: 5000000";
        assert_eq!(of(said), (said.to_owned(), true));
        let log = r#"[CLOB Client] request error {"status":400,"data":{"error":"not enough balance / allowance: the balance is not enough -> balance: 0, order amount: 5000000"}}"#;
        assert!(of(log).0.contains("balance: 0, order amount: 5000000"), "{:?}", of(log));
        let banned = "'0x6e0c80c90ea6c15917308F820Eac91Ce2724B5b5' address banned";
        assert_eq!(of(banned), (banned.to_owned(), true));
    }

    #[test]
    fn what_is_reported_again_is_the_same() {
        for entry in super::super::errors().iter().filter(|entry| !entry.is_placed()) {
            let said = entry.text.replace("{}", "0x4fd2");
            let first = Reported::of(&said).unwrap();
            // some are said by one service only, which is not named here
            if !entry.from.is_empty() || entry.wraps {
                continue;
            }
            assert_eq!(first.sentence, Some(entry.text.as_str()), "{said}");
            assert_eq!(Reported::of(&first.kept()), Some(first.clone()), "{said}");
            assert_eq!(Reported::of(&first.text).and_then(|again| again.sentence), first.sentence, "{said}");
            assert!(!first.text.contains("{}"), "{said}: {}", first.text);
        }
    }

    #[test]
    fn an_unknown_text_is_quoted_clean_and_bounded() {
        assert_eq!(of("  blah\u{1b}[31m\tblah\u{202e} xyz\nmore"), ("blah [31m blah xyz".to_owned(), false));
        assert!(of(&"zyx ".repeat(1000)).0.chars().count() <= QUOTED + 1);
        assert_eq!(Reported::of(" \n\u{7}"), None);
    }

    #[test]
    fn a_secret_in_a_text_is_not_quoted() {
        let key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let base64 = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
        let phrase = "test test test test test test test test test test test junk";
        for secret in [key, base64, phrase] {
            let text = of(&format!("zork failed with \"{secret}\" here")).0;
            assert!(!text.contains(secret) && !text.contains(&secret[..20]), "{text}");
        }
        let address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
        assert!(of(&format!("zork of {address}")).0.contains(address));
    }
}
