//! Which variable gives which setting: those of `--env-map` first, then the names that the official
//! clients use, then whatever says by its words what it holds.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;

use super::accounts::is_wallet_of;
use super::names::{self, Family, Meaning, Strength};
use super::{Setting, Source, Sourced};
use crate::auth::key;
use crate::secret::Secret;

/// `PROXY_ADDRESS` may be a proxy of the network as well as a wallet.
fn is_network_proxy(setting: Setting, name: &str, value: &str) -> bool {
    let funder = Meaning { setting: Setting::Funder, strength: Strength::Ours };
    setting == Setting::Funder && name.contains("PROXY") && !names::can_hold(funder, value)
}

/// The names that are read for each setting, the one that wins first.
#[derive(Clone, Default)]
pub(super) struct Reads {
    names: BTreeMap<Setting, Vec<String>>,
    /// Names in small letters, with the setting that each is read for.
    small: BTreeMap<String, Setting>,
    families: Families,
    /// A name that says nothing, whose value is the private key of the funder's wallet.
    by_wallet: Option<String>,
}

/// Accounts whose names have something around the known words.
#[derive(Clone, Default)]
pub(super) struct Families {
    /// The one that is read, where no plain name gives a private key.
    pub(super) read: Option<Family>,
    /// The others, with the names of each.
    pub(super) others: Vec<(Family, Vec<(Setting, String)>)>,
}

impl Reads {
    /// Decides for these variables. A name that means other things too (`API_KEY`, `WALLET_PRIVATE_KEY`)
    /// is read only where no better one gives the setting.
    pub(super) fn of<'a>(
        env_map: &BTreeMap<Setting, String>,
        variables: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut listed: BTreeSet<Setting> = BTreeSet::new();
        let mut passed_over = BTreeSet::new();
        let mut further: BTreeMap<Setting, BTreeSet<(Strength, &str)>> = BTreeMap::new();
        let (mut rest, mut funders) = (Vec::new(), Vec::new());
        for (name, value) in variables.filter(|(_, value)| !value.trim().is_empty()) {
            if let Some(setting) = Setting::listing(name) {
                if is_network_proxy(setting, name, value) {
                    passed_over.insert(name.to_owned());
                } else {
                    listed.insert(setting);
                    funders.extend((setting == Setting::Funder).then_some(value));
                }
            } else if let Some(meaning) = names::meaning(name) {
                if names::can_hold(meaning, value) {
                    funders.extend((meaning.setting == Setting::Funder).then_some(value));
                    further.entry(meaning.setting).or_default().insert((meaning.strength, name));
                }
            } else {
                rest.push((name, value));
            }
        }
        keep_whole_triple(&mut further);
        let is_given = |setting: Setting| listed.contains(&setting) || further.contains_key(&setting);
        let small = in_small_letters(&rest).into_iter().filter(|(_, setting)| !is_given(*setting));
        let small: BTreeMap<String, Setting> = small.collect();
        let is_key_given =
            is_given(Setting::PrivateKey) || small.values().any(|setting| *setting == Setting::PrivateKey);
        let mapped_key = env_map.get(&Setting::PrivateKey).map(String::as_str);
        let (families, members) = families(&rest, mapped_key, is_key_given);
        let is_funder = |name: &str| small.get(name) == Some(&Setting::Funder);
        funders.extend(rest.iter().filter(|(name, _)| is_funder(name)).map(|(_, value)| *value));
        let has_key = is_key_given || families.read.is_some() || mapped_key.is_some();
        let by_wallet = if has_key { None } else { key_of_wallet(&rest, &funders) };
        let mut names: BTreeMap<Setting, Vec<String>> =
            Setting::ALL.into_iter().map(|setting| (setting, Vec::new())).collect();
        for (setting, read) in &mut names {
            let is_read = |variable: &&&str| !passed_over.contains(**variable);
            read.extend(env_map.get(setting).cloned());
            read.extend(members.iter().filter(|(of, _)| of == setting).map(|(_, name)| name.clone()));
            read.extend(setting.variables().iter().filter(is_read).map(|&name| name.to_owned()));
            let of_setting = further.get(setting).into_iter().flatten();
            let strongest = of_setting.clone().next().map_or(Strength::Ours, |(strength, _)| *strength);
            let best = if listed.contains(setting) { Strength::Ours } else { strongest };
            let counts = |(strength, _): &&(Strength, &str)| *strength <= best;
            read.extend(of_setting.filter(counts).map(|(_, name)| (*name).to_owned()));
            read.extend(small.iter().filter(|(_, of)| *of == setting).map(|(name, _)| name.clone()));
            read.extend(by_wallet.iter().filter(|_| *setting == Setting::PrivateKey).cloned());
        }
        Self { names, small, families, by_wallet }
    }

    /// The setting that a variable is read for.
    pub(super) fn setting_of(&self, variable: &str) -> Option<Setting> {
        self.names.iter().find(|(_, names)| names.iter().any(|name| name == variable)).map(|(setting, _)| *setting)
    }

    /// The accounts whose names have something around the known words.
    pub(super) fn families(&self) -> &Families {
        &self.families
    }

    /// The name of the private key, where only the funder's wallet tells that it is one.
    pub(super) fn key_by_wallet(&self) -> Option<&str> {
        self.by_wallet.as_deref()
    }

    /// Names that are read though they are in small letters.
    pub(super) fn in_small_letters(&self) -> impl Iterator<Item = &str> {
        self.small.keys().map(String::as_str)
    }

    /// The values of a setting among the variables of one place, the one that wins first.
    pub(super) fn values<'a>(
        &self,
        setting: Setting,
        variables: &(impl Iterator<Item = (&'a str, &'a str, usize)> + Clone),
        source: impl Fn(&str, usize) -> Source,
    ) -> Vec<Sourced<String>> {
        let names = self.names.get(&setting).into_iter().flatten();
        let found = names.filter_map(|name| variables.clone().find(|(each, ..)| each == name));
        found.map(|(name, value, line)| Sourced::new(value.to_owned(), source(name, line))).collect()
    }
}

