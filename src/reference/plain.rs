//! What bots and people say of the account in words of their own: no fixed sentence, but words that belong
//! together, as `says` of `assets/errors.toml` has them.
//!
//! A rule is `a | b & c | d & !e`: in one statement stands one of each group, in any order, and none of a group
//! behind `!`. A word that ends in `*` is the beginning of one.

use std::sync::LazyLock;

use super::{ErrorEntry, errors};

/// A statement of more words is no message, and no question either.
const MOST_WORDS: usize = 36;
/// Of a longer text only the end is read.
const LONGEST: usize = 4 << 10;

struct Group {
    is_absent: bool,
    /// With a blank around each word, as it stands in a statement.
    words: Vec<String>,
}

impl Group {
    fn is_in(&self, statement: &str) -> bool {
        self.words.iter().any(|word| statement.contains(word.as_str())) != self.is_absent
    }
}

/// Words that belong together.
pub(super) struct Rule(Vec<Group>);

impl Rule {
    /// As `says` has it.
    pub(super) fn of(says: &str) -> Self {
        Self(says.split('&').map(group).collect())
    }

    /// Whether a statement has them, as [`normalized`] writes it.
    pub(super) fn is_in(&self, statement: &str) -> bool {
        self.0.iter().all(|group| group.is_in(statement))
    }
}

static RULES: LazyLock<Vec<(&ErrorEntry, Rule)>> = LazyLock::new(|| {
    let rules = errors().iter().flat_map(|entry| entry.says.iter().map(move |says| (entry, Rule::of(says))));
    rules.collect()
});

fn group(text: &str) -> Group {
    let (is_absent, text) = text.trim().strip_prefix('!').map_or((false, text), |rest| (true, rest));
    let word = |word: &str| {
        let word = word.trim();
        // what is not English stands without blanks around it
        match word.strip_suffix('*') {
            _ if !word.is_ascii() => word.to_owned(),
            Some(start) => format!(" {start}"),
            None => format!(" {word} "),
        }
    };
    Group { is_absent, words: text.split('|').map(word).collect() }
}

/// The entry of what a text says, and the statement of it as it stands there.
pub(super) fn in_plain_words(text: &str) -> Option<(&'static ErrorEntry, &str)> {
    best(statements(end_of(text)))
}

/// The same, where two statements that follow each other may say it together.
pub(super) fn in_a_tale(text: &str) -> Option<(&'static ErrorEntry, &str)> {
    let text = end_of(text);
    let single = statements(text);
    let place = |statement: &str| statement.as_ptr() as usize - text.as_ptr() as usize;
    let pairs = single.windows(2).map(|pair| &text[place(pair[0])..place(pair[1]) + pair[1].len()]);
    let pairs: Vec<&str> = pairs.collect();
    best(single).or_else(|| best(pairs))
}

fn end_of(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST))..]
}

fn best(statements: Vec<&str>) -> Option<(&'static ErrorEntry, &str)> {
    let found = statements.into_iter().filter_map(|statement| {
        let words = normalized(statement);
        if words.split(' ').count() > MOST_WORDS + 2 {
            return None;
        }
        let rules = RULES.iter().filter(|(_, rule)| rule.is_in(&words));
        // the one that asks for most
        let (entry, rule) = rules.max_by_key(|(_, rule)| rule.0.len())?;
        Some((rule.0.len(), *entry, statement.trim()))
    });
    found.max_by_key(|(asked, ..)| *asked).map(|(_, entry, statement)| (entry, statement))
}

/// The text in statements: lines, and the sentences of a line.
pub(super) fn statements(text: &str) -> Vec<&str> {
    let ends = |c: char| ['\n', ';', '。', '！', '？'].contains(&c);
    let lines = text.split(ends);
    lines
        .flat_map(|line| line.split(". "))
        .flat_map(|part| part.split("! "))
        .flat_map(|part| part.split("? "))
        .collect()
}

/// Words in lower case with a blank around each: names in their parts, without marks.
pub(super) fn normalized(statement: &str) -> String {
    let mut words = String::from(" ");
    let mut chars = statement.chars().peekable();
    // a capital behind a small letter parts a name where a small one follows: not `pUSD`
    let mut is_small = false;
    while let Some(c) = chars.next() {
        let turns = c.is_ascii_uppercase() && is_small && chars.peek().is_some_and(char::is_ascii_lowercase);
        if turns && !words.ends_with(' ') {
            words.push(' ');
        }
        is_small = c.is_ascii_lowercase();
        match c {
            '\'' | '’' => {}
            c if c.is_alphanumeric() => words.extend(c.to_lowercase()),
            '>' | '<' if words.ends_with(' ') => {
                words.push(c);
                words.push(' ');
            }
            _ if !words.ends_with(' ') => words.push(' '),
            _ => {}
        }
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&'static str> {
        in_plain_words(text).map(|(entry, _)| entry.text.as_str())
    }

    #[test]
    fn names_fall_into_their_parts() {
        assert_eq!(normalized("createOrDeriveApiKey('x') pUSD"), " create or derive api key x pusd ");
        assert_eq!(normalized("POLY_FUNDER isn't 0.00"), " poly funder isnt 0 00 ");
    }

    #[test]
    fn words_that_belong_together_are_known_in_any_order_but_not_across_statements() {
        let deployed = Some("the smart wallet is not deployed");
        assert_eq!(found("FATAL DepositWalletNotDeployed"), deployed);
        assert_eq!(found("not deployed yet: the proxy wallet 0x12"), deployed);
        assert_eq!(found("the proxy wallet is fine. The contract is not deployed"), None);
        for text in ["the Safe is deployed", "balance 10.5 pUSD", "region eu-west-1", "cloudflare worker started"] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn every_rule_asks_for_two_things_or_names_one_in_two_words() {
        for (entry, rule) in &*RULES {
            let present: Vec<&Group> = rule.0.iter().filter(|group| !group.is_absent).collect();
            let is_phrase = |word: &String| !word.is_ascii() || word.trim().contains(' ') || word.trim().len() > 7;
            let asks = present.len() > 1 || present.iter().all(|group| group.words.iter().all(is_phrase));
            assert!(asks, "{}", entry.text);
        }
    }
}
