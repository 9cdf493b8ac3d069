//! The panels on their own: each of their states at the three sizes, in one picture a state.

mod clock;

use std::fmt::Write as _;

use alloy_primitives::{Address, U256, address};
use polydoctor::auth::contracts::chain;
use polydoctor::auth::key::KeyMistake;
use polydoctor::auth::wallet::{CodeClass, SignatureType, WalletMap};
use polydoctor::facts::{
    ChainState, ClockReading, ExchangeWord, Fact, Facts, Failure, GitStanding, GuideTime, KeyFact, OnChain, OrderProof,
    OrderVerdict, OtherWallet, PublicProfile, RemoteSigner, SecretFile, SecretPlaces, SessionSigners, ShownSetting,
    SignedOver,
};
use polydoctor::settings::{Origin, OriginKind, ProblemKind, Setting, SettingProblem, Source, Sourced};
use polydoctor::tui::state::panel::PanelId;
use polydoctor::tui::state::task::News;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use self::clock::clock;
use super::*;
use polydoctor::cause::Cause;
use polydoctor::checks::Status;
use polydoctor::report::Report;

const SIGNER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const STRANGER: Address = address!("0x8ac5D4Bd2752AFc9F5CA531f19D617647216B893");

/// A state of a panel, reached by some keys, at the three sizes.
fn assert_panel(name: &str, observed: &Observed, keys: &str) {
    assert_panel_after(name, observed, keys, |_| {});
}

fn assert_panel_after(name: &str, observed: &Observed, keys: &str, prepare: impl Fn(&mut App)) {
    let mut screens = String::new();
    for (width, height) in SIZES {
        let mut app = app(observed.clone(), (width, height));
        prepare(&mut app);
        press(&mut app, keys);
        let _ = writeln!(screens, "{width}x{height}\n{}", draw(&app).backend());
    }
    assert_text(name, &screens);
}

fn known<T>(value: T) -> Fact<T> {
    Fact::Known { value, took_ms: 20 }
}

fn dollars(amount: u64) -> U256 {
    U256::from(amount * 1_000_000)
}

/// The account of the samples with its wallets on chain: the money is in the Safe.
fn on_chain(change: impl FnOnce(&mut Facts, &WalletMap)) -> Observed {
    let Observed { mut facts, mut report } = samples::failed();
    let wallets = WalletMap::derive(chain(137).unwrap(), SIGNER);
    let mut there: std::collections::BTreeMap<Address, OnChain> =
        wallets.iter().map(|(_, address)| (address, OnChain::default())).collect();
    there.insert(
        wallets.eoa,
        OnChain { pol: U256::from(80_u64) * U256::from(10).pow(U256::from(18)), ..OnChain::default() },
    );
    let safe = OnChain {
        code: CodeClass::Safe,
        owners: vec![SIGNER],
        threshold: Some(1),
        version: Some("1.3.0".to_owned()),
        pusd: dollars(120) + U256::from(500_000),
        ..OnChain::default()
    };
    there.insert(wallets.safe, safe);
    facts.chain = known(ChainState { chain_id: 137, wallets: there, beacon: None });
    facts.profile = known(PublicProfile { proxy_wallet: Some(wallets.safe) });
    facts.setup.wallets = Some(wallets.clone());
    change(&mut facts, &wallets);
    report.account.funder = facts.setup.funder.as_ref().map(|funder| funder.value);
    Observed { facts, report }
}

fn there(facts: &mut Facts, address: Address) -> &mut OnChain {
    let Fact::Known { value, .. } = &mut facts.chain else { panic!("the chain is known") };
    value.wallets.entry(address).or_default()
}

fn funder(facts: &mut Facts, address: Address) {
    facts.setup.funder = Some(Sourced::new(address, Source::Variable { name: "FUNDER".to_owned() }));
}

