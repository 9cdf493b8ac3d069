//! Watching for long, while things break and mend: nothing grows, and no change is told twice or not at all.

#![cfg(target_os = "linux")]

use std::fs;

use super::{Bot, FUNDER, Live, SIGNER};

/// So many times the account breaks and mends; more with `POLYDOCTOR_SOAK`.
const TIMES: usize = 4;
/// Before that, what is kept for good has its size.
const WARM_UP: usize = 2;

/// What a process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    resident_kib: u64,
    threads: u64,
    files: usize,
    /// Connections are kept for a while: as many as were ever needed at once.
    sockets: usize,
}

/// More than a run ever asks for at once.
const MOST_SOCKETS: usize = 40;

impl Held {
    fn of(process: u32) -> Self {
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
}

#[test]
fn watching_for_long_holds_no_more_and_tells_each_change_once() {
    let times = std::env::var("POLYDOCTOR_SOAK").map_or(TIMES, |times| times.parse().unwrap());
    let bot = Bot::new(&[]);
    let watch = Live::start(bot.check(&["--watch", "5", "--exec", "true"]));
    assert!(watch.beginning().contains(" healthy  "));
    let mut held = Vec::new();
    for time in 0..WARM_UP + times {
        for (funder, verdict, change) in [
            (SIGNER, " broken  ", " wallet.funder PASS → FAIL  "),
            (FUNDER, " healthy  ", " wallet.funder FAIL → PASS  "),
        ] {
            bot.write(funder);
            let told = watch.until(verdict);
            let count = told.iter().filter(|line| line.contains(change)).count();
            assert_eq!(count, 1, "time {time}: {told:?}");
        }
        held.push(Held::of(watch.process.id()));
    }
    let (first, last) = (held[WARM_UP - 1], held[held.len() - 1]);
    assert!(last.files <= first.files + 1 && last.sockets < MOST_SOCKETS, "{held:?}");
    assert!(last.threads <= first.threads + 2, "{held:?}");
    assert!(last.resident_kib <= first.resident_kib + 6 * 1024, "{held:?}");
    watch.terminate();
    assert_eq!(watch.code(), Some(0));
}
