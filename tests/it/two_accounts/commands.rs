//! What the binary says of one account while another lies around.

use std::fs;
use std::process::Command;

use polydoctor::auth::contracts::{POLYGON, chain};
use polydoctor::auth::wallet::WalletMap;
use serde_json::Value;

use super::Who;
use super::held::{Held, Kept, write_keystores};
use crate::program::polydoctor;
use crate::support::{DEMO_KEY, signer};

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

    /// A profile and a configuration of polymarket-cli that have their keys like this.
    fn keep(&self, profile: Option<Held>, polymarket_cli: Option<Held>) {
        let folder = self.home.path();
        write_keystores(folder);
        let write = |path: &str, text: String| {
            fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            fs::write(folder.join(path), text).unwrap();
        };
        if let Some(held) = profile {
            write(".config/polydoctor/config.toml", held.profile(folder));
        }
        if let Some(held) = polymarket_cli {
            write(".config/polymarket/config.json", held.polymarket_cli());
        }
    }

    fn run(&self, environment: Option<Who>, arguments: &[&str]) -> Value {
        self.run_with(environment.map(Who::variables).unwrap_or_default(), arguments)
    }

    fn run_with(&self, environment: impl IntoIterator<Item = (&'static str, String)>, arguments: &[&str]) -> Value {
        let mut command: Command = polydoctor();
        command.args(arguments).args(["--format", "json"]).current_dir(self.home.path()).env("HOME", self.home.path());
        command.envs(environment);
        // nobody is there to be asked for one
        command.env("POLYDOCTOR_KEYSTORE_PASSWORD", "another");
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
                    let address = signer(account.key().unwrap()).address().to_string().to_lowercase();
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

/// With polymarket-cli, in a keystore, from a program, malformed: what is printed is about the key that
/// decides, or about the place that does not give it.
#[test]
fn no_output_holds_a_value_of_the_other_account_however_its_key_is_kept() {
    let b = |kept| Some(Held(Who::B, kept));
    let locked = |says_address| Kept::Locked { says_address };
    for profile in [
        b(Kept::Keystore),
        b(locked(true)),
        b(locked(false)),
        b(Kept::Program),
        b(Kept::Failing),
        b(Kept::Malformed),
        None,
    ] {
        for (env_file, polymarket_cli) in
            [(Some(Who::A), None), (Some(Who::A), b(Kept::Plainly)), (None, Some(Held(Who::A, Kept::Plainly)))]
        {
            for by_flag in [false, true] {
                if by_flag && profile.is_none() {
                    continue;
                }
                let desk = Desk::new(env_file, None);
                desk.keep(profile, polymarket_cli);
                let account = if by_flag || env_file.is_none() && profile.is_some() { Who::B } else { Who::A };
                let other = if account == Who::A { Who::B } else { Who::A };
                let named: &[&str] = if by_flag { &["--profile", "p"] } else { &[] };
                let mixture = format!("{profile:?} {env_file:?} {polymarket_cli:?} {by_flag}");
                for arguments in [&["check", "--offline"][..], &["config"]] {
                    let text = desk.run(None, &[arguments, named].concat()).to_string().to_lowercase();
                    for mark in other.marks() {
                        assert!(!text.contains(&mark.to_lowercase()), "{mark}: {arguments:?}: {mixture}: {text}");
                    }
                }
            }
        }
    }
}

/// The lines of this account's `.env` without its private key.
fn keyless(who: Who) -> String {
    let text = who.env_file();
    text.lines().filter(|line| !line.contains("PRIVATE_KEY")).map(|line| format!("{line}\n")).collect()
}

/// A folder of another bot, whose `.env` has no key: nothing of it is the default profile's account's, and
/// nothing is written into it.
#[test]
fn a_default_profile_is_not_mixed_with_an_env_file_that_has_no_key() {
    for key_line in ["", "POLYMARKET_PRIVATE_KEY=\n"] {
        let desk = Desk::new(None, Some(Who::A));
        let env_file = format!("{key_line}{}", keyless(Who::B));
        fs::write(desk.home.path().join(".env"), &env_file).unwrap();
        let report = desk.run(None, &["check", "--offline"]);
        let own = signer(Who::A.key().unwrap()).address().to_string().to_lowercase();
        assert_eq!(report["account"]["signer"].as_str().map(str::to_lowercase), Some(own));
        let text = report.to_string().to_lowercase();
        assert!(text.contains("ignored: ") && text.contains("there is no private key next to it"), "{report:#}");
        // neither its funder nor the hosts that A's signature would go to
        for mark in Who::B.marks() {
            assert!(!text.contains(&mark.to_lowercase()), "{mark}: {report:#}");
        }
        let mut fix = polydoctor();
        fix.args(["fix", "--yes", "--offline"]).current_dir(desk.home.path()).env("HOME", desk.home.path());
        let _ = fix.output().unwrap();
        assert_eq!(fs::read_to_string(desk.home.path().join(".env")).unwrap(), env_file);
    }
}

#[test]
fn a_default_profile_is_not_mixed_with_the_variables_of_another_account() {
    let desk = Desk::new(None, Some(Who::A));
    let variables = Who::B.variables().into_iter().filter(|(name, _)| !name.contains("PRIVATE_KEY"));
    for arguments in [&["check", "--offline"][..], &["config"]] {
        let text = desk.run_with(variables.clone(), arguments).to_string().to_lowercase();
        for mark in Who::B.marks() {
            assert!(!text.contains(&mark.to_lowercase()), "{mark}: {text}");
        }
    }
}

/// A folder of the same bot, which keeps its key elsewhere: the funder is a wallet of that key.
#[test]
fn an_env_file_without_a_key_counts_where_its_funder_is_a_wallet_of_the_key() {
    let desk = Desk::new(None, None);
    let config = desk.home.path().join(".config/polydoctor/config.toml");
    fs::write(config, format!("default_profile = 'p'\n[profiles.p]\nprivate_key = {DEMO_KEY:?}\n")).unwrap();
    let safe = WalletMap::derive(chain(POLYGON).unwrap(), signer(DEMO_KEY).address()).safe;
    let text = format!("POLYMARKET_FUNDER={safe}\nPOLYMARKET_SIGNATURE_TYPE=2\n");
    fs::write(desk.home.path().join(".env"), &text).unwrap();
    let report = desk.run(None, &["check", "--offline"]);
    let funder = report["account"]["funder"].as_str().unwrap();
    assert!(funder.eq_ignore_ascii_case(&safe.to_string()), "{report:#}");
    assert_eq!(report["account"]["signature_type"], 2, "{report:#}");
}

/// A host that a profile refers to and that is not there: nothing goes to the official one in its place.
#[test]
fn nothing_is_asked_of_the_official_host_where_the_place_of_another_one_is_gone() {
    let desk = Desk::new(None, None);
    let config = desk.home.path().join(".config/polydoctor/config.toml");
    let gone = desk.home.path().join("gone.env");
    for (field, check) in [("clob_url", "creds.derive"), ("rpc_url", "wallet.map")] {
        let place = format!("{{ env_file = {gone:?}, name = \"URL\" }}");
        let text = format!("default_profile = 'p'\n[profiles.p]\nprivate_key = {DEMO_KEY:?}\n{field} = {place}\n");
        fs::write(&config, text).unwrap();
        let report = desk.run(None, &["check", check, "setup.settings", "--timeout", "1"]);
        let requests = report["requests"].to_string();
        assert!(!requests.contains(if field == "rpc_url" { "drpc" } else { "clob.polymarket.com" }), "{requests}");
        assert_ne!(crate::program::status(&report, check), "pass", "{report:#}");
        assert!(report["checks"].to_string().contains("gone.env"), "{report:#}");
    }
}
