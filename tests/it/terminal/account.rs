//! An account in the hands of a person: looked at, mended, watched.

use std::path::Path;

use polydoctor::settings::undo::Undo;
use portable_pty::CommandBuilder;

use super::{Terminal, program};
use crate::support::{DEMO_KEY, Lab};

/// The settings of a sandbox's account as a `.env`, with a comment that has to survive.
pub(super) fn env_file(lab: &Lab, folder: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;

    let path = folder.join(".env");
    let lines = lab.running.announcement().env.iter().map(|(name, value)| format!("{name}={value}\n"));
    std::fs::write(&path, "# my bot\n".to_owned() + &lines.collect::<String>()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

pub(super) fn in_folder(folder: &Path, arguments: &[&str]) -> CommandBuilder {
    let mut command = program(arguments);
    command.cwd(folder);
    command.env("HOME", folder);
    command.env("XDG_CONFIG_HOME", folder);
    command.env("XDG_STATE_HOME", folder.join("state"));
    command
}

#[test]
fn a_demo_account_to_its_fix_copied() {
    let mut terminal = Terminal::start(&["--demo"], 80, 24);
    terminal.wait_for_text("20/20");
    terminal.press("y");
    terminal.wait_for_text("Copied: export");
    assert_eq!(terminal.copied(), "export POLYMARKET_FUNDER=0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47");
    terminal.press("Y");
    terminal.wait_for("the report", |screen| screen.contains("lines"));
    let report = terminal.copied();
    assert!(report.starts_with("## broken") && report.contains("Safe 0xd93B…6E47"), "{report}");
    assert!(
        !report.replace("FUNDER=0xd93B25cb", "").contains("0xd93B25cb"),
        "in full only where it is needed: {report}"
    );
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn where_no_setting_is_to_blame_the_clipboard_is_left_alone() {
    let mut terminal = Terminal::start(&["--demo", "clock-an-hour-off"], 120, 40);
    terminal.wait_for_text("20/20");
    terminal.press("F");
    terminal.wait_for_text("Nothing to apply: this is not caused by a setting.");
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("]52;"), "the clipboard was written");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_error_sentence_filters_the_checks_that_it_points_to() {
    let mut terminal = Terminal::start(&["--demo"], 120, 40);
    terminal.wait_for_text("20/20");
    terminal.press("/\u{1b}[200~not enough balance / allowance\u{1b}[201~");
    terminal.wait_for("fewer checks", |screen| {
        screen.contains("error points to") && screen.contains("funds.allowance") && !screen.contains("clock.drift")
    });
    terminal.press("\r\u{1b}");
    terminal.wait_for_text("clock.drift");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fix_is_refused_and_then_applied_to_the_file_and_turns_the_verdict() {
    let lab = Lab::named("funder-is-signer").await;
    let folder = tempfile::tempdir().unwrap();
    let path = env_file(&lab, folder.path());
    let before = std::fs::read_to_string(&path).unwrap();
    let mut terminal = Terminal::run(in_folder(folder.path(), &[]), 120, 40);
    terminal.wait_for_text("Start with wallet.funder");
    terminal.press("F");
    terminal.wait_for("the question", |screen| {
        screen.contains("Apply the fix?") && screen.contains("- POLYMARKET_FUNDER=") && screen.contains("[ No ]")
    });
    terminal.press("\r");
    terminal.wait_for_text("Nothing was changed");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    terminal.press("F");
    terminal.wait_for_text("Apply the fix?");
    terminal.press("\t\r");
    terminal.wait_for_text("Proved right");
    terminal.wait_for_text("wallet.funder FAIL → PASS");
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(after.starts_with("# my bot\n") && after.lines().count() == before.lines().count());
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    let beside: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(beside.iter().all(|name| !name.to_string_lossy().contains(".bak")), "{beside:?}");
    let undo = Undo::in_folder(folder.path().join("state/polydoctor/undo"));
    undo.restore(&undo.last().unwrap().unwrap()).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_run_leads_to_a_saved_profile() {
    let lab = Lab::named("healthy-safe").await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = in_folder(folder.path(), &[]);
    // where the services are, and nothing of the account
    for (name, value) in lab.running.announcement().env.iter().filter(|(name, _)| name.ends_with("_URL")) {
        command.env(name, value);
    }
    let mut terminal = Terminal::run(command, 80, 24);
    terminal.wait_for_text("How was the Polymarket account made?");
    terminal.press("\r");
    terminal.wait_for_text("Where is the private key");
    terminal.press("\u{1b}[200~0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\u{1b}[201~\r");
    terminal.wait_for_text("an address");
    terminal.press(&format!("\u{15}\u{1b}[200~{DEMO_KEY}\u{1b}[201~\r"));
    terminal.wait_for_text("Which wallet holds the money?");
    terminal.wait_for_text("deployed");
    terminal.press("\r");
    terminal.wait_for_text("Check the account with these settings?");
    assert!(!folder.path().join("polydoctor").exists(), "nothing is saved before it is asked for");
    terminal.press("\r");
    terminal.wait_for_text("Save these answers as profile default?");
    terminal.wait_for_text("signature_type = 2");
    terminal.press("\t\r");
    terminal.wait_for_text("Saved in");
    let saved = std::fs::read_to_string(folder.path().join("polydoctor/config.toml")).unwrap();
    assert!(saved.contains("0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47") && !saved.contains(&DEMO_KEY[2..]));
    assert!(!String::from_utf8_lossy(&terminal.raw).contains(&DEMO_KEY[2..12]));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_comes_and_goes_is_seen_by_watching() {
    let fault = "[[faults]]\npath = '/time'\nafter = 1\nfirst = 2\nanswer = 'outage'\n";
    let lab = Lab::written(fault).await;
    let folder = tempfile::tempdir().unwrap();
    env_file(&lab, folder.path());
    let mut terminal = Terminal::run(in_folder(folder.path(), &["--watch", "5"]), 120, 40);
    terminal.wait_for_text("20/20");
    terminal.wait_for_text("watch 5 s");
    terminal.wait_for("the fault", |screen| screen.contains("net.reach") && screen.contains("→ UNKN"));
    terminal.wait_for("its end", |screen| screen.contains("UNKN → "));
    terminal.press("w");
    terminal.wait_for_text("Stopped watching");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
