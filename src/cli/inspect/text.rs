//! What was found, for a person.

use crate::cause::{CauseWords, Certainty};
use crate::cli::wrap;
use crate::inspect::{Finding, Inspected, Inspection};
use crate::render::Style;

pub(super) fn text(inspection: &Inspection, style: Style) -> String {
    let mut out = String::new();
    for exposure in &inspection.exposed {
        let title = format!("This text contains a secret: {}, line {}", exposure.kind, exposure.line);
        line(&mut out, &bold(&title, style));
        wrapped(&mut out, &format!("If it was posted anywhere: {}", exposure.fix), "  ");
    }
    for request in &inspection.requests {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&request_text(request, style));
    }
    if !inspection.unread.is_empty() {
        out.push('\n');
    }
    for unread in &inspection.unread {
        wrapped(&mut out, &format!("Not read, line {}: {}", unread.line, unread.text), "");
    }
    style.fit(&out)
}

/// One request or order, and what was found about it.
pub(in crate::cli) fn request_text(request: &Inspected, style: Style) -> String {
    let mut text = String::new();
    of_request(&mut text, request, style);
    text
}

fn of_request(out: &mut String, request: &Inspected, style: Style) {
    line(out, &bold(&request.title(), style));
    wrapped(out, request.signature_words(), "  ");
    let signed = |name: &str| request.order.as_ref().and_then(|order| order[name].as_str());
    if let (Some(signer), Some(exchange)) = (signed("signed_by"), signed("signed_for")) {
        wrapped(out, &format!("Signed by {signer} for {exchange}"), "  ");
    }
    for (place, finding) in request.findings.iter().enumerate() {
        out.push('\n');
        of_finding(out, finding, place == 0, style);
    }
    for note in &request.notes {
        wrapped(out, &format!("Note: {note}"), "  ");
    }
    if let Some(on_chain) = &request.on_chain {
        wrapped(out, &on_chain.sentence, "  ");
    }
    if !request.changes.is_empty() {
        out.push('\n');
        line(out, "  To be accepted:");
    }
    for (place, change) in request.changes.iter().enumerate() {
        line(out, &wrap::wrapped(&format!("{}. {change}", place + 1), "    ", "       "));
    }
}

fn of_finding(out: &mut String, finding: &Finding, is_first: bool, style: Style) {
    let heading = format!("{}: {}", finding.certainty.heading(is_first), finding.summary);
    let start = out.len();
    wrapped(out, &heading, "  ");
    if finding.certainty == Certainty::Proven && style.color {
        let printed = out.split_off(start);
        out.push_str(&bold(printed.trim_end(), style));
        out.push('\n');
    }
    for evidence in &finding.because {
        wrapped(out, &format!("Evidence: {evidence}"), "    ");
    }
    wrapped(out, &format!("Fix: {}", finding.fix), "    ");
    let words = finding.cause.words();
    if finding.has_code {
        code(out, words);
    }
    line(out, &format!("    More: polydoctor explain {}", finding.cause.name()));
}

fn code(out: &mut String, words: &CauseWords) {
    for command in &words.commands {
        line(out, &format!("      $ {command}"));
    }
    for (language, code) in words.clients.iter() {
        line(out, &format!("      {language:<10}  {code}"));
    }
}

fn wrapped(out: &mut String, text: &str, indent: &str) {
    line(out, &wrap::wrapped(text, indent, &format!("{indent}  ")));
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn bold(text: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}
