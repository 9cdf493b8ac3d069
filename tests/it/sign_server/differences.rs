//! Where our server answers otherwise than the official one, on purpose.
//!
//! Each row's official status was seen on an Express server like the official one, the one of
//! `tests/benches/sign_server/official`; what both answer alike is in `tests/vectors/builder.json`.

use reqwest::Method;

use super::{Server, command};
use crate::support::client;

const SIGN: &str = r#"{"method":"POST","path":"/order"}"#;

struct Difference {
    why: &'static str,
    arguments: &'static [&'static str],
    request: (Method, &'static str, &'static [u8]),
    official: u16,
    ours: u16,
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        why: "a balancer asks for the health without a token",
        arguments: &[],
        request: (Method::GET, "/healthz", b""),
        official: 404,
        ours: 200,
    },
    Difference {
        why: "Prometheus scrapes",
        arguments: &[],
        request: (Method::GET, "/metrics", b""),
        official: 404,
        ours: 200,
    },
    Difference {
        why: "--allow narrows what is signed",
        arguments: &["--allow", "GET:/builder/trades"],
        request: (Method::POST, "/sign", SIGN.as_bytes()),
        official: 200,
        ours: 403,
    },
    Difference {
        why: "a text that is no UTF-8 would be signed with replaced characters: no service takes such a signature",
        arguments: &[],
        request: (Method::POST, "/sign", b"{\"method\":\"POST\",\"path\":\"/order\",\"body\":\"\xff\"}"),
        official: 200,
        ours: 400,
    },
    Difference {
        why: "half of a surrogate pair would be signed as a replaced character, too",
        arguments: &[],
        request: (Method::POST, "/sign", br#"{"method":"POST","path":"/order","body":"\ud83d"}"#),
        official: 200,
        ours: 400,
    },
];

#[tokio::test]
async fn only_these_answers_differ_on_purpose() {
    for Difference { why, arguments, request: (method, path, body), official, ours } in DIFFERENCES {
        assert_ne!(official, ours, "{why}");
        let server = Server::start(command(&["--listen", "127.0.0.1:0", "--quiet"]).args(*arguments));
        let request = client().request(method.clone(), server.url(path)).header("content-type", "application/json");
        assert_eq!(request.body(*body).send().await.unwrap().status(), *ours, "{why}");
    }
}
