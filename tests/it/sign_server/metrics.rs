//! What a server shows of itself.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use super::{Server, TOKEN, assert_hides, command};
use crate::support::client;

#[tokio::test]
async fn metrics_count_what_is_answered_and_need_the_token() {
    let server = Server::start(command(&["--listen", "127.0.0.1:0", "--quiet"]).env("AUTHORIZATION_TOKEN", TOKEN));
    server.sign("POST", "/order", TOKEN).await;
    server.sign("POST", "/order", TOKEN).await;
    server.sign("", "/order", TOKEN).await;
    server.sign("POST", "/order", "wrong").await;
    for path in ["/any", "/SIGN/", "/?token=x", "/healthz"] {
        server.get(path).await;
    }
    assert_eq!(server.get("/metrics").await.0, 401);
    let response = client().get(server.url("/metrics")).bearer_auth(TOKEN).send().await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let text = response.text().await.unwrap();
    assert_hides(&text);
    for line in [
        "requests_total{route=\"/sign\",status=\"200\"} 2",
        "requests_total{route=\"/sign\",status=\"400\"} 1",
        "requests_total{route=\"/sign\",status=\"401\"} 2",
        "requests_total{route=\"/\",status=\"401\"} 1",
        "requests_total{route=\"/healthz\",status=\"200\"} 1",
        "requests_total{route=\"/metrics\",status=\"401\"} 1",
        "requests_total{route=\"other\",status=\"401\"} 1",
        "signatures_total{account=\"default\"} 2",
        "signing_seconds_count 2",
        "requests_in_flight 1",
        concat!("build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
    ] {
        assert!(text.contains(&format!("\npolydoctor_sign_server_{line}\n")), "{line} is not in {text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn metrics_can_have_an_address_of_their_own() {
    let arguments = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let mut command = command(&arguments);
    let mut server = Server::start(command.env("AUTHORIZATION_TOKEN", TOKEN).stderr(Stdio::piped()));
    let mut line = String::new();
    BufReader::new(server.process.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().split(' ').next_back().unwrap();
    let text = client().get(url).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("polydoctor_sign_server_build_info"), "{text}");
    assert_eq!(client().post(url.replace("/metrics", "/sign")).send().await.unwrap().status(), 404);
    let elsewhere = client().get(server.url("/metrics")).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
}
