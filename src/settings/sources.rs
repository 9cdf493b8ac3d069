//! The places that values come from, read once, with the place kept beside each value.

mod settle;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::accounts::{self, ChosenBy, Group, Held, Use, Whose};
use super::config::{self, Profile};
use super::env_file::{EnvFile, EnvLine};
use super::inputs::{Inputs, KeyInput, SettingsError};
use super::memory::Memory;
use super::names::{self, Meaning, Strength};
use super::profile_key::ProfileKey;
use super::unread::Variable;
use super::variables::{Families, Reads};
use super::{
    KeyProfile, KeyText, ProblemKind, Setting, SettingProblem, Source, Sourced, Subject, env_file, env_form, given,
    polymarket_cli,
};
use crate::auth::key::KeyMistake;

/// All places, highest precedence first, and what of them counts.
pub(super) struct Sources {
    flags: BTreeMap<Setting, String>,
    environment: BTreeMap<String, String>,
    env_path: String,
    env_lines: Vec<EnvLine>,
    env_problems: Vec<SettingProblem>,
    /// A line with the private key that cannot be read, where no other has it: whose it is is not known.
    env_key: Option<Sourced<KeyText>>,
    /// The name of the profile that is in use; empty where there is none.
    pub(super) profile: String,
    chosen_profile: Profile,
    profile_key: ProfileKey,
    profile_values: BTreeMap<Setting, Sourced<String>>,
    polymarket_cli: BTreeMap<Setting, Sourced<String>>,
    /// The places with values, each with its private key.
    places: Vec<Held>,
    /// The place whose private key says which account this is.
    chosen: Option<Group>,
    /// What counts of each place; of one that is not in it, all.
    usage: BTreeMap<Group, Use>,
    key: Option<Sourced<KeyText>>,
    /// Which variable gives which setting, by what all places hold: it says which private keys there are.
    all_reads: Reads,
    /// The same by the places that count.
    reads: Reads,
    /// That of the command line.
    env_map: BTreeMap<Setting, String>,
    in_fleet: bool,
    memory: Memory,
    pub(super) secret_files: Vec<PathBuf>,
    pub(super) problems: Vec<SettingProblem>,
}

impl Sources {
    /// Settles which account this is, whose values alone count.
    pub(super) fn settled(mut self, inputs: &Inputs) -> Result<Self, SettingsError> {
        let given = given::read(inputs)?;
        self.settle(given, inputs);
        Ok(self)
    }

    /// Reads every place, as far as neither a password nor a program is needed.
    pub(super) fn open(inputs: &Inputs) -> Result<Self, SettingsError> {
        let profile = config::chosen(inputs)?;
        let mut sources = Self {
            flags: inputs.flags.clone(),
            environment: inputs.environment.clone(),
            env_path: String::new(),
            env_lines: Vec::new(),
            env_problems: Vec::new(),
            env_key: None,
            profile: String::new(),
            profile_key: ProfileKey::read(&profile, &inputs.environment, &inputs.memory),
            chosen_profile: profile,
            profile_values: BTreeMap::new(),
            polymarket_cli: BTreeMap::new(),
            places: Vec::new(),
            chosen: None,
            usage: BTreeMap::new(),
            key: None,
            all_reads: Reads::default(),
            reads: Reads::default(),
            env_map: inputs.env_map.clone(),
            in_fleet: inputs.in_fleet,
            memory: inputs.memory.clone(),
            secret_files: Vec::new(),
            problems: Vec::new(),
        };
        if let Some(path) = inputs.env_file.path() {
            sources.add_env_file(&path)?;
        }
        sources.all_reads = sources.reads_where(|_| Use::Whole);
        sources.reads = sources.all_reads.clone();
        let has_key = !matches!(inputs.key, KeyInput::Settings)
            || sources.profile_key.is_there()
            || sources.env_key.is_some()
            || !sources.everywhere(Setting::PrivateKey).is_empty();
        if let Some(path) = inputs.polymarket_cli.as_ref().filter(|path| !has_key && path.exists()) {
            sources.add_polymarket_cli(path);
        }
        if !has_key && !inputs.in_fleet && matches!(inputs.env_file, EnvFile::Usual) {
            sources.problems.extend(env_form::other_with_a_key());
        }
        sources.places = sources.held(inputs);
        sources.chosen = accounts::chosen(&sources.places).map(|place| place.group);
        // until more is known: what is seen to be another account's does not count
        let of_chosen = sources.places.iter().find(|place| Some(place.group) == sources.chosen);
        let account: Vec<Whose> = of_chosen.and_then(|place| place.key.clone()).into_iter().collect();
        sources.use_account(&account);
        Ok(sources)
    }

