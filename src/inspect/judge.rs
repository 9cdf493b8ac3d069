//! What is wrong with one request: names, values and signature of its headers.

mod hmac_words;
mod values;

use alloy_primitives::{Address, Signature, U256};
use serde_json::json;

use super::finding::{Finding, add};
use super::hmac::{Encoding, Owner, Searched, Space};
use super::known::{Known, KnownCredentials};
use super::names::{self, Header};
use super::reading::{Fidelity, Request, Target};
use super::{Inspected, Kind, Outcome, l1};
use crate::auth::builder::builder_key_created_ms;
use crate::auth::contracts;
use crate::auth::l2::SecretKey;
use crate::cause::{Cause, Certainty};
use crate::endpoints;
use crate::text::quoted;

/// A header of the request, under the name that it has or should have.
struct Carried<'a> {
    header: Header,
    name: &'a str,
    value: &'a str,
}

/// A request under inspection.
struct Case<'a> {
    request: &'a Request,
    known: &'a Known,
    carried: Vec<Carried<'a>>,
    kind: Kind,
    findings: Vec<Finding>,
    notes: Vec<String>,
}

pub(super) fn inspect(request: &Request, known: &Known) -> Inspected {
    let carried: Vec<Carried<'_>> = request
        .headers
        .iter()
        .filter_map(|(name, value)| Some(Carried { header: names::canonical(name)?, name, value: value.trim() }))
        .collect();
    let kind = kind(request, &carried);
    let mut case = Case { request, known, carried, kind, findings: Vec::new(), notes: Vec::new() };
    case.names();
    case.values();
    let (mut outcome, mut reproduced_by) = match kind {
        Kind::L1 => case.l1(),
        Kind::L2 => case.hmac(Owner::User),
        Kind::Builder => case.hmac(Owner::Builder),
    };
    if kind == Kind::L2 && case.value(Header::BuilderSignature).is_some() {
        let (builder, reproduced) = case.hmac(Owner::Builder);
        if outcome == Outcome::Right && builder != Outcome::Unchecked {
            outcome = builder;
            reproduced_by = reproduced.or(reproduced_by);
        }
    }
    if outcome == Outcome::Right && case.findings.iter().any(|finding| finding.certainty == Certainty::Proven) {
        outcome = Outcome::Mistaken;
    }
    case.findings.sort_by_key(|finding| std::cmp::Reverse(finding.certainty));
    let target = request.target.as_ref();
    Inspected {
        kind,
        line: request.line,
        form: request.form,
        method: request.method.as_ref().map(|method| quoted(method, 20)),
        path: target.map(|target| quoted(&target.path, 120)),
        outcome,
        findings: case.findings,
        reproduced_by,
        notes: case.notes,
    }
}

fn kind(request: &Request, carried: &[Carried<'_>]) -> Kind {
    let has = |header: Header| carried.iter().any(|carried| carried.header == header);
    let path = request.target.as_ref().map(Target::signed_path);
    let is_wallet = |carried: &&Carried<'_>| carried.header == Header::Signature && carried.value.len() > 120;
    let posts = request.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case("post"));
    if has(Header::ApiKey) || has(Header::Passphrase) {
        Kind::L2
    } else if has(Header::Nonce)
        || carried.iter().find(is_wallet).is_some()
        || path == Some(endpoints::DERIVE)
        || (path == Some(endpoints::API_KEY) && posts)
    {
        Kind::L1
    } else if !has(Header::Signature) && names::BUILDER.into_iter().any(has) {
        Kind::Builder
    } else {
        Kind::L2
    }
}

