//! `check --watch`, `--wait` and `--exec` through the real binary: settings that change, and who is
//! told.

mod soak;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{Sandbox, polydoctor, stdout};

const PATIENCE: Duration = Duration::from_secs(30);
const FUNDER: &str = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";
const SIGNER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/// A folder with the `.env` of a sandbox's account.
struct Bot {
    folder: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Bot {
    fn new(arguments: &[&str]) -> Self {
        let bot = Self { folder: tempfile::tempdir().unwrap(), sandbox: Sandbox::start(arguments) };
        bot.write(FUNDER);
        bot
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(".env")
    }

    fn write(&self, funder: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let line = |(name, value)| match name {
            "POLYMARKET_FUNDER" => format!("{name}={funder}\n"),
            _ => format!("{name}={value}\n"),
        };
        let new = self.folder.path().join("new");
        std::fs::write(&new, self.sandbox.env().map(line).collect::<String>()).unwrap();
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::rename(new, self.path()).unwrap();
    }

    /// A configuration of these profiles, each with its funder and for the rest as the `.env` says.
    fn write_profiles(&self, profiles: &[(&str, &str)]) {
        let mut text = String::new();
        for (name, funder) in profiles {
            text += &format!("[profiles.{name}]\nfunder = \"{funder}\"\nsignature_type = 2\n");
            for (setting, variable) in [
                ("private_key", "POLYMARKET_PRIVATE_KEY"),
                ("clob_url", "POLYMARKET_CLOB_URL"),
                ("gamma_url", "POLYMARKET_GAMMA_URL"),
                ("relayer_url", "POLYMARKET_RELAYER_URL"),
                ("geoblock_url", "POLYMARKET_GEOBLOCK_URL"),
                ("rpc_url", "POLYMARKET_RPC_URL"),
            ] {
                let path = self.path();
                let path = path.display();
                text += &format!("{setting} = {{ env_file = \"{path}\", name = \"{variable}\" }}\n");
            }
        }
        let folder = self.folder.path().join(".config/polydoctor");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("new"), text).unwrap();
        std::fs::rename(folder.join("new"), folder.join("config.toml")).unwrap();
    }

    fn check(&self, arguments: &[&str]) -> Command {
        let mut command = polydoctor();
        command.arg("check").args(arguments).current_dir(self.folder.path()).env("HOME", self.folder.path());
        command
    }
}

/// A running command; its lines come as they are printed.
struct Live {
    process: Child,
    out: Receiver<String>,
    errors: Receiver<String>,
}

