//! Whatever is read from outside is answered, and never with a panic: generated input, bounded in number.
//! `PROPTEST_CASES` asks for more.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use polydoctor::auth::key;
use polydoctor::engine::Engine;
use polydoctor::facts::clock::{drift, narrowed};
use polydoctor::facts::{ClockReading, Facts};
use polydoctor::reference;
use polydoctor::render::{self, Format, Show, Style};
use polydoctor::report::Report;
use polydoctor::secret::Secret;
use polydoctor::settings::change::FileChange;
use polydoctor::settings::undo::Undo;
use polydoctor::settings::{self, EnvFile, Inputs, KeyInput};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;
use serde_json::{Value, json};

use crate::program::{polydoctor, run};
use crate::support::DEMO_KEY;

/// So many cases of each, unless the environment asks for another number.
fn cases(usual: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    Config { failure_persistence: None, ..Config::with_cases(asked.unwrap_or(usual)) }
}

/// Text that could stand in a settings file: names that are read, quotes, and anything else.
fn text() -> impl Strategy<Value = String> {
    let word = select(vec![
        "PK=",
        "CLOB_SECRET=",
        "FUNDER=",
        "export ",
        "POLYMARKET_SIGNATURE_TYPE=",
        "CHAIN_ID=",
        "\"",
        "'",
        "\\",
        "\n",
        "\r\n",
        "\t",
        "#",
        "$",
        "${",
        "}",
        "=",
        " ",
        "\u{feff}",
        "\u{202e}",
        "\0",
        "é",
        "0x",
        "[profiles.a]\n",
        "private_key = ",
        "{ env = \"PK\" }",
        "{ file = \".env\" }",
        "default_profile = 'a'\n",
        "env_map = ",
        "[[",
        "]]",
        "deadline = ",
        "-1",
        "99999999999999999999",
        DEMO_KEY,
        "https://",
        "u:p@",
        "\u{1b}[31m",
    ]);
    let piece = prop_oneof![4 => word.prop_map(str::to_owned), 1 => ".{0,8}"];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Settings from files with this text; none of it may be larger than a file may be.
fn load(folder: &Path, env: &[u8], config: &[u8]) {
    fs::write(folder.join(".env"), env).unwrap();
    fs::write(folder.join("config.toml"), config).unwrap();
    let inputs = Inputs {
        env_file: EnvFile::Named(folder.join(".env")),
        config_file: Some(folder.join("config.toml")),
        polymarket_cli: Some(folder.join("config.toml")),
        ..Inputs::default()
    };
    if let Ok(settings) = settings::load(&inputs) {
        let engine = Engine::new(settings, true, &[]);
        let report = Report::of(&engine.facts().borrow());
        assert!(!report.checks.is_empty());
    }
}

/// Of floating point numbers of the size of Unix seconds.
const ROUNDING: f64 = 1e-5;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn any_settings_are_read(env in text(), config in text()) {
        load(tempfile::tempdir().unwrap().path(), env.as_bytes(), config.as_bytes());
    }

    #[test]
    fn any_bytes_are_read_as_settings(env in prop::collection::vec(any::<u8>(), 0..200), config in "\\PC{0,80}") {
        load(tempfile::tempdir().unwrap().path(), &env, config.as_bytes());
    }

    #[test]
    fn any_text_of_a_key_is_judged(key in prop_oneof![text(), "(0x)?[0-9a-fA-FxX ]{0,70}", "([a-z]{2,9} ){0,25}"]) {
        let _ = key::parse(&Secret::new(key));
    }

    #[test]
    fn any_error_is_looked_up(text in prop_oneof![text(), "\\PC{0,200}"]) {
        let _ = reference::recognise(&text);
        let _ = reference::find_error(&text);
        let _ = reference::checks_for(&text);
    }

    /// The true drift lies in what is left after each reading, however late the answers are and wherever
    /// in its second the server was; and readings never widen it.
    #[test]
    fn the_clock_interval_holds_the_truth(
        drift_s in -500.0..500.0_f64,
        readings in prop::collection::vec((0.0..30.0_f64, 0.0..5.0_f64, 0.0..5.0_f64, any::<bool>()), 1..12),
    ) {
        let mut here = 1_800_000_000.0;
        let mut taken = Vec::new();
        for (pause, there, back, from_time) in readings {
            let sent_s = here + pause;
            let received_s = sent_s + there + back;
            #[allow(clippy::cast_possible_truncation)]
            let server_s = (sent_s + there - drift_s).floor() as i64;
            let from_time = from_time || taken.is_empty();
            taken.push(ClockReading { server_s, sent_s, received_s, from_time });
            here = received_s;
        }
        let mut width = f64::INFINITY;
        for left in narrowed(&taken).into_iter().chain([drift(&taken)]).flatten() {
            prop_assert!(left.low_s - ROUNDING <= drift_s && drift_s <= left.high_s + ROUNDING, "{left:?}");
            prop_assert!(left.high_s - left.low_s <= width + ROUNDING);
            width = left.high_s - left.low_s;
        }
    }

    /// Whatever a fix changes in files of whatever text, undoing it gives every byte back.
    #[test]
    fn undoing_a_change_is_the_identity(text in text(), values in prop::collection::vec("[ -~]{0,40}", 2)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, &text).unwrap();
        let wanted = [("FUNDER", values[0].as_str()), ("PK", values[1].as_str())];
        let Ok(change) = FileChange::of_variables(&path, &wanted) else { return Ok(()) };
        let undo = Undo::in_folder(folder.path().join("undo"));
        undo.apply(&[change], "a fix").unwrap();
        if let Some(step) = undo.last().unwrap() {
            undo.restore(&step).unwrap();
        }
        prop_assert_eq!(fs::read(&path).unwrap(), text.into_bytes());
    }
}

