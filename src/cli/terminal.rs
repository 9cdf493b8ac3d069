//! Standard output and standard error of every command. What servers, files and arguments bring passes
//! here, whoever printed it: nothing reaches a terminal that it would obey, but colours and the line of
//! progress.

use std::io::{self, Stderr, Stdout, Write};
use std::net::SocketAddr;

use crate::text::is_unseen;

/// Results.
pub(super) fn out() -> Clean<Stdout> {
    Clean::new(io::stdout(), false)
}

/// What a person reads beside them.
pub(super) fn err() -> Clean<Stderr> {
    Clean::new(io::stderr(), true)
}

/// Why nothing can be served at an address, in the words that every command has for it.
pub(super) fn cannot_listen(address: SocketAddr, error: io::Error) -> anyhow::Error {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "the port is in use",
        io::ErrorKind::AddrNotAvailable => "not an IP address of this machine",
        io::ErrorKind::PermissionDenied => "permission denied",
        _ => return anyhow::Error::new(error).context(format!("cannot listen on {address}")),
    };
    anyhow::anyhow!("cannot listen on {address}: {why}")
}

/// Back to the beginning of the line, and what was there is erased.
const ANEW: &str = "\r\u{1b}[K";

/// A stream that lets text through, and colours.
#[derive(Debug)]
pub(super) struct Clean<W: Write> {
    to: W,
    /// Whether a line may be written anew.
    rewrites: bool,
    /// The beginning of an escape sequence, which may be one of ours.
    escape: String,
    /// The first bytes of a character whose others are not there yet.
    cut: Vec<u8>,
}

impl<W: Write> Clean<W> {
    fn new(to: W, rewrites: bool) -> Self {
        Self { to, rewrites, escape: String::new(), cut: Vec::new() }
    }

    fn pass(&mut self, text: &str) -> String {
        let mut passed = String::with_capacity(text.len());
        for c in text.chars() {
            if self.escape.is_empty() {
                self.take(c, &mut passed);
                continue;
            }
            self.escape.push(c);
            match (self.escape.len(), c) {
                (1.., _) if self.escape == ANEW => passed.push_str(&std::mem::take(&mut self.escape)),
                (1.., _) if ANEW.starts_with(&self.escape) => {}
                (2, '[') | (3..=12, '0'..='9' | ';') if self.escape.starts_with('\u{1b}') => {}
                (3.., 'm') if is_colour(&self.escape) => passed.push_str(&std::mem::take(&mut self.escape)),
                _ => {
                    // not one of ours: what is left of it is text
                    for c in std::mem::take(&mut self.escape).chars().skip(1) {
                        self.take(c, &mut passed);
                    }
                }
            }
        }
        passed
    }

    fn take(&mut self, c: char, passed: &mut String) {
        match c {
            '\u{1b}' => self.escape.push(c),
            '\n' | '\t' => passed.push(c),
            '\r' if self.rewrites => self.escape.push(c),
            c if c.is_control() || is_unseen(c) => {}
            c => passed.push(c),
        }
    }
}

/// Whether an escape sequence sets colours or weight, and hides nothing.
fn is_colour(escape: &str) -> bool {
    const CONCEALED: &str = "8";
    let codes = escape.strip_prefix("\u{1b}[").and_then(|codes| codes.strip_suffix('m'));
    codes.is_some_and(|codes| codes.split(';').all(|code| code != CONCEALED))
}

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut whole = std::mem::take(&mut self.cut);
        whole.extend_from_slice(bytes);
        let mut passed = String::new();
        for chunk in whole.utf8_chunks() {
            passed.push_str(&self.pass(chunk.valid()));
        }
        let tail = whole.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
        if whole.ends_with(tail)
            && tail.len() < 4
            && std::str::from_utf8(tail).is_err_and(|error| error.error_len().is_none())
        {
            self.cut = tail.to_vec();
        }
        self.to.write_all(passed.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(rewrites: bool, pieces: &[&[u8]]) -> String {
        let mut clean = Clean::new(Vec::new(), rewrites);
        for piece in pieces {
            clean.write_all(piece).expect("a vector takes all");
        }
        String::from_utf8(clean.to).expect("text")
    }

    #[test]
    fn colours_pass_and_nothing_else_that_a_terminal_obeys() {
        let hostile = "\u{1b}]52;c;Zm9v\u{7}\u{1b}[2J\u{1b}[8mhidden\u{9b}31m\u{202e}\rx";
        assert_eq!(passed(false, &[hostile.as_bytes()]), "]52;c;Zm9v[2J[8mhidden31mx");
        assert_eq!(passed(false, &["\u{1b}[1;31mFAIL\u{1b}[0m a\tb\n".as_bytes()]), "\u{1b}[1;31mFAIL\u{1b}[0m a\tb\n");
        assert_eq!(passed(false, &[b"\x1b\x1b[31m"]), "\u{1b}[31m");
        assert_eq!(passed(true, &["\r\u{1b}[Kwaiting".as_bytes()]), "\r\u{1b}[Kwaiting");
    }

    #[test]
    fn what_is_written_in_pieces_is_seen_as_a_whole() {
        assert_eq!(passed(false, &["é".as_bytes(), &"é".as_bytes()[..1], &"é".as_bytes()[1..]]), "éé");
        assert_eq!(passed(false, &[b"\x1b", b"[3", b"1mred", b"\x1b[", b"2J"]), "\u{1b}[31mred[2J");
    }
}
