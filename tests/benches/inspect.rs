//! How long one inspection of a request of 1 kB takes, search included: `cargo bench --bench inspect`.
//!
//! The limit of each is 10 milliseconds at the median, and half a second for a megabyte of log; what takes longer
//! fails the run.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use polydoctor::inspect::{Known, KnownCredentials, inspect};
use polydoctor::secret::Secret;

const RUNS: usize = 101;
const LIMIT: Duration = Duration::from_millis(10);
/// Of a log, whose requests are searched one by one.
const LOG_LIMIT: Duration = Duration::from_millis(500);
const LOG_RUNS: usize = 11;

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

/// The body of `POST /order`: an order that somebody published, which is right for these amounts.
fn order(maker_amount: &str, neg_risk: bool) -> (String, Option<bool>) {
    let zero = "0".repeat(64);
    let body = format!(
        r#"{{"order":{{"salt":1018789015136,"maker":"0x43bc9b674bA052f815CbE2113cDe784cF9475B35","signer":"0x43bc9b674bA052f815CbE2113cDe784cF9475B35","tokenId":"25968266233034896887180396827466900198780859103374793634057155743131125594489","makerAmount":"{maker_amount}","takerAmount":"5000000","side":"BUY","expiration":"0","signatureType":0,"timestamp":"1784486089486","metadata":"0x{zero}","builder":"0x{zero}","signature":"0xd4e83b00ed7cc5bbc59f5e95f9599b84ac843122753b63b9d45fb71d0a6643741d0b612c7665375c4cfce5992125d59f22fadb083037b113e0c129ac02cd53d91b"}},"owner":"f4f247b7-4ac7-ff29-a152-04fda0a8755a","orderType":"GTC"}}"#
    );
    (body, neg_risk.then_some(true))
}

/// A transaction of a Safe, from the tests of the official relayer clients; right for nonce 0.
fn relayed(nonce: u32) -> String {
    let zero = "0".repeat(40);
    let data = format!("0x095ea7b3{}4d97dcd97ec945f40cf65f87097ace5ea0476045{}", "0".repeat(24), "f".repeat(64));
    format!(
        r#"{{"from":"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266","to":"0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174","proxyWallet":"0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47","data":"{data}","nonce":"{nonce}","signature":"0xf368488355b0566e99eff3bccc35e98b77d8f3a6e6866176188488c34f0305b07e4a4c600c7a1592e4ac1e96b5887ebff2cb26987a3ad501006b39944df098c21f","signatureParams":{{"gasPrice":"0","operation":"0","safeTxnGas":"0","baseGas":"0","gasToken":"0x{zero}","refundReceiver":"0x{zero}"}},"type":"SAFE","metadata":""}}"#
    )
}

/// A megabyte of a bot's log, with a request in some of its lines.
fn log() -> String {
    let mut log = String::new();
    while log.len() < 1 << 20 {
        for line in 0..400 {
            log.push_str("2026-11-30 12:00:00,123 INFO bot.quotes tick token=25968266233034896887180396827466900198 ");
            log.push_str(if line % 7 == 0 { "{\"bid\": \"0.41\", \"ask\": \"0.43\"}\n" } else { "spread 0.02\n" });
        }
        log.push_str(&l2("XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg="));
        log.push('\n');
    }
    log
}

fn main() -> ExitCode {
    let secret = |text: &str| Some(Secret::new(text));
    let known = Known {
        signer: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".parse().ok(),
        user: KnownCredentials {
            key: Some("f4f247b7-4ac7-ff29-a152-04fda0a8755a".to_owned()),
            secret: secret("yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE="),
            passphrase: secret("aaaaaaaaaaaaaaaa"),
        },
        ..Known::default()
    };
    let mut is_slow = false;
    for (name, (text, neg_risk)) in [
        ("L2, explained by nothing", (l2("XNyd_XTX99P8vpXk1sjk2OZ-sbadQePSifg4gurBXRg="), None)),
        ("L1, right", (l1("1761984932"), None)),
        ("L1, milliseconds sent", (l1("1761984932000"), None)),
        ("L1, explained by nothing", (l1("1761984933"), None)),
        ("order, right", order("50000", false)),
        ("order, wrong exchange", order("50000", true)),
        ("order, amount sent in dollars", order("0.05", false)),
        ("order, two mistakes", order("0.05", true)),
        ("order, explained by nothing", order("50001", false)),
        ("relayer, right", (relayed(0), None)),
        ("relayer, nonce", (relayed(1), None)),
        ("relayer, explained by nothing", (relayed(90), None)),
    ] {
        let known = Known { neg_risk, ..known.clone() };
        is_slow |= measure(name, LIMIT, RUNS, || assert_eq!(inspect(&text, &known).requests.len(), 1));
    }
    let log = log();
    is_slow |=
        measure("a megabyte of log", LOG_LIMIT, LOG_RUNS, || assert!(!inspect(&log, &known).requests.is_empty()));
    if is_slow { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Whether the median is over the limit.
fn measure(name: &str, limit: Duration, runs: usize, run: impl Fn()) -> bool {
    run();
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    let (median, p99, worst) = (times[runs / 2], times[runs * 99 / 100], times[runs - 1]);
    let is_slow = median > limit;
    let mark = if is_slow { "  over the limit" } else { "" };
    println!("{name:<31} median {median:>8.1?}  99% {p99:>8.1?}  worst {worst:>8.1?}{mark}");
    is_slow
}
