//! The exchange's own word: what it accepts, what is proposed where it does not, and what it costs to ask.

use std::collections::BTreeMap;
use std::time::Duration;

use polydoctor::auth::contracts::{POLYGON, chain};
use polydoctor::auth::wallet::{SignatureType, WalletKind, WalletMap};
use polydoctor::cause::Cause;
use polydoctor::checks::{Status, order_proof};
use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::facts::{Fact, Facts};
use polydoctor::report::Report;
use polydoctor::sandbox::scenario::{self, Scenario, UsAccount};
use polydoctor::sandbox::{self, Options, Running};
use polydoctor::settings::wanted::FixKey;
use polydoctor::settings::{self, EnvFile, Inputs, Setting};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::program::{check, status};
use crate::support::{ANY_PORT, DEMO_KEY, signer};

const ID: &str = "order.exchange";

async fn start(scenario: Scenario) -> Running {
    sandbox::start(Options { listen: ANY_PORT, scenario, latency: Duration::ZERO, seed: 1 }).await.unwrap()
}

/// The facts of a whole run with these variables.
async fn observe(mut environment: BTreeMap<String, String>) -> Facts {
    environment.retain(|_, value| !value.is_empty());
    let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
    let engine = Engine::new(settings::load(&inputs).unwrap(), false, &[]);
    engine.run(&Probe::ALL.iter().copied().collect()).await;
    engine.facts().borrow().clone()
}

/// What the published rules of the exchange say to these settings: whether the maker is the wallet that it
/// derives from the key, and of a deposit wallet whether it is there.
fn is_accepted(map: &WalletMap, real: WalletKind, kind: SignatureType, maker: alloy_primitives::Address) -> bool {
    match kind {
        SignatureType::Eoa => maker == map.eoa,
        SignatureType::PolyProxy => maker == map.proxy,
        SignatureType::PolyGnosisSafe => maker == map.safe,
        SignatureType::Poly1271 => real.signature_type() == SignatureType::Poly1271 && map.address(real) == Some(maker),
    }
}

/// One account, and settings that may not be its own.
struct Pair {
    real: WalletKind,
    kind: SignatureType,
    /// A placeholder of the sandbox's wallets, or empty.
    funder: &'static str,
}

#[derive(Default)]
struct Outcome {
    said: String,
    wrong: Vec<String>,
    was_rejected: bool,
    was_proposed: bool,
}

