//! The profile that comes of the answers.

use super::known::Reference;
use super::{Funder, KEY_VARIABLE, Replaced, Wizard, is_of_profile};
use crate::settings::edit::{ConfigText, EditError};
use crate::settings::{SecretRef, Setting};

impl Wizard {
    /// Writes the answers to a profile of the configuration file: by reference where a file or a
    /// variable has the value.
    ///
    /// # Errors
    ///
    /// [`EditError`] when the file has something else in the place of the profile, or it cannot be
    /// named so.
    pub fn write(&self, config: &mut ConfigText) -> Result<(), EditError> {
        if self.is_us() {
            self.write_us(config)?;
            self.make_default(config);
            return Ok(());
        }
        let profile = self.profile.as_str();
        let is_kept = self.key.as_ref().is_some_and(|key| is_of_profile(&key.source));
        let is_another = |Replaced { signer }| signer.is_none() || signer != self.signer();
        if !is_kept && self.replaces.is_some_and(is_another) {
            config.unset_own(profile);
        }
        for (setting, value) in self.known.given() {
            config.set(profile, setting, value)?;
        }
        if let Some(Funder { address, signature_type }) = self.funder {
            match self.known.type_is(signature_type) {
                Some(set) => write_if_elsewhere(config, profile, Setting::SignatureType, set)?,
                None => config.set(profile, Setting::SignatureType, i64::from(u8::from(signature_type)))?,
            }
            match self.known.funder_is(address) {
                Some(set) => write_if_elsewhere(config, profile, Setting::Funder, set)?,
                // type 0 trades from the signer itself
                None if Some(address) == self.signer() => _ = config.unset(profile, Setting::Funder),
                None => config.set(profile, Setting::Funder, address.to_string())?,
            }
        }
        if let Some(key) = self.key.as_ref().filter(|key| self.store_key || !is_of_profile(&key.source)) {
            let named = || key.place.clone().unwrap_or(SecretRef::Env { name: KEY_VARIABLE.to_owned() });
            let value: toml_edit::Value = if self.store_key { key.text.expose().into() } else { named().into() };
            config.set(profile, Setting::PrivateKey, value)?;
        }
        self.make_default(config);
        Ok(())
    }

    /// Where there is no default yet, the profile is it.
    fn make_default(&self, config: &mut ConfigText) {
        if config.default_profile().is_none() {
            config.set_default_profile(&self.profile);
        }
    }
}

/// Refers to a value that is set; one of the profile itself stays as it is.
fn write_if_elsewhere(
    config: &mut ConfigText,
    profile: &str,
    setting: Setting,
    set: Reference,
) -> Result<(), EditError> {
    match set {
        Reference::Own => Ok(()),
        Reference::To(value) => config.set(profile, setting, value),
    }
}
