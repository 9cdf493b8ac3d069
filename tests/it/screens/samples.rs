//! Reports made by hand: an account whose funder is its signer, and a healthy one.

use alloy_primitives::{Address, U256, address};
use polydoctor::auth::contracts;
use polydoctor::auth::wallet::{SignatureType, WalletMap};
use polydoctor::cause::{Cause, Certainty};
use polydoctor::checks::{Evidence, Fix, Status};
use polydoctor::diagnosis::{Diagnosis, DiagnosisFix};
use polydoctor::facts::probe::Probe;
use polydoctor::facts::secret_fact;
use polydoctor::facts::{
    BuilderKey, CredentialsFact, Derived, Fact, Facts, Failure, KeyFact, NonceKey, RequestRecord, SentHeader, Setup,
    ShownSetting,
};
use polydoctor::report::{Account, CheckReport, DerivedWallets, Report, Target, Tool, Verdict};
use polydoctor::secret::Secret;
use polydoctor::settings::{Origin, OriginKind, Source, Sourced};
use polydoctor::tui::state::message::Observed;
use polydoctor::tui::state::panels::credentials::AccountKeys;

pub(super) const STARTED_MS: i64 = 1_795_269_600_000;
pub(super) const FUNDER_FIX: &str = "export POLYMARKET_FUNDER=0xd93b25Cb943D14d0d34FBAf01fc93a0F8b5f6e47";

const SIGNER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
const SAFE: Address = address!("0xd93b25Cb943D14d0d34FBAf01fc93a0F8b5f6e47");

/// Id, group, what it needs, how long it takes, what it says when all is well.
type Row = (&'static str, &'static str, &'static [&'static str], Option<u64>, &'static str);

const ROWS: [Row; 20] = [
    ("setup.settings", "Settings", &[], None, "Everything is set, and nothing contradicts"),
    ("setup.secrets", "Settings", &[], Some(3), "Files with secrets are private and untracked"),
    ("key.format", "Key and reach", &[], None, "32 bytes of hex with 0x"),
    ("net.reach", "Key and reach", &[], Some(88), "The CLOB answers, protocol version 2"),
    ("net.geoblock", "Key and reach", &[], Some(104), "Trading is open from PT"),
    ("clock.drift", "Key and reach", &["net.reach"], Some(91), "This clock is 0.2 s ahead, ± 0.1 s"),
    ("wallet.map", "Wallet", &["key.format"], Some(198), "The Safe is deployed and holds 120.5 pUSD"),
    ("wallet.signature-type", "Wallet", &["wallet.map"], Some(198), "2 POLY_GNOSIS_SAFE fits the Safe"),
    ("wallet.funder", "Wallet", &["wallet.map"], Some(213), "The funder is the Safe of this key"),
    ("wallet.deployed", "Wallet", &["wallet.funder"], Some(120), "The funder is deployed"),
    ("creds.derive", "Credentials", &["key.format"], Some(156), "L1 authentication gives a key"),
    ("creds.nonce", "Credentials", &["creds.derive"], Some(156), "Nonce 0 holds a key"),
    ("creds.match", "Credentials", &["creds.derive"], None, "The configured credentials are the derived ones"),
    ("creds.l2", "Credentials", &["creds.match"], Some(143), "A signed request passes"),
    ("account.status", "Account and funds", &["creds.l2"], Some(97), "Closed-only mode is off"),
    (
        "funds.balance",
        "Account and funds",
        &["wallet.funder"],
        Some(181),
        "The CLOB sees 120.5 pUSD, as the chain does",
    ),
    ("funds.allowance", "Account and funds", &["wallet.funder"], Some(198), "All exchanges may spend it"),
    ("builder.credentials", "Builder", &["creds.l2"], Some(1_204), "The builder credentials work"),
    ("builder.signer", "Builder", &[], None, "No remote signer is configured"),
    ("builder.attribution", "Builder", &["builder.credentials"], Some(166), "The newest trade is attributed"),
];

