//! What is wrong with a transaction for the relayer: its fields, what was signed, and whose wallet it is.

mod changes;
mod fields;
mod search;

use alloy_primitives::Address;
use serde_json::{Value, json};

use self::fields::{Fields, Kind as Type};
use super::values::{self, ValuePresence};
use crate::auth::contracts::{self, Chain};
use crate::auth::wallet::{WalletKind, WalletMap};
use crate::cause::{Cause, Certainty};
use crate::inspect::finding::{Finding, add};
use crate::inspect::known::Known;
use crate::inspect::reading::{Submission, plain_name};
use crate::inspect::{Inspected, Kind, Outcome};
use crate::text::quoted;

/// What to do instead of all that can be wrong with the shape.
const OFFICIAL: &str = "or let the official relayer client build the request";

/// A transaction under inspection.
struct RelayCase<'a> {
    submission: &'a Submission,
    known: &'a Known,
    findings: Vec<Finding>,
    notes: Vec<String>,
    outcome: Outcome,
    reproduced_by: Option<Value>,
    signed_by: Option<Address>,
}

pub(in crate::inspect) fn inspect(submission: &Submission, known: &Known) -> Inspected {
    let mut case = RelayCase {
        submission,
        known,
        findings: Vec::new(),
        notes: Vec::new(),
        outcome: Outcome::Unchecked,
        reproduced_by: None,
        signed_by: None,
    };
    let fields = fields::read(submission);
    case.shape(&fields);
    case.signature(&fields);
    case.places(&fields);
    case.wallet(&fields);
    case.bearer(&fields);
    case.times(&fields);
    super::settle(&mut case.findings, &mut case.outcome);
    if case.outcome == Outcome::Right && case.findings.is_empty() {
        case.next_nonce(&fields);
    }
    let transaction = case.summary(&fields);
    Inspected {
        kind: Kind::Transaction,
        line: submission.line,
        form: submission.form,
        method: None,
        path: None,
        outcome: case.outcome,
        findings: case.findings,
        reproduced_by: case.reproduced_by,
        notes: case.notes,
        order: None,
        transaction: Some(transaction),
        changes: Vec::new(),
        question: None,
        on_chain: None,
    }
}

/// A finding about the shape of the request.
fn malformed(certainty: Certainty, summary: impl Into<String>, fix: &str) -> Finding {
    Finding::new(Cause::RelayerRequestMalformed, certainty, summary).fix(format!("{fix}, {OFFICIAL}"))
}

