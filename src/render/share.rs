//! A report fit to be shown to others: addresses short or named, key ids cut, no home folder.
//!
//! Reports hold no secret to begin with; this takes out what tells who one is.

use std::collections::BTreeMap;
use std::path::Path;

use alloy_primitives::Address;

use crate::report::{CheckReport, Part, Report};
use crate::settings::OriginKind;
use crate::settings::target::quoted;

/// How much is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Addresses as `0x71C7…976F`, key ids as their last four characters, `~` for the home folder.
    Short,
    /// The same, with addresses as `signer`, `funder`, `safe`, … throughout, and without the profile's name.
    Anonymous,
}

/// What a profile is called when nobody has named it.
const ANYBODY: &str = "default";

impl Share {
    /// What was taken out, for the reader to know.
    pub fn notice(self) -> &'static str {
        match self {
            Self::Short => "Wallet addresses (except in fixes) and key IDs are shortened, the home folder is hidden.",
            Self::Anonymous => {
                "Wallet addresses are replaced with names, key IDs are shortened, the home folder is hidden."
            }
        }
    }
}

/// The report with every text made fit to be shared.
pub fn share(report: &Report, level: Share, home: Option<&str>) -> Report {
    let names = names(report);
    let mut shared = report.clone();
    // whole addresses or none: these fields have no short form
    (shared.account.signer, shared.account.funder, shared.account.derived) = (None, None, None);
    // a profile is often called after its owner
    let profile = (level == Share::Anonymous && report.profile != ANYBODY).then(|| report.profile.clone());
    if profile.is_some() {
        "profile".clone_into(&mut shared.profile);
    }
    let mut profiles: Vec<String> = profile.into_iter().collect();
    if level == Share::Anonymous {
        profiles.extend(left_out(report));
    }
    if level == Share::Anonymous
        && let Some(source) = &mut shared.source
    {
        source.name = source.name.take().filter(|_| source.kind != OriginKind::Profile).map(|name| file_name(&name));
    }
    let mut others: BTreeMap<Address, usize> = BTreeMap::new();
    shared.for_each_text(&mut |text, part| {
        let mut without_home = text.clone();
        if let Some(home) = home.filter(|home| home.len() > 1) {
            without_home = without_home.replace(home, "~");
        }
        for profile in &profiles {
            without_home = without_profile(&without_home, profile);
        }
        let mut name = |address| {
            names.get(&address).map_or_else(
                || {
                    let count = others.len() + 1;
                    format!("address-{}", others.entry(address).or_insert(count))
                },
                |name| (*name).to_owned(),
            )
        };
        *text = replace_ids(&without_home, &mut |address| match (level, part) {
            (Share::Short, Part::Words) => short(address),
            // the address is public, and without it the fix is of no use
            (Share::Short, Part::Step) => address.to_string(),
            (Share::Anonymous, Part::Words) => name(address),
            // nothing that a shell, or a settings file, would take for a value
            (Share::Anonymous, Part::Step) => format!("<{}>", name(address)),
        });
    });
    shared
}

/// The names of profiles whose values do not count here: those of other accounts.
fn left_out(report: &Report) -> impl Iterator<Item = String> {
    let of_check = |check: &CheckReport| {
        let evidence = check.evidence.iter().map(|evidence| evidence.value.clone());
        std::iter::once(check.summary.clone()).chain(evidence).collect::<Vec<_>>()
    };
    let texts = report.checks.iter().flat_map(of_check).filter(|text| text.starts_with("Ignored: "));
    texts.filter_map(|text| {
        let (_, behind) = text.split_once(" of profile ")?;
        Some(behind.split_once(" (")?.0.to_owned())
    })
}

/// The name of a profile in words, in flags of commands, and where a line of a profile is named.
fn without_profile(text: &str, profile: &str) -> String {
    text.replace(&format!(" of profile {profile}"), " of the profile")
        .replace(&format!(" profile {profile} "), " the profile ")
        .replace(&format!(" profile {profile}:"), " the profile:")
        .replace(&format!("--profile {}", quoted(profile)), "--profile <profile>")
}

/// A path may tell whose it is; its last part rarely does.
fn file_name(path: &str) -> String {
    Path::new(path).file_name().map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn names(report: &Report) -> BTreeMap<Address, &'static str> {
    let account = &report.account;
    let derived = account.derived.as_ref();
    let known = [
        ("signer", account.signer),
        ("proxy", derived.map(|wallets| wallets.proxy)),
        ("safe", derived.map(|wallets| wallets.safe)),
        ("deposit-wallet-uups", derived.map(|wallets| wallets.deposit_wallet_uups)),
        ("deposit-wallet-beacon", derived.and_then(|wallets| wallets.deposit_wallet_beacon)),
        ("funder", account.funder),
    ];
    let mut names = BTreeMap::new();
    for (name, address) in known {
        if let Some(address) = address {
            // the funder is called by its own name only where it is no wallet of the key
            names.entry(address).or_insert(name);
        }
    }
    names
}

fn short(address: Address) -> String {
    let text = address.to_string();
    format!("{}…{}", &text[..6], &text[38..])
}

/// The text with its addresses and UUIDs replaced.
fn replace_ids(text: &str, name: &mut dyn FnMut(Address) -> String) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(address) = leading_address(rest) {
            replaced.push_str(&name(address));
            rest = &rest[42..];
        } else if let Some(uuid) = leading_uuid(rest) {
            replaced.push('…');
            replaced.push_str(&uuid[32..]);
            rest = &rest[36..];
        } else {
            replaced.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    replaced
}

fn leading_address(text: &str) -> Option<Address> {
    let candidate = text.get(..42).filter(|text| text.starts_with("0x"))?;
    let longer = text[42..].starts_with(|c: char| c.is_ascii_hexdigit());
    candidate.parse().ok().filter(|_| !longer)
}

fn leading_uuid(text: &str) -> Option<&str> {
    let candidate = text.get(..36)?;
    let fits = candidate.bytes().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    fits.then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_key_ids_are_found_in_running_text() {
        let text = "funder 0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47, key 5d1c266a-ed39-b9bd-c1f5-f24ae3e14a7b";
        let replaced = replace_ids(text, &mut |_| "SAFE".to_owned());
        assert_eq!(replaced, "funder SAFE, key …4a7b");
        let code = format!("0x{}", "1".repeat(64));
        assert_eq!(replace_ids(&code, &mut |_| "SAFE".to_owned()), code);
        assert_eq!(replace_ids("é 0x12", &mut |_| String::new()), "é 0x12");
    }
}
