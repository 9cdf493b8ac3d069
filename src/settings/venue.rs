//! Which venue an account is of: the international CLOB, Polymarket US, or both side by side.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Setting, Settings, Source, Sourced};
use crate::auth::key::KeyMistake;
use crate::auth::us::UsCredentials;
use crate::secret::Secret;

/// A venue that keeps accounts of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Venue {
    /// The international CLOB, with wallets on Polygon.
    Global,
    /// Polymarket US, with a key id and an Ed25519 secret key.
    Us,
}

impl Venue {
    /// What it is called in sentences.
    pub fn spoken(self) -> &'static str {
        match self {
            Self::Global => "the CLOB",
            Self::Us => "Polymarket US",
        }
    }
}

impl fmt::Display for Venue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Global => "global",
            Self::Us => "us",
        })
    }
}

/// The venues that a run looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Venues {
    /// The international CLOB alone.
    #[default]
    Global,
    /// Polymarket US alone.
    Us,
    /// Both.
    Both,
}

impl Venues {
    /// Whether this venue is among them.
    pub fn has(self, venue: Venue) -> bool {
        match self {
            Self::Global => venue == Venue::Global,
            Self::Us => venue == Venue::Us,
            Self::Both => true,
        }
    }

    /// The venues, in the order of the checklist.
    pub fn iter(self) -> impl Iterator<Item = Venue> {
        [Venue::Global, Venue::Us].into_iter().filter(move |venue| self.has(*venue))
    }

    /// Whether these are only the international CLOB, as before there was anything else.
    pub fn is_global(&self) -> bool {
        *self == Self::Global
    }
}

/// The parts of a key of Polymarket US, as far as they are configured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsParts {
    /// A UUID.
    pub key_id: Option<Sourced<String>>,
    /// Base64 of an Ed25519 key.
    pub secret: Option<Sourced<Secret>>,
}

impl UsParts {
    /// Whether no part is set.
    pub fn is_empty(&self) -> bool {
        self.key_id.is_none() && self.secret.is_none()
    }

    /// Both parts; `None` while one is missing.
    pub fn whole(&self) -> Option<UsCredentials> {
        let (key_id, secret) = (self.key_id.as_ref()?.value.clone(), self.secret.as_ref()?.value.clone());
        Some(UsCredentials { key_id, secret })
    }

    /// Where the key comes from: the place of the id, or of the secret.
    pub fn source(&self) -> Option<&Source> {
        let of_secret = || self.secret.as_ref().map(|secret| &secret.source);
        self.key_id.as_ref().map(|id| &id.source).or_else(of_secret)
    }
}

/// The venues of these settings: as chosen, or else those that have something configured. What an
/// example file left there counts only where nothing else does.
pub(super) fn of(settings: &Settings) -> Venues {
    match settings.venue.as_ref().map(|venue| venue.value) {
        Some(Venue::Global) => return Venues::Global,
        Some(Venue::Us) => return Venues::Us,
        None => {}
    }
    let is_named = |setting: Setting| settings.places.get(&setting).is_some_and(|places| !places.is_empty());
    let is_key = |key: &Sourced<Result<Secret, KeyMistake>>| match &key.value {
        Ok(text) => !crate::auth::placeholder::is_placeholder(text.expose()),
        Err(_) => true,
    };
    let has_global = settings.private_key.as_ref().is_some_and(is_key)
        || !settings.credentials.is_empty()
        || settings.funder.is_some();
    let has_us = !settings.us.is_empty();
    match (has_global, has_us) {
        (true, true) => Venues::Both,
        (false, true) => Venues::Us,
        (false, false) if is_named(Setting::UsKeyId) || is_named(Setting::UsSecretKey) => Venues::Us,
        // the one thing that was there was in the place of the other venue
        (false, false) if settings.problems.iter().any(super::SettingProblem::is_us_key_elsewhere) => Venues::Us,
        _ => Venues::Global,
    }
}
