//! The values in force, one by one, with a problem for each that cannot be used.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;

use super::values::{
    SECONDS, is_unfilled, lengthy, may_be_asked, may_be_opened, parse_address, parse_seconds, placeholder, shorten,
};
use crate::auth::contracts;
use crate::auth::key;
use crate::auth::wallet::{SignatureType, WalletKind, WalletMap};
use crate::secret::Secret;
use crate::settings::checksum::wrong_checksum;
use crate::settings::conflicts::conflict;
use crate::settings::sources::Sources;
use crate::settings::together::{builders_beside, is_one_place, together};
use crate::settings::{KeyText, ProblemKind, Setting, SettingProblem, Source, Sourced};

/// The places, and which of their values count.
pub(super) struct Loader {
    pub(super) sources: Sources,
    /// Of the parts of a set of credentials: which of the values counts, where it is not the first.
    picks: BTreeMap<Setting, usize>,
    /// Wallets of the key that the type is not for, beside the one that it is for.
    other_wallets: Vec<Source>,
    problems: Vec<SettingProblem>,
}

impl Loader {
    pub(super) fn of(sources: Sources) -> Self {
        let mut picks = BTreeMap::new();
        for set in [Setting::API_CREDENTIALS, Setting::BUILDER_CREDENTIALS] {
            let parts = set.map(|setting| sources.all(setting));
            picks.extend(set.into_iter().zip(together(&parts)).filter(|(_, pick)| *pick > 0));
        }
        Self { sources, picks, other_wallets: Vec::new(), problems: Vec::new() }
    }

    /// Of several wallets of the key, as bots list them, takes the one that the type is for.
    pub(super) fn pick_funder(
        &mut self,
        key: Option<&Sourced<KeyText>>,
        chain: Option<&Sourced<u64>>,
        kind: Option<&Sourced<SignatureType>>,
    ) {
        let signer = key.and_then(|key| key::parse(key.value.as_ref().ok()?).ok()).map(|key| key.signer.address());
        let chain = chain.and_then(|id| contracts::chain(id.value));
        let (Some(signer), Some(chain), Some(kind)) = (signer, chain, kind) else { return };
        let wallets = WalletMap::derive(chain, signer);
        let of_key = |value: &Sourced<String>| wallets.kind_of(parse_address(value.value.trim())?);
        let mut values = self.values(Setting::Funder);
        // what another place says is not a list of wallets, but what the first one is said instead of
        let beside = values.iter().take_while(|value| is_one_place(&value.source, &values[0].source)).count();
        values.truncate(beside);
        let kinds: Vec<Option<WalletKind>> = values.iter().map(of_key).collect();
        let is_listed = kinds.len() > 1 && kinds.iter().all(Option::is_some);
        let fits = |found: &Option<WalletKind>| found.is_some_and(|found| found.signature_type() == kind.value);
        if let Some(pick) = kinds.iter().position(fits).filter(|_| is_listed) {
            self.picks.insert(Setting::Funder, pick);
            let others = values.iter().zip(&kinds).filter(|(_, found)| !fits(found));
            self.other_wallets = others.map(|(value, _)| value.source.clone()).collect();
        }
    }

    /// Every value of a setting that counts, the one in force first.
    fn values(&self, setting: Setting) -> Vec<Sourced<String>> {
        let mut values = self.sources.all(setting);
        if let Some(pick) = self.picks.get(&setting).filter(|pick| **pick < values.len()) {
            values[..=*pick].rotate_right(1);
        }
        values
    }

