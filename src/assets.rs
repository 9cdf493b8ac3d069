//! Files that are part of the program, read when they are first needed.

use serde::de::DeserializeOwned;

/// Reads a file of tables one top-level table at a time.
///
/// As a tree, a whole file takes several times its size, and what the allocator took for that it
/// keeps. Top-level tables begin a line, with one name or with `[[`.
///
/// # Panics
///
/// When a table is not as `T` has it; a test reads every file.
pub(crate) fn tables<T: DeserializeOwned>(name: &str, text: &str) -> Vec<T> {
    let begins = |line: &str| line.starts_with('[') && !line.contains('.');
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if begins(line) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    let tables = starts.iter().zip(ends).map(|(&start, end)| &text[start..end]);
    let read = |table| {
        toml::from_str(table).unwrap_or_else(|error| unreachable!("assets/{name} is part of the program: {error}"))
    };
    tables.map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_tables_of_a_file_are_those_of_its_parts() {
        let text = "# said first\n\n[a]\nx = [\n  1,\n]\n[a.b]\ny = 2\n\n[c]\nz = 3\n";
        let parts: Vec<BTreeMap<String, toml::Value>> = tables("none", text);
        assert_eq!(parts.len(), 2);
        let whole: BTreeMap<String, toml::Value> = toml::from_str(text).expect("toml");
        assert_eq!(parts.into_iter().flatten().collect::<BTreeMap<_, _>>(), whole);
    }
}
