//! A fix goes where the value lives: applied there, its cause is gone, and undone the file is as it was.

mod deriving;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use polydoctor::diagnosis::Diagnosis;
use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::report::Report;
use polydoctor::report::fixes::Fixes;
use polydoctor::sandbox::scenario;
use polydoctor::sandbox::{self, Options};
use polydoctor::settings::edit::{ConfigText, set_variables};
use polydoctor::settings::undo::Undo;
use polydoctor::settings::wanted::{self, FixKey};
use polydoctor::settings::{self, EnvFile, Inputs, Setting, fix};
use tokio::task::JoinSet;

use crate::program::{Sandbox, polydoctor, stdout};
use crate::support::ANY_PORT;

/// Where the settings of an account are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Environment,
    EnvFile,
    Profile,
    Flags,
}

const PLACES: [Place; 4] = [Place::Environment, Place::EnvFile, Place::Profile, Place::Flags];

/// The settings of a scenario in one place, and what reads them.
struct Account {
    inputs: Inputs,
    /// The file that they are in.
    file: Option<PathBuf>,
}

impl Account {
    /// `None` where the place cannot hold a value of the scenario.
    fn new(place: Place, variables: &BTreeMap<String, String>, folder: &Path) -> Option<Self> {
        let mut inputs = Inputs { environment: variables.clone(), env_file: EnvFile::None, ..Inputs::default() };
        let setting = |name: &String| Setting::listing(name);
        let file = match place {
            Place::Environment => None,
            Place::EnvFile => {
                let path = folder.join("bot.env");
                let values: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let text = set_variables("# my bot\r\nOTHER = 'kept'   # as it is\r\n\r\n", &values).ok()?;
                fs::write(&path, format!("{text}# the end\r\nLAST=1")).unwrap();
                inputs.environment.clear();
                inputs.env_file = EnvFile::Named(path.clone());
                Some(path)
            }
            Place::Profile => {
                let path = folder.join("config.toml");
                let mut config =
                    ConfigText::parse("# mine\n[profiles.other] # not this one\nfunder = '0x1'\n").unwrap();
                for (name, value) in variables {
                    let Some(setting) = setting(name) else { continue };
                    inputs.environment.remove(name);
                    config.set("bot", setting, value.as_str()).unwrap();
                }
                fs::write(&path, config.to_string()).unwrap();
                (inputs.config_file, inputs.profile) = (Some(path.clone()), Some("bot".to_owned()));
                Some(path)
            }
            Place::Flags => {
                for (name, value) in variables {
                    let Some(setting) = setting(name).filter(|setting| setting.flag().is_some()) else { continue };
                    inputs.environment.remove(name);
                    inputs.flags.insert(setting, value.clone());
                }
                None
            }
        };
        Some(Self { inputs, file })
    }

    async fn check(&self) -> Report {
        let engine = Engine::new(settings::load(&self.inputs).unwrap(), false, &[]);
        engine.run(&Probe::ALL.iter().copied().collect()).await;
        let facts = engine.facts().borrow().clone();
        // as in a record that somebody else replays
        Report::of(&serde_json::from_str(&serde_json::to_string(&facts).unwrap()).unwrap())
    }

    /// Does what the report says, as a person does who reads it.
    fn follow(&mut self, diagnosis: &Diagnosis) {
        for command in &diagnosis.fix.commands {
            let words = shlex::split(command).unwrap();
            assert_eq!(words[0], "export", "{command}");
            for assignment in &words[1..] {
                let (name, value) = assignment.split_once('=').unwrap();
                self.inputs.environment.insert(name.to_owned(), value.to_owned());
            }
        }
        for edit in &diagnosis.fix.edits {
            if let Some(flag) = edit.strip_prefix("in the command that you ran: ") {
                let words = shlex::split(flag).unwrap();
                let is_named = |setting: &Setting| setting.flag() == words[0].strip_prefix("--");
                let setting = Setting::ALL.into_iter().find(is_named).unwrap();
                self.inputs.flags.insert(setting, words[1].clone());
            } else {
                // a secret, of which only the words can be said
                let (name, _) = edit.strip_prefix("in the environment: ").unwrap().split_once(": ").unwrap();
                let value = self.inputs.environment.get_mut(name).unwrap();
                *value = value.trim().trim_matches(['"', '\'']).trim().to_owned();
                if name.contains("PRIVATE_KEY") && !value.starts_with("0x") {
                    value.insert_str(0, "0x");
                }
            }
        }
    }
}

/// Whether all that a fix wants is known without asking anybody.
fn is_known(diagnosis: &Diagnosis) -> bool {
    let is_known = |(key, value): (&FixKey, &serde_json::Value)| match key {
        FixKey::Setting(Setting::Funder | Setting::SignatureType | Setting::ChainId | Setting::Nonce) => true,
        FixKey::ApiCredentials => value == wanted::CLEANED,
        FixKey::Setting(Setting::PrivateKey) => value == "the same key without what surrounds it",
        _ => false,
    };
    !diagnosis.fix.settings.is_empty() && diagnosis.fix.settings.iter().all(is_known)
}

/// A scenario's account with its settings in one place, checked.
struct Scene {
    running: sandbox::Running,
    folder: tempfile::TempDir,
    account: Account,
    report: Report,
}

