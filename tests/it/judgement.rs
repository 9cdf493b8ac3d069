//! Judgements on facts that no server here gives: made by hand.

use alloy_primitives::U256;
use polydoctor::checks::{Status, find};
use polydoctor::diagnosis::Cause;
use polydoctor::engine::facts::{CredentialsFact, Derived, Fact, Facts, Failure};
use polydoctor::secret::Secret;
use polydoctor::settings::{Source, Sourced, secret_fact};

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
    assert!(!before.summary.contains("the funder's"), "{}", before.summary);
    facts.funder_address = known(());
    let finding = judge(&facts);
    assert_eq!((finding.status, finding.suspicions[0].cause), (Status::Fail, Cause::CredentialsOtherAddress));
    assert!(finding.summary.contains("the funder's"), "{}", finding.summary);
    assert!(finding.suspicions[0].likelihood > before.suspicions[0].likelihood);
}

#[test]
fn a_wait_that_the_server_asks_for_is_said() {
    let mut facts = with_foreign_credentials();
    facts.derived = refused(429, Some(17));
    let finding = (find("creds.derive").unwrap().judge)(&facts);
    assert_eq!(finding.suspicions[0].cause, Cause::RateLimited);
    assert!(finding.evidence.iter().any(|evidence| evidence.value.contains("it asks to wait 17 s")), "{finding:?}");
}
