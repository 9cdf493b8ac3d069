//! The search for what a wallet signature was made over, and by whom.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, Signature, U256, eip191_hash_message};
use serde_json::{Value, json};

use super::difference::Difference;
use super::known::Known;
use crate::auth::l1::{Claim, MESSAGE};
use crate::auth::recovery::Recovery;
use crate::cause::Cause;

/// Signers recovered before the search gives up; each costs some 25 microseconds.
const MOST: usize = 128;
/// At first, then at once, then at once of the rest: the likely ones are few.
const AT_ONCE: [usize; 3] = [1, 16, 112];

/// Nonces of an account are small: so many from 0 on, and so many after the one that was sent.
const NEXT: u64 = 12;

/// How the digest was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Typed,
    /// A message of `personal_sign` over the digest.
    Personal,
    /// `personal_sign` over the sentence alone.
    Sentence,
    /// Typed data of a domain that has a contract, too.
    WithContract,
    /// Typed data whose time is a number.
    WithNumber,
}

/// What may have been signed.
#[derive(Clone)]
struct Candidate {
    claim: Claim,
    scheme: Scheme,
    /// What is wrong with it, and in words what was signed.
    mistakes: Vec<(Cause, String)>,
}

/// One mistake, made to a candidate.
struct Change {
    cause: Cause,
    words: String,
    make: Box<dyn Fn(&mut Candidate)>,
    /// Of which part: two changes of one part do not go together.
    part: u8,
    is_common: bool,
}

/// What was signed, and whose signature it is.
pub(super) struct Recovered {
    pub(super) signer: Address,
    /// What is wrong, in words what was signed, and where that parts from what was sent.
    pub(super) mistakes: Vec<(Cause, String, Option<Difference>)>,
    pub(super) reproduced_by: Value,
}

/// What the headers claim.
pub(super) struct Claimed<'a> {
    pub(super) address: Address,
    pub(super) timestamp: &'a str,
    pub(super) nonce: U256,
}

/// The wallet of a signature over exactly what the headers claim.
pub(super) fn plain_signer(signature: &Signature, claimed: &Claimed<'_>, chain_id: u64) -> Option<Address> {
    let claim = Claim::new(chain_id, claimed.address, claimed.timestamp, claimed.nonce);
    signature.recover_address_from_prehash(&claim.digest()).ok()
}

