//! How long a fleet takes, against what rate limit and concurrency allow, in how much memory, and
//! what one server that never answers costs the others: `cargo bench --bench fleet`.
//!
//! `FLEET_ACCOUNTS`, `FLEET_RATE` (requests a second) and `FLEET_CONCURRENCY` change its size.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::cast_precision_loss)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const LATENCY_MS: u64 = 50;
/// The first of the alphabet, so that it is begun first.
const HANGING: &str = "0-hanging";

fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn polydoctor(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polydoctor"));
    command.env_clear().env("HOME", home).current_dir(home);
    command
}

/// A sandbox with so many accounts, and what it says of itself.
fn sandbox(home: &Path, accounts: usize) -> (Child, Value) {
    let arguments = ["sandbox", "--accounts", &accounts.to_string(), "--latency", &LATENCY_MS.to_string()];
    let mut process = polydoctor(home).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (process, serde_json::from_str(&line).unwrap())
}

/// Takes connections and never answers.
fn silence() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            held.push(stream);
        }
    });
    address
}

/// One profile: the settings that all share, those of its own, and another CLOB where there is one.
fn profile(name: &str, announcement: &Value, own: &Value, clob: Option<SocketAddr>) -> String {
    let shared = |name: &str| announcement[name].as_str().unwrap().to_owned();
    let mut text = format!("[profiles.{name}]\nsignature_type = 2\n");
    let clob = clob.map_or_else(|| shared("clob_url"), |address| format!("http://{address}"));
    writeln!(text, "clob_url = \"{clob}\"").unwrap();
    for name in ["rpc_url", "gamma_url", "data_url", "relayer_url", "geoblock_url"] {
        writeln!(text, "{name} = \"{}\"", shared(name)).unwrap();
    }
    for (setting, variable) in [
        ("private_key", "POLYMARKET_PRIVATE_KEY"),
        ("funder", "POLYMARKET_FUNDER"),
        ("api_key", "CLOB_API_KEY"),
        ("api_secret", "CLOB_SECRET"),
        ("api_passphrase", "CLOB_PASS_PHRASE"),
    ] {
        writeln!(text, "{setting} = \"{}\"", own[variable].as_str().unwrap()).unwrap();
    }
    text
}

fn write_profiles(home: &Path, announcement: &Value, hanging: Option<SocketAddr>) {
    let accounts = announcement["accounts"].as_array().unwrap();
    let mut text: Vec<String> = accounts
        .iter()
        .enumerate()
        .map(|(number, own)| profile(&format!("bot-{number:04}"), announcement, own, None))
        .collect();
    text.extend(hanging.map(|address| profile(HANGING, announcement, &accounts[0], Some(address))));
    let folder = home.join(".config/polydoctor");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.toml");
    std::fs::write(&file, text.concat()).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// How a fleet went.
#[derive(Default)]
struct Run {
    accounts: usize,
    healthy: usize,
    requests: usize,
    /// Until the last account but the hanging one was done.
    took: Duration,
    /// Until the hanging one was.
    hanging: Option<Duration>,
    peak_kib: usize,
}

fn check_all(home: &Path, rate: usize, concurrency: usize) -> Run {
    let (rate, concurrency) = (rate.to_string(), concurrency.to_string());
    let arguments = ["check", "--all-profiles", "--format", "json", "--rate-limit", &rate, "--concurrency"];
    let started = Instant::now();
    let mut process = polydoctor(home).args(arguments).arg(&concurrency).stdout(Stdio::piped()).spawn().unwrap();
    let mut run = Run::default();
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        let report: Value = serde_json::from_str(&line.unwrap()).unwrap();
        run.peak_kib = peak_kib(process.id()).unwrap_or(run.peak_kib);
        run.requests += report["requests"].as_array().unwrap().len();
        if report["profile"] == HANGING {
            run.hanging = Some(started.elapsed());
        } else {
            run.accounts += 1;
            run.healthy += usize::from(report["verdict"] == "healthy");
            run.took = started.elapsed();
        }
    }
    process.wait().unwrap();
    run
}

/// The most memory that a process has had, where the system tells.
fn peak_kib(process: u32) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// How long one account takes with nobody beside it.
fn alone(home: &Path) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let arguments = ["check", "--profile", "bot-0000", "--format", "json"];
            let output = polydoctor(home).args(arguments).output().unwrap();
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            Duration::from_millis(report["elapsed_ms"].as_u64().unwrap())
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    let (accounts, rate) = (setting("FLEET_ACCOUNTS", 1_000), setting("FLEET_RATE", 1_000));
    let concurrency = setting("FLEET_CONCURRENCY", 32);
    let home = tempfile::tempdir().unwrap();
    let (mut sandbox, announcement) = sandbox(home.path(), accounts);
    write_profiles(home.path(), &announcement, None);
    let alone = alone(home.path());
    let whole = check_all(home.path(), rate, concurrency);
    let by_rate = whole.requests as f64 / rate as f64;
    let by_concurrency = accounts as f64 / concurrency as f64 * alone.as_secs_f64();
    let (ideal, real) = (by_rate.max(by_concurrency), whole.took.as_secs_f64());
    println!("{accounts} accounts, {LATENCY_MS} ms latency, {rate} requests/s, {concurrency} at once");
    println!("healthy               {} of {}, {} requests", whole.healthy, whole.accounts, whole.requests);
    println!("ideal by rate limit   {by_rate:.2} s");
    println!("ideal by concurrency  {by_concurrency:.2} s (one account alone: {} ms)", alone.as_millis());
    println!("real                  {real:.2} s, {:.2} times the ideal", real / ideal);
    println!("peak memory           {:.1} MiB", whole.peak_kib as f64 / 1024.0);
    write_profiles(home.path(), &announcement, Some(silence()));
    let beside = check_all(home.path(), rate, concurrency);
    let hanging = beside.hanging.map_or(0.0, |at| at.as_secs_f64());
    println!(
        "beside a server that never answers: the others {:.2} s, that one {hanging:.2} s",
        beside.took.as_secs_f64()
    );
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
}
