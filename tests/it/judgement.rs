//! Judgements on facts that no server here gives: made by hand.

use alloy_primitives::U256;
use polydoctor::auth::wallet::SignatureType;
use polydoctor::cause::{Cause, Certainty};
use polydoctor::checks::{Status, Try, find};
use polydoctor::facts::{
    CachedBalance, ChainState, ClockReading, CredentialsFact, Derived, Fact, Facts, Failure, OnChain,
};
use polydoctor::facts::{Setup, secret_fact};
use polydoctor::report::Report;
use polydoctor::secret::Secret;
use polydoctor::settings::{self, EnvFile, Inputs, Setting, Source, Sourced};

use crate::support::DEMO_KEY;

fn known<T>(value: T) -> Fact<T> {
    Fact::Known { value, took_ms: 1 }
}

fn refused<T>(status: u16, retry_after_s: Option<u64>) -> Fact<T> {
    let message = "Unauthorized/Invalid api key".to_owned();
    Fact::Failed { failure: Failure::Refused { status, message, retry_after_s }, took_ms: 1 }
}

fn with_foreign_credentials() -> Facts {
    let secret = Secret::new("yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=");
    let other = Secret::new("R78FzHeGNgeIX-E_t3ioirY0A_KcmN5FficdcMNqXeg=");
    let mut facts = Facts::default();
    facts.setup.credentials = Some(CredentialsFact {
        key: Some(Sourced::new("f4f247b7-4ac7-ff29-a152-04fda0a8755a".to_owned(), Source::Default)),
        secret: Some(Sourced::new(secret_fact(&secret), Source::Default)),
        passphrase: Some(Sourced::new(secret.shape(), Source::Default)),
    });
    facts.derived = known(Derived {
        nonce: U256::ZERO,
        key: "5d1c266a-ed39-b9bd-c1f5-f24ae3e14a7b".to_owned(),
        secret: secret_fact(&other),
        passphrase: other.shape(),
        with_server_time: false,
    });
    facts.configured_credentials = refused(401, None);
    facts.derived_credentials = known(vec!["5d1c266a-ed39-b9bd-c1f5-f24ae3e14a7b".to_owned()]);
    facts
}

#[test]
fn credentials_that_pass_with_the_funders_address_are_the_funders() {
    let mut facts = with_foreign_credentials();
    let judge = find("creds.match").unwrap().judge;
    let before = judge(&facts);
    assert!(!before.summary.contains("belong to the funder"), "{}", before.summary);
    facts.funder_address = known(());
    let finding = judge(&facts);
    assert_eq!((finding.status, finding.suspicions[0].cause), (Status::Fail, Cause::CredentialsOtherAddress));
    assert!(finding.summary.contains("belong to the funder"), "{}", finding.summary);
    assert!(finding.suspicions[0].likelihood > before.suspicions[0].likelihood);
}

#[test]
fn a_wait_that_the_server_asks_for_is_said() {
    let mut facts = with_foreign_credentials();
    facts.derived = refused(429, Some(17));
    let finding = (find("creds.derive").unwrap().judge)(&facts);
    assert_eq!(finding.suspicions[0].cause, Cause::RateLimited);
    assert!(finding.evidence.iter().any(|evidence| evidence.value.contains("retry after 17 s")), "{finding:?}");
}

/// The facts of an account at the official host, which answers `GET /time`.
fn at_the_official_host() -> Facts {
    let mut facts = Facts::default();
    facts.setup.clob_url = Some(Sourced::new("https://clob.polymarket.com".to_owned(), Source::Default));
    facts.server_time =
        known(ClockReading { server_s: 1_700_000_000, sent_s: 1.7e9, received_s: 1.7e9, from_time: true });
    facts
}

fn failed<T>(failure: Failure) -> Fact<T> {
    Fact::Failed { failure, took_ms: 1 }
}

#[test]
fn an_odd_answer_of_the_official_host_does_not_make_it_the_wrong_one() {
    let refused = |status, message: &str| Failure::Refused { status, message: message.to_owned(), retry_after_s: None };
    for (failure, cause) in [
        (refused(404, "not found"), Cause::ClobOutage),
        (Failure::Garbled { status: 200, reason: "not an object".to_owned() }, Cause::ClobOutage),
        (refused(403, "Trading restricted in your region"), Cause::Geoblocked),
        (Failure::NotSent { reason: "a header that cannot be sent".to_owned() }, Cause::SettingInvalid),
        (refused(503, "Trading is currently disabled"), Cause::ClobOutage),
        (Failure::TimedOut { after_ms: 10_000 }, Cause::ClobUnreachable),
    ] {
        let mut facts = at_the_official_host();
        facts.derived = failed(failure.clone());
        let finding = (find("creds.derive").unwrap().judge)(&facts);
        assert_eq!((finding.status, finding.suspicions[0].cause), (Status::Unknown, cause), "{failure}");
        facts.setup.clob_url = Some(Sourced::new("https://relay.example".to_owned(), Source::Default));
        let finding = (find("creds.derive").unwrap().judge)(&facts);
        assert_eq!(
            finding.suspicions[0].cause == Cause::WrongHost,
            cause == Cause::ClobOutage && failure.status() != Some(503),
            "{failure}"
        );
    }
}

