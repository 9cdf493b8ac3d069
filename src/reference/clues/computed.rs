//! Clues that have to be compared first: times, addresses, what was signed and what was sent.

use std::collections::BTreeSet;

use jiff::fmt::rfc2822::DateTimeParser;
use jiff::fmt::strtime;

use crate::auth::us::TOLERANCE_S;
use crate::cause::Cause;
use crate::reference::ErrorEntry;

/// Two times of one moment are closer, however slowly somebody typed the commands.
const APART_S: f64 = 20.0;

pattern!(HTTP_DATE, r"(?im)^\W*date:\s*(\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d GMT)");
pattern!(UNIX_DATE, r"\b(\w{3} \w{3} +\d{1,2} \d\d:\d\d:\d\d) UTC (\d{4})\b");
pattern!(SERVER, r"(?s)/time\b[^0-9]{1,40}\b(1[5-9]\d{8}|2\d{9})\b");
pattern!(STAMP, r"(?:POLY_TIMESTAMP|X-PM-Timestamp)\W{1,8}(\d{10})(\d{3})?\b");
pattern!(LOCAL, r"(?s)date \+%s[^0-9]{1,300}?\b(1[5-9]\d{8}|2\d{9})\b");
pattern!(STAMPS, r"\b(1[5-9]\d{8}|2\d{9})\b");

// a time, a method and a path that are put together, in a log or in code
pattern!(
    SIGNED,
    r#"(?:\b\d{10}(?:\d{3})?|\b(?:ts|timestamp|time|now)\b[\s"'`+.,&)}|]*|\}["'`\s+.,]*)(GET|POST|DELETE|PUT|get|post|delete|put)[\s"'`+.,&|]*(/[A-Za-z0-9/_-]+(?:\?[^\s"'`]*)?)"#
);
pattern!(
    SENT,
    r"(?m)(?:^|[\s`'(:>])(GET|POST|DELETE|PUT)\s+(?:https?://[^/\s]+)?(/[A-Za-z0-9/_-]+)|https?://(?:clob|api)\.polymarket\.(?:com|us)(/[A-Za-z0-9/_-]+)"
);

