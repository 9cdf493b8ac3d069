//! `keys … --save` writes to the account that the key is of, and to no other.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use polydoctor::settings::undo::Undo;

use super::Who;
use super::held::keystore;
use crate::program::{Sandbox, polydoctor};
use crate::support::{DEMO_KEY, STRANGER_KEY, signer};

/// A home folder with a bot in each of three folders, and a profile that refers to one of them.
struct Desk {
    sandbox: Sandbox,
    home: tempfile::TempDir,
}

const OLD: &str = "CLOB_API_KEY=old\nCLOB_SECRET=b2xk\nCLOB_PASS_PHRASE=old\n";

impl Desk {
    fn new() -> Self {
        let desk =
            Self { sandbox: Sandbox::start(&["--scenario", "healthy-safe"]), home: tempfile::tempdir().unwrap() };
        desk.reset();
        // both have a key to derive
        for key in [DEMO_KEY, STRANGER_KEY] {
            let (code, out, err) = desk.run("nowhere", &[("PK", key)], "create --yes");
            assert!(code == 0 || out.contains("nonce 0 has one"), "{out}{err}");
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn reset(&self) {
        for folder in [".config/polydoctor", "a", "b", "nowhere"] {
            fs::create_dir_all(self.path(folder)).unwrap();
        }
        fs::write(self.path("a/main.env"), format!("PK={DEMO_KEY}\n{OLD}")).unwrap();
        fs::write(self.path("b/.env"), format!("PK={STRANGER_KEY}\n{OLD}")).unwrap();
        fs::write(self.path("key-of-a"), DEMO_KEY).unwrap();
        let line =
            |name: &str| format!("{{ env_file = \"{}\", name = \"{name}\" }}", self.path("a/main.env").display());
        let config = format!(
            "default_profile = \"referring\"\n[profiles.referring]\nprivate_key = {}\napi_key = {}\napi_secret = {}\n\
             api_passphrase = {}\n[profiles.partly]\nprivate_key = {}\n[profiles.literal]\nprivate_key = \"{DEMO_KEY}\"\n",
            line("PK"),
            line("CLOB_API_KEY"),
            line("CLOB_SECRET"),
            line("CLOB_PASS_PHRASE"),
            line("PK"),
        );
        fs::write(self.path(".config/polydoctor/config.toml"), config).unwrap();
        fs::write(self.path("a/creds.json"), "{\"address\": \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"}").unwrap();
    }

    fn files(&self) -> BTreeMap<&'static str, String> {
        let names = ["a/main.env", "b/.env", ".config/polydoctor/config.toml", "a/creds.json", "key-of-a"];
        names.into_iter().map(|name| (name, fs::read_to_string(self.path(name)).unwrap())).collect()
    }

    fn run(&self, folder: &str, environment: &[(&str, &str)], arguments: &str) -> (i32, String, String) {
        let url = self.sandbox.announcement["clob_url"].as_str().unwrap();
        let mut command = polydoctor();
        command.arg("keys").args(arguments.split(' ')).args(["--clob-url", url, "--chain-id", "137"]);
        command.current_dir(self.path(folder)).env("HOME", self.home.path()).envs(environment.iter().copied());
        let output = command.output().unwrap();
        // as if no line had been wrapped
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn undo(&self) -> Undo {
        Undo::in_folder(self.path(".local/state/polydoctor/undo"))
    }
}

const CONFIG: &str = ".config/polydoctor/config.toml";

/// Where the key comes from decides which files are written; the copy kept puts each back.
#[test]
fn credentials_go_where_the_key_in_use_comes_from() {
    let desk = Desk::new();
    for (folder, arguments, environment, written) in [
        // the bot of this folder, though the default profile has credentials of another
        ("b", "derive --save --yes", None, &["b/.env"][..]),
        ("nowhere", "derive --save --yes", None, &["a/main.env"]),
        ("nowhere", "derive --save --yes --profile referring", None, &["a/main.env"]),
        // the .env that merely lies there is another account's
        ("b", "derive --save --yes --profile referring", None, &["a/main.env"]),
        ("b", "derive --save --yes --profile literal", None, &[CONFIG]),
        ("b", "derive --save --yes --profile partly", None, &["a/main.env", CONFIG]),
        ("nowhere", "derive --save --yes --env-file ../b/.env", None, &["b/.env"]),
        ("b", "create --save --yes --nonce 3", None, &["b/.env"]),
        ("b", "create --save --yes --nonce 3 --profile literal", None, &[CONFIG]),
        ("b", "builder create --save --yes --nonce 0", None, &["b/.env"]),
        ("b", "builder create --save --yes --nonce 0 --profile literal", None, &[CONFIG]),
        ("b", "rotate --yes --keep-old", None, &["b/.env"]),
        // what cannot take them
        ("b", "derive --save --yes", Some(DEMO_KEY), &[]),
        ("b", "derive --save --yes --key-file ../key-of-a", None, &[]),
        ("nowhere", "create --save --yes --nonce 4", Some(STRANGER_KEY), &[]),
        ("nowhere", "rotate --yes", Some(STRANGER_KEY), &[]),
    ] {
        desk.reset();
        let before = desk.files();
        let environment: Vec<_> = environment.iter().map(|key| ("POLYMARKET_PRIVATE_KEY", *key)).collect();
        // an old key that does not pass is no reason
        let arguments = arguments.replace("rotate", if folder == "b" { "rotate --nonce 0" } else { "rotate" });
        let (code, out, err) = desk.run(folder, &environment, &arguments);
        let after = desk.files();
        let changed: Vec<&str> = before.keys().filter(|name| before[*name] != after[*name]).copied().collect();
        let mut expected = written.to_vec();
        expected.sort_unstable();
        assert_eq!(changed, expected, "{arguments} in {folder}: {out}{err}");
        if written.is_empty() {
            assert_eq!(code, 2, "{arguments}: {err}");
            assert!(err.contains("where credentials cannot be saved: name a file, as --save env=PATH"), "{err}");
            continue;
        }
        assert_eq!(code, 0, "{arguments} in {folder}: {err}");
        let undo = desk.undo();
        undo.restore(&undo.last().unwrap().unwrap()).unwrap();
        assert_eq!(desk.files(), before, "{arguments}");
        assert!(beside(&desk.path(folder)).iter().all(|name| !name.contains(".bak")), "{arguments}");
    }
}

fn beside(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn credentials_of_another_signer_are_not_overwritten() {
    let desk = Desk::new();
    // the key of this bot is elsewhere, and its funder says whose the file is
    let keyless = format!("POLYMARKET_FUNDER={}\n{OLD}", signer(STRANGER_KEY).address());
    fs::write(desk.path("keyless.env"), &keyless).unwrap();
    for (environment, arguments) in [
        (DEMO_KEY, "derive --yes --save env=keyless.env"),
        (DEMO_KEY, "derive --yes --save env=b/.env"),
        (STRANGER_KEY, "derive --yes --save env=a/main.env"),
        (STRANGER_KEY, "create --yes --nonce 5 --save profile=literal"),
        (STRANGER_KEY, "create --yes --nonce 5 --save profile=referring"),
        (STRANGER_KEY, "builder create --yes --save env=a/main.env"),
        (DEMO_KEY, "derive --yes --save json=a/creds.json"),
    ] {
        let before = desk.files();
        let (code, out, err) = desk.run(".", &[("PK", environment)], arguments);
        assert_eq!(desk.files(), before, "{arguments}");
        assert_eq!(code, 1, "{arguments}: {err}");
        let reason = ["belongs to a different account", "seems to belong to a different account"];
        assert!(reason.iter().any(|reason| out.contains(reason)), "{arguments}: {out}{err}");
    }
    assert_eq!(fs::read_to_string(desk.path("keyless.env")).unwrap(), keyless);
    let (code, _, err) = desk.run(".", &[("PK", STRANGER_KEY)], "derive --yes --save env=keyless.env");
    assert_eq!(code, 0, "{err}");
    // nothing was created either
    let (_, out, _) = desk.run(".", &[("PK", STRANGER_KEY)], "nonces --to 5 --format json");
    let nonces: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert!(nonces["nonces"][5]["key"].is_null(), "{nonces}");
    let (code, _, err) = desk.run(".", &[("PK", DEMO_KEY)], "derive --save env=new.env");
    assert_eq!(code, 0, "{err}");
}

#[test]
fn the_question_names_account_file_and_host() {
    let desk = Desk::new();
    let (code, _, err) = desk.run("b", &[], "derive --save");
    assert_eq!(code, 2, "{err}");
    let url = desk.sandbox.announcement["clob_url"].as_str().unwrap();
    let signer = signer(STRANGER_KEY).address().to_string();
    for named in ["Write .env", &signer, url.trim_end_matches('/')] {
        assert!(err.contains(named), "{named}: {err}");
    }
}

/// A key that is malformed, locked or not given leaves every file as it is, also those of the account
/// beside it; polymarket-cli's takes none.
#[test]
fn a_key_that_cannot_be_had_writes_nowhere_and_polymarket_cli_is_not_written() {
    let desk = Desk::new();
    fs::write(desk.path("k.json"), keystore(Who::A, true)).unwrap();
    let profiles = format!(
        "[profiles.locked]\nprivate_key = {{ keystore = {:?} }}\n[profiles.failing]\nprivate_key = {{ command = \
         [\"false\"] }}\n[profiles.malformed]\nprivate_key = \"no key\"\n",
        desk.path("k.json")
    );
    let config = fs::read_to_string(desk.path(CONFIG)).unwrap();
    fs::write(desk.path(CONFIG), config.replace("default_profile = \"referring\"\n", "") + &profiles).unwrap();
    fs::create_dir_all(desk.path(".config/polymarket")).unwrap();
    let cli = desk.path(".config/polymarket/config.json");
    fs::write(&cli, format!("{{\"private_key\": \"{DEMO_KEY}\"}}")).unwrap();
    let before = (desk.files(), fs::read_to_string(&cli).unwrap());
    let wrong_password = ("POLYDOCTOR_KEYSTORE_PASSWORD", "another");
    for (folder, environment, arguments) in [
        ("b", wrong_password, "derive --save --yes --profile locked"),
        ("b", wrong_password, "derive --save --yes --profile failing"),
        ("b", wrong_password, "derive --save --yes --profile malformed"),
        ("b", ("PK", "no key"), "derive --save --yes"),
        ("nowhere", wrong_password, "derive --save --yes"),
        ("nowhere", wrong_password, "create --save --yes --nonce 7"),
    ] {
        let (code, out, err) = desk.run(folder, &[environment], arguments);
        assert_ne!(code, 0, "{arguments}: {out}{err}");
        assert_eq!((desk.files(), fs::read_to_string(&cli).unwrap()), before, "{arguments}");
    }
    // while another account's key lies there, its own file is written
    let (code, _, err) = desk.run("b", &[], "derive --save --yes");
    assert_eq!(code, 0, "{err}");
    assert_eq!(desk.files()["a/main.env"], before.0["a/main.env"]);
    assert_ne!(desk.files()["b/.env"], before.0["b/.env"]);
}

/// What a suggested command is, it does as it is printed.
#[test]
fn the_command_for_credentials_works_as_it_is_printed_wherever_the_key_is() {
    let desk = Desk::new();
    let bare = |key: &str| format!("PK={key}\n");
    for (folder, env_file, environment, flags, argument) in [
        ("b", Some(OLD.to_owned()), vec![], "--key-file ../key-of-a", "--save env=.env"),
        ("b", Some(bare(STRANGER_KEY) + OLD), vec![], "", "--save"),
        ("b", Some(OLD.to_owned()), vec![("PK", STRANGER_KEY)], "", "--save env=.env"),
        ("b", Some(String::new()), vec![("PK", STRANGER_KEY), ("CLOB_API_KEY", "old")], "", "--show-secrets"),
        ("nowhere", None, vec![], "--profile referring", "--save"),
        ("nowhere", None, vec![], "--profile literal", "--save"),
    ] {
        desk.reset();
        // the profile that is used is named; its last one is `literal`
        let config = fs::read_to_string(desk.path(CONFIG)).unwrap();
        let config = config.replace("default_profile = \"referring\"\n", "") + "api_key = \"old\"\n";
        fs::write(desk.path(CONFIG), config).unwrap();
        fs::write(desk.path("a/main.env"), bare(DEMO_KEY) + "CLOB_API_KEY=old\n").unwrap();
        if let Some(text) = &env_file {
            fs::write(desk.path("b/.env"), text).unwrap();
        }
        let url = |name: &str| desk.sandbox.announcement[name].as_str().unwrap().to_owned();
        let hosts = [
            ("POLYMARKET_CLOB_URL", url("clob_url")),
            ("POLYMARKET_RPC_URL", url("rpc_url")),
            ("POLYMARKET_GAMMA_URL", url("gamma_url")),
            ("POLYMARKET_DATA_URL", url("data_url")),
            ("POLYMARKET_GEOBLOCK_URL", url("geoblock_url")),
            ("POLYMARKET_RELAYER_URL", url("relayer_url")),
        ];
        let run = |line: &str| {
            let words = shlex::split(line).unwrap();
            let mut command = polydoctor();
            command.args(&words[1..]).current_dir(desk.path(folder)).env("HOME", desk.home.path());
            let output = command.envs(hosts.clone()).envs(environment.iter().copied()).output().unwrap();
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
            (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
        };
        let (_, out, err) = run(&format!("polydoctor check creds.match --format json {flags}"));
        let report: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        let diagnoses = report["diagnoses"].as_array().unwrap().iter();
        let commands = diagnoses.flat_map(|diagnosis| diagnosis["fix"]["commands"].as_array().unwrap());
        let command = commands.filter_map(|command| command.as_str()).find(|command| command.contains(" keys derive"));
        let command = command.unwrap_or_else(|| panic!("{folder} {flags}: {report:#}"));
        assert_eq!(command, format!("polydoctor keys derive {argument} {flags}").trim_end());
        // scripts say yes
        let yes = if argument.starts_with("--save") { " --yes" } else { "" };
        let (code, out, err) = run(&format!("{command}{yes}"));
        assert_eq!(code, 0, "{command} in {folder}: {out}{err}");
        if argument.starts_with("--save") {
            let (_, out, _) = run(&format!("polydoctor check creds.match --format json {flags}"));
            assert_eq!(crate::program::status(&serde_json::from_str(&out).unwrap(), "creds.match"), "pass", "{out}");
        } else {
            assert!(out.contains("CLOB_SECRET="), "{out}");
        }
    }
}

/// The credentials are those of that nonce, and of that account.
#[test]
fn suggested_commands_are_about_the_same_nonce_and_account() {
    let desk = Desk::new();
    let (code, _, err) = desk.run("b", &[], "create --nonce 6 --yes --profile literal");
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("polydoctor keys derive --nonce 6 --save --profile literal"), "{err}");
    assert!(err.contains("polydoctor keys delete --nonce 6 --profile literal"), "{err}");
    let (code, out, err) = desk.run("b", &[], "create --nonce 6 --yes --profile literal --format json");
    let failed: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert_eq!(code, 1);
    let command = failed["fix"]["commands"][0].as_str().unwrap();
    assert!(command.starts_with("polydoctor keys derive --nonce 6 --profile literal"), "{command}");
}
