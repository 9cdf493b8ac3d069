//! Signed headers as text, JSON or a command of curl.

use alloy_primitives::hex;
use serde_json::{Map, Value, json};

use super::{Format, HeadersArgs};
use crate::auth::explain::{self, Explanation, Part};
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
    let explained = if args.explain { text(&signed.explanation) } else { String::new() };
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
                add_explanation(&mut object, &signed.explanation);
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

fn add_explanation(object: &mut Value, explanation: &Explanation) {
    let part =
        |part: &Part| json!({ "label": part.label, "text": part.text, "bytes": hex::encode_prefixed(&part.bytes) });
    let sections: Vec<Value> = explanation
        .sections
        .iter()
        .map(|section| {
            let parts: Vec<Value> = section.parts.iter().map(part).collect();
            json!({ "title": section.title, "parts": parts, "hash": section.hash.as_ref().map(part) })
        })
        .collect();
    object["message"] = explanation.message().into();
    object["sections"] = sections.into();
    object["signed_by"] = explanation.signed_by.clone().into();
}

fn text(explanation: &Explanation) -> String {
    let mut lines = Vec::new();
    for section in &explanation.sections {
        lines.push(format!("{}, {} bytes", section.title, section.bytes().len()));
        if let Some(hash) = &section.hash {
            lines.extend(section.parts.iter().chain([hash]).map(hashed));
            continue;
        }
        for Part { label, text, .. } in &section.parts {
            let text = if text.is_empty() { "(none)".to_owned() } else { explain::visible(text, false) };
            lines.push(format!("  {label:<16}  {text}"));
        }
        lines.extend(explain::hex_rows(&section.bytes(), 16).map(|row| format!("  {row}")));
    }
    lines.extend(explanation.signed_by.iter().map(|signed_by| format!("Signed by {signed_by}")));
    lines.into_iter().map(|line| line + "\n").collect()
}

fn hashed(part: &Part) -> String {
    format!("  {:<16}  {}  {}", part.label, hex::encode(&part.bytes), part.text)
}
