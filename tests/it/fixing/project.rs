//! `fix` in the folder of a project.

use super::*;

/// A project folder with the `.env` of a sandbox's account in it.
struct Project {
    folder: tempfile::TempDir,
    #[expect(dead_code, reason = "it runs until it is dropped")]
    sandbox: Sandbox,
}

impl Project {
    fn new(scenario: &str) -> Self {
        let sandbox = Sandbox::start(&["--scenario", scenario]);
        let folder = tempfile::tempdir().unwrap();
        let lines: String = sandbox.env().map(|(name, value)| format!("{name}={value}\n")).collect();
        let project = Self { folder, sandbox };
        fs::write(project.env(), format!("# my bot, old key 0xac0974bec39a17e36ba4a6b4d238ff94\n{lines}")).unwrap();
        #[cfg(unix)]
        fs::set_permissions(project.env(), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        project
    }

    fn env(&self) -> PathBuf {
        self.folder.path().join(".env")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.env()).unwrap()
    }

    /// Standard output, standard error and the exit code.
    fn run(&self, arguments: &[&str]) -> (String, String, i32) {
        let mut command = polydoctor();
        command.args(arguments).current_dir(self.folder.path()).env("HOME", self.folder.path().join("home"));
        let output = command.output().unwrap();
        let error = String::from_utf8(output.stderr.clone()).unwrap();
        (stdout(&output), error, output.status.code().unwrap())
    }
}

/// The deposit wallet of the demo key, which the scenario wants.
const WALLET: &str = "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50";

#[test]
fn fix_shows_asks_writes_checks_again_and_is_undone() {
    let project = Project::new("funder-is-signer");
    let before = project.text();
    let (shown, _, code) = project.run(&["fix", "--dry-run"]);
    assert_eq!((code, project.text()), (0, before.clone()), "{shown}");
    assert!(
        shown.contains("- POLYMARKET_FUNDER=0x") && shown.contains(&format!("+ POLYMARKET_FUNDER={WALLET}")),
        "{shown}"
    );
    assert!(!shown.contains("ac0974"), "a comment is not shown: {shown}");
    let (_, error, code) = project.run(&["fix"]);
    assert_eq!((code, project.text()), (2, before.clone()), "nobody is there to ask: {error}");
    assert!(error.contains("--yes"), "{error}");
    let (said, error, code) = project.run(&["fix", "--yes"]);
    assert_eq!(code, 0, "{said}{error}");
    assert!(said.contains("wallet.funder FAIL → PASS") && said.contains("verdict broken → healthy"), "{said}");
    assert_ne!(project.text(), before);
    let (said, _, code) = project.run(&["fix", "funder-is-signer", "--yes"]);
    assert_eq!(code, 0, "it is fixed already: {said}");
    let (shown, _, code) = project.run(&["fix", "--undo", "--dry-run"]);
    assert!(code == 0 && shown.contains(&format!("- POLYMARKET_FUNDER={WALLET}")), "{shown}");
    assert_ne!(project.text(), before);
    let (said, error, code) = project.run(&["fix", "--undo", "--yes"]);
    assert_eq!((code, project.text()), (0, before), "{said}{error}");
    let (said, _, code) = project.run(&["fix", "--undo", "--yes"]);
    assert!(code == 1 && said.starts_with("Nothing to undo"), "{said}");
}

/// Undoing is about the account in use, as everything else: another bot's file is named, and left alone.
#[test]
fn a_fix_of_another_bot_is_not_undone_in_passing() {
    let project = Project::new("funder-is-signer");
    assert_eq!(project.run(&["fix", "--yes"]).2, 0);
    let fixed = project.text();
    let other = tempfile::tempdir_in(project.folder.path()).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = polydoctor();
        command.args(arguments).current_dir(other.path()).env("HOME", project.folder.path().join("home"));
        let output = command.output().unwrap();
        (stdout(&output), output.status.code().unwrap())
    };
    fs::write(other.path().join(".env"), format!("PK={}\n", crate::support::STRANGER_KEY)).unwrap();
    let (said, code) = run(&["fix", "--undo", "--yes"]);
    assert_eq!((code, project.text()), (1, fixed), "{said}");
    let (first, command) = said.split_once("    $ polydoctor ").unwrap();
    assert!(first.starts_with("Nothing to undo for this account"), "{said}");
    let words = shlex::split(command).unwrap();
    let (said, code) = run(&[&words.iter().map(String::as_str).collect::<Vec<_>>()[..], &["--yes"]].concat());
    assert!(code == 0 && said.contains("Restored: "), "{said}");
    assert!(!project.text().contains(WALLET));
}

