//! Setting up an account and using it by name, through the binary.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use polydoctor::settings::Setting;
use serde_json::Value;

use crate::program::{Sandbox, polydoctor, stdout};

fn at_home(home: &Path) -> Command {
    let mut command = polydoctor();
    command.env("HOME", home).current_dir(home);
    command
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    at_home(home).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A sandbox, and a home folder with its settings in `.env` but for these.
fn sandbox_at(home: &Path, without: &[&str]) -> Sandbox {
    let sandbox = Sandbox::start(&["--write-env", home.join(".env").to_str().unwrap()]);
    let text = fs::read_to_string(home.join(".env")).unwrap();
    let kept = text.lines().filter(|line| !without.iter().any(|name| line.starts_with(&format!("{name}="))));
    fs::write(home.join(".env"), kept.collect::<Vec<_>>().join("\n")).unwrap();
    sandbox
}

const ANSWERS: [&str; 2] = ["POLYMARKET_SIGNATURE_TYPE", "POLYMARKET_FUNDER"];

#[test]
fn from_a_key_to_a_verified_account() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &ANSWERS);
    let output = run(home.path(), &["init", "--yes", "--profile", "bot"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), stdout(&output));
    assert!(stdout(&output).contains("yes  sign orders that the exchange accepts"), "{}", stdout(&output));
    let file = home.path().join(".config/polydoctor/config.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("signature_type = 2\nfunder = \"0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\"\n"), "{text}");
    assert!(text.contains("name = \"POLYMARKET_PRIVATE_KEY\" }") && !text.contains("ac0974bec39a17e3"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // from any folder, by name alone
    let output = at_home(home.path()).args(["check", "--profile", "bot"]).current_dir("/").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let again = run(home.path(), &["init", "--yes", "--profile", "bot"]);
    assert!(stderr(&again).replace('\n', " ").contains("already up to date"), "{}", stderr(&again));
}

/// A value that a setting may have: none of the sandbox's account, and for each number another.
fn another(setting: Setting, number: u8) -> String {
    match setting {
        Setting::PrivateKey | Setting::BuilderCode => format!("0x{}", number.to_string().repeat(64)),
        Setting::SignatureType => "1".to_owned(),
        Setting::ChainId => "80002".to_owned(),
        Setting::Venue => if number == 3 { "global" } else { "us" }.to_owned(),
        Setting::Nonce | Setting::Timeout => number.to_string(),
        Setting::Funder | Setting::RelayerApiKeyAddress => format!("0x{}", number.to_string().repeat(40)),
        url if url.is_url() => format!("https://number-{number}.example.com/"),
        secret => format!("{secret}-{number}"),
    }
}

/// What `check` shows of each setting, offline, from any folder: the label with its value and place.
fn shown(home: &Path, profile: &str) -> std::collections::BTreeMap<String, String> {
    let arguments = ["check", "setup.settings", "--offline", "--profile", profile, "--format", "json"];
    let output = at_home(home).args(arguments).current_dir("/").output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let evidence = report["checks"][0]["evidence"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    evidence.iter().map(|evidence| (text(&evidence["label"]), text(&evidence["value"]))).collect()
}

#[test]
fn every_setting_of_a_file_is_referred_to_so_that_a_later_change_is_seen() {
    let home = tempfile::tempdir().unwrap();
    let sandbox = sandbox_at(home.path(), &[]);
    let folder = home.path().join("bots");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("main.env");
    let mut lines: Vec<(&str, String)> = Vec::new();
    for setting in Setting::ALL {
        let Some(usual) = setting.usual_variable() else { continue };
        let of_sandbox = sandbox.env().find(|(name, _)| setting.variables().contains(name));
        let (name, value) =
            of_sandbox.map_or_else(|| (usual, another(setting, 3)), |(name, value)| (name, value.to_owned()));
        lines.push((name, value));
    }
    let write = |lines: &[(&str, String)]| {
        let text = lines.iter().map(|(name, value)| format!("{name}='{value}'\n")).collect::<String>();
        fs::write(&file, text).unwrap();
    };
    write(&lines);
    fs::remove_file(home.path().join(".env")).unwrap();
    let output = at_home(home.path())
        .args(["init", "--yes", "--profile", "bot", "--env-file", "../bots/main.env"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(output.status.code().is_some_and(|code| code != 2), "{}", stderr(&output));
    let text = fs::read_to_string(home.path().join(".config/polydoctor/config.toml")).unwrap();
    let absolute = folder.canonicalize().unwrap().join("main.env");
    for setting in Setting::ALL.into_iter().filter(|setting| !setting.variables().is_empty()) {
        let name = lines.iter().find(|(name, _)| setting.variables().contains(name)).unwrap().0;
        let line = format!("{setting} = {{ env_file = \"{}\", name = \"{name}\" }}\n", absolute.display());
        assert!(text.contains(&line), "no {line} in\n{text}");
    }
    let values = text.lines().filter(|line| line.contains(" = ") && !line.starts_with("default_profile"));
    assert!(values.clone().all(|line| line.contains("env_file")), "a copy in\n{text}");
    let before = shown(home.path(), "bot");
    for (name, value) in &mut lines {
        *value = another(Setting::listing(name).unwrap(), 4);
    }
    write(&lines);
    let after = shown(home.path(), "bot");
    let mut changed = 0;
    for (label, value) in after.iter().filter(|(_, value)| value.contains("main.env")) {
        assert_ne!(before.get(label), Some(value), "{label}");
        changed += 1;
    }
    assert!(changed >= 19, "{changed}: {after:#?}");
}

#[test]
fn values_of_the_environment_are_referred_to_by_their_names() {
    let home = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(&[]);
    let init = |command: &mut Command| command.args(["init", "--yes", "--profile", "bot"]).output().unwrap();
    let output = init(at_home(home.path()).envs(sandbox.env()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = fs::read_to_string(home.path().join(".config/polydoctor/config.toml")).unwrap();
    for (name, _) in sandbox.env() {
        assert!(text.contains(&format!("= {{ env = \"{name}\" }}")), "{name} in\n{text}");
    }
}

#[test]
fn init_checks_the_profile_that_it_wrote_and_says_who_is_asked_before() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &[]);
    // another bot's settings in the environment are not the profile's
    let stranger = ("POLYMARKET_FUNDER", "0x1111111111111111111111111111111111111111");
    let output = at_home(home.path())
        .env(stranger.0, stranger.1)
        .args(["init", "--yes", "--env-file", ".env", "--profile", "bot"])
        .output()
        .unwrap();
    let file = home.path().join(".config/polydoctor/config.toml");
    let text = fs::read_to_string(&file).unwrap();
    let fleet = run(home.path(), &["check", "--all-profiles"]);
    assert_eq!(output.status.code(), fleet.status.code(), "{text}\n{}\n{}", stdout(&output), stdout(&fleet));
    let said = stderr(&output);
    let (hosts, checking) = (said.find("127.0.0.1 (CLOB)"), said.find("Checking profile bot"));
    assert!(hosts.is_some() && hosts < checking, "{said}");
    // a profile that stays as it is, beside a .env of another account in the folder
    fs::write(&file, text.replace("POLYMARKET_FUNDER\" }", "NONE\" }")).unwrap();
    let checked = run(home.path(), &["check", "--all-profiles"]);
    assert_eq!(checked.status.code(), Some(1), "{}", stdout(&checked));
}

#[test]
fn with_nothing_known_no_type_is_written() {
    let home = tempfile::tempdir().unwrap();
    let mut sandbox = sandbox_at(home.path(), &ANSWERS);
    sandbox.stop();
    let output = run(home.path(), &["init", "--yes"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let said = stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    for text in ["Could not determine which wallet holds the funds: the Polygon RPC at", "Nothing was written"] {
        assert!(said.contains(text), "{said}");
    }
    // and who would have been asked was said before
    assert!(said.find("(Polygon RPC) sees the signer") < said.find("Could not determine"), "{said}");
    assert!(!home.path().join(".config/polydoctor/config.toml").exists());
    // the answer itself is enough
    let output = run(home.path(), &["init", "--yes", "--account", "browser"]);
    let text = fs::read_to_string(home.path().join(".config/polydoctor/config.toml")).unwrap();
    assert!(text.contains("signature_type = 2\n"), "{text}{}", stderr(&output));
}

#[test]
fn a_copy_in_a_profile_never_makes_a_broken_bot_healthy() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &[]);
    assert_eq!(run(home.path(), &["init", "--yes", "--profile", "bot"]).status.code(), Some(0));
    let file = home.path().join(".config/polydoctor/config.toml");
    let env = home.path().join(".env");
    // as profiles were written before: the funder is a copy
    let (funder, wrong) = ("0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47", "0x1111111111111111111111111111111111111111");
    let referring = fs::read_to_string(&file).unwrap();
    let lines = referring
        .lines()
        .map(|line| if line.starts_with("funder = ") { format!("funder = \"{funder}\"") } else { line.to_owned() });
    fs::write(&file, lines.map(|line| line + "\n").collect::<String>()).unwrap();
    let fleet = |format| run(home.path(), &["check", "--all-profiles", "--format", format]);
    assert_eq!(fleet("text").status.code(), Some(0));
    assert!(!stdout(&run(home.path(), &["profile", "show", "bot"])).contains("different values"));
    let text = fs::read_to_string(&env).unwrap();
    fs::write(&env, text.replace(funder, wrong)).unwrap();
    let line = text.lines().position(|line| line.contains(funder)).unwrap() + 1;
    let expected = format!("funder: profile bot has {funder}, line {line} of {} has {wrong}", env.display());
    let row: Value = serde_json::from_slice(&fleet("json").stdout).unwrap();
    assert_ne!(row["verdict"], "healthy", "{row:#}");
    let check = row["checks"].as_array().unwrap().iter().find(|check| check["id"] == "setup.settings").unwrap();
    assert_eq!((&check["status"], &check["summary"]), (&"warn".into(), &expected.as_str().into()), "{check:#}");
    assert!(stdout(&fleet("text")).contains(wrong), "the row says it: {}", stdout(&fleet("text")));
    let show = run(home.path(), &["profile", "show", "bot"]);
    assert!(stderr(&show).contains(&expected), "{}", stderr(&show));
    assert!(stderr(&show).contains("funder = { env_file = "), "and how to refer to it: {}", stderr(&show));
    assert_eq!(show.status.code(), Some(1));
    // the same profile with references sees what the bot sees
    fs::write(&file, referring).unwrap();
    assert_eq!(fleet("text").status.code(), Some(1));
    let show = run(home.path(), &["profile", "show", "bot"]);
    assert!(stdout(&show).contains(&format!("now {wrong}")), "{}", stdout(&show));
}

#[test]
fn polymarket_clis_settings_are_referred_to() {
    let home = tempfile::tempdir().unwrap();
    let sandbox =
        sandbox_at(home.path(), &["POLYMARKET_PRIVATE_KEY", "POLYMARKET_SIGNATURE_TYPE", "POLYMARKET_CHAIN_ID"]);
    let (_, key) = sandbox.env().find(|(name, _)| *name == "POLYMARKET_PRIVATE_KEY").unwrap();
    let file = home.path().join(".config/polymarket/config.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, format!("{{\"private_key\":\"{key}\",\"chain_id\":137,\"signature_type\":\"gnosis-safe\"}}"))
        .unwrap();
    let output = run(home.path(), &["init", "--yes", "--profile", "bot"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stderr(&output), stdout(&output));
    let text = fs::read_to_string(home.path().join(".config/polydoctor/config.toml")).unwrap();
    for setting in ["private_key", "signature_type", "chain_id"] {
        assert!(text.contains(&format!("{setting} = {{ polymarket_cli = ")), "{text}");
    }
    assert!(shown(home.path(), "bot")["signature type"].starts_with('2'), "{:#?}", shown(home.path(), "bot"));
}

#[test]
fn what_remains_wrong_is_told_at_the_end() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &ANSWERS);
    let text = fs::read_to_string(home.path().join(".env")).unwrap();
    fs::write(home.path().join(".env"), text.replace("POLYMARKET_CHAIN_ID=137", "POLYMARKET_CHAIN_ID=80002")).unwrap();
    let output = run(home.path(), &["init", "--yes"]);
    assert_eq!(output.status.code(), Some(1), "{}{}", stderr(&output), stdout(&output));
    assert!(stdout(&output).contains("no   authenticate"), "{}", stdout(&output));
}

#[test]
fn wrong_answers_by_flag_end_it_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &ANSWERS);
    let deposit = "0x1111111111111111111111111111111111111111";
    let signer = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    for (arguments, said) in [
        (&["init", "--yes", "--funder", deposit][..], "deposit address"),
        (&["init", "--yes", "--account", "browser", "--funder", signer], "the signer itself"),
        (&["init", "--yes", "--key-env", "NOT_SET"], "NOT_SET from --key-env is not set"),
        (&["init"], "pass --yes"),
    ] {
        let output = run(home.path(), arguments);
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!home.path().join(".config/polydoctor/config.toml").exists(), "{arguments:?}");
    }
}

#[test]
fn private_key_is_stored_only_with_explicit_flag() {
    let home = tempfile::tempdir().unwrap();
    let _sandbox = sandbox_at(home.path(), &[]);
    let output = run(home.path(), &["init", "--yes", "--store-private-key"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stderr(&output).contains("ac0974bec39a17e3"), "shown masked");
    let text = fs::read_to_string(home.path().join(".config/polydoctor/config.toml")).unwrap();
    assert!(text.contains("private_key = \"0xac0974bec39a17e3"), "{text}");
    let shown = run(home.path(), &["profile", "show"]);
    assert!(stdout(&shown).contains("in plain text") && !stdout(&shown).contains("ac0974bec39a17e3"));
}

#[test]
fn profiles_are_listed_used_and_removed() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".config/polydoctor/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "# mine\n[profiles.a]\nsignature_type = 2\n\n[profiles.b] # second\nprivate_key = 'hunter2'\n")
        .unwrap();
    let list = run(home.path(), &["profile", "list"]);
    assert_eq!(stdout(&list), "  a  type 2\n  b  key in plain text\n");
    let used = run(home.path(), &["profile", "use", "b"]);
    assert_eq!(used.status.code(), Some(0));
    assert_eq!(stderr(&used), format!("Profile b is now the default, in {}\n", file.display()));
    let list = run(home.path(), &["profile", "list", "--format", "json"]);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(list["profiles"][1], serde_json::json!({ "name": "b", "default": true }));
    assert_eq!(run(home.path(), &["profile", "remove", "b"]).status.code(), Some(2), "it asks");
    assert_eq!(run(home.path(), &["profile", "remove", "b", "--yes"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), "# mine\n[profiles.a]\nsignature_type = 2\n");
}

#[test]
#[cfg(unix)]
fn a_keystore_of_a_profile_is_unlocked_by_its_password() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".config/polydoctor/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let keystore = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keystore.json");
    fs::write(&file, format!("[profiles.default]\nprivate_key = {{ keystore = '{keystore}' }}\n")).unwrap();
    let check = |password: Option<&str>| {
        let mut command = at_home(home.path());
        command.args(["check", "key.format", "--offline"]);
        if let Some(password) = password {
            command.env("POLYDOCTOR_KEYSTORE_PASSWORD", password);
        }
        command.output().unwrap()
    };
    assert_eq!(check(Some("correct horse")).status.code(), Some(0));
    let wrong = check(Some("battery staple"));
    assert!(stdout(&wrong).contains("the password is wrong") && wrong.status.code() == Some(1));
    let locked = check(None);
    assert!(stderr(&locked).contains("POLYDOCTOR_KEYSTORE_PASSWORD") && locked.status.code() == Some(2));
}

