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

#[cfg(unix)]
#[test]
fn a_builder_key_is_not_created_where_its_secret_has_no_room() {
    let desk = Desk::new("healthy-safe");
    std::fs::write(desk.path("full.env"), format!("# {}\n", "x".repeat(600))).unwrap();
    let of_desk = desk.command("builder create --yes --save env=full.env --format json");
    let mut command = std::process::Command::new("sh");
    // files of more than 512 bytes cannot be written
    command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""]).arg(of_desk.get_program());
    command.args(of_desk.get_args()).env_clear().current_dir(desk.folder.path());
    command.envs(of_desk.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let (code, failed) = json_of(command);
    assert_eq!((code, &failed["done"]), (1, &json!(false)), "{failed}");
    assert!(failed["summary"].as_str().unwrap().contains("Nothing was created"), "{failed}");
    assert_eq!(active(&desk).len(), 1, "nothing was created");
    assert_eq!(
        std::fs::read_dir(desk.folder.path())
            .unwrap()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().ends_with("-tmp"))
            .count(),
        0
    );
}

/// The folder goes while the key is made: nobody could have its secret again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_builder_key_that_can_neither_be_saved_nor_shown_is_revoked_again() {
    const SECRET: &str = "yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=";
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("place");
    std::fs::create_dir(&place).unwrap();
    let (gone, revoked) = (place.clone(), std::sync::Arc::new(std::sync::Mutex::new(Vec::new())));
    let seen = std::sync::Arc::clone(&revoked);
    let app = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let (gone, seen) = (gone.clone(), seen.clone());
        async move {
            if request.method() == "POST" {
                std::fs::remove_dir_all(&gone).unwrap();
                return json!({ "key": "019c16a0-0000-7abc-8def-0123456789ab", "secret": SECRET, "passphrase": "a-passphrase" }).to_string();
            }
            let header = request.headers().get("poly_builder_api_key");
            seen.lock().unwrap().push(header.map(|key| key.to_str().unwrap().to_owned()));
            "\"OK\"".to_owned()
        }
    });
    let listener = tokio::net::TcpListener::bind(crate::support::ANY_PORT).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    let mut command = crate::program::polydoctor();
    command.args(["keys", "builder", "create", "--yes", "--format", "json", "--save", "json=place/key.json"]);
    command.current_dir(folder.path()).env("HOME", folder.path()).env("CLOB_HOST", url);
    command.env("PRIVATE_KEY", crate::support::DEMO_KEY).env("CLOB_API_KEY", "5d1c266a-ed39-b9bd-c1f5-f24ae3e14a7b");
    command.env("CLOB_SECRET", SECRET).env("CLOB_PASS_PHRASE", "1816e5ed89518467");
    let (code, failed) = tokio::task::spawn_blocking(move || json_of(command)).await.unwrap();
    assert_eq!((code, &failed["done"]), (1, &json!(false)), "{failed}");
    assert!(failed["because"].to_string().contains("revoked again"), "{failed}");
    assert_eq!(*revoked.lock().unwrap(), [Some("019c16a0-0000-7abc-8def-0123456789ab".to_owned())]);
}
