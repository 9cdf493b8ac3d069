//! What is wrong with one request: names, values and signature of its headers.

mod hmac;
mod hmac_words;
mod names;
mod order;
mod relay;
mod relayer;
mod us;
mod values;
mod wallet;

use alloy_primitives::Address;

use super::finding::{Finding, add};
use super::hmac::Owner;
use super::known::{Known, KnownCredentials};
use super::names::{self as headers, Header};
use super::reading::{Request, Target};
use super::{Inspected, Kind, Outcome};
use crate::auth::builder::builder_key_created_ms;
use crate::auth::placeholder::is_placeholder;
use crate::cause::{Cause, Certainty};
use crate::endpoints;
use crate::secret::Secret;
use crate::text::quoted;

pub(super) use order::inspect as inspect_order;
pub(super) use relay::inspect as inspect_transaction;

/// What a signature came to, and the variant that gives its bytes.
type Reproduced = (Outcome, Option<serde_json::Value>);

const UNCHECKED: Reproduced = (Outcome::Unchecked, None);

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

/// Puts the certain findings first; what carries a proven mistake is not right, whatever its signature is.
fn settle(findings: &mut [Finding], outcome: &mut Outcome) {
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.certainty));
    if *outcome == Outcome::Right && findings.iter().any(|finding| finding.certainty == Certainty::Proven) {
        *outcome = Outcome::Mistaken;
    }
}

pub(super) fn inspect(request: &Request, known: &Known) -> Inspected {
    let carried: Vec<Carried<'_>> = request
        .headers
        .iter()
        .filter_map(|(name, value)| Some(Carried { header: headers::canonical(name)?, name, value: value.trim() }))
        .collect();
    let kind = kind(request, &carried);
    let mut case = Case { request, known, carried, kind, findings: Vec::new(), notes: Vec::new() };
    case.names();
    case.values();
    let (mut outcome, mut reproduced_by) = match kind {
        Kind::L1 => case.l1(),
        Kind::L2 | Kind::Order | Kind::Transaction => case.hmac(Owner::User),
        // with a relayer API key nothing is signed: the key itself is sent
        Kind::Relayer if case.value(Header::BuilderSignature).is_none() => UNCHECKED,
        Kind::Builder | Kind::Relayer => case.hmac(Owner::Builder),
        Kind::Us => case.us(),
    };
    if kind == Kind::L2 && case.value(Header::BuilderSignature).is_some() {
        let (builder, reproduced) = case.hmac(Owner::Builder);
        if outcome == Outcome::Right && builder != Outcome::Unchecked {
            outcome = builder;
            reproduced_by = reproduced.or(reproduced_by);
        }
    }
    case.of_other_call(outcome);
    settle(&mut case.findings, &mut outcome);
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
        order: None,
        transaction: None,
        changes: Vec::new(),
        question: None,
        on_chain: None,
    }
}

/// Whether this is the value of a secret, and neither a mask nor what examples have in its place.
pub(super) fn is_shown(secret: &str) -> bool {
    let secret = secret.trim();
    secret.len() > 5 && values::standing(secret) == values::ValuePresence::Given && !is_placeholder(secret)
}

fn kind(request: &Request, carried: &[Carried<'_>]) -> Kind {
    let has = |header: Header| carried.iter().any(|carried| carried.header == header);
    let path = request.target.as_ref().map(Target::signed_path);
    let is_wallet = |carried: &&Carried<'_>| carried.header == Header::Signature && carried.value.len() > 120;
    let is_relayer = request.target.as_ref().is_some_and(Target::is_relayer);
    let posts = request.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case("post"));
    if headers::US.into_iter().any(has) || request.target.as_ref().is_some_and(Target::is_us) {
        Kind::Us
    } else if headers::RELAYER.into_iter().any(has) || (is_relayer && carried.is_empty()) {
        Kind::Relayer
    } else if has(Header::ApiKey) || has(Header::Passphrase) {
        Kind::L2
    } else if has(Header::Nonce)
        || carried.iter().find(is_wallet).is_some()
        || path == Some(endpoints::DERIVE)
        || (path == Some(endpoints::API_KEY) && posts)
    {
        Kind::L1
    } else if !has(Header::Signature) && headers::BUILDER.into_iter().any(has) {
        Kind::Builder
    } else {
        Kind::L2
    }
}