/// Nothing known yet.
pub(super) fn waiting() -> Observed {
    let checks =
        ROWS.iter().map(|row| CheckReport { summary: String::new(), elapsed_ms: None, ..check(row, Status::Waiting) });
    let report = Report {
        account: Account { signer: None, signature_type: None, funder: None, derived: None },
        requests: Vec::new(),
        ..report(checks.collect(), Verdict::Incomplete, Vec::new())
    };
    Observed { facts: Facts::default(), report }
}

/// Six seconds in: the node is slow, the builder's relayer has just been asked.
pub(super) fn running() -> Observed {
    let mut facts = facts(SAFE);
    facts.elapsed_ms = None;
    facts.chain = Fact::Running { since_ms: 12 };
    facts.builder_access = Fact::Running { since_ms: 3_900 };
    let checks = ROWS.iter().map(|row| {
        let (status, since_ms) = match row.0 {
            "wallet.map" => (Status::Running, Some(12)),
            "builder.credentials" => (Status::Running, Some(3_900)),
            "net.geoblock" => (Status::Fail, None),
            id if id.starts_with("wallet") || id.starts_with("funds") || id == "builder.attribution" => {
                (Status::Waiting, None)
            }
            _ => (Status::Pass, None),
        };
        let mut check = check(row, status);
        if !status.is_settled() {
            (check.summary, check.elapsed_ms) = (String::new(), None);
        }
        if status == Status::Fail {
            check.summary = "Trading is not open from US".into();
        }
        check.running_since_ms = since_ms;
        check
    });
    let mut report = report(checks.collect(), Verdict::Broken, Vec::new());
    report.requests.truncate(5);
    report.requests.push(request("POST", "https://polygon-rpc.com/", None, 12, None, Probe::Chain));
    Observed { facts, report }
}

/// The funder is the signer; the configured credentials are another key's; the clock drifts.
pub(super) fn failed() -> Observed {
    let checks = ROWS.iter().map(|row| match row.0 {
        "clock.drift" => CheckReport {
            summary: "This clock is 14 s ahead of the server (± 0.04 s)".to_owned(),
            evidence: vec![evidence("drift", "+14.0 s ± 0.04 s"), evidence("read from", "GET /time, 4 readings")],
            ..check(row, Status::Warn)
        },
        "wallet.funder" => wallet_funder(row),
        "creds.match" => CheckReport {
            summary: "The configured API key is not the one of this signer".to_owned(),
            ..check(row, Status::Fail)
        },
        "wallet.deployed" | "funds.balance" | "funds.allowance" => blocked(row, "wallet.funder"),
        "creds.l2" => blocked(row, "creds.match"),
        "builder.signer" => {
            CheckReport { summary: "No remote signer is configured".to_owned(), ..check(row, Status::Note) }
        }
        _ => check(row, Status::Pass),
    });
    let diagnosis = Diagnosis {
        cause: Cause::FunderIsSigner,
        title: "The funder is the signer's own address, not its Safe".to_owned(),
        certainty: Certainty::Proven,
        likelihood: 0.97,
        because: vec![
            format!("funder and signer are both {SIGNER}"),
            format!("the Safe of this key, {SAFE}, is deployed and names the signer as its owner"),
            "the Safe holds 120.5 pUSD, the signer none".to_owned(),
        ],
        explains: ["wallet.funder", "invalid signature"].map(str::to_owned).to_vec(),
        shows_as: vec!["invalid signature".to_owned()],
        excluded: Vec::new(),
        decide: None,
        fix: DiagnosisFix {
            text: "Set the funder to the Safe of this key".to_owned(),
            commands: vec![FUNDER_FIX.to_owned()],
            ..DiagnosisFix::default()
        },
    };
    let mut report = report(checks.collect(), Verdict::Broken, vec![diagnosis]);
    report.account.funder = Some(SIGNER);
    Observed { facts: facts(SIGNER), report }
}

