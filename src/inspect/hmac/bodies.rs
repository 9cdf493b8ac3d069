//! Bodies that are signed in the place of the one that is sent.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::Digest as _;

use super::{Fidelity, Variant, is_exact};
use crate::cause::Cause;

/// Larger bodies are not written in other ways: nobody sends them.
const LARGEST: usize = 256 << 10;

/// The order of the keys of `POST /order` in each official client.
const ORDERS: [(&str, &[&str]); 5] = [
    ("the TypeScript client", &["deferExec", "order", "owner", "orderType", "postOnly"]),
    ("the TypeScript V2 client", &["deferExec", "postOnly", "order", "owner", "orderType"]),
    ("the Python client", &["order", "owner", "orderType", "postOnly"]),
    ("the Python V2 client", &["order", "owner", "orderType", "deferExec", "postOnly"]),
    ("the Rust client", &["order", "orderType", "owner", "postOnly", "deferExec"]),
];

const COMPACT: &str = "the body without spaces";
const SPACED: &str = "the body with spaces, as Python's json.dumps writes it";
const SORTED: &str = "the body with its keys sorted";
const PYTHON: &str = "what Python's str() makes of the body";
const TWICE: &str = "the body encoded twice";
/// What many clients sign in its place.
const COMMON: [&str; 5] = [COMPACT, SPACED, SORTED, PYTHON, TWICE];

pub(super) fn bodies(given: Option<&str>, fidelity: Fidelity) -> Vec<Variant> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return none(fidelity);
    };
    let mut variants = Vec::new();
    let exact = is_exact(fidelity);
    let mut add = |text: String, words: &str| {
        // of what was only printed, every way to write it may be what was sent
        let cause = exact.then_some(Cause::BodySerialisation);
        variants.push(Variant { text, cause, words: words.to_owned(), is_common: COMMON.contains(&words) });
    };
    if given.len() <= LARGEST {
        spaced_otherwise(given, &mut add);
        if let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(given) {
            ordered_otherwise(&value, &mut add);
            written_by_languages(&value, &mut add);
        }
        escaped_otherwise(given, &mut add);
    }
    let mut all = vec![Variant::right(given, "the body")];
    if fidelity == Fidelity::LineEndUnknown {
        all.push(Variant::right(format!("{given}\n"), "the body with a newline"));
    }
    let wrong = |text: String, words: &str| Variant::wrong(Cause::BodySerialisation, text, words);
    all.append(&mut variants);
    all.push(Variant::wrong(Cause::BodyMissing, "", "no body").common());
    all.push(wrong(format!("{given}\n"), "a newline after the body").common());
    all.push(wrong(format!("{given}\r\n"), "a newline after the body"));
    all.push(wrong(given.trim_end_matches(['\r', '\n']).to_owned(), "the body without the newline after it"));
    all.push(wrong(given.trim().to_owned(), "the body without the whitespace around it"));
    all.push(wrong(given.replace("\r\n", "\n"), "different line endings in the body"));
    all.push(wrong(given.replace('\n', "\r\n"), "different line endings in the body"));
    all.push(wrong(format!("\u{feff}{given}"), "a byte-order mark before the body"));
    for (text, words) in EMPTY {
        all.push(wrong((*text).to_owned(), words));
    }
    all.push(wrong("[object Object]".to_owned(), "the text [object Object]"));
    all
}

/// What languages make of no body.
const EMPTY: &[(&str, &str)] = &[
    ("{}", "the body {}"),
    ("null", "the body null"),
    ("\"\"", "the body \"\""),
    ("undefined", "the text undefined"),
    ("None", "the text None"),
    ("[]", "the body []"),
];

/// Without a body, nothing is signed for it.
fn none(fidelity: Fidelity) -> Vec<Variant> {
    let mut variants = vec![Variant::right("", "no body")];
    for (text, words) in EMPTY {
        variants.push(match fidelity {
            // an empty value may well have been sent
            Fidelity::Unknown => Variant::right(*text, *words),
            _ => Variant::wrong(Cause::BodyMissing, *text, *words),
        });
    }
    for (text, words) in
        [("\n", "a newline"), ("''", "the body ''"), ("false", "the text false"), ("nil", "the text nil")]
    {
        variants.push(Variant::wrong(Cause::BodyMissing, text, words));
    }
    variants
}

/// The same tokens with other white space; numbers and texts stay as they are written.
fn respaced(text: &str, comma: &str, colon: &str, indent: Option<&str>) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let (mut in_text, mut is_escaped) = (false, false);
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = indent {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str(indent));
        }
    };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if in_text {
            out.push(c);
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                '"' => in_text = false,
                _ => {}
            }
            continue;
        }
        match c {
            ' ' | '\t' | '\n' | '\r' => {}
            '"' => {
                in_text = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(close) = chars.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth.min(64));
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth.min(64));
                out.push(c);
            }
            ',' => {
                out.push_str(comma);
                line(&mut out, depth.min(64));
            }
            ':' => out.push_str(colon),
            c => out.push(c),
        }
    }
    out
}

fn spaced_otherwise(given: &str, add: &mut impl FnMut(String, &str)) {
    if serde_json::from_str::<serde::de::IgnoredAny>(given).is_err() {
        return;
    }
    add(respaced(given, ",", ":", None), COMPACT);
    add(respaced(given, ", ", ": ", None), SPACED);
    add(respaced(given, ",", ": ", Some("  ")), "the body over several lines, by two spaces");
    add(respaced(given, ",", ": ", Some("    ")), "the body over several lines, by four spaces");
    add(respaced(given, ",", ": ", Some("\t")), "the body over several lines, by tabs");
    add(respaced(given, ",", ": ", None), "the body with spaces after colons");
    add(respaced(given, ", ", ":", None), "the body with spaces after commas");
}

