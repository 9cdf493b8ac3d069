//! Where secrets are written, and where they are not.

use std::fs;

use super::{Desk, json_of, run, text};
use crate::program::polydoctor;

/// Whether the file alone is enough for a signed request.
fn passes(desk: &Desk, env_file: &str) -> bool {
    let mut command = polydoctor();
    command.args(["keys", "list", "--env-file", env_file, "--clob-url", desk.env("POLYMARKET_CLOB_URL")]);
    let (code, out, err) = run({
        command.current_dir(desk.folder.path());
        command
    });
    assert!(code < 2, "{err}");
    code == 0 && out.contains("configured (")
}

#[test]
fn lines_of_an_env_file_are_added_or_replaced_after_a_question() {
    let desk = Desk::new("healthy-safe");
    desk.write_env();
    let right = desk.read(".env");
    let wrong = right.replace(desk.env("CLOB_SECRET"), "d3Jvbmc=");
    fs::write(desk.path(".env"), &wrong).unwrap();
    assert!(!passes(&desk, ".env"));
    let (code, _, err) = run(desk.command_by_file("derive --save"));
    assert_eq!((code, desk.read(".env")), (2, wrong), "what it holds is not replaced unasked");
    assert!(err.contains("- CLOB_SECRET=(8 characters"), "the change is shown without the secrets: {err}");
    assert!(!err.contains(desk.env("CLOB_SECRET")));
    assert_eq!(run(desk.command_by_file("derive --save --yes")).0, 0);
    assert_eq!(desk.read(".env"), right, "comments and order stay");
    assert!(passes(&desk, ".env"));
    // --env-file is the usual place of --save
    fs::write(desk.path("named.env"), "").unwrap();
    assert_eq!(run(desk.command("derive --env-file named.env --save env")).0, 0);
    assert!(desk.read("named.env").contains(desk.env("CLOB_SECRET")));
    // nothing is lost by lines that are added
    fs::write(desk.path("new.env"), format!("PK={}\n", desk.env("POLYMARKET_PRIVATE_KEY"))).unwrap();
    assert_eq!(run(desk.command("derive --save env=new.env")).0, 0);
    assert_eq!(desk.read("new.env").lines().count(), 4);
    assert!(passes(&desk, "new.env"));
}

#[test]
fn names_are_those_that_the_file_has() {
    let desk = Desk::new("healthy-safe");
    fs::write(desk.path("a.env"), "POLY_API_SECRET=old\nPOLY_SECRET=older\n").unwrap();
    run(desk.command("derive --save env=a.env --yes"));
    let (key, secret) = (desk.env("CLOB_API_KEY"), desk.env("CLOB_SECRET"));
    let passphrase = desk.env("CLOB_PASS_PHRASE");
    assert_eq!(
        desk.read("a.env"),
        format!(
            "POLY_API_SECRET={secret}\nPOLY_SECRET={secret}\nPOLY_API_KEY={key}\nPOLY_API_PASSPHRASE={passphrase}\n"
        )
    );
    run(desk.command("derive --save env=b.env --names polymarket"));
    let names: Vec<String> = desk.read("b.env").lines().map(|line| line.split('=').next().unwrap().into()).collect();
    assert_eq!(names, ["POLYMARKET_API_KEY", "POLYMARKET_API_SECRET", "POLYMARKET_API_PASSPHRASE"]);
}

#[test]
fn a_nonce_is_written_with_its_credentials() {
    let desk = Desk::new("healthy-safe");
    assert_eq!(run(desk.command("create --nonce 7 --yes --save env=a.env")).0, 0);
    assert!(desk.read("a.env").ends_with("\nPOLYMARKET_NONCE=7\n"));
    run(desk.command("derive --nonce 0 --save env=a.env --yes"));
    assert!(desk.read("a.env").ends_with("\nPOLYMARKET_NONCE=0\n"));
}

#[test]
fn a_json_file_is_for_its_owner_only() {
    let desk = Desk::new("healthy-safe");
    assert_eq!(run(desk.command("derive --save json=creds.json")).0, 0);
    let saved: serde_json::Value = serde_json::from_str(&desk.read("creds.json")).unwrap();
    assert_eq!(text(&saved["secret"]), desk.env("CLOB_SECRET"));
    assert_eq!((saved["chain_id"].as_u64(), saved["nonce"].as_str()), (Some(137), Some("0")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(desk.path("creds.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    fs::write(desk.path("creds.json"), "{}").unwrap();
    assert_eq!(run(desk.command("derive --save json=creds.json")).0, 2, "a file that is there is not replaced unasked");
}

#[test]
fn a_profile_is_made_or_changed() {
    let desk = Desk::new("healthy-safe");
    assert_eq!(run(desk.command("create --nonce 4 --yes --save profile=bot")).0, 0);
    let (code, listed) = json_of({
        let mut command = desk.command_by_file("list --profile bot --format json");
        command.env("PK", desk.env("POLYMARKET_PRIVATE_KEY"));
        command
    });
    assert_eq!(code, 0, "{listed}");
    let configured = |row: &&serde_json::Value| row["configured"] == true;
    assert_eq!(listed["keys"].as_array().unwrap().iter().filter(configured).count(), 1);
}

#[test]
fn a_place_that_cannot_be_written_is_found_out_before_anything_is_created() {
    let desk = Desk::new("healthy-safe");
    fs::create_dir(desk.path("folder")).unwrap();
    fs::write(desk.path("bytes"), [0xff, 0xfe, b'\n']).unwrap();
    for place in ["env=missing/.env", "env=folder", "json=missing/a.json", "env=bytes", "json", "else", "env="] {
        let (code, out, err) = run(desk.command(&format!("create --nonce 1 --yes --save={place}")));
        assert_eq!((code, out.as_str()), (2, ""), "{place}: {err}");
        assert!(err.lines().count() >= 1 && !err.contains("panicked"), "{place}: {err}");
    }
    assert_eq!(desk.nonces(), ["0"]);
    let (code, _, _) = run(desk.command("builder create --yes --save env=missing/.env"));
    assert_eq!(code, 2);
    assert_eq!(desk.json("builder list").1["keys"].as_array().unwrap().len(), 1);
}
