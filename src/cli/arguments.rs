//! From what was typed to the command: flags on both sides of it, and what must not be typed at all.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use super::look::{Look, error_style, style};
use super::{Cli, Exit, guide};
use crate::cli::terminal;
use crate::render::Style;
use crate::text::given_back;

/// Options whose value looks like a private key by nature: codes and ids of 32 bytes.
const CODES: [&str; 4] = ["builder_code", "market", "asset", "id"];
/// Arguments that take whole texts of others, in which hashes occur. A key alone is none.
const TEXTS: [&str; 5] = ["body", "path", "symptom", "text", "cursor"];
/// Names under which people pass secrets.
const SECRET_FLAGS: [&str; 12] = [
    "private-key",
    "privatekey",
    "pk",
    "key",
    "secret",
    "secret-key",
    "api-secret",
    "passphrase",
    "api-passphrase",
    "mnemonic",
    "seed-phrase",
    "recovery-phrase",
];
/// A suggested flag may differ from the typed one in one letter of so many.
const NEAR: usize = 5;
/// So many hex digits in a row are a key, also one that lost a digit.
const KEY_DIGITS: usize = 60;
/// Lengths of recovery phrases, in words.
const PHRASES: [usize; 5] = [12, 15, 18, 21, 24];

/// Sentences of libraries about values, and what they mean to a person.
const LIBRARY_SENTENCES: [(&str, &str); 10] = [
    ("invalid digit found in string", "it is not a whole number"),
    ("invalid digit: ", "it is not a whole number, from the character "),
    ("number too large to fit in target type", "the number is too large"),
    ("number too small to fit in target type", "the number is too small"),
    ("cannot parse integer from empty string", "a whole number is expected"),
    ("invalid float literal", "it is not a number"),
    ("invalid socket address syntax", "it is not IP:PORT, as in 127.0.0.1:8080"),
    ("odd number of digits", "it has an odd number of hex digits"),
    ("invalid string length", "it has the wrong number of hex digits"),
    ("number would be zero for non-zero type", "it must not be zero"),
];

/// The command that was typed.
///
/// # Errors
///
/// The code to exit with, after everything was said: help, or what is wrong with the arguments. A
/// private key or a recovery phrase among them is never said.
pub fn parse(typed: impl IntoIterator<Item = OsString>) -> Result<Cli, ExitCode> {
    let typed: Vec<OsString> = typed.into_iter().collect();
    let Moved { arguments, leading } = Moved::of(typed);
    let mut command = Cli::command();
    let parsed = command.try_get_matches_from_mut(&arguments);
    // what only help needs is written where help, or an error, is to be printed
    let parsed = parsed.or_else(|_| guide::complete(Cli::command()).try_get_matches_from(&arguments));
    let parsed = parsed.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    match parsed {
        Ok((cli, matches)) => match secret_in(&command, &matches) {
            None => Ok(cli),
            Some(place) => Err(refuse(&place)),
        },
        Err(error) if !error.use_stderr() => {
            Look::among(&arguments).use_everywhere();
            // help that nobody reads is no failure
            let _ = terminal::out().write_all(text_of(&error, style()).as_bytes());
            Err(Exit::Done.into())
        }
        Err(error) => Err(match secret_among(&arguments).or_else(|| secret_flag(&error)) {
            Some(place) => refuse(&place),
            None => explain(error, &arguments, &leading),
        }),
    }
}

/// Why a secret was refused, without it.
fn refuse(place: &str) -> ExitCode {
    say(&format!(
        "error: {place}. Secrets are not accepted on the command line: the shell keeps them in its history, and other \
         users of this machine see them in the process list\n\nUse --key-file PATH, --keystore PATH, --key-stdin, or \
         POLYMARKET_PRIVATE_KEY in a .env file. If the key is in use, remove the command from the shell's history.\n"
    ));
    Exit::Usage.into()
}

