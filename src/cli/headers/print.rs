//! Signed headers as text, JSON or a command of curl.

use serde_json::{Map, Value, json};

use super::{Format, HeadersArgs};
use crate::cli::explained;
use crate::headers::{self, MASK, Signed, Unsigned};
use crate::settings::Settings;

pub(super) fn print(
    args: &HeadersArgs,
    unsigned: &Unsigned,
    signed: &Signed,
    settings: &Settings,
) -> anyhow::Result<String> {
    let shown = signed.headers.iter().map(|(name, value)| {
        // a secret in the place of an id is one all the same
        let is_secret = || settings.secrets().iter().any(|secret| secret.expose() == value);
        let hidden = !args.show_secrets && (headers::passphrase_variable(name, settings).is_some() || is_secret());
        (name, if hidden { MASK } else { value })
    });
    let explained = if args.explain { explained::text(&signed.explanation) } else { String::new() };
    Ok(match args.format {
        Format::Headers => {
            let lines: Vec<String> = shown.map(|(name, value)| format!("{name}: {value}\n")).collect();
            let gap = if args.explain { "\n" } else { "" };
            lines.concat() + gap + &explained
        }
        Format::Json => {
            let headers: Map<String, Value> = shown.map(|(name, value)| (name.to_owned(), value.into())).collect();
            let mut object = json!({ "method": unsigned.method, "path": unsigned.path, "headers": headers });
            if args.explain {
                explained::add_to(&mut object, &signed.explanation);
            }
            serde_json::to_string_pretty(&object)? + "\n"
        }
        Format::Curl => {
            // of standard input nothing is left for curl to read
            let file = args.body_file.as_ref().and_then(|path| path.to_str()).filter(|path| *path != "-");
            let command = headers::curl(unsigned, &signed.headers, settings, file, args.show_secrets)?;
            let comments: Vec<String> = explained.lines().map(|line| format!("# {line}\n")).collect();
            comments.concat() + &command + "\n"
        }
    })
}
