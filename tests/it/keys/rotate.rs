//! A key that is replaced by another, stopped at each step and taken up again.

use std::fs;

use serde_json::{Value, json};

use super::{Desk, json_of, run};

fn rotate(desk: &Desk, arguments: &str) -> (i32, Value) {
    json_of(desk.command_by_file(format!("rotate --format json {arguments}").trim_end()))
}

#[test]
fn the_new_key_is_proved_and_saved_before_the_old_one_goes() {
    let desk = Desk::new("healthy-safe");
    desk.write_env();
    let before = desk.read(".env");
    let (code, planned) = rotate(&desk, "--dry-run");
    let sent: Vec<&str> = planned["requests"].as_array().unwrap().iter().map(|r| r["path"].as_str().unwrap()).collect();
    assert_eq!(code, 0);
    assert_eq!(sent, ["/auth/derive-api-key", "/auth/api-key", "/auth/api-keys", "/auth/api-key"]);
    assert_eq!(run(desk.command_by_file("rotate")).0, 2, "nobody to ask");
    assert_eq!((desk.nonces(), desk.read(".env")), (vec!["0".to_owned()], before));
    let (code, done) = rotate(&desk, "--yes");
    assert_eq!((code, &done["nonce"], &done["old_deleted"]), (0, &json!("1"), &json!(true)), "{done}");
    assert_eq!(done["replaced"], desk.env("CLOB_API_KEY"));
    let saved = desk.read(".env");
    assert!(saved.contains(done["credentials"]["key"].as_str().unwrap()) && saved.contains("# do not lose"), "{saved}");
    assert!(saved.ends_with("POLYMARKET_NONCE=1\n"));
    assert_eq!(desk.nonces(), ["1"]);
    assert_eq!(run(desk.command_by_file("list")).0, 0, "the file is switched");
    let (code, done) = rotate(&desk, "--yes --keep-old");
    assert_eq!((code, &done["nonce"], &done["old_deleted"]), (0, &json!("2"), &json!(false)));
    assert_eq!(desk.nonces(), ["1", "2"]);
}

#[test]
fn a_key_that_does_not_pass_yet_leaves_everything_as_it_was() {
    let desk = Desk::new("credentials-just-created");
    desk.write_env();
    let before = desk.read(".env");
    let (code, failed) = rotate(&desk, "--yes --wait 0");
    assert_eq!((code, &failed["cause"]), (1, &json!("credentials-just-created")), "{failed}");
    assert_eq!(failed["fix"]["commands"], json!(["polydoctor keys rotate --to-nonce 1"]));
    assert_eq!(desk.read(".env"), before);
    assert_eq!(desk.nonces(), ["0", "1"]);
}

#[test]
fn it_goes_on_where_it_was_stopped() {
    let desk = Desk::new("healthy-safe");
    desk.write_env();
    run(desk.command("create --nonce 3 --yes"));
    let (code, done) = rotate(&desk, "--yes --to-nonce 3");
    assert_eq!((code, &done["nonce"], &done["old_deleted"]), (0, &json!("3"), &json!(true)), "{done}");
    assert_eq!(desk.nonces(), ["3"]);
    let (code, _, err) = run(desk.command_by_file("rotate --yes --to-nonce 3"));
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("is to be replaced"), "{err}");
}

/// What bots still use is not taken from them.
#[test]
fn an_old_key_that_is_still_in_force_is_not_deleted() {
    let desk = Desk::new("healthy-safe");
    fs::write(desk.path(".env"), "").unwrap();
    let (code, out, err) = run(desk.command("rotate --yes --save env=.env"));
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("the old key stays: a different key is still configured (env CLOB_API_KEY)"), "{err}");
    assert_eq!(desk.nonces(), ["0", "1"]);
    // nor is one that another file still has
    desk.write_env();
    let (code, _, err) = run(desk.command_by_file("rotate --yes --save env=other.env"));
    assert!(code == 0 && err.contains("a different key is still configured (CLOB_API_KEY, line 3 of .env)"), "{err}");
    assert_eq!(desk.nonces(), ["0", "1", "2"]);
}
