//! A server that takes every connection and answers nothing: each command that asks one ends at its own limit.
//! The commands are those of the command line, so that a new one is in here by itself.

use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clap::{Command, CommandFactory as _};
use polydoctor::cli::Cli;
use polydoctor::settings::Setting;

use crate::program::polydoctor;
use crate::support::{ANY_PORT, DEMO_KEY};

/// Longer than every limit that is set here; a command without one never ends.
const PATIENCE: Duration = Duration::from_mins(1);

/// Commands that ask no service, or that run until they are stopped.
const ASK_NOBODY: [&str; 11] = [
    "profile",
    "config",
    "list",
    "completions",
    "man",
    "explain",
    "inspect",
    "order",
    "sandbox",
    "sign-server",
    "init",
];

/// Every command without commands of its own, as it is typed, with what it needs beside.
fn commands() -> Vec<Vec<String>> {
    fn collect(command: &Command, words: &[String], all: &mut Vec<Vec<String>>) {
        let mut below = command.get_subcommands().filter(|sub| sub.get_name() != "help").peekable();
        if below.peek().is_none() {
            all.push(words.to_vec());
        }
        for sub in below.filter(|sub| !words.is_empty() || !ASK_NOBODY.contains(&sub.get_name())) {
            collect(sub, &[words, &[sub.get_name().to_owned()]].concat(), all);
        }
    }
    let mut all = Vec::new();
    collect(&Cli::command(), &[], &mut all);
    all
}

fn further(words: &[String]) -> Vec<&'static str> {
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["keys", .., "create"] => vec!["--yes", "--show-secrets"],
        ["keys", "readonly", "delete"] => vec!["f4f247b7-4ac7-ff29-a152-04fda0a8755a", "--yes"],
        ["keys", .., "delete" | "rotate" | "revoke"] | ["fix"] => vec!["--yes"],
        _ => vec![],
    }
}

/// What it printed; `None` where it had to be stopped.
fn ended(mut command: std::process::Command) -> Option<Output> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = thread::spawn(move || {
        let mut text = Vec::new();
        out.read_to_end(&mut text).unwrap();
        text
    });
    let errors = thread::spawn(move || {
        let mut text = Vec::new();
        err.read_to_end(&mut text).unwrap();
        text
    });
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(Output { status, stdout: read.join().unwrap(), stderr: errors.join().unwrap() });
        }
        if begun.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn every_command_ends_at_its_limit_when_nobody_answers() {
    let listener = TcpListener::bind(ANY_PORT).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // connections are held open, and nothing is read or written
    thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    let urls = Setting::ALL.into_iter().filter(|setting| setting.is_url());
    let mut environment: Vec<(&str, String)> = urls
        .filter_map(|setting| {
            let url = if setting.is_socket() { url.replace("http", "ws") } else { url.clone() };
            Some((setting.usual_variable()?, url))
        })
        .collect();
    for (name, value) in [
        ("PRIVATE_KEY", DEMO_KEY),
        ("CLOB_API_KEY", "5d1c266a-ed39-b9bd-c1f5-f24ae3e14a7b"),
        ("CLOB_SECRET", "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE="),
        ("CLOB_PASS_PHRASE", "1816e5ed89518467"),
        ("RELAYER_API_KEY", "01900000-0000-7000-8000-000000000001"),
        ("RELAYER_API_KEY_ADDRESS", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        ("POLYDOCTOR_TIMEOUT", "0.5"),
        ("POLYDOCTOR_DEADLINE", "2"),
    ] {
        environment.push((name, value.to_owned()));
    }
    let code = format!("0x{}", "1a".repeat(32));
    environment.push(("POLY_BUILDER_CODE", code));
    let all = commands();
    assert!(all.len() >= 20, "{all:?}");
    let mut unanswered = 0;
    thread::scope(|scope| {
        let run = |words: &Vec<String>| {
            let mut command = polydoctor();
            command.args(words).args(further(words)).envs(environment.clone());
            let ended = ended(command).unwrap_or_else(|| panic!("{words:?} did not end"));
            let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
            (words.clone(), ended.status.code(), said)
        };
        let running: Vec<_> = all.iter().map(|words| scope.spawn(move || run(words))).collect();
        for one in running {
            let (words, code, said) = one.join().unwrap();
            assert!(!said.contains("internal error"), "{words:?}: {said}");
            // those that lack an argument have nobody to wait for
            unanswered += usize::from(matches!(code, Some(1 | 3)));
            assert!(code != Some(0) || words[0] == "headers", "{words:?} reports success: {said}");
        }
    });
    assert!(unanswered >= 14, "{unanswered}");
    // a run has a limit of its own, whatever each request may take
    for words in [["check", "--timeout", "3600"], ["fix", "--timeout", "3600"]] {
        let mut command = polydoctor();
        command.args(words).args(["--deadline", "1"]).envs(environment.clone());
        assert!(ended(command).is_some(), "{words:?} did not end");
    }
}
