//! The blocks of the README do what it says, pasted as they stand.

#[cfg(unix)]
mod lines;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::program::{polydoctor, run, stdout};

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The blocks of shell.
fn blocks() -> Vec<String> {
    let readme = readme();
    let blocks = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect()
}

/// Runs a block in a folder of its own, with the program on the path.
fn paste(block: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let bin = Path::new(env!("CARGO_BIN_EXE_polydoctor")).parent().unwrap();
    let mut shell = Command::new("bash");
    let ends = "trap '[ -z \"${sandbox:-}\" ] || kill \"$sandbox\" 2> /dev/null || true' EXIT\n";
    shell
        .args(["-euo", "pipefail", "-c", &format!("{ends}{block}")])
        .env_clear()
        .current_dir(&folder)
        .stdin(Stdio::null());
    shell.env("HOME", folder.path()).env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    shell.output().unwrap()
}

fn block_with(text: &str) -> String {
    blocks().into_iter().find(|block| block.contains(text)).unwrap_or_else(|| panic!("no block has {text}"))
}

/// The table of terms names what `explain` knows.
#[test]
fn every_term_of_the_readme_is_explained() {
    let readme = readme();
    let table = readme.split("| term | meaning |\n|---|---|\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let terms: Vec<&str> = table.lines().flat_map(|row| row.split('|').nth(1).unwrap().trim().split(", ")).collect();
    assert!(terms.len() >= 12, "{terms:?}");
    for term in terms {
        let output = run(&["explain", term]);
        assert!(output.status.success() && !stdout(&output).contains("Closest"), "{term}: {}", stdout(&output));
    }
}

#[cfg(unix)]
#[test]
fn from_a_clone_to_a_verified_account_works_when_pasted_as_one() {
    let block = block_with("--background --write-env");
    // the program is built already
    let block: String =
        block.lines().filter(|line| !line.starts_with("cargo ")).map(|line| format!("{line}\n")).collect();
    for _ in 0..3 {
        let output = paste(&block);
        let said = format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{said}");
        assert!(said.contains("profile demo") && said.contains("healthy"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_fleet_to_try_works_when_pasted_as_one() {
    let output = paste(&block_with("--write-profiles"));
    let said = format!("{}{}", stdout(&output), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("6 accounts: 6 healthy"), "{said}");
}

/// Every command that the README shows is one that the program takes.
#[test]
fn every_command_of_the_readme_is_understood() {
    use clap::CommandFactory as _;
    let mut tried = 0;
    for line in blocks().iter().flat_map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>()) {
        let line = line.split(" #").next().unwrap();
        for part in line.split(" | ").flat_map(|part| part.split("&&")) {
            let part = part.trim().trim_start_matches("sandbox=$(").trim_end_matches(')').trim_end_matches('&');
            let words = part.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-'));
            let words: Vec<&str> = words.take_while(|word| !matches!(*word, ">" | "2>&1" | "<")).collect();
            if words.first() != Some(&"polydoctor") || part.contains('…') {
                continue;
            }
            let words = shlex::split(&words.join(" ")).unwrap();
            let parsed = polydoctor::cli::Cli::command().try_get_matches_from(&words);
            let error = parsed.err().filter(clap::Error::use_stderr);
            assert!(error.is_none(), "{words:?}: {}", error.unwrap());
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn blocks_that_need_no_account_run() {
    for (line, code) in [
        ("explain \"maker address not allowed\"", 0),
        ("explain funder-is-signer --format markdown", 0),
        ("completions bash", 0),
        ("man", 0),
        ("list", 0),
    ] {
        let words = shlex::split(line).unwrap();
        let output = polydoctor().args(&words).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{line}");
        assert!(!output.stdout.is_empty(), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn a_sandbox_in_the_background_can_be_used_at_once_and_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.env");
    let output = run(&["sandbox", "--background", "--write-env", file.to_str().unwrap()]);
    let id = stdout(&output).trim().to_owned();
    assert!(id.parse::<u32>().is_ok(), "{id}");
    let checked = polydoctor().args(["check", "--env-file"]).arg(&file).output().unwrap();
    let killed = Command::new("kill").arg(&id).status().unwrap();
    assert!(killed.success());
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for arguments in [&["sandbox", "--listen", &address][..], &["sandbox", "--background", "--listen", &address]] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, format!("error: cannot listen on {address}: the port is in use\n"));
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn the_first_screen_says_what_it_is_for_and_how_to_install_it() {
    let readme = readme();
    let pitch = readme.split("\n\n").nth(1).unwrap().replace('\n', " ");
    assert!(pitch.contains("cannot sign in or trade"), "{pitch}");
    let first: Vec<&str> = readme.lines().take(25).collect();
    for line in ["cargo install --locked --path .", "polydoctor completions bash >", "polydoctor man >"] {
        assert!(first.iter().any(|other| other.starts_with(line)), "{line} is not in {first:#?}");
    }
}
