//! The HMAC of an L2 or builder request.

use serde_json::json;

use super::{Case, Reproduced, UNCHECKED, hmac_words};
use crate::auth::l2::SecretKey;
use crate::cause::{Cause, Certainty};
use crate::inspect::Outcome;
use crate::inspect::finding::Finding;
use crate::inspect::hmac::{self, Encoding, Owner, Searched, Space};
use crate::inspect::known::KnownCredentials;
use crate::inspect::names::Header;
use crate::inspect::reading::Fidelity;

impl Case<'_> {
    pub(super) fn hmac(&mut self, owner: Owner) -> Reproduced {
        let (header, time) = match owner {
            Owner::Builder => (Header::BuilderSignature, Header::BuilderTimestamp),
            _ => (Header::Signature, Header::Timestamp),
        };
        let (Some(signature), Some(timestamp)) = (self.value(header), self.value(time)) else { return UNCHECKED };
        let Some((target, encoding)) = Encoding::of(signature) else {
            if let Some(target) = hmac::long(signature)
                && Space::of(self.request, timestamp, owner, self.known).is_sha512(&target)
            {
                let summary = format!("{} is an HMAC with SHA-512; the CLOB uses SHA-256", header.name());
                let finding = Finding::new(Cause::SignatureEncoding, Certainty::Proven, summary);
                let finding = finding.because("recomputing it with SHA-512 reproduces the captured signature");
                self.add(finding.fix("Use SHA-256 for the HMAC"));
                return (Outcome::Mistaken, None);
            }
            let said = if signature.len() > 120 {
                "is a wallet signature; it must be an HMAC"
            } else {
                "is not 32 bytes in base64: part of it is missing, or it is not a signature"
            };
            let summary = format!("{} {said}", header.name());
            self.add(Finding::new(Cause::SignatureEncoding, Certainty::Likely, summary));
            return UNCHECKED;
        };
        let known = self.known;
        let space = Space::of(self.request, timestamp, owner, known);
        let searched = space.search(&target);
        let is_reproduced = matches!(searched, Searched::Found(_));
        if !encoding.is_right() {
            let certainty = if is_reproduced { Certainty::Proven } else { Certainty::Likely };
            let summary = format!("{} is {}, not URL-safe base64 with padding", header.name(), encoding.words());
            let mut finding = Finding::new(Cause::SignatureEncoding, certainty, summary);
            if is_reproduced {
                finding = finding.because("its bytes are those of the recomputed signature".to_owned());
            }
            self.add(finding);
        }
        let credentials = if owner == Owner::Builder { &known.builder } else { &known.user };
        self.configured_secret(credentials, owner, is_reproduced);
        match searched {
            Searched::NoKey => {
                self.notes
                    .push(format!("The signature was not checked: there is no {} in your settings", owner.words()));
                UNCHECKED
            }
            Searched::Nothing { is_whole } => {
                self.unexplained(credentials, owner, is_whole);
                (Outcome::Unexplained, None)
            }
            Searched::Found(found) => {
                let before = self.findings.len();
                for finding in hmac_words::findings(&found, self.request, timestamp, header) {
                    self.add(finding);
                }
                if let Some(finding) = self
                    .findings
                    .iter_mut()
                    .take(before)
                    .find(|finding| finding.cause == Cause::TimestampUnit && finding.certainty != Certainty::Proven)
                {
                    finding.certainty = Certainty::Proven;
                    finding.because.push("the signature covers exactly this text".to_owned());
                }
                self.key_of_secret(credentials, found.key.owner, owner);
                let [timestamp, method, path, body] = &found.parts;
                let is_mistaken = found.mistakes().next().is_some() || !encoding.is_right();
                let reproduced = json!({
                    "timestamp": timestamp.text,
                    "method": method.text,
                    "path": path.text,
                    "body": body.words,
                    "secret": found.key.words,
                    "encoding": encoding.words(),
                });
                (if is_mistaken { Outcome::Mistaken } else { Outcome::Right }, Some(reproduced))
            }
        }
    }

    /// A secret of the settings that no client would decode to 32 bytes.
    fn configured_secret(&mut self, credentials: &KnownCredentials, owner: Owner, is_reproduced: bool) {
        let Some(secret) = credentials.secret.as_ref().filter(|secret| !secret.is_empty()) else { return };
        let name = owner.words();
        let certainty = if is_reproduced { Certainty::Proven } else { Certainty::Likely };
        match SecretKey::decode(secret) {
            Err(error) => {
                let summary = format!("The {name} in your settings cannot be decoded");
                self.add(Finding::new(Cause::SecretEncoding, Certainty::Likely, summary).because(error.to_string()));
            }
            Ok(key) if key.form.hex => {
                let summary = format!("The {name} in your settings is hex, which decodes to the wrong key");
                self.add(Finding::new(Cause::SecretEncoding, certainty, summary));
            }
            Ok(key) if !key.form.is_usual_length() => {
                let summary = format!("The {name} in your settings is {} bytes, not 32", key.form.bytes);
                self.add(Finding::new(Cause::SecretEncoding, Certainty::Possible, summary));
            }
            Ok(key) => {
                if let Some(who) = key.form.refused_by() {
                    self.notes.push(format!("The {name} in your settings ({}) is rejected by {who}", key.form));
                }
            }
        }
    }

    /// The secret signed for a key that is not its own.
    fn key_of_secret(&mut self, credentials: &KnownCredentials, signed_by: Owner, owner: Owner) {
        let header = key_header(owner);
        let (Some(key), Some(own)) = (self.value(header), &credentials.key) else { return };
        // what is in its place, or around it, is named already
        let is_named = self.findings.iter().any(|finding| finding.cause == Cause::CredentialsStale);
        if key.trim_matches(['"', '\'']).eq_ignore_ascii_case(own) || is_named {
            return;
        }
        let swapped = [Cause::BuilderCredentialsAsUser, Cause::UserCredentialsAsBuilder];
        if signed_by != owner || key == own {
            return;
        }
        let evidence = "the secret in your settings reproduces the captured signature";
        if let Some(finding) = self.findings.iter_mut().find(|finding| swapped.contains(&finding.cause)) {
            finding.certainty = Certainty::Proven;
            finding.because.push(format!("{evidence}, and it belongs to a different key"));
        } else {
            let summary = format!("{} is not the key of the secret in your settings", header.name());
            let finding = Finding::new(Cause::WrongSecret, Certainty::Proven, summary);
            self.add(finding.because(evidence));
        }
    }

    fn unexplained(&mut self, credentials: &KnownCredentials, owner: Owner, is_whole: bool) {
        let header = key_header(owner);
        let key = self.value(header);
        let is_own = key.is_some() && key == credentials.key.as_deref();
        let lacks_body = self.request.fidelity == Fidelity::Unknown && self.request.body.is_none();
        let certainty = if is_own && !lacks_body { Certainty::Likely } else { Certainty::Possible };
        let summary = "No known mistake reproduces this signature with the secrets in your settings";
        let mut finding = Finding::new(Cause::WrongSecret, certainty, summary);
        if !is_own && key.is_some() && credentials.key.is_some() {
            finding = finding.because(format!("{} is not the key in your settings", header.name()));
        }
        if lacks_body {
            finding = finding.because("the text does not contain the body, which is also signed".to_owned());
        }
        if !is_whole {
            finding = finding.because("not every pair of mistakes was tried: that would take too long".to_owned());
        }
        self.add(finding);
    }
}

/// The header with the id of the key that the secret belongs to.
fn key_header(owner: Owner) -> Header {
    if owner == Owner::Builder { Header::BuilderKey } else { Header::ApiKey }
}
