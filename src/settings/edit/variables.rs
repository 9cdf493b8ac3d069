//! Variables of a `.env`: everything that is not the value stays as it is.

use std::ops::Range;

use super::EditError;
use super::profiles::line_at;

/// One assignment of a `.env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment<'a> {
    pub(crate) name: &'a str,
    /// From 1.
    pub(crate) line: usize,
    /// Where its value stands in the text, with quotes, without a comment behind it.
    pub(crate) value: Range<usize>,
    /// Whether `export` stands before the name.
    pub(crate) export: bool,
}

/// A part of a `.env` that is no comment and not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry<'a> {
    Assignment(Assignment<'a>),
    /// A line that is something else, from 1.
    Other(usize),
}

/// What stands in a `.env`, in order.
pub(crate) fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut found = Vec::new();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while start < text.len() {
        let assignment = assignment_at(text, start);
        let from = assignment.as_ref().map_or(start, |assignment| assignment.value.end);
        let end = text[from..].find('\n').map_or(text.len(), |newline| from + newline + 1);
        let line = text[start..end].trim();
        match assignment {
            Some(assignment) => found.push(Entry::Assignment(assignment)),
            None if line.is_empty() || line.starts_with('#') => {}
            None => found.push(Entry::Other(line_at(text, start))),
        }
        start = end;
    }
    found
}

/// Every assignment of a `.env`, in order.
pub(crate) fn assignments(text: &str) -> Vec<Assignment<'_>> {
    let assignments = entries(text).into_iter().filter_map(|entry| match entry {
        Entry::Assignment(assignment) => Some(assignment),
        Entry::Other(_) => None,
    });
    assignments.collect()
}

fn assignment_at(text: &str, start: usize) -> Option<Assignment<'_>> {
    let blank = [' ', '\t'];
    let rest = text[start..].trim_start_matches(blank);
    let exported = rest.strip_prefix("export").filter(|rest| rest.starts_with(blank));
    let exported = exported.map(|rest| rest.trim_start_matches(blank)).filter(|rest| !rest.starts_with('='));
    let named = exported.unwrap_or(rest);
    let end = named.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(named.len());
    let (name, rest) = named.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value = rest.trim_start_matches(blank).strip_prefix('=')?.trim_start_matches(blank);
    let from = text.len() - value.len();
    let line = line_at(text, start);
    Some(Assignment { name, line, value: from..from + value_length(value), export: exported.is_some() })
}

/// How long the value is that a text begins with. Quotes may hold line ends.
fn value_length(text: &str) -> usize {
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |newline| from + newline);
    let (mut quote, mut escaped) = (None, false);
    for (index, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"') | None, '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '\n') => return text[..index].trim_end().len(),
            (None, ' ' | '\t') if text[index..line_end(index)].trim_start().starts_with('#') => return index,
            (None, '#') if index == 0 => return 0,
            (_, _) => {}
        }
    }
    // a quote that is never closed is part of its line
    let end = if quote.is_some() { line_end(0) } else { text.len() };
    text[..end].trim_end().len()
}

/// Sets variables of a `.env`: the last assignment of a name, which is the one in force, gets the
/// new value; a name that is not there is appended. Comments, order, line ends, quotes, `export`
/// and a byte-order mark stay.
///
/// The value reads the same for shells, dotenv of Node, python-dotenv and dotenvy.
///
/// # Errors
///
/// [`EditError::Name`] and [`EditError::Unquotable`], before anything is changed.
pub fn set_variables(text: &str, values: &[(&str, &str)]) -> Result<String, EditError> {
    let mut edited = text.to_owned();
    for &(name, value) in values {
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !is_name {
            return Err(EditError::Name(name.chars().filter(|c| !c.is_control()).take(40).collect()));
        }
        let all = assignments(&edited);
        if let Some(assignment) = all.iter().rev().find(|assignment| assignment.name == name) {
            let place = assignment.value.clone();
            let mut new = quoted(name, value, edited[place.clone()].chars().next())?;
            if edited[place.end..].starts_with('#') {
                new.push(' ');
            }
            edited.replace_range(place, &new);
        } else {
            let export = if !all.is_empty() && all.iter().all(|each| each.export) { "export " } else { "" };
            let line = format!("{export}{name}={}", quoted(name, value, None)?);
            append(&mut edited, &line);
        }
    }
    Ok(edited)
}

fn append(text: &mut String, line: &str) {
    let end = if text.find('\n').is_some_and(|newline| text[..newline].ends_with('\r')) { "\r\n" } else { "\n" };
    if !text.is_empty() && text != "\u{feff}" && !text.ends_with('\n') {
        text.push_str(end);
    }
    text.push_str(line);
    text.push_str(end);
}

