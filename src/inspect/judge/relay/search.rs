//! The search for what the signature of a relayer's transaction was made over, and by whom.

use std::collections::BTreeSet;

use alloy_primitives::{Address, Signature, U256, hex};
use serde_json::{Value, json};

use super::changes;
use super::fields::{Fields, Kind};
use crate::auth::contracts;
use crate::auth::recovery::Recovery;
use crate::auth::relay::{Signing, Transaction};
use crate::auth::wallet::WalletMap;
use crate::cause::Cause;
use crate::inspect::difference::Difference;
use crate::inspect::known::Known;

/// Signers recovered before the search gives up.
const MOST: usize = 64;
/// Larger data are hashed for the right candidates only.
const LARGE: usize = 64 << 10;

/// A signature of 65 bytes, whose last one says how it was made.
pub(super) struct Given {
    signature: Signature,
    last: Last,
}

/// The last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// 27 or 28.
    Plain,
    /// 31 or 32: a message was signed, as a Safe reads it.
    Shifted,
    /// 0 or 1.
    Bit,
}

impl Given {
    /// # Errors
    ///
    /// What the text is instead, to stand behind "The signature".
    pub(super) fn of(text: &str, kind: Kind) -> Result<Self, String> {
        let Ok(mut bytes) = hex::decode(text) else { return Err("is not hex".to_owned()) };
        let &[.., byte] = &bytes[..] else { return Err("is empty".to_owned()) };
        if bytes.len() != 65 {
            return Err(format!("has {} bytes, not 65", bytes.len()));
        }
        let last = match byte {
            0 | 1 => Last::Bit,
            27 | 28 => Last::Plain,
            31 | 32 => Last::Shifted,
            _ => {
                let also = if kind == Kind::Safe { ", 1f or 20" } else { "" };
                return Err(format!("ends in {byte:02x} instead of 1b or 1c{also}"));
            }
        };
        if last == Last::Shifted {
            bytes[64] -= 4;
        }
        Ok(Self { signature: Signature::from_raw(&bytes).map_err(|_| "is not a signature".to_owned())?, last })
    }

    /// How a signature with this last byte has to be made.
    fn meant(&self, kind: Kind) -> Signing {
        match (kind, self.last) {
            (Kind::Safe, Last::Plain) => Signing::Hash,
            (Kind::Safe | Kind::Proxy, _) => Signing::Message,
            _ => Signing::Hash,
        }
    }

    /// Whose signature it is over the transaction as it was sent.
    pub(super) fn plain_signer(&self, kind: Kind, transaction: &Transaction) -> Option<Address> {
        let digest = self.meant(kind).digest(transaction.hash());
        self.signature.recover_address_from_prehash(&digest).ok()
    }

    /// What is wrong with the last byte for a signature that was made so.
    fn slip(&self, kind: Kind, signing: Signing) -> Option<Slip> {
        let encoding = |signed: &str, but: &str, fix: &str| {
            let [signed, but, fix] = [signed, but, fix].map(str::to_owned);
            Some(Slip { cause: Cause::SignatureEncoding, signed, but, fix, difference: None })
        };
        match (kind, signing, self.last) {
            (_, Signing::MessageOfText, _) => encoding(
                "as a message of the hash's text in hex",
                "the 32 bytes of the hash must be signed",
                "Pass the hash to the wallet as bytes, not as text",
            ),
            (Kind::Safe, Signing::Hash, Last::Shifted) => encoding(
                "as typed data",
                "the last byte is 1f or 20, which means that a message was signed",
                "Leave the last byte of a typed data signature at 1b or 1c, or sign the hash as a message",
            ),
            (Kind::Safe, Signing::Message, Last::Plain) => encoding(
                "as a message",
                "the last byte is 1b or 1c, which means that typed data was signed",
                "Add 4 to the last byte of the signature",
            ),
            (Kind::Safe, Signing::Message, Last::Bit) => {
                encoding("as a message", "the last byte is 00 or 01", "Add 31 to the last byte of the signature")
            }
            (Kind::Safe, Signing::Hash, Last::Bit) | (_, _, Last::Bit) => encoding(
                "by a library that counts from 0",
                "the last byte is 00 or 01",
                "Add 27 to the last byte of the signature",
            ),
            (Kind::Proxy, Signing::Hash, _) => encoding(
                "the hash itself",
                "a proxy needs a message of it",
                "Sign the hash as a message (personal_sign)",
            ),
            (Kind::SafeCreate | Kind::Wallet, Signing::Message, _) => encoding(
                "as a message",
                "this needs typed data (eth_signTypedData_v4)",
                "Sign the typed data, without the prefix of personal_sign",
            ),
            (Kind::Proxy | Kind::SafeCreate | Kind::Wallet, _, Last::Shifted) => encoding(
                "rightly",
                "the last byte is 1f or 20, as only Safe transactions have",
                "Leave the last byte of the signature at 1b or 1c",
            ),
            _ => None,
        }
    }
}

