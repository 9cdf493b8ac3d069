//! Which account this is, and what of each place is its.

use std::path::{Path, PathBuf};

use super::Sources;
use crate::secret::Secret;
use crate::settings::accounts::{ChosenBy, Group, Use, Whose};
use crate::settings::config::{ProfileEntry, ProfileValue};
use crate::settings::copies::{self, Copy};
use crate::settings::files::{path_named, read_text};
use crate::settings::inputs::{Inputs, KeyInput};
use crate::settings::left_out::{self, LeftOut};
use crate::settings::names;
use crate::settings::secret_ref::SecretRef;
use crate::settings::{KeyText, ProblemKind, Setting, SettingProblem, Source, Sourced, env_file, polymarket_cli};

impl Sources {
    /// The keystore of the profile, where the private key comes from it and its password is not said.
    pub(in crate::settings) fn keystore_to_unlock(&self) -> Option<PathBuf> {
        let is_needed = self.chosen == Some(Group::Profile) && self.all(Setting::PrivateKey).is_empty();
        self.profile_key.locked_keystore().filter(|_| is_needed)
    }

    /// Settles whose account this is, and reads what is its.
    pub(super) fn settle(&mut self, given: Option<Sourced<KeyText>>, inputs: &Inputs) {
        let whose = |key: &Sourced<KeyText>| key.value.as_ref().map_or(Whose::Unknown, |key| Whose::of(key.expose()));
        let place = self.places.iter().find(|place| Some(place.group) == self.chosen);
        let (place_key, standing) = (place.and_then(|place| place.key.clone()), place.map(|place| place.standing));
        let mut account: Vec<Whose> = place_key.into_iter().collect();
        if let Some(given) = &given {
            account = vec![whose(given)];
            if let KeyInput::Keystore(path) = &inputs.key {
                account.push(Whose::Keystore(path.clone()));
            }
        }
        let mut of_profile = None;
        if self.chosen == Some(Group::Profile) && self.all(Setting::PrivateKey).is_empty() {
            of_profile = self.profile_key.unlocked(&self.chosen_profile.path, inputs);
            // what a keystore says of itself does not matter any more
            if let Some(read @ (Whose::Signer(_) | Whose::Text(_))) = of_profile.as_ref().map(whose) {
                account = vec![read];
            }
        }
        self.use_account(&account);
        if self.use_of(Group::EnvFile) != Use::Nothing {
            let by_wallet = self.reads.key_by_wallet();
            let is_secret = |name: &str| names::is_secret(name) || by_wallet == Some(name);
            let has_secrets = self.env_lines.iter().any(|line| is_secret(&line.name));
            self.secret_files.extend(has_secrets.then(|| PathBuf::from(&self.env_path)));
            self.problems.append(&mut self.env_problems);
        }
        self.add_profile(&account);
        self.add_copies();
        let first = self.all(Setting::PrivateKey).into_iter().next();
        let of_line = self.env_key.clone().filter(|_| self.chosen == Some(Group::EnvFile));
        self.key = given.or_else(|| Some(first?.map(|text| Ok(Secret::new(text))))).or(of_profile).or(of_line);
        if let Some(standing) = standing {
            self.problems.extend(self.left_out(standing, &account));
        }
    }

    /// Reads what counts of the profile.
    fn add_profile(&mut self, account: &[Whose]) {
        let usage = self.use_of(Group::Profile);
        if usage == Use::Nothing {
            return;
        }
        self.problems.append(&mut self.chosen_profile.problems);
        let counts = |entry: &&ProfileEntry| usage == Use::Whole || entry.setting.is_shared();
        let entries: Vec<ProfileEntry> = self.chosen_profile.entries.iter().filter(counts).cloned().collect();
        if self.standing_of(Group::Profile) != Some(ChosenBy::Fallback) || !entries.is_empty() {
            self.profile.clone_from(&self.chosen_profile.name);
        }
        let path = self.chosen_profile.path.clone();
        let mut of_others = Vec::new();
        for entry in entries {
            let setting = entry.setting;
            let place = match entry.value {
                ProfileValue::Text(text) => {
                    if setting.is_secret() && !self.secret_files.contains(&path) {
                        self.secret_files.push(path.clone());
                    }
                    self.profile_values.insert(setting, Sourced::new(text, entry.source));
                    continue;
                }
                ProfileValue::SecretRef(place) => place,
            };
            let is_key = setting == Setting::PrivateKey;
            if place.is_costly() && (is_key || !self.all(setting).is_empty()) {
                continue;
            }
            if !is_key && self.is_of_another(&place, &path, account) {
                of_others.push(entry.source);
                continue;
            }
            if setting.is_secret() {
                self.secret_files.extend(place.secret_file(&path));
            }
            match place.read(&self.environment, &entry.source, &path, &self.memory) {
                Ok(found) => {
                    self.profile_values.insert(setting, found.map(|secret| secret.expose().to_owned()));
                }
                // the key says itself why it is not there
                Err(_) if is_key => {}
                Err(wrong) => self.problems.push(SettingProblem {
                    kind: ProblemKind::Invalid,
                    setting: setting.into(),
                    text: format!("The {} {wrong} ({})", setting.spoken(), entry.source),
                    fix: "Put the value there, or change the reference in the profile".to_owned(),
                }),
            }
        }
        self.problems.extend(left_out::references(&of_others));
    }

