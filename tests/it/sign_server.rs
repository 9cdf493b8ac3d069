//! `polydoctor sign-server` as a process of its own.

mod accounts;
mod callers;
mod differences;
mod limits;
mod metrics;
#[cfg(unix)]
mod reload;
mod soak;
mod tls;
#[cfg(target_os = "linux")]
mod wiped;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::program::polydoctor;
use crate::signer::{recorded, replay_all};
use crate::support::{answer, client};

const SECRET: &str = "c2VjcmV0LW9mLWEtYnVpbGRlci10aGF0LWlzLWhpZGRlbg==";
const PASSPHRASE: &str = "passphrase-that-nobody-may-see";
const TOKEN: &str = "token-that-nobody-may-see";

/// The command with credentials, in a folder that holds no `.env`.
fn command(arguments: &[&str]) -> Command {
    let mut command = polydoctor();
    command.arg("sign-server").args(arguments).env("POLY_BUILDER_API_KEY", "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5");
    command.env("POLY_BUILDER_SECRET", SECRET).env("POLY_BUILDER_PASSPHRASE", PASSPHRASE);
    command
}

/// How a command ended that never got as far as to listen: code 2, nothing on standard output.
fn refused(command: &mut Command) -> String {
    let output: Output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(output.stdout.is_empty());
    assert_hides(&text);
    text
}

fn assert_hides(text: &str) {
    for secret in [SECRET, PASSPHRASE, TOKEN] {
        assert!(!text.contains(secret), "{secret} appears in {text}");
    }
}

/// A server that listens; killed when dropped.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let port = line.strip_prefix("Builder signing server listening on :");
        let port = port.unwrap_or_else(|| panic!("{line:?}")).trim_end().parse().unwrap();
        Self { process, port }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(client().get(self.url(path))).await
    }

    /// Asks for a signature until the status is this one.
    #[cfg(unix)]
    async fn comes_to(&self, token: &str, status: u16) {
        let began = Instant::now();
        while self.sign("POST", "/order", token).await.0 != status {
            assert!(began.elapsed() < Duration::from_secs(10), "{status} never came");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn sign(&self, method: &str, path: &str, token: &str) -> (StatusCode, Value) {
        let body = json!({ "method": method, "path": path, "body": "{\"secret\":\"body\"}" });
        answer(client().post(self.url("/sign")).bearer_auth(token).json(&body)).await
    }

    /// Asks the server to end; what it wrote to standard error.
    #[cfg(unix)]
    fn stop(self, signal: &str) -> String {
        self.signal(signal);
        self.ended()
    }

    /// What the server wrote to standard error, once it has ended well.
    #[cfg(unix)]
    fn ended(mut self) -> String {
        assert!(self.process.wait().unwrap().success());
        let mut text = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        assert_hides(&text);
        text
    }

    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn answers_as_the_official_server_with_and_without_a_token() {
    let recorded = recorded();
    let with_credentials = || {
        let mut command = command(&["--listen", "127.0.0.1:0", "--quiet"]);
        for (name, part) in [("API_KEY", "key"), ("SECRET", "secret"), ("PASSPHRASE", "passphrase")] {
            command.env(format!("POLY_BUILDER_{name}"), recorded["creds"][part].as_str().unwrap());
        }
        command
    };
    let open = Server::start(&mut with_credentials());
    let token = recorded["token"].as_str().unwrap();
    let guarded = Server::start(with_credentials().env("AUTHORIZATION_TOKEN", token));
    replay_all(&open.url(""), &guarded.url("")).await;
}

#[tokio::test]
async fn everything_can_come_from_an_env_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "POLY_BUILDER_API_KEY=k\nPOLY_BUILDER_SECRET={SECRET}\nPOLY_BUILDER_PASSPHRASE={PASSPHRASE}\n\
         AUTHORIZATION_TOKEN={TOKEN}\nPORT=0\n"
    );
    std::fs::write(folder.path().join(".env"), &text).unwrap();
    std::fs::write(folder.path().join("other"), text.replace("API_KEY=k", "API_KEY=other")).unwrap();
    for (arguments, key) in [(&["sign-server"][..], "k"), (&["sign-server", "--env-file", "other"], "other")] {
        // an empty variable does not take the token of the file away
        let mut command = polydoctor();
        command.args(arguments).current_dir(folder.path()).env("AUTHORIZATION_TOKEN", "");
        let server = Server::start(&mut command);
        assert_eq!(server.sign("POST", "/order", "wrong").await.0, 401);
        let (status, headers) = server.sign("POST", "/order", TOKEN).await;
        assert_eq!((status.as_u16(), &headers["POLY_BUILDER_API_KEY"]), (200, &json!(key)));
    }
    std::fs::write(folder.path().join("broken"), format!("{text}AUTHORIZATION_TOKEN {TOKEN}\n")).unwrap();
    let error = refused(command(&["--env-file", "broken"]).current_dir(folder.path()));
    assert!(error.contains("Line 6 of broken is not a NAME=value line"), "{error}");
}

