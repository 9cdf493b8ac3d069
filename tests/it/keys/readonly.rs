//! Read-only keys.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use super::{Desk, run, text};

#[test]
fn read_only_keys_are_made_listed_validated_and_deleted() {
    let desk = Desk::new("healthy-safe");
    assert_eq!(run(desk.command("readonly create")).0, 2, "nobody to ask");
    assert_eq!(desk.json("readonly create --dry-run").0, 0);
    assert_eq!(desk.json("readonly list").1["keys"], json!([]));
    let (code, created) = desk.json("readonly create --yes");
    assert_eq!(code, 0);
    let key = text(&desk.json("readonly list --show-secrets").1["keys"][0]);
    let short = text(&created["key"]);
    assert!(short != key && short.contains('…') && desk.json("readonly list").1["keys"][0] == short);
    let validate = |value: &str| {
        let mut command = desk.command("readonly validate");
        command.env("POLY_READONLY_API_KEY", value);
        run(command).0
    };
    assert_eq!((validate(&key), validate("00000000-0000-0000-0000-000000000000"), validate(" ")), (0, 1, 2));
    let mut from_pipe = desk.command("readonly validate -");
    from_pipe.env_remove("POLYMARKET_PRIVATE_KEY").args(["--address", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"]);
    let mut child = from_pipe.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "it needs no private key");
    assert_eq!(desk.json(&format!("readonly validate {short}")).1["valid"], true);
    assert_eq!(run(desk.command("readonly delete ffffffff --yes")).0, 1);
    assert_eq!(run(desk.command("readonly delete abc --yes")).0, 2);
    assert_eq!(run(desk.command(&format!("readonly delete {short}"))).0, 2, "nobody to ask");
    let (code, planned) = desk.json(&format!("readonly delete {short} --dry-run"));
    assert_eq!((code, &planned["requests"][0]["method"]), (0, &json!("DELETE")));
    assert_eq!(validate(&key), 0);
    assert_eq!(run(desk.command(&format!("readonly delete {} --yes", &key[..8]))).0, 0);
    assert_eq!(validate(&key), 1);
}
