//! Settings that change while the dashboard is open, and an account that does.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use super::Terminal;
use super::account::{env_file, in_folder};
use crate::program::Sandbox;
use crate::support::Lab;

pub(super) const RIGHT_FUNDER: &str = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";
/// The address of its key, which is not a funder.
pub(super) const SIGNER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/// As `sed -i` and editors do: a new file in the place of the old one.
pub(super) fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::set_permissions(&new, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::rename(&new, path).unwrap();
}

/// A `.env` with the funder of the account in it.
pub(super) fn with_funder(path: &Path, funder: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let line = |line: &str| match line.split_once('=') {
        Some((name @ "POLYMARKET_FUNDER", _)) => format!("{name}={funder}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_env_file_is_noticed_within_a_second_without_a_key() {
    let lab = Lab::named("healthy-safe").await;
    let folder = tempfile::tempdir().unwrap();
    let path = env_file(&lab, folder.path());
    let wrong = with_funder(&path, SIGNER);
    std::fs::write(&path, &wrong).unwrap();
    let mut terminal = Terminal::run(in_folder(folder.path(), &[]), 120, 40);
    terminal.wait_for_text("Start with wallet.funder");
    terminal.settle();
    let corrected = Instant::now();
    replace(&path, &with_funder(&path, RIGHT_FUNDER));
    terminal.wait_for_text(".env changed: checking again");
    let noticed = corrected.elapsed();
    assert!(noticed < Duration::from_secs(1), "{noticed:?}");
    terminal.wait_for("the other verdict", |screen| {
        screen.contains(&crate::support::all_checks()) && screen.contains("✓ PASS wallet.funder")
    });
    assert!(!terminal.contents().contains("FAIL"), "{}", terminal.contents());
    // written in place, and back
    terminal.settle();
    std::fs::write(&path, wrong).unwrap();
    terminal.wait_for_text("Start with wallet.funder");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_run_again_reads_the_settings_again() {
    let lab = Lab::named("funder-is-signer").await;
    let folder = tempfile::tempdir().unwrap();
    // a variable that a program gives: no file tells of its change
    let value = folder.path().join("elsewhere").join("funder");
    std::fs::create_dir(value.parent().unwrap()).unwrap();
    std::fs::write(&value, &lab.running.announcement().env["POLYMARKET_FUNDER"]).unwrap();
    let path = env_file(&lab, folder.path());
    let lines = std::fs::read_to_string(&path).unwrap();
    let lines: String =
        lines.lines().filter(|line| !line.starts_with("POLYMARKET_FUNDER=")).map(|line| format!("{line}\n")).collect();
    std::fs::write(&path, lines).unwrap();
    let config = folder.path().join("polydoctor");
    std::fs::create_dir(&config).unwrap();
    let profile = format!(
        "[profiles.a]\nprivate_key = {{ env_file = {path:?}, name = \"POLYMARKET_PRIVATE_KEY\" }}\nfunder = {{ command = [\"cat\", {value:?}] }}\n"
    );
    std::fs::write(config.join("config.toml"), profile).unwrap();
    let mut terminal = Terminal::run(in_folder(folder.path(), &["--profile", "a"]), 120, 40);
    for (key, right) in [("R", true), ("R", false), ("r", true)] {
        terminal.settle();
        std::fs::write(&value, if right { RIGHT_FUNDER } else { &lab.running.announcement().env["POLYMARKET_FUNDER"] })
            .unwrap();
        terminal.press(key);
        terminal.wait_for(key, |screen| {
            screen.contains(&crate::support::all_checks()) && screen.contains("Start with wallet.funder") != right
        });
    }
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settings_file_that_cannot_be_read_any_more_is_said_beside_what_was_found() {
    let lab = Lab::named("funder-is-signer").await;
    let folder = tempfile::tempdir().unwrap();
    let path = env_file(&lab, folder.path());
    let text = std::fs::read_to_string(&path).unwrap();
    let mut terminal = Terminal::run(in_folder(folder.path(), &["--env-file", ".env"]), 120, 40);
    terminal.wait_for_text("Start with wallet.funder");
    terminal.settle();
    std::fs::remove_file(&path).unwrap();
    terminal.wait_for("the reason", |screen| {
        screen.contains("The settings cannot be read: cannot read .env: no such file. The results below are from")
    });
    assert!(terminal.contents().contains("FAIL wallet.funder"), "{}", terminal.contents());
    terminal.press("R");
    terminal.wait_for_text("The settings cannot be read");
    replace(&path, &text);
    terminal.wait_for_text("Start with wallet.funder");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_answered_while_a_keyring_is_waited_for() {
    let lab = Lab::named("healthy-safe").await;
    let folder = tempfile::tempdir().unwrap();
    let path = env_file(&lab, folder.path());
    let text = std::fs::read_to_string(&path).unwrap();
    let (key, rest): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("POLYMARKET_PRIVATE_KEY="));
    std::fs::write(&path, rest.join("\n")).unwrap();
    let key = key[0].split_once('=').unwrap().1;
    let config = folder.path().join("polydoctor");
    std::fs::create_dir(&config).unwrap();
    let (runs, program) = (folder.path().join("runs"), folder.path().join("keyring"));
    std::fs::write(&program, format!("echo run >> {}\nsleep 3\necho {key}\n", runs.display())).unwrap();
    let profile = format!("[profiles.a]\nprivate_key = {{ command = [\"sh\", {program:?}] }}\n");
    std::fs::write(config.join("config.toml"), profile).unwrap();
    let began = Instant::now();
    let mut terminal = Terminal::run(in_folder(folder.path(), &["--profile", "a"]), 120, 40);
    terminal.wait_for_text("Reading the settings");
    terminal.press("?");
    terminal.wait_for_text("Help");
    assert!(began.elapsed() < Duration::from_millis(2_500), "{:?}", began.elapsed());
    terminal.press("\u{1b}");
    terminal.wait_for_text(&crate::support::all_checks());
    assert_eq!(std::fs::read_to_string(&runs).unwrap(), "run\n", "a start runs it once");
    terminal.settle();
    let began = Instant::now();
    terminal.press("R");
    terminal.wait_for_text("Reading the settings");
    terminal.press("?");
    terminal.wait_for_text("Help");
    assert!(began.elapsed() < Duration::from_millis(2_500), "{:?}", began.elapsed());
    terminal.press("\u{1b}");
    terminal.wait_for("the help to close", |screen| !screen.contains("Help"));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_program_writes_is_not_taken_for_a_change() {
    let lab = Lab::named("funder-is-signer").await;
    let folder = tempfile::tempdir().unwrap();
    env_file(&lab, folder.path());
    let mut terminal = Terminal::run(in_folder(folder.path(), &[]), 120, 40);
    terminal.wait_for_text("Start with wallet.funder");
    terminal.press("F");
    terminal.wait_for_text("Apply the fix?");
    terminal.press("\t\r");
    terminal.wait_for_text("wallet.funder FAIL → PASS");
    terminal.settle();
    terminal.settle();
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(!raw.contains("changed: checking"), "it was taken for somebody else's");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

/// A port for sandboxes that come after one another.
fn port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn watching(folder: &Path, sandbox: &Sandbox) -> CommandBuilder {
    let mut command = in_folder(folder, &["--watch", "5"]);
    sandbox.env().for_each(|(name, value)| command.env(name, value));
    command
}

/// What a whole run of its own says of a check.
fn status_of(sandbox: &Sandbox, id: &str) -> String {
    let mut check = crate::program::polydoctor();
    check.args(["check", "--format", "json"]).envs(sandbox.env());
    let report = serde_json::from_slice(&check.output().unwrap().stdout).unwrap();
    crate::program::status(&report, id).to_uppercase()
}

/// A row of the checklist: the mark of its status, then the id.
fn row<'a>(screen: &'a str, id: &str) -> &'a str {
    screen.lines().find_map(|line| line.split(id).next().filter(|before| before.len() < line.len())).unwrap_or_default()
}

#[test]
fn watching_never_judges_by_facts_of_two_rounds() {
    for (other, check, seen) in [
        ("clock-an-hour-off", "builder.signer", "Start with clock.drift"),
        ("clob-outage", "funds.balance", "UNKN net.reach"),
    ] {
        let (folder, port) = (tempfile::tempdir().unwrap(), port());
        let mut sandbox = Sandbox::start(&["--listen", &port, "--scenario", "healthy-safe"]);
        let mut terminal = Terminal::run(watching(folder.path(), &sandbox), 160, 50);
        terminal.wait_for_text(&crate::support::all_checks());
        terminal.wait_for_text("watch 5 s");
        sandbox.stop();
        let sandbox = Sandbox::start(&["--listen", &port, "--scenario", other]);
        terminal.wait_for(other, |screen| screen.contains(seen) && screen.contains(&crate::support::all_checks()));
        terminal.settle();
        let expected = status_of(&sandbox, check);
        let expected = if expected == "UNKNOWN" { "UNKN".to_owned() } else { expected };
        let screen = terminal.contents();
        assert!(row(&screen, check).contains(&expected), "{check} is not {expected}:\n{screen}");
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn watching_says_how_old_each_result_is_and_rings_once_for_a_change() {
    let (folder, port) = (tempfile::tempdir().unwrap(), port());
    let mut sandbox = Sandbox::start(&["--listen", &port]);
    let mut terminal = Terminal::run(watching(folder.path(), &sandbox), 120, 40);
    terminal.wait_for_text("watch 5 s");
    terminal.wait_for("ages", |screen| screen.contains("4 s ago"));
    // the rounds look at the key again and again, and at the wallet no more
    terminal.wait_for("two ages", |screen| {
        let age = |id: &str| {
            let line = screen.lines().find(|line| line.contains(id))?;
            line.split(" s ago").next()?.split_whitespace().last()?.parse::<u64>().ok()
        };
        age("wallet.map").is_some_and(|age| age > 7) && age("creds.l2").is_some_and(|age| age < 7)
    });
    terminal.press("w");
    terminal.wait_for_text("Stopped watching");
    terminal.press("w");
    terminal.wait_for_text("every 5 s");
    terminal.settle();
    terminal.raw.clear();
    sandbox.stop();
    let _other = Sandbox::start(&["--listen", &port, "--scenario", "clob-outage"]);
    terminal.wait_for_text("UNKN net.reach");
    terminal.settle();
    let bells = terminal.raw.iter().filter(|byte| **byte == 7).count();
    assert_eq!(bells, 1);
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

/// A default profile is named by nobody, also after a fix of its values.
#[tokio::test(flavor = "multi_thread")]
async fn a_default_profile_gives_way_to_a_key_that_comes_later_also_after_a_fix() {
    let lab = Lab::named("funder-is-signer").await;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("polydoctor");
    std::fs::create_dir(&config).unwrap();
    let path = env_file(&lab, folder.path());
    let values: String = [
        ("private_key", "POLYMARKET_PRIVATE_KEY"),
        ("funder", "POLYMARKET_FUNDER"),
        ("signature_type", "POLYMARKET_SIGNATURE_TYPE"),
    ]
    .map(|(setting, name)| format!("{setting} = {:?}\n", lab.running.announcement().env[name]))
    .concat();
    std::fs::write(config.join("config.toml"), format!("default_profile = \"p\"\n[profiles.p]\n{values}")).unwrap();
    std::fs::write(&path, "# my bot\n").unwrap();
    let mut command = in_folder(folder.path(), &[]);
    for (name, value) in lab.running.announcement().env.iter().filter(|(name, _)| name.ends_with("_URL")) {
        command.env(name, value);
    }
    let mut terminal = Terminal::run(command, 120, 40);
    terminal.wait_for_text("Start with wallet.funder");
    assert!(terminal.contents().contains("profile p"), "{}", terminal.contents());
    terminal.press("F");
    terminal.wait_for_text("Apply the fix?");
    terminal.press("\t\r");
    terminal.wait_for_text("wallet.funder FAIL → PASS");
    terminal.settle();
    replace(&path, &format!("# my bot\nPK={}\n", crate::support::STRANGER_KEY));
    terminal.wait_for("the account of the .env", |screen| {
        screen.contains(&crate::support::all_checks()) && !screen.contains("profile p")
    });
    let stranger = crate::support::signer(crate::support::STRANGER_KEY).address().to_string();
    assert!(terminal.contents().contains(&stranger[..6]), "{}", terminal.contents());
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
