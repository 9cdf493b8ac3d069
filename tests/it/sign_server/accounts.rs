//! Several builders on one server, and what changes while it runs.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{SECRET, Server, TOKEN, command, refused};
use crate::program::polydoctor;

/// An account in a file of accounts.
fn account(name: &str, tokens: &str, key: &str) -> String {
    format!("[[account]]\nname = '{name}'\ntokens = {tokens}\nkey = '{key}'\nsecret = '{SECRET}'\npassphrase = 'p'\n\n")
}

fn write_private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn start(path: &Path) -> Server {
    let mut command = polydoctor();
    command.args(["sign-server", "--listen", "0.0.0.0:0", "--quiet", "--accounts"]).arg(path).env("THEIRS", "third");
    Server::start(&mut command)
}

#[tokio::test]
async fn the_token_chooses_the_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.toml");
    write_private(
        &path,
        &(account("one", "['first', 'second']", "k1") + &account("two", "[{ env = 'THEIRS' }]", "k2")),
    );
    let server = start(&path);
    for (token, key) in [("first", "k1"), ("second", "k1"), ("third", "k2")] {
        let (status, headers) = server.sign("POST", "/order", token).await;
        assert_eq!((status.as_u16(), &headers["POLY_BUILDER_API_KEY"]), (200, &json!(key)), "{token}");
    }
    let (status, body) = server.sign("POST", "/order", "fourth").await;
    assert_eq!((status.as_u16(), body), (401, json!({ "error": "Invalid authorization token" })));
    assert_eq!(
        server.get("/").await,
        (reqwest::StatusCode::UNAUTHORIZED, json!({ "error": "Authorization token required" }))
    );
}

#[test]
fn accounts_that_nobody_could_use_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.toml");
    for (text, sentence) in [
        (String::new(), "there is no account"),
        (account("one", "[]", "k"), "account one has no token"),
        (account("one", "['t']", "k") + &account("one", "['u']", "k"), "two accounts are named one"),
        (account("one", "['t']", "k") + &account("two", "['t']", "k"), "account two has a token twice"),
        (account("one", "['t']", "k").replace(SECRET, "not base64!"), "account one: the secret is not base64"),
        (account("one", "['t']", "k").replace("key", "kee"), "line 4: unknown field `kee`"),
    ] {
        write_private(&path, &text);
        let error = refused(command(&["--accounts"]).arg(&path));
        assert!(error.contains(sentence) && error.contains("accounts.toml"), "{error}");
    }
    assert!(
        refused(command(&["--accounts", "none.toml"]).current_dir(folder.path())).contains("cannot read none.toml")
    );
    assert!(refused(&mut command(&["--accounts", "a", "--token-file", "b"])).contains("cannot be used with"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.toml");
    write_private(&path, &account("one", "['t']", "k"));
    assert!(!start(&path).stop("-TERM").contains("WARN"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let log = start(&path).stop("-TERM");
    assert!(log.contains("WARN") && log.contains("; run chmod 600"), "{log}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_hangup_reads_everything_anew_and_refuses_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.toml");
    write_private(&path, &account("one", "['old']", "k1"));
    let server = start(&path);
    server.comes_to("old", 200).await;
    write_private(&path, &account("one", "['new']", "k2"));
    server.signal("-HUP");
    server.comes_to("old", 401).await;
    assert_eq!(server.sign("POST", "/order", "new").await.1["POLY_BUILDER_API_KEY"], "k2");

    for broken in
        ["", "[[account]\n", &account("one", "[]", "k3"), &account("one", "['new']", "k3").replace(SECRET, "!")]
    {
        write_private(&path, broken);
        server.signal("-HUP");
    }
    // a good one after them: they have been read when it counts
    server.comes_to("new", 200).await;
    write_private(&path, &account("one", "['newest']", "k4"));
    server.signal("-HUP");
    server.comes_to("newest", 200).await;
    let log = server.stop("-TERM");
    assert!(log.contains("ERROR reload failed, the old credentials, tokens and certificates stay"), "{log}");
    assert!(log.lines().filter(|line| line.contains("certificates reloaded")).count() >= 2, "{log}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_hangup_never_opens_a_public_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    let token = format!("AUTHORIZATION_TOKEN={TOKEN}\n");
    write_private(&path, &token);
    let server = Server::start(command(&["--listen", "0.0.0.0:0"]).current_dir(folder.path()));
    write_private(&path, "AUTHORIZATION_TOKEN=\n");
    server.signal("-HUP");
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert_eq!(server.sign("POST", "/order", "wrong").await.0, 401);
    write_private(&path, "AUTHORIZATION_TOKEN=another\n");
    server.signal("-HUP");
    server.comes_to("another", 200).await;
    assert!(server.stop("-TERM").contains("other machines can reach"));
}