    fn add_env_file(&mut self, path: &Path) -> Result<(), SettingsError> {
        let (lines, bad, problems) = env_form::read(path)?;
        self.env_path = path.display().to_string();
        self.env_problems = problems;
        self.env_key = env_file::unreadable_key(&lines, &bad).map(|(line, name, wrong)| {
            let source = Source::EnvFile { path: self.env_path.clone(), line, name: name.to_owned() };
            Sourced::new(Err(KeyMistake::NotThere { reason: format!("cannot be read: its line {wrong}") }), source)
        });
        self.env_lines = lines;
        Ok(())
    }

    fn add_polymarket_cli(&mut self, path: &Path) {
        match polymarket_cli::read(path) {
            Ok(values) if values.is_empty() => {}
            Ok(values) => {
                self.polymarket_cli = values.into_iter().collect();
                self.secret_files.push(path.to_owned());
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    /// The places that have values, each with whose key it holds.
    fn held(&self, inputs: &Inputs) -> Vec<Held> {
        let key_in = |group| self.values_in(group, Setting::PrivateKey).first().map(|key| Whose::of(&key.value));
        let of_lines = key_in(Group::EnvFile).or_else(|| self.env_key.as_ref().map(|_| Whose::Unknown));
        let of_profile = if inputs.profile.as_ref().is_none_or(String::is_empty) {
            ChosenBy::Fallback
        } else if inputs.profile_by_variable {
            ChosenBy::ByVariable
        } else {
            ChosenBy::Named
        };
        let of_env_file = if matches!(inputs.env_file, EnvFile::Named(_)) { ChosenBy::Named } else { ChosenBy::There };
        let given = (!matches!(inputs.key, KeyInput::Settings)).then_some(Whose::Unknown);
        let held = |group, standing, key| {
            let funder = self.values_in(group, Setting::Funder).into_iter().next();
            Held { group, standing, key, funder: funder.and_then(|funder| funder.value.trim().parse().ok()) }
        };
        let mut places =
            vec![held(Group::Run, ChosenBy::Named, given), held(Group::Profile, of_profile, self.profile_key.whose())];
        if !self.in_fleet {
            places.extend([
                held(Group::Environment, ChosenBy::There, key_in(Group::Environment)),
                held(Group::EnvFile, of_env_file, of_lines),
                held(Group::PolymarketCli, ChosenBy::Fallback, key_in(Group::PolymarketCli)),
            ]);
        }
        places
    }

    fn use_account(&mut self, account: &[Whose]) {
        let usage = |place: &Held| (place.group, accounts::usage(place, &self.places, account, self.chosen));
        self.usage = self.places.iter().map(usage).collect();
        self.reads = self.reads_where(|group| self.use_of(group));
    }

    /// Which variable gives which setting, where this much of each place counts: neither the names in a
    /// place of another account nor the `env_map` of its profile say how this account's are read.
    fn reads_where(&self, usage: impl Fn(Group) -> Use) -> Reads {
        let counts = |group| usage(group) != Use::Nothing;
        let lines = self.env_lines.iter().filter(|_| counts(Group::EnvFile));
        let of_file = lines.map(|line| (line.name.as_str(), line.value.as_str()));
        let variables = self.environment.iter().filter(|_| counts(Group::Environment));
        let of_environment = variables.map(|(name, value)| (name.as_str(), value.as_str()));
        let mut env_map = self.chosen_profile.env_map.clone();
        // a profile that says where the private key is says so of the rest, too
        let is_of_key = env_map.contains_key(&Setting::PrivateKey);
        env_map.retain(|setting, _| match usage(Group::Profile) {
            Use::Whole => true,
            Use::Shared => is_of_key || setting.is_shared(),
            Use::Nothing => false,
        });
        env_map.extend(self.env_map.clone());
        Reads::of(&env_map, of_file.chain(of_environment))
    }

    fn use_of(&self, group: Group) -> Use {
        self.usage.get(&group).copied().unwrap_or(Use::Whole)
    }

    /// The values of a setting in one place, the one that wins first, whether they count or not.
    fn values_in(&self, group: Group, setting: Setting) -> Vec<Sourced<String>> {
        let mut found = Vec::new();
        let is_by_all = setting == Setting::PrivateKey || self.use_of(group) == Use::Nothing;
        let reads = if is_by_all { &self.all_reads } else { &self.reads };
        match group {
            Group::Run => {
                if let (Some(value), Some(flag)) = (self.flags.get(&setting), setting.flag()) {
                    found.push(Sourced::new(value.clone(), Source::Flag { name: format!("--{flag}") }));
                }
            }
            Group::Environment => {
                let named = self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str(), 0));
                let source = |name: &str, _| Source::Variable { name: name.to_owned() };
                found.extend(reads.values(setting, &named, source));
            }
            Group::EnvFile => {
                // the last line of a name wins, as in the shells that source such files
                let lines = self.env_lines.iter().rev();
                let named = lines.map(|line| (line.name.as_str(), line.value.as_str(), line.line));
                let path = &self.env_path;
                let source = |name: &str, line| Source::EnvFile { path: path.clone(), line, name: name.to_owned() };
                found.extend(reads.values(setting, &named, source));
            }
            Group::Profile => found.extend(self.profile_values.get(&setting).cloned()),
            Group::PolymarketCli => found.extend(self.polymarket_cli.get(&setting).cloned()),
        }
        found.retain(|value| !value.value.trim().is_empty());
        found
    }

    /// Every value of a setting that counts, the one that wins first. Empty text counts as not set.
    pub(super) fn all(&self, setting: Setting) -> Vec<Sourced<String>> {
        let counts = |group: &Group| self.use_of(*group).counts(*group, setting);
        if self.in_fleet {
            return self.all_in_fleet(setting);
        }
        let groups = [Group::Run, Group::Environment, Group::EnvFile, Group::Profile, Group::PolymarketCli].into_iter();
        groups.filter(counts).flat_map(|group| self.values_in(group, setting)).collect()
    }

    /// Of a profile for itself: what is an account's own only from there, and the environment only
    /// where the profile leaves open what is nobody's own.
    fn all_in_fleet(&self, setting: Setting) -> Vec<Sourced<String>> {
        let of_profile = self.values_in(Group::Profile, setting);
        if !setting.is_shared() {
            return of_profile;
        }
        let of_environment =
            if of_profile.is_empty() { self.values_in(Group::Environment, setting) } else { Vec::new() };
        [self.values_in(Group::Run, setting), of_profile, of_environment].concat()
    }

    /// The private keys of all places, whether they count or not; those that count first.
    pub(super) fn everywhere(&self, setting: Setting) -> Vec<Sourced<String>> {
        let mut found = self.all(setting);
        let groups = [Group::Environment, Group::EnvFile, Group::Profile, Group::PolymarketCli];
        let rest = groups.into_iter().flat_map(|group| self.values_in(group, setting));
        let of_profile = (setting == Setting::PrivateKey).then(|| self.profile_key.text()).flatten();
        for value in rest.chain(of_profile) {
            if !found.iter().any(|known| known.source == value.source) {
                found.push(value);
            }
        }
        found
    }

    /// The profile, where its private key says which account this is.
    pub(super) fn key_profile(&self) -> Option<KeyProfile> {
        let Profile { name, path, .. } = &self.chosen_profile;
        (self.chosen == Some(Group::Profile)).then(|| KeyProfile { name: name.clone(), path: path.clone() })
    }

    /// The private key, or why the place that should have it does not give it.
    pub(super) fn key(&self) -> Option<Sourced<KeyText>> {
        self.key.clone()
    }

    /// The variables that no setting reads, of the places that count whole.
    pub(super) fn unread(&self) -> Vec<Variable<'_>> {
        let counts = |group| !self.in_fleet && self.use_of(group) == Use::Whole;
        let lines = self.env_lines.iter().filter(|_| counts(Group::EnvFile));
        let lines = lines.map(|line| Variable {
            name: &line.name,
            value: &line.value,
            source: Source::EnvFile { path: self.env_path.clone(), line: line.line, name: line.name.clone() },
        });
        let variables = self.environment.iter().filter(|_| counts(Group::Environment));
        let of_environment = |name: &str| Source::Variable { name: name.to_owned() };
        let variables = variables.map(|(name, value)| Variable { name, value, source: of_environment(name) });
        let is_key = |name: &str| self.all_reads.setting_of(name) == Some(Setting::PrivateKey);
        let is_told = |name: &str| {
            self.reads.setting_of(name).is_some() || is_key(name) || self.reads.families().is_of_other(name)
        };
        lines.chain(variables).filter(|variable| !is_told(variable.name)).collect()
    }