/// `SECRET` and `PASSPHRASE` are anybody's words: they are a set's only beside `API_KEY` and each other.
fn keep_whole_triple(further: &mut BTreeMap<Setting, BTreeSet<(Strength, &str)>>) {
    let names = ["API_KEY", "SECRET", "PASSPHRASE"];
    let has = |setting, name| {
        further
            .get(&setting)
            .is_some_and(|names: &BTreeSet<(Strength, &str)>| names.iter().any(|(_, each)| *each == name))
    };
    if Setting::API_CREDENTIALS.into_iter().zip(names).all(|(setting, name)| has(setting, name)) {
        return;
    }
    for (setting, name) in Setting::API_CREDENTIALS.into_iter().zip(names).skip(1) {
        if let Some(names) = further.get_mut(&setting) {
            names.retain(|(_, each)| *each != name);
            if names.is_empty() {
                further.remove(&setting);
            }
        }
    }
}

impl Families {
    /// Whether a variable is of an account that is not read.
    pub(super) fn is_of_other(&self, variable: &str) -> bool {
        self.others.iter().any(|(family, _)| family.has(variable))
    }
}

/// The one variable whose value is the private key of one of these wallets: whatever it is called, it is this
/// account's.
fn key_of_wallet(variables: &[(&str, &str)], funders: &[&str]) -> Option<String> {
    let wallets: Vec<Address> = funders.iter().filter_map(|funder| funder.trim().parse().ok()).collect();
    let is_key = |value: &str| {
        let signer = key::parse(&Secret::new(value.trim())).ok()?.signer.address();
        wallets.iter().any(|wallet| is_wallet_of(signer, *wallet)).then_some(())
    };
    // a name with a letter wrong is told as such: no bot reads it
    let may_be = |name: &str| {
        let is_of_others = |word: &str| names::OTHER_VENUES.contains(&word.to_ascii_uppercase().as_str());
        names::meant(name).is_none() && !name.split('_').any(is_of_others)
    };
    let mut found = variables.iter().filter(|(name, value)| may_be(name) && is_key(value).is_some());
    let (name, _) = found.next()?;
    found.next().is_none().then(|| (*name).to_owned())
}

/// Names that libraries read whatever their letters: those whose value can be what the name in capitals
/// says.
fn in_small_letters(variables: &[(&str, &str)]) -> Vec<(String, Setting)> {
    let of = |(name, value): &(&str, &str)| {
        let folded = names::folded(name)?;
        let listed = Setting::listing(&folded).map(|setting| Meaning { setting, strength: Strength::Weak });
        let meaning = listed.or_else(|| names::meaning(&folded))?;
        names::can_hold(meaning, value).then(|| ((*name).to_owned(), meaning.setting))
    };
    variables.iter().filter_map(of).collect()
}

/// The families that are accounts, and the names of the one that is read: that of the private key of
/// `--env-map`, or where no plain name gives a key, the active one or the first.
fn families(
    variables: &[(&str, &str)],
    mapped_key: Option<&str>,
    is_key_given: bool,
) -> (Families, Vec<(Setting, String)>) {
    let mut all: BTreeMap<Family, Vec<(Setting, &str, &str)>> = BTreeMap::new();
    for (name, value) in variables {
        if let Some(member) = names::member(name).filter(|member| names::fits(member, value)) {
            all.entry(member.family).or_default().push((member.meaning.setting, name, value));
        }
    }
    all.retain(|family, members| {
        let values: Vec<_> = members.iter().map(|(setting, _, value)| (*setting, *value)).collect();
        names::is_account(family, &values)
    });
    let owned = |members: &[(Setting, &str, &str)]| -> Vec<(Setting, String)> {
        members.iter().map(|(setting, name, _)| (*setting, (*name).to_owned())).collect()
    };
    let active = variables.iter().find(|(name, _)| name.contains("ACTIVE")).map(|(_, value)| value.trim());
    let is_active = |family: &&Family| family.count().is_some_and(|count| Some(count) == active);
    let of_key = all.iter().find(|(_, members)| members.iter().any(|(_, name, _)| Some(*name) == mapped_key));
    let read = match (mapped_key, of_key) {
        (Some(_), of_key) => of_key.map(|(family, _)| family),
        (None, _) if is_key_given => None,
        (None, _) => all.keys().find(is_active).or_else(|| all.keys().next()),
    };
    let read = read.cloned();
    let members = read.as_ref().and_then(|family| all.get(family)).map(|members| owned(members)).unwrap_or_default();
    let others = all.iter().filter(|(family, _)| Some(*family) != read.as_ref());
    let others = others.map(|(family, members)| (family.clone(), owned(members))).collect();
    (Families { read, others }, members)
}
