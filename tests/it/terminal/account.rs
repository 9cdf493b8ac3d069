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
    terminal.wait_for_text(&crate::support::all_checks());
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
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.press("F");
    terminal.wait_for_text("Nothing to apply: this is not caused by a setting.");
    assert!(!String::from_utf8_lossy(&terminal.raw).contains("]52;"), "the clipboard was written");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_error_sentence_filters_the_checks_that_it_points_to() {
    let mut terminal = Terminal::start(&["--demo"], 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
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
    terminal.wait_for_text("Verified");
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
    terminal.wait_for_text("How was the Polymarket account created?");
    terminal.press("\r");
    terminal.wait_for_text("Where is the private key");
    terminal.press("\u{1b}[200~0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47\u{1b}[201~\r");
    terminal.wait_for_text("wallet address (40 hex digits)");
    terminal.press(&format!("\u{15}\u{1b}[200~{DEMO_KEY}\u{1b}[201~\r"));
    terminal.wait_for_text("Look up this key's wallets on 127.0.0.1?");
    terminal.wait_for_text("sees the signer");
    terminal.press("\r");
    terminal.wait_for_text("Which wallet holds the funds?");
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

/// A server that answers nothing and counts who comes, under all names of services.
fn counted() -> (std::sync::Arc<std::sync::atomic::AtomicUsize>, Vec<(&'static str, String)>) {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&count);
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            counting.fetch_add(1, Ordering::SeqCst);
            drop(connection);
        }
    });
    let names = ["CLOB", "GAMMA", "DATA", "RELAYER", "GEOBLOCK", "RPC"];
    let variable = |name: &str| &*Box::leak(format!("POLYMARKET_{name}_URL").into_boxed_str());
    (count, names.into_iter().map(|name| (variable(name), url.clone())).collect())
}

