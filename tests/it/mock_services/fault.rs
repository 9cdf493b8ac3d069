//! What can be wrong with an answer, whatever was asked for.

use std::collections::HashSet;
use std::fmt::Write as _;

use alloy_primitives::hex;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

use super::world::{Asked, Reply};

/// What an answer with the fault comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// Another way to say the same.
    Same,
    /// No answer: nothing may be learned from it.
    Nothing,
    /// The service's own no, which may say something of who asks.
    Judgement,
}

type Make = Box<dyn Fn(&Asked, &Reply) -> Broken + Send + Sync>;

pub(super) struct Fault {
    pub(super) name: String,
    pub(super) worth: Worth,
    /// The one path that it is for.
    pub(super) only: Option<&'static str>,
    make: Make,
}

/// An answer on the wire.
pub(super) struct Broken {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) body: String,
    pub(super) location: Option<String>,
    /// More bytes are promised than come.
    pub(super) is_cut: bool,
}

const JSON: &str = "application/json";
pub(super) const NODE: &str = "/polygon";

impl Broken {
    fn of(status: u16, kind: &'static str, body: impl Into<String>) -> Self {
        Self { status, kind, body: body.into(), location: None, is_cut: false }
    }
}

impl Fault {
    fn new(
        name: impl Into<String>,
        worth: Worth,
        make: impl Fn(&Asked, &Reply) -> Broken + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into(), worth, only: None, make: Box::new(make) }
    }

    fn body(name: impl Into<String>, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::new(name, Worth::Nothing, move |_, _| Broken::of(200, JSON, body.clone()))
    }

    pub(super) fn break_it(&self, asked: &Asked, right: &Reply) -> Broken {
        (self.make)(asked, right)
    }
}

/// The one that every other is measured by: the connection ends before anything came.
pub(super) fn cut() -> Fault {
    Fault::new("cut before a byte", Worth::Nothing, |_, _| Broken { is_cut: true, ..Broken::of(200, JSON, "") })
}

pub(super) fn all() -> Vec<Fault> {
    let mut all = shapes();
    all.extend(statuses());
    all.extend(echoes());
    all.extend(of_the_node());
    all
}

fn shapes() -> Vec<Fault> {
    let mut all: Vec<Fault> = [
        "",
        "null",
        "true",
        "0",
        "-1",
        "\"\"",
        "\"x\"",
        "{}",
        "[{}]",
        "[0,0]",
        "[[]]",
        "[null]",
        "[false]",
        "\"OK\"",
        r#"{"error":"something is wrong"}"#,
        r#"{"data":[]}"#,
        r#"{"data":[0]}"#,
        r#"{"data":[{}],"next_cursor":"MA=="}"#,
        r#"{"apiKeys":[]}"#,
        r#"{"apiKeys":null}"#,
        r#"{"result":"0x"}"#,
        r#"{"version":"2"}"#,
        r#"{"closed_only":null}"#,
        r#"{"balance":""}"#,
        r#"{"balance":-1}"#,
        r#"{"deployed":0}"#,
        r#"{"blocked":0}"#,
        "not JSON",
    ]
    .into_iter()
    .map(|body| Fault::body(format!("200 {body:?}"), body))
    .collect();
    all.push(Fault::body(
        "a list of 70,000 foreign keys",
        json!({ "apiKeys": vec!["019894b9-cb40-79c4-b2bd-6aecb6f8c6c5"; 7_000] }).to_string(),
    ));
    all.push(Fault::body("deep", format!("{}{}", "[".repeat(50_000), "]".repeat(50_000))));
    all.push(Fault::body("huge", format!("[{}0]", "{},".repeat(400_000))));
    all.push(Fault::new("half of it", Worth::Nothing, |_, (_, kind, text)| {
        Broken::of(200, kind, text.get(..text.len() / 2).unwrap_or_default())
    }));
    all.push(Fault::new("cut half-way", Worth::Nothing, |_, (_, kind, text)| Broken {
        is_cut: true,
        ..Broken::of(200, kind, text.get(..text.len() / 2).unwrap_or_default())
    }));
    all.push(Fault::new("twice", Worth::Nothing, |_, (_, kind, text)| Broken::of(200, kind, format!("{text},{text}"))));
    all.push(Fault::new("in an array", Worth::Nothing, |_, (_, kind, text)| {
        Broken::of(200, kind, format!("[[{text}]]"))
    }));
    all.push(Fault::new("fields in an array", Worth::Nothing, |_, (_, kind, text)| {
        let fields = serde_json::from_str::<Value>(text)
            .ok()
            .and_then(|body| Some(body.as_object()?.values().cloned().collect::<Value>()));
        Broken::of(200, kind, fields.unwrap_or_default().to_string())
    }));
    all.push(Fault::new("a page", Worth::Nothing, |_, _| {
        Broken::of(200, "text/html", "<html><title>It works!</title></html>")
    }));
    all
}