impl<'a> Case<'a> {
    /// The value of a header, where it says something.
    fn value(&self, header: Header) -> Option<&'a str> {
        let carried = self.carried.iter().find(|carried| carried.header == header)?;
        (values::standing(carried.value) == values::Standing::Given).then_some(carried.value)
    }

    fn add(&mut self, finding: Finding) {
        add(&mut self.findings, finding);
    }

    fn required(&self) -> &'static [Header] {
        match self.kind {
            Kind::L1 => &names::L1,
            Kind::L2 => &names::L2,
            Kind::Builder => &names::BUILDER,
        }
    }

    /// Names that no server reads, and headers that are not there.
    fn names(&mut self) {
        let wrong: Vec<String> = self
            .carried
            .iter()
            .filter(|carried| !names::is_right(carried.name, carried.header))
            .map(|carried| format!("{} instead of {}", quoted(carried.name, 60), carried.header.name()))
            .collect();
        if !wrong.is_empty() {
            let summary = format!("Headers have names that the server does not read: {}", wrong.join(", "));
            let names = self.required().iter().map(|header| header.name()).collect::<Vec<_>>().join(", ");
            let finding = Finding::new(Cause::HeaderNames, Certainty::Likely, summary);
            self.add(finding.because(format!("the server reads {names}")));
        }
        let missing: Vec<&str> = self
            .required()
            .iter()
            .filter(|header| {
                let carried = self.carried.iter().find(|carried| carried.header == **header);
                carried.is_none_or(|carried| values::standing(carried.value) == values::Standing::Empty)
            })
            .map(|header| header.name())
            .collect();
        if !missing.is_empty() {
            let all = missing.len() == self.required().len();
            let summary = if all {
                format!("The request has none of the {} headers", self.kind.words().trim_end_matches(" request"))
            } else {
                format!("Missing or empty: {}", missing.join(", "))
            };
            let mut finding = Finding::new(Cause::HeaderMissing, Certainty::Likely, summary);
            if !all {
                let needs = self.required().iter().map(|header| header.name()).collect::<Vec<_>>().join(", ");
                finding = finding.because(format!("{} needs {needs}", an(self.kind.words())));
            }
            self.add(finding);
            let forwarded = ["via", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded"];
            let through =
                self.request.headers.iter().find(|(name, _)| forwarded.contains(&name.to_lowercase().as_str()));
            if let Some((name, _)) = through {
                let summary = "The request passed a proxy, which may have dropped headers with underscores";
                let finding = Finding::new(Cause::HeadersDropped, Certainty::Possible, summary);
                self.add(finding.because(format!("it carries {}", quoted(name, 40))));
            }
        }
        let hidden = self.carried.iter().filter(|carried| values::standing(carried.value) == values::Standing::Hidden);
        let hidden: Vec<&str> =
            hidden.map(|carried| carried.header.name()).filter(|name| !name.ends_with("PASSPHRASE")).collect();
        if !hidden.is_empty() {
            self.notes.push(format!("Hidden or a variable in this text, so not checked: {}", hidden.join(", ")));
        }
    }

    /// Units, formats, and whose the values are.
    fn values(&mut self) {
        for header in [Header::Timestamp, Header::BuilderTimestamp] {
            let Some(value) = self.value(header) else { continue };
            if let Some(said) = values::about_timestamp(value) {
                let finding =
                    Finding::new(Cause::TimestampUnit, Certainty::Likely, format!("{} {said}", header.name()));
                self.add(finding);
            }
            if let Some(finding) = self.known.sent_s.and_then(|sent_s| values::staleness(header, value, sent_s)) {
                self.add(finding);
            }
        }
        self.address();
        match self.kind {
            Kind::L1 => {}
            Kind::L2 => self.api_key(),
            Kind::Builder => self.builder_key(),
        }
        let known = self.known;
        for (header, credentials, cause) in [
            (Header::Passphrase, &known.user, Cause::CredentialsStale),
            (Header::BuilderPassphrase, &known.builder, Cause::BuilderCredentialsInvalid),
        ] {
            self.passphrase(header, credentials, cause);
        }
    }

    fn address(&mut self) {
        let Some(value) = self.value(Header::Address) else { return };
        let Ok(address) = value.parse::<Address>() else {
            let summary = format!("POLY_ADDRESS is not an address: {}", quoted(value, 60));
            return self.add(Finding::new(Cause::AddressHeader, Certainty::Likely, summary));
        };
        let Some(signer) = self.known.signer.filter(|signer| *signer != address) else {
            if self.known.signer.is_none() && self.known.funder == Some(address) {
                self.notes
                    .push("POLY_ADDRESS is the funder; for an account with a wallet it has to be the signer".into());
            }
            return;
        };
        let (certainty, whose) = match self.known.name_of(address) {
            Some(name) => (Certainty::Likely, format!("{name} ({address})")),
            None => (Certainty::Possible, format!("{address}, which the settings do not know")),
        };
        let finding = Finding::new(Cause::AddressHeader, certainty, format!("POLY_ADDRESS is {whose}, not the signer"));
        self.add(finding.because(format!("the private key in your settings belongs to {signer}")));
    }

    fn api_key(&mut self) {
        let Some(key) = self.value(Header::ApiKey) else { return };
        let (user, builder) = (&self.known.user.key, &self.known.builder.key);
        if user.as_deref() == Some(key) && builder.as_deref() != Some(key) {
            return;
        }
        if builder.as_deref() == Some(key) {
            let summary = "POLY_API_KEY is the builder key of your settings";
            return self.add(Finding::new(Cause::BuilderCredentialsAsUser, Certainty::Likely, summary));
        }
        if builder_key_created_ms(key).is_some() {
            let summary = "POLY_API_KEY looks like a builder key (a version 7 UUID)";
            self.add(Finding::new(Cause::BuilderCredentialsAsUser, Certainty::Likely, summary));
        }
        if uuid::Uuid::try_parse(key).is_err() && user.is_none() {
            self.notes.push("POLY_API_KEY is not a UUID; every real one is".to_owned());
        }
    }

    fn builder_key(&mut self) {
        let Some(key) = self.value(Header::BuilderKey) else { return };
        if self.known.builder.key.as_deref() != Some(key) && self.known.user.key.as_deref() == Some(key) {
            let summary = "POLY_BUILDER_API_KEY is the API key of your settings, not a builder key";
            self.add(Finding::new(Cause::UserCredentialsAsBuilder, Certainty::Likely, summary));
        }
    }

    /// Compares a passphrase with the configured one of the same key.
    fn passphrase(&mut self, header: Header, credentials: &KnownCredentials, cause: Cause) {
        let Some(value) = self.value(header).filter(|value| value.len() > 3) else { return };
        let Some(passphrase) = &credentials.passphrase else { return };
        let own = if header == Header::Passphrase { Header::ApiKey } else { Header::BuilderKey };
        if credentials.key.is_none() || self.value(own) != credentials.key.as_deref() {
            return;
        }
        if !crate::secret::same_text(passphrase.expose().trim(), value) {
            let summary = format!("{} is not the passphrase that your settings have for this key", header.name());
            self.add(Finding::new(cause, Certainty::Likely, summary));
        }
    }

    fn l1(&mut self) -> (Outcome, Option<serde_json::Value>) {
        const UNCHECKED: (Outcome, Option<serde_json::Value>) = (Outcome::Unchecked, None);
        let (Some(signature), Some(timestamp)) = (self.value(Header::Signature), self.value(Header::Timestamp)) else {
            return UNCHECKED;
        };
        let Some(address) = self.value(Header::Address).and_then(|value| value.parse::<Address>().ok()) else {
            return UNCHECKED;
        };
        let nonce = match self.value(Header::Nonce).map(str::parse::<U256>) {
            Some(Ok(nonce)) => nonce,
            None => U256::ZERO,
            Some(Err(_)) => {
                let summary = "POLY_NONCE is not a whole number";
                self.add(Finding::new(Cause::L1NonceMismatch, Certainty::Likely, summary));
                U256::ZERO
            }
        };
        let signature = match values::wallet_signature(signature) {
            values::WalletSignature::Plain(signature) => signature,
            values::WalletSignature::Changed(signature, said) => {
                self.add(Finding::new(Cause::SignatureEncoding, Certainty::Likely, format!("POLY_SIGNATURE {said}")));
                signature
            }
            values::WalletSignature::Not(said) => {
                self.add(Finding::new(Cause::SignatureEncoding, Certainty::Likely, format!("POLY_SIGNATURE {said}")));
                return UNCHECKED;
            }
        };
        let claimed = l1::Claimed { address, timestamp, nonce };
        if let Some(recovered) = l1::search(&signature, &claimed, self.known) {
            return self.recovered(recovered, address);
        }
        self.unrecovered(&signature, &claimed);
        (Outcome::Unexplained, None)
    }

    fn recovered(&mut self, recovered: l1::Recovered, address: Address) -> (Outcome, Option<serde_json::Value>) {
        let l1::Recovered { signer, mistakes, reproduced_by } = recovered;
        let proof = format!("the signature over it recovers to {signer}");
        let is_right = mistakes.is_empty();
        for (cause, words) in mistakes {
            let summary = match cause {
                Cause::WrongChainId => format!("Signed with {words}, not {}", self.known.chain_id()),
                Cause::L1NonceMismatch => format!("Signed with {words}; POLY_NONCE says otherwise"),
                Cause::TimestampUnit => format!("Signed with {words}; POLY_TIMESTAMP says otherwise"),
                Cause::AddressHeader => format!("Signed with {words}; POLY_ADDRESS says otherwise"),
                _ => format!("Signed with {words}"),
            };
            self.add(Finding::new(cause, Certainty::Proven, summary).because(proof.clone()));
        }
        if signer != address {
            let whose = self.known.name_of(address).map_or_else(String::new, |name| format!(" ({name})"));
            let summary = format!("The signer is {signer}, but POLY_ADDRESS is {address}{whose}");
            let finding = Finding::new(Cause::AddressHeader, Certainty::Proven, summary);
            self.add(finding.because("the signature recovers to the signer of your settings".to_owned()));
        }
        let chain_id = self.known.chain_id();
        if is_right && contracts::chain(chain_id).is_none() {
            let summary = format!("Signed with chain id {chain_id}, which Polymarket does not run on");
            self.add(Finding::new(Cause::WrongChainId, Certainty::Proven, summary).because(proof));
        } else if is_right
            && let Some(finding) = self.findings.iter_mut().find(|finding| finding.cause == Cause::TimestampUnit)
        {
            // what was signed is what the header says
            finding.certainty = Certainty::Proven;
            finding.because.push(proof);
        }
        let outcome = if self.findings.iter().any(|finding| finding.certainty == Certainty::Proven) {
            Outcome::Mistaken
        } else {
            Outcome::Right
        };
        (outcome, Some(reproduced_by))
    }

    fn unrecovered(&mut self, signature: &Signature, claimed: &l1::Claimed<'_>) {
        let recovered = l1::plain_signer(signature, claimed, self.known.chain_id());
        let summary = "The wallet signature does not recover to POLY_ADDRESS under any known variant";
        let mut finding = Finding::new(Cause::L1SignerMismatch, Certainty::Likely, summary);
        if let Some(recovered) = recovered {
            finding = finding.because(format!("over these headers it recovers to {recovered}"));
            if let Some(name) = self.known.name_of(recovered) {
                finding = finding.because(format!("that is {name}"));
            }
        }
        self.add(finding.because("another key signed, or something else was signed".to_owned()));
    }

    fn hmac(&mut self, owner: Owner) -> (Outcome, Option<serde_json::Value>) {
        const UNCHECKED: (Outcome, Option<serde_json::Value>) = (Outcome::Unchecked, None);
        let (header, time) = match owner {
            Owner::Builder => (Header::BuilderSignature, Header::BuilderTimestamp),
            _ => (Header::Signature, Header::Timestamp),
        };
        let (Some(signature), Some(timestamp)) = (self.value(header), self.value(time)) else { return UNCHECKED };
        let Some((target, encoding)) = Encoding::of(signature) else {
            let said = if signature.len() > 120 {
                "is a wallet signature; it has to be an HMAC"
            } else {
                "is not 32 bytes in base64: part of it is missing, or it is something else"
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
                self.notes.push(format!(
                    "The signature was not checked: there is no {} in your settings",
                    if owner == Owner::Builder { "builder secret" } else { "API secret" }
                ));
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
                    finding.because.push("the signature covers this very text".to_owned());
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
        let name = if owner == Owner::Builder { "builder secret" } else { "API secret" };
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
        let header = if owner == Owner::Builder { Header::BuilderKey } else { Header::ApiKey };
        let (Some(key), Some(own)) = (self.value(header), &credentials.key) else { return };
        let swapped = [Cause::BuilderCredentialsAsUser, Cause::UserCredentialsAsBuilder];
        if signed_by != owner || key == own {
            return;
        }
        let evidence = "the secret in your settings gives the captured signature";
        if let Some(finding) = self.findings.iter_mut().find(|finding| swapped.contains(&finding.cause)) {
            finding.certainty = Certainty::Proven;
            finding.because.push(format!("{evidence}, and it belongs to a different key"));
        } else {
            let summary = format!("{} is not the key that the secret in your settings belongs to", header.name());
            let finding = Finding::new(Cause::WrongSecret, Certainty::Proven, summary);
            self.add(finding.because(evidence));
        }
    }

    fn unexplained(&mut self, credentials: &KnownCredentials, owner: Owner, is_whole: bool) {
        let header = if owner == Owner::Builder { Header::BuilderKey } else { Header::ApiKey };
        let key = self.value(header);
        let is_own = key.is_some() && key == credentials.key.as_deref();
        let lacks_body = self.request.fidelity == Fidelity::Unknown && self.request.body.is_none();
        let certainty = if is_own && !lacks_body { Certainty::Likely } else { Certainty::Possible };
        let summary = "No known mistake gives this signature with the secrets in your settings";
        let mut finding = Finding::new(Cause::WrongSecret, certainty, summary);
        if !is_own && key.is_some() && credentials.key.is_some() {
            finding = finding.because(format!("{} is not the key in your settings", header.name()));
        }
        if lacks_body {
            finding = finding.because("the text does not show the body, which is signed too".to_owned());
        }
        if !is_whole {
            finding = finding.because("not every pair of mistakes was tried: that would take too long".to_owned());
        }
        self.add(finding);
    }
}

fn an(words: &str) -> String {
    let article = if words.starts_with('L') { "An" } else { "A" };
    format!("{article} {words}")
}