/// The value in quotes that every reader takes the same; the ones that were there, if they do.
fn quoted(name: &str, value: &str, before: Option<char>) -> Result<String, EditError> {
    let unquotable = |what| Err(EditError::Unquotable { name: name.to_owned(), what });
    if value.chars().any(char::is_control) {
        return unquotable("a newline or other control character");
    }
    // python-dotenv reads escapes in either kind of quotes, and ${} even in single ones
    if value.contains('\\') {
        return unquotable("a backslash");
    }
    if value.contains("${") {
        return unquotable("${");
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,-=".contains(c);
    let plain = !value.starts_with('=') && value.chars().all(is_plain);
    let single = !value.contains('\'');
    let double = !value.contains(['"', '$', '`', '!']);
    match before {
        Some('"') if double => Ok(format!("\"{value}\"")),
        Some('\'') if single => Ok(format!("'{value}'")),
        _ if plain => Ok(value.to_owned()),
        _ if single => Ok(format!("'{value}'")),
        _ if double => Ok(format!("\"{value}\"")),
        _ => unquotable("both kinds of quotes, or an apostrophe beside one of \" $ ` !"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::settings::env_file;

    fn set(text: &str, name: &str, value: &str) -> String {
        set_variables(text, &[(name, value)]).unwrap()
    }

    #[test]
    fn only_the_value_changes() {
        for (before, after) in [
            ("A=1\nPK=old\nB=2\n", "A=1\nPK=new\nB=2\n"),
            ("PK=old # my key\n", "PK=new # my key\n"),
            ("  export PK = \"old\"  # my key\r\nB=2\r\n", "  export PK = \"new\"  # my key\r\nB=2\r\n"),
            ("PK='old'", "PK='new'"),
            ("\u{feff}PK=old\r\n", "\u{feff}PK=new\r\n"),
            ("PK=first\n# PK=comment\nPK=old\n", "PK=first\n# PK=comment\nPK=new\n"),
            ("PK=\n", "PK=new\n"),
            ("PK= # none yet\n", "PK= new # none yet\n"),
            ("A='one\nPK=inside\n'\nPK=old\n", "A='one\nPK=inside\n'\nPK=new\n"),
            ("A=\"never closed\nPK=old\n", "A=\"never closed\nPK=new\n"),
            ("PK=a'b c'\"d\"e\n", "PK=new\n"),
            ("NOTE=\"a\nb\" # mine\nPK=old\n", "NOTE=\"a\nb\" # mine\nPK=new\n"),
            ("NOTE='a\nb'\t\nPK=old\n", "NOTE='a\nb'\t\nPK=new\n"),
            ("PK=\"old\nolder\" # mine\nB=2\n", "PK=\"new\" # mine\nB=2\n"),
            ("A=\\\n # \nPK=old\n", "A=\\\n # \nPK=new\n"),
            ("PKX=1\nPK.B=2\n", "PKX=1\nPK.B=2\nPK=new\n"),
            ("A=1", "A=1\nPK=new\n"),
            ("export A=1\r\n", "export A=1\r\nexport PK=new\r\n"),
            ("", "PK=new\n"),
            ("export=1\nno assignment\n1A=2\n", "export=1\nno assignment\n1A=2\nPK=new\n"),
        ] {
            assert_eq!(set(before, "PK", "new"), after, "{before:?}");
        }
    }

    #[test]
    fn values_are_quoted_where_they_must_be() {
        for (value, line) in [
            ("0xAb-_=+/", "V=0xAb-_=+/\n"),
            ("https://a.b:1/c?d=e", "V='https://a.b:1/c?d=e'\n"),
            ("a b#c", "V='a b#c'\n"),
            ("$x", "V='$x'\n"),
            ("it's", "V=\"it's\"\n"),
            ("", "V=\n"),
        ] {
            assert_eq!(set("", "V", value), line);
        }
        assert_eq!(set("V=\"a\"\n", "V", "$x"), "V='$x'\n");
        for value in ["a\nb", "a\\b", "a${b}", "'$"] {
            assert!(matches!(set_variables("", &[("V", value)]), Err(EditError::Unquotable { .. })), "{value:?}");
        }
        assert!(matches!(set_variables("", &[("1V", "a")]), Err(EditError::Name(_))));
    }

    fn read(text: &str) -> Vec<(String, String)> {
        env_file::parse(text).0.into_iter().map(|line| (line.name, line.value)).collect()
    }

    proptest! {
        /// Whatever stands in a file, it is read, and each value lies within the text.
        #[test]
        fn any_text_is_read(text in "([A-B]=|['\"\\\\# \t\n\r=$é]|[ -~]){0,30}") {
            for assignment in assignments(&text) {
                prop_assert!(text.get(assignment.value).is_some());
            }
            let _ = env_file::parse(&text);
        }

        /// What is set is what dotenvy reads; nothing else changes its value.
        #[test]
        fn what_is_set_is_read(
            text in "\u{feff}?((export )?[A-C] ?= ?('[a-z #]*'|\"[a-z #]*\"|[a-z#]*)( # [a-z'\"]*)?(\r\n|\n)|#[ -~]*\n){0,6}",
            value in "[ -~]{0,20}",
        ) {
            if let Ok(edited) = set_variables(&text, &[("B", &value)]) {
                let last = read(&edited).into_iter().rev().find(|(name, _)| name == "B");
                prop_assert_eq!(last.map(|(_, value)| value), Some(value), "{:?} to {:?}", text, edited);
                let others = |text: &str| read(text).into_iter().filter(|(name, _)| name != "B").collect::<Vec<_>>();
                prop_assert_eq!(others(&text), others(&edited));
            }
        }
    }
}