#[test]
fn the_wallet_map_leads_from_the_key_to_the_funder() {
    assert_panel("wallets-funder-is-signer", &on_chain(|_, _| {}), "5");
    let mut healthy = on_chain(|facts, wallets| funder(facts, wallets.safe));
    let Observed { facts, report } = samples::healthy();
    // the exchange was asked about the wallet that is in force here
    (healthy.facts.exchange, healthy.report) = (facts.exchange, report);
    assert_panel("wallets-healthy", &healthy, "5");
    assert_panel_after("wallets-ascii-whole-addresses", &healthy, "5a", |app| app.theme.ascii = true);
}

/// The exchange says no to the Safe under type 1, and yes to each wallet that it derives from the key.
#[test]
fn the_wallet_map_shows_what_the_exchange_accepts() {
    let word = |neg_risk| ExchangeWord {
        exchange: address!("E111180000d2663C0091e4f400237545B87B996B"),
        neg_risk,
        verdict: OrderVerdict::Rejected,
        same_digest: Some(true),
        is_paused: Some(false),
        is_maker_paused: Some(false),
        same_wallets: Some(true),
    };
    let rejected = on_chain(|facts, wallets| {
        funder(facts, wallets.safe);
        facts.setup.signature_type = Some(Sourced::new(SignatureType::PolyProxy, Source::Default));
        let others = wallets.iter().map(|(kind, wallet)| {
            let signature_type = kind.signature_type();
            let is_there = signature_type != SignatureType::Poly1271;
            let verdict = if is_there { OrderVerdict::Accepted { as_session: false } } else { OrderVerdict::Rejected };
            OtherWallet { wallet, signature_type, verdict }
        });
        facts.exchange = known(OrderProof {
            maker: wallets.safe,
            signature_type: SignatureType::PolyProxy,
            exchanges: vec![word(false), word(true)],
            others: others.collect(),
        });
    });
    assert_panel("wallets-exchange-rejects", &rejected, "5");
}

#[test]
fn the_wallet_map_and_the_check_agree_on_where_the_collateral_is() {
    let observed = on_chain(|facts, wallets| {
        facts.profile = Fact::Waiting;
        there(facts, wallets.proxy).usdc = dollars(500);
        there(facts, wallets.safe).pusd = dollars(400);
    });
    let wallet = polydoctor::checks::account_wallet(&observed.facts).unwrap().1;
    for size in SIZES {
        let mut app = app(observed.clone(), size);
        press(&mut app, "5a");
        send(&mut app, Message::Resize(ratatui::layout::Size::new(size.0, 90)));
        let text = draw(&app).backend().to_string();
        let marked = text.find("$ holds the collateral").expect("one wallet is marked");
        let named = text[..marked].rfind("0x").unwrap();
        assert!(text[named..].starts_with(&wallet.to_string()[..20]), "{wallet} is the account's wallet:\n{text}");
    }
}

#[test]
fn where_a_value_comes_from_is_never_mistaken_for_another_file() {
    let recorded = serde_json::to_string(&samples::failed().facts).unwrap();
    let elsewhere =
        recorded.replace("\".env\"", "\"/srv/bots/main.env\"").replace(" of .env", " of /srv/bots/main.env");
    let mut observed = samples::judged(serde_json::from_str(&elsewhere).unwrap());
    observed.report.source = Some(Origin::new(OriginKind::EnvFile, "/srv/bots/main.env"));
    let setup = &mut observed.facts.setup;
    let line = |line| Source::EnvFile { path: "/srv/bots/main.env".to_owned(), line, name: "FUNDER".to_owned() };
    setup.funder = setup.funder.take().map(|funder| Sourced::new(funder.value, line(10)));
    setup.key = setup
        .key
        .take()
        .map(|key| Sourced::new(key.value, Source::Variable { name: "POLYMARKET_PRIVATE_KEY".to_owned() }));
    for (width, height) in [(200, 60), (120, 40), (80, 24), (44, 20), (30, 10)] {
        let mut app = app(observed.clone(), (width, height));
        press(&mut app, "3");
        let text = draw(&app).backend().to_string();
        assert!(!text.contains(" .env line"), "{text}");
        let signer = text.lines().find(|line| line.contains("signer   0x") || line.contains("env POLY"));
        assert!(width < 44 || signer.is_some_and(|line| line.contains("env POLY")), "{text}");
        assert!(width < 200 || text.contains("FUNDER, line 10 of /srv/bots/main.env"), "{text}");
        assert!(width < 44 || text.contains("main.env"), "{text}");
    }
}