/// Searches for what recovers to the address that the headers claim, or to the signer of the settings.
pub(super) fn search(signature: &Signature, claimed: &Claimed<'_>, known: &Known) -> Option<Recovered> {
    let chain_id = known.chain_id();
    let right = Candidate {
        claim: Claim::new(chain_id, claimed.address, claimed.timestamp, claimed.nonce),
        scheme: Scheme::Typed,
        mistakes: Vec::new(),
    };
    let changes = changes(claimed, known);
    let one = changes.iter().map(|change| changed(&right, change));
    let pairs = changes.iter().enumerate().flat_map(|(place, first)| {
        changes[place + 1..].iter().filter(move |second| second.part != first.part).map(move |second| (first, second))
    });
    let mut pairs: Vec<_> = pairs.filter(|(first, second)| first.is_common || second.is_common).collect();
    pairs.sort_by_key(|(first, second)| !(first.is_common && second.is_common));
    let two = pairs.into_iter().map(|(first, second)| changed(&changed(&right, first), second));
    let mut tried = BTreeSet::new();
    let candidates = std::iter::once(right.clone()).chain(one).chain(two);
    let mut candidates = candidates.filter_map(|candidate| {
        let digest = candidate.digest()?;
        tried.insert(digest).then_some((candidate, digest))
    });
    let recovery = Recovery::of(signature)?;
    let mut left = MOST;
    for size in AT_ONCE.into_iter().chain(std::iter::repeat(AT_ONCE[2])) {
        let some: Vec<(Candidate, B256)> = candidates.by_ref().take(size.min(left)).collect();
        if some.is_empty() {
            return None;
        }
        left -= some.len();
        let digests: Vec<B256> = some.iter().map(|(_, digest)| *digest).collect();
        let found = some.into_iter().zip(recovery.signers_on_threads(&digests)).find_map(|((candidate, _), signer)| {
            let signer = signer.filter(|signer| *signer == claimed.address || Some(*signer) == known.signer)?;
            Some(candidate.recovered(signer, &right.claim))
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

fn changed(candidate: &Candidate, change: &Change) -> Candidate {
    let mut candidate = candidate.clone();
    (change.make)(&mut candidate);
    candidate.mistakes.push((change.cause, change.words.clone()));
    candidate
}

impl Candidate {
    fn digest(&self) -> Option<B256> {
        Some(match self.scheme {
            Scheme::Typed => self.claim.digest(),
            Scheme::Personal => eip191_hash_message(self.claim.digest()),
            Scheme::Sentence => eip191_hash_message(&self.claim.message),
            Scheme::WithContract => self.claim.digest_with_contract(),
            Scheme::WithNumber => self.claim.digest_with_number()?,
        })
    }

    fn recovered(&self, signer: Address, right: &Claim) -> Recovered {
        let claim = &self.claim;
        Recovered {
            signer,
            mistakes: self.parted(right),
            reproduced_by: json!({
                "chain_id": claim.chain_id,
                "domain_name": claim.name,
                "domain_version": claim.version,
                "address": claim.address,
                "timestamp": claim.timestamp,
                "nonce": claim.nonce.to_string(),
                "message": claim.message,
                "signer": signer,
            }),
        }
    }

    /// Each mistake with the part of the claim that it changed.
    fn parted(&self, right: &Claim) -> Vec<(Cause, String, Option<Difference>)> {
        let claim = &self.claim;
        let of = |part, signed: &dyn std::fmt::Display, sent: &dyn std::fmt::Display| {
            Difference::of(part, &signed.to_string(), &sent.to_string())
        };
        let parted = |cause: Cause| match cause {
            Cause::WrongChainId => of("chainId", &claim.chain_id, &right.chain_id),
            Cause::TimestampUnit => of("timestamp", &claim.timestamp, &right.timestamp),
            Cause::L1NonceMismatch => of("nonce", &claim.nonce, &right.nonce),
            Cause::AddressHeader => of("address", &claim.address, &right.address),
            _ => of("domain name", &claim.name, &right.name)
                .or_else(|| of("domain version", &claim.version, &right.version))
                .or_else(|| of("message", &claim.message, &right.message)),
        };
        self.mistakes.iter().map(|(cause, words)| (*cause, words.clone(), parted(*cause))).collect()
    }
}

fn changes(claimed: &Claimed<'_>, known: &Known) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |part: u8, is_common: bool, cause: Cause, words: String, make: Box<dyn Fn(&mut Candidate)>| {
        changes.push(Change { cause, words, make, part, is_common });
    };
    let own = known.chain_id();
    for chain_id in [137, 80002, 80001, 1, 31337, 0, 8453, 42161].into_iter().filter(|chain_id| *chain_id != own) {
        let make = Box::new(move |candidate: &mut Candidate| candidate.claim.chain_id = chain_id);
        let is_common = [137, 80002, 1].contains(&chain_id);
        add(0, is_common, Cause::WrongChainId, format!("chain ID {chain_id}"), make);
    }
    for time in timestamps(claimed.timestamp) {
        let words = format!("the timestamp {time}");
        let make = Box::new(move |candidate: &mut Candidate| candidate.claim.timestamp.clone_from(&time));
        add(1, true, Cause::TimestampUnit, words, make);
    }
    let next = (1..=NEXT).map(|apart| claimed.nonce.saturating_add(U256::from(apart)));
    let small = (0..=NEXT).map(U256::from);
    let before = claimed.nonce.checked_sub(U256::from(1));
    let time = claimed.timestamp.parse::<u64>().ok().map(U256::from);
    let mut seen = BTreeSet::from([claimed.nonce]);
    let nonces = known.nonce.into_iter().chain(small).chain(next).chain(before).chain(time);
    for nonce in nonces.filter(|nonce| seen.insert(*nonce)) {
        let is_common = nonce == U256::ZERO || Some(nonce) == known.nonce;
        let make = Box::new(move |candidate: &mut Candidate| candidate.claim.nonce = nonce);
        add(2, is_common, Cause::L1NonceMismatch, format!("nonce {nonce}"), make);
    }
    let wallets = known.wallets.iter().map(|(_, address)| *address);
    let addresses = known.signer.into_iter().chain(known.funder).chain(wallets).chain([Address::ZERO]);
    for address in addresses.filter(|address| *address != claimed.address) {
        let is_common = Some(address) == known.signer || Some(address) == known.funder;
        let words = match known.name_of(address) {
            Some(name) => format!("the address of {name}, {address}"),
            None => format!("the address {address}"),
        };
        let make = Box::new(move |candidate: &mut Candidate| candidate.claim.address = address);
        add(3, is_common, Cause::AddressHeader, words, make);
    }
    for version in ["2", "", "1.0", "0", "1.0.0"] {
        let make = Box::new(move |candidate: &mut Candidate| version.clone_into(&mut candidate.claim.version));
        add(4, version == "2", Cause::L1Domain, format!("domain version {version:?}"), make);
    }
    for name in
        ["ClobAuth", "Polymarket CTF Exchange", "Polymarket", "ClobAuthDomain ", "CLOBAuthDomain", "clobAuthDomain"]
    {
        let make = Box::new(move |candidate: &mut Candidate| name.clone_into(&mut candidate.claim.name));
        add(5, name == "ClobAuth", Cause::L1Domain, format!("domain name {name:?}"), make);
    }
    let messages = [
        format!("{MESSAGE}."),
        format!("{MESSAGE}\n"),
        MESSAGE.to_lowercase(),
        MESSAGE.replace("given", "provided"),
        "This message attests that I control the given address".to_owned(),
        format!("{MESSAGE} address"),
        String::new(),
    ];
    for message in messages {
        let words = format!("the message {message:?}");
        let make = Box::new(move |candidate: &mut Candidate| candidate.claim.message.clone_from(&message));
        add(6, false, Cause::L1Domain, words, make);
    }
    for (scheme, words) in [
        (Scheme::Personal, "personal_sign over the typed data's hash"),
        (Scheme::Sentence, "personal_sign over the message text alone"),
        (Scheme::WithContract, "a verifyingContract in the domain, which has none"),
        (Scheme::WithNumber, "the timestamp as uint256; in the typed data it is a string"),
    ] {
        let make = Box::new(move |candidate: &mut Candidate| candidate.scheme = scheme);
        add(7, false, Cause::L1Domain, words.to_owned(), make);
    }
    changes
}

/// The least number of a timestamp that is in milliseconds.
const LEAST_MS: i128 = 100_000_000_000;

fn timestamps(given: &str) -> Vec<String> {
    let Ok(number) = given.split('.').next().unwrap_or(given).parse::<i128>() else { return Vec::new() };
    let mut times = vec![number.saturating_mul(1000).to_string(), (number / 1000).to_string()];
    if given.contains('.') {
        times.insert(0, number.to_string());
    }
    let seconds = i64::try_from(if number < LEAST_MS { number } else { number / 1000 });
    if let Some(time) = seconds.ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()) {
        times.extend([time.to_string(), time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()]);
    }
    times.retain(|time| time != given);
    times
}