fn explain(mut error: clap::Error, arguments: &[OsString], leading: &[String]) -> ExitCode {
    let argument = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(argument)) => argument.clone(),
        _ => String::new(),
    };
    if error.kind() == ErrorKind::UnknownArgument {
        let flag = argument.split('=').next().unwrap_or_default();
        if leading.iter().any(|typed| typed.split('=').next() == Some(flag)) {
            let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
            say(&format!(
                "error: {flag} does not apply to this command\n\n{usage}\n\nFor more information, try '--help'.\n"
            ));
            return Exit::Usage.into();
        }
        // "use '-- --flag'" helps nobody here
        error.remove(ContextKind::Suggested);
        let near = |known: &String| strsim::osa_distance(known, flag) * NEAR <= flag.len();
        let is_near = match error.get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(known)) => near(known),
            Some(ContextValue::Strings(known)) => known.iter().any(near),
            _ => false,
        };
        // a flag of another meaning is no help
        if !is_near {
            error.remove(ContextKind::SuggestedArg);
        }
    }
    Look::among(arguments).use_everywhere();
    let mut text = text_of(&error, error_style());
    for (said, meant) in LIBRARY_SENTENCES {
        text = text.replace(said, meant);
    }
    // this one says which digit, which is beside the point
    while let Some(start) = text.find("invalid digit: ") {
        let end = text[start..].find('\n').map_or(text.len(), |end| start + end);
        text.replace_range(start..end, "it is not a whole number");
    }
    for typed in arguments.iter().map(|argument| argument.to_string_lossy()) {
        let value = typed.split_once('=').filter(|_| typed.starts_with("--")).map_or(&*typed, |(_, value)| value);
        if let Cow::Owned(shown) = given_back(value) {
            text = text.replace(value, &shown);
        }
    }
    say(&without_keys(&text));
    Exit::Usage.into()
}

/// Help or an error in the look that is asked for.
fn text_of(error: &clap::Error, style: Style) -> String {
    let rendered = error.render();
    style.fit(&if style.color { rendered.ansi().to_string() } else { rendered.to_string() })
}

fn say(text: &str) {
    // the last resort: nothing can be done when standard error is gone, too
    let _ = terminal::err().write_all(text.as_bytes());
}

/// Arguments with the flags before the command moved behind it, where it takes them.
struct Moved {
    arguments: Vec<OsString>,
    /// The flags that were moved.
    leading: Vec<String>,
}

impl Moved {
    fn of(typed: Vec<OsString>) -> Self {
        let ends_flags = typed.iter().position(|word| word == "--").unwrap_or(typed.len());
        if !typed.get(1).is_some_and(|word| word.to_string_lossy().starts_with('-')) {
            return Self { arguments: typed, leading: Vec::new() };
        }
        let command = Cli::command();
        let is_command = |command: &Command, word: &OsString| {
            word.to_str().is_some_and(|word| command.get_subcommands().any(|known| known.get_name() == word))
        };
        // a value that is called like a command leaves its flag without one
        let stands_alone = |place: &usize| {
            let parsed = command.clone().try_get_matches_from(&typed[..*place]);
            parsed.is_ok_and(|matches| matches.subcommand_name().is_none())
        };
        let place = (2..ends_flags).filter(|&place| is_command(&command, &typed[place])).find(stands_alone);
        let Some(place) = place else { return Self { arguments: typed, leading: Vec::new() } };
        let leading = &typed[1..place];
        let arguments = [&typed[..1], &typed[place..ends_flags], leading, &typed[ends_flags..]].concat();
        Self { arguments, leading: leading.iter().map(|word| word.to_string_lossy().into_owned()).collect() }
    }
}

/// Where a secret stands among arguments that were understood.
fn secret_in(command: &Command, matches: &ArgMatches) -> Option<String> {
    for argument in command.get_arguments() {
        let id = argument.get_id().as_str();
        if !matches.try_contains_id(id).unwrap_or_default()
            || matches.value_source(id) != Some(ValueSource::CommandLine)
        {
            continue;
        }
        let values = matches.get_raw_occurrences(id).into_iter().flatten();
        let texts =
            values.map(|values| values.map(|value| value.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" "));
        let name =
            argument.get_long().map_or_else(|| "an argument".to_owned(), |long| format!("the value of --{long}"));
        for text in texts {
            let looks = match () {
                () if CODES.contains(&id) => phrase(&text),
                () if TEXTS.contains(&id) => bare_key(&text).or_else(|| phrase(&text)),
                () => secret(&text),
            };
            if let Some(looks) = looks {
                return Some(format!("{name} looks like {looks}"));
            }
        }
    }
    let (name, matches) = matches.subcommand()?;
    secret_in(command.find_subcommand(name)?, matches)
}