    /// Says which values of the profile are copies, where they count.
    fn add_copies(&mut self) {
        if self.use_of(Group::Profile) != Use::Whole {
            return;
        }
        let counts = |copy: &Copy| self.all(copy.setting).first().map(|value| &value.source) == copy.source.as_ref();
        let copies = copies::copies(&self.chosen_profile).into_iter().filter(counts);
        let problems: Vec<SettingProblem> = copies.map(|copy| copy.problem).collect();
        self.problems.extend(problems);
    }

    /// Whether a profile refers to what belongs to another account: a variable that a bot reads, beside
    /// the private key that it reads (a name that no bot reads is the profile's own), or what
    /// polymarket-cli has beside its key. A key in use that could not be read is not the one there.
    fn is_of_another(&self, place: &SecretRef, beside: &Path, account: &[Whose]) -> bool {
        let is_key = |name: &str| names::gives(Setting::PrivateKey, name);
        let keys: Vec<Whose> = match place {
            SecretRef::Env { name } if names::is_known(name) => {
                let keys = self.environment.iter().filter(|(name, key)| is_key(name) && !key.trim().is_empty());
                keys.map(|(_, key)| Whose::of(key)).collect()
            }
            SecretRef::EnvFile { path, name } if names::is_known(name) => {
                let (lines, bad) = read_text(&path_named(path, beside))
                    .map_or_else(|_| (Vec::new(), Vec::new()), |text| env_file::parse(&text));
                let keys = lines.iter().filter(|line| is_key(&line.name) && !line.value.trim().is_empty());
                let unreadable = env_file::unreadable_key(&lines, &bad).map(|_| Whose::Unknown);
                keys.map(|line| Whose::of(&line.value)).chain(unreadable).collect()
            }
            SecretRef::PolymarketCli { path } => {
                let values = polymarket_cli::read(&path_named(path, beside)).unwrap_or_default();
                let keys = values.iter().filter(|(name, _)| *name == Setting::PrivateKey);
                keys.map(|(_, key)| Whose::of(&key.value)).collect()
            }
            _ => Vec::new(),
        };
        let is_of_account = |key: &Whose| account.iter().any(|account| key.is(account));
        !account.is_empty() && !keys.is_empty() && !keys.iter().any(is_of_account)
    }

    fn standing_of(&self, group: Group) -> Option<ChosenBy> {
        self.places.iter().find(|place| place.group == group).map(|place| place.standing)
    }

    /// What is left out of the places of other accounts, and why.
    fn left_out(&self, winner: ChosenBy, account: &[Whose]) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        for place in &self.places {
            let usage = self.use_of(place.group);
            let counts = |setting| usage.counts(place.group, setting);
            let of = |setting: Setting| -> Vec<Source> {
                if place.group == Group::Profile {
                    let entries = self.chosen_profile.entries.iter().filter(|entry| entry.setting == setting);
                    return entries.map(|entry| entry.source.clone()).collect();
                }
                let of_line =
                    self.env_key.as_ref().filter(|_| place.group == Group::EnvFile && setting == Setting::PrivateKey);
                let values = self.values_in(place.group, setting).into_iter().map(|value| value.source);
                values.chain(of_line.map(|key| key.source.clone())).collect()
            };
            let sources: Vec<Source> =
                Setting::ALL.into_iter().filter(|setting| !counts(*setting)).flat_map(of).collect();
            if !sources.is_empty() {
                let key = self.key.as_ref().map(|key| &key.source);
                problems.push(LeftOut { place, usage, sources, winner, key, account }.problem());
            }
        }
        problems
    }
}
