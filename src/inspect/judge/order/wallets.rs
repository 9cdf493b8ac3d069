//! Whether maker, signer and signature type of an order go together.

use alloy_primitives::Address;

use super::OrderCase;
use super::candidates::chain_of;
use crate::auth::contracts;
use crate::auth::order::Order;
use crate::auth::wallet::{SignatureType, WalletKind, WalletMap};
use crate::cause::{Cause, Certainty};
use crate::inspect::finding::Finding;

/// The key that an order is compared with.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub(super) address: Address,
    /// Whether the signature recovers to it.
    pub(super) is_recovered: bool,
    /// Whether it is a session key of the maker, whose wallets are its own.
    pub(super) is_session: bool,
}

impl OrderCase<'_> {
    /// The rules that the exchange contract checks beside the signature.
    pub(super) fn wallets(&mut self, order: &Order, key: Key) {
        let Some(chain) = contracts::chain(chain_of(self.known)) else { return };
        let wallets = WalletMap::derive(chain, key.address);
        let certainty = if key.is_recovered { Certainty::Proven } else { Certainty::Likely };
        let Ok(kind) = SignatureType::try_from(order.signature_type) else {
            let summary = format!("signatureType is {}; valid types are 0 to 3", order.signature_type);
            let change = match wallets.kind_of(order.maker) {
                Some(of) => format!("Set signatureType to {} and sign again", u8::from(of.signature_type())),
                None => "Set signatureType to that of the maker's wallet and sign again".to_owned(),
            };
            return self.add(Finding::new(Cause::OrderSignatureType, Certainty::Likely, summary), change);
        };
        let proof = if key.is_recovered { "the signature recovers to" } else { "the signer is" };
        let proof = format!("{proof} {}", key.address);
        self.signer_field(order, kind, key, certainty, &proof);
        if key.is_session {
            return;
        }
        let of_maker = wallets.kind_of(order.maker);
        match of_maker {
            Some(of) if of.signature_type() == kind => {}
            Some(WalletKind::Eoa) => {
                let wanted = wallets.iter().filter(|(of, _)| of.signature_type() == kind);
                let wanted: Vec<String> = wanted.map(|(of, wallet)| format!("{wallet} ({of})")).collect();
                let summary = format!("The maker is the signer itself, but type {kind} is for its wallet");
                let finding = Finding::new(Cause::OrderMakerIsSigner, certainty, summary);
                let change = format!("Set maker to {} and sign again", wanted.join(" or "));
                self.add(finding.because(proof), change);
            }
            Some(of) => {
                let wanted = of.signature_type();
                let summary =
                    format!("signatureType is {kind}, but the maker is this key's {of}: that is type {wanted}");
                let finding = Finding::new(Cause::OrderSignatureType, certainty, summary);
                let mut change = format!("Set signatureType to {}", u8::from(wanted));
                if wanted == SignatureType::Poly1271 {
                    change.push_str(", set signer to the maker");
                }
                self.add(finding.because(proof), format!("{change} and sign again"));
            }
            None if kind == SignatureType::PolyProxy && chain.id != contracts::POLYGON => {
                let note = "The proxy factory on Amoy is not published, so the maker was not checked";
                self.notes.push(note.to_owned());
            }
            None => self.foreign_maker(order, kind, key, &wallets, proof),
        }
    }

    fn signer_field(&mut self, order: &Order, kind: SignatureType, key: Key, certainty: Certainty, proof: &str) {
        let wanted = if kind == SignatureType::Poly1271 { order.maker } else { key.address };
        if order.signer == wanted {
            return;
        }
        let rule = if kind == SignatureType::Poly1271 {
            format!("for type 3 signer and maker are both the deposit wallet, {wanted}")
        } else {
            format!("for type {} it is the signer, {wanted}", u8::from(kind))
        };
        let summary = format!("The field signer is {}; {rule}", order.signer);
        let finding = Finding::new(Cause::OrderSignerField, certainty, summary);
        self.add(finding.because(proof.to_owned()), format!("Set signer to {wanted} and sign again"));
    }

    fn foreign_maker(&mut self, order: &Order, kind: SignatureType, key: Key, wallets: &WalletMap, proof: String) {
        let maker = order.maker;
        let whose = self.known.name_of(maker).map_or_else(String::new, |name| format!(" ({name} in your settings)"));
        // for types 0 to 2 the contract derives the wallet itself; a deposit wallet may have a new owner
        let is_sure = key.is_recovered && kind != SignatureType::Poly1271;
        let certainty = if is_sure { Certainty::Proven } else { Certainty::Likely };
        let summary = format!("The maker {maker}{whose} is not a wallet of the key that signed");
        let wanted = wallets.iter().filter(|(of, _)| of.signature_type() == kind);
        let wanted: Vec<String> = wanted.map(|(of, wallet)| format!("{wallet} ({of})")).collect();
        let mut finding = Finding::new(Cause::FunderNotControlled, certainty, summary).because(proof);
        if kind == SignatureType::Poly1271 {
            finding = finding.because("only the chain shows whether this wallet has a new owner or a session key");
        }
        self.add(finding, format!("Set maker to {}, or sign with the key of {maker}", wanted.join(" or ")));
    }
}
