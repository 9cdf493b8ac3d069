//! Private keys that are there already: what the set-up wizard offers.

use super::names::setting;
use super::sources::{Inputs, Sources};
use super::{Place, Source, polymarket_cli};
use crate::secret::Secret;

/// A private key and the place that it was found in.
#[derive(Clone, Debug)]
pub struct FoundKey {
    pub key: Secret,
    pub source: Source,
    /// How a profile says that place; `None` where a profile cannot.
    pub place: Option<Place>,
}

/// The one in force first.
pub(super) fn keys(inputs: &Inputs, sources: &Sources) -> Vec<FoundKey> {
    let mut values = sources.everywhere(setting("private_key"));
    let cli = inputs.polymarket_cli.as_deref().filter(|path| path.exists());
    let of_cli = cli.and_then(|path| polymarket_cli::read(path).ok()).into_iter().flatten();
    for (_, value) in of_cli.filter(|(name, _)| *name == "private_key") {
        if !values.iter().any(|known| known.source == value.source) {
            values.push(value);
        }
    }
    let found = |value: super::Sourced<String>| FoundKey {
        key: Secret::new(value.value),
        place: Place::of(&value.source),
        source: value.source,
    };
    values.into_iter().map(found).collect()
}
