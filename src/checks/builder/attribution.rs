//! Would orders carry the builder's code, and do the trades?

use super::super::Finding;
use super::super::clock::service_unknown;
use crate::attribution::Reconciliation;
use crate::auth::builder::usable_code;
use crate::cause::Cause;
use crate::facts::{BuilderFees, BuilderTrades, Facts, Failure};
use crate::settings::Setting;

pub(in crate::checks) fn attribution(facts: &Facts) -> Finding {
    let code = facts.setup.builder_code.as_ref();
    let finding = judge(facts);
    match (code, facts.builder_fees.known(), facts.builder_fees.failure()) {
        (Some(_), Some(fees), _) => finding.with("fees of the code", in_percent(*fees)),
        (Some(_), None, Some(failure)) if failure.is_refusal() || failure.status() == Some(404) => {
            finding.with("fees of the code", failure)
        }
        _ => finding,
    }
}

fn judge(facts: &Facts) -> Finding {
    let code = facts.setup.builder_code.as_ref();
    let version = facts.protocol_version();
    if let Some(code) = code
        && let Err(wrong) = usable_code(&code.value)
    {
        return Finding::fail(Cause::BuilderCodeMissing, format!("The builder code {wrong}"))
            .likely(0.9)
            .proven()
            .set(Setting::BuilderCode, "0x and 64 hex digits")
            .with("configured", &code.source)
            .fixed_by("Copy the Builder Code from polymarket.com/settings?tab=builder");
    }
    if let (Some(code), Some(failure @ Failure::Refused { status: 404, message, .. })) =
        (code, facts.builder_fees.failure())
        // a server without this endpoint answers 404 too
        && message.to_lowercase().contains("builder code")
    {
        return Finding::fail(
            Cause::BuilderCodeMissing,
            "The builder code is not registered, so it attributes nothing",
        )
        .likely(0.9)
        .proven()
        .set(Setting::BuilderCode, "0x and 64 hex digits")
        .with("configured", &code.source)
        .with("answer", failure)
        .fixed_by("Copy the Builder Code from polymarket.com/settings?tab=builder");
    }
    if code.is_none() && facts.setup.builder.is_none() {
        return Finding::note("No builder code or credentials configured; trades are not attributed");
    }
    if code.is_none() && version >= 2 {
        return Finding::warn(
            Cause::BuilderCodeMissing,
            "Builder credentials alone attribute nothing: since version 2 the order contains a builder code",
        )
        .likely(0.85)
        .proven()
        .set(Setting::BuilderCode, "0x and 64 hex digits")
        .fixed_by("Copy the Builder Code from polymarket.com/settings?tab=builder and pass it with each order");
    }
    let beside = facts.own_trades.known().and_then(|own| own.reconciliation.as_ref());
    if let Some(found) = beside.and_then(unattributed) {
        return found;
    }
    match (facts.builder_trades.known(), facts.builder_trades.failure()) {
        (Some(trades), _) if trades.on_first_page == 0 => {
            Finding::note("No trade is attributed yet; new ones can take a day to count")
        }
        (Some(trades), _) => listed(trades, beside),
        (None, Some(failure)) if failure.is_refusal() && code.is_some() => {
            Finding::fail(Cause::BuilderCodeMissing, "The CLOB rejects the trade query for this builder code")
                .likely(0.5)
                .or(Cause::ProxyTampering, 0.3)
                .with("answer", failure)
                .fixed_by("Copy the Builder Code from polymarket.com/settings?tab=builder")
        }
        (None, Some(failure)) if failure.is_refusal() => {
            Finding::fail(Cause::BuilderCredentialsInvalid, "The CLOB rejects the request for the builder's trades")
                .likely(0.6)
                .with("answer", failure)
        }
        (None, Some(failure)) => service_unknown(facts, "The list of attributed trades", failure),
        (None, None) => Finding::not_asked("Nothing was requested"),
    }
}

/// Trades are listed under the builder. Whether they are this account's is another question: the listing
/// has those of everybody who orders through the builder.
fn listed(trades: &BuilderTrades, beside: Option<&Reconciliation>) -> Finding {
    let more = if trades.more { " or more" } else { "" };
    let listed = format!("{}{more}", trades.on_first_page);
    let finding = match beside {
        Some(beside) if beside.comparable && beside.matched > 0 => {
            let (matched, own) = (beside.matched, beside.own);
            Finding::pass(format!("{matched} of the funder's {own} newest trades are listed under the builder"))
        }
        Some(beside) if beside.own == 0 => {
            Finding::note(format!("{listed} trades are listed under the builder; this account has none"))
        }
        Some(_) => Finding::note(format!("{listed} trades are listed under the builder; none is this account's")),
        None => Finding::note(format!(
            "{listed} trades are listed under the builder; whether any is this account's could not be determined"
        )),
    };
    let newest = trades.newest_s.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    let finding = finding.with("listed", listed).with(
        "newest",
        newest.map_or_else(|| "no time".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string()),
    );
    match beside {
        Some(beside) => finding.with("of the funder's own trades", own_share(beside)),
        None => finding,
    }
}

/// What the newest trades of both listings say, when some are not attributed.
fn unattributed(found: &Reconciliation) -> Option<Finding> {
    if !found.missing.is_empty() {
        let summary = format!(
            "{} of the {} newest trades of the funder are not listed under the builder code",
            found.missing.len(),
            found.own
        );
        let finding = Finding::warn(Cause::TradesUnattributed, summary).likely(0.7).proven();
        let finding = found
            .reasons()
            .into_iter()
            .fold(finding, |finding, (reason, count)| finding.with(format!("{count} of them"), reason.words()));
        return Some(
            finding
                .fixed_by("Pass the builder code with each order. Trades made on polymarket.com itself have none, and need none")
                .command("polydoctor builder reconcile"),
        );
    }
    let pending = found.pending.len();
    (pending > 0).then(|| {
        Finding::note(format!(
            "{pending} trades of the last day are not listed under the builder code yet; it can take a day",
        ))
    })
}

fn own_share(beside: &Reconciliation) -> String {
    if beside.comparable {
        format!("{} of the {} newest are among them", beside.matched, beside.own)
    } else {
        "not comparable: the two listings use different trade IDs".to_owned()
    }
}

fn in_percent(fees: BuilderFees) -> String {
    let percent = |bps: u32| format!("{}.{:02} %", bps / 100, bps % 100);
    format!("taker {}, maker {}", percent(fees.taker_bps), percent(fees.maker_bps))
}
