//! A pass is evidence of this run: whatever a check is proved by is made unavailable, and it no longer
//! passes; what was not seen never ends in "healthy".

mod told;

use std::collections::BTreeMap;
use std::time::Duration;

use polydoctor::cause::Certainty;
use polydoctor::checks::{CHECKS, Check, Status};
use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::facts::{Fact, Facts, Failure};
use polydoctor::report::{Report, Selection, Verdict};
use polydoctor::sandbox::{self, Options, scenario};
use polydoctor::settings::{self, EnvFile, Inputs};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::program::{check, run, status, stdout};
use crate::support::{ANY_PORT, usual_checks};

/// The facts of a scenario; offline, those of its settings alone.
async fn facts_of(name: &'static str, offline: bool) -> Facts {
    let scenario = scenario::find(name).unwrap();
    let options = Options { listen: ANY_PORT, scenario, latency: Duration::ZERO, seed: 1 };
    let running = sandbox::start(options).await.unwrap();
    let environment: BTreeMap<String, String> = running.announcement().env.clone();
    let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
    let engine = Engine::new(settings::load(&inputs).unwrap(), offline, &[]);
    engine.run(&Probe::ALL.iter().copied().collect()).await;

    engine.facts().borrow().clone()
}

/// The facts of every scenario, a few at a time.
async fn each_scenario(offline: bool, mut look: impl FnMut(&str, Facts)) {
    const AT_ONCE: usize = 8;
    let mut names = scenario::names();
    let mut running = JoinSet::new();
    let mut count = 0;
    loop {
        while running.len() < AT_ONCE
            && let Some(name) = names.next()
        {
            running.spawn(async move { (name, facts_of(name, offline).await) });
        }
        let Some(done) = running.join_next().await else { break };
        let (name, facts) = done.unwrap();
        look(name, facts);
        count += 1;
    }
    assert!(count >= 160, "{count}");
}

/// Every way in which a probe gives nothing.
fn ways() -> Vec<Option<Failure>> {
    let refused =
        |status: u16| Some(Failure::Refused { status, message: "something new".to_owned(), retry_after_s: None });
    let text = || "gone".to_owned();
    let mut ways: Vec<Option<Failure>> = [400, 401, 403, 404, 425, 429, 500, 503].map(refused).into();
    ways.extend([
        Some(Failure::BlockPage { status: 403, title: "Just a moment".to_owned() }),
        Some(Failure::BlockPage { status: 200, title: text() }),
        Some(Failure::Redirected { status: 302, location: text() }),
        Some(Failure::TimedOut { after_ms: 10_000 }),
        Some(Failure::Unreachable { reason: text() }),
        Some(Failure::Tls { reason: text() }),
        Some(Failure::Garbled { status: 200, reason: text() }),
        Some(Failure::Stopped),
        Some(Failure::NotSent { reason: text() }),
        Some(Failure::Internal),
        None,
    ]);
    ways
}