async fn judge(pair: Pair) -> Outcome {
    let Pair { real, kind, funder } = pair;
    let name = serde_json::to_value(real).unwrap();
    let text = format!("title = 't'\nsource = 'none'\n[account]\nwallet = {name}\n");
    let running = start(Scenario::parse("pair", &text).unwrap()).await;
    let map = WalletMap::derive(chain(POLYGON).unwrap(), signer(DEMO_KEY).address());
    let wallet = match funder {
        "" => None,
        "other" => Some(alloy_primitives::address!("8ac5D4Bd2752AFc9F5CA531f19D617647216B893")),
        name => WalletKind::ALL.into_iter().find(|kind| kind.name() == name).and_then(|kind| map.address(kind)),
    };
    let mut environment = running.announcement().env.clone();
    environment.insert("POLYMARKET_SIGNATURE_TYPE".to_owned(), u8::from(kind).to_string());
    let funder = wallet.map_or_else(String::new, |wallet| wallet.to_string());
    environment.insert("POLYMARKET_FUNDER".to_owned(), funder);
    let facts = observe(environment.clone()).await;
    let report = Report::of(&facts);
    let maker = wallet.unwrap_or(map.eoa);
    let mut outcome = Outcome { said: format!("{real}: type {kind}, {wallet:?}"), ..Outcome::default() };
    let accepted = is_accepted(&map, real, kind, maker);
    let proof = order_proof(&facts).unwrap();
    let row = report.check(ID).unwrap();
    if proof.is_accepted() != accepted || proof.is_rejected() == accepted {
        outcome.wrong.push(format!("the exchange says {:?}", proof.exchanges));
    }
    if (row.status == Status::Fail) == accepted {
        outcome.wrong.push(format!("{:?}: {}", row.status, row.summary));
    }
    outcome.was_rejected = !accepted;
    let Some(first) = report.diagnoses.first() else { return outcome };
    if !accepted && !first.explains.iter().any(|id| id == ID) {
        outcome.wrong.push(format!("the first cause does not explain the exchange's no: {:?}", first.cause));
    }
    // the settings that the first cause proposes, in the place of those that there are
    let setting = |setting: Setting| first.fix.settings.get(&FixKey::from(setting));
    let proposed_type = setting(Setting::SignatureType).and_then(Value::as_u64);
    let proposed_funder = setting(Setting::Funder).and_then(Value::as_str);
    if proposed_type.is_none() && proposed_funder.is_none() {
        if !accepted {
            outcome.wrong.push(format!("nothing is proposed for {:?}", first.cause));
        }
        return outcome;
    }
    outcome.was_proposed = true;
    let number = proposed_type.map_or(u8::from(kind), |number| u8::try_from(number).unwrap());
    let new_kind = SignatureType::try_from(number).unwrap();
    let new_maker = proposed_funder.map_or(maker, |text| text.parse().unwrap());
    if !proof.verdict(new_maker, new_kind).is_some_and(polydoctor::facts::OrderVerdict::is_accepted) {
        outcome
            .wrong
            .push(format!("type {new_kind} and {new_maker} are proposed, and the exchange did not accept them"));
    }
    if map.address(real) != Some(new_maker) || real.signature_type() != new_kind {
        outcome.wrong.push(format!("type {new_kind} and {new_maker} are proposed by {:?}", first.cause));
    }
    environment.insert("POLYMARKET_SIGNATURE_TYPE".to_owned(), number.to_string());
    environment.insert("POLYMARKET_FUNDER".to_owned(), new_maker.to_string());
    let again = Report::of(&observe(environment).await);
    let next = again.check(ID).unwrap();
    if next.status != Status::Pass || again.can_trade != Some(true) {
        outcome.wrong.push(format!("with the proposed settings: {:?}: {}", next.status, next.summary));
    }
    outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_wallet_that_is_proposed_is_the_one_that_the_exchange_accepts() {
    const FUNDERS: [&str; 7] =
        ["", "EOA", "proxy", "Safe", "deposit wallet (UUPS)", "deposit wallet (beacon)", "other"];
    const AT_ONCE: usize = 6;
    let pairs = WalletKind::ALL.into_iter().flat_map(|real| {
        let of_kind = move |kind| FUNDERS.map(|funder| Pair { real, kind, funder });
        SignatureType::ALL.into_iter().flat_map(of_kind)
    });
    let mut pairs = pairs.collect::<Vec<Pair>>().into_iter();
    assert_eq!(pairs.len(), 140);
    let mut running: JoinSet<Outcome> = pairs.by_ref().take(AT_ONCE).map(judge).collect();
    let (mut wrong, mut rejected, mut proposed) = (Vec::new(), 0, 0);
    while let Some(outcome) = running.join_next().await {
        let outcome = outcome.unwrap();
        rejected += usize::from(outcome.was_rejected);
        proposed += usize::from(outcome.was_proposed);
        wrong.extend(outcome.wrong.into_iter().map(|text| format!("{}: {text}", outcome.said)));
        if let Some(pair) = pairs.next() {
            running.spawn(judge(pair));
        }
    }
    assert!(rejected > 100 && proposed >= rejected, "{rejected} {proposed}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// Causes of type, funder, owner and chain.
const OF_THE_SIGNATURE: [Cause; 9] = [
    Cause::WrongSignatureType,
    Cause::FunderMissing,
    Cause::FunderIsSigner,
    Cause::FunderNotControlled,
    Cause::FunderIsDepositAddress,
    Cause::DepositWalletDelegated,
    Cause::FundsInOtherWallet,
    Cause::KeyNotWalletOwner,
    Cause::WrongChainId,
];

#[test]
fn in_every_scenario_the_exchange_says_no_to_what_it_would_reject_and_yes_to_what_is_right() {
    let (mut passed, mut failed) = (0, 0);
    let outcomes = std::sync::Mutex::new(Vec::new());
    crate::diagnosis::each(&crate::diagnosis::names(), |name| {
        let (report, _) = check(&["--demo", name]);
        outcomes.lock().unwrap().push((name.to_owned(), report));
    });
    for (name, report) in outcomes.into_inner().unwrap() {
        let scenario = scenario::find(&name).unwrap();
        let said = status(&report, ID).to_owned();
        if scenario.us.account == UsAccount::Only {
            assert_eq!(said, "skip", "{name}: there is no exchange contract at Polymarket US");
            continue;
        }
        let Some(cause) = &scenario.expect.cause else {
            assert_eq!(said, "pass", "{name}");
            passed += 1;
            continue;
        };
        let of_signature = OF_THE_SIGNATURE.iter().any(|known| known.name() == cause);
        // the account's wallet is another one, and the configured one is accepted for itself
        let is_accepted =
            ["type-0-funds-in-proxy", "signature-type-not-set", "funds-at-signer", "funds-in-proxy"].contains(&&*name);
        if of_signature && !is_accepted {
            assert_eq!(said, "fail", "{name}: {:#}", report["checks"]);
            assert_eq!(report["diagnoses"][0]["cause"], cause.as_str(), "{name}");
            assert_eq!(report["can_trade"], false, "{name}");
            failed += 1;
        }
    }
    assert!(passed >= 19 && failed >= 25, "{passed} {failed}");
}

#[tokio::test]
async fn a_node_that_does_not_answer_leaves_the_exchange_undetermined() {
    for name in ["rpc-down", "rpc-rate-limited", "rpc-on-another-chain"] {
        let running = start(scenario::find(name).unwrap()).await;
        let report = Report::of(&observe(running.announcement().env.clone()).await);
        let row = report.check(ID).unwrap();
        assert_eq!(row.status, Status::Unknown, "{name}: {}", row.summary);
        assert_ne!(report.can_trade, Some(true), "{name}");
    }
    // a node that knows the wallets, and not the exchange
    let running = start(scenario::find("healthy-safe").unwrap()).await;
    let whole = observe(running.announcement().env.clone()).await;
    assert_eq!(Report::of(&whole).can_trade, Some(true));
    let mut facts = whole.clone();
    let Fact::Known { value, .. } = &mut facts.exchange else { panic!("{:?}", facts.exchange) };
    for word in &mut value.exchanges {
        word.same_digest = None;
        word.verdict = polydoctor::facts::OrderVerdict::Unclear { reason: "no contract".to_owned() };
    }
    let report = Report::of(&facts);
    assert_eq!((report.check(ID).unwrap().status, report.can_trade), (Status::Unknown, None));
    // a yes to a digest that the exchange does not compute is none
    let Fact::Known { value, .. } = &mut facts.exchange else { panic!() };
    for word in &mut value.exchanges {
        word.same_digest = Some(false);
        word.verdict = polydoctor::facts::OrderVerdict::Accepted { as_session: false };
    }
    assert_eq!(Report::of(&facts).check(ID).unwrap().status, Status::Unknown);
    // records from before it was asked
    let mut old = serde_json::to_value(&whole).unwrap();
    old.as_object_mut().unwrap().remove("exchange");
    let old: Facts = serde_json::from_value(old).unwrap();
    assert_eq!(Report::of(&old).check(ID).unwrap().status, Status::Skip);
}

#[test]
fn no_signature_is_sent_where_it_is_left_out_or_not_asked_for() {
    let (report, code) = check(&["--demo", "healthy-safe", "--no-order-proof"]);
    assert_eq!(status(&report, ID), "note", "{report:#}");
    assert_eq!((code, &report["verdict"], &report["can_trade"]), (0, &Value::from("healthy"), &Value::Null));
    let (report, _) = check(&["--demo", "healthy-safe", "--offline"]);
    assert_eq!(status(&report, ID), "skip");
    let (report, _) = check(&["--demo", "key-missing"]);
    assert_eq!(status(&report, ID), "skip");
}

/// The calls of the batch that a node gets, by what they ask for.
async fn calls(environment: BTreeMap<String, String>, wanted: &[Probe], no_order_proof: bool) -> Vec<Value> {
    use axum::Router;
    use axum::body::Bytes;
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let rpc: url::Url = environment["POLYMARKET_RPC_URL"].parse().unwrap();
    let (to, kept) = (rpc.clone(), std::sync::Arc::clone(&seen));
    let app = Router::new().fallback(move |body: Bytes| {
        let (to, kept) = (to.clone(), std::sync::Arc::clone(&kept));
        async move {
            kept.lock().unwrap().push(serde_json::from_slice::<Value>(&body).unwrap());
            let answer = reqwest::Client::new().post(to).body(body).send().await.unwrap();
            ([("content-type", "application/json")], answer.bytes().await.unwrap())
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, app).into_future());
    let mut environment = environment;
    environment.insert("POLYMARKET_RPC_URL".to_owned(), format!("http://{address}/"));
    environment.retain(|_, value| !value.is_empty());
    let inputs = Inputs { environment, env_file: EnvFile::None, no_order_proof, ..Inputs::default() };
    let engine = Engine::new(settings::load(&inputs).unwrap(), false, &[]);
    engine.run(&wanted.iter().copied().collect()).await;
    server.abort();
    std::mem::take(&mut seen.lock().unwrap())
}

#[tokio::test]
async fn the_exchange_is_asked_in_the_batch_that_is_sent_anyway() {
    const VALIDATE: &str = "0xf5db3e4b";
    for (name, more) in [("healthy-safe", 18), ("healthy-eoa", 18), ("healthy-deposit-beacon", 18)] {
        let running = start(scenario::find(name).unwrap()).await;
        let env = running.announcement().env.clone();
        let with = calls(env.clone(), &[Probe::Chain, Probe::Exchange], false).await;
        let left_out = calls(env.clone(), &[Probe::Chain, Probe::Exchange], true).await;
        let without = calls(env, &[Probe::Chain], false).await;
        assert_eq!((with.len(), without.len()), (1, 1), "{name}: one request either way");
        assert_eq!(left_out, without, "{name}: no signature leaves the machine");
        let count = |batch: &[Value]| batch[0].as_array().unwrap().len();
        assert_eq!(count(&with) - count(&without), more, "{name}");
        let is_asked = |batch: &[Value]| batch[0].to_string().contains(VALIDATE);
        assert!(is_asked(&with) && !is_asked(&without), "{name}");
        // every order that leaves the program has no amount
        for call in with[0].as_array().unwrap() {
            let data = call["params"][0]["data"].as_str().unwrap_or_default();
            let Some(words) = data.strip_prefix(VALIDATE) else { continue };
            let word = |place: usize| &words[64 * place..64 * (place + 1)];
            // digest, offset, then salt, maker, signer, token, and both amounts
            assert_eq!((word(6), word(7)), ("0".repeat(64).as_str(), "0".repeat(64).as_str()), "{name}");
        }
    }
}
