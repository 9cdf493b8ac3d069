//! Which variable gives which setting: those of `--env-map` first, then the names that the official
//! clients use, then whatever says by its words what it holds.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{self, Meaning, Strength, setting};
use super::{Source, Sourced};

/// `PROXY_ADDRESS` may be a proxy of the network as well as a wallet.
fn is_network_proxy(setting: &str, name: &str, value: &str) -> bool {
    let funder = Meaning { setting: "funder", strength: Strength::Ours };
    setting == "funder" && name.contains("PROXY") && !names::can_hold(funder, value)
}

/// The names that are read for each setting, the one that wins first.
#[derive(Default)]
pub(super) struct Reads {
    names: BTreeMap<&'static str, Vec<String>>,
}

impl Reads {
    /// Decides for these variables. A name that means other things too (`API_KEY`, `WALLET_PRIVATE_KEY`)
    /// is read only where no better one gives the setting.
    pub(super) fn of<'a>(
        env_map: &BTreeMap<&'static str, String>,
        variables: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut listed: BTreeSet<&'static str> = BTreeSet::new();
        let mut passed_over = BTreeSet::new();
        let mut further: BTreeMap<&'static str, BTreeSet<(Strength, &str)>> = BTreeMap::new();
        for (name, value) in variables.filter(|(_, value)| !value.trim().is_empty()) {
            if let Some(setting) = names::listed(name) {
                if is_network_proxy(setting.name, name, value) {
                    passed_over.insert(name.to_owned());
                } else {
                    listed.insert(setting.name);
                }
            } else if let Some(meaning) = names::meaning(name).filter(|meaning| names::can_hold(*meaning, value)) {
                let Meaning { setting, strength } = meaning;
                further.entry(setting).or_default().insert((strength, name));
            }
        }
        let mut names: BTreeMap<&'static str, Vec<String>> =
            names::SETTINGS.iter().map(|setting| (setting.name, Vec::new())).collect();
        for (name, read) in &mut names {
            let is_read = |variable: &&&str| !passed_over.contains(**variable);
            read.extend(env_map.get(name).cloned());
            read.extend(setting(name).variables.iter().filter(is_read).map(|&name| name.to_owned()));
            let of_setting = further.get(name).into_iter().flatten();
            let strongest = of_setting.clone().next().map_or(Strength::Ours, |(strength, _)| *strength);
            let best = if listed.contains(name) { Strength::Ours } else { strongest };
            let counts = |(strength, _): &&(Strength, &str)| *strength <= best;
            read.extend(of_setting.filter(counts).map(|(_, name)| (*name).to_owned()));
        }
        Self { names }
    }

    /// The setting that a variable is read for.
    pub(super) fn setting_of(&self, variable: &str) -> Option<&'static str> {
        self.names.iter().find(|(_, names)| names.iter().any(|name| name == variable)).map(|(setting, _)| *setting)
    }

    /// The values of a setting among the variables of one place, the one that wins first.
    pub(super) fn values<'a>(
        &self,
        setting: &str,
        variables: &(impl Iterator<Item = (&'a str, &'a str, usize)> + Clone),
        source: impl Fn(&str, usize) -> Source,
    ) -> Vec<Sourced<String>> {
        let names = self.names.get(setting).into_iter().flatten();
        let found = names.filter_map(|name| variables.clone().find(|(each, ..)| each == name));
        found.map(|(name, value, line)| Sourced::new(value.to_owned(), source(name, line))).collect()
    }
}