impl Scene {
    /// `None` where the place cannot hold the settings of the scenario.
    async fn of(name: &'static str, place: Place) -> Option<Self> {
        let scenario = scenario::find(name).unwrap();
        let latency = Duration::ZERO;
        let running = sandbox::start(Options { listen: ANY_PORT, scenario, latency, seed: 1 }).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let account = Account::new(place, &running.announcement().env, folder.path())?;
        let report = account.check().await;
        Some(Self { running, folder, account, report })
    }
}

/// `None` where the first cause of the scenario is none of a known setting.
async fn fix_and_undo(name: &'static str, place: Place) -> Option<()> {
    let Scene { running: _running, folder, mut account, report } = Scene::of(name, place).await?;
    let first = report.diagnoses.first().filter(|first| is_known(first))?.clone();
    let told = format!("{name}, {place:?}: {:#?}", first.fix);
    assert_ne!((first.fix.edits.len(), first.fix.commands.len()), (0, 0), "{told}");
    let names = [first.cause.name().to_owned()];
    let loaded = settings::load(&account.inputs).unwrap();
    let plan = fix::plan(&loaded, &Fixes::of(&report, &names).settings).unwrap();
    let Some(file) = account.file.clone() else {
        assert!(plan.changes.is_empty() && !plan.by_hand.is_empty(), "{told}");
        assert!(first.fix.commands.iter().all(|command| !command.starts_with("polydoctor fix")), "{told}");
        account.follow(&first);
        assert_gone(&account, &first, &told).await;
        return Some(());
    };
    assert_eq!(plan.by_hand, [], "{told}");
    let flag = match place {
        Place::EnvFile => format!("--env-file {}", file.display()),
        _ => "--profile bot".to_owned(),
    };
    assert_eq!(first.fix.commands, [format!("polydoctor fix {} {flag}", first.cause.name())], "{told}");
    let before = fs::read(&file).unwrap();
    let undo = Undo::in_folder(folder.path().join("state/undo"));
    let step = undo.apply(&plan.changes, "a test").unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let after = text(&fs::read(&file).unwrap());
    // every changed line is one that was announced
    let old: Vec<String> = text(&before).lines().map(str::to_owned).collect();
    for line in after.lines().filter(|line| !old.iter().any(|old| old == line)) {
        let is_announced = |edit: &String| edit.ends_with(line.trim()) || edit.contains("without");
        assert!(first.fix.edits.iter().any(is_announced), "{line:?} was not announced: {told}");
    }
    // and nothing is lost; a secret may have been on several lines
    let gone = old.iter().filter(|line| !after.contains(line.as_str())).count();
    let is_secret = first.fix.edits.iter().any(|edit| edit.contains("without"));
    assert!(gone <= first.fix.edits.len() || is_secret, "{told}\n{after}");
    assert_gone(&account, &first, &told).await;
    undo.restore(&step).unwrap();
    assert_eq!(fs::read(&file).unwrap(), before, "{told}");
    Some(())
}

async fn assert_gone(account: &Account, first: &Diagnosis, told: &str) {
    let again = account.check().await;
    assert!(again.diagnoses.iter().all(|other| other.cause != first.cause), "{told}\n{:#?}", again.diagnoses);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fix_helps_in_the_place_where_the_value_lives_and_is_undone_there() {
    const AT_ONCE: usize = 8;
    let faulty = scenario::names().filter(|name| scenario::find(name).unwrap().expect.cause.is_some());
    let mut fixed: BTreeMap<Place, usize> = BTreeMap::new();
    let mut failed = 0;
    let mut waiting = faulty;
    let mut running = JoinSet::new();
    // what no setting fixes in one place, none fixes in another
    let start = |name: &'static str| async move {
        let mut fixed = Vec::new();
        for place in PLACES {
            match fix_and_undo(name, place).await {
                Some(()) => fixed.push(place),
                None if fixed.is_empty() => break,
                None => {}
            }
        }
        fixed
    };
    running.extend(waiting.by_ref().take(AT_ONCE).map(start));
    while let Some(done) = running.join_next().await {
        match done {
            Ok(places) => places.into_iter().for_each(|place| *fixed.entry(place).or_default() += 1),
            // its message is on standard error
            Err(_) => failed += 1,
        }
        running.extend(waiting.next().map(start));
    }
    assert_eq!(failed, 0);
    assert!(PLACES.iter().all(|place| fixed.get(place).is_some_and(|count| *count >= 25)), "{fixed:?}");
}

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
    assert!(code == 2 && error.contains("no check or cause has this name"), "{error}");
    let (said, _, code) = project.run(&["fix", "clock-drift", "--yes"]);
    assert!(code == 0 && said.contains("not found in this check, which found funder-is-signer"), "{said}");
    let healthy = Project::new("healthy-safe");
    let (said, _, code) = healthy.run(&["fix", "--yes"]);
    assert!(code == 0 && said.starts_with("Nothing to fix"), "{said}");
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

#[test]
fn quotes_around_a_secret_are_removed_by_fix() {
    let project = Project::new("healthy-safe");
    let text = project.text();
    let line = text.lines().find(|line| line.starts_with("CLOB_PASS_PHRASE=")).unwrap();
    let (name, value) = line.split_once('=').unwrap();
    let wrong = text.replace(line, &format!("{name}=\"'{value}'\""));
    fs::write(project.env(), &wrong).unwrap();
    let (said, error, code) = project.run(&["fix", "--yes"]);
    assert_eq!(code, 0, "{said}{error}");
    assert!(!said.contains(value) && project.text().contains(value), "{said}");
    project.run(&["fix", "--undo", "--yes"]);
    assert_eq!(project.text(), wrong);
}
