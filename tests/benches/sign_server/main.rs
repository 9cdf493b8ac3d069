//! Our signing server beside one like the official: `cargo bench --bench sign_server`.
//!
//! Both run on loopback and answer the same 300 bytes, over 64 connections, for 20 seconds in all;
//! rounds take turns, so that what else the machine does meets both. The generator has one thread and
//! shares the machine's cores with the server, so the table shows the processor time of each: where
//! the generator's is near the time that passed, it is what bounds the rate, and requests for each second
//! of the server's processor time say more. Needs Linux, Node.js and npm.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod process;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use process::{Server, cpu_seconds};
use serde_json::json;
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CONNECTIONS: usize = 64;
const ROUNDS: u32 = 4;
const ROUND: Duration = Duration::from_secs(5);
const BODY: usize = 300;

/// What rounds against one server gave.
#[derive(Default)]
struct Measured {
    /// In microseconds.
    latencies: Vec<u32>,
    seconds: f64,
    /// Seconds of processor time.
    server: f64,
    generator: f64,
    /// KiB.
    resident: u32,
    peak: u32,
}

impl Measured {
    fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.latencies.len()).unwrap()) / self.seconds
    }

    /// Requests for each second of the server's processor time.
    fn efficiency(&self) -> f64 {
        self.rate() * self.seconds / self.server
    }

    fn percentile(&self, percent: usize) -> f64 {
        f64::from(self.latencies[(self.latencies.len() - 1) * percent / 100]) / 1000.0
    }

    fn row(&self, name: &str) {
        let share = |time: f64| 100.0 * time / self.seconds;
        let mebibytes = |kib: u32| f64::from(kib) / 1024.0;
        println!(
            "{name:<10} {:>10.0} {:>9.2} {:>9.2} {:>8.1} {:>9.1} {:>11.0} {:>12.0} {:>15.0}",
            self.rate(),
            self.percentile(50),
            self.percentile(99),
            mebibytes(self.resident),
            mebibytes(self.peak),
            share(self.server),
            share(self.generator),
            self.efficiency(),
        );
    }
}

/// A whole HTTP request whose body has [`BODY`] bytes.
fn request() -> String {
    let body = |order: &str| json!({ "method": "POST", "path": "/order", "body": order }).to_string();
    let body = body(&"x".repeat(BODY - body("").len()));
    assert_eq!(body.len(), BODY);
    format!(
        "POST /sign HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {BODY}\r\n\r\n{body}"
    )
}

/// Sends one request after another; the time that each took.
async fn client(port: u16, request: Arc<str>, until: Instant) -> Vec<u32> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut latencies, mut buffer) = (Vec::new(), vec![0; 8192]);
    while Instant::now() < until {
        let began = Instant::now();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut filled = 0;
        while !is_whole(&buffer[..filled]) {
            let read = stream.read(&mut buffer[filled..]).await.unwrap();
            assert!(read > 0, "the server hung up");
            filled += read;
        }
        assert!(buffer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&buffer[..filled]));
        latencies.push(u32::try_from(began.elapsed().as_micros()).unwrap());
    }
    latencies
}

/// The answer of `POST /sign` is an object without objects, so it ends with the only brace.
fn is_whole(answer: &[u8]) -> bool {
    answer.last() == Some(&b'}')
}

async fn round(server: &Server, request: &Arc<str>, measured: &mut Measured) {
    let (began, servers, generators) = (Instant::now(), server.cpu_seconds(), cpu_seconds("self"));
    let clients: Vec<_> =
        (0..CONNECTIONS).map(|_| tokio::spawn(client(server.port, Arc::clone(request), began + ROUND))).collect();
    for client in clients {
        measured.latencies.append(&mut client.await.unwrap());
    }
    measured.seconds += began.elapsed().as_secs_f64();
    measured.server += server.cpu_seconds() - servers;
    measured.generator += cpu_seconds("self") - generators;
    (measured.resident, measured.peak) = (server.resident(), server.peak());
}

/// How many messages of an order's length one core signs in a second, and nothing else.
fn bare_hmac() -> f64 {
    let message = [b'x'; BODY];
    let key = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    let (began, mut signed) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(2) {
        for _ in 0..1000 {
            let mut mac = key.clone();
            mac.update(std::hint::black_box(&message));
            std::hint::black_box(mac.finalize());
        }
        signed += 1000;
    }
    f64::from(signed) / began.elapsed().as_secs_f64()
}

/// Installs what the other server needs under `target`; the program's file there.
fn prepare() -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/benches/sign_server/official");
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("official-signing-server");
    fs::create_dir_all(&place).unwrap();
    for file in ["package.json", "package-lock.json", "server.mjs"] {
        fs::copy(sources.join(file), place.join(file)).unwrap();
    }
    let installed =
        Command::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&place).status();
    assert!(installed.expect("this bench needs npm").success());
    place.join("server.mjs")
}

fn main() {
    let script = prepare();
    let official = Server::start(Command::new("node").arg(script).env("NODE_ENV", "production"));
    let ours = Server::ours(env!("CARGO_BIN_EXE_polydoctor"), &["--quiet"], None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (request, mut of_theirs, mut of_ours) = (request().into(), Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        runtime.block_on(round(&official, &request, &mut of_theirs));
        runtime.block_on(round(&ours, &request, &mut of_ours));
    }
    of_theirs.latencies.sort_unstable();
    of_ours.latencies.sort_unstable();
    let bare = bare_hmac();
    let cores = std::thread::available_parallelism().unwrap();
    println!(
        "{CONNECTIONS} connections, {BODY} bytes, {} s each, {cores} cores for server and generator\n",
        ROUNDS * 5
    );
    println!(
        "{:<10} {:>10} {:>9} {:>9} {:>8} {:>9} {:>11} {:>12} {:>15}",
        "server", "requests/s", "p50 ms", "p99 ms", "MiB", "peak MiB", "its cpu %", "generator %", "per cpu second"
    );
    of_theirs.row("official");
    of_ours.row("ours");
    println!(
        "{:<10} {:>10.1} {:>9.2} {:>9.2} {:>8.2} {:>9.2} {:>40.1}\n",
        "ratio",
        of_ours.rate() / of_theirs.rate(),
        of_ours.percentile(50) / of_theirs.percentile(50),
        of_ours.percentile(99) / of_theirs.percentile(99),
        f64::from(of_ours.resident) / f64::from(of_theirs.resident),
        f64::from(of_ours.peak) / f64::from(of_theirs.peak),
        of_ours.efficiency() / of_theirs.efficiency(),
    );
    println!(
        "bare HMAC of {BODY} bytes on one core: {bare:.0}/s; ours is {:.1} % of it, {:.1} % per second of its own cpu",
        100.0 * of_ours.rate() / bare,
        100.0 * of_ours.efficiency() / bare,
    );
}
