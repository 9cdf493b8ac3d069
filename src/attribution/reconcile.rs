//! An account's own trades set beside those under a builder's code.
//!
//! Both listings give the newest trades first, so reading on in whichever is behind keeps them in step:
//! what has met its counterpart is forgotten, and memory holds only what is still open, however long
//! the listings are. Nothing depends on that order but how much is held, and what may be said of a
//! listing that was not read to its end.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use alloy_primitives::Address;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::pool::{Name, UnmatchedTrades};
use super::trade::{BuilderTrade, OwnTrade};

/// How long a trade may take to count, as the service publishes it.
pub const PENDING_S: i64 = 24 * 60 * 60;

/// Whose trades they are.
#[derive(Clone, Debug)]
pub struct AccountIdentity {
    /// The account's wallet. The builder's listing also has trades of the builder's other users.
    pub maker: Address,
    /// The configured API key: orders of another one were sent by another client.
    pub api_key: Option<String>,
    /// When the builder key was made, where the key and not a code attributes; Unix seconds.
    pub builder_key_made_s: Option<i64>,
}

/// Which listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingSide {
    /// The account's own trades, `GET /data/trades`.
    Own,
    /// The trades under the builder's code, `GET /builder/trades`.
    Listed,
}

/// How far a listing was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// To the end that the question set.
    Complete,
    /// As far as its oldest row.
    Partial,
}

/// A trade of the account that the builder's listing does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unlisted {
    /// Its row in the account's own listing.
    #[serde(flatten)]
    pub trade: OwnTrade,
    /// Why it is probably not listed: inferred from the row, since no service says why.
    pub reason: Reason,
}

/// The likely reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Younger than the published 24 hours.
    Young,
    /// The trade itself failed on chain.
    Failed,
    /// Another API key sent the order.
    OtherClient,
    /// The builder key was made later.
    BeforeBuilderKey,
    /// The order went out without the builder's code or headers.
    NotCarried,
}

impl Reason {
    /// The reason as a phrase without a full stop, such as `made before the builder key was created`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Young => "less than 24 hours old, so it may still be counted",
            Self::Failed => "the trade failed, and failed trades count for nobody",
            Self::OtherClient => "sent with a different API key: by another client, or on polymarket.com itself",
            Self::BeforeBuilderKey => "made before the builder key was created",
            Self::NotCarried => {
                "the order had no builder code or a different one, or its builder headers were silently dropped"
            }
        }
    }
}

/// What setting the listings side by side came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// Both listings were read to their ends, and can be compared.
    pub complete: bool,
    /// False where the builder's listing has trades of this account, and none of them is among its own:
    /// then the listings name trades in different ways, and nothing is missing by that.
    pub comparable: bool,
    /// Trades in the account's own listing, as far as it was read.
    pub own: u64,
    /// Trades in the builder's listing, as far as it was read.
    pub listed: u64,
    /// In both.
    pub matched: u64,
    /// In the builder's listing, and not of this account.
    pub foreign: u64,
    /// Own trades of a time up to which the builder's listing was not read.
    pub unjudged: u64,
    /// Own trades that are not under the builder's code, the newest first.
    pub missing: Vec<Unlisted>,
    /// Own trades that are not listed but may still be: less than 24 hours old, the newest first.
    pub pending: Vec<Unlisted>,
    /// The oldest time up to which both listings were read, where not to the end.
    pub judged_since: Option<Timestamp>,
}

impl Reconciliation {
    /// How often each reason is the likely one, the most frequent first.
    pub fn reasons(&self) -> Vec<(Reason, usize)> {
        let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
        for unlisted in &self.missing {
            *counts.entry(unlisted.reason).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        counts
    }
}

/// Takes in both listings, page by page.
#[derive(Debug)]
pub struct Reconciler {
    whose: AccountIdentity,
    own: Progress,
    listed: Progress,
    /// Own trades that the builder's listing has not had yet.
    open: UnmatchedTrades<OwnTrade>,
    /// Trades under the account's wallet in the builder's listing that its own has not had yet.
    waiting: UnmatchedTrades<()>,
    of_others: u64,
    matched: u64,
}

impl Reconciler {
    /// Starts with nothing read of either listing.
    pub fn new(whose: AccountIdentity) -> Self {
        let (own, listed) = (Progress::default(), Progress::default());
        Self {
            whose,
            own,
            listed,
            open: UnmatchedTrades::default(),
            waiting: UnmatchedTrades::default(),
            of_others: 0,
            matched: 0,
        }
    }

    /// The listing to read on in, so that both stay in step.
    pub fn behind(&self) -> ListingSide {
        let position = |progress: &Progress| progress.oldest_s.unwrap_or(i64::MAX);
        if position(&self.listed) >= position(&self.own) { ListingSide::Listed } else { ListingSide::Own }
    }

    /// Own trades read, the builder's read, and those in both.
    pub fn counts(&self) -> [u64; 3] {
        [self.own.rows, self.listed.rows, self.matched]
    }

