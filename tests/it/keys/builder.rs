//! Builder keys, revoked in both ways.

use serde_json::{Value, json};

use super::{Desk, json_of, run, text};

/// Those that are not revoked.
fn active(desk: &Desk) -> Vec<String> {
    let keys = desk.json("builder list").1["keys"].as_array().unwrap().clone();
    keys.iter().filter(|key| key["revoked"] == false).map(|key| text(&key["key"])).collect()
}

#[test]
fn a_builder_key_is_not_created_without_a_place_for_its_secret() {
    let desk = Desk::new("healthy-safe");
    let (code, _, err) = run(desk.command("builder create --yes"));
    assert_eq!(code, 2);
    assert!(err.contains("only once"), "{err}");
    assert_eq!(run(desk.command("builder create --save env=a.env")).0, 2, "nobody to ask");
    assert_eq!(desk.json("builder create --dry-run").0, 0);
    assert_eq!(active(&desk).len(), 1);
    let (code, created) = desk.json("builder create --yes --save env=a.env");
    assert_eq!(code, 0);
    let saved = desk.read("a.env");
    let key = text(&created["credentials"]["key"]);
    assert!(saved.starts_with(&format!("POLY_BUILDER_API_KEY={key}\nPOLY_BUILDER_SECRET=")), "{saved}");
    assert_eq!(active(&desk).len(), 2);
    let (_, shown) = desk.json("builder create --yes --show-secrets");
    assert_eq!(text(&shown["credentials"]["secret"]).len(), 44);
}

#[test]
fn the_builder_revokes_its_own_key_and_the_user_one_that_the_service_chooses() {
    let desk = Desk::new("healthy-safe");
    run(desk.command("builder create --yes --save env=a.env"));
    let configured = desk.env("POLY_BUILDER_API_KEY").to_owned();
    let newest = active(&desk).into_iter().find(|key| *key != configured).unwrap();
    for (arguments, signed_with) in
        [("", "builder-credentials"), ("--as builder", "builder-credentials"), ("--as user", "api-credentials")]
    {
        let (code, planned) = desk.json(format!("builder revoke --dry-run {arguments}").trim_end());
        let last = planned["requests"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((code, &last["signed_with"]), (0, &json!(signed_with)), "{arguments}");
    }
    assert_eq!(run(desk.command("builder revoke")).0, 2, "nobody to ask");
    // without builder credentials the user signs
    let mut command = desk.command("builder revoke --yes --format json");
    command.env_remove("POLY_BUILDER_SECRET");
    let (code, revoked) = json_of(command);
    assert_eq!((code, &revoked["revoked"]), (0, &json!([newest])));
    let (code, revoked) = desk.json("builder revoke --yes");
    assert_eq!((code, &revoked["revoked"]), (0, &json!([configured])));
    let row = |keys: &Value| keys["keys"].as_array().unwrap().iter().all(|key| key["revoked_at"].is_string());
    assert!(row(&desk.json("builder list").1));
    let (code, failed) = desk.json("builder revoke --yes");
    assert_eq!((code, &failed["cause"]), (1, &json!("builder-credentials-invalid")), "{failed}");
    assert_eq!(run(desk.command("builder revoke --as user --yes")).0, 1, "there is none left");
    let mut command = desk.command("builder revoke --as builder --yes");
    command.env_remove("POLY_BUILDER_SECRET");
    assert_eq!(run(command).0, 2);
}