/// Leaves a probe without an answer: failed in this way, or not asked.
fn withhold(facts: &mut Facts, probe: Probe, way: Option<&Failure>) {
    fn none<T>(fact: &mut Fact<T>, way: Option<&Failure>) {
        *fact = match way {
            Some(failure) => Fact::Failed { failure: failure.clone(), took_ms: 1 },
            None => Fact::NotAsked { why: "nobody asked".to_owned() },
        };
    }
    match probe {
        Probe::SecretFiles => none(&mut facts.secret_files, way),
        Probe::ServerTime => none(&mut facts.server_time, way),
        Probe::GuideTime => none(&mut facts.guide_time, way),
        Probe::Version => none(&mut facts.version, way),
        Probe::Geoblock => none(&mut facts.geoblock, way),
        Probe::Chain => none(&mut facts.chain, way),
        Probe::Ownership => none(&mut facts.ownership, way),
        Probe::Exchange => none(&mut facts.exchange, way),
        Probe::Profile => none(&mut facts.profile, way),
        Probe::Deployed => none(&mut facts.deployed, way),
        Probe::Derive => none(&mut facts.derived, way),
        Probe::OtherNonces => none(&mut facts.other_nonces, way),
        Probe::OtherChain => none(&mut facts.other_chain, way),
        Probe::Market => none(&mut facts.market, way),
        Probe::MarketShares => none(&mut facts.market_shares, way),
        Probe::ConfiguredCredentials => none(&mut facts.configured_credentials, way),
        Probe::FunderAddress => none(&mut facts.funder_address, way),
        Probe::DerivedCredentials => none(&mut facts.derived_credentials, way),
        Probe::LocalClock => none(&mut facts.local_clock, way),
        Probe::ClosedOnly => none(&mut facts.closed_only, way),
        Probe::BalanceAllowance => none(&mut facts.balance_allowance, way),
        Probe::SessionSigners => none(&mut facts.session_signers, way),
        Probe::BuilderKeys => none(&mut facts.builder_keys, way),
        Probe::OwnTrades => none(&mut facts.own_trades, way),
        Probe::BuilderAccess => none(&mut facts.builder_access, way),
        Probe::BuilderTrades => none(&mut facts.builder_trades, way),
        Probe::BuilderFees => none(&mut facts.builder_fees, way),
        Probe::BuilderSigner => none(&mut facts.builder_signer, way),
        Probe::Live => none(&mut facts.live, way),
        Probe::UserChannel => none(&mut facts.user_channel, way),
        Probe::RelayerKey => none(&mut facts.relayer_key, way),
        Probe::RelayerTransactions => none(&mut facts.relayer_transactions, way),
        Probe::RelayerNonce => none(&mut facts.relayer_nonce, way),
        Probe::UsBalances => none(&mut facts.us_balances, way),
        Probe::UsPositions => none(&mut facts.us_positions, way),
        Probe::UsGateway => none(&mut facts.us_gateway, way),
        Probe::UsClock => none(&mut facts.us_clock, way),
        Probe::UsLive => none(&mut facts.us_live, way),
    }
}

fn proofs() -> impl Iterator<Item = (&'static Check, &'static [Probe])> {
    CHECKS.iter().flat_map(|check| check.proof.iter().map(move |any| (check, *any)))
}

/// What is counted over all scenarios, so that nothing is asserted of nothing.
#[derive(Default)]
struct Counts {
    suspected: usize,
    passes: usize,
    can_trade: usize,
    left_out: usize,
    moves: usize,
    certain: BTreeMap<Certainty, usize>,
}

#[tokio::test(flavor = "multi_thread")]
async fn in_no_scenario_a_check_passes_without_the_answers_that_prove_it() {
    let (mut counts, mut wrong) = (Counts::default(), Vec::new());
    each_scenario(false, |name, facts| {
        let report = Report::of(&facts);
        passes_only_by_proof(name, &facts, &mut counts, &mut wrong);
        trades_only_by_proof(name, &facts, &report, &mut counts, &mut wrong);
        stays_open_when_left_out(name, &facts, &report, &mut counts, &mut wrong);
        warns_before_money_moves(name, &report, &mut counts, &mut wrong);
        has_no_possible_cause_before_a_proven_one(name, &report, &mut counts, &mut wrong);
        suspects_only_what_the_table_of_causes_says(name, &facts, &mut counts, &mut wrong);
    })
    .await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(counts.passes > 2_000, "{}", counts.passes);
    assert!(counts.can_trade >= 15, "{}", counts.can_trade);
    assert!(counts.left_out > 100, "{}", counts.left_out);
    assert!(counts.moves >= 10, "{}", counts.moves);
    assert!(counts.suspected > 180, "{}", counts.suspected);
    assert!(Certainty::ALL.iter().all(|word| counts.certain.contains_key(word)), "{:?}", counts.certain);
}

/// The data file names every check that finds a cause. What could not be found out may have many.
fn suspects_only_what_the_table_of_causes_says(
    name: &str,
    facts: &Facts,
    counts: &mut Counts,
    wrong: &mut Vec<String>,
) {
    for check in CHECKS {
        let finding = check.finding(facts);
        let found = finding.suspicions.first().filter(|_| finding.status != Status::Unknown);
        let Some(cause) = found.map(|first| first.cause) else { continue };
        counts.suspected += 1;
        if !cause.words().checks.iter().any(|id| id == check.id) {
            wrong.push(format!("{name}: {} finds {}, and its words do not say so", check.id, cause.name()));
        }
    }
}

