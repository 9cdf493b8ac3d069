//! Mistakes that are put into the wallet signatures of the official clients.

use alloy_primitives::{Address, B256, U256, eip191_hash_message, keccak256};
use alloy_signer::SignerSync as _;
use alloy_sol_types::{SolStruct as _, SolValue as _};

use super::drafts::{Draft, FORMS, Form};
use super::{Cause, Certainty, Known, L1, Secret, inspect, key, text, vectors};
use crate::auth::contracts;
use crate::auth::l1::Claim;
use crate::auth::wallet::WalletMap;

/// A wallet signature over a wrong claim.
struct WalletMistake {
    name: &'static str,
    cause: Cause,
    make: fn(&mut Claim, &mut [String; 4], &Known),
}

const fn wallet(name: &'static str, cause: Cause, make: fn(&mut Claim, &mut [String; 4], &Known)) -> WalletMistake {
    WalletMistake { name, cause, make }
}

/// The headers are address, timestamp, nonce; the last is the signature's suffix.
const WALLET_MISTAKES: &[WalletMistake] = &[
    wallet("chain 1", Cause::WrongChainId, |claim, _, _| claim.chain_id = 1),
    wallet("the other chain", Cause::WrongChainId, |claim, _, _| {
        claim.chain_id = if claim.chain_id == 137 { 80002 } else { 137 }
    }),
    wallet("Mumbai", Cause::WrongChainId, |claim, _, _| claim.chain_id = 80001),
    wallet("version 2", Cause::L1Domain, |claim, _, _| claim.version = "2".into()),
    wallet("the order's domain", Cause::L1Domain, |claim, _, _| claim.name = "Polymarket CTF Exchange".into()),
    wallet("another name", Cause::L1Domain, |claim, _, _| claim.name = "ClobAuth".into()),
    wallet("a full stop", Cause::L1Domain, |claim, _, _| claim.message.push('.')),
    wallet("another nonce is sent", Cause::L1NonceMismatch, |claim, headers, _| {
        headers[2] = (claim.nonce + U256::from(1)).to_string();
    }),
    wallet("milliseconds are signed", Cause::TimestampUnit, |claim, _, _| claim.timestamp.push_str("000")),
    wallet("milliseconds are sent", Cause::TimestampUnit, |_, headers, _| headers[1].push_str("000")),
    wallet("milliseconds are signed and sent", Cause::TimestampUnit, |claim, headers, _| {
        claim.timestamp.push_str("000");
        headers[1].push_str("000");
    }),
    wallet("the funder is sent", Cause::AddressHeader, |_, headers, known| {
        headers[0] = known.funder.unwrap().to_string();
    }),
    wallet("the funder is signed and sent", Cause::AddressHeader, |claim, headers, known| {
        claim.address = known.funder.unwrap();
        headers[0] = claim.address.to_string();
    }),
    wallet("the funder is signed", Cause::AddressHeader, |claim, _, known| claim.address = known.funder.unwrap()),
    wallet("the next nonces", Cause::L1NonceMismatch, |claim, _, _| claim.nonce += U256::from(7)),
    wallet("a date is signed", Cause::TimestampUnit, |claim, _, _| {
        claim.timestamp = jiff::Timestamp::from_second(claim.timestamp.parse().unwrap()).unwrap().to_string();
    }),
    wallet("another sentence", Cause::L1Domain, |claim, _, _| {
        claim.message = "This message attests that I control the given wallet address".into();
    }),
    wallet("the sentence alone", Cause::L1Domain, |_, headers, _| headers[3] = "sentence".into()),
    wallet("personal_sign", Cause::L1Domain, |_, headers, _| headers[3] = "personal".into()),
    wallet("a contract in the domain", Cause::L1Domain, |_, headers, _| headers[3] = "contract".into()),
    wallet("the timestamp as a number", Cause::L1Domain, |_, headers, _| headers[3] = "number".into()),
    wallet("no prefix", Cause::SignatureEncoding, |_, headers, _| headers[3] = "bare".into()),
];

mod number {
    alloy_sol_types::sol! {
        struct ClobAuth {
            address address;
            uint256 timestamp;
            uint256 nonce;
            string message;
        }
    }
}

/// The claim with a time that is a number in the typed data.
fn with_number(claim: &Claim) -> B256 {
    let timestamp = claim.timestamp.parse().unwrap();
    let message = claim.message.clone();
    let auth = number::ClobAuth { address: claim.address, timestamp, nonce: claim.nonce, message };
    auth.eip712_signing_hash(&crate::auth::l1::domain(claim.chain_id))
}

