//! The wallet signature of an L1 request.

use alloy_primitives::{Address, Signature, U256};

use super::{Case, Reproduced, UNCHECKED, values};
use crate::auth::contracts;
use crate::cause::{Cause, Certainty};
use crate::inspect::finding::Finding;
use crate::inspect::names::Header;
use crate::inspect::{Outcome, l1};

impl Case<'_> {
    pub(super) fn l1(&mut self) -> Reproduced {
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
                self.add(encoding(said));
                signature
            }
            values::WalletSignature::Not(said) => {
                self.add(encoding(said));
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

    fn recovered(&mut self, recovered: l1::Recovered, address: Address) -> Reproduced {
        let l1::Recovered { signer, mistakes, reproduced_by } = recovered;
        let proof = format!("the signature over it recovers to {signer}");
        let is_right = mistakes.is_empty();
        for (cause, words, difference) in mistakes {
            let summary = match cause {
                Cause::WrongChainId => format!("Signed with {words}, not {}", self.known.chain_id()),
                Cause::L1NonceMismatch => format!("Signed with {words}; POLY_NONCE is different"),
                Cause::TimestampUnit => format!("Signed with {words}; POLY_TIMESTAMP is different"),
                Cause::AddressHeader => format!("Signed with {words}; POLY_ADDRESS is different"),
                _ => format!("Signed with {words}"),
            };
            self.add(Finding::new(cause, Certainty::Proven, summary).because(proof.clone()).differing(difference));
        }
        if signer != address {
            let whose = self.known.name_of(address).map_or_else(String::new, |name| format!(" ({name})"));
            let summary = format!("The signer is {signer}, but POLY_ADDRESS is {address}{whose}");
            let finding = Finding::new(Cause::AddressHeader, Certainty::Proven, summary);
            self.add(finding.because("the signature recovers to the signer of your settings".to_owned()));
        }
        let chain_id = self.known.chain_id();
        if is_right && contracts::chain(chain_id).is_none() {
            let summary = format!("Signed with chain ID {chain_id}, which Polymarket does not run on");
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
        self.add(finding.because("a different key signed, or something else was signed".to_owned()));
    }
}

/// The example code of the cause makes an HMAC, which this is not.
fn encoding(said: &str) -> Finding {
    Finding::new(Cause::SignatureEncoding, Certainty::Likely, format!("POLY_SIGNATURE {said}"))
        .fix("Send POLY_SIGNATURE as the wallet returns it: 0x and 130 hex digits, the last two 1b or 1c")
        .without_code()
}