    /// How far back both were read; Unix seconds.
    pub fn oldest_s(&self) -> Option<i64> {
        self.own.oldest_s.max(self.listed.oldest_s)
    }

    /// Takes in a row of the builder's listing; a trade of another user is only counted.
    pub fn add_listed(&mut self, trade: &BuilderTrade) {
        self.listed.pass(trade.matched_s());
        let is_own_key = trade.owner.is_some() && trade.owner == self.whose.api_key;
        if !is_own_key && trade.maker.is_some_and(|maker| maker != self.whose.maker) {
            self.of_others += 1;
            return;
        }
        let name = Name::of(&trade.id, trade.transaction_hash.as_deref());
        if self.open.take(name).is_some() {
            self.matched += 1;
        } else {
            self.waiting.put(name, ());
        }
    }

    /// Takes in a row of the account's own listing.
    pub fn add_own(&mut self, trade: OwnTrade) {
        self.own.pass(Some(trade.match_time.as_second()));
        let name = Name::of(&trade.id, trade.transaction_hash.as_deref());
        if self.waiting.take(name).is_some() {
            self.matched += 1;
        } else {
            self.open.put(name, trade);
        }
    }

    /// Judges what is read so far. `now_s` is the service's clock in Unix seconds.
    pub fn judge(&self, now_s: i64, own: Coverage, listed: Coverage) -> Reconciliation {
        let under_this_wallet = self.matched + self.waiting.len();
        let comparable = self.own.rows == 0 || under_this_wallet == 0 || self.matched > 0;
        let judged_since = [self.own.since(own), self.listed.since(listed)].into_iter().flatten().max();
        let is_judged = |at: i64| comparable && self.listed.since(listed).is_none_or(|since| at > since);
        let mut outcome = Reconciliation {
            complete: comparable && own == Coverage::Complete && listed == Coverage::Complete,
            comparable,
            own: self.own.rows,
            listed: self.listed.rows,
            matched: self.matched,
            foreign: self.of_others + if own == Coverage::Complete { self.waiting.len() } else { 0 },
            judged_since: judged_since.and_then(|seconds| Timestamp::from_second(seconds).ok()),
            ..Reconciliation::default()
        };
        for trade in self.open.values() {
            let at = trade.match_time.as_second();
            if !is_judged(at) {
                outcome.unjudged += 1;
                continue;
            }
            let reason = self.whose.reason(trade, now_s);
            let list = if reason == Reason::Young { &mut outcome.pending } else { &mut outcome.missing };
            list.push(Unlisted { trade: trade.clone(), reason });
        }
        for list in [&mut outcome.missing, &mut outcome.pending] {
            list.sort_by(|a, b| (b.trade.match_time, &a.trade.id).cmp(&(a.trade.match_time, &b.trade.id)));
        }
        outcome
    }
}

impl AccountIdentity {
    fn reason(&self, trade: &OwnTrade, now_s: i64) -> Reason {
        let at = trade.match_time.as_second();
        let is_failed = trade.status.as_deref().is_some_and(|status| status.ends_with("FAILED"));
        let is_of_another_key = trade.owner.is_some() && self.api_key.is_some() && trade.owner != self.api_key;
        if now_s - at < PENDING_S {
            Reason::Young
        } else if is_failed {
            Reason::Failed
        } else if self.builder_key_made_s.is_some_and(|made_s| at < made_s) {
            Reason::BeforeBuilderKey
        } else if is_of_another_key {
            Reason::OtherClient
        } else {
            Reason::NotCarried
        }
    }
}

/// How far a listing was read.
#[derive(Debug, Default)]
struct Progress {
    rows: u64,
    oldest_s: Option<i64>,
    /// A row came that was newer than one before it, or had no time: then the oldest row bounds nothing.
    unordered: bool,
}

impl Progress {
    fn pass(&mut self, at: Option<i64>) {
        self.rows += 1;
        self.unordered |= at.is_none() || at > self.oldest_s.or(at);
        self.oldest_s = [self.oldest_s, at].into_iter().flatten().min();
    }

