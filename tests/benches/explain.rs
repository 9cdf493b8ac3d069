//! How long reading a megabyte of pasted text takes, for each kind of log: `cargo bench --bench explain`.
//!
//! What is measured is the reading alone, in this process, after one text that warms up. The limit of each is
//! 100 milliseconds; a text that takes longer fails the run.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

#[path = "../it/explain/logs.rs"]
mod logs;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use polydoctor::reference::read;

const RUNS: usize = 5;
const LIMIT: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let warm_up = Instant::now();
    let _ = read("PolyApiException[status_code=400, error_message={'error': 'invalid signature'}]");
    println!("{:<32} {:>8.1?}", "the first text", warm_up.elapsed());
    let mut is_slow = false;
    for (name, text) in logs::megabytes() {
        let mut times: Vec<Duration> = (0..RUNS)
            .map(|_| {
                let started = Instant::now();
                let reading = read(&text);
                assert!(reading.errors.len() < 1000);
                started.elapsed()
            })
            .collect();
        times.sort_unstable();
        let (median, worst) = (times[RUNS / 2], times[RUNS - 1]);
        let mark = if median > LIMIT { "  over the limit" } else { "" };
        is_slow |= median > LIMIT;
        println!("{name:<32} {median:>8.1?}  worst {worst:>8.1?}{mark}");
    }
    if is_slow { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
