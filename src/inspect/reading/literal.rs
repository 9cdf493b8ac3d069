//! Texts as languages write them: quoted, with their escapes.

/// Reads a quoted text at the beginning of `rest`: what it says, and how many bytes it takes.
///
/// Escapes are those that Python, JavaScript, Rust and JSON share. `None` where no quote begins or ends.
pub(super) fn quoted(rest: &str) -> Option<(String, usize)> {
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let mut bytes = Vec::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((place, c)) = chars.next() {
        match c {
            c if c == quote => return Some((String::from_utf8_lossy(&bytes).into_owned(), place + c.len_utf8())),
            '\\' => {
                let (place, escaped) = chars.next()?;
                match escaped {
                    'n' => bytes.push(b'\n'),
                    'r' => bytes.push(b'\r'),
                    't' => bytes.push(b'\t'),
                    '0' => bytes.push(0),
                    '\n' => {}
                    'x' => bytes.push(u8::from_str_radix(rest.get(place + 1..place + 3)?, 16).ok()?),
                    'u' => {
                        let (c, length) = unicode(rest.get(place + 1..)?)?;
                        bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
                        skip(&mut chars, place + 1 + length);
                    }
                    other => bytes.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
                }
                if escaped == 'x' {
                    skip(&mut chars, place + 3);
                }
            }
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    None
}

fn skip(chars: &mut std::iter::Peekable<impl Iterator<Item = (usize, char)>>, to: usize) {
    while chars.next_if(|(place, _)| *place < to).is_some() {}
}

/// What follows `\u`: four digits, a pair of them, or `{…}`.
fn unicode(rest: &str) -> Option<(char, usize)> {
    if let Some(rest) = rest.strip_prefix('{') {
        let end = rest.find('}').filter(|end| *end <= 6)?;
        return Some((char::from_u32(u32::from_str_radix(&rest[..end], 16).ok()?)?, end + 2));
    }
    let first = u32::from_str_radix(rest.get(..4)?, 16).ok()?;
    if let Some(c) = char::from_u32(first) {
        return Some((c, 4));
    }
    let second = u32::from_str_radix(rest.get(4..)?.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    let pair = char::decode_utf16([u16::try_from(first).ok()?, u16::try_from(second).ok()?]).next()?.ok()?;
    Some((pair, 10))
}

/// The end of what begins with a bracket at the beginning of `rest`, with quoted texts skipped.
pub(super) fn balanced(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut place = 0;
    while place < rest.len() {
        let c = rest[place..].chars().next()?;
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(place + 1);
                }
            }
            '"' | '\'' => {
                place += quoted(&rest[place..])?.1;
                continue;
            }
            _ => {}
        }
        place += c.len_utf8();
    }
    None
}

/// The value that a Python or JavaScript literal prints, as compact JSON.
///
/// `None` where it is not such a literal. Keys may stand without quotes, as in JavaScript.
pub(super) fn as_json(literal: &str) -> Option<String> {
    let mut json = String::with_capacity(literal.len());
    let mut place = 0;
    while place < literal.len() {
        let rest = &literal[place..];
        let c = rest.chars().next()?;
        if matches!(c, '"' | '\'' | '`') {
            let (text, length) = quoted(rest)?;
            json.push_str(&serde_json::to_string(&text).ok()?);
            place += length;
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
            match &rest[..length] {
                "True" | "true" => json.push_str("true"),
                "False" | "false" => json.push_str("false"),
                "None" | "null" | "undefined" => json.push_str("null"),
                key if rest[length..].trim_start().starts_with(':') => json.push_str(&serde_json::to_string(key).ok()?),
                _ => return None,
            }
            place += length;
        } else {
            if !c.is_whitespace() {
                json.push(c);
            }
            place += c.len_utf8();
        }
    }
    // lists and objects of JavaScript may end with a comma
    let json = json.replace(",}", "}").replace(",]", "]");
    serde_json::from_str::<serde::de::IgnoredAny>(&json).ok().map(|_| json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_texts_are_read_with_their_escapes() {
        for (literal, text) in [
            (r#""a\"b\\n" rest"#, "a\"b\\n"),
            (r"'it\'s\r\n' rest", "it's\r\n"),
            (r"'caf\xc3\xa9'", "café"),
            (r#""\u00e9\ud83d\ude80""#, "é🚀"),
            (r#""\u{1f680}""#, "🚀"),
        ] {
            assert_eq!(quoted(literal).map(|(text, _)| text).as_deref(), Some(text), "{literal}");
        }
        for broken in ["", "a", "\"a", "'\\", "'\\x4", "'\\u00", "'\\ud83d'", "'\\u{}'", "'\\xé'"] {
            assert_eq!(quoted(broken), None, "{broken}");
        }
    }

    #[test]
    fn literals_of_python_and_javascript_become_json() {
        for (literal, json) in [
            ("{'a': True, 'b': None, 'c': [1, 2.5]}", r#"{"a":true,"b":null,"c":[1,2.5]}"#),
            ("{ a: 'x', b: undefined, }", r#"{"a":"x","b":null}"#),
        ] {
            assert_eq!(as_json(literal).as_deref(), Some(json));
        }
        assert_eq!(as_json("{'a': Order(1)}"), None);
        assert_eq!(balanced("{'a': '}', b: [1]} tail"), Some(18));
        assert_eq!(balanced("{'a': "), None);
    }
}
