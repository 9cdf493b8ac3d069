//! What is typed: flags on both sides of a command, secrets refused, wrong values answered in plain words.
//! The cases are made from the definition of the command line.

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use polydoctor::cli::Cli;

use crate::program::{check, run, stdout};

const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const PHRASE: &str = "test test test test test test test test test test test junk";

/// Values of 32 bytes that are no secret.
const CODES: [&str; 4] = ["builder_code", "market", "asset", "id"];
/// Values of all kinds, in which a hash may occur.
const TEXTS: [&str; 5] = ["body", "path", "symptom", "text", "cursor"];

/// Every command with the words that lead to it.
fn commands() -> Vec<(Vec<String>, Command)> {
    fn collect(command: &Command, words: &[String], all: &mut Vec<(Vec<String>, Command)>) {
        all.push((words.to_vec(), command.clone()));
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            collect(sub, &[words, &[sub.get_name().to_owned()]].concat(), all);
        }
    }
    let mut root = Cli::command();
    root.build();
    let mut all = Vec::new();
    collect(&root, &[], &mut all);
    all
}

fn takes_value(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Set | ArgAction::Append) && argument.get_long().is_some()
}

/// Exit code and standard error.
fn refused(words: &[String]) -> (Option<i32>, String) {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = run(&words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let all = stdout(&output) + &said;
    assert!(!all.to_lowercase().contains(&KEY[..16]), "{words:?} gives the key back: {all}");
    assert!(!all.contains("test test test"), "{words:?} gives the phrase back: {all}");
    (output.status.code(), said)
}

#[test]
fn a_secret_is_refused_wherever_it_is_typed_and_never_given_back() {
    let mut tried = 0;
    for (words, command) in commands() {
        let mut cases: Vec<Vec<String>> = Vec::new();
        let key = format!("0x{KEY}");
        for argument in command.get_arguments().filter(|argument| takes_value(argument)) {
            let (id, long) = (argument.get_id().as_str(), argument.get_long().unwrap());
            if CODES.contains(&id) {
                continue;
            }
            cases.push(vec![format!("--{long}"), key.clone()]);
            if !TEXTS.contains(&id) {
                cases.push(vec![format!("--{long}={}", KEY.to_uppercase())]);
                cases.push(vec![format!("--{long}"), PHRASE.to_owned()]);
            }
        }
        cases.push(vec![key.clone()]);
        cases.push(PHRASE.split(' ').map(str::to_owned).collect());
        for flag in ["--private-key", "--pk", "--key", "--mnemonic"] {
            cases.push(vec![flag.to_owned(), key.clone()]);
            cases.push(vec![format!("{flag}={key}")]);
        }
        for case in cases {
            tried += 1;
            let typed = [words.clone(), case].concat();
            let (code, said) = refused(&typed);
            assert_eq!(code, Some(2), "{typed:?}: {said}");
            assert!(said.contains("Secrets are not accepted on the command line"), "{typed:?}: {said}");
            assert!(said.contains("--key-file PATH"), "{typed:?}: {said}");
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn a_wrong_number_is_answered_without_the_words_of_a_library() {
    let library =
        ["invalid digit", "target type", "float literal", "socket address", "odd number of digits", "os error"];
    for (words, command) in commands() {
        for argument in command.get_arguments().filter(|argument| takes_value(argument)) {
            let long = argument.get_long().unwrap();
            // files that are not there say so with their own words
            if argument
                .get_value_names()
                .is_some_and(|names| names.iter().any(|name| name.contains("PATH") || name.contains("FILE")))
            {
                continue;
            }
            // what takes any text would begin its work
            let parses = Cli::command()
                .try_get_matches_from([&["polydoctor".to_owned()][..], &words, &[format!("--{long}=abc!")]].concat())
                .is_ok();
            if parses {
                continue;
            }
            let (code, said) = refused(&[words.clone(), vec![format!("--{long}=abc!")]].concat());
            assert_eq!(code, Some(2), "{words:?} --{long}: {said}");
            assert!(said.starts_with("error: "), "{words:?} --{long}: {said}");
            assert!(library.iter().all(|words| !said.contains(words)), "{words:?} --{long}: {said}");
        }
    }
}

#[test]
fn settings_may_stand_before_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bot.env");
    std::fs::write(&file, format!("PK=0x{KEY}\n")).unwrap();
    let file = file.to_str().unwrap();
    let before = run(&["--env-file", file, "check", "key.format", "--offline", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&before.stdout).unwrap();
    assert_eq!(report["source"]["name"], file);
    assert_eq!(before.status.code(), Some(0));
    let config = stdout(&run(&["--env-file", file, "--chain-id", "80002", "config"]));
    assert!(config.contains("80002") && config.contains("flag --chain-id"), "{config}");
    let (report, _) = check(&["--demo", "demo", "key.format"]);
    let demo = run(&["--demo", "check", "key.format", "--format", "json"]);
    let again: serde_json::Value = serde_json::from_slice(&demo.stdout).unwrap();
    assert_eq!(again["source"], report["source"]);
}

#[test]
fn a_flag_that_makes_no_sense_or_stands_twice_is_refused_with_a_sentence() {
    let said = |arguments: &[&str]| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for command in ["list", "man", "explain"] {
        let text = said(&["--profile", "bot", command]);
        assert!(text.starts_with("error: --profile does not apply to this command"), "{text}");
    }
    let twice = said(&["--funder", "0x1", "check", "--funder", "0x2"]);
    assert!(twice.contains("cannot be used multiple times"), "{twice}");
    assert!(!said(&["check", "--bogus"]).contains("as a value, use '-- "), "the tip leads nowhere");
}

#[test]
fn only_a_near_spelling_is_suggested() {
    let said = |argument: &str| String::from_utf8(run(&["check", argument]).stderr).unwrap();
    assert!(said("--profil=a").contains("'--profile'"), "{}", said("--profil=a"));
    for far in ["--failing", "--output-format", "--explain"] {
        assert!(!said(far).contains("similar"), "{}", said(far));
    }
}

#[test]
fn every_command_takes_the_flags_of_the_output() {
    for command in
        [&["list"][..], &["man"], &["sandbox", "--list"], &["explain", "wallet.funder"], &["check", "--offline"]]
    {
        let output = run(&[command, &["--plain", "--ascii", "--color", "never"]].concat());
        assert_ne!(output.status.code(), Some(2), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn errors_speak_with_one_voice() {
    for arguments in [
        &["check", "--profile", "none"][..],
        &["check", "--replay", "/nowhere"],
        &["check", "--bogus"],
        &["profile", "remove", "none", "--yes"],
        &["sandbox", "--scenario", "none"],
        &["headers", "l2"],
        &["config", "--env-file", "/nowhere"],
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.starts_with("error: "), "{arguments:?}: {said}");
    }
}

/// Whatever is not understood may be a secret that was pasted in the wrong place.
#[test]
fn what_may_be_a_secret_is_not_given_back_by_any_command() {
    const SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0ISE=";
    for (words, _) in commands() {
        // they take any text, and tell what they read in it
        if ["explain", "inspect"].iter().any(|name| words.first().is_some_and(|word| word == name)) {
            continue;
        }
        for typed in [
            SECRET.to_owned(),
            format!("f4f247b7-4ac7-ff29-a152-04fda0a8755a:{SECRET}:0123456789abcdef"),
            format!("https://user:{SECRET}@rpc.example"),
            format!("--profile={SECRET}"),
            format!("--no-such-flag={SECRET}"),
        ] {
            let words: Vec<&str> = words.iter().map(String::as_str).chain([typed.as_str()]).collect();
            let output = run(&words);
            let all = stdout(&output) + &String::from_utf8_lossy(&output.stderr);
            assert!(!all.contains(SECRET), "{words:?}: {all}");
        }
    }
}
