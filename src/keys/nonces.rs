//! The nonce of API credentials, and how it is asked for politely.

use std::time::Duration;

use crate::facts::NonceKey;

/// Four things that are called nonce, and what each is.
pub const NONCES: [(&str, &str); 4] = [
    (
        "this nonce (POLY_NONCE)",
        "selects which API credentials of the signer are used. It is not used up: the same nonce always returns the same ones, and it stays 0 unless you want more than one",
    ),
    (
        "order nonce",
        "a field of version 1 orders, compared with the exchange contract (invalid nonce); version 2 orders have none",
    ),
    ("wallet nonce", "counts what a Safe or a deposit wallet has executed; the relayer requires it"),
    ("transaction nonce", "counts the transactions of the signer on Polygon"),
];

/// So many requests go out without a pause.
const AT_ONCE: u64 = 20;
/// After that five a second: half of what the service allows for all of `/auth/` (100 in 10 s), so
/// that bots on the same address are not held up.
const PAUSE: Duration = Duration::from_millis(200);

/// When the request with this number may be sent, counted from the start of a scan.
pub fn due(number: u64) -> Duration {
    let paused = u32::try_from(number.saturating_add(1).saturating_sub(AT_ONCE)).unwrap_or(u32::MAX);
    PAUSE.saturating_mul(paused)
}

/// Which of the nonces holds this key.
pub fn belongs_to<'a>(found: &'a [NonceKey], key: &str) -> Option<&'a NonceKey> {
    found.iter().find(|nonce| nonce.key.as_deref() == Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_never_asks_more_than_half_of_what_is_allowed_for_long() {
        assert_eq!(due(0), Duration::ZERO);
        assert_eq!(due(18), Duration::ZERO);
        for first in 0..200 {
            let window = due(first) + Duration::from_secs(10);
            let in_window = (first..first + 200).take_while(|number| due(*number) < window).count();
            assert!(in_window <= 75, "{in_window} requests in ten seconds from number {first}");
        }
        assert!(due(u64::MAX) > Duration::from_secs(1_000_000));
    }
}
