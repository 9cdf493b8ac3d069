//! Names of the headers of a request: wrong ones, missing ones, and those that are elsewhere.

use super::super::finding::Finding;
use super::super::names::{self as headers, Header};
use super::super::{Kind, Outcome};
use super::{Case, values};
use crate::cause::{Cause, Certainty};
use crate::endpoints;
use crate::text::quoted;

impl Case<'_> {
    /// Names that no server reads, and headers that are not there.
    pub(super) fn names(&mut self) {
        self.wrong_names();
        self.missing();
        self.misplaced();
        self.repeated();
        self.hidden();
    }

    fn wrong_names(&mut self) {
        let wrong: Vec<String> = self
            .carried
            .iter()
            .filter(|carried| !headers::is_right(carried.name, carried.header))
            .map(|carried| format!("{} instead of {}", quoted(carried.name, 60), carried.header.name()))
            .collect();
        if !wrong.is_empty() {
            let summary = format!("Header names that the server does not read: {}", wrong.join(", "));
            let names = self.required().iter().map(|header| header.name()).collect::<Vec<_>>().join(", ");
            let finding = Finding::new(Cause::HeaderNames, Certainty::Likely, summary);
            let finding = finding.because(format!("the server reads {names}"));
            self.add(if self.is_of_clob() {
                finding
            } else {
                finding.fix(format!("Send {names}, spelled so")).without_code()
            });
        }
    }

    fn missing(&mut self) {
        let missing: Vec<&str> = self
            .required()
            .iter()
            .filter(|header| {
                let carried = self.carried.iter().find(|carried| carried.header == **header);
                carried.is_none_or(|carried| values::standing(carried.value) == values::ValuePresence::Empty)
            })
            .map(|header| header.name())
            .collect();
        if self.request.hides_headers {
            return self.notes.push("This text does not show the headers, so they were not checked".to_owned());
        }
        if !missing.is_empty() {
            let all = missing.len() == self.required().len();
            let summary = if all {
                format!("The request has none of the {} headers", self.kind.words().trim_end_matches(" request"))
            } else {
                format!("Missing or empty: {}", missing.join(", "))
            };
            let is_bare_relayer = all && self.kind == Kind::Relayer;
            let cause = match self.kind {
                _ if is_bare_relayer => Cause::RelayerCredentialsMissing,
                Kind::Us if all => Cause::UsCredentialsMissing,
                _ => Cause::HeaderMissing,
            };
            let summary = if is_bare_relayer {
                "The request has neither a relayer API key nor builder headers".to_owned()
            } else {
                summary
            };
            let mut finding = Finding::new(cause, Certainty::Likely, summary);
            if !is_bare_relayer && !self.is_of_clob() {
                let names = self.required().iter().map(|header| header.name()).collect::<Vec<_>>().join(", ");
                finding = finding.fix(format!("Send all of {names}")).without_code();
            }
            if !all {
                let needs = self.required().iter().map(|header| header.name()).collect::<Vec<_>>().join(", ");
                finding = finding.because(format!("{} needs {needs}", an(self.kind.words())));
            }
            if is_bare_relayer {
                let left_out = "the official relayer client sends no headers where it could not make builder headers";
                finding = finding.because(left_out);
            }
            let has_token = self.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
            if all && has_token {
                finding = finding.because("its Authorization header is not read");
            }
            self.add(finding);
            let forwarded = ["via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded"];
            let through =
                self.request.headers.iter().find(|(name, _)| forwarded.contains(&name.to_lowercase().as_str()));
            if let Some((name, _)) = through {
                let summary = "The request went through a proxy, which may have dropped headers with underscores";
                let finding = Finding::new(Cause::HeadersDropped, Certainty::Possible, summary);
                self.add(finding.because(format!("it contains {}", quoted(name, 40))));
            }
        }
    }

    /// Whether its headers are those of L1 or L2, which the words of the causes are about.
    fn is_of_clob(&self) -> bool {
        !matches!(self.kind, Kind::Builder | Kind::Relayer | Kind::Us)
    }

    /// What the text does not show.
    fn hidden(&mut self) {
        let hidden =
            self.carried.iter().filter(|carried| values::standing(carried.value) == values::ValuePresence::Hidden);
        let hidden: Vec<&str> = hidden
            .map(|carried| carried.header.name())
            .filter(|name| !name.ends_with("PASSPHRASE") && *name != "RELAYER_API_KEY")
            .collect();
        if !hidden.is_empty() {
            self.notes.push(format!("Hidden, or a variable in this text, so not checked: {}", hidden.join(", ")));
        }
    }

    /// Headers that are in the body or in the query.
    fn misplaced(&mut self) {
        let is_there = |header: Header| self.value(header).is_some();
        let missing: Vec<Header> = self.required().iter().copied().filter(|header| !is_there(*header)).collect();
        let body = self.request.body.as_deref().unwrap_or_default();
        let query = self.request.target.as_ref().and_then(|target| target.query.as_deref()).unwrap_or_default();
        for (place, text, fix) in [
            ("body", body, "Pass them as the request headers: in axios, the third argument of post"),
            ("query", query, "Send them as headers, not as parameters of the URL"),
        ] {
            let found: Vec<&str> =
                missing.iter().filter(|header| has_word(text, header.name())).map(|header| header.name()).collect();
            if found.len() >= 2 {
                let summary = format!("Headers are in the {place} of the request: {}", found.join(", "));
                let finding = Finding::new(Cause::HeaderMissing, Certainty::Likely, summary).fix(fix).without_code();
                // it says more than that they are missing
                self.findings.retain(|finding| finding.cause != Cause::HeaderMissing);
                self.add(finding);
            }
        }
    }

    /// Headers of one kind at a call that takes another.
    pub(super) fn of_other_call(&mut self, outcome: Outcome) {
        let Some(target) = &self.request.target else { return };
        let method = self.request.method.as_deref().unwrap_or_default().to_ascii_uppercase();
        let path = target.signed_path();
        let call = format!("{method} {}", quoted(path, 60));
        let takes_l1 = matches!((method.as_str(), path), ("GET", endpoints::DERIVE) | ("POST", endpoints::API_KEY));
        let is_known = target.is_signed() && !takes_l1 && path != endpoints::API_KEY;
        let has_clob = self.carried.iter().any(|carried| carried.header.is_of_clob());
        let has_relayer = self.carried.iter().any(|carried| !carried.header.is_of_clob());
        let finding = match self.kind {
            Kind::L2 if takes_l1 && self.carried.iter().any(|carried| carried.header == Header::ApiKey) => {
                let summary = format!("{call} needs L1 headers, signed with the private key; these are L2 headers");
                let needs = headers::L1.map(Header::name).join(", ");
                Finding::new(Cause::HeaderMissing, Certainty::Likely, summary).because(format!("it needs {needs}"))
            }
            Kind::L1 if is_known => {
                let summary = format!("{call} needs L2 headers, signed with the API secret; these are L1 headers");
                let needs = headers::L2.map(Header::name).join(", ");
                Finding::new(Cause::HeaderMissing, Certainty::Likely, summary).because(format!("it needs {needs}"))
            }
            Kind::L1 | Kind::L2 if target.is_relayer() && has_clob && !has_relayer => {
                let summary = "The relayer does not read the CLOB's POLY_ headers";
                Finding::new(Cause::RelayerCredentialsMissing, Certainty::Likely, summary)
                    .because("it accepts POLY_BUILDER_* headers, or RELAYER_API_KEY with RELAYER_API_KEY_ADDRESS")
            }
            _ => return,
        };
        if outcome == Outcome::Right && takes_l1 {
            // what was signed is right, so whoever wrote this may know better
            return self.notes.push(finding.summary);
        }
        self.findings.retain(|known| known.cause != Cause::HeaderMissing);
        self.add(finding);
    }

    /// One header twice, with different values: which of them is read is a matter of the server.
    fn repeated(&mut self) {
        let repeated: Vec<&str> = self
            .carried
            .iter()
            .enumerate()
            .filter(|(place, carried)| {
                let others = &self.carried[..*place];
                others.iter().any(|other| other.header == carried.header && other.value != carried.value)
            })
            .map(|(_, carried)| carried.header.name())
            .collect();
        if !repeated.is_empty() {
            let summary = format!("Sent more than once, with different values: {}", repeated.join(", "));
            let finding = Finding::new(Cause::HeaderNames, Certainty::Possible, summary);
            self.add(finding.fix("Send each header once; a proxy or an HTTP client may add its own").without_code());
        }
    }
}

/// Whether a name is in a text as a whole word.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(place, _)| !text[..place].ends_with(is_part) && !text[place + word.len()..].starts_with(is_part))
}

fn an(words: &str) -> String {
    let article = if words.starts_with('L') { "An" } else { "A" };
    format!("{article} {words}")
}
