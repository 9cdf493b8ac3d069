//! What the binary says of one account while another lies around.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::Who;
use crate::program::polydoctor;

/// A folder of bot and home, with these places in it.
struct Desk {
    home: tempfile::TempDir,
}

impl Desk {
    fn new(env_file: Option<Who>, profile: Option<Who>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join(".config/polydoctor");
        fs::create_dir_all(&config).unwrap();
        if let Some(who) = env_file {
            fs::write(home.path().join(".env"), who.env_file()).unwrap();
        }
        if let Some(who) = profile {
            fs::write(config.join("config.toml"), format!("default_profile = \"p\"\n{}", who.profile("p"))).unwrap();
        }
        Self { home }
    }

    fn run(&self, environment: Option<Who>, arguments: &[&str]) -> Value {
        let mut command: Command = polydoctor();
        command.args(arguments).args(["--format", "json"]).current_dir(self.home.path()).env("HOME", self.home.path());
        command.envs(environment.map(Who::variables).unwrap_or_default());
        let output = command.output().unwrap();
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

#[test]
fn no_report_and_no_suggested_command_holds_a_value_of_the_other_account() {
    const HELD: [Option<Who>; 3] = [None, Some(Who::A), Some(Who::B)];
    for profile in HELD {
        for env_file in HELD {
            let desk = Desk::new(env_file, profile);
            for environment in HELD {
                for by_flag in [false, true] {
                    if by_flag && profile.is_none() {
                        continue;
                    }
                    let named: &[&str] = if by_flag { &["--profile", "p"] } else { &[] };
                    let decides = if by_flag { profile } else { environment.or(env_file).or(profile) };
                    let Some(account) = decides else { continue };
                    let mixture = format!("{environment:?} {env_file:?} {profile:?} {by_flag}");
                    let report = desk.run(environment, &[&["check", "--offline"], named].concat());
                    let address = crate::support::signer(account.key().unwrap()).address().to_string().to_lowercase();
                    assert_eq!(report["account"]["signer"].as_str().unwrap().to_lowercase(), address, "{mixture}");
                    let other = if account == Who::A { Who::B } else { Who::A };
                    let text = report.to_string().to_lowercase();
                    for mark in other.marks() {
                        assert!(!text.contains(&mark.to_lowercase()), "{mark}: {mixture}: {report:#}");
                    }
                    // a suggested command is about this account, too
                    let fixes =
                        report["diagnoses"].as_array().unwrap().iter().chain(report["checks"].as_array().unwrap());
                    for command in fixes.flat_map(|fix| fix["fix"]["commands"].as_array().into_iter().flatten()) {
                        let command = command.as_str().unwrap();
                        let is_own = command.starts_with("polydoctor keys") || command.starts_with("polydoctor check");
                        assert!(!by_flag || !is_own || command.ends_with(" --profile p"), "{command}: {mixture}");
                    }
                    let config = desk.run(environment, &[&["config"], named].concat());
                    let is_profile = account == profile.unwrap_or(other) && decides == profile;
                    assert!(is_profile || config["profile"] == "default", "{mixture}: {}", config["profile"]);
                }
            }
        }
    }
}

/// A profile is often called after its owner, also one that does not count here.
#[test]
fn an_anonymous_report_does_not_name_the_profile_that_is_left_out() {
    let desk = Desk::new(Some(Who::B), None);
    let config = desk.home.path().join(".config/polydoctor/config.toml");
    fs::write(config, format!("default_profile = \"alice\"\n{}", Who::A.profile("alice"))).unwrap();
    let known = desk.run(None, &["check", "--offline"]);
    assert!(known.to_string().contains(" of profile alice ("), "{known:#}");
    let shared = desk.run(None, &["check", "--offline", "--anonymous"]);
    assert!(!shared.to_string().contains("alice"), "{shared:#}");
}