/// A keystore that opens with the password `p`, at little cost.
fn keystore() -> Value {
    json!({
        "version": 3,
        "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
        "address": "f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
        "crypto": {
            "cipher": "aes-128-ctr",
            "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
            "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
            "kdf": "pbkdf2",
            "kdfparams": { "c": 2, "dklen": 32, "prf": "hmac-sha256", "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd" },
            "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
        },
    })
}

/// A value of a JSON text that is not what belongs there.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        select(vec![i64::MIN, i64::MAX, 0, -1]).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        text().prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
    ]
}

/// A number of an unusual size.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![i64::MIN, i64::MAX, 0, -1, 1]).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ]
}

/// Puts something else in the place of a value: a number for a number and a text for a text, so that it can
/// be read; and anything where the path ends before.
fn put(into: &mut Value, path: &[Index], odd: (Value, Value, String)) {
    let index = path.first();
    let rest = path.get(1..).unwrap_or_default();
    match (index, into) {
        (Some(index), Value::Object(fields)) if !fields.is_empty() => {
            let at = index.index(fields.len());
            let (_, inside) = fields.iter_mut().nth(at).unwrap();
            put(inside, rest, odd);
        }
        (Some(index), Value::Array(items)) if !items.is_empty() => {
            let at = index.index(items.len());
            put(&mut items[at], rest, odd);
        }
        (Some(_), into @ Value::Number(_)) => *into = odd.1,
        (Some(_), into @ Value::String(_)) => *into = odd.2.into(),
        (_, into) => *into = odd.0,
    }
}

