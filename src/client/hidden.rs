//! Secrets that no answer may bring to a screen, whatever form a server repeats them in.

use std::borrow::Cow;
use std::collections::HashSet;

use alloy_primitives::hex;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use url::form_urlencoded::byte_serialize;

use crate::auth::l2::SecretKey;
use crate::secret::Secret;

/// What stands in the place of a secret.
const INSTEAD: &str = "[redacted]";
/// A part of a secret of so many characters is one.
const RUN: usize = 9;
/// Shorter secrets occur by chance.
const SHORTEST: usize = 4;
/// Runs of fewer different characters, such as the zeros of amounts and addresses, tell nothing.
const VARIED: usize = 4;
/// Of 64 marks each.
const WORDS: usize = 1024;
const MASK: u128 = (1 << (8 * RUN)) - 1;

/// Every run of nine characters of every form of some secrets, in lower case.
#[derive(Clone, Default)]
pub(super) struct Hidden {
    runs: HashSet<u128>,
    /// A bit for each run, by a hash of it: most texts are looked through by these alone.
    marks: Vec<u64>,
    /// Secrets too short for a run.
    short: Vec<Secret>,
}

impl Hidden {
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hidden = Self::default();
        for secret in secrets {
            hidden.add(secret);
        }
        hidden
    }

    pub(super) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        let bare = secret.strip_prefix("0x").or_else(|| secret.strip_prefix("0X")).unwrap_or(secret);
        if (SHORTEST..RUN).contains(&bare.trim_end_matches('=').len()) {
            self.short.push(Secret::new(bare.trim_end_matches('=')));
        }
        self.add_runs(bare);
        self.add_runs(&byte_serialize(bare.as_bytes()).collect::<String>());
        self.add_runs(serde_json::Value::from(bare).to_string().trim_matches('"'));
        // what the text stands for, and the text as bytes
        let decoded = hex::decode(bare).ok().or_else(|| {
            let key = SecretKey::decode(&Secret::new(bare)).ok()?;
            (key.form.bytes >= RUN).then(|| key.bytes().to_vec())
        });
        for bytes in decoded.iter().map(Vec::as_slice).chain([bare.as_bytes()]) {
            self.add_runs(&hex::encode(bytes));
            // in base64 a text looks otherwise by where it begins
            for start in 0..bytes.len().min(3) {
                self.add_runs(&STANDARD.encode(&bytes[start..]));
                self.add_runs(&URL_SAFE.encode(&bytes[start..]));
            }
        }
    }

    fn add_runs(&mut self, form: &str) {
        let bytes = form.trim_end_matches('=').as_bytes();
        for run in bytes.windows(RUN).filter(|run| is_varied(run)) {
            let run = run.iter().fold(0_u128, |packed, byte| (packed << 8) | u128::from(byte.to_ascii_lowercase()));
            self.marks.resize(WORDS, 0);
            let (word, bit) = place(run);
            self.marks[word] |= bit;
            self.runs.insert(run);
        }
    }

    fn has(&self, run: u128) -> bool {
        let (word, bit) = place(run);
        self.marks.get(word).is_some_and(|marks| marks & bit != 0) && self.runs.contains(&run)
    }
}

/// The word and the bit of a run among the marks.
fn place(run: u128) -> (usize, u64) {
    // the eight characters before the last one are enough for that
    #[allow(clippy::cast_possible_truncation)]
    let hash = ((run >> 8) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48;
    #[allow(clippy::cast_possible_truncation)]
    let word = (hash >> 6) as usize;
    (word, 1 << (hash & 63))
}

fn is_varied(run: &[u8]) -> bool {
    let mut seen: Vec<u8> = run.to_vec();
    seen.sort_unstable();
    seen.dedup();
    seen.len() >= VARIED
}

/// A text without these secrets, or any run of nine of their characters.
pub(super) fn without<'a>(text: &'a str, hidden: [&Hidden; 2]) -> Cow<'a, str> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    if hidden.iter().any(|hidden| !hidden.runs.is_empty()) {
        let mut run = 0_u128;
        for (place, byte) in text.bytes().enumerate() {
            run = ((run << 8) | u128::from(byte.to_ascii_lowercase())) & MASK;
            if place + 1 < RUN || !hidden.iter().any(|hidden| hidden.has(run)) {
                continue;
            }
            let (start, end) = (place + 1 - RUN, place + 1);
            match found.last_mut() {
                Some(last) if last.1 >= start => last.1 = end,
                _ => found.push((start, end)),
            }
        }
    }
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut left, mut rest) = (String::new(), 0);
    for (start, end) in found {
        // runs are whole characters: those of secrets that are not ASCII may begin within one
        let (start, end) = (text.floor_char_boundary(start), text.ceil_char_boundary(end));
        let before = text.get(rest..start).unwrap_or_default();
        let start = if before.ends_with("0x") || before.ends_with("0X") { start - 2 } else { start };
        left.push_str(text.get(rest..start).unwrap_or_default());
        left.push_str(INSTEAD);
        rest = end;
    }
    left.push_str(text.get(rest..).unwrap_or_default());
    Cow::Owned(left)
}