/// The claim in a domain that has a contract, as most domains have.
fn with_contract(claim: &Claim) -> B256 {
    let domain = alloy_sol_types::eip712_domain! {
        name: claim.name.clone(),
        version: claim.version.clone(),
        chain_id: claim.chain_id,
        verifying_contract: Address::ZERO,
    };
    let fields = (
        keccak256("ClobAuth(address address,string timestamp,uint256 nonce,string message)"),
        claim.address,
        keccak256(&claim.timestamp),
        claim.nonce,
        keccak256(&claim.message),
    );
    let contents = keccak256(fields.abi_encode());
    keccak256([&[0x19, 1][..], domain.separator().as_slice(), contents.as_slice()].concat())
}

#[test]
fn each_mistake_in_a_wallet_signature_is_named_first_and_proven() {
    let vectors = vectors(L1);
    let usual = vectors.iter().filter(|vector| {
        vector["timestamp"].as_i64().is_some_and(|time| (1_000_000_000..10_000_000_000).contains(&time))
            && [137, 80002].contains(&vector["chain_id"].as_u64().unwrap())
    });
    let mut tried = 0;
    for vector in usual.step_by(5).take(4) {
        let private_key = Secret::new(text(vector, "private_key"));
        let signer = key::parse(&private_key).unwrap().signer;
        let chain_id = vector["chain_id"].as_u64().unwrap();
        let map = WalletMap::derive(contracts::chain(chain_id).unwrap(), signer.address());
        let known = Known {
            signer: Some(signer.address()),
            private_key: Some(private_key),
            funder: Some(map.safe),
            wallets: map.iter().map(|(kind, address)| (kind.to_string(), address)).collect(),
            chain_id: Some(chain_id),
            ..Known::default()
        };
        for mistake in WALLET_MISTAKES {
            let timestamp = vector["timestamp"].to_string();
            let nonce: U256 = text(vector, "nonce").parse().unwrap();
            let mut claim = Claim::new(chain_id, signer.address(), &timestamp, nonce);
            let mut headers = [signer.address().to_string(), timestamp, nonce.to_string(), String::new()];
            (mistake.make)(&mut claim, &mut headers, &known);
            let digest = match &*headers[3] {
                "sentence" => eip191_hash_message(&claim.message),
                "personal" => eip191_hash_message(claim.digest()),
                "contract" => with_contract(&claim),
                "number" => with_number(&claim),
                _ => claim.digest(),
            };
            let signature = signer.sign_hash_sync(&digest).unwrap().to_string();
            let signature = if headers[3] == "bare" { signature[2..].to_owned() } else { signature };
            let draft = Draft {
                path: "/auth/derive-api-key".into(),
                headers: vec![
                    ("POLY_ADDRESS".into(), headers[0].clone()),
                    ("POLY_SIGNATURE".into(), signature),
                    ("POLY_TIMESTAMP".into(), headers[1].clone()),
                    ("POLY_NONCE".into(), headers[2].clone()),
                ],
                ..Draft::default()
            };
            let found = inspect(&draft.pasted(FORMS[tried % FORMS.len()]), &known);
            tried += 1;
            let first = found.findings().next().map(|first| (first.cause, first.certainty));
            let is_encoding = mistake.cause == Cause::SignatureEncoding;
            let codes: Vec<bool> = found.findings().map(|finding| finding.has_code).collect();
            assert!(!is_encoding || codes == [false], "code of an HMAC: {:?}", found.requests);
            let certainty = if headers[3] == "bare" { Certainty::Likely } else { Certainty::Proven };
            assert_eq!(
                first,
                Some((mistake.cause, certainty)),
                "{} {}: {:?}",
                mistake.name,
                vector["id"],
                found.requests
            );
        }
    }
    assert!(tried >= 4 * WALLET_MISTAKES.len(), "{tried}");
    // a signature of somebody else is not explained away
    let known = Known { signer: Some(Address::repeat_byte(1)), ..Known::default() };
    let vector = &vectors[1];
    let draft = Draft {
        path: "/auth/derive-api-key".into(),
        headers: super::results(vector).next().unwrap(),
        ..Draft::default()
    };
    let mut foreign = draft;
    foreign.headers[0].1 = Address::repeat_byte(1).to_string();
    let found = inspect(&foreign.pasted(Form::Raw), &known);
    assert_eq!(super::causes(&found), ["l1-signer-mismatch"]);
}
