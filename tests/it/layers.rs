//! Imports point one way: what stands below knows nothing of what stands above it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Layers that only compute: they do no input or output, and draw nothing.
const PURE: &[&str] = &[
    "attribution",
    "auth",
    "cause",
    "checks",
    "diagnosis",
    "endpoints",
    "facts",
    "headers",
    "inspect",
    "keys",
    "onboarding",
    "reference",
    "report",
    "text",
];

/// What input, output and screens are made with.
const EFFECTS: &str = r"\b(axum|crossterm|hyper|notify|ratatui|reqwest|rpassword|tokio|std::fs|std::net|std::process|std::env)::|\be?println!";

/// Each top-level module with the others that it names, and where.
type Imports = BTreeMap<String, BTreeMap<String, PathBuf>>;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The source without its comments, its texts and its own tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let text = Regex::new(r"(?m)//.*$").unwrap().replace_all(text, "");
    Regex::new(r#""(?:\\.|[^"\\])*""#).unwrap().replace_all(&text, "").into_owned()
}

/// Every source file of a top-level module, by its name.
fn modules() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    let mut modules: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for path in paths {
        let relative = path.strip_prefix(&root).unwrap().to_owned();
        let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let name = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
        if name != "lib" && name != "main" {
            let code = code(&path);
            modules.entry(name).or_default().push((relative, code));
        }
    }
    modules
}

fn imports() -> Imports {
    let modules = modules();
    let one = Regex::new(r"\b(?:crate)::(\{[^;]*?\}|\w+)").unwrap();
    let within = Regex::new(r"(?:\{|,)\s*(\w+)").unwrap();
    let mut imports = Imports::new();
    for (name, files) in &modules {
        let named = imports.entry(name.clone()).or_default();
        for (path, code) in files {
            for found in one.captures_iter(code) {
                let target = &found[1];
                let targets: Vec<&str> = if target.starts_with('{') {
                    within.captures_iter(target).map(|found| found.get(1).unwrap().as_str()).collect()
                } else {
                    vec![target]
                };
                for target in targets.into_iter().filter(|target| *target != name && modules.contains_key(*target)) {
                    named.entry(target.to_owned()).or_insert_with(|| path.clone());
                }
            }
        }
    }
    imports
}

/// A way from a module back to itself, through the files that name the next one.
fn circle(imports: &Imports, start: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for (next, path) in imports.get(way.last()?).into_iter().flatten() {
            let mut further = way.clone();
            if next == start {
                further.push(format!("{next} ({})", path.display()));
                return Some(further);
            }
            if seen.insert(next.clone()) {
                further.push(next.clone());
                ways.push(further);
            }
        }
    }
    None
}

#[test]
fn no_two_modules_import_each_other_also_not_round_a_corner() {
    let imports = imports();
    assert!(imports.len() > 20 && imports["report"].contains_key("checks"), "the imports are read: {imports:?}");
    let circles: Vec<_> = imports.keys().filter_map(|name| circle(&imports, name)).collect();
    assert_eq!(circles, Vec::<Vec<String>>::new());
}

#[test]
fn the_list_of_modules_is_whole_and_each_names_only_those_above_it() {
    let documented = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let row = Regex::new(r"(?m)^//! - \[?`(?:mod@)?(\w+)`").unwrap();
    let listed: Vec<String> = row.captures_iter(&documented).map(|found| found[1].to_owned()).collect();
    let imports = imports();
    assert_eq!(listed.iter().collect::<BTreeSet<_>>(), imports.keys().collect::<BTreeSet<_>>());
    for (place, name) in listed.iter().enumerate() {
        let below = imports[name].iter().find(|(other, _)| !listed[..place].contains(other));
        assert!(below.is_none(), "{name} stands above {below:?}");
    }
}

#[test]
fn what_only_computes_names_nothing_that_does_input_output_or_drawing() {
    let effects = Regex::new(EFFECTS).unwrap();
    let modules = modules();
    let mut named = Vec::new();
    for (name, files) in modules.iter().filter(|(name, _)| PURE.contains(&name.as_str())) {
        for (path, code) in files {
            named.extend(
                effects.find_iter(code).map(|found| format!("{name}: {} in {}", found.as_str(), path.display())),
            );
        }
    }
    assert_eq!(named, Vec::<String>::new());
    assert!(PURE.iter().all(|name| modules.contains_key(*name)));
}

/// Within the dashboard, from the bottom up: what is known, what is shown of it, what changes it and
/// draws it, what has effects. Keys, themes and texts at the ground are free to all.
const DASHBOARD: [&[&str]; 4] = [
    &["state"],
    &["header", "keys", "layout", "overlays", "panels", "share", "verdict"],
    &["update", "view"],
    &["input", "live", "screen"],
];

#[test]
fn in_the_dashboard_the_state_is_below_what_is_shown_and_nothing_that_is_shown_changes_it() {
    let names = Regex::new(r"\b(?:crate::tui|super(?:::super)*)::(\{[^;]*?\}|\w+)").unwrap();
    let word = Regex::new(r"\w+").unwrap();
    let level = |name: &str| DASHBOARD.iter().position(|names| names.contains(&name));
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for (path, code) in &modules()["tui"] {
        let mut parts = path.components().skip(1).map(|part| part.as_os_str().to_string_lossy().into_owned());
        let own = parts.next().unwrap_or_default();
        let own = own.strip_suffix(".rs").unwrap_or(&own).to_owned();
        let Some(own_level) = level(&own) else { continue };
        seen.insert(own.clone());
        if own_level <= 1 && own_level > 0 && code.contains("&mut App") {
            wrong.push(format!("{} changes the state", path.display()));
        }
        for found in names.captures_iter(code) {
            // only what is named from the dashboard's root: a file's own children are its own matter
            let from_root = found[0].starts_with("crate::tui") || path.components().count() == 2;
            let first = word.find(&found[1]).map_or("", |word| word.as_str());
            if from_root && level(first).is_some_and(|level| level > own_level) {
                wrong.push(format!("{} names {first}", path.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(seen, DASHBOARD.into_iter().flatten().map(|name| (*name).to_owned()).collect());
}

#[test]
fn no_file_is_too_long_to_be_read_in_one_go() {
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    assert!(files.len() > 300, "{}", files.len());
    files.retain(|file| fs::read_to_string(file).unwrap().lines().count() > 400);
    assert!(files.is_empty(), "over 400 lines: {files:?}");
}
