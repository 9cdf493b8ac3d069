//! Command lines of curl, as people write them and browsers copy them: for bash, cmd and PowerShell.

use std::sync::LazyLock;

use regex::Regex;

use super::{Fidelity, Request, Target, Unread};

static START: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s$>`(;&|])(curl(?:\.exe)?)[ \t^\\]").unwrap_or_else(|_| unreachable!("a fixed pattern"))
});

/// Where a command begins in a line.
pub(super) fn start(line: &str) -> Option<usize> {
    if !line.contains("curl") {
        return None;
    }
    let found = START.captures(line)?.get(1)?;
    let rest = &line[found.end()..];
    // prose speaks of curl too
    (rest.contains("http") || rest.contains(" -") || rest.trim_end().ends_with(['\\', '^', '`'])).then(|| found.start())
}

/// How a shell continues lines and escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shell {
    Posix,
    Cmd,
    Power,
}

/// Options that take a value, beside those that are read here.
const VALUED: &[&str] = &[
    "-A",
    "-b",
    "-c",
    "-e",
    "-E",
    "-F",
    "-m",
    "-o",
    "-r",
    "-T",
    "-u",
    "-U",
    "-w",
    "-x",
    "-y",
    "-Y",
    "-z",
    "-C",
    "-D",
    "-K",
    "-P",
    "-Q",
    "-t",
    "--user-agent",
    "--cookie",
    "--cookie-jar",
    "--referer",
    "--cert",
    "--form",
    "--max-time",
    "--output",
    "--range",
    "--upload-file",
    "--user",
    "--proxy-user",
    "--write-out",
    "--proxy",
    "--connect-timeout",
    "--retry",
    "--cacert",
    "--key",
    "--resolve",
    "--interface",
    "--limit-rate",
    "--max-redirs",
    "--dump-header",
    "--config",
    "--retry-delay",
    "--ciphers",
    "--connect-to",
    "--trace",
    "--trace-ascii",
    "--stderr",
    "--socks5",
];

/// Reads the command at `place`; gives where it ends.
pub(super) fn read(whole: &str, place: usize, line: usize, unread: &mut Vec<Unread>) -> (Vec<Request>, usize) {
    let Words { all, end, is_closed } = words(&whole[place..]);
    if !is_closed {
        unread.push(Unread { line, text: "a quote of this curl command is not closed".to_owned() });
    }
    let mut request = Request { line, form: "curl command", fidelity: Fidelity::Exact, ..Request::default() };
    let mut bodies: Vec<String> = Vec::new();
    let (mut is_get, mut is_head, mut is_json) = (false, false, false);
    let mut words = all.into_iter().skip(1);
    while let Some(word) = words.next() {
        let (option, attached) = split_option(&word);
        let mut value = || attached.clone().or_else(|| words.next()).unwrap_or_default();
        match option {
            "-X" | "--request" => request.method = Some(value()),
            "-H" | "--header" => {
                let header = value();
                match header.split_once(':').or_else(|| header.split_once(';')) {
                    Some((name, value)) => request.headers.push((name.trim().to_owned(), value.trim().to_owned())),
                    None => unread.push(Unread { line, text: "a header of this curl command has no colon".to_owned() }),
                }
            }
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" | "--json" | "--data-urlencode" => {
                let text = value();
                is_json |= option == "--json";
                if text.starts_with('@') && option != "--data-raw" {
                    unread.push(Unread { line, text: "the body of this curl command is in a file".to_owned() });
                    request.fidelity = Fidelity::Unknown;
                } else {
                    bodies.push(text);
                }
            }
            "--url" => request.target = Some(Target::of(&value())),
            "-G" | "--get" => is_get = true,
            "-I" | "--head" => is_head = true,
            option if VALUED.contains(&option) => {
                value();
            }
            option if option.starts_with('-') && option.len() > 1 => {}
            _ if request.target.is_none() && !word.is_empty() => request.target = Some(Target::of(&word)),
            _ => {}
        }
    }
    if !bodies.is_empty() && request.fidelity == Fidelity::Exact {
        let body = bodies.join(if is_json { "" } else { "&" });
        if is_get {
            if let Some(target) = &mut request.target {
                target.query = Some(target.query.as_ref().map_or(body.clone(), |query| format!("{query}&{body}")));
            }
        } else {
            request.body = (!body.is_empty()).then_some(body);
        }
    }
    let posts = !is_get && (request.body.is_some() || request.fidelity == Fidelity::Unknown);
    let implied = if is_head {
        "HEAD"
    } else if posts {
        "POST"
    } else {
        "GET"
    };
    request.method.get_or_insert_with(|| implied.to_owned());
    (vec![request], place + end)
}