impl RelayCase<'_> {
    fn add(&mut self, finding: Finding) {
        add(&mut self.findings, finding);
    }

    /// The chain that the wallets are on.
    fn chain(&self) -> Option<&'static Chain> {
        contracts::chain(self.known.chain_id()).or_else(|| contracts::chain(contracts::POLYGON))
    }

    /// Fields that are missing, misnamed or written in a way that the relayer does not read.
    fn shape(&mut self, fields: &Fields) {
        if let Some(text) = &fields.odd_type {
            let types = Type::ALL.map(Type::name).join(", ");
            let summary = format!("type is {}; the relayer accepts {types}", values::harmless(text, 30));
            self.add(malformed(Certainty::Likely, summary, "Set type to the kind of the wallet"));
        }
        if !fields.missing.is_empty() {
            let missing = fields.missing.join(", ");
            let of = fields.kind.map_or_else(String::new, |kind| format!(" of a {} transaction", kind.name()));
            let summary = format!("Missing or empty{of}: {missing}");
            self.add(malformed(Certainty::Likely, summary, &format!("Add {missing}")));
        }
        for (name, said) in &fields.wrong {
            let summary = format!("{name} {said}");
            self.add(malformed(Certainty::Likely, summary, &format!("Correct {name} and sign again")));
        }
        if fields.is_hidden {
            self.notes
                .push("Parts of the transaction are hidden in this text, so its signature was not checked".into());
        }
        if !self.submission.is_body {
            return;
        }
        let names = self.submission.fields.iter().chain(&self.submission.parameters);
        let renamed = names.filter_map(|(name, _)| {
            let plain = plain_name(name);
            // the struct that is signed has another name for it
            let wanted = if plain == "safetxgas" {
                "safeTxnGas"
            } else {
                fields::NAMES.into_iter().find(|wanted| plain_name(wanted) == plain)?
            };
            (wanted != name).then(|| format!("{} instead of {wanted}", quoted(name, 30)))
        });
        let renamed: Vec<String> = renamed.collect();
        if !renamed.is_empty() {
            let summary = format!("Field names that the relayer does not read: {}", renamed.join(", "));
            self.add(malformed(Certainty::Likely, summary, "Rename the fields"));
        }
        let texts = self.submission.fields.iter().chain(&self.submission.parameters);
        let bare = texts.filter(|(name, value)| {
            fields::NUMBERS.contains(&plain_name(name).as_str())
                && !value.is_quoted
                && values::standing(&value.text) == ValuePresence::Given
        });
        let bare: Vec<&str> = bare.map(|(name, _)| name.as_str()).collect();
        if !bare.is_empty() {
            let names = bare.join(", ");
            let summary = format!("Numbers in the body that should be strings: {names}");
            let finding = malformed(Certainty::Possible, summary, &format!("Send {names} as decimal strings"));
            self.add(finding.because("the official clients send every number of this body as a string"));
        }
    }

    fn signature(&mut self, fields: &Fields) {
        let Some(kind) = fields.kind else { return };
        if kind == Type::WalletCreate {
            return self.notes.push("A WALLET-CREATE transaction has no signature".to_owned());
        }
        let Some(text) = fields.signature.as_deref() else { return };
        let encoding = |summary: &str, fix: &str| {
            Finding::new(Cause::SignatureEncoding, Certainty::Likely, summary).fix(fix).without_code()
        };
        let found = match search::Given::of(text, kind) {
            Ok(given) => given,
            Err(said) => {
                return self.add(encoding(
                    &format!("The signature {said}"),
                    "Send the complete signature: 0x and 130 hex digits",
                ));
            }
        };
        let Some(transaction) = fields.transaction(self.known) else { return };
        let bearer = self.bearer_address();
        let Some(explained) = search::search(&found, kind, &transaction, fields, self.known, bearer) else {
            self.outcome = Outcome::Unexplained;
            let from = fields.from.map(|from| from.to_string()).unwrap_or_default();
            let summary = format!("The signature is not that of {from} over this transaction, under any known mistake");
            let mut finding =
                malformed(Certainty::Likely, summary, "Sign again with a new nonce, and send exactly what was signed");
            if let Some(recovered) = found.plain_signer(kind, &transaction) {
                finding = finding.because(format!("over this transaction it recovers to {recovered}"));
            }
            return self.add(finding.because("a different key signed, or the request was changed after signing"));
        };
        let search::Explained { signer, slips, reproduced_by } = explained;
        self.outcome = if slips.is_empty() { Outcome::Right } else { Outcome::Mistaken };
        self.signed_by = Some(signer);
        self.reproduced_by = Some(reproduced_by);
        let proof = format!("the signature over it recovers to {signer}");
        for slip in slips {
            let summary = format!("Signed {}, but {}", slip.signed, slip.but);
            let mut finding = Finding::new(slip.cause, Certainty::Proven, summary).because(proof.clone()).fix(slip.fix);
            if slip.cause == Cause::SignatureEncoding {
                finding = finding.without_code();
            }
            finding.difference = slip.difference;
            self.add(finding);
        }
        if let Some(from) = fields.from.filter(|from| *from != signer) {
            let whose = self.known.name_of(from).map_or_else(String::new, |name| format!(" ({name})"));
            let summary = format!("Signed by {signer}, but from is {from}{whose}");
            let fix = "Set from to the signer";
            self.add(malformed(Certainty::Proven, summary, fix).because(proof));
        }
    }

    /// Contracts that a transaction of each kind goes to.
    fn places(&mut self, fields: &Fields) {
        let (Some(chain), Some(kind)) = (self.chain(), fields.kind) else { return };
        let factory = match kind {
            Type::Safe => None,
            Type::SafeCreate => Some(("the Safe factory", chain.safe.factory)),
            Type::Proxy => Some(("the proxy factory", chain.proxy.factory)),
            Type::Wallet | Type::WalletCreate => Some(("the deposit wallet factory", chain.deposit.factory)),
        };
        if let (Some(to), Some((name, factory))) = (fields.to, factory)
            && to != factory
        {
            let summary = format!("to is {to}; a {} transaction goes to {name}, {factory}", kind.name());
            self.add(malformed(Certainty::Likely, summary, &format!("Set to to {factory}")));
        }
        if let (Type::Proxy, Some(hub), Some(given)) = (kind, chain.relay.hub, fields.relay_hub)
            && given != hub
        {
            let summary = format!("relayHub is {given}; the relay hub is {hub}");
            self.add(malformed(Certainty::Likely, summary, &format!("Set relayHub to {hub} and sign again")));
        }
        if kind != Type::Safe {
            return;
        }
        let is_many = fields.data.as_ref().is_some_and(|data| data.starts_with(&MULTISEND));
        match fields.operation {
            Some(0) if is_many => {
                let summary = "operation is 0 (call), but data makes several calls, which needs a delegate call";
                self.add(malformed(Certainty::Likely, summary, "Set operation to 1 and sign again"));
            }
            Some(1) if is_many && fields.to.is_some_and(|to| to != chain.relay.multisend) => {
                let summary =
                    format!("data makes several calls, but to is not the multisend contract {}", chain.relay.multisend);
                self.add(malformed(Certainty::Possible, summary, &format!("Set to to {}", chain.relay.multisend)));
            }
            _ => {}
        }
    }

    /// Whether the wallet is one of the key's, and of the kind that the type says.
    fn wallet(&mut self, fields: &Fields) {
        let (Some(chain), Some(kind), Some(wallet)) = (self.chain(), fields.kind, fields.wallet) else { return };
        let Some(key) = self.signed_by.or(self.known.signer).or(fields.from) else { return };
        let wallets = WalletMap::derive(chain, key);
        let certainty = if self.signed_by.is_some() { Certainty::Proven } else { Certainty::Likely };
        let proof = if self.signed_by.is_some() { "the signature recovers to" } else { "the signer is" };
        let proof = format!("{proof} {key}");
        let name = if kind == Type::Wallet { "depositWallet" } else { "proxyWallet" };
        let wanted = kind.wallets();
        match wallets.kind_of(wallet) {
            Some(of) if wanted.contains(&of) => {}
            Some(WalletKind::Eoa) => {
                let right = wallets.iter().find(|(of, _)| wanted.contains(of)).map(|(_, wallet)| wallet);
                let right = right.map(|right| right.to_string()).unwrap_or_default();
                let summary = format!("{name} is the signer itself; its {} is {right}", wanted[0].name());
                let finding = Finding::new(Cause::FunderIsSigner, certainty, summary).because(proof);
                self.add(finding.fix(format!("Set {name} to {right} and sign again")).without_code());
            }
            Some(of) => {
                let right = Type::of_wallet(of).map_or("a different type", Type::name);
                let summary = format!("type is {}, but {name} is this key's {of}: that is type {right}", kind.name());
                self.add(malformed(certainty, summary, &format!("Send it as type {right}")).because(proof));
            }
            None if kind == Type::Proxy && chain.id != contracts::POLYGON => {}
            None => {
                let whose = self.known.name_of(wallet).map_or_else(String::new, |name| format!(" ({name})"));
                // a deposit wallet may have a new owner
                let certainty = if kind == Type::Wallet { Certainty::Possible } else { certainty };
                let summary = format!("{name} {wallet}{whose} is not a wallet of the key {key}");
                let right = wallets.iter().find(|(of, _)| wanted.contains(of)).map(|(_, wallet)| wallet);
                let right = right.map_or_else(String::new, |right| format!(" of this key, {right},"));
                let finding = Finding::new(Cause::FunderNotControlled, certainty, summary).because(proof);
                self.add(
                    finding
                        .fix(format!("Use the wallet{right} or sign with the key that owns {wallet}"))
                        .without_code(),
                );
            }
        }
    }

    fn bearer_address(&self) -> Option<Address> {
        self.submission.bearer.as_ref()?.address.as_ref()?.parse().ok()
    }

    /// The relayer API key acts for one address only.
    fn bearer(&mut self, fields: &Fields) {
        let (Some(address), Some(from)) = (self.bearer_address(), fields.from) else { return };
        if address != from {
            let summary = format!("from is {from}, but RELAYER_API_KEY_ADDRESS is {address}");
            self.add(Finding::new(Cause::RelayerKeyOfOtherAddress, Certainty::Likely, summary));
        }
    }

    fn times(&mut self, fields: &Fields) {
        let Some(deadline) = fields.deadline.and_then(|deadline| i64::try_from(deadline).ok()) else { return };
        if deadline >= 100_000_000_000 {
            let summary = format!("deadline is {deadline}, which is not in seconds");
            let certainty = if self.outcome == Outcome::Right { Certainty::Proven } else { Certainty::Likely };
            return self.add(malformed(certainty, summary, "Set deadline in Unix seconds and sign again"));
        }
        if let Some(sent_s) = self.known.sent_s.filter(|sent_s| deadline < *sent_s) {
            let summary = format!("The deadline passed {} s before the request was sent", sent_s - deadline);
            self.add(malformed(Certainty::Likely, summary, "Sign again with a deadline a few minutes ahead"));
        }
    }

    /// What cannot be seen in the request.
    fn next_nonce(&mut self, fields: &Fields) {
        let (Some(kind), Some(nonce), Some(from)) = (fields.kind, fields.nonce, fields.from) else { return };
        let kind = kind.name();
        self.notes.push(format!(
            "Only the relayer can tell whether {nonce} is the next nonce: GET /nonce?address={from}&type={kind}"
        ));
    }

    /// The transaction in short.
    fn summary(&self, fields: &Fields) -> Value {
        let text = |address: Option<Address>| address.map(|address| address.to_string());
        json!({
            "type": fields.kind.map(Type::name),
            "from": text(fields.from),
            "to": text(fields.to),
            "wallet": text(fields.wallet),
            "nonce": fields.nonce.map(|nonce| nonce.to_string()),
            "calls": self.submission.calls.as_ref().map(Vec::len),
            "signed_by": text(self.signed_by),
        })
    }
}

/// The selector of `multiSend(bytes)`.
const MULTISEND: [u8; 4] = [0x8d, 0x80, 0xff, 0x0a];
