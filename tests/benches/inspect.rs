//! How long one inspection of a request of 1 kB takes, search included: `cargo bench --bench inspect`.
//!
//! The limit of each is 10 milliseconds at the median; a request that takes longer fails the run.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use polydoctor::inspect::{Known, KnownCredentials, inspect};
use polydoctor::secret::Secret;

const RUNS: usize = 101;
const LIMIT: Duration = Duration::from_millis(10);

fn l2(signature: &str) -> String {
    let body = format!("{{\"order\":{{\"note\":\"{}\"}},\"owner\":\"x\",\"orderType\":\"GTC\"}}", "a".repeat(960));
    format!(
        "POST /order HTTP/1.1\r\nHost: clob.polymarket.com\r\nPOLY_ADDRESS: 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266\r\n\
         POLY_SIGNATURE: {signature}\r\nPOLY_TIMESTAMP: 1700000000\r\nPOLY_API_KEY: f4f247b7-4ac7-ff29-a152-04fda0a8755a\r\n\
         POLY_PASSPHRASE: aaaaaaaaaaaaaaaa\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn l1(timestamp: &str) -> String {
    format!(
        "POST /auth/api-key HTTP/1.1\r\nHost: clob.polymarket.com\r\nPOLY_ADDRESS: 0x4F531514dC5ef078818861cEF5e15eCE6747944e\r\n\
         POLY_SIGNATURE: 0xb39b2a7cdb299740df70c7e9442993d216ee54ad404c0704912d8783b3c299d6250b2582bf23db2068e8ebd01c4a520b29ede5e18a004a78cfd3b9a1c80b92421b\r\n\
         POLY_TIMESTAMP: {timestamp}\r\nPOLY_NONCE: 0\r\n\r\n"
    )
}

fn main() -> ExitCode {
    let secret = |text: &str| Some(Secret::new(text));
    let known = Known {
        user: KnownCredentials {
            key: Some("f4f247b7-4ac7-ff29-a152-04fda0a8755a".to_owned()),
            secret: secret("yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE="),
            passphrase: secret("aaaaaaaaaaaaaaaa"),
        },
        ..Known::default()
    };
    let mut is_slow = false;
    for (name, text) in [
        ("L2, explained by nothing", l2("XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg=")),
        ("L1, right", l1("1761984932")),
        ("L1, milliseconds sent", l1("1761984932000")),
        ("L1, explained by nothing", l1("1761984933")),
    ] {
        let _ = inspect(&text, &known);
        let mut times: Vec<Duration> = (0..RUNS)
            .map(|_| {
                let started = Instant::now();
                assert_eq!(inspect(&text, &known).requests.len(), 1);
                started.elapsed()
            })
            .collect();
        times.sort_unstable();
        let (median, p99, worst) = (times[RUNS / 2], times[RUNS * 99 / 100], times[RUNS - 1]);
        let mark = if median > LIMIT { "  over the limit" } else { "" };
        is_slow |= median > LIMIT;
        println!("{name:<28} median {median:>8.1?}  99% {p99:>8.1?}  worst {worst:>8.1?}{mark}");
    }
    if is_slow { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
