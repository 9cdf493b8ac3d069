//! What is signed, part by part, as text and JSON.

use alloy_primitives::hex;
use serde_json::{Value, json};

use crate::auth::explain::{self, Explanation, Part};

/// Adds it to an object.
pub(super) fn add_to(object: &mut Value, explanation: &Explanation) {
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

pub(super) fn text(explanation: &Explanation) -> String {
    let mut lines = Vec::new();
    let labels = explanation.sections.iter().flat_map(|section| &section.parts).map(|part| part.label.len());
    let width = labels.max().unwrap_or_default().max(16);
    for section in &explanation.sections {
        lines.push(format!("{}, {} bytes", section.title, section.bytes().len()));
        if let Some(hash) = &section.hash {
            lines.extend(section.parts.iter().chain([hash]).map(|part| hashed(part, width)));
            continue;
        }
        for Part { label, text, .. } in &section.parts {
            let text = if text.is_empty() { "(none)".to_owned() } else { explain::visible(text, false) };
            lines.push(format!("  {label:<width$}  {text}"));
        }
        lines.extend(explain::hex_rows(&section.bytes(), 16).map(|row| format!("  {row}")));
    }
    lines.extend(explanation.signed_by.iter().map(|signed_by| format!("Signed by {signed_by}")));
    lines.into_iter().map(|line| line + "\n").collect()
}

fn hashed(part: &Part, width: usize) -> String {
    format!("  {:<width$}  {}  {}", part.label, hex::encode(&part.bytes), part.text)
}