/// The same, and without secrets that are too short for a run: they may take out more than they should.
pub(super) fn without_any(text: &str, hidden: [&Hidden; 2]) -> String {
    let mut left = without(text, hidden).into_owned();
    for secret in hidden.iter().flat_map(|hidden| &hidden.short) {
        left = replace_ignoring_case(&left, secret.expose());
    }
    left
}

fn replace_ignoring_case(text: &str, wanted: &str) -> String {
    let (lower, wanted) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let (mut replaced, mut rest) = (String::new(), 0);
    for (start, found) in lower.match_indices(&wanted) {
        replaced.push_str(&text[rest..start]);
        replaced.push_str(INSTEAD);
        rest = start + found.len();
    }
    replaced + &text[rest..]
}

/// JSON with its escapes of plain characters undone, so that no secret hides behind them.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u00") && !text.contains("\\/") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let escape = &rest[at..];
        let character = escape.get(2..6).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (escape.as_bytes().get(1), character) {
            (Some(b'/'), _) => {
                plain.push('/');
                rest = &escape[2..];
            }
            (Some(b'u'), Some(byte @ (b' '..=b'!' | b'#'..=b'[' | b']'..=b'~'))) => {
                plain.push(char::from(byte));
                rest = &escape[6..];
            }
            (Some(_), _) => {
                let end = escape.ceil_char_boundary(2);
                plain.push_str(&escape[..end]);
                rest = &escape[end..];
            }
            (None, _) => {
                plain.push('\\');
                rest = "";
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    const SECRET: &str = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";

    fn all(text: &str, secrets: &[&str]) -> String {
        without_any(text, [&Hidden::of(secrets.iter().copied()), &Hidden::default()])
    }

    #[test]
    fn a_secret_is_taken_out_in_every_form_and_in_parts() {
        let bytes = hex::decode(KEY).unwrap();
        let decoded = URL_SAFE.decode(SECRET).unwrap();
        for said in [
            KEY.to_owned(),
            KEY.to_uppercase(),
            KEY[2..].to_owned(),
            KEY[5..14].to_owned(),
            KEY[40..].to_owned(),
            STANDARD.encode(&bytes),
            URL_SAFE.encode(&bytes),
            STANDARD.encode(format!("user:{}", &KEY[2..])),
            SECRET.to_owned(),
            SECRET.replace('-', "+").replace('_', "/"),
            byte_serialize(SECRET.as_bytes()).collect(),
            hex::encode(&decoded),
            hex::encode_prefixed(SECRET),
            SECRET[20..29].to_owned(),
        ] {
            let shown = all(&format!("bad <{said}>"), &[KEY, SECRET]);
            assert!(shown.contains(INSTEAD), "{said}: {shown}");
            let left = shown.replace(INSTEAD, "\n");
            let longest = left.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max();
            assert!(longest.unwrap() < RUN, "{said}: {shown}");
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        let zeros = format!("0x{}", "0".repeat(64));
        let said = format!(r#"{{"balance":"1000000000","owner":"{zeros}","é":"ÿ日本"}}"#);
        assert!(matches!(without(&said, [&Hidden::of([KEY, SECRET, &zeros]), &Hidden::default()]), Cow::Borrowed(_)));
        assert_eq!(
            all("token a\"b\\c, pin 1234, signature zz", &["zz", "", "1234"]),
            "token a\"b\\c, pin [redacted], signature zz"
        );
        assert_eq!(all("said: pässwörter!", &["pässwörter"]), "said: [redacted]!");
    }

    #[test]
    fn escapes_of_plain_characters_are_undone_and_others_stay() {
        assert_eq!(
            unescaped(r#"{"\u0061\u0062":"a\/b\u0022\u005c\\u0061\n\u00e9 é\u000a"}"#),
            r#"{"ab":"a/b\u0022\u005c\\u0061\n\u00e9 é\u000a"}"#
        );
        assert_eq!(unescaped("\\u00"), "\\u00");
        assert_eq!(unescaped("\\u0061\\"), "a\\");
    }
}