#[test]
fn a_profile_of_another_account_is_not_undone_in_passing() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/polydoctor/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    let profile = |name: &str, key: &str| format!("[profiles.{name}]\nprivate_key = \"{key}\"\nchain_id = 1\n");
    let both = profile("a", crate::support::DEMO_KEY) + &profile("b", crate::support::STRANGER_KEY);
    fs::write(&config, &both).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = polydoctor();
        let output = command.args(arguments).current_dir(home.path()).env("HOME", home.path()).output().unwrap();
        stdout(&output)
    };
    let nowhere = "http://127.0.0.1:9";
    let fix = ["fix", "wrong-chain-id", "--yes", "--clob-url", nowhere, "--rpc-url", nowhere];
    let said = run(&[&fix[..], &["--profile", "a"]].concat());
    assert!(said.contains("Saved: "), "{said}");
    let fixed = fs::read_to_string(&config).unwrap();
    let said = run(&["fix", "--undo", "--yes", "--profile", "b"]);
    assert!(said.contains("    $ polydoctor fix --undo --profile a"), "{said}");
    assert_eq!(fs::read_to_string(&config).unwrap(), fixed);
    let said = run(&["fix", "--undo", "--yes", "--profile", "a"]);
    assert!(said.contains("Restored: "), "{said}");
    assert_eq!(fs::read_to_string(&config).unwrap(), both);
}

#[test]
fn a_file_that_was_edited_after_the_fix_is_not_undone() {
    let project = Project::new("funder-is-signer");
    assert_eq!(project.run(&["fix", "wallet.funder", "--yes"]).2, 0);
    let mine = project.text() + "MINE=1\n";
    fs::write(project.env(), &mine).unwrap();
    let (_, error, code) = project.run(&["fix", "--undo", "--yes"]);
    assert!(code == 1 && error.contains("has changed since"), "{error}");
    assert_eq!(project.text(), mine);
}

#[test]
fn a_fix_leaves_nothing_in_the_repository_that_git_would_add() {
    let project = Project::new("funder-is-signer");
    fs::write(project.folder.path().join(".gitignore"), ".env\nhome\n").unwrap();
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git").arg("-C").arg(project.folder.path()).args(arguments).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    let before = git(&["status", "--porcelain", "--untracked-files=all"]);
    assert_eq!(project.run(&["fix", "--yes"]).2, 0);
    assert_eq!(git(&["status", "--porcelain", "--untracked-files=all"]), before);
}

#[test]
fn what_no_file_holds_is_left_to_the_user() {
    let project = Project::new("wrong-chain-id");
    let flagged = project.text().lines().filter(|line| !line.contains("CHAIN_ID")).collect::<Vec<_>>().join("\n");
    fs::write(project.env(), &flagged).unwrap();
    let (text, _, _) = project.run(&["check", "--chain-id", "80002"]);
    assert!(text.contains("in the command that you ran: --chain-id 137"), "{text}");
    assert!(!text.contains("export ") && !text.contains("polydoctor fix"), "{text}");
    let (said, _, code) = project.run(&["fix", "--yes", "--chain-id", "80002"]);
    assert_eq!((code, project.text()), (1, flagged), "{said}");
    assert!(said.contains("in the command that you ran: --chain-id 137"), "{said}");
}

#[test]
fn a_fix_is_chosen_by_cause_or_check_and_a_wrong_name_is_refused() {
    let project = Project::new("funder-is-signer");
    let (_, error, code) = project.run(&["fix", "funder-is-singer"]);
    assert!(code == 2 && error.contains("no such check or cause"), "{error}");
    let (said, _, code) = project.run(&["fix", "clock-drift", "--yes"]);
    assert!(code == 0 && said.contains("not found in this check, which found funder-is-signer"), "{said}");
    let healthy = Project::new("healthy-safe");
    let (said, _, code) = healthy.run(&["fix", "--yes"]);
    assert!(code == 0 && said.starts_with("Nothing to fix"), "{said}");
}