pattern!(NONCE, r#"(?i)nonce["']?\s*[:=]\s*["']?(\d{1,6})\b"#);
pattern!(MAKER, r"(?i)\bmaker(?:_?address)?\W{1,8}(0x[0-9a-f]{40})\b");
pattern!(SIGNER, r"(?i)\b(?:signer|eoa|metamask)(?:[_ ]?(?:address|wallet))?\W{1,8}(0x[0-9a-f]{40})\b");
pattern!(FUNDER, r"(?i)\b(?:funder|proxy|safe)(?:[_ ]?(?:address|wallet))?\W{1,8}(0x[0-9a-f]{40})\b");
pattern!(FROM, r"(?i)\bfrom\W{1,6}(0x[0-9a-f]{40})\b");
pattern!(TYPE, r"(?i)\bsig(?:nature)?[_ ]?type\W{1,8}([0-3])\b");

/// The causes that come of a comparison.
pub(super) fn shown(entry: &ErrorEntry, text: &str) -> Vec<Cause> {
    let mut shown = Vec::new();
    shown.extend(of_signing(entry, text));
    shown.extend(of_time(entry, text));
    shown.extend(of_addresses(entry, text));
    let nonces: BTreeSet<&str> =
        NONCE.captures_iter(text).filter_map(|found| found.get(1)).map(|it| it.as_str()).collect();
    if nonces.len() > 1 && entry.weight_of(Cause::L1NonceMismatch).is_some() {
        shown.push(Cause::L1NonceMismatch);
    }
    shown
}

/// What was put together to be signed against what was sent.
fn of_signing(entry: &ErrorEntry, text: &str) -> Option<Cause> {
    let is_us = entry.weight_of(Cause::UsSignatureInput).is_some();
    if !is_us && entry.weight_of(Cause::PathMismatch).is_none() {
        return None;
    }
    let signed = SIGNED.captures(text)?;
    let (method, path) = (&signed[1], &signed[2]);
    let cause = |cause: Cause| Some(if is_us { Cause::UsSignatureInput } else { cause });
    if method.chars().all(|c| c.is_ascii_lowercase()) {
        return cause(Cause::MethodMismatch);
    }
    if path.contains('?') {
        return cause(Cause::PathHasQuery);
    }
    let whole = signed.get(0)?;
    let sent: Vec<_> = SENT
        .captures_iter(text)
        .filter(|sent| sent.get(0).is_none_or(|it| !whole.range().contains(&it.start())))
        .collect();
    let paths: Vec<&str> = sent.iter().filter_map(|sent| sent.get(2).or(sent.get(3))).map(|it| it.as_str()).collect();
    if !paths.is_empty() && !paths.contains(&path) {
        return cause(Cause::PathMismatch);
    }
    let methods: Vec<&str> = sent.iter().filter_map(|sent| sent.get(1)).map(|it| it.as_str()).collect();
    (!methods.is_empty() && !methods.contains(&method)).then_some(()).and_then(|()| cause(Cause::MethodMismatch))
}

/// Times of one moment that two machines tell.
fn of_time(entry: &ErrorEntry, text: &str) -> Option<Cause> {
    let first = |pattern: &regex::Regex, group: usize| {
        pattern.captures(text).and_then(|found| found.get(group)?.as_str().parse::<f64>().ok())
    };
    if entry.weight_of(Cause::BuilderCredentialsInvalid).is_some() {
        let is_signer = text.contains("/sign") || text.contains("POLY_BUILDER_TIMESTAMP");
        let stamps = STAMPS.captures_iter(text).filter_map(|found| found[1].parse::<f64>().ok());
        let (least, most) = stamps.fold((f64::MAX, f64::MIN), |(least, most), it| (least.min(it), most.max(it)));
        return (is_signer && most - least > APART_S).then_some(Cause::RemoteSignerClock);
    }
    let own = first(&STAMP, 1).or_else(|| unix_date(text)).or_else(|| first(&LOCAL, 1))?;
    let server = http_date(text).or_else(|| first(&SERVER, 1))?;
    let apart = (own - server).abs();
    if entry.weight_of(Cause::UsClock).is_some() {
        return (apart > TOLERANCE_S).then_some(Cause::UsClock);
    }
    (apart > APART_S && entry.weight_of(Cause::ClockDrift).is_some()).then_some(Cause::ClockDrift)
}

#[allow(clippy::cast_precision_loss)] // seconds of this century
fn http_date(text: &str) -> Option<f64> {
    let date = HTTP_DATE.captures(text)?;
    Some(DateTimeParser::new().parse_timestamp(&date[1]).ok()?.as_second() as f64)
}

/// What `date -u` prints.
#[allow(clippy::cast_precision_loss)] // seconds of this century
fn unix_date(text: &str) -> Option<f64> {
    let date = UNIX_DATE.captures(text)?;
    let time = strtime::parse("%a %b %d %H:%M:%S %Y", format!("{} {}", &date[1], &date[2])).ok()?;
    Some(time.to_datetime().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second() as f64)
}

/// Whose addresses a log names, and whether they fit the type beside them.
fn of_addresses(entry: &ErrorEntry, text: &str) -> Option<Cause> {
    let first = |pattern: &regex::Regex| pattern.captures(text).map(|found| found[1].to_ascii_lowercase());
    let (maker, signer, funder) = (first(&MAKER), first(&SIGNER), first(&FUNDER));
    let names = |cause: Cause| entry.weight_of(cause).is_some().then_some(cause);
    if names(Cause::AllowanceByWrongOwner).is_some() && text.to_ascii_lowercase().contains("allowance") {
        let (from, funder) = (first(&FROM)?, funder?);
        return (from != funder).then_some(Cause::AllowanceByWrongOwner);
    }
    let kind = first(&TYPE)?;
    match (kind.as_str(), maker, signer, funder) {
        ("1" | "2", _, Some(signer), Some(funder)) if signer == funder => names(Cause::FunderIsSigner),
        ("1" | "2", Some(maker), Some(signer), _) if signer == maker => names(Cause::OrderMakerIsSigner),
        ("3", Some(maker), Some(signer), _) if signer != maker => names(Cause::OrderSignerField),
        ("0", Some(maker), Some(signer), _) if signer != maker => names(Cause::WrongSignatureType),
        _ => None,
    }
}
