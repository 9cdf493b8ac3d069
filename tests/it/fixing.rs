//! A fix goes where the value lives: applied there, its cause is gone, and undone the file is as it was.

mod deriving;
mod project;

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

const OFFICIAL_HOST: &str = "clob.polymarket.com";
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
        let settings = settings::load(&self.inputs).unwrap();
        // tests ask nobody but the sandbox
        let is_official = settings.clob_url.as_ref().is_some_and(|url| url.value.host_str() == Some(OFFICIAL_HOST));
        let engine = Engine::new(settings, is_official, &[]);
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
        FixKey::Setting(
            Setting::Funder
            | Setting::SignatureType
            | Setting::ChainId
            | Setting::Nonce
            | Setting::ClobUrl
            | Setting::RelayerApiKeyAddress,
        ) => true,
        FixKey::ApiCredentials => value == wanted::CLEANED,
        FixKey::Setting(Setting::PrivateKey) => value == "the same key without the surrounding characters",
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
