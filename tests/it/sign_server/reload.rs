//! What a hangup changes, and what it never does.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{PASSPHRASE, SECRET, Server, TOKEN};
use crate::program::polydoctor;

pub(super) fn variables(token: &str) -> String {
    format!("POLY_BUILDER_API_KEY=k\nPOLY_BUILDER_SECRET={SECRET}\nPOLY_BUILDER_PASSPHRASE={PASSPHRASE}\n{token}")
}

pub(super) fn start(folder: &Path, arguments: &[&str]) -> Server {
    let mut command = polydoctor();
    command.arg("sign-server").args(["--listen", "127.0.0.1:0"]).args(arguments).current_dir(folder);
    Server::start(&mut command)
}

/// Hangs up, and waits until so many reloads were counted.
pub(super) async fn reload(server: &Server, reloads: usize) {
    server.signal("-HUP");
    let began = Instant::now();
    loop {
        let text = crate::support::client().get(server.url("/metrics")).bearer_auth(TOKEN).send().await.unwrap();
        let text = text.text().await.unwrap();
        let counts = text.lines().filter(|line| line.starts_with("polydoctor_sign_server_reloads_total"));
        let counted: usize = counts.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum();
        if counted >= reloads {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{text}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_server_with_a_token_never_comes_to_be_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    fs::write(&path, variables(&format!("AUTHORIZATION_TOKEN={TOKEN}\n"))).unwrap();
    let server = start(folder.path(), &[]);
    // taken out, emptied, and half-written
    for (reloads, text) in ["", "AUTHORIZATION_TOKEN=\n", "AUTHORIZATION_TOKEN= \n", "AUTHORI"].iter().enumerate() {
        fs::write(&path, variables(text)).unwrap();
        reload(&server, reloads + 1).await;
        for (token, status) in [("", 401), ("wrong", 401), (TOKEN, 200)] {
            assert_eq!(server.sign("POST", "/order", token).await.0, status, "{text:?} {token}");
        }
    }
    fs::write(&path, variables("AUTHORIZATION_TOKEN=other\n")).unwrap();
    server.signal("-HUP");
    server.comes_to("other", 200).await;
    let log = server.stop("-TERM");
    assert!(log.contains("AUTHORIZATION_TOKEN is no longer set"), "{log}");
}

#[tokio::test]
async fn rates_that_are_used_up_stay_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), variables(&format!("AUTHORIZATION_TOKEN={TOKEN}\n"))).unwrap();
    let server = start(folder.path(), &["--rate-limit", "2/h"]);
    for status in [200, 200, 429] {
        assert_eq!(server.sign("POST", "/order", TOKEN).await.0, status);
    }
    reload(&server, 1).await;
    assert_eq!(server.sign("POST", "/order", TOKEN).await.0, 429);
}

#[tokio::test]
async fn a_pipe_in_place_of_a_file_holds_up_neither_requests_nor_the_stop() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    fs::write(&path, variables(&format!("AUTHORIZATION_TOKEN={TOKEN}\n"))).unwrap();
    let server = start(folder.path(), &[]);
    fs::remove_file(&path).unwrap();
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    // somebody who has opened it and writes nothing
    let _writer = fs::File::options().read(true).write(true).open(&path).unwrap();
    server.signal("-HUP");
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..8 {
        assert_eq!(server.sign("POST", "/order", TOKEN).await.0, 200);
    }
    let began = Instant::now();
    server.stop("-TERM");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