#[test]
fn what_a_person_stopped_points_to_no_cause() {
    let mut facts = at_the_official_host();
    facts.server_time = failed(Failure::Stopped);
    facts.geoblock = failed(Failure::Stopped);
    facts.derived = failed(Failure::Stopped);
    for id in ["net.reach", "net.geoblock", "clock.drift", "creds.derive"] {
        let finding = (find(id).unwrap().judge)(&facts);
        assert_eq!((finding.status, finding.suspicions.len()), (Status::Unknown, 0), "{id}: {finding:?}");
    }
    let report = Report::of(&facts);
    assert!(
        report.diagnoses.iter().all(|diagnosis| diagnosis.cause != Cause::ClobUnreachable),
        "{:?}",
        report.diagnoses
    );
}

#[test]
fn a_balance_that_is_refused_is_judged_by_what_is_said() {
    let refusal = |message: &str| Failure::Refused { status: 400, message: message.to_owned(), retry_after_s: None };
    let judged = |messages: [&str; 4]| {
        let mut facts = at_the_official_host();
        let environment = [("PRIVATE_KEY".to_owned(), DEMO_KEY.to_owned())].into();
        let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
        facts.setup = Setup::of(&settings::load(&inputs).unwrap(), false);
        let signer = facts.setup.signer().unwrap();
        facts.chain = known(ChainState { chain_id: 137, wallets: [(signer, OnChain::default())].into(), beacon: None });
        facts.balance_allowance = known(
            SignatureType::ALL
                .into_iter()
                .zip(messages)
                .map(|(signature_type, message)| CachedBalance { signature_type, answer: Err(refusal(message)) })
                .collect(),
        );
        let finding = (find("funds.balance").unwrap().judge)(&facts);
        (finding.status, finding.suspicions.first().map(|suspicion| suspicion.cause))
    };
    assert_eq!(judged(["Invalid asset type"; 4]), (Status::Fail, Some(Cause::ProxyTampering)));
    assert_eq!(judged(["Invalid signature_type"; 4]), (Status::Unknown, Some(Cause::WrongSignatureType)));
    assert_eq!(judged(["something new"; 4]), (Status::Unknown, Some(Cause::ClobOutage)));
}

/// An RPC that was silent is not suggested again, also where it is the usual one.
#[test]
fn another_rpc_than_the_silent_one_is_suggested() {
    const USUAL: &str = "https://polygon.drpc.org";
    const OTHER: &str = "https://polygon-rpc.com";
    for (asked, other) in [(USUAL, OTHER), ("https://polygon.drpc.org/", OTHER), (OTHER, USUAL)] {
        let mut facts = at_the_official_host();
        let environment = [("PRIVATE_KEY", DEMO_KEY), ("POLYMARKET_RPC_URL", asked)];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
        facts.setup = Setup::of(&settings::load(&inputs).unwrap(), false);
        facts.chain = failed(Failure::TimedOut { after_ms: 10_000 });
        let finding = (find("wallet.map").unwrap().judge)(&facts);
        let wanted = vec![(Setting::RpcUrl, Try::Value(other.to_owned()))];
        assert_eq!(finding.fix.as_ref().unwrap().tries, wanted, "{asked}: {finding:?}");
    }
}

#[test]
fn a_clob_that_is_slower_than_the_deadline_is_not_proven_to_be_unreachable() {
    let mut facts = at_the_official_host();
    facts.server_time = failed(Failure::TimedOut { after_ms: 5_000 });
    let finding = (find("net.reach").unwrap().judge)(&facts);
    assert_eq!(finding.status, Status::Unknown, "{finding:?}");
    assert!(finding.suspicions.iter().all(|suspicion| suspicion.certainty != Certainty::Proven), "{finding:?}");
    assert!(finding.fix.as_ref().unwrap().text.contains("--timeout"), "{finding:?}");
}
