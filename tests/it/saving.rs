//! A settings file is whole at any time: before, during and after a write that is broken off.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use std::{env, fs};

use polydoctor::settings::save::{Access, write};

use crate::program::polydoctor;

/// Long enough that a write takes a while.
fn content(letter: u8) -> Vec<u8> {
    vec![letter; 1 << 20]
}

/// Says to a run of this test binary which file it has to write for ever.
const FILE: &str = "POLYDOCTOR_TEST_FILE";

/// Not a test of its own: the writer that `killed_at_any_point` starts and kills.
#[test]
fn writer() {
    let Some(path) = env::var_os(FILE) else { return };
    for letter in (b'a'..=b'z').cycle() {
        write(Path::new(&path), &content(letter), Access::AsItIs).unwrap();
    }
}

#[test]
fn killed_at_any_point_the_file_is_the_old_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    fs::write(&path, content(b'0')).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..25 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "saving::writer"])
            .env(FILE, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let before = fs::read(&path).unwrap();
        while fs::read(&path).unwrap() == before && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_micros(173 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let now = fs::read(&path).unwrap();
        assert!(now == content(now[0]), "round {round}: {} bytes", now.len());
        seen.insert(now[0]);
    }
    assert!(seen.len() > 1, "nothing was ever written");
    // the next writer takes away what the killed ones left
    write(&path, b"PK=1\n", Access::AsItIs).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A configuration of 4 KiB in the home folder, and a command that would change it.
fn change_default(home: &Path, limit: &str) -> (String, Output) {
    let config = home.join(".config/polydoctor");
    fs::create_dir_all(&config).unwrap();
    let text = format!("default_profile = 'a'\n# {}\n[profiles.a]\n[profiles.b]\n", "x".repeat(4096));
    fs::write(config.join("config.toml"), &text).unwrap();
    let script = format!("{limit} exec \"$0\" profile use b");
    let binary = polydoctor().get_program().to_owned();
    let output = Command::new("sh").args(["-c", &script]).arg(binary).env_clear().env("HOME", home).output().unwrap();
    assert_eq!(fs::read_to_string(config.join("config.toml")).unwrap(), text, "{output:?}");
    assert_eq!(fs::read_dir(&config).unwrap().count(), usize::from(output.status.code().is_none()) + 1, "{output:?}");
    (String::from_utf8(output.stderr.clone()).unwrap(), output)
}

#[test]
fn where_there_is_no_room_the_file_stays() {
    let home = tempfile::tempdir().unwrap();
    let (said, output) = change_default(home.path(), "trap '' XFSZ; ulimit -f 1;");
    assert!(said.contains("config.toml was not written: the file would be larger than allowed"), "{said}");
    assert_eq!(output.status.code(), Some(2));
    let (_, output) = change_default(home.path(), "ulimit -f 1;");
    assert_eq!(output.status.code(), None, "ended by the signal");
}

#[test]
fn without_permission_the_file_stays() {
    const NOBODY: u32 = 65534;
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/polydoctor");
    fs::create_dir_all(&config).unwrap();
    let file = config.join("config.toml");
    fs::write(&file, "[profiles.b]\n").unwrap();
    for (path, mode) in [(home.path(), 0o755), (&file, 0o644), (&config, 0o555)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut command = polydoctor();
    command.args(["profile", "use", "b"]).env("HOME", home.path());
    if fs::File::create(config.join("probe")).is_ok() {
        // the superuser may write everywhere
        command.uid(NOBODY).gid(NOBODY);
        fs::remove_file(config.join("probe")).unwrap();
    }
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("config.toml was not written: permission denied"), "{said}");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), "[profiles.b]\n");
    fs::set_permissions(&config, fs::Permissions::from_mode(0o755)).unwrap();
}