fn passes_only_by_proof(name: &str, facts: &Facts, counts: &mut Counts, wrong: &mut Vec<String>) {
    let ways = ways();
    for (check, any) in proofs() {
        let passed = check.finding(facts).status == Status::Pass;
        counts.passes += usize::from(passed);
        // what does not pass as it is gets a few ways only: they cost time
        for way in ways.iter().skip(if passed { 0 } else { ways.len() - 3 }) {
            // a nonce without a key is answered so
            if any.contains(&Probe::Derive) && way.as_ref().is_some_and(Failure::says_no_key) {
                continue;
            }
            let mut without = facts.clone();
            for probe in any {
                withhold(&mut without, *probe, way.as_ref());
            }
            let finding = check.finding(&without);
            if finding.status == Status::Pass {
                wrong.push(format!("{name}: {} passes without {any:?} ({way:?}): {}", check.id, finding.summary));
            }
            let is_cut_off = matches!(way, Some(Failure::Stopped | Failure::Internal));
            if finding.status.is_problem() && finding.suspicions.is_empty() && !is_cut_off {
                wrong.push(format!("{name}: {} names no cause: {}", check.id, finding.summary));
            }
        }
    }
}

fn trades_only_by_proof(name: &str, facts: &Facts, report: &Report, counts: &mut Counts, wrong: &mut Vec<String>) {
    counts.can_trade += usize::from(report.can_trade == Some(true));
    if !name.starts_with("healthy-") {
        return;
    }
    let here = |check: &Check| check.trading && check.applies(facts) && check.is_looked_at(facts);
    for (check, any) in proofs().filter(|(check, _)| here(check)) {
        for way in [Some(Failure::TimedOut { after_ms: 10_000 }), None] {
            let mut without = facts.clone();
            for probe in any {
                withhold(&mut without, *probe, way.as_ref());
            }
            let without = Report::of(&without);
            if without.can_trade == Some(true) {
                wrong.push(format!("{name}: it can trade without {any:?} ({way:?}) of {}", check.id));
            }
            if without.verdict == Verdict::Healthy {
                wrong.push(format!("{name}: healthy without {any:?} ({way:?}) of {}", check.id));
            }
        }
    }
}

fn stays_open_when_left_out(name: &str, facts: &Facts, report: &Report, counts: &mut Counts, wrong: &mut Vec<String>) {
    for failed in report.checks.iter().filter(|check| matches!(check.status, Status::Fail | Status::Unknown)) {
        let part = Report::by(facts, &Selection::new(&[], &[failed.id.to_owned()]));
        let is_open = part.verdict >= Verdict::Incomplete && part.left_open.contains(&failed.id);
        if !is_open || part.next_step.is_none() || part.can_trade != report.can_trade {
            wrong.push(format!("{name} without {}: {:?}, {:?}", failed.id, part.verdict, part.left_open));
        }
        counts.left_out += 1;
    }
}

/// Each fix that moves money names the token, asks for a test amount, and says that it cannot be undone.
fn warns_before_money_moves(name: &str, report: &Report, counts: &mut Counts, wrong: &mut Vec<String>) {
    const MOVES: [&str; 8] =
        ["transfer", "send the", "send a", "small trade", "deposit through", "turn the", "turn it", "move pusd"];
    const TOKENS: [&str; 4] = ["pusd", "usdc", "pol", "test amount"];
    let of_checks = report.checks.iter().filter_map(|check| check.fix.as_ref()).map(|fix| &fix.text);
    for text in of_checks.chain(report.diagnoses.iter().map(|diagnosis| &diagnosis.fix.text)) {
        let lower = text.to_lowercase();
        if MOVES.iter().any(|words| lower.contains(words)) {
            counts.moves += 1;
            if !lower.contains("cannot be undone") || !TOKENS.iter().any(|token| lower.contains(token)) {
                wrong.push(format!("{name}: {text}"));
            }
        }
    }
}