/// What is wrong with what was signed.
#[derive(Clone)]
pub(super) struct Slip {
    pub(super) cause: Cause,
    /// To stand behind "Signed".
    pub(super) signed: String,
    /// What was sent.
    pub(super) but: String,
    pub(super) fix: String,
    pub(super) difference: Option<Difference>,
}

/// What was signed, and by whom.
pub(super) struct Explained {
    pub(super) signer: Address,
    pub(super) slips: Vec<Slip>,
    pub(super) reproduced_by: Value,
}

/// Searches for the signer among those that the request or the settings name.
pub(super) fn search(
    given: &Given,
    kind: Kind,
    transaction: &Transaction,
    fields: &Fields,
    known: &Known,
    bearer: Option<Address>,
) -> Option<Explained> {
    let recovery = Recovery::of(&given.signature)?;
    let mut tried = BTreeSet::new();
    let mut attempt = |transaction: &Transaction, signing: Signing, slip: Option<&Slip>| {
        let digest = signing.digest(transaction.hash());
        if tried.len() >= MOST || !tried.insert(digest) {
            return None;
        }
        let signer = recovery.signer(digest).filter(|signer| is_expected(*signer, fields, known, bearer))?;
        let slips: Vec<Slip> = slip.cloned().into_iter().chain(given.slip(kind, signing)).collect();
        Some(Explained {
            signer,
            slips,
            reproduced_by: json!({
                "type": kind.name(),
                "signed_as": match signing {
                    Signing::Hash => "typed data",
                    Signing::Message => "a message of the hash",
                    Signing::MessageOfText => "a message of the hash's text",
                },
                "chain_id": chain_id(transaction),
                "wallet": wallet(transaction).map(|wallet| wallet.to_string()),
                "nonce": nonce(transaction).map(|nonce| nonce.to_string()),
                "hash": transaction.hash(),
                "digest": digest,
                "signer": signer.to_string(),
            }),
        })
    };
    let meant = given.meant(kind);
    let others = || Signing::ALL.into_iter().filter(move |signing| *signing != meant);
    let right = std::iter::once(meant).chain(others()).find_map(|signing| attempt(transaction, signing, None));
    if right.is_some() || fields.data.as_ref().is_some_and(|data| data.len() > LARGE) {
        return right;
    }
    let changes = changes::changes(transaction, fields, known);
    let mut with = |signing: Signing| changes.iter().find_map(|(changed, slip)| attempt(changed, signing, Some(slip)));
    with(meant).or_else(|| others().find_map(with))
}

/// Whether a recovered address is named, or has the wallet that is named.
fn is_expected(signer: Address, fields: &Fields, known: &Known, bearer: Option<Address>) -> bool {
    if [fields.from, known.signer, bearer].contains(&Some(signer)) {
        return true;
    }
    let chain = contracts::chain(known.chain_id());
    chain.zip(fields.wallet).is_some_and(|(chain, wallet)| WalletMap::derive(chain, signer).kind_of(wallet).is_some())
}

pub(super) fn chain_id(transaction: &Transaction) -> Option<u64> {
    match transaction {
        Transaction::Safe(safe) => Some(safe.chain_id),
        Transaction::SafeCreate(creation) => Some(creation.chain_id),
        Transaction::Wallet(batch) => Some(batch.chain_id),
        Transaction::Proxy(_) => None,
    }
}

pub(super) fn nonce(transaction: &Transaction) -> Option<U256> {
    match transaction {
        Transaction::Safe(safe) => Some(safe.nonce),
        Transaction::Proxy(proxy) => Some(proxy.nonce),
        Transaction::Wallet(batch) => Some(batch.nonce),
        Transaction::SafeCreate(_) => None,
    }
}

pub(super) fn wallet(transaction: &Transaction) -> Option<Address> {
    match transaction {
        Transaction::Safe(safe) => Some(safe.safe),
        Transaction::Wallet(batch) => Some(batch.wallet),
        Transaction::Proxy(_) | Transaction::SafeCreate(_) => None,
    }
}