    /// Parses the value in force; one that cannot be parsed is a problem, never a default.
    pub(super) fn parsed<T>(
        &mut self,
        setting: Setting,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<Sourced<T>> {
        let found = self.values(setting).into_iter().next()?;
        if is_unfilled(setting, &found.value) {
            self.problems.push(placeholder(setting, &found.source));
            return None;
        }
        if let Some(value) = parse(found.value.trim()) {
            return Some(Sourced::new(value, found.source));
        }
        // an address may hold a password or an access key
        let shown = if setting.is_url() { lengthy(&found.value) } else { shorten(&found.value) };
        self.problems.push(SettingProblem {
            kind: ProblemKind::Invalid,
            setting: setting.into(),
            text: format!("The {} is {shown} ({}), which is not {expected}", setting.spoken(), found.source),
            fix: format!("Set the {} to {expected}", setting.spoken()),
        });
        None
    }

    /// Whether something is wrong with a setting, be it that the place a profile refers to is gone.
    pub(super) fn has_problem(&self, setting: Setting) -> bool {
        let of_places = self.sources.problems.iter().filter(|problem| problem.kind == ProblemKind::Invalid);
        self.problems.iter().chain(of_places).any(|problem| problem.is_of(setting))
    }

    /// The default, unless a value is set that cannot be used.
    pub(super) fn or_default<T>(&self, setting: Setting, found: Option<Sourced<T>>, default: T) -> Option<Sourced<T>> {
        found.or_else(|| (!self.has_problem(setting)).then(|| Sourced::new(default, Source::Default)))
    }

    pub(super) fn text(&mut self, setting: Setting) -> Option<Sourced<String>> {
        Some(self.filled_in(setting)?.map(|text| text.trim().to_owned()))
    }

    pub(super) fn secret(&mut self, setting: Setting) -> Option<Sourced<Secret>> {
        Some(self.filled_in(setting)?.map(Secret::new))
    }

    /// The value in force, unless it is one that the example file had.
    fn filled_in(&mut self, setting: Setting) -> Option<Sourced<String>> {
        let found = self.values(setting).into_iter().next()?;
        if is_unfilled(setting, &found.value) {
            self.problems.push(placeholder(setting, &found.source));
            return None;
        }
        Some(found)
    }

    /// A secret that is sent as it is written, so that what surrounds it is sent, too.
    pub(super) fn sent_as_it_is(&mut self, setting: Setting) -> Option<Sourced<Secret>> {
        let found = self.secret(setting)?;
        if found.value.trimmed().is_some() {
            self.problems.push(SettingProblem {
                kind: ProblemKind::Conflict,
                setting: setting.into(),
                text: format!(
                    "The {} ({}) has leading/trailing whitespace or quotes, which are sent as part of the value",
                    setting.spoken(),
                    found.source
                ),
                fix: "Remove the whitespace or quotes".to_owned(),
            });
        }
        Some(found)
    }

    pub(super) fn url(&mut self, setting: Setting, default: Option<&str>) -> Option<Sourced<Url>> {
        let (expected, may_be_asked): (_, fn(&Url) -> bool) = if setting.is_socket() {
            ("a URL starting with wss:// (ws:// only for localhost)", may_be_opened)
        } else {
            ("a URL starting with https:// (http:// only for localhost)", may_be_asked)
        };
        let found = self.parsed(setting, expected, |text| Url::parse(text).ok().filter(may_be_asked));
        let default = default.and_then(|text| Url::parse(text).ok());
        match default {
            Some(default) => self.or_default(setting, found, default),
            None => found,
        }
    }

    pub(super) fn seconds(&mut self, setting: Setting) -> Option<Duration> {
        self.parsed(setting, SECONDS, parse_seconds).map(|found| found.value)
    }

    /// Every place of each setting, the one in force first.
    pub(super) fn places<T>(&self, key: Option<&Sourced<T>>) -> BTreeMap<Setting, Vec<Source>> {
        let places = |setting| self.values(setting).into_iter().map(|value| value.source).collect();
        let mut all: BTreeMap<_, Vec<Source>> =
            Setting::ALL.into_iter().map(|setting| (setting, places(setting))).collect();
        if let Some(key) = key {
            // of a flag, or a place in the profile that does not give it
            let of_key = all.entry(Setting::PrivateKey).or_default();
            if of_key.first() != Some(&key.source) {
                of_key.insert(0, key.source.clone());
            }
        }
        all
    }

    /// The places of a builder's or relayer's set beside the user's own.
    fn of_builder(&self) -> Vec<Source> {
        let parts = Setting::API_CREDENTIALS.map(|setting| self.values(setting));
        builders_beside(&parts)
    }

    pub(super) fn finish(mut self) -> Vec<SettingProblem> {
        self.problems.append(&mut self.sources.problems);
        let of_builder = self.of_builder();
        for setting in Setting::ALL {
            let values = self.values(setting);
            let is_rival = |value: &&Sourced<String>| {
                !of_builder.contains(&value.source) && !self.other_wallets.contains(&value.source)
            };
            let rivals: Vec<_> = values.iter().filter(is_rival).cloned().collect();
            self.problems.extend(conflict(setting, &rivals));
            self.problems.extend(wrong_checksum(setting, &values));
        }
        self.problems.extend(self.sources.near_misses());
        self.problems
    }
}