/// In a real shell, with profiles that were made after the script was.
#[test]
#[cfg(unix)]
fn a_shell_offers_the_profiles_that_there_are() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/polydoctor/config.toml");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    std::fs::write(&config, "[profiles.alpha]\nchain_id = 137\n[profiles.beta-2]\nchain_id = 137\n").unwrap();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_polydoctor")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    for (words, before) in [("check --profile", "--profile"), ("profile use", "use"), ("profile remove", "remove")] {
        let line = format!(
            "eval \"$(polydoctor completions bash)\"; COMP_WORDS=(polydoctor {words} ''); COMP_CWORD=3; \
             _polydoctor polydoctor '' {before}; echo \"${{COMPREPLY[@]}}\""
        );
        let mut bash = std::process::Command::new("bash");
        let bash = bash.args(["-c", &line]).env_clear().env("PATH", &path).env("HOME", home.path());
        let output = bash.output().unwrap();
        let said = crate::program::stdout(&output);
        assert!(said.ends_with("alpha beta-2\n"), "{words}: {said} {}", String::from_utf8_lossy(&output.stderr));
    }
    for shell in ["zsh", "fish"] {
        let script = crate::program::stdout(&crate::program::run(&["completions", shell]));
        assert!(script.matches("polydoctor profile list").count() > 10, "{shell}");
        assert!(!script.contains("NAMES_OF_PROFILES"), "{shell}");
    }
    for shell in ["elvish", "powershell"] {
        assert!(!crate::program::stdout(&crate::program::run(&["completions", shell])).contains("NAMES_OF_PROFILES"));
    }
}

/// A ban cannot be read: the end of the set-up does not promise what only an order would show.
#[test]
fn what_no_read_shows_is_not_promised_at_the_end() {
    let home = tempfile::tempdir().unwrap();
    let env = home.path().join(".env");
    let _sandbox = Sandbox::start(&["--scenario", "account-banned", "--write-env", env.to_str().unwrap()]);
    let output = run(home.path(), &["init", "--yes", "--profile", "bot"]);
    assert!(stdout(&output).contains("A ban cannot be read from the API"), "{}", stdout(&output));
}
