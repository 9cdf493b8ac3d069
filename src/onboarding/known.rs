//! What is set already for the key: a profile refers to it, and does not copy it.

use alloy_primitives::Address;
use toml_edit::Value;

use crate::auth::wallet::SignatureType;
use crate::settings::{SecretRef, Setting, Settings, Source, Sourced};

/// How a profile comes to a value that is set.
pub(super) enum Reference {
    /// It says the value itself, and stays as it is.
    Own,
    To(Value),
}

/// Settings that are there before any answer.
#[derive(Clone, Default)]
pub(super) struct Known {
    /// How a profile says each, but for the key, the type and the funder.
    given: Vec<(Setting, Value)>,
    signature_type: Option<Sourced<SignatureType>>,
    funder: Option<Sourced<Address>>,
}

impl Known {
    pub(super) fn of(settings: &Settings) -> Self {
        const ANSWERED: [Setting; 3] = [Setting::PrivateKey, Setting::SignatureType, Setting::Funder];
        let first = |setting: Setting| settings.places.get(&setting).and_then(|places| places.first());
        let given = Setting::ALL.into_iter().filter(|setting| !ANSWERED.contains(setting)).filter_map(|setting| {
            let source = first(setting)?;
            let literal = || match setting {
                Setting::ChainId => Some(i64::try_from(settings.chain_id.as_ref()?.value).ok()?.into()),
                setting => Some(settings.public_text(setting)?.into()),
            };
            let value = match source {
                // it says so itself
                Source::Profile { .. } => return None,
                source => SecretRef::of_setting(source, setting).map(Value::from).or_else(literal)?,
            };
            Some((setting, value))
        });
        Self {
            given: given.collect(),
            signature_type: settings.signature_type.clone().filter(|kind| kind.source != Source::Default),
            funder: settings.funder.clone(),
        }
    }

    pub(super) fn given(&self) -> impl Iterator<Item = (Setting, Value)> {
        self.given.iter().cloned()
    }

    pub(super) fn signature_type(&self) -> Option<SignatureType> {
        self.signature_type.as_ref().map(|kind| kind.value)
    }

    /// The funder that a file or a variable sets. One of the command line is an answer, to be judged.
    pub(super) fn funder(&self) -> Option<&Sourced<Address>> {
        self.funder.as_ref().filter(|funder| !matches!(funder.source, Source::Flag { .. }))
    }

    pub(super) fn type_source(&self) -> Option<&Source> {
        self.signature_type.as_ref().map(|kind| &kind.source)
    }

    /// How a profile refers to where this type is set, if it is.
    pub(super) fn type_is(&self, kind: SignatureType) -> Option<Reference> {
        reference(Setting::SignatureType, self.signature_type.as_ref().filter(|set| set.value == kind)?)
    }

    /// The same for a funder.
    pub(super) fn funder_is(&self, funder: Address) -> Option<Reference> {
        reference(Setting::Funder, self.funder().filter(|set| set.value == funder)?)
    }
}

pub(super) fn reference<T>(setting: Setting, set: &Sourced<T>) -> Option<Reference> {
    match &set.source {
        Source::Profile { .. } => Some(Reference::Own),
        source => Some(Reference::To(SecretRef::of_setting(source, setting)?.into())),
    }
}