/// Where a secret stands among arguments that were not understood.
fn secret_among(arguments: &[OsString]) -> Option<String> {
    let texts: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let is_flag_of = |word: &str, ids: &[&str]| {
        let name = word.trim_start_matches('-').replace('-', "_");
        word.starts_with("--") && ids.contains(&name.as_str())
    };
    let mut before = "";
    let mut words = 0;
    for text in &texts {
        let (flag, value) = text.split_once('=').filter(|(flag, _)| flag.starts_with("--")).unwrap_or((before, text));
        let looks = match () {
            () if is_flag_of(flag, &CODES) => phrase(value),
            () if is_flag_of(flag, &TEXTS) => bare_key(value).or_else(|| phrase(value)),
            () => secret(value),
        };
        if let Some(looks) = looks {
            return Some(format!("an argument looks like {looks}"));
        }
        words = if is_phrase_word(text) { words + 1 } else { 0 };
        if PHRASES.contains(&words) {
            return Some("the arguments look like a recovery phrase".to_owned());
        }
        before = text;
    }
    None
}

/// A flag that is named like a secret, and that there is not.
fn secret_flag(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
    let name = argument.split('=').next().unwrap_or_default();
    let is_one = error.kind() == ErrorKind::UnknownArgument
        && SECRET_FLAGS.contains(&name.trim_start_matches('-').to_ascii_lowercase().replace('_', "-").as_str());
    is_one.then(|| format!("there is no {name}"))
}

fn secret(text: &str) -> Option<&'static str> {
    // a nonce of 256 bits is as long, in decimal digits
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if longest_hex(text) >= KEY_DIGITS && !is_number { Some("a private key") } else { phrase(text) }
}

/// A key and nothing else.
fn bare_key(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    // a nonce of 256 bits is as long, in decimal digits
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_key = digits.len() >= KEY_DIGITS && !is_number && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_key.then_some("a private key")
}

fn phrase(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_phrase = PHRASES.contains(&words.len()) && words.iter().all(|word| is_phrase_word(word));
    is_phrase.then_some("a recovery phrase")
}

/// Words of recovery phrases have three to eight small letters.
fn is_phrase_word(word: &str) -> bool {
    (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn longest_hex(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_hexdigit()).map(str::len).max().unwrap_or_default()
}

/// The text with every run of so many hex digits taken out.
fn without_keys(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_hexdigit() {
            digits.push(c);
            continue;
        }
        shown.push_str(if digits.len() >= KEY_DIGITS { "…" } else { &digits });
        digits.clear();
        if c != '\0' {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(typed: &str) -> String {
        let typed = typed.split(' ').map(OsString::from).collect();
        let arguments: Vec<String> =
            Moved::of(typed).arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        arguments.join(" ")
    }

    #[test]
    fn flags_before_the_command_go_behind_it() {
        assert_eq!(moved("polydoctor --profile a check wallet.map"), "polydoctor check wallet.map --profile a");
        assert_eq!(moved("polydoctor --profile check check"), "polydoctor check --profile check");
        assert_eq!(moved("polydoctor --demo check x"), "polydoctor check x --demo");
        assert_eq!(moved("polydoctor --funder=0x1 keys derive -- x"), "polydoctor keys derive --funder=0x1 -- x");
        for same in
            ["polydoctor check --profile a", "polydoctor --profile check", "polydoctor", "polydoctor --bogus check"]
        {
            assert_eq!(moved(same), same);
        }
    }

    #[test]
    fn keys_and_phrases_are_recognised_and_other_values_are_not() {
        let key = "ac".repeat(32);
        assert_eq!(secret(&format!("0x{key}")), Some("a private key"));
        assert_eq!(secret(&format!("--private-key={key}")), Some("a private key"));
        assert_eq!(secret(&["test"; 12].join(" ")), Some("a recovery phrase"));
        assert_eq!(secret("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"), None);
        assert_eq!(secret("the order was refused and it says that the signature is wrong here"), None);
        assert_eq!(bare_key(&format!("{{\"market\": \"0x{key}\"}}")), None);
        assert_eq!(without_keys(&format!("a 0x{key} b")), "a 0x… b");
    }
}