fn lines(pipe: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Live {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, errors) = (lines(process.stdout.take().unwrap()), lines(process.stderr.take().unwrap()));
        Self { process, out, errors }
    }

    fn line(&self) -> String {
        self.out.recv_timeout(PATIENCE).expect("a line on standard output")
    }

    /// The first lines of watching: whose account it is, and how it stands.
    fn beginning(&self) -> String {
        format!("{}\n{}", self.line(), self.line())
    }

    /// The lines before the one that holds this.
    fn until(&self, text: &str) -> Vec<String> {
        std::iter::repeat_with(|| self.line()).take_while(|line| !line.contains(text)).collect()
    }

    fn error(&self) -> String {
        self.errors.recv_timeout(PATIENCE).expect("a line on standard error")
    }

    fn terminate(&self) {
        assert!(Command::new("kill").arg(self.process.id().to_string()).status().unwrap().success());
    }

    fn code(mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end");
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn watching_reads_the_settings_again_before_each_round() {
    let bot = Bot::new(&[]);
    let watch = Live::start(bot.check(&["--watch", "5"]));
    assert!(watch.beginning().contains(" healthy  "));
    bot.write(SIGNER);
    let changes = watch.until(" broken  funder-is-signer: ");
    assert!(changes.iter().any(|change| change.contains(" wallet.funder PASS → FAIL  ")), "{changes:?}");
    bot.write(FUNDER);
    let changes = watch.until(" healthy  ");
    assert!(changes.iter().any(|change| change.contains(" wallet.funder FAIL → PASS  ")), "{changes:?}");
    watch.terminate();
    assert_eq!(watch.code(), Some(0));
}

#[test]
fn a_change_and_the_verdict_that_it_leads_to_are_told_together() {
    let mut bot = Bot::new(&[]);
    let address = bot.sandbox.announcement["clob_url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let watch = Live::start(bot.check(&["--watch", "5", "--format", "json"]));
    let next = || serde_json::from_str::<Value>(&watch.line()).unwrap();
    assert_eq!(next()["verdict"], "healthy");
    bot.sandbox.stop();
    bot.sandbox = Sandbox::start(&["--listen", &address, "--scenario", "clob-outage"]);
    // changes of what fell, and last the verdict, in the same breath
    let fell = until_verdict(next);
    assert!(fell.iter().any(|event| event["check"] == "net.reach" && event["to"] == "unknown"), "{fell:#?}");
    assert!(fell.iter().all(|event| event["verdict"] == "incomplete"), "{fell:#?}");
    bot.sandbox.stop();
    bot.sandbox = Sandbox::start(&["--listen", &address]);
    let came_back = Instant::now();
    let rose = until_verdict(next);
    assert!(came_back.elapsed() < Duration::from_secs(8), "a round and a second look: {:?}", came_back.elapsed());
    assert!(rose.iter().any(|event| event["check"] == "net.reach" && event["to"] == "note"), "{rose:#?}");
    assert!(rose.iter().all(|event| event["verdict"] == "healthy"), "{rose:#?}");
}

fn until_verdict(mut next: impl FnMut() -> Value) -> Vec<Value> {
    let mut events = vec![next()];
    while events.last().unwrap()["event"] != "verdict" {
        events.push(next());
    }
    events
}

#[test]
fn a_fleet_watches_profiles_that_come_and_go() {
    let bot = Bot::new(&[]);
    bot.write_profiles(&[("a", FUNDER)]);
    let watch = Live::start(bot.check(&["--all-profiles", "--watch", "5"]));
    assert!(watch.beginning().contains(" a "));
    bot.write_profiles(&[("a", FUNDER), ("b", SIGNER)]);
    assert!(watch.error().contains("profile b is new"));
    let line = watch.beginning();
    assert!(line.contains(" b broken  funder-is-signer"), "{line}");
    bot.write_profiles(&[("b", FUNDER)]);
    assert!(watch.error().contains("profile a was removed"));
    // the funder no longer differs from the line of the file either
    let lines = [watch.line(), watch.line()];
    assert!(lines.iter().any(|line| line.contains(" b wallet.funder FAIL → PASS  ")), "{lines:?}");
    watch.terminate();
    assert_eq!(watch.code(), Some(0));
}

#[test]
fn a_change_runs_the_command_with_the_change_and_no_secret_in_its_environment() {
    let bot = Bot::new(&[]);
    let seen = bot.folder.path().join("seen");
    let script = bot.folder.path().join("hook");
    // one file per run, whole
    std::fs::write(&script, "echo \"$1\"\nenv > \"$0.tmp\"\nmv \"$0.tmp\" seen.$POLYDOCTOR_EVENT.$POLYDOCTOR_CHECK\n")
        .unwrap();
    let hook = format!("sh {} '$HOME `id`; rm -rf x'", script.display());
    let mut command = bot.check(&["--watch", "5", "--exec", &hook]);
    command.env("MY_OWN", "kept").env("PATH", std::env::var_os("PATH").unwrap());
    command.env("POLYDOCTOR_KEYSTORE_PASSWORD", "hunter2").env("POLY_BUILDER_SIGNER_TOKEN", "t0ken");
    let watch = Live::start(command);
    let _beginning = watch.beginning();
    bot.write(SIGNER);
    assert!(watch.line().contains("wallet.funder PASS → FAIL"), "the change");
    let read = |name: &str| {
        let path = bot.folder.path().join(format!("seen.{name}"));
        let end = Instant::now() + PATIENCE;
        while !path.exists() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::fs::read_to_string(path).unwrap()
    };
    let change = read("change.wallet.funder");
    for line in [
        "POLYDOCTOR_FROM=pass",
        "POLYDOCTOR_TO=fail",
        "POLYDOCTOR_VERDICT=broken",
        "MY_OWN=kept",
        "POLYDOCTOR_CAUSE=funder-is-signer",
    ] {
        assert!(change.lines().any(|other| other == line), "{line} in {change}");
    }
    assert!(change.contains("POLYDOCTOR_SAYS=") && change.contains("POLYDOCTOR_AT=20"), "{change}");
    for secret in ["hunter2", "t0ken"] {
        assert!(!change.contains(secret), "{secret} in {change}");
    }
    let verdict = read("verdict.wallet.funder");
    assert!(verdict.contains("POLYDOCTOR_FROM=") && verdict.contains("POLYDOCTOR_TO=broken"), "{verdict}");
    assert_eq!(watch.error(), "$HOME `id`; rm -rf x", "nothing is expanded, and it goes to standard error");
    watch.terminate();
    assert_eq!(watch.code(), Some(1));
    assert!(!seen.exists());
}

#[test]
fn a_command_that_fails_is_said_and_one_that_hangs_does_not_hold_up_the_watching() {
    let bot = Bot::new(&[]);
    let gone = bot.folder.path().join("gone");
    std::fs::copy("/bin/true", &gone).unwrap();
    let watch = Live::start(bot.check(&["--watch", "5", "--exec", gone.to_str().unwrap()]));
    let _beginning = watch.beginning();
    std::fs::remove_file(&gone).unwrap();
    bot.write(SIGNER);
    assert!(watch.error().contains("gone: did not start"));
    watch.terminate();
    assert_eq!(watch.code(), Some(1));
    let mark = bot.folder.path().join("child");
    let hook = format!("/bin/sh -c '/bin/sleep 100 & echo $! > {}; wait'", mark.display());
    bot.write(FUNDER);
    let watch = Live::start(bot.check(&["--watch", "5", "--exec", &hook]));
    let _beginning = watch.beginning();
    bot.write(SIGNER);
    let _changes = watch.until(" broken  ");
    bot.write(FUNDER);
    let _changes = watch.until(" healthy  ");
    let child = std::fs::read_to_string(&mark).unwrap().trim().to_owned();
    watch.terminate();
    assert_eq!(watch.code(), Some(0));
    std::thread::sleep(Duration::from_millis(200));
    let alive = Path::new("/proc").join(&child).exists();
    assert!(!alive || is_zombie(&child), "what the command started is ended with it");
}

fn is_zombie(process: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && line.contains('Z'))
}

#[test]
fn waiting_ends_as_soon_as_the_account_works() {
    let bot = Bot::new(&[]);
    bot.write(SIGNER);
    let wait = Live::start(bot.check(&["--wait", "60", "--format", "json"]));
    let state = wait.error();
    assert!(state.starts_with("note: waiting, 0 s: broken  funder-is-signer: "), "{state}");
    assert!(wait.out.try_recv().is_err(), "nothing is printed before the end");
    bot.write(FUNDER);
    let mut text = String::new();
    while let Ok(line) = wait.out.recv_timeout(PATIENCE) {
        text += &line;
    }
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["verdict"], "healthy");
    assert_eq!(wait.code(), Some(0));
}

