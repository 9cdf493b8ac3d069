//! How many round trips a full check takes one after another: `cargo bench --bench round_trips`.
//!
//! The sandbox answers late by a fixed time, so the run's time over that latency is the number of
//! sequential round trips, plus what the work itself costs.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

const RUNS: usize = 5;

fn measure(scenario: &str, latency: u64) -> (u64, usize, u64) {
    let binary = env!("CARGO_BIN_EXE_polydoctor");
    let mut sandbox = Command::new(binary)
        .args(["sandbox", "--scenario", scenario, "--latency", &latency.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(sandbox.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let announcement: Value = serde_json::from_str(&line).unwrap();
    let env = announcement["env"].as_object().unwrap().iter().map(|(name, value)| (name, value.as_str().unwrap()));
    let mut runs: Vec<(u64, usize, u64)> = (0..RUNS)
        .map(|_| {
            let output = Command::new(binary)
                .args(["check", "--format", "json"])
                .env_clear()
                .envs(env.clone())
                .current_dir(std::env::temp_dir())
                .output()
                .unwrap();
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let requests = report["requests"].as_array().unwrap();
            let last = requests.iter().map(|request| request["sent_ms"].as_u64().unwrap()).max().unwrap();
            (report["elapsed_ms"].as_u64().unwrap(), requests.len(), last / latency + 1)
        })
        .collect();
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
    runs.sort_unstable();
    runs[RUNS / 2]
}

fn main() {
    println!(
        "{:<28} {:>10} {:>10} {:>10} {:>12} {:>8}",
        "scenario", "latency", "median", "requests", "round trips", "ratio"
    );
    for scenario in
        ["healthy-eoa", "healthy-safe", "healthy-deposit-beacon", "demo", "credentials-other-address", "wrong-chain-id"]
    {
        for latency in [100, 250] {
            let (elapsed, requests, round_trips) = measure(scenario, latency);
            let ratio = format!("{}.{:02}", elapsed / latency, elapsed * 100 / latency % 100);
            println!("{scenario:<28} {latency:>7} ms {elapsed:>7} ms {requests:>10} {round_trips:>12} {ratio:>8}");
        }
    }
}