pub(super) fn healthy() -> Observed {
    let checks = ROWS.iter().map(|row| check(row, if row.0 == "builder.signer" { Status::Note } else { Status::Pass }));
    Observed { facts: facts(SAFE), report: report(checks.collect(), Verdict::Healthy, Vec::new()) }
}

/// Only the clock is worth a word.
pub(super) fn degraded() -> Observed {
    let Observed { facts, mut report } = healthy();
    let drift = failed().report.checks.swap_remove(5);
    (report.checks[5], report.verdict) = (drift, Verdict::Degraded);
    Observed { facts, report }
}

/// The wallets of the key, before the node has answered.
pub(super) fn looked() -> Facts {
    let wallets = contracts::chain(contracts::POLYGON).map(|chain| WalletMap::derive(chain, SIGNER));
    Facts { setup: Setup { wallets, ..facts(SAFE).setup }, ..facts(SAFE) }
}

/// Nothing answered.
pub(super) fn unreachable() -> Observed {
    let checks = ROWS.iter().map(|row| match row.0 {
        "net.reach" => CheckReport { summary: "No connection to the CLOB".into(), ..check(row, Status::Unknown) },
        id if id.starts_with("setup") || id.starts_with("key") => check(row, Status::Pass),
        _ => blocked(row, "net.reach"),
    });
    let diagnosis = Diagnosis {
        cause: Cause::ClobUnreachable,
        title: "Nothing could be reached: no answer from four hosts".to_owned(),
        certainty: Certainty::Proven,
        likelihood: 0.9,
        because: vec!["clob.polymarket.com: no connection: name not known".to_owned()],
        explains: vec!["net.reach".to_owned()],
        shows_as: Vec::new(),
        excluded: Vec::new(),
        decide: None,
        fix: DiagnosisFix {
            text: "Check the network, the proxy and the firewall".to_owned(),
            ..DiagnosisFix::default()
        },
    };
    let mut report = report(checks.collect(), Verdict::Incomplete, vec![diagnosis]);
    report.requests.iter_mut().for_each(|request| request.status = None);
    Observed { facts: facts(SAFE), report }
}

/// A person stopped the run that [`running`] shows.
pub(super) fn stopped() -> Observed {
    let Observed { mut facts, mut report } = running();
    facts.elapsed_ms = Some(6_200);
    facts.chain = Fact::Failed { failure: Failure::Stopped, took_ms: 6_188 };
    facts.builder_access = Fact::Failed { failure: Failure::Stopped, took_ms: 2_300 };
    for check in report.checks.iter_mut().filter(|check| !check.status.is_settled()) {
        (check.status, check.running_since_ms) = (Status::Unknown, None);
        check.summary = Failure::Stopped.to_string();
    }
    (report.checks[4].status, report.verdict) = (Status::Pass, Verdict::Incomplete);
    Observed { facts, report }
}

fn wallet_funder(row: &Row) -> CheckReport {
    CheckReport {
        summary: "The funder is the signer, where no funds are".to_owned(),
        evidence: vec![
            evidence("funder", &format!("{SIGNER}, from env FUNDER")),
            evidence("EOA", &format!("type 0, {SIGNER}, no code")),
            evidence("Safe", &format!("type 2, {SAFE}, deployed, owner is the signer")),
            evidence("signature type in use", "2 POLY_GNOSIS_SAFE"),
        ],
        fix: Some(Fix { text: "Set the funder".to_owned(), commands: vec![FUNDER_FIX.to_owned()], ..Fix::default() }),
        ..check(row, Status::Fail)
    }
}

fn blocked(row: &Row, by: &'static str) -> CheckReport {
    CheckReport { summary: format!("Needs {by}"), elapsed_ms: None, blocked_by: Some(by), ..check(row, Status::Skip) }
}

fn check(&(id, group, needs, elapsed_ms, summary): &Row, status: Status) -> CheckReport {
    CheckReport {
        id,
        group,
        title: format!("What {id} asks"),
        status,
        summary: summary.to_owned(),
        evidence: Vec::new(),
        why: "The exchange recovers the signer from the order and asks whether it may act for the maker. A maker that \
              the signer does not own is refused with 400 \"invalid signature\"."
            .to_owned(),
        fix: None,
        needs,
        blocked_by: None,
        elapsed_ms,
        running_since_ms: None,
    }
}