fn has_no_possible_cause_before_a_proven_one(
    name: &str,
    report: &Report,
    counts: &mut Counts,
    wrong: &mut Vec<String>,
) {
    for diagnosis in &report.diagnoses {
        *counts.certain.entry(diagnosis.certainty).or_default() += 1;
    }
    let possible = report.diagnoses.first().is_some_and(|first| first.certainty == Certainty::Possible);
    if possible && report.diagnoses.iter().any(|other| other.certainty == Certainty::Proven) {
        wrong.push(format!("{name}: a possible cause stands before a proven one: {:#?}", report.diagnoses));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_nothing_passes_that_has_to_be_asked_for() {
    each_scenario(true, |name, facts| {
        let report = Report::of(&facts);
        for check in usual_checks().filter(|check| check.proof.iter().any(|any| *any != [Probe::SecretFiles])) {
            let found = report.check(check.id).unwrap();
            assert_ne!(found.status, Status::Pass, "{name}: {}: {}", check.id, found.summary);
        }
        assert_ne!(report.can_trade, Some(true), "{name}");
    })
    .await;
}

#[test]
fn a_measured_clock_and_contradicting_settings_are_proven() {
    for (scenario, cause) in [("clock-14-seconds", "clock-drift"), ("two-names-differ", "setting-invalid")] {
        let (report, _) = check(&["--demo", scenario]);
        let first = &report["diagnoses"][0];
        assert_eq!((&first["cause"], &first["certainty"]), (&json!(cause), &json!("proven")), "{scenario}");
    }
}

#[test]
fn the_words_stand_on_every_output_and_no_percentage_does() {
    let text = stdout(&run(&["check", "--demo", "demo"]));
    assert!(text.contains("Root cause (proven): "), "{text}");
    let markdown = stdout(&run(&["check", "--demo", "demo", "--format", "markdown"]));
    assert!(markdown.contains("(`funder-is-signer`, proven)"), "{markdown}");
    let seen = stdout(&run(&["check", "--demo", "healthy-safe", "--symptom", "invalid signature"]));
    assert!(seen.contains("Possible: "), "{seen}");
    for output in [text, markdown, seen] {
        let percent = output.lines().filter(|line| line.contains('%') && !line.contains("fees of the code"));
        assert_eq!(percent.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

#[test]
fn a_banned_account_is_never_called_open_for_trading() {
    let text = stdout(&run(&["check", "--demo", "account-banned"]));
    let line = text.lines().find(|line| line.contains("account.status")).unwrap();
    assert!(!text.contains("Open for trading"), "{text}");
    assert!(line.contains("Closed-only mode is off; no request reads whether the account is banned"), "{line}");
}

#[test]
fn trades_of_others_are_no_attribution_of_this_account() {
    let (report, code) = check(&["--demo", "healthy-safe"]);
    let own = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "builder.attribution").unwrap();
    assert!(own["summary"].as_str().unwrap().contains("of the funder's"), "{own}");
    assert_eq!(code, 0);
}

#[tokio::test]
async fn a_listing_without_an_own_trade_is_a_note() {
    let facts = facts_of("healthy-safe", false).await;
    let attribution = polydoctor::checks::find("builder.attribution").unwrap();
    let mut none = facts.clone();
    withhold(&mut none, Probe::OwnTrades, None);
    assert_eq!(attribution.finding(&none).status, Status::Note);
    let mut others = facts;
    if let Fact::Known { value, .. } = &mut others.own_trades {
        let both = value.reconciliation.as_mut().unwrap();
        (both.own, both.matched, both.missing, both.pending) = (0, 0, Vec::new(), Vec::new());
    }
    let finding = attribution.finding(&others);
    assert_eq!(finding.status, Status::Note, "0 of 0 matched is no pass: {}", finding.summary);
}

#[tokio::test]
async fn a_balance_that_the_clob_does_not_give_is_unknown() {
    let mut facts = facts_of("healthy-safe", false).await;
    let failure = Failure::Refused { status: 503, message: "out of order".to_owned(), retry_after_s: None };
    withhold(&mut facts, Probe::BalanceAllowance, Some(&failure));
    let (report, code) = replayed(&facts, &[]);
    assert_eq!((status(&report, "funds.balance"), code), ("unknown", 3), "{:#}", report["checks"]);
    assert_eq!(report["can_trade"], Value::Null);
}

/// What `check` makes of recorded facts.
fn replayed(facts: &Facts, arguments: &[&str]) -> (Value, i32) {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("facts.json");
    std::fs::write(&record, serde_json::to_vec(facts).unwrap()).unwrap();
    check(&[&["--replay", record.to_str().unwrap()], arguments].concat())
}
