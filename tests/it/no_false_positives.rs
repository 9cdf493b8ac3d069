//! No diagnosis is invented: where the fault is undone, its cause is gone, and healthy accounts stay
//! healthy when things are slow or a little off.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::report::{Report, Verdict};
use polydoctor::sandbox::scenario::{self, Scenario};
use polydoctor::sandbox::{self, Options};
use polydoctor::settings::wanted::{FixKey, Wanted};
use polydoctor::settings::{self, EnvFile, Inputs, Setting};
use tokio::task::JoinSet;

use crate::support::ANY_PORT;

/// Runs the whole checklist on a scenario, with these settings in place of its own.
async fn diagnose(scenario: Scenario, latency_ms: u64, changes: BTreeMap<String, String>) -> Report {
    let latency = Duration::from_millis(latency_ms);
    let running = sandbox::start(Options { listen: ANY_PORT, scenario, latency, seed: 1 }).await.unwrap();
    let mut environment = running.announcement().env.clone();
    environment.extend(changes);
    environment.retain(|_, value| !value.is_empty());
    let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
    let engine = Engine::new(settings::load(&inputs).unwrap(), false, &[]);
    engine.run(&Probe::ALL.iter().copied().collect()).await;
    let facts = engine.facts().borrow().clone();
    Report::of(&facts)
}

/// A scenario that a test writes itself.
fn written(text: &str) -> Scenario {
    Scenario::parse("written", &format!("title = 'a test'\nsource = 'none'\n{text}")).unwrap()
}

/// Starts all of it at once, and looks at each when it is there.
async fn all<T: Send + 'static>(work: Vec<impl Future<Output = T> + Send + 'static>, look: impl Fn(T)) {
    const AT_ONCE: usize = 8;
    let mut waiting = work.into_iter();
    let mut running: JoinSet<T> = waiting.by_ref().take(AT_ONCE).collect();
    while let Some(done) = running.join_next().await {
        look(done.unwrap());
        if let Some(next) = waiting.next() {
            running.spawn(next);
        }
    }
}

fn assert_healthy(name: &str, report: &Report) {
    let problems: Vec<_> = report.checks.iter().filter(|check| check.status.is_problem()).collect();
    assert_eq!(report.verdict, Verdict::Healthy, "{name}: {problems:#?}");
    assert!(report.diagnoses.is_empty(), "{name}: {:#?}", report.diagnoses);
}

/// The same account without its faults: nothing set, broken, moved or taken away. What is left of a
/// scenario is which account it is.
fn undone(scenario: &Scenario) -> String {
    let account = &scenario.account;
    let profile = account.profile.map_or_else(String::new, |profile| format!("profile = {profile}\n"));
    let nonces = if account.nonces.contains(&0) { account.nonces.clone() } else { vec![0] };
    format!(
        "[account]\nwallet = \"{}\"\nnonces = {nonces:?}\nattributed_trades = {}\n{profile}",
        serde_json::to_value(account.wallet).unwrap().as_str().unwrap(),
        account.attributed_trades,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_fault_every_account_is_healthy() {
    let accounts: BTreeSet<String> = scenario::names().map(|name| undone(&scenario::find(name).unwrap())).collect();
    assert!(accounts.len() >= 8, "{accounts:#?}");
    let work = accounts.into_iter().map(|text| async move {
        let report = diagnose(written(&text), 0, BTreeMap::new()).await;
        (text, report)
    });
    all(work.collect(), |(text, report)| assert_healthy(&text, &report)).await;
}

/// The settings that a fix names, as variables; `None` where a fix needs more than settings.
fn fixed(settings: &Wanted) -> Option<BTreeMap<String, String>> {
    let mut variables = BTreeMap::new();
    for (key, value) in settings {
        let name = match key {
            FixKey::Setting(Setting::Funder) => "POLYMARKET_FUNDER",
            FixKey::Setting(Setting::SignatureType) => "POLYMARKET_SIGNATURE_TYPE",
            FixKey::Setting(Setting::ChainId) => "POLYMARKET_CHAIN_ID",
            FixKey::Setting(Setting::Nonce) => "POLYMARKET_NONCE",
            // a bot without configured credentials derives them
            FixKey::ApiCredentials => {
                variables.extend(
                    ["CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"].map(|name| (name.to_owned(), String::new())),
                );
                continue;
            }
            _ => return None,
        };
        variables.insert(name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    (!variables.is_empty()).then_some(variables)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_a_fix_take_its_cause_away() {
    let faulty = scenario::names().filter(|name| scenario::find(name).unwrap().expect.cause.is_some());
    let work = faulty.map(|name| async move {
        let scenario = scenario::find(name).unwrap();
        let report = diagnose(scenario.clone(), 0, BTreeMap::new()).await;
        let first = report.diagnoses.first()?;
        let changes = fixed(&first.fix.settings)?;
        let again = diagnose(scenario, 0, changes).await;
        let still = again.diagnoses.iter().any(|diagnosis| diagnosis.cause == first.cause);
        Some(if still { Err(format!("{name}: {:?}", first.fix.settings)) } else { Ok(name) })
    });
    let outcomes = RefCell::new(Vec::new());
    all(work.collect(), |outcome| outcomes.borrow_mut().extend(outcome)).await;
    let outcomes = outcomes.into_inner();
    let wrong: Vec<&String> =
        outcomes.iter().filter_map(|outcome: &Result<&str, String>| outcome.as_ref().err()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(outcomes.len() >= 45, "{}", outcomes.len());
}

const KINDS: [&str; 5] = ["eoa", "proxy", "safe", "deposit-uups", "deposit-beacon"];

#[tokio::test(flavor = "multi_thread")]
async fn healthy_accounts_stay_healthy_when_slow_or_a_little_off() {
    let mut work = Vec::new();
    for kind in KINDS {
        for (server, latency_ms) in [("", 250), ("clock_offset_seconds = 2", 0), ("clock_offset_seconds = -2", 0)] {
            for credentials in ["user", "none"] {
                let text = format!(
                    "[account]\nwallet = \"{kind}\"\n[server]\n{server}\n[credentials]\nkind = \"{credentials}\""
                );
                work.push(async move {
                    let report = diagnose(written(&text), latency_ms, BTreeMap::new()).await;
                    (text, report)
                });
            }
        }
    }
    all(work, |(text, report)| assert_healthy(&text, &report)).await;
}