    /// Names that nothing reads but that look like ones that are read, and how names are read that are
    /// not the usual ones.
    pub(super) fn near_misses(&self) -> Vec<SettingProblem> {
        let lines = self
            .env_lines
            .iter()
            .map(|line| (Group::EnvFile, &line.name, &line.value, format!("line {} of {}", line.line, self.env_path)));
        let variables = self.environment.iter().filter(|_| !self.in_fleet);
        let variables = variables.map(|(name, value)| (Group::Environment, name, value, "the environment".to_owned()));
        let all = lines.chain(variables).filter(|(_, _, value, _)| !value.trim().is_empty());
        let read = |setting: Setting| !self.all(setting).is_empty();
        let is_shared = |subject| matches!(subject, Subject::Setting(setting) if setting.is_shared());
        let mut problems: Vec<SettingProblem> = all
            .filter_map(|(group, name, value, place)| {
                let is_small = self.reads.in_small_letters().any(|small| small == name);
                let problem = if is_small { written_small(name, &place) } else { near_miss(name, value, &place, read) };
                let problem = problem?;
                let counts = match self.use_of(group) {
                    Use::Whole => true,
                    Use::Shared => is_shared(problem.setting),
                    Use::Nothing => false,
                };
                counts.then_some(problem)
            })
            .collect();
        problems.extend(several_accounts(self.reads.families()));
        problems.extend(self.reads.key_by_wallet().map(key_by_wallet));
        problems
    }
}

