//! The accounts of the pictures: real runs against the sandbox, recorded by `recorded/record` and judged
//! anew each time, so that the words and lengths on the screens are the product's own. What no run stands
//! still for, such as a run that goes on, is made from them.

use alloy_primitives::U256;
use polydoctor::facts::probe::Probe;
use polydoctor::facts::{BuilderKey, Fact, Facts, Failure, NonceKey};
use polydoctor::report::Report;
use polydoctor::tui::state::message::Observed;
use polydoctor::tui::state::panels::credentials::AccountKeys;

/// When each of them began.
pub(super) const STARTED_MS: i64 = 1_795_269_600_000;

fn recorded(record: &str) -> Facts {
    let facts: Facts = serde_json::from_str(record).unwrap();
    assert_eq!(facts.started_ms, STARTED_MS);
    facts
}

pub(super) fn judged(facts: Facts) -> Observed {
    let report = Report::of(&facts);
    Observed { facts, report }
}

/// Nothing known yet.
pub(super) fn waiting() -> Observed {
    judged(Facts::default())
}

pub(super) fn healthy() -> Observed {
    judged(recorded(include_str!("recorded/healthy.json")))
}

/// Only the clock is worth a word.
pub(super) fn degraded() -> Observed {
    judged(recorded(include_str!("recorded/degraded.json")))
}

/// The funder is the signer; the configured API key is another's; the clock drifts.
pub(super) fn failed() -> Observed {
    judged(recorded(include_str!("recorded/failed.json")))
}

/// Nothing answered.
pub(super) fn unreachable() -> Observed {
    judged(recorded(include_str!("recorded/unreachable.json")))
}

/// The configured secret is not the derived one, and the passphrase is not set.
pub(super) fn credentials() -> Observed {
    judged(recorded(include_str!("recorded/credentials.json")))
}

/// Six seconds in: trading is closed here, the node is slow, the builder's relayer has just been asked.
fn underway() -> Facts {
    let mut facts = healthy().facts;
    facts.elapsed_ms = None;
    if let Fact::Known { value, .. } = &mut facts.geoblock {
        (value.blocked, value.country) = (true, "US".to_owned());
    }
    facts.chain = Fact::Running { since_ms: 12 };
    facts.builder_access = Fact::Running { since_ms: 3_900 };
    (facts.ownership, facts.balance_allowance, facts.builder_trades) = (Fact::Waiting, Fact::Waiting, Fact::Waiting);
    for request in &mut facts.requests {
        if matches!(request.probe, Some(Probe::Chain | Probe::BuilderAccess)) {
            (request.status, request.elapsed_ms) = (None, None);
        }
    }
    facts
}

pub(super) fn running() -> Observed {
    judged(underway())
}

/// A person stopped the run that [`running`] shows.
pub(super) fn stopped() -> Observed {
    let mut facts = underway();
    facts.elapsed_ms = Some(6_200);
    if let Fact::Known { value, .. } = &mut facts.geoblock {
        value.blocked = false;
    }
    facts.chain = Fact::Failed { failure: Failure::Stopped, took_ms: 6_188 };
    facts.builder_access = Fact::Failed { failure: Failure::Stopped, took_ms: 2_300 };
    judged(facts)
}

/// The wallets of the key, before the node has answered.
pub(super) fn looked() -> Facts {
    Facts { chain: Fact::Waiting, ownership: Fact::Waiting, profile: Fact::Waiting, ..healthy().facts }
}

/// What a scan finds on the account of [`credentials`].
pub(super) fn scanned() -> Vec<NonceKey> {
    let key = credentials().facts.setup.credentials.and_then(|set| set.key().map(str::to_owned));
    let keys = [key, None, Some("77f0a3c2-11e4-4a02-9d9b-5d3b1c9f0e12".to_owned()), None];
    (0_u64..).zip(keys).map(|(nonce, key)| NonceKey { nonce: U256::from(nonce), key }).collect()
}

/// The keys that its service lists.
pub(super) fn account_keys() -> AccountKeys {
    let builder = |key: &str, revoked| BuilderKey { key: key.to_owned(), revoked, created_ms: None, revoked_ms: None };
    let api = scanned().into_iter().filter_map(|nonce| nonce.key).collect();
    AccountKeys {
        api: Ok(api),
        readonly: Ok(Vec::new()),
        builder: Ok(vec![
            builder("019894b9-cb40-79c4-b2bd-6aecb6f8c6c5", true),
            builder("01a1fdc7-55cf-737f-a218-d63de21979a7", false),
        ]),
    }
}