#[tokio::test]
async fn the_token_can_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (full, empty) = (folder.path().join("token"), folder.path().join("empty"));
    std::fs::write(&full, format!("{TOKEN}\n")).unwrap();
    std::fs::write(&empty, "\n").unwrap();
    let start = |listen: &str, path: &std::path::Path| {
        let mut command = command(&["--listen", listen, "--token-file"]);
        command.arg(path).env("AUTHORIZATION_TOKEN", "another");
        command
    };
    // with a token, every address will do
    let server = Server::start(&mut start("0.0.0.0:0", &full));
    assert_eq!(server.sign("POST", "/order", "another").await.0, 401);
    assert_eq!(server.sign("POST", "/order", TOKEN).await.0, 200);
    assert!(refused(&mut start("127.0.0.1:0", &empty)).contains("contains no token"));
    assert!(refused(&mut start("127.0.0.1:0", &folder.path().join("none"))).contains("cannot read"));
}

#[tokio::test]
async fn public_address_requires_token_or_flag() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:5001", "[::ffff:192.0.2.1]:5001"] {
        let error = refused(&mut command(&["--listen", address]));
        assert!(error.contains("other machines can reach"), "{error}");
        assert!(error.contains("--allow-public"), "{error}");
    }
    assert!(refused(command(&["--listen", "0.0.0.0:0"]).env("AUTHORIZATION_TOKEN", " ")).contains("set a token"));
    let server = Server::start(&mut command(&["--listen", "0.0.0.0:0", "--allow-public"]));
    assert_eq!(server.get("/").await, (StatusCode::OK, json!({ "data": "OK" })));
}

