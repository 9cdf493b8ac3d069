//! How much is signed for one token.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use thiserror::Error;

/// So many in a time, written `50/s`, `600/m` or `5000/h`. As many may come at once; the rest is spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit(Quota);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not NUMBER/s, NUMBER/m or NUMBER/h, such as 50/s")]
pub struct NotARate;

impl FromStr for RateLimit {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        let (number, unit) = text.trim().split_once('/').ok_or(NotARate)?;
        let number: NonZeroU32 = number.parse().map_err(|_| NotARate)?;
        match unit {
            "s" => Ok(Self(Quota::per_second(number))),
            "m" => Ok(Self(Quota::per_minute(number))),
            "h" => Ok(Self(Quota::per_hour(number))),
            _ => Err(NotARate),
        }
    }
}

/// A limit and what of it is used up.
pub(super) struct Throttle {
    limiter: DefaultDirectRateLimiter,
    clock: DefaultClock,
}

impl Throttle {
    pub(super) fn new(RateLimit(quota): RateLimit) -> Self {
        Self { limiter: RateLimiter::direct(quota), clock: DefaultClock::default() }
    }

    /// Takes one; how long to wait when none is left.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.limiter.check().err().map(|refused| refused.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        for (text, allowed) in [("1/s", 1), ("50/m", 50), (" 7/h ", 7)] {
            let throttle = Throttle::new(text.parse().unwrap());
            assert_eq!((0..allowed).filter_map(|_| throttle.wait()).count(), 0, "{text}");
            assert!(throttle.wait().is_some(), "{text}");
        }
        for text in ["", "50", "0/s", "-1/s", "50/d", "50/", "1.5/s", "/s", "50 /s", "4294967296/s"] {
            assert_eq!(text.parse::<RateLimit>(), Err(NotARate), "{text}");
        }
    }
}