/// The configured secret is not the derived one, and the passphrase is not set; two nonces hold keys.
pub(super) fn credentials() -> Observed {
    let mut observed = failed();
    let variable = |name: &str| Source::Variable { name: name.to_owned() };
    let secret = |text: &str| secret_fact(&Secret::new(text));
    let key = observed.facts.setup.credentials.as_ref().and_then(CredentialsFact::key).unwrap().to_owned();
    if let Some(set) = &mut observed.facts.setup.credentials {
        set.secret = Some(Sourced::new(secret("d3Jvbmc="), variable("CLOB_SECRET")));
    }
    observed.facts.setup.nonce = Some(Sourced::new(U256::ZERO, Source::Default));
    let derived = Derived {
        nonce: U256::ZERO,
        key: key.clone(),
        secret: secret("cmlnaHQ="),
        passphrase: Secret::new("passphrase").shape(),
        with_server_time: false,
    };
    observed.facts.derived = Fact::Known { value: derived, took_ms: 156 };
    let refused =
        Failure::Refused { status: 401, message: "Unauthorized/Invalid api key".to_owned(), retry_after_s: None };
    observed.facts.configured_credentials = Fact::Failed { failure: refused, took_ms: 143 };
    observed
}

/// What a scan finds on that account.
pub(super) fn scanned() -> Vec<NonceKey> {
    let keys = [Some("019a4c1e-7b7d-7000-8000-0242ac12c41f"), None, Some("77f0a3c2-11e4-4a02-9d9b-5d3b1c9f0e12"), None];
    let nonce = |(nonce, key): (u64, Option<&str>)| NonceKey { nonce: U256::from(nonce), key: key.map(str::to_owned) };
    (0..).zip(keys).map(nonce).collect()
}

/// The keys that its service lists.
pub(super) fn account_keys() -> AccountKeys {
    let builder = |key: &str, revoked| BuilderKey { key: key.to_owned(), revoked, created_ms: None, revoked_ms: None };
    AccountKeys {
        api: Ok(["019a4c1e-7b7d-7000-8000-0242ac12c41f", "77f0a3c2-11e4-4a02-9d9b-5d3b1c9f0e12"]
            .map(str::to_owned)
            .to_vec()),
        readonly: Ok(Vec::new()),
        builder: Ok(vec![
            builder("019894b9-cb40-79c4-b2bd-6aecb6f8c6c5", true),
            builder("01a1fdc7-55cf-737f-a218-d63de21979a7", false),
        ]),
    }
}

fn evidence(label: &str, value: &str) -> Evidence {
    Evidence { label: label.to_owned(), value: value.to_owned() }
}

fn facts(funder: Address) -> Facts {
    let variable = |name: &str| Source::Variable { name: name.to_owned() };
    let mut facts = Facts { started_ms: STARTED_MS, elapsed_ms: Some(2_130), ..Facts::default() };
    facts.setup.profile = "default".into();
    let usable = KeyFact::Usable { signer: SIGNER, shape: Secret::new("x".repeat(66)).shape(), remarks: Vec::new() };
    facts.setup.key = Some(Sourced::new(usable, variable("PK")));
    let key = Sourced::new("019a4c1e-7b7d-7000-8000-0242ac12c41f".to_owned(), variable("CLOB_API_KEY"));
    facts.setup.credentials = Some(CredentialsFact { key: Some(key), secret: None, passphrase: None });
    facts.setup.funder = Some(Sourced::new(funder, variable("FUNDER")));
    facts.setup.signature_type = Some(Sourced::new(SignatureType::PolyGnosisSafe, variable("SIGNATURE_TYPE")));
    facts.setup.shown = [
        ("private_key", "set, 66 characters, fingerprint 3f9a1c", "PK, line 2 of .env"),
        ("funder", &funder.to_string(), "env FUNDER"),
        ("clob_url", "https://clob.polymarket.com", "default"),
    ]
    .map(|(name, value, source)| ShownSetting {
        name: name.into(),
        value: value.into(),
        source: source.into(),
        overridden: Vec::new(),
    })
    .to_vec();
    facts
}

