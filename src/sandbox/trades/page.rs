//! A list in pages.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// One page of a list. A cursor is base64 of the offset of the page's first entry; that of the last
/// page's end is base64 of `-1`. `None` when the cursor is none of ours.
pub(in crate::sandbox) fn page(
    cursor: Option<&str>,
    limit: usize,
    total: usize,
    rows: impl FnOnce(Range<usize>) -> Vec<Value>,
) -> Option<Value> {
    let start: i64 = match cursor {
        None => 0,
        Some(text) => String::from_utf8(STANDARD.decode(text).ok()?).ok()?.parse().ok()?,
    };
    // Asking on behind the end gives an empty last page.
    let start = usize::try_from(start).map_or(total, |start| start.min(total));
    let end = total.min(start + limit);
    let next = if end < total { end.to_string() } else { "-1".to_owned() };
    let data = rows(start..end);
    Some(json!({ "limit": limit, "count": data.len(), "next_cursor": STANDARD.encode(next), "data": data }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let ask = |cursor: Option<&str>, total| page(cursor, 10, total, |range| range.map(Value::from).collect());
        let first = ask(Some("MA=="), 25).unwrap();
        assert_eq!(first, ask(None, 25).unwrap());
        let second = ask(first["next_cursor"].as_str(), 25).unwrap();
        let third = ask(second["next_cursor"].as_str(), 25).unwrap();
        assert_eq!([&first, &second, &third].map(|page| page["count"].clone()), [10, 10, 5].map(Value::from));
        assert_eq!(third["next_cursor"], "LTE=");
        assert_eq!(ask(Some("LTE="), 25).unwrap()["count"], 0);
        assert_eq!(ask(Some("nonsense"), 25), None);
        assert_eq!(ask(None, 0).unwrap()["next_cursor"], "LTE=");
    }
}