fn ordered_otherwise(value: &Value, add: &mut impl FnMut(String, &str)) {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    let sorted = sorted.to_string();
    add(sorted.clone(), SORTED);
    add(respaced(&sorted, ", ", ": ", None), "the body with its keys sorted, and spaces");
    add(respaced(&sorted, ",", ": ", Some("  ")), "the body with its keys sorted, over several lines");
    let Value::Object(fields) = value else { return };
    let reversed: serde_json::Map<_, _> =
        fields.iter().rev().map(|(name, value)| (name.clone(), value.clone())).collect();
    add(Value::Object(reversed).to_string(), "the body with its keys in reverse order");
    if !fields.contains_key("order") {
        return;
    }
    for (client, names) in ORDERS {
        let named = names.iter().filter_map(|name| Some(((*name).to_owned(), fields.get(*name)?.clone())));
        let mut ordered: serde_json::Map<_, _> = named.collect();
        for (name, value) in fields {
            ordered.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let text = Value::Object(ordered).to_string();
        add(respaced(&text, ", ", ": ", None), &format!("the body with its keys as {client} orders them, and spaces"));
        add(text, &format!("the body with its keys as {client} orders them"));
    }
}

fn written_by_languages(value: &Value, add: &mut impl FnMut(String, &str)) {
    let python = python(value);
    add(python.replace('\'', "\""), "what Python's str() makes of the body, with \" for '");
    add(python, PYTHON);
    add(without(value, &Value::is_null).to_string(), "the body without its null fields");
    let is_off = |value: &Value| value.is_null() || *value == Value::Bool(false);
    add(without(value, &is_off).to_string(), "the body without the fields that are false");
    add(with_texts(value).to_string(), "the body with its numbers as strings");
    add(with_numbers(value).to_string(), "the body with its strings as numbers");
    if let Value::Object(fields) = value {
        if let Some(order @ Value::Object(_)) = fields.get("order") {
            add(order.to_string(), "only the order of the body");
            add(respaced(&order.to_string(), ", ", ": ", None), "only the order of the body, with spaces");
        }
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs = |between: &str| {
            fields.iter().map(|(name, value)| format!("{name}={}", plain(value))).collect::<Vec<_>>().join(between)
        };
        add(pairs("&"), "the body as a form");
        add(format!("{{{}}}", pairs(", ")), "what Java prints of the body");
    }
}

fn escaped_otherwise(given: &str, add: &mut impl FnMut(String, &str)) {
    add(given.replace('\'', "\""), "the body with \" for ', as the Python and Rust clients sign it");
    add(given.replace('"', "'"), "the body with ' for \"");
    add(ascii(given), "the body with characters beyond ASCII escaped");
    add(unescaped(given), "the body with its \\u escapes as characters");
    add(given.replace('/', "\\/"), "the body with its slashes escaped, as PHP writes it");
    add(given.replace("\\/", "/"), "the body with its slashes not escaped");
    let html = given.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    add(html, "the body with <, > and & escaped, as Go writes it");
    if let Ok(twice) = serde_json::to_string(given) {
        add(respaced_twice(given), "the body encoded twice, with spaces inside");
        add(twice, TWICE);
    }
    if let Ok(Value::String(once)) = serde_json::from_str(given) {
        add(once, "the body encoded once");
    }
    let digest = sha2::Sha256::digest(given.as_bytes());
    add(alloy_primitives::hex::encode(digest), "the SHA-256 of the body");
    add(STANDARD.encode(digest), "the SHA-256 of the body in base64");
    add(STANDARD.encode(given), "the body in base64");
}

fn respaced_twice(given: &str) -> String {
    serde_json::to_string(&respaced(given, ", ", ": ", None)).unwrap_or_default()
}

fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

fn unescaped(text: &str) -> String {
    if !text.contains("\\u") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find("\\u") {
        out.push_str(&rest[..place]);
        let (text, length) = [12, 6]
            .into_iter()
            .find_map(|length| {
                let escape = rest.get(place..place + length)?;
                Some((serde_json::from_str::<String>(&format!("\"{escape}\"")).ok()?, length))
            })
            .filter(|(text, _)| !text.is_ascii())
            .unwrap_or_else(|| ("\\u".to_owned(), 2));
        out.push_str(&text);
        rest = &rest[place + length..];
    }
    out + rest
}

/// `repr` of Python.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => python_text(text),
        Value::Array(values) => format!("[{}]", values.iter().map(python).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{}: {}", python_text(name), python(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn python_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    match (text.contains('\''), text.contains('"')) {
        (true, false) => format!("\"{escaped}\""),
        _ => format!("'{}'", escaped.replace('\'', "\\'")),
    }
}

fn changed(value: &Value, leaf: &dyn Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(|value| changed(value, leaf)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), changed(value, leaf))).collect())
        }
        other => leaf(other),
    }
}

fn with_texts(value: &Value) -> Value {
    changed(value, &|leaf| if leaf.is_number() { Value::String(leaf.to_string()) } else { leaf.clone() })
}

fn with_numbers(value: &Value) -> Value {
    let number = |leaf: &Value| leaf.as_str()?.parse::<u64>().ok().map(Value::from);
    changed(value, &|leaf| number(leaf).unwrap_or_else(|| leaf.clone()))
}

fn without(value: &Value, left_out: &dyn Fn(&Value) -> bool) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(_, value)| !left_out(value));
            Value::Object(kept.map(|(name, value)| (name.clone(), without(value, left_out))).collect())
        }
        other => other.clone(),
    }
}
