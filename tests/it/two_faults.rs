//! Two faults at once: both are named among the first three, in the order of mending.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::report::Report;
use polydoctor::sandbox::{self, Options, scenario::Scenario};
use polydoctor::settings::{self, EnvFile, Inputs};

/// One scenario of each of ten families, in the order in which they have to be mended: what lets the
/// machine speak to the server, the wallet, the credentials, the money, the builder.
const FAMILIES: [&str; 10] = [
    "geoblocked",
    "clock-drift",
    "wrong-signature-type",
    "funder-not-controlled",
    "credentials-other-address",
    "closed-only",
    "wrong-collateral-token",
    "allowance-missing",
    "builder-key-revoked",
    "builder-code-zero",
];

fn table(name: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios").join(format!("{name}.toml"));
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Both tables in one; where both say something of one value, the first counts.
fn merge(into: &mut toml::Table, from: toml::Table) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(toml::Value::Table(known)), toml::Value::Table(more)) => merge(known, more),
            (Some(toml::Value::Array(known)), toml::Value::Array(more)) => known.extend(more),
            (Some(_), _) => {}
            (None, value) => drop(into.insert(key, value)),
        }
    }
}

fn cause(table: &toml::Table) -> String {
    table["expect"]["cause"].as_str().unwrap().to_owned()
}

/// Whether both faults fit into one account: neither overwrites what the other is about.
fn fit(a: &toml::Table, b: &toml::Table) -> bool {
    let settings = |table: &toml::Table| -> Vec<String> {
        table.get("settings").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::keys).cloned().collect()
    };
    let (a, b) = (settings(a), settings(b));
    a.iter().all(|name| !b.contains(name))
}

async fn diagnose(text: &str) -> Report {
    let scenario = Scenario::parse("pair", text).unwrap();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let running = sandbox::start(Options { listen, scenario, latency: Duration::ZERO, seed: 1 }).await.unwrap();
    let environment = running.announcement().env.clone().into_iter().collect();
    let settings = settings::load(&Inputs { environment, env_file: EnvFile::None, ..Inputs::default() }).unwrap();
    let engine = Engine::new(settings, false, &[]);
    engine.run(&Probe::ALL.iter().copied().collect()).await;
    let facts = engine.facts().borrow().clone();
    Report::of(&facts)
}

#[tokio::test]
async fn two_faults_are_both_named_in_the_order_of_mending() {
    let mut pairs = 0;
    for (place, first) in FAMILIES.iter().enumerate() {
        for second in &FAMILIES[place + 1..] {
            let (mut both, other) = (table(first), table(second));
            let (first_cause, second_cause) = (cause(&both), cause(&other));
            if !fit(&both, &other) {
                continue;
            }
            merge(&mut both, other);
            both.remove("expect");
            both.remove("symptoms");
            let report = diagnose(&both.to_string()).await;
            let named: Vec<&str> = report.diagnoses.iter().take(3).map(|diagnosis| diagnosis.cause.name()).collect();
            let at = |cause: &str| named.iter().position(|name| *name == cause);
            let (Some(a), Some(b)) = (at(&first_cause), at(&second_cause)) else {
                panic!("{first} and {second}: {named:?}");
            };
            assert!(a < b, "{first} before {second}: {named:?}");
            pairs += 1;
        }
    }
    assert!(pairs >= 35, "{pairs}");
}