    /// After which moment everything was read; `None` when all of it was.
    fn since(&self, read: Coverage) -> Option<i64> {
        match read {
            Coverage::Complete => None,
            Coverage::Partial if self.unordered => Some(i64::MAX),
            Coverage::Partial => Some(self.oldest_s.unwrap_or(i64::MAX)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const MAKER: Address = Address::repeat_byte(7);
    const NOW_S: i64 = 1_790_000_000;

    fn own(number: usize, at: i64) -> OwnTrade {
        let row = json!({ "id": format!("own-{number}"), "match_time": at.to_string(), "owner": "key",
            "transaction_hash": format!("0x{number:064x}") });
        OwnTrade::read(&row, MAKER).unwrap()
    }

    /// Named by its id or, in every third, by its transaction only.
    fn listed(number: usize, at: i64, maker: Address) -> BuilderTrade {
        let id = if number.is_multiple_of(3) { format!("builder-{number}") } else { format!("own-{number}") };
        let row = json!({ "id": id, "matchTime": at.to_string(), "maker": maker.to_string(),
            "transactionHash": format!("0x{number:064X}").replace("0X", "0x") });
        BuilderTrade::read(&row).unwrap()
    }

    fn whose() -> AccountIdentity {
        AccountIdentity { maker: MAKER, api_key: Some("key".to_owned()), builder_key_made_s: None }
    }

    fn names(trades: &[Unlisted]) -> Vec<&str> {
        trades.iter().map(|unlisted| unlisted.trade.id.as_str()).collect()
    }

    proptest! {
        /// Whatever is attributed, and wherever reading stops: read whole, exactly the rest is missing;
        /// read in part, nothing is that is not.
        #[test]
        fn what_is_missing_is_found_and_nothing_else(
            attributed in prop::collection::vec(any::<bool>(), 1..80),
            stop_own in 0_usize..80,
            stop_listed in 0_usize..160,
        ) {
            let at = |number: usize| NOW_S - 2 * PENDING_S - 60 * i64::try_from(number).unwrap();
            let truth: Vec<String> = (0..attributed.len()).filter(|n| !attributed[*n]).map(|n| format!("own-{n}")).collect();
            let others = |number: usize| listed(1000 + number, at(number), Address::ZERO);
            let of_builder: Vec<BuilderTrade> = (0..attributed.len())
                .flat_map(|n| [Some(others(n)), attributed[n].then(|| listed(n, at(n), MAKER))])
                .flatten()
                .collect();
            let comparable = truth.len() < attributed.len();

            let mut whole = Reconciler::new(whose());
            for trade in &of_builder {
                whole.add_listed(trade);
            }
            (0..attributed.len()).for_each(|n| whole.add_own(own(n, at(n))));
            let found = whole.judge(NOW_S, Coverage::Complete, Coverage::Complete);
            prop_assert_eq!(names(&found.missing), truth.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(found.foreign, attributed.len() as u64);
            prop_assert!(found.complete || !comparable);

            let mut part = Reconciler::new(whose());
            (0..attributed.len().min(stop_own)).for_each(|n| part.add_own(own(n, at(n))));
            of_builder.iter().take(stop_listed).for_each(|trade| part.add_listed(trade));
            let found = part.judge(NOW_S, Coverage::Partial, Coverage::Partial);
            prop_assert!(!found.complete);
            for name in names(&found.missing) {
                prop_assert!(truth.iter().any(|missing| missing == name), "{}", name);
            }
        }
    }

    #[test]
    fn a_listing_in_no_order_proves_nothing_until_it_is_read_to_its_end() {
        let mut both = Reconciler::new(whose());
        for (number, ago) in [(1, 5), (2, 9), (4, 2)] {
            both.add_listed(&listed(number, NOW_S - ago * PENDING_S, MAKER));
        }
        both.add_own(own(1, NOW_S - 5 * PENDING_S));
        both.add_own(own(7, NOW_S - 3 * PENDING_S));
        let found = both.judge(NOW_S, Coverage::Complete, Coverage::Partial);
        assert_eq!((found.missing.len(), found.unjudged), (0, 1));
    }

    #[test]
    fn listings_that_name_trades_differently_are_not_compared() {
        let mut both = Reconciler::new(whose());
        both.add_listed(&listed(1, NOW_S - 5 * PENDING_S, MAKER));
        both.add_own(own(2, NOW_S - 5 * PENDING_S));
        let found = both.judge(NOW_S, Coverage::Complete, Coverage::Complete);
        assert_eq!((found.comparable, found.complete, found.missing.len()), (false, false, 0));
    }

    #[test]
    fn each_reason_has_its_trade() {
        let old = NOW_S - 3 * PENDING_S;
        let failed = OwnTrade { status: Some("TRADE_STATUS_FAILED".to_owned()), ..own(2, old) };
        let foreign = OwnTrade { owner: Some("other".to_owned()), ..own(3, old) };
        let mut both = Reconciler::new(AccountIdentity { builder_key_made_s: Some(old), ..whose() });
        for trade in [own(1, NOW_S - 60), failed, foreign, own(4, old - 1), own(5, old)] {
            both.add_own(trade);
        }
        let found = both.judge(NOW_S, Coverage::Complete, Coverage::Complete);
        assert_eq!(names(&found.pending), ["own-1"]);
        let reasons: BTreeMap<&str, Reason> =
            found.missing.iter().map(|unlisted| (unlisted.trade.id.as_str(), unlisted.reason)).collect();
        let expected = [
            ("own-2", Reason::Failed),
            ("own-3", Reason::OtherClient),
            ("own-4", Reason::BeforeBuilderKey),
            ("own-5", Reason::NotCarried),
        ];
        assert_eq!(reasons, expected.into());
    }
}