#[test]
fn the_first_run_asks_nobody_before_it_was_said_whom_and_agreed_to() {
    use std::sync::atomic::Ordering;

    let folder = tempfile::tempdir().unwrap();
    let (count, services) = counted();
    let mut command = in_folder(folder.path(), &[]);
    for (name, url) in &services {
        command.env(name, url);
    }
    let mut terminal = Terminal::run(command, 44, 20);
    terminal.wait_for_text("How was the Polymarket account created?");
    terminal.press("\r");
    terminal.wait_for_text("Where is the private key");
    terminal.press(&format!("\u{1b}[200~{DEMO_KEY}\u{1b}[201~\r"));
    terminal.wait_for_text("Look up this key's wallets");
    terminal.settle();
    assert_eq!(count.load(Ordering::SeqCst), 0);
    // no
    terminal.press("j\r");
    terminal.wait_for_text("Which wallet holds the funds?");
    terminal.settle();
    assert_eq!(count.load(Ordering::SeqCst), 0);
    assert!(!terminal.contents().contains('•'), "nothing is preselected:\n{}", terminal.contents());
    // back, and yes
    terminal.press("\u{1b}");
    terminal.wait_for_text("Look up this key's wallets");
    terminal.press("\r");
    terminal.wait_for_text("Which wallet holds the funds?");
    assert!(count.load(Ordering::SeqCst) > 0);
    terminal.settle();
    assert!(!terminal.contents().contains('•'), "nobody has answered:\n{}", terminal.contents());
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

/// The set-up at a prompt, in words that wrap where the terminal ends.
fn init(folder: &Path, arguments: &[&str], columns: u16) -> Terminal {
    Terminal::run(in_folder(folder, &[&["init"], arguments].concat()), columns, 60)
}

#[test]
fn init_asks_nobody_before_it_was_said_whom_and_agreed_to() {
    use std::sync::atomic::Ordering;

    let folder = tempfile::tempdir().unwrap();
    let (count, services) = counted();
    let lines = services.iter().map(|(name, url)| format!("{name}={url}\n")).collect::<String>();
    std::fs::write(folder.path().join(".env"), format!("{lines}PK={DEMO_KEY}\n")).unwrap();
    let mut terminal = init(folder.path(), &[], 80);
    terminal.wait_for_text("Step 1 of 5: How was the Polymarket account created?");
    terminal.press("\r");
    terminal.wait_for_text("Step 2 of 5: Where is the private key");
    terminal.wait_for_text("Answer [1]:");
    for place in ["PK, line 7 of .env", "Key file", "Keystore", "Type or paste it"] {
        assert!(terminal.contents().contains(place), "{}", terminal.contents());
    }
    terminal.press("\r");
    terminal.wait_for_text("Step 3 of 5: Look up this key's wallets on 127.0.0.1?");
    terminal.wait_for_text("sees the signer");
    terminal.press("2\r");
    terminal.wait_for_text("Step 4 of 5: Which wallet holds the funds?");
    terminal.wait_for_text("Could not determine which wallet holds the funds: nothing was looked up");
    terminal.settle();
    assert!(terminal.contents().trim_end().ends_with("Answer:"), "nothing is preselected:\n{}", terminal.contents());
    terminal.press("\r");
    terminal.wait_for_text("This could not be determined");
    terminal.press("3\r");
    terminal.wait_for_text("Step 5 of 5: save the profile");
    terminal.wait_for_text("Save profile default? [Y/n]");
    terminal.press("\r");
    terminal.wait_for_text("Run the checks now? [y/N]");
    assert_eq!(count.load(Ordering::SeqCst), 0);
    terminal.press("\r");
    terminal.wait_for_text("polydoctor check --profile default");
    assert!(!terminal.contents().contains("keys derive --save"));
    assert_eq!(terminal.end(), 0);
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn init_counts_what_it_asks_breaks_no_word_and_offers_nothing_that_does_not_work() {
    let lab = Lab::named("healthy-safe").await;
    let folder = tempfile::tempdir().unwrap();
    env_file(&lab, folder.path());
    for columns in [60, 80, 100] {
        let mut terminal = init(folder.path(), &["--profile", "demo"], columns);
        terminal.wait_for_text("Step 1 of 2: Where is the private key");
        terminal.wait_for_text("Answer [1]:");
        let asked = terminal.contents();
        for whole in ["private key of the signer", "recovery phrase"] {
            let joined = asked.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(joined.contains(whole), "{columns}:\n{asked}");
        }
        terminal.press("\r");
        terminal.wait_for_text("Save profile demo? [Y/n]");
        terminal.press("n\r");
        terminal.wait_for_text("Profile not saved");
        terminal.wait_for_text("Run the checks now? [Y/n]");
        terminal.press("\r");
        terminal.wait_for_text("This account can");
        terminal.settle();
        let end = terminal.contents();
        assert!(!end.contains("Next:") && !end.contains("--profile demo  "), "{columns}:\n{end}");
        assert_eq!(terminal.end(), 0);
    }
    // Enter three times: what init is for is done
    let mut terminal = init(folder.path(), &["--profile", "demo"], 80);
    terminal.press("\r\r\r");
    terminal.wait_for_text("Next:");
    terminal.wait_for_text("polydoctor check --profile demo");
    terminal.settle();
    assert!(!terminal.contents().contains("keys derive"), "its credentials are there:\n{}", terminal.contents());
    assert_eq!(terminal.end(), 0);
    // a name that is there is said to be, and what it says is changed only where that is wanted
    let config = folder.path().join("polydoctor/config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("name = \"POLYMARKET_FUNDER\"", "name = \"OTHER\"")).unwrap();
    let mut terminal = init(folder.path(), &["--profile", "demo"], 100);
    terminal.wait_for_text("Profile demo already exists");
    terminal.press("\r");
    terminal.wait_for_text("Change profile demo? [y/N]");
    terminal.press("\r");
    terminal.wait_for_text("Profile not saved");
    terminal.press("n\r");
    assert_eq!(terminal.end(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_takes_a_keystore_and_a_key_file_at_the_prompt() {
    let lab = Lab::named("healthy-safe").await;
    let folder = tempfile::tempdir().unwrap();
    let urls = lab.running.announcement().env.iter().filter(|(name, _)| name.ends_with("_URL"));
    let lines = urls.map(|(name, value)| format!("{name}={value}\n")).collect::<String>();
    std::fs::write(folder.path().join(".env"), lines).unwrap();
    std::fs::write(folder.path().join("key"), format!("{DEMO_KEY}\n")).unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    let keystore = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keystore.json");
    let mut terminal = init(folder.path(), &["--account", "browser", "--profile", "file"], 80);
    terminal.wait_for_text("No private key was found");
    terminal.press("2\r");
    terminal.wait_for_text("Path of the keystore:");
    terminal.press(&format!("{keystore}\r"));
    terminal.wait_for_text("Password (hidden):");
    terminal.press("battery staple\r");
    terminal.wait_for_text("the password is wrong");
    terminal.press("correct horse\r");
    terminal.wait_for_text("Look up this key's wallets");
    terminal.press("b\r");
    terminal.wait_for("the key again", |screen| screen.matches("Where is the private key").count() == 2);
    terminal.press("1\r");
    terminal.wait_for_text("Path of the key file:");
    terminal.press("keys/../key\r");
    terminal.wait_for("the look-up again", |screen| screen.matches("Look up this key's wallets").count() == 2);
    terminal.press("\r");
    terminal.wait_for_text("Which wallet holds the funds?");
    terminal.press("\r");
    terminal.wait_for_text("Save profile file? [Y/n]");
    terminal.press("\r");
    terminal.wait_for_text("Next:");
    terminal.wait_for_text("keys derive --profile file");
    let text = std::fs::read_to_string(folder.path().join("polydoctor/config.toml")).unwrap();
    let path = folder.path().canonicalize().unwrap().join("key");
    assert!(text.contains(&format!("private_key = {{ file = \"{}\" }}", path.display())), "{text}");
    assert!(!text.contains(".."), "{text}");
    assert_eq!(terminal.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_that_comes_and_goes_is_seen_by_watching() {
    let fault = "[[faults]]\npath = '/time'\nafter = 1\nfirst = 2\nanswer = 'outage'\n";
    let lab = Lab::written(fault).await;
    let folder = tempfile::tempdir().unwrap();
    env_file(&lab, folder.path());
    let mut terminal = Terminal::run(in_folder(folder.path(), &["--watch", "5"]), 120, 40);
    terminal.wait_for_text(&crate::support::all_checks());
    terminal.wait_for_text("watch 5 s");
    terminal.wait_for("the fault", |screen| screen.contains("net.reach") && screen.contains("→ UNKN"));
    terminal.wait_for("its end", |screen| screen.contains("UNKN → "));
    terminal.press("w");
    terminal.wait_for_text("Stopped watching");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

/// The panels of credentials, headers and settings show the fingerprint that `config` prints, however the
/// secret is written.
#[test]
fn one_secret_has_one_fingerprint_on_every_panel() {
    use crate::program::{Sandbox, polydoctor};
    let sandbox = Sandbox::start(&["--scenario", "healthy-safe"]);
    let env: Vec<(String, String)> = sandbox.env().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let secret = env.iter().find(|(name, _)| name == "CLOB_SECRET").unwrap().1.clone();
    let standard = secret.replace('-', "+").replace('_', "/").trim_end_matches('=').to_owned();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    let mut of_spellings = std::collections::BTreeSet::new();
    for spelling in [secret.clone(), standard] {
        let line = |(name, value): &(String, String)| match name.as_str() {
            "CLOB_SECRET" => format!("{name}='{spelling}'\n"),
            _ => format!("{name}='{value}'\n"),
        };
        std::fs::write(&path, env.iter().map(line).collect::<String>()).unwrap();
        let output = polydoctor().arg("config").current_dir(folder.path()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let shown = text.lines().find(|line| line.trim_start().starts_with("API secret")).unwrap();
        let fingerprint = shown.split("fingerprint ").nth(1).unwrap()[..6].to_owned();
        let mut terminal = Terminal::run(in_folder(folder.path(), &[]), 160, 60);
        terminal.wait_for_text(&crate::support::all_checks());
        for panel in ["7", "8", "-"] {
            terminal.press(panel);
            // not a fingerprint of the panel before
            terminal.settle();
            terminal.wait_for_text(&fingerprint);
            terminal.press("1");
            terminal.wait_for(panel, |screen| !screen.contains(&fingerprint));
        }
        terminal.press("q");
        assert_eq!(terminal.end(), 0);
        of_spellings.insert(fingerprint);
    }
    assert_eq!(of_spellings.len(), 1);
}
