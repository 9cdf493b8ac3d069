//! Which values of a set of credentials belong together, where a bot has several sets.

use uuid::Uuid;

use super::{Source, Sourced};

/// What the names of the parts end with; what stands before it is the family.
const ENDS: [&str; 12] = [
    "_API_KEY_ID",
    "_API_KEY",
    "_APIKEY",
    "_API_SECRET_KEY",
    "_API_SECRET",
    "_APISECRET",
    "_SECRET",
    "_API_PASSPHRASE",
    "_API_PASS_PHRASE",
    "_PASS_PHRASE",
    "_PASSPHRASE",
    "_API_PASS",
];

/// Of the values of key, secret and passphrase, each list in order of precedence: those that count.
///
/// The first ones, unless they are of several families and another family is whole, or their key is
/// one of a builder or the relayer and another whole family's is not.
pub(super) fn together(parts: &[Vec<Sourced<String>>; 3]) -> [usize; 3] {
    let home_of = |part: usize, index: usize| parts[part].get(index).and_then(|value| home(&value.source));
    let sets: Vec<[usize; 3]> = (0..parts[0].len())
        .filter_map(|key| {
            let home = home_of(0, key)?;
            let of = |part: usize| (0..parts[part].len()).find(|index| home_of(part, *index).as_ref() == Some(&home));
            Some([key, of(1)?, of(2)?])
        })
        .collect();
    let is_users = |set: &&[usize; 3]| !is_version_7(&parts[0][set[0]].value);
    let best = sets.iter().find(is_users).or(sets.first());
    let is_whole = sets.contains(&[0, 0, 0]);
    match best {
        Some(set) if !is_whole || is_users(&set) => *set,
        _ => [0, 0, 0],
    }
}

/// The places of the parts of a builder's or the relayer's set, beside a user's set in force.
pub(super) fn builders_beside(parts: &[Vec<Sourced<String>>; 3]) -> Vec<Source> {
    let is_users = parts[0].first().is_some_and(|key| !is_version_7(&key.value));
    let keys = parts[0].iter().filter(|key| is_users && is_version_7(&key.value));
    let homes: Vec<_> = keys.filter_map(|key| home(&key.source)).collect();
    let is_theirs = |source: &&Source| home(source).is_some_and(|home| homes.contains(&home));
    parts.iter().flatten().map(|value| &value.source).filter(is_theirs).cloned().collect()
}

/// Keys of builders and of the relayer are UUIDs of version 7, those of users of another.
fn is_version_7(key: &str) -> bool {
    Uuid::try_parse(key.trim()).is_ok_and(|key| key.get_version_num() == 7)
}

/// The place and the family of names that a part is from.
fn home(source: &Source) -> Option<(String, &str)> {
    match source {
        Source::Variable { name } => Some((String::new(), family(name))),
        Source::EnvFile { path, name, .. } => Some((path.clone(), family(name))),
        Source::Profile { path, .. } | Source::PolymarketCli { path, .. } => Some((path.clone(), "")),
        _ => None,
    }
}

fn family(name: &str) -> &str {
    ENDS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "f4f247b7-4ac7-ff29-a152-04fda0a8755a";
    const BUILDERS: &str = "0193f0a1-7d2b-7c44-a152-04fda0a8755a";

    fn chosen(keys: &[(&str, &str)], secrets: &[&str], passphrases: &[&str]) -> String {
        let value = |name: &str, value: &str| {
            Sourced::new(value.to_owned(), Source::EnvFile { path: ".env".into(), line: 1, name: name.to_owned() })
        };
        let parts = [
            keys.iter().map(|(name, key)| value(name, key)).collect::<Vec<_>>(),
            secrets.iter().map(|name| value(name, "s")).collect(),
            passphrases.iter().map(|name| value(name, "p")).collect(),
        ];
        let picks = together(&parts);
        let name = |part: usize| {
            parts[part].get(picks[part]).map_or("-", |value| match &value.source {
                Source::EnvFile { name, .. } => name,
                _ => "?",
            })
        };
        format!("{} {} {}", name(0), name(1), name(2))
    }

    #[test]
    fn a_whole_family_counts_before_parts_of_several() {
        let (clob, ours) = (("CLOB_API_KEY", USERS), ("POLYMARKET_API_KEY", USERS));
        let both = ["CLOB_SECRET", "POLYMARKET_API_SECRET"];
        assert_eq!(
            chosen(&[clob, ours], &both, &["POLYMARKET_PASSPHRASE"]),
            "POLYMARKET_API_KEY POLYMARKET_API_SECRET POLYMARKET_PASSPHRASE"
        );
        assert_eq!(
            chosen(&[clob, ours], &both, &["CLOB_PASS_PHRASE", "POLYMARKET_PASSPHRASE"]),
            "CLOB_API_KEY CLOB_SECRET CLOB_PASS_PHRASE"
        );
        assert_eq!(chosen(&[clob], &["POLY_SECRET"], &[]), "CLOB_API_KEY POLY_SECRET -");
        assert_eq!(chosen(&[], &[], &["CLOB_PASS_PHRASE"]), "- - CLOB_PASS_PHRASE");
    }

    #[test]
    fn a_builders_key_does_not_hide_the_users() {
        let keys = [("POLYMARKET_API_KEY", BUILDERS), ("POLYMARKET_CLOB_API_KEY", USERS)];
        let secrets = ["POLYMARKET_API_SECRET", "POLYMARKET_CLOB_SECRET"];
        assert_eq!(
            chosen(&keys, &secrets, &["POLYMARKET_PASSPHRASE", "POLYMARKET_CLOB_PASSPHRASE"]),
            "POLYMARKET_CLOB_API_KEY POLYMARKET_CLOB_SECRET POLYMARKET_CLOB_PASSPHRASE"
        );
        assert_eq!(
            chosen(&keys[..1], &secrets[..1], &["POLYMARKET_PASSPHRASE"]),
            "POLYMARKET_API_KEY POLYMARKET_API_SECRET POLYMARKET_PASSPHRASE"
        );
    }
}