#[test]
fn waiting_is_over_when_the_time_is() {
    let bot = Bot::new(&[]);
    bot.write(SIGNER);
    let began = Instant::now();
    let output = bot.check(&["--wait", "3"]).output().unwrap();
    let took = began.elapsed();
    assert_eq!(output.status.code(), Some(1));
    assert!((Duration::from_secs(3)..Duration::from_secs(5)).contains(&took), "{took:?}");
    assert!(stdout(&output).matches("wallet.funder").count() > 0);
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "a line for each other state");
}

#[test]
fn waiting_is_over_when_it_is_stopped_and_waits_for_settings_that_are_not_there_yet() {
    let bot = Bot::new(&[]);
    let text = std::fs::read_to_string(bot.path()).unwrap();
    std::fs::remove_file(bot.path()).unwrap();
    let wait = Live::start(bot.check(&["--wait", "60", "--env-file", ".env"]));
    assert!(wait.error().contains("cannot read .env: no such file"));
    std::fs::write(bot.path(), text).unwrap();
    while wait.out.recv_timeout(PATIENCE).is_ok() {}
    assert_eq!(wait.code(), Some(0));
    bot.write(SIGNER);
    let wait = Live::start(bot.check(&["--wait", "60"]));
    let _state = wait.error();
    let began = Instant::now();
    wait.terminate();
    let first = wait.line();
    assert!(!first.is_empty());
    while wait.out.recv_timeout(PATIENCE).is_ok() {}
    assert_eq!(wait.code(), Some(1), "the report of the last run");
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[test]
fn what_cannot_be_waited_for_is_refused_with_the_reason() {
    for (arguments, said) in [
        (&["--wait", "5", "--watch", "5"][..], "cannot be used with"),
        (&["--wait", "5", "--replay", "facts.json"], "recorded facts do not change"),
        (&["--wait", "5", "--offline"], "only online checks"),
        (&["--wait", "5", "--all-profiles"], "works for one account"),
        (&["--wait", "0"], "expected whole seconds from 1 to 86400"),
        (&["--exec", "true"], "--watch"),
        (&["--watch", "5", "--exec", "a 'b"], "a quote is not closed"),
        (&["--watch", "5", "--exec", ""], "pass a program"),
        (&["--watch", "5", "--exec", "./nowhere/hook --now"], "there is no program `./nowhere/hook`"),
        (&["--watch", "5", "--exec", "no-such-program-at-all"], "there is no program `no-such-program-at-all`"),
        (&["--watch", "18446744073709551615"], "expected whole seconds"),
    ] {
        let mut command = polydoctor();
        let output = command.arg("check").args(arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(errors.contains(said), "{arguments:?}: {errors}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
    }
}
