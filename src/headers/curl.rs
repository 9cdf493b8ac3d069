//! A request as a command line of curl that sends what was signed, and nothing else.

use std::borrow::Cow;

use thiserror::Error;

use super::Unsigned;
use crate::facts::RequestRecord;
use crate::text::is_unseen;

/// A text that no command line can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the request holds a NUL character, which no command line can carry; use another format")]
pub struct Unquotable;

/// A command that is being put together, one flag a line.
pub(super) struct Curl {
    words: Vec<String>,
}

impl Curl {
    /// `base` is the address of the service, without the path.
    pub(super) fn new(base: &str, unsigned: &Unsigned) -> Result<Self, Unquotable> {
        let url = format!("{}{}", base.trim_end_matches('/'), unsigned.path);
        Self::at(&quote(&url)?, unsigned)
    }

    /// The same, with the address of the service in a variable.
    pub(super) fn behind(variable: &str, unsigned: &Unsigned) -> Result<Self, Unquotable> {
        Self::at(&format!("\"${variable}\"{}", quote(&unsigned.path)?), unsigned)
    }

    fn at(url: &str, unsigned: &Unsigned) -> Result<Self, Unquotable> {
        let mut curl = Self::to(&unsigned.method, url)?;
        if unsigned.path.contains(['[', ']', '{', '}']) {
            curl.words.push("--globoff".to_owned());
        }
        if unsigned.path.contains("/.") {
            curl.words.push("--path-as-is".to_owned());
        }
        Ok(curl)
    }

    /// `url` is a word of the shell.
    fn to(method: &str, url: &str) -> Result<Self, Unquotable> {
        // with --request HEAD curl would wait for a body
        Ok(Self {
            words: vec![match method {
                "HEAD" => format!("curl --head {url}"),
                method => format!("curl --request {} {url}", quote(method)?),
            }],
        })
    }

    /// A request that was sent, with every secret, signature and timestamp in a variable of its header's
    /// name: a signature is only good for a few seconds. A URL that holds an access key is in `$URL`, and
    /// a body that was not kept in the file body.json.
    pub(super) fn of(sent: &RequestRecord) -> Result<Self, Unquotable> {
        let url = if sent.url.contains('…') { "\"$URL\"".into() } else { quote(&sent.url)? };
        let mut curl = Self::to(&sent.method, &url)?;
        if sent.url.contains(['[', ']', '{', '}']) {
            curl.words.push("--globoff".to_owned());
        }
        for header in &sent.headers {
            curl = match (header.name.as_str(), &header.value) {
                ("content-type", _) if sent.body_bytes.is_some() => curl,
                ("authorization", _) => curl.header_from("authorization: Bearer", "TOKEN"),
                (name, Some(value)) if !name.to_ascii_uppercase().ends_with("TIMESTAMP") => curl.header(name, value)?,
                (name, _) => curl.header_from(name, &variable(name)),
            };
        }
        match (&sent.body, sent.body_bytes) {
            (Some(body), _) => curl.body(body, None),
            (None, Some(_)) => curl.body("", Some("body.json")),
            (None, None) => Ok(curl),
        }
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Result<Self, Unquotable> {
        self.words.push(format!("--header {}", quote(&format!("{name}: {value}"))?));
        Ok(self)
    }

    /// A header whose value the shell takes from a variable, so that the command holds no secret.
    #[must_use]
    pub(super) fn header_from(mut self, name: &str, variable: &str) -> Self {
        let colon = if name.contains(':') { "" } else { ":" };
        self.words.push(format!("--header \"{name}{colon} ${variable}\""));
        self
    }

    /// The bytes of the body; `from` is the file that holds them.
    pub(super) fn body(mut self, body: &str, from: Option<&str>) -> Result<Self, Unquotable> {
        self = self.header("Content-Type", "application/json")?;
        self.words.push(match from {
            Some(path) => format!("--data-binary {}", quote(&format!("@{path}"))?),
            // not --data, which would read a file when the body begins with @
            None => format!("--data-raw {}", quote(body)?),
        });
        Ok(self)
    }
}

impl std::fmt::Display for Curl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words.join(" \\\n  "))
    }
}

/// The name of a header as one of a variable.
fn variable(header: &str) -> String {
    header.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
}

/// A word of the shell. What a terminal would obey, or nobody would see, is written as its bytes: the
/// command is shown as it is, and sends what was signed.
fn quote(text: &str) -> Result<Cow<'_, str>, Unquotable> {
    let is_written = |c: char| c != '\n' && (c.is_control() || is_unseen(c));
    if text.contains('\0') || !text.contains(is_written) {
        return shlex::try_quote(text).map_err(|_| Unquotable);
    }
    let mut word = "$'".to_owned();
    for c in text.chars() {
        match c {
            '\\' | '\'' => word.extend(['\\', c]),
            c if is_written(c) => {
                word.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("\\x{byte:02x}")));
            }
            c => word.push(c),
        }
    }
    Ok(Cow::Owned(word + "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shell_reads_is_what_was_signed() {
        let body = "{\"note\":\"it's $HOME `id` \\\\\",\n\"a\":[1]}";
        let unsigned = Unsigned {
            method: "POST".to_owned(),
            path: "/order?a=[1]&b=c d".to_owned(),
            body: Some(body.to_owned()),
            timestamp: 1,
        };
        let curl = Curl::new("https://clob.polymarket.com/", &unsigned).and_then(|curl| curl.header("A", "b 'c'"));
        let curl = curl.and_then(|curl| curl.header_from("P", "PASS").body(body, None)).expect("quotable").to_string();
        let words = shlex::split(&curl.replace("\\\n", "")).expect("words");
        assert_eq!(
            words,
            [
                "curl",
                "--request",
                "POST",
                "https://clob.polymarket.com/order?a=[1]&b=c d",
                "--globoff",
                "--header",
                "A: b 'c'",
                "--header",
                "P: $PASS",
                "--header",
                "Content-Type: application/json",
                "--data-raw",
                body,
            ]
        );
        assert!(Curl::new("https://x", &Unsigned { path: "/\0".to_owned(), ..unsigned }).is_err());
    }
}