/// A private key under a name that nothing knows.
fn key_by_wallet(name: &str) -> SettingProblem {
    SettingProblem {
        kind: ProblemKind::Remark,
        setting: Setting::PrivateKey.into(),
        text: format!("{name} is used as the private key, because the funder is a wallet of its signer"),
        fix: "No change needed if your bot reads that name".to_owned(),
    }
}

/// A name in small letters: what it is read by.
fn written_small(name: &str, place: &str) -> Option<SettingProblem> {
    let usual = names::folded(name)?;
    let setting = names::setting_of(&usual)?;
    Some(SettingProblem {
        kind: ProblemKind::Remark,
        setting: setting.into(),
        text: format!("{name} ({place}) is in lower case: libraries like pydantic read it, most others only {usual}"),
        fix: format!("If your bot does not find it, rename it to {usual}"),
    })
}

/// Several accounts in one place: which one is looked at, and how to look at another.
fn several_accounts(families: &Families) -> Option<SettingProblem> {
    let read = families.read.as_ref()?;
    let (_, members) = families.others.first()?;
    let others: Vec<String> = families.others.iter().map(|(family, _)| family.pattern()).collect();
    let (_, key) = members.iter().find(|(setting, _)| *setting == Setting::PrivateKey)?;
    Some(SettingProblem {
        kind: ProblemKind::Remark,
        setting: Setting::PrivateKey.into(),
        text: format!(
            "There are {} accounts: the one of {} is checked, not {}",
            others.len() + 1,
            read.pattern(),
            others.join(", ")
        ),
        fix: format!("To check a different one, add --env-map private_key={key}"),
    })
}

fn near_miss(name: &str, value: &str, place: &str, is_read: impl Fn(Setting) -> bool) -> Option<SettingProblem> {
    let meant = names::meant(name)?;
    let setting = names::setting_of(&meant)?;
    // a value that is none of the setting's is another thing's, whatever its name is like
    let strength = if setting == Setting::PrivateKey { Strength::Anybodys } else { Strength::Ours };
    let meaning = Meaning { setting, strength };
    (!is_read(setting) && names::can_hold(meaning, value)).then(|| SettingProblem {
        kind: ProblemKind::NearMiss,
        setting: setting.into(),
        text: format!("{name} is set ({place}), but nothing reads it; the clients read {meant}"),
        fix: SettingProblem::renaming(name, &meant),
    })
}