#[test]
fn quotes_around_a_secret_are_removed_by_fix() {
    let project = Project::new("healthy-safe");
    let text = project.text();
    let line = text.lines().find(|line| line.starts_with("CLOB_PASS_PHRASE=")).unwrap();
    let (name, value) = line.split_once('=').unwrap();
    let wrong = text.replace(line, &format!("{name}=\"'{value}'\""));
    fs::write(project.env(), &wrong).unwrap();
    // what is shown before the question is what is written
    let (shown, ..) = project.run(&["fix", "--dry-run"]);
    assert!(shown.contains("  - CLOB_PASS_PHRASE=\"'(") && shown.contains("  + CLOB_PASS_PHRASE="), "{shown}");
    assert!(!shown.contains(value), "{shown}");
    let (said, error, code) = project.run(&["fix", "--yes"]);
    assert_eq!(code, 0, "{said}{error}");
    assert!(!said.contains(value) && project.text().contains(value), "{said}");
    project.run(&["fix", "--undo", "--yes"]);
    assert_eq!(project.text(), wrong);
}

#[test]
fn where_only_the_user_knows_the_value_its_line_is_named() {
    for (scenario, name) in [
        ("signature-type-word", "POLYMARKET_SIGNATURE_TYPE"),
        ("plain-http-host", "POLYMARKET_CLOB_URL"),
        ("funder-no-address", "POLYMARKET_FUNDER"),
        ("remote-signer-wrong-path", "POLY_BUILDER_SIGNER_URL"),
        ("remote-signer-unauthorized", "POLY_BUILDER_SIGNER_TOKEN"),
    ] {
        let project = Project::new(scenario);
        let place = project.text().lines().position(|line| line.starts_with(&format!("{name}="))).unwrap();
        let place = format!("line {} of .env: {name}", 1 + place);
        let (text, ..) = project.run(&["check"]);
        assert!(text.contains(&place), "{scenario}: {text}");
        let (said, error, _) = project.run(&["fix", "--yes"]);
        assert!(said.contains("Nothing to apply automatically") && said.contains(&place), "{scenario}: {said}{error}");
    }
}

#[test]
fn a_reported_error_beside_failures_is_not_said_to_come_from_elsewhere() {
    let project = Project::new("funder-is-signer");
    let reported = "the balance is not enough -> balance: 0, order amount: 5000000";
    let (text, ..) = project.run(&["check", "--symptom", reported]);
    assert!(!text.contains("all related checks pass") && text.contains("Root cause"), "{text}");
}

#[test]
fn every_output_names_the_line_of_the_file_and_shared_ones_stay_usable() {
    let project = Project::new("funder-is-signer");
    let line = 1 + project.text().lines().position(|line| line.starts_with("POLYMARKET_FUNDER=")).unwrap();
    let edit = format!("line {line} of .env: POLYMARKET_FUNDER={WALLET}");
    for arguments in
        [&["check"][..], &["check", "--format", "json"], &["check", "--format", "markdown"], &["check", "--share"]]
    {
        let (text, _, _) = project.run(arguments);
        assert!(text.contains(&edit) && text.contains("polydoctor fix funder-is-signer"), "{arguments:?}: {text}");
        assert!(!text.contains("export "), "{text}");
    }
    let (text, _, _) = project.run(&["check", "--anonymous", "--format", "markdown"]);
    assert!(
        text.contains(&format!("line {line} of .env: POLYMARKET_FUNDER=<deposit-wallet-beacon>"))
            && !text.contains(WALLET),
        "{text}"
    );
}

#[test]
fn another_node_than_the_silent_one_is_suggested() {
    let project = Project::new("healthy-safe");
    for (asked, other) in
        [("https://polygon.drpc.org", "https://polygon-rpc.com"), ("http://127.0.0.1:9", "https://polygon.drpc.org")]
    {
        let text = project.text().lines().filter(|line| !line.contains("RPC_URL")).collect::<Vec<_>>().join("\n");
        fs::write(project.env(), format!("{text}\nPOLYMARKET_RPC_URL={asked}\n")).unwrap();
        // no network is needed: a node that cannot be reached is silent
        let (text, _, _) = project.run(&["check", "wallet.map", "--timeout", "1", "--deadline", "3"]);
        if asked.starts_with("http://127") || text.contains("wallet.map") && text.contains("gave no answer") {
            assert!(
                text.contains(&format!("POLYMARKET_RPC_URL={other}")) && !text.contains("polydoctor fix"),
                "{text}"
            );
        }
    }
}