fn statuses() -> Vec<Fault> {
    let all = [
        201, 204, 300, 302, 304, 307, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415,
        416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 444, 451, 499, 500, 501, 502, 503, 504, 508, 520,
        530, 599,
    ];
    let worth = |status| if matches!(status, 400 | 401 | 403 | 404) { Worth::Judgement } else { Worth::Nothing };
    all.into_iter()
        .map(|status| {
            Fault::new(format!("status {status}"), worth(status), move |_, _| {
                let body = if matches!(status, 204 | 304) { "" } else { r#"{"error":"no"}"# };
                Broken::of(status, JSON, body)
            })
        })
        .collect()
}

/// Everything that a request was sent with, each value changed so.
fn sent(asked: &Asked, change: fn(&str) -> String) -> String {
    let mut text = String::new();
    for (name, value) in &asked.head.headers {
        writeln!(text, "{name}: {}", change(value.to_str().unwrap_or_default())).unwrap();
    }
    write!(text, "{} {}", asked.head.uri, change(&String::from_utf8_lossy(&asked.body))).unwrap();
    text
}

const FORMS: [(&str, fn(&str) -> String); 6] = [
    ("as it is", str::to_owned),
    ("in capitals", str::to_uppercase),
    ("in hex", |text| hex::encode_prefixed(text)),
    ("in base64", |text| STANDARD.encode(format!("x{text}"))),
    ("in URL-safe base64", |text| URL_SAFE.encode(text)),
    ("URL-encoded", |text| url::form_urlencoded::byte_serialize(text.as_bytes()).collect()),
];

fn echoes() -> Vec<Fault> {
    let echo = |name: String, worth, make: Make| Fault { name, worth, only: None, make };
    let mut all = Vec::new();
    for (form, change) in FORMS {
        for status in [400, 401, 403, 500] {
            let worth = if status == 500 { Worth::Nothing } else { Worth::Judgement };
            all.push(echo(
                format!("echo {form}, {status}"),
                worth,
                Box::new(move |asked, _| {
                    Broken::of(
                        status,
                        JSON,
                        json!({ "error": format!("bad request: {}", sent(asked, change)) }).to_string(),
                    )
                }),
            ));
        }
        all.push(echo(
            format!("echo {form}, in every field"),
            Worth::Nothing,
            Box::new(move |asked, _| {
                let text = sent(asked, change);
                let names = [
                    "error",
                    "message",
                    "country",
                    "region",
                    "key",
                    "apiKey",
                    "secret",
                    "passphrase",
                    "next_cursor",
                    "proxyWallet",
                    "wallet",
                ];
                Broken::of(
                    200,
                    JSON,
                    names
                        .map(|name| (name.to_owned(), Value::from(text.clone())))
                        .into_iter()
                        .collect::<Value>()
                        .to_string(),
                )
            }),
        ));
    }
    all.push(echo(
        "echo as text".to_owned(),
        Worth::Nothing,
        Box::new(|asked, _| Broken::of(200, "text/plain", sent(asked, str::to_owned))),
    ));
    all.push(echo(
        "echo in a title".to_owned(),
        Worth::Nothing,
        Box::new(|asked, _| {
            Broken::of(
                502,
                "text/html",
                format!("<html><title>{}</title></html>", sent(asked, str::to_owned).replace('\n', " ")),
            )
        }),
    ));
    all.push(echo(
        "echo in a redirect".to_owned(),
        Worth::Nothing,
        Box::new(|asked, _| Broken {
            location: Some(format!("https://example.org/?{}", sent(asked, str::to_owned).replace('\n', "&"))),
            ..Broken::of(302, JSON, "")
        }),
    ));
    all.push(echo(
        "echo in a list".to_owned(),
        Worth::Nothing,
        Box::new(|asked, _| {
            Broken::of(200, JSON, json!([{ "key": sent(asked, str::to_owned), "createdAt": 0 }]).to_string())
        }),
    ));
    all.push(echo(
        "echo behind escapes".to_owned(),
        Worth::Judgement,
        Box::new(|asked, _| {
            let escaped: String =
                sent(asked, str::to_owned).chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
            Broken::of(400, JSON, format!("{{\"error\":\"{escaped}\"}}"))
        }),
    ));
    all
}

/// Changes every message of a JSON-RPC answer, be it one or a batch.
fn each(text: &str, change: impl Fn(&mut Value)) -> String {
    let mut body: Value = serde_json::from_str(text).unwrap_or_default();
    match &mut body {
        Value::Array(messages) => messages.iter_mut().for_each(&change),
        message => change(message),
    }
    body.to_string()
}

/// Changes a batch as one; what is no batch loses its result.
fn batch(text: &str, change: impl Fn(&mut Vec<Value>)) -> String {
    let mut body: Value = serde_json::from_str(text).unwrap_or_default();
    match &mut body {
        Value::Array(messages) => change(messages),
        message => message["result"] = Value::Null,
    }
    body.to_string()
}

fn of_the_node() -> Vec<Fault> {
    fn of(name: &str, worth: Worth, change: impl Fn(&str) -> String + Send + Sync + 'static) -> Fault {
        let fault =
            Fault::new(format!("node: {name}"), worth, move |_, (_, kind, text)| Broken::of(200, kind, change(text)));
        Fault { only: Some(NODE), ..fault }
    }
    let result = |name: &str, change: fn(&str) -> Value| {
        of(name, Worth::Nothing, move |text| {
            each(text, |message| {
                let result = message["result"].as_str().map(change);
                message["result"] = result.unwrap_or_default();
            })
        })
    };
    let fails = |name: &str, error: Value| {
        of(name, Worth::Nothing, move |text| {
            each(text, |message| *message = json!({ "id": message["id"], "jsonrpc": "2.0", "error": error }))
        })
    };
    vec![
        of("out of order", Worth::Same, |text| {
            batch(text, |messages| {
                let half = messages.len() / 2;
                messages.rotate_left(half);
            })
        }),
        of("one is missing", Worth::Nothing, |text| batch(text, |messages| _ = messages.pop())),
        of("one comes twice", Worth::Nothing, |text| {
            batch(text, |messages| messages.push(json!({ "id": messages[0]["id"], "result": "0x", "jsonrpc": "2.0" })))
        }),
        of("of other calls", Worth::Nothing, |text| each(text, |message| message["id"] = json!(4_711))),
        of("one has an error of the node", Worth::Nothing, |text| {
            batch(text, |messages| {
                messages[0] = json!({ "id": messages[0]["id"], "error": { "code": -32005, "message": "limit" } });
            })
        }),
        result("nothing", |_| "0x".into()),
        result("cut", |hex| hex[..hex.len() - hex.len() / 3].into()),
        result("an odd digit more", |hex| format!("{hex}0").into()),
        result("too long", |hex| format!("{hex}{}", "00".repeat(32)).into()),
        result("numbers", |_| 0.into()),
        result("null", |_| Value::Null),
        result("no hex", |_| "zero".into()),
        fails("no gas", json!({ "code": -32000, "message": "out of gas" })),
        fails("stops", json!({ "code": 3, "message": "execution reverted" })),
        fails("no method", json!({ "code": -32601, "message": "the method does not exist" })),
    ]
}

/// Every run of characters of these that is more than a pattern, in small letters.
pub(super) struct Runs {
    short: HashSet<[u8; 9]>,
    /// Of texts in hexadecimal, in which nine digits are only four characters and a half: so few are
    /// also in a time or an address.
    hex: HashSet<[u8; 18]>,
}

/// The runs of a text that are not mostly one character.
fn runs<const LENGTH: usize>(text: &[u8]) -> impl Iterator<Item = &[u8; LENGTH]> {
    let runs = text.windows(LENGTH).map(|run| <&[u8; LENGTH]>::try_from(run).unwrap());
    runs.filter(|run| run.iter().collect::<HashSet<_>>().len() >= 4)
}

impl Runs {
    pub(super) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let (mut short, mut hex) = (HashSet::new(), HashSet::new());
        for secret in secrets {
            let decoded =
                hex::decode(secret.trim_start_matches("0x")).or_else(|_| URL_SAFE.decode(secret)).unwrap_or_default();
            let mut forms = vec![secret.to_owned(), hex::encode(&decoded), STANDARD.encode(&decoded)];
            // in base64 a text looks otherwise by where it begins
            forms.extend((0..3).flat_map(|start| {
                [STANDARD, URL_SAFE].map(|engine| engine.encode(&secret.as_bytes()[start.min(secret.len())..]))
            }));
            for form in &forms {
                short.extend(runs(form.trim_end_matches('=').to_ascii_lowercase().as_bytes()));
            }
            hex.extend(runs(hex::encode(secret).as_bytes()));
        }
        Self { short, hex }
    }

    /// The first of them in a text.
    pub(super) fn found(&self, text: &str) -> Option<String> {
        let text = text.as_bytes().to_ascii_lowercase();
        let short = runs(&text).find(|run| self.short.contains(*run)).map(<[u8; 9]>::as_slice);
        let found = short.or_else(|| runs(&text).find(|run| self.hex.contains(*run)).map(<[u8; 18]>::as_slice));
        found.map(|run| String::from_utf8_lossy(run).into_owned())
    }
}