/// `-XPOST` is an option with its value, `--request=POST` is not curl's and yet written.
fn split_option(word: &str) -> (&str, Option<String>) {
    if let Some((option, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
        return (option, Some(value.to_owned()));
    }
    if word.starts_with('-') && !word.starts_with("--") && word.len() > 2 && word.is_char_boundary(2) {
        let (option, value) = word.split_at(2);
        if ["-X", "-H", "-d"].contains(&option) || VALUED.contains(&option) {
            return (option, Some(value.to_owned()));
        }
        // flags may stand together, with a valued one at the end: -sX POST
        let last = &word[word.len() - word.chars().last().map_or(1, char::len_utf8)..];
        return match last {
            "X" => ("-X", None),
            "H" => ("-H", None),
            "d" => ("-d", None),
            _ => (option, None),
        };
    }
    (word, None)
}

struct Words {
    all: Vec<String>,
    end: usize,
    is_closed: bool,
}

fn shell_of(text: &str) -> Shell {
    let first = text.lines().next().unwrap_or_default();
    let head = &text[..text.char_indices().nth(4000).map_or(text.len(), |(place, _)| place)];
    if first.trim_end().ends_with('^') || head.contains("^\"") {
        Shell::Cmd
    } else if first.trim_end().ends_with('`') {
        Shell::Power
    } else {
        Shell::Posix
    }
}

/// The words of one command, up to the end of its line.
#[expect(clippy::match_same_arms, reason = "their order is what tells quoted from bare")]
fn words(text: &str) -> Words {
    let shell = shell_of(text);
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.char_indices().peekable();
    let mut quote: Option<char> = None;
    let mut is_ansi = false;
    let mut end = text.len();
    while let Some((place, c)) = chars.next() {
        let current = &mut word;
        let push = |current: &mut Option<String>, c: char| current.get_or_insert_default().push(c);
        // cmd takes its carets away before the program reads its quotes
        if shell == Shell::Cmd && c == '^' {
            match chars.next() {
                Some((_, '\r')) => drop(chars.next_if(|(_, c)| *c == '\n')),
                Some((_, '\n')) | None => {}
                Some((_, '"')) => quote_cmd(&mut quote, current),
                Some((_, '\\')) if chars.peek().is_some_and(|(_, c)| *c == '^') => {
                    chars.next();
                    if let Some((_, c)) = chars.next() {
                        push(current, c);
                    }
                }
                Some((_, c)) => push(current, c),
            }
            continue;
        }
        match (quote, c) {
            (Some('\''), '\\') if is_ansi => {
                let rest = &text[place..];
                match ansi(rest) {
                    Some((escaped, length)) => {
                        current.get_or_insert_default().push_str(&escaped);
                        while chars.next_if(|(next, _)| *next < place + length).is_some() {}
                    }
                    None => push(current, c),
                }
            }
            (Some('"'), '\\') if shell != Shell::Power => match chars.peek().map(|(_, c)| *c) {
                Some(next @ ('"' | '\\' | '$' | '`')) => {
                    chars.next();
                    push(current, next);
                }
                Some('\n') if shell == Shell::Posix => drop(chars.next()),
                _ => push(current, c),
            },
            (Some('"'), '`') if shell == Shell::Power => {
                if let Some((_, next)) = chars.next() {
                    push(current, next);
                }
            }
            (Some('"'), '"') if shell != Shell::Posix && chars.peek().is_some_and(|(_, c)| *c == '"') => {
                chars.next();
                push(current, '"');
            }
            (Some('\''), '\'') if shell == Shell::Power && chars.peek().is_some_and(|(_, c)| *c == '\'') => {
                chars.next();
                push(current, '\'');
            }
            (Some(open), c) if c == open => (quote, is_ansi) = (None, false),
            (Some(_), c) => push(current, c),
            (None, '$') if shell == Shell::Posix && chars.peek().is_some_and(|(_, c)| *c == '\'') => {
                chars.next();
                current.get_or_insert_default();
                (quote, is_ansi) = (Some('\''), true);
            }
            (None, '"') => {
                current.get_or_insert_default();
                quote = Some('"');
            }
            (None, '\'') if shell != Shell::Cmd => {
                current.get_or_insert_default();
                quote = Some('\'');
            }
            (None, '\\') if shell == Shell::Posix => match chars.next() {
                Some((_, '\r')) => drop(chars.next_if(|(_, c)| *c == '\n')),
                Some((_, '\n')) | None => {}
                Some((_, c)) => push(current, c),
            },
            (None, '`') if shell == Shell::Power => {
                chars.next_if(|(_, c)| *c == '\r');
                if let Some((_, c)) = chars.next().filter(|(_, c)| *c != '\n') {
                    push(current, c);
                }
            }
            (None, '\n' | ';' | '|') => {
                end = place;
                break;
            }
            (None, '&')
                if shell != Shell::Posix || text[place..].starts_with("&&") || text[place..].starts_with("& ") =>
            {
                end = place;
                break;
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => push(current, c),
        }
    }
    words.extend(word);
    Words { all: words, end, is_closed: quote.is_none() }
}

/// A quote behind a caret: it opens or closes as one without.
fn quote_cmd(quote: &mut Option<char>, word: &mut Option<String>) {
    word.get_or_insert_default();
    *quote = if quote.is_some() { None } else { Some('"') };
}

/// An escape inside of `$'…'`.
fn ansi(rest: &str) -> Option<(String, usize)> {
    let length = match rest.as_bytes().get(1)? {
        b'x' => 4,
        b'u' if rest.get(2..6).is_some_and(|digits| digits.starts_with(['d', 'D']))
            && rest.get(6..8) == Some("\\u") =>
        {
            12
        }
        b'u' => 6,
        _ => 1 + rest.chars().nth(1)?.len_utf8(),
    };
    let escape = rest.get(..length)?;
    if escape == "\\\"" {
        return Some(("\"".to_owned(), length));
    }
    let (text, _) = super::literal::quoted(&format!("\"{escape}\""))?;
    Some((text, length))
}
