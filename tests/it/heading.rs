//! Every output begins with which account it is about, from where, on which host and chain, and when.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::check::validator;
use crate::program::{Sandbox, polydoctor, run, stdout};

const SIGNER: &str = "0xf39F…2266";

/// A folder of a bot with each place that a key may come from.
struct Bot {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Bot {
    fn new() -> Self {
        let sandbox = Sandbox::start(&[]);
        let folder = tempfile::tempdir().unwrap();
        let lines: String = sandbox.env().map(|(name, value)| format!("{name}={value}\n")).collect();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let key = sandbox.env().find(|(name, _)| *name == "POLYMARKET_PRIVATE_KEY").unwrap().1.to_owned();
        let profile = format!(
            "[profiles.bot]\nprivate_key = {{ env_file = \"{}\", name = \"POLYMARKET_PRIVATE_KEY\" }}\n",
            folder.path().join("bot.env").display()
        );
        write("bot.env", &lines);
        write("key", &key);
        write(".config/polydoctor/config.toml", &profile);
        Self { folder, sandbox }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = polydoctor();
        command.args(arguments).current_dir(self.path()).env("HOME", self.path());
        command
    }

    /// The places, each with the arguments, the environment, and what the heading calls it.
    fn places(&self) -> Vec<(Vec<String>, Vec<(String, String)>, &'static str, Value)> {
        let env: Vec<(String, String)> =
            self.sandbox.env().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let urls: Vec<_> = env.iter().filter(|(name, _)| name.ends_with("_URL")).cloned().collect();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let source = |kind: &str, name: Option<&str>| serde_json::json!({ "kind": kind, "name": name });
        vec![
            (words(""), env, "environment", source("environment", None)),
            (words("--env-file bot.env"), Vec::new(), "bot.env", source("env-file", Some("bot.env"))),
            (words("--profile bot"), urls.clone(), "profile bot", source("profile", Some("bot"))),
            (words("--key-file key"), urls, "key file key", source("key-file", Some("key"))),
        ]
    }
}

fn first_line(output: &Output) -> String {
    stdout(output).lines().next().unwrap_or_default().to_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn every_format_names_the_account_its_place_host_chain_and_time() {
    let bot = Bot::new();
    let url = bot.sandbox.announcement["clob_url"].as_str().unwrap().to_owned();
    let host = url.trim_start_matches("http://");
    let today = jiff::Zoned::now().strftime("%Y-").to_string();
    for (arguments, env, place, source) in bot.places() {
        let check = |more: &[&str]| {
            let mut command = bot.command(&["check", "key.format"]);
            command.args(&arguments).args(more).envs(env.clone()).output().unwrap()
        };
        let text = first_line(&check(&[]));
        for part in [SIGNER, place, host, "Polygon", &today] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        let report = json(&check(&["--format", "json"]));
        assert_eq!((&report["source"], &report["replay"]), (&source, &Value::Null));
        assert!(validator().is_valid(&report), "{report}");
        let markdown = stdout(&check(&["--format", "markdown"]));
        let line = markdown.lines().find(|line| line.contains(SIGNER)).unwrap_or_else(|| panic!("{markdown}"));
        assert!(line.contains(place) && line.contains(host) && line.contains("Polygon"), "{line}");
        let junit = stdout(&check(&["--format", "junit"]));
        assert!(junit.contains(&format!("<property name=\"signer\" value=\"{SIGNER}\"/>")), "{junit}");
        assert!(junit.contains(&format!("<property name=\"source\" value=\"{place}\"/>")), "{junit}");
    }
}

#[test]
fn without_a_profile_no_profile_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&polydoctor().args(["check", "--offline"]).current_dir(&folder).output().unwrap());
    let line = text.lines().next().unwrap();
    assert!(line.starts_with("no private key   clob.polymarket.com   Polygon   2"), "{line}");
    assert!(!text.contains("profile default"), "{text}");
}

#[test]
fn a_demo_says_that_it_is_one() {
    let line = |arguments: &[&str]| first_line(&run(arguments));
    assert!(line(&["check", "--demo", "--offline"]).contains(&format!("signer {SIGNER}   demo   127.0.0.1:")));
    assert!(line(&["check", "--demo", "gas-missing", "--offline"]).contains("   demo gas-missing   "));
}

#[test]
fn a_replay_says_that_it_is_one_and_from_when() {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("facts.json");
    let record = record.to_str().unwrap();
    let seen = json(&run(&["check", "--demo", "--format", "json", "--record", record]));
    let replayed = json(&run(&["check", "--format", "json", "--replay", record]));
    assert_eq!(replayed["replay"]["recorded_at"], seen["started_at"]);
    assert!(validator().is_valid(&replayed));
    for format in ["text", "markdown"] {
        let text = stdout(&run(&["check", "--format", format, "--replay", record]));
        assert!(text.lines().take(5).any(|line| line.contains("replay, recorded 2")), "{text}");
    }
    let junit = stdout(&run(&["check", "--format", "junit", "--replay", record]));
    assert!(junit.contains("name=\"replay_recorded_at\""), "{junit}");
}

#[test]
fn a_shared_heading_tells_no_more_than_the_rest_of_the_report() {
    let bot = Bot::new();
    let env_file = bot.path().join("bot.env");
    let shared = |flag: &str, arguments: &[&str]| {
        let output = bot.command(&["check", "--offline", flag]).args(arguments).output().unwrap();
        first_line(&output)
    };
    let env_file = env_file.to_str().unwrap();
    assert!(shared("--share", &["--env-file", env_file]).starts_with(&format!("signer {SIGNER}   ~/bot.env   ")));
    assert!(shared("--anonymous", &["--env-file", env_file]).starts_with("signer   bot.env   "));
    assert!(shared("--share", &["--profile", "bot"]).contains("   profile bot   "));
    assert!(shared("--anonymous", &["--profile", "bot"]).starts_with("signer   profile   "));
}

#[test]
fn rows_of_a_fleet_name_the_signer() {
    let bot = Bot::new();
    let text = stdout(&bot.command(&["check", "--all-profiles", "--offline"]).output().unwrap());
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("1 profile   ") && first.contains("config.toml   2"), "{first}");
    assert!(text.lines().any(|line| line.contains("bot") && line.contains(SIGNER)), "{text}");
    let markdown = bot.command(&["check", "--all-profiles", "--offline", "--format", "markdown"]).output().unwrap();
    let markdown = stdout(&markdown);
    assert!(markdown.contains(&format!("| bot | {SIGNER} |")), "{markdown}");
    assert!(markdown.contains("~/.config/polydoctor/config.toml"), "{markdown}");
}

#[test]
fn a_watch_begins_with_the_account() {
    let bot = Bot::new();
    let mut watch = bot.command(&["check", "--watch", "5", "--env-file", "bot.env"]);
    let mut watch = watch.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(watch.stdout.take().unwrap()).read_line(&mut line).unwrap();
    watch.kill().unwrap();
    watch.wait().unwrap();
    assert!(line.contains(&format!("signer {SIGNER}   bot.env   127.0.0.1:")), "{line}");
}