#[test]
fn the_wallet_map_shows_wallets_of_others_and_session_keys() {
    let foreign = on_chain(|facts, _| {
        funder(facts, STRANGER);
        let owner = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
        let at = OnChain { code: CodeClass::Safe, owners: vec![owner], pusd: dollars(40), ..OnChain::default() };
        *there(facts, STRANGER) = at;
    });
    assert_panel("wallets-foreign-funder", &foreign, "5");
    let session = on_chain(|facts, wallets| {
        funder(facts, wallets.deposit_uups);
        let until_s = Some(u64::try_from(samples::STARTED_MS / 1_000).unwrap() + 86_400);
        let code = CodeClass::DepositUups { owner: STRANGER };
        *there(facts, wallets.deposit_uups) =
            OnChain { code, session_authorized_until_s: until_s, usdc: dollars(7), ..OnChain::default() };
        facts.session_signers =
            known(SessionSigners { wallet: Some(wallets.deposit_uups), signers: vec![SIGNER, STRANGER] });
        facts.setup.signature_type = Some(Sourced::new(SignatureType::Poly1271, Source::Default));
    });
    assert_panel("wallets-session-key", &session, "5");
}

#[test]
fn the_wallet_map_says_why_it_is_not_whole() {
    let failed = on_chain(|facts, _| {
        facts.chain = Fact::Failed { failure: Failure::TimedOut { after_ms: 10_000 }, took_ms: 10_000 }
    });
    assert_panel("wallets-node-unreachable", &failed, "5");
    let other = on_chain(|facts, _| {
        facts.chain = known(ChainState { chain_id: 1, ..ChainState::default() });
    });
    assert_panel("wallets-wrong-chain", &other, "5");
    let mut running = on_chain(|facts, _| {
        facts.chain = Fact::Running { since_ms: 12 };
        facts.elapsed_ms = None;
    });
    running.report = samples::running().report;
    assert_panel("wallets-running", &running, "5");
    let no_key = |observed: &mut Observed, watched: Option<Address>| {
        let facts = &mut observed.facts;
        (facts.setup.key, facts.setup.wallets) = (None, None);
        facts.setup.funder = watched.map(|funder| Sourced::new(funder, Source::Default));
        observed.report.account.signer = None;
    };
    let mut missing = on_chain(|_, _| {});
    no_key(&mut missing, None);
    assert_panel("wallets-no-key", &missing, "5");
    let mut watched = on_chain(|_, _| {});
    let safe = WalletMap::derive(chain(137).unwrap(), SIGNER).safe;
    no_key(&mut watched, Some(safe));
    assert_panel("wallets-watch-only", &watched, "5");
    let unusable = on_chain(|facts, _| {
        let key = KeyFact::Unusable { shape: None, mistake: KeyMistake::Address };
        facts.setup.key = Some(Sourced::new(key, Source::Default));
        facts.setup.wallets = None;
    });
    assert_panel("wallets-unusable-key", &unusable, "5");
}

#[test]
fn a_request_opens() {
    assert_panel("request-opened", &samples::failed(), "4kk\n");
    let mut app = app(samples::failed(), (120, 40));
    press(&mut app, "4g\n");
    assert!(text(&app).contains("Headers sent"));
    press(&mut app, "\x1b");
    assert!(!text(&app).contains("Headers sent") && app.shown.focus == PanelId::Requests);
    press(&mut app, "\x1b");
    assert_eq!(app.shown.focus, PanelId::Checks);
}

fn text(app: &App) -> String {
    draw(app).backend().to_string()
}