impl<'a> Case<'a> {
    /// The value of a header, where it says something.
    fn value(&self, header: Header) -> Option<&'a str> {
        let carried = self.carried.iter().find(|carried| carried.header == header)?;
        (values::standing(carried.value) == values::ValuePresence::Given).then_some(carried.value)
    }

    fn add(&mut self, finding: Finding) {
        add(&mut self.findings, finding);
    }

    fn required(&self) -> &'static [Header] {
        match self.kind {
            Kind::L1 => &headers::L1,
            Kind::L2 | Kind::Order | Kind::Transaction => &headers::L2,
            Kind::Relayer => &headers::RELAYER,
            Kind::Builder => &headers::BUILDER,
            Kind::Us => &headers::US,
        }
    }

    /// Units, formats, and whose the values are.
    fn values(&mut self) {
        if self.kind == Kind::Us {
            return self.us_values();
        }
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
        self.wrapped();
        self.address();
        match self.kind {
            Kind::L1 | Kind::Order | Kind::Transaction | Kind::Us => {}
            Kind::Relayer => self.relayer_key(),
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

    /// Quotes that are a part of a value.
    fn wrapped(&mut self) {
        let quotes = ['"', '\''];
        for (header, cause) in [
            (Header::ApiKey, Cause::CredentialsStale),
            (Header::Passphrase, Cause::CredentialsStale),
            (Header::BuilderKey, Cause::BuilderCredentialsInvalid),
            (Header::BuilderPassphrase, Cause::BuilderCredentialsInvalid),
            (Header::RelayerKey, Cause::RelayerKeyInvalid),
            (Header::Address, Cause::AddressHeader),
        ] {
            let Some(value) = self.value(header).filter(|value| value.len() > 3) else { continue };
            if quotes.iter().any(|quote| value.starts_with(*quote) && value.ends_with(*quote)) {
                let name = header.name();
                let finding = Finding::new(cause, Certainty::Likely, format!("{name} has quotes around its value"));
                self.add(finding.fix(format!("Send {name} without the quotes")).without_code());
            }
        }
    }

    /// Whether the values of two headers were exchanged, or a secret is in the place of another.
    fn mixed_up(&mut self, key: &str) -> bool {
        let passphrase = self.value(Header::Passphrase).unwrap_or_default();
        let is_id = |text: &str| uuid::Uuid::try_parse(text).is_ok();
        let is = |secret: &Option<Secret>, text: &str| {
            secret.as_ref().is_some_and(|secret| crate::secret::same_text(secret.expose().trim(), text))
        };
        let user = &self.known.user;
        let summary = if !is_id(key) && is_id(passphrase) {
            "POLY_API_KEY and POLY_PASSPHRASE have each other's value"
        } else if is(&user.secret, key) || is(&user.passphrase, key) {
            "POLY_API_KEY contains a secret in your settings, not the API key"
        } else if is(&user.secret, passphrase) {
            "POLY_PASSPHRASE contains the API secret in your settings, not the passphrase"
        } else {
            return false;
        };
        self.add(Finding::new(Cause::CredentialsStale, Certainty::Likely, summary));
        true
    }

    fn address(&mut self) {
        let Some(value) = self.value(Header::Address) else { return };
        let Ok(address) = value.parse::<Address>() else {
            let summary = format!("POLY_ADDRESS is not a wallet address: {}", values::harmless(value, 60));
            return self.add(Finding::new(Cause::AddressHeader, Certainty::Likely, summary));
        };
        if !value.starts_with("0x") {
            let summary = "POLY_ADDRESS has no 0x prefix";
            let finding = Finding::new(Cause::AddressHeader, Certainty::Likely, summary);
            self.add(finding.fix("Send POLY_ADDRESS with its 0x prefix").without_code());
        }
        let Some(signer) = self.known.signer.filter(|signer| *signer != address) else {
            if self.known.signer.is_none() && self.known.funder == Some(address) {
                self.notes
                    .push("POLY_ADDRESS is the funder; for an account with a wallet it must be the signer".into());
            }
            return;
        };
        let (certainty, whose) = match self.known.name_of(address) {
            Some(name) => (Certainty::Likely, format!("{name} ({address})")),
            None => (Certainty::Possible, format!("{address}, which is not in the settings")),
        };
        let finding = Finding::new(Cause::AddressHeader, certainty, format!("POLY_ADDRESS is {whose}, not the signer"));
        self.add(finding.because(format!("the private key in your settings belongs to {signer}")));
    }

    fn api_key(&mut self) {
        let Some(key) = self.value(Header::ApiKey) else { return };
        let (user, builder) = (&self.known.user.key, &self.known.builder.key);
        if self.mixed_up(key) {
            return;
        }
        if user.as_deref() == Some(key) && builder.as_deref() != Some(key) {
            return;
        }
        if builder.as_deref() == Some(key) {
            let summary = "POLY_API_KEY is the builder key in your settings";
            return self.add(Finding::new(Cause::BuilderCredentialsAsUser, Certainty::Likely, summary));
        }
        if builder_key_created_ms(key).is_some() {
            let summary = "POLY_API_KEY looks like a builder key (a version 7 UUID)";
            self.add(Finding::new(Cause::BuilderCredentialsAsUser, Certainty::Likely, summary));
        }
        if user.as_ref().is_some_and(|user| user != key && user.eq_ignore_ascii_case(key)) {
            let summary = "POLY_API_KEY differs from the key in your settings in case only";
            let finding = Finding::new(Cause::CredentialsStale, Certainty::Possible, summary);
            self.add(finding.fix("Send the API key in lower case, as the CLOB returned it").without_code());
        }
        if uuid::Uuid::try_parse(key).is_err() && user.is_none() {
            self.notes.push("POLY_API_KEY is not a UUID (real ones always are)".to_owned());
        }
    }

    fn builder_key(&mut self) {
        let Some(key) = self.value(Header::BuilderKey) else { return };
        if self.known.builder.key.as_deref() != Some(key) && self.known.user.key.as_deref() == Some(key) {
            let summary = "POLY_BUILDER_API_KEY is the API key in your settings, not a builder key";
            self.add(Finding::new(Cause::UserCredentialsAsBuilder, Certainty::Likely, summary));
        }
        if self.known.relayer_key.as_ref().is_some_and(|relayer| relayer.expose().trim() == key) {
            let summary = "POLY_BUILDER_API_KEY is the relayer API key in your settings";
            self.add(Finding::new(Cause::RelayerKeyAsBuilder, Certainty::Likely, summary));
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
            let summary = format!("{} is not the passphrase in your settings for this key", header.name());
            self.add(Finding::new(cause, Certainty::Likely, summary));
        }
    }
}