#[test]
fn what_is_missing_or_malformed_is_named() {
    for name in ["POLY_BUILDER_API_KEY", "POLY_BUILDER_SECRET", "POLY_BUILDER_PASSPHRASE"] {
        let sentence = format!("error: {name} environment variable is required (or a line of .env)\n");
        assert_eq!(refused(command(&[]).env_remove(name)), sentence);
        assert_eq!(refused(command(&[]).env(name, " ")), sentence);
    }
    let all = refused(polydoctor().arg("sign-server"));
    assert!(
        ["API_KEY", "SECRET", "PASSPHRASE"].iter().all(|name| all.contains(&format!("POLY_BUILDER_{name}"))),
        "{all}"
    );
    for port in ["abc", "65536", "-1", "80.5", TOKEN] {
        let error = refused(command(&[]).env("PORT", port));
        assert!(error.contains("PORT is not a port"), "{error}");
    }
    let error = refused(command(&[]).env("POLY_BUILDER_SECRET", "not base64!"));
    assert!(error.contains("POLY_BUILDER_SECRET: the secret is not base64"), "{error}");
    assert!(refused(&mut command(&["--listen", "here"])).contains("--listen"));
    assert!(refused(&mut command(&["--allow", "POST"])).contains("POST:/order"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    // PORT alone is a port of this machine only
    let error = refused(command(&[]).env("PORT", &port));
    assert!(error.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{error}");
}

#[tokio::test]
async fn listen_wins_over_port() {
    let server = Server::start(command(&["--listen", "127.0.0.1:0"]).env("PORT", "no port"));
    assert_eq!(server.get("/healthz").await, (StatusCode::OK, json!({ "status": "ok" })));
}

#[tokio::test]
async fn health_needs_no_token() {
    let server = Server::start(command(&["--listen", "127.0.0.1:0"]).env("AUTHORIZATION_TOKEN", TOKEN));
    assert_eq!(server.get("/healthz").await, (StatusCode::OK, json!({ "status": "ok" })));
    assert_eq!(server.get("/").await.0, 401);
    assert_eq!(answer(client().post(server.url("/healthz"))).await.0, 401);
}

#[tokio::test]
async fn signs_only_what_is_allowed() {
    let arguments = ["--listen", "127.0.0.1:0", "--allow", "POST:/order", "--allow", "get:/builder/trades"];
    let server = Server::start(command(&arguments).env("AUTHORIZATION_TOKEN", TOKEN));
    for (method, path, token, status) in [
        ("POST", "/order", TOKEN, 200),
        ("GET", "/builder/trades", TOKEN, 200),
        ("DELETE", "/order", TOKEN, 403),
        ("post", "/order", TOKEN, 403),
        ("POST", "/orders", TOKEN, 403),
        ("DELETE", "/order", "wrong", 401),
        ("", "/order", TOKEN, 400),
    ] {
        let (answered, body) = server.sign(method, path, token).await;
        assert_eq!(answered, status, "{method} {path}: {body}");
        assert_eq!(body["error"].is_string(), status != 200, "{body}");
    }
    assert_eq!(server.get("/healthz").await.0, 200);
}

#[cfg(unix)]
#[tokio::test]
async fn logs_one_line_a_request_and_no_secret() {
    let start = |arguments: &[&str]| {
        let mut command = command(&["--listen", "127.0.0.1:0"]);
        Server::start(command.args(arguments).env("AUTHORIZATION_TOKEN", TOKEN))
    };
    let server = start(&[]);
    server.get("/healthz").await;
    server.sign("POST", "/order", TOKEN).await;
    server.sign("POST", "/order", "a-wrong-token").await;
    server.get(&format!("/nope?token={TOKEN}")).await;
    let log = server.stop("-TERM");
    let fields = |line: &str| -> Vec<String> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (time, rest) = fields.split_first().unwrap();
        time.parse::<jiff::Timestamp>().unwrap();
        rest.iter().filter(|field| !field.starts_with("took_us=")).map(ToString::to_string).collect()
    };
    let lines: Vec<String> = log.lines().map(|line| fields(line).join(" ")).collect();
    let wanted = [
        "INFO method=GET path=/healthz status=200",
        "INFO method=POST path=/sign status=200 account=\"default\"",
        "INFO method=POST path=/sign status=401",
        "INFO method=GET path=/nope status=401",
        "INFO stopped, every request was answered",
    ];
    assert_eq!(lines, wanted);
    let quiet = start(&["--quiet"]);
    quiet.sign("POST", "/order", TOKEN).await;
    assert!(!quiet.stop("-INT").contains("method="));
}

#[cfg(unix)]
#[tokio::test]
async fn the_log_can_be_json() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0", "--log-format", "json"]));
    server.sign("POST", "/order", "").await;
    let log = server.stop("-TERM");
    let line: Value = serde_json::from_str(log.lines().next().unwrap()).unwrap();
    line["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(line["took_us"].is_u64(), "{line}");
    let named = ["level", "method", "path", "status", "account"].map(|name| line[name].clone());
    assert_eq!(json!(named), json!(["INFO", "POST", "/sign", 200, "default"]));
}

/// Half of a request, until the server has been told to stop and listens no more.
#[cfg(unix)]
#[test]
fn a_stop_finishes_what_is_in_flight() {
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0"]));
    let connect = || TcpStream::connect(("127.0.0.1", server.port));
    let idle = connect().unwrap();
    let mut stream = connect().unwrap();
    let body = r#"{"method":"POST","path":"/order"}"#;
    let (first, second) = body.split_at(10);
    write!(stream, "POST /sign HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n").unwrap();
    write!(stream, "content-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len()).unwrap();
    // the server asks for the body: the request has begun
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 100"), "{line}");
    stream.write_all(first.as_bytes()).unwrap();
    server.signal("-TERM");
    let began = Instant::now();
    while connect().is_ok() {
        assert!(began.elapsed() < Duration::from_secs(5), "it still listens");
        std::thread::sleep(Duration::from_millis(10));
    }
    stream.write_all(second.as_bytes()).unwrap();
    let mut answered = String::new();
    reader.read_to_string(&mut answered).unwrap();
    assert!(answered.contains("HTTP/1.1 200"), "{answered}");
    assert!(answered.contains("POLY_BUILDER_SIGNATURE"), "{answered}");
    let log = server.ended();
    assert!(log.contains("path=/sign status=200") && log.lines().count() == 2, "{log}");
    drop(idle);
}

#[cfg(unix)]
#[test]
fn a_stop_does_not_wait_for_heads_that_do_not_come_and_a_second_one_waits_for_nothing() {
    let half = |server: &Server, text: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        stream
    };
    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0"]));
    let _held = half(&server, "POST /sign HTTP/1.1\r\nhost: localhost\r\n");
    let began = Instant::now();
    server.stop("-TERM");
    assert!(began.elapsed() < Duration::from_secs(5), "half a head: {:?}", began.elapsed());

    let server = Server::start(&mut command(&["--listen", "127.0.0.1:0"]));
    let _held = half(&server, "POST /sign HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{");
    let began = Instant::now();
    server.signal("-TERM");
    std::thread::sleep(Duration::from_millis(300));
    let log = server.stop("-TERM");
    assert!(began.elapsed() < Duration::from_secs(5), "half a body: {:?}", began.elapsed());
    assert!(log.contains("stopped before every request was answered"), "{log}");
}