/// Settings with a conflict, a near miss and a value that loses.
fn unsettled() -> Observed {
    let Observed { mut facts, report } = samples::failed();
    let problem = |kind, setting: Setting, text: &str, fix: &str| SettingProblem {
        kind,
        setting: setting.into(),
        text: text.to_owned(),
        fix: fix.to_owned(),
    };
    facts.setup.problems = vec![
        problem(
            ProblemKind::Invalid,
            Setting::Nonce,
            "nonce is \"x\" (env POLYMARKET_NONCE), which is not a whole number from 0",
            "Set nonce to a whole number from 0",
        ),
        problem(
            ProblemKind::Conflict,
            Setting::Funder,
            "funder is set twice with different values: env FUNDER is used, env PROXY_ADDRESS is not",
            "Keep one of the two: env FUNDER or env PROXY_ADDRESS",
        ),
        problem(
            ProblemKind::NearMiss,
            Setting::ApiPassphrase,
            "CLOB_PASSPHRASE is set (line 4 of .env), but nothing reads it; the clients read CLOB_PASS_PHRASE",
            "Rename CLOB_PASSPHRASE to CLOB_PASS_PHRASE",
        ),
    ];
    if let Some(funder) = facts.setup.shown.iter_mut().find(|shown| shown.name == "funder") {
        funder.overridden = vec!["env PROXY_ADDRESS".to_owned(), "line 7 of .env".to_owned()];
    }
    let unset = ShownSetting {
        name: "nonce".to_owned(),
        value: "not set".to_owned(),
        source: String::new(),
        overridden: Vec::new(),
    };
    facts.setup.shown.push(unset);
    facts.secret_files = known(SecretPlaces {
        files: vec![SecretFile {
            path: ".env".to_owned(),
            mode: Some(0o644),
            git: GitStanding::Ignored,
            copy_of: None,
        }],
        scripts: Vec::new(),
    });
    Observed { facts, report }
}

/// To the panel at this place, which may have no digit.
fn show(app: &mut App, name: &str) {
    let panel = PanelId::ALL.into_iter().find(|panel| panel.name() == name).unwrap();
    app.shown.focus_on(panel);
}

#[test]
fn settings_with_their_sources_and_conflicts() {
    assert_panel_after("settings", &unsettled(), "", |app| show(app, "Settings"));
    assert_panel_after("settings-in-order", &samples::healthy(), "", |app| show(app, "Settings"));
    assert_panel_after("settings-not-read", &samples::waiting(), "", |app| show(app, "Settings"));
}

/// What colours and weights repeat, row by row.
fn styles(app: &App) -> String {
    let terminal = draw(app);
    let buffer = terminal.backend().buffer();
    let mut said = String::new();
    for y in 0..buffer.area.height {
        let row: Vec<&Cell> = (0..buffer.area.width).map(|x| &buffer[(x, y)]).collect();
        let runs = row.chunk_by(|a, b| (a.fg, a.bg, a.modifier) == (b.fg, b.bg, b.modifier));
        for run in runs.filter(|run| run[0].fg != Color::Reset || run[0].modifier != Modifier::empty()) {
            let text: String = run.iter().map(|cell| cell.symbol()).collect();
            let _ = writeln!(said, "{y:>2} {:?} {:?} {}", run[0].fg, run[0].modifier, text.trim());
        }
    }
    said
}

#[test]
fn colours_repeat_what_words_say_and_mono_has_none() {
    let panels =
        vec![("wallets", "5", on_chain(|_, _| {})), ("clock", "6", clock(14)), ("requests", "4", samples::failed())];
    for (name, keys, observed) in panels {
        let mut app = app(observed, (80, 24));
        press(&mut app, keys);
        assert_text(&format!("{name}-colours"), &styles(&app));
        let coloured = text(&app);
        app.theme.palette = Palette::Mono;
        assert_text(&format!("{name}-mono"), &styles(&app));
        assert_eq!(text(&app), coloured);
    }
}
