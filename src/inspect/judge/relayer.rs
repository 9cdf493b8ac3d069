//! The relayer API key of a request, and whose it is.

use alloy_primitives::Address;

use super::super::finding::Finding;
use super::super::names::Header;
use super::{Case, values};
use crate::cause::{Cause, Certainty};

/// Where such keys are made.
const CREATE: &str = "Create a relayer API key at polymarket.com/settings?tab=api-keys and send it as it is shown";

impl Case<'_> {
    pub(super) fn relayer_key(&mut self) {
        if let Some(key) = self.value(Header::RelayerKey) {
            self.key_itself(key);
        }
        if let Some(text) = self.value(Header::RelayerAddress) {
            self.address_of_key(text);
        }
    }

    fn key_itself(&mut self, key: &str) {
        let known = self.known;
        let is = |known: &Option<String>| known.as_deref() == Some(key);
        let said = if uuid::Uuid::try_parse(key).is_err() {
            "is not a UUID (relayer API keys always are)"
        } else if is(&known.builder.key) {
            "is the builder key in your settings"
        } else if is(&known.user.key) {
            "is the CLOB API key in your settings"
        } else {
            let is_other = known.relayer_key.as_ref().is_some_and(|own| own.expose().trim() != key);
            if is_other {
                self.notes.push("RELAYER_API_KEY is not the relayer API key in your settings".to_owned());
            }
            return;
        };
        let summary = format!("RELAYER_API_KEY {said}");
        self.add(Finding::new(Cause::RelayerKeyInvalid, Certainty::Likely, summary).fix(CREATE));
    }

    fn address_of_key(&mut self, text: &str) {
        let Ok(address) = text.parse::<Address>() else {
            let summary = format!("RELAYER_API_KEY_ADDRESS is not a wallet address: {}", values::harmless(text, 60));
            let fix = "Send the wallet address of the signer that the key was created for: 0x and 40 hex digits";
            return self.add(Finding::new(Cause::RelayerKeyOfOtherAddress, Certainty::Likely, summary).fix(fix));
        };
        if text != address.to_string() {
            let is_plain = text == text.to_lowercase();
            let said = if is_plain { "is in lower case" } else { "has a wrong checksum" };
            let summary = format!("RELAYER_API_KEY_ADDRESS {said}: the checksummed form is {address}");
            let finding = Finding::new(Cause::RelayerKeyInvalid, Certainty::Possible, summary);
            let finding = finding.because("the relayer compares it as text, according to third parties");
            self.add(finding.fix(format!("Send RELAYER_API_KEY_ADDRESS as {address}")));
        }
        let known = self.known;
        let Some(owner) = known.relayer_address.or(known.signer).filter(|owner| *owner != address) else { return };
        let (certainty, whose) = match known.name_of(address) {
            Some(name) => (Certainty::Likely, format!("{name} ({address})")),
            None => (Certainty::Possible, format!("{address}, which is not in the settings")),
        };
        let summary = format!("RELAYER_API_KEY_ADDRESS is {whose}, not {owner}");
        let finding = Finding::new(Cause::RelayerKeyOfOtherAddress, certainty, summary);
        let said = if known.relayer_address.is_some() {
            "the relayer API key in your settings belongs to"
        } else {
            "the private key in your settings belongs to"
        };
        self.add(finding.because(format!("{said} {owner}")));
    }
}
