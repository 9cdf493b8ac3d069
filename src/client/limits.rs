//! How fast hosts are asked by everything that shares one client.
//!
//! Polymarket counts requests by the address that they come from, all accounts together (its page
//! on rate limits), so a thousand accounts on one machine stand in one line a host.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use url::Url;

/// Requests in 10 seconds that the service publishes, by the beginning of a path; the first that
/// fits counts. The last is the least of what the hosts publish for everything else.
const PUBLISHED: [(&str, u32); 4] = [("/auth/", 100), ("/balance-allowance", 200), ("/data/", 500), ("", 1_000)];
/// The window of the published limits, in seconds.
const WINDOW_S: u32 = 10;

/// What each host may be asked.
#[derive(Default)]
pub struct Limits {
    /// Requests a second for each host, instead of what is published.
    per_second: Option<NonZeroU32>,
    lines: Mutex<HashMap<(String, usize), Arc<HostQueue>>>,
}

/// Whoever asks one host stands here, and goes in the order of coming.
struct HostQueue {
    /// Only the first in line looks at the limiter: the lock is fair, the limiter is not.
    first: tokio::sync::Mutex<()>,
    limiter: DefaultDirectRateLimiter,
}

impl Limits {
    /// Below what the service publishes, so that other programs of this machine find room too.
    pub fn published() -> Self {
        Self::default()
    }

    /// So many requests a second for each host, whatever the service publishes.
    pub fn per_second(count: NonZeroU32) -> Self {
        Self { per_second: Some(count), ..Self::default() }
    }

    /// Waits until a request to this address may be sent.
    pub(super) async fn turn(&self, url: &Url) {
        let line = self.line(url);
        let _first = line.first.lock().await;
        while let Err(early) = line.limiter.check() {
            tokio::time::sleep(early.wait_time_from(DefaultClock::default().now())).await;
        }
    }

    fn line(&self, url: &Url) -> Arc<HostQueue> {
        let host =
            format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        let (class, quota) = match self.per_second {
            Some(count) => (PUBLISHED.len(), exactly(count)),
            None => published(url.path()),
        };
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(HostQueue { first: tokio::sync::Mutex::default(), limiter: RateLimiter::direct(quota) });
        Arc::clone(lines.entry((host, class)).or_insert_with(new))
    }
}

/// A tenth of a second's requests at once, so that short waits of the timer do not add up.
fn exactly(count: NonZeroU32) -> Quota {
    let burst = NonZeroU32::new(count.get() / 10).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(count).allow_burst(burst)
}

/// The place in the table and the quota for a path: a fifth of a window at once and then four fifths
/// in each, so that no window ever holds more than is published.
fn published(path: &str) -> (usize, Quota) {
    let fits = |(prefix, _): &(&str, u32)| path.starts_with(prefix);
    let class = PUBLISHED.iter().position(fits).unwrap_or(PUBLISHED.len() - 1);
    let in_window = PUBLISHED[class].1;
    let at_once = NonZeroU32::new(in_window / 5).unwrap_or(NonZeroU32::MIN);
    let period = Duration::from_secs(WINDOW_S.into()) * 5 / (in_window * 4);
    (class, Quota::with_period(period).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(at_once))
}

/// How long the requests of a run have stood in line, each moment counted once.
#[derive(Default)]
pub struct QueueTime(Mutex<QueueState>);

#[derive(Default)]
struct QueueState {
    requests: usize,
    /// Since when there is at least one.
    since: Option<Instant>,
    before: Duration,
}

/// One request in line, until it is dropped.
pub(super) struct QueueTicket<'a>(&'a QueueTime);

impl QueueTime {
    fn change<T>(&self, change: impl FnOnce(&mut QueueState) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn stand(&self) -> QueueTicket<'_> {
        self.change(|standing| {
            standing.requests += 1;
            standing.since.get_or_insert_with(Instant::now);
        });
        QueueTicket(self)
    }

    fn total(&self) -> Duration {
        self.change(|standing| standing.before + standing.since.map_or(Duration::ZERO, |since| since.elapsed()))
    }

    /// What is left of a run's deadline: time in line does not count.
    pub fn left_of(&self, deadline: Duration, started: Instant) -> Duration {
        (deadline + self.total()).saturating_sub(started.elapsed())
    }
}

impl Drop for QueueTicket<'_> {
    fn drop(&mut self) {
        self.0.change(|standing| {
            standing.requests -= 1;
            if standing.requests == 0 {
                standing.before += standing.since.take().map_or(Duration::ZERO, |since| since.elapsed());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_holds_more_than_is_published() {
        for (prefix, in_window) in PUBLISHED {
            let (_, quota) = published(prefix);
            let window = Duration::from_secs(WINDOW_S.into());
            let sent = f64::from(quota.burst_size().get()) + window.div_duration_f64(quota.replenish_interval());
            assert!(sent <= f64::from(in_window) + 1e-6, "{prefix}: {sent}");
            assert!(sent > f64::from(in_window) * 0.9, "{prefix}: {sent}");
        }
        assert_eq!(published("/auth/api-keys").0, 0);
        assert_eq!(published("/time").0, PUBLISHED.len() - 1);
    }

    #[test]
    fn each_host_and_kind_of_path_has_a_line_of_its_own() {
        let line = |limits: &Limits, url: &str| Arc::as_ptr(&limits.line(&Url::parse(url).unwrap()));
        let (own, all) = (Limits::published(), Limits::per_second(NonZeroU32::MIN));
        assert_eq!(line(&own, "https://a.example/auth/x"), line(&own, "https://a.example:443/auth/y?z=1"));
        assert_ne!(line(&own, "https://a.example/auth/x"), line(&own, "https://a.example/time"));
        assert_ne!(line(&own, "https://a.example/time"), line(&own, "https://b.example/time"));
        assert_eq!(line(&all, "https://a.example/auth/x"), line(&all, "https://a.example/time"));
    }

    #[test]
    fn time_in_line_is_counted_once_and_not_against_the_deadline() {
        let (in_line, started) = (QueueTime::default(), Instant::now());
        let places = [in_line.stand(), in_line.stand()];
        std::thread::sleep(Duration::from_millis(30));
        drop(places);
        let waited = in_line.total();
        assert!(waited >= Duration::from_millis(30) && waited <= started.elapsed(), "{waited:?}");
        assert!(
            in_line.left_of(Duration::from_secs(9), started) + started.elapsed() >= Duration::from_secs(9) + waited
        );
        assert_eq!(
            in_line.left_of(Duration::ZERO, started.checked_sub(Duration::from_secs(9)).unwrap()),
            Duration::ZERO
        );
    }
}
