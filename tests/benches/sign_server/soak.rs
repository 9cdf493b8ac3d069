//! A million requests, one in a hundred each cut off, too long or with a wrong token:
//! `cargo bench --bench sign_server_soak [-- REQUESTS]`. Every whole request must be answered rightly
//! and counted, and the server's memory stay flat. Needs Linux.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod process;
mod traffic;

use std::time::Instant;

use process::Server;

fn main() {
    let total = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let server = Server::ours(env!("CARGO_BIN_EXE_polydoctor"), &["--quiet"], Some(traffic::TOKEN));
    println!("{total} requests over 64 connections; {} KiB before", server.resident());
    let began = Instant::now();
    let outcome = runtime.block_on(traffic::run(&server, total, 64));
    let traffic::Outcome { good, wrong_token, oversized, cut, resident: [first, second] } = outcome;
    println!(
        "{good} signed, {wrong_token} wrong tokens, {oversized} oversized, {cut} cut off in {:.0} s",
        began.elapsed().as_secs_f64()
    );
    println!("{} KiB after, {} KiB at most, {:.0} s of cpu", server.resident(), server.peak(), server.cpu_seconds());
    println!("{first} KiB at most in the first half, {second} KiB in the second");
    assert!(second <= first + first / 10 + 1024, "memory grew from {first} to {second} KiB");
}