/// Recorded facts of an account with something wrong everywhere.
fn recorded() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facts.json");
    let output = run(&["check", "--demo", "--record", file.to_str().unwrap()]);
    assert!(output.status.code().is_some(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

#[test]
fn any_recorded_facts_are_judged_and_printed() {
    let recorded = recorded();
    let changes =
        prop::collection::vec((prop::collection::vec(any::<Index>(), 3..12), (odd(), number(), text())), 1..4);
    let judged = std::cell::Cell::new(0);
    proptest!(cases(600), |(changes in changes)| {
        let mut value = recorded.clone();
        for (path, odd) in changes {
            put(&mut value, &path, odd);
        }
        let Ok(facts) = serde_json::from_value::<Facts>(value) else { return Ok(()) };
        judged.set(judged.get() + 1);
        let report = Report::of(&Facts { is_replay: true, ..facts });
        for format in [Format::Text, Format::Json, Format::Markdown, Format::Junit] {
            render::print(&report, format, Show::All, Style { width: Some(80), ..Style::default() }, &mut Vec::new()).unwrap();
        }
    });
    assert!(judged.get() > 60, "{} of them could be read", judged.get());
}

#[test]
fn any_keystore_is_opened_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keystore.json");
    let changes = prop::collection::vec((prop::collection::vec(any::<Index>(), 0..6), (odd(), number(), text())), 0..3);
    proptest!(cases(256), |(changes in changes)| {
        let mut value = keystore();
        for (at, odd) in changes {
            put(&mut value, &at, odd);
        }
        fs::write(&path, value.to_string()).unwrap();
        let inputs = Inputs {
            env_file: EnvFile::None,
            key: KeyInput::Keystore(path.clone()),
            keystore_password: Some(Secret::new("p")),
            ..Inputs::default()
        };
        let _ = settings::load(&inputs);
    });
}

/// What a client could send before its body, and what none would.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(vec![
        "GET ",
        "POST ",
        "OPTIONS ",
        "/sign",
        "/",
        "/healthz",
        "/metrics",
        " HTTP/1.1",
        " HTTP/1.0",
        " HTTP/9.9",
        "\r\n",
        "\n",
        "\r",
        "host: localhost\r\n",
        "host: attacker.example\r\n",
        "origin: null\r\n",
        "content-length: 2\r\n",
        "content-length: -1\r\n",
        "content-length: 99999999999999999999\r\n",
        "transfer-encoding: chunked\r\n",
        "content-type: application/json\r\n",
        "content-encoding: gzip\r\n",
        "expect: 100-continue\r\n",
        "connection: close\r\n",
        "authorization: Bearer x\r\n",
        "authorization: \u{ff}\r\n",
        "upgrade: h2c\r\n",
        "{}",
        "2\r\n{}\r\n0\r\n\r\n",
        "\0",
        ": ",
        "http://attacker.example/",
        "*",
        "?",
        "%00",
        "%ff",
        "\t",
    ]);
    let piece = prop_oneof![
        6 => piece.prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    let broken = prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat());
    let headers = prop::collection::vec("[a-z-]{1,12}: [ -~]{0,24}\r\n", 0..6).prop_map(|lines| lines.concat());
    let whole = ("(GET|POST|PUT|OPTIONS|HEAD|[A-Z]{1,9})", "/[ -~&&[^ ]]{0,12}", headers, "[ -~]{0,20}");
    let whole = whole.prop_map(|(method, path, headers, body)| {
        let length = body.len();
        format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
            .into_bytes()
    });
    prop_oneof![broken, whole]
}

#[test]
fn any_request_head_is_answered_or_closed() {
    let mut command = polydoctor();
    command.args(["sign-server", "--listen", "127.0.0.1:0", "--quiet", "--idle-timeout", "1"]);
    command.env("POLY_BUILDER_API_KEY", "k").env("POLY_BUILDER_SECRET", "AAAA").env("POLY_BUILDER_PASSPHRASE", "p");
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port: u16 = line.rsplit(':').next().unwrap().trim().parse().unwrap();
    proptest!(cases(300), |(sent in request())| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        let _ = stream.write_all(&sent);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answered = Vec::new();
        match stream.read_to_end(&mut answered) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => prop_assert!(false, "never answered nor closed"),
            _ => {}
        }
        let answered = String::from_utf8_lossy(&answered);
        let failed = answered.lines().any(|line| line.starts_with("HTTP/1.1 5"));
        prop_assert!(!failed, "{}", answered);
    });
    assert!(server.try_wait().unwrap().is_none(), "it still runs");
    server.kill().unwrap();
    let mut log = String::new();
    server.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    server.wait().unwrap();
    assert!(!log.contains("internal error"), "{log}");
}
