//! The bench of a million requests, in small.

#[path = "../../benches/sign_server/process.rs"]
#[allow(dead_code)]
mod process;
#[path = "../../benches/sign_server/traffic.rs"]
mod traffic;

use process::Server;

#[cfg(target_os = "linux")]
#[tokio::test]
async fn each_whole_request_is_answered_rightly_among_broken_ones() {
    let server = Server::ours(env!("CARGO_BIN_EXE_polydoctor"), &["--quiet"], Some(traffic::TOKEN));
    let outcome = traffic::run(&server, 20_000, 16).await;
    assert_eq!((outcome.good, outcome.cut, outcome.oversized, outcome.wrong_token), (19_400, 200, 200, 200));
    let [first, second] = outcome.resident;
    assert!(second <= first + first / 4 + 4096, "memory grew from {first} to {second} KiB");
}