fn report(checks: Vec<CheckReport>, verdict: Verdict, diagnoses: Vec<Diagnosis>) -> Report {
    let clob = |path: &str| format!("https://clob.polymarket.com{path}");
    Report {
        schema: 1,
        tool: Tool { name: "polydoctor", version: "0.1.0" },
        started_at: "2026-11-20T14:00:00Z".to_owned(),
        elapsed_ms: 2_130,
        profile: "default".to_owned(),
        source: Some(Origin::new(OriginKind::EnvFile, ".env")),
        replay: None,
        who: SIGNER.to_string(),
        target: Target { clob_url: Some(clob("")), chain_id: 137, protocol_version: Some(2) },
        account: Account {
            signer: Some(SIGNER),
            signature_type: Some(SignatureType::PolyGnosisSafe),
            funder: Some(SAFE),
            derived: Some(DerivedWallets {
                proxy: address!("0x365f0cA36ae1F641E02Fe3b7743673DA42A13a70"),
                safe: SAFE,
                deposit_wallet_uups: address!("0x51dE77aa0c4b3bd8F8B1c8C2E1a7B9c0d4E590c2"),
                deposit_wallet_beacon: None,
            }),
        },
        verdict,
        can_trade: None,
        next_step: None,
        reported_errors: Vec::new(),
        diagnoses,
        checks,
        not_asked: Vec::new(),
        left_open: Vec::new(),
        requests: vec![
            request("GET", &clob("/time"), Some(200), 11, Some(88), Probe::ServerTime),
            request("GET", &clob("/version"), Some(200), 11, Some(91), Probe::Version),
            request("GET", "https://polymarket.com/api/geoblock", Some(200), 12, Some(104), Probe::Geoblock),
            request("POST", "https://polygon-rpc.com/", Some(200), 12, Some(198), Probe::Chain),
            request("GET", &clob("/auth/derive-api-key"), Some(200), 101, Some(156), Probe::Derive),
            RequestRecord {
                attempts: 2,
                ..request("GET", &clob("/auth/api-keys"), Some(401), 102, Some(1_143), Probe::ConfiguredCredentials)
            },
            request(
                "GET",
                &clob("/balance-allowance?asset_type=COLLATERAL&signature_type=2"),
                Some(200),
                260,
                Some(181),
                Probe::BalanceAllowance,
            ),
            request(
                "GET",
                "https://relayer-v2.polymarket.com/transactions",
                None,
                261,
                Some(10_000),
                Probe::BuilderAccess,
            ),
        ],
    }
}

fn request(
    method: &str,
    url: &str,
    status: Option<u16>,
    sent_ms: i64,
    elapsed_ms: Option<u64>,
    probe: Probe,
) -> RequestRecord {
    let names: &[&str] = match probe {
        Probe::Derive => &["POLY_ADDRESS", "POLY_SIGNATURE", "POLY_TIMESTAMP", "POLY_NONCE"],
        Probe::ConfiguredCredentials | Probe::BalanceAllowance => {
            &["POLY_ADDRESS", "POLY_SIGNATURE", "POLY_TIMESTAMP", "POLY_API_KEY", "POLY_PASSPHRASE"]
        }
        _ => &[],
    };
    RequestRecord {
        method: method.into(),
        url: url.into(),
        status,
        sent_ms,
        elapsed_ms,
        probe: Some(probe),
        purpose: None,
        changes: false,
        attempts: 1,
        headers: names.iter().map(|name| SentHeader::new(name, "1795269600")).collect(),
        body_bytes: (method == "POST").then_some(4_812),
        number: 0,
        body: None,
        failure: None,
        answer: None,
    }
}
