//! What a program that runs for long holds, and how often it is tried.

use std::fs;
use std::time::Duration;

/// So many times an account breaks and mends; more with `POLYDOCTOR_SOAK`.
const TIMES: usize = 4;
/// Before that, what is kept for good gets its size.
pub(crate) const WARM_UP: usize = 2;

/// How often an account breaks and mends in all.
pub(crate) fn times() -> usize {
    WARM_UP + std::env::var("POLYDOCTOR_SOAK").map_or(TIMES, |times| times.parse().unwrap())
}

/// What a process holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    resident_kib: u64,
    threads: u64,
    files: usize,
    /// Connections are kept for a while: as many as were ever needed at once.
    sockets: usize,
}

/// More than a run ever asks for at once.
const MOST_SOCKETS: usize = 40;

/// A program that was begun on a change, or a request, is over within these.
const READINGS: usize = 10;
const BETWEEN: Duration = Duration::from_millis(100);

impl Held {
    /// The least of several readings: what is held for a moment only is nothing that grows.
    pub(crate) fn of(process: u32) -> Self {
        let mut least = Self::now(process);
        for _ in 1..READINGS {
            std::thread::sleep(BETWEEN);
            let now = Self::now(process);
            least = Self {
                resident_kib: least.resident_kib.min(now.resident_kib),
                threads: least.threads.min(now.threads),
                files: least.files.min(now.files),
                sockets: least.sockets.min(now.sockets),
            };
        }
        least
    }

    fn now(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
        };
        let open = fs::read_dir(format!("/proc/{process}/fd")).unwrap().filter_map(Result::ok);
        let (sockets, files): (Vec<_>, Vec<_>) = open
            .filter_map(|file| fs::read_link(file.path()).ok())
            .partition(|target| target.to_string_lossy().starts_with("socket:"));
        let (files, sockets) = (files.len(), sockets.len());
        Self { resident_kib: number("VmRSS:"), threads: number("Threads:"), files, sockets }
    }

    /// Nothing has grown since the first of these.
    pub(crate) fn assert_flat(held: &[Self]) {
        let (first, last) = (held[0], held[held.len() - 1]);
        assert!(last.files <= first.files + 1 && last.sockets < MOST_SOCKETS, "{held:?}");
        assert!(last.threads <= first.threads + 2, "{held:?}");
        assert!(last.resident_kib <= first.resident_kib + 6 * 1024, "{held:?}");
    }
}
