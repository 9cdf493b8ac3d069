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
/// The same without any family.
const BARE: [&str; 6] = ["API_KEY", "API_SECRET", "SECRET", "API_PASSPHRASE", "PASSPHRASE", "PASS_PHRASE"];

/// Of the values of key, secret and passphrase, each list in order of precedence: those that count.
///
/// The first ones, unless they are of several families and another family is whole, or their key is
/// one of a builder or the relayer and another whole family's is not.
pub(super) fn together(parts: &[Vec<Sourced<String>>; 3]) -> [usize; 3] {
    let sets: Vec<[usize; 3]> = (0..parts[0].len())
        .filter_map(|key| {
            let home = home(&parts[0][key].source)?;
            let of = |part: usize| parts[part].iter().position(|value| counts_for(&home, &value.source));
            // a variable of the process stands before the line of the file that has its family
            Some([of(0)?, of(1)?, of(2)?])
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

/// Manage builder keys and of the relayer are UUIDs of version 7, those of users of another.
fn is_version_7(key: &str) -> bool {
    Uuid::try_parse(key.trim()).is_ok_and(|key| key.get_version_num() == 7)
}

/// Whether a value counts for the set that is at home there: one of it, or a variable of the process that
/// bots read before the lines of a `.env` with the names of that family.
fn counts_for((path, family): &(String, &str), source: &Source) -> bool {
    match home(source) {
        Some((own, names)) => names == *family && (own == *path || own.is_empty()),
        None => false,
    }
}

/// Whether both values are of one place: a file, the environment, the command line.
pub(super) fn is_one_place(one: &Source, other: &Source) -> bool {
    match (one, other) {
        (Source::Flag { .. }, Source::Flag { .. }) => true,
        _ => home(one).zip(home(other)).is_some_and(|((one, _), (other, _))| one == other),
    }
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
    if BARE.contains(&name) {
        return "";
    }
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
    fn a_variable_of_the_process_stands_before_the_line_of_the_file() {
        let of_file = |name: &str| Source::EnvFile { path: ".env".into(), line: 1, name: name.to_owned() };
        let of_process = |name: &str| Source::Variable { name: name.to_owned() };
        let names = ["CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"];
        let in_file = || names.map(|name| vec![Sourced::new(USERS.to_owned(), of_file(name))]);
        for (part, name) in names.into_iter().enumerate() {
            let mut parts = in_file();
            parts[part].insert(0, Sourced::new(BUILDERS.to_owned(), of_process(name)));
            assert_eq!(together(&parts)[part], 0, "{name}");
        }
        // of another family, it is another set's
        let mut parts = in_file();
        parts[1].insert(0, Sourced::new("s".to_owned(), of_process("OTHER_SECRET")));
        assert_eq!(together(&parts), [0, 1, 0]);
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
