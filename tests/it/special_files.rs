//! Files that are none: pipes that nobody writes to, devices without an end, folders. Whatever names a
//! file, each gets a sentence, in bounded time and memory.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::program::{Sandbox, polydoctor, stdout};
use crate::support::DEMO_KEY;

/// Everything that reads a file which is named, and `FILE` where its name goes.
const READERS: [&[&str]; 13] = [
    &["check", "--offline", "--env-file", "FILE"],
    &["check", "--offline", "--key-file", "FILE"],
    &["check", "--offline", "--keystore", "FILE"],
    &["check", "--replay", "FILE"],
    &["config", "--env-file", "FILE"],
    &["keys", "list", "--key-file", "FILE"],
    &["headers", "l1", "--key-file", "FILE"],
    &["headers", "l2", "--method", "POST", "--path", "/order", "--body-file", "FILE"],
    &["sign-server", "--env-file", "FILE"],
    &["sign-server", "--token-file", "FILE"],
    &["sign-server", "--accounts", "FILE"],
    &["sign-server", "--tls-cert", "FILE", "--tls-key", "/dev/null"],
    &["builder", "trades", "--env-file", "FILE"],
];

fn command(arguments: &[&str]) -> Command {
    let mut command = polydoctor();
    command.args(arguments).env("POLYMARKET_PRIVATE_KEY", DEMO_KEY).env("CLOB_API_KEY", "k");
    command.env("CLOB_SECRET", "AAAA").env("CLOB_PASS_PHRASE", "p").env("POLYDOCTOR_KEYSTORE_PASSWORD", "p");
    command.env("POLY_BUILDER_API_KEY", "k").env("POLY_BUILDER_SECRET", "AAAA").env("POLY_BUILDER_PASSPHRASE", "p");
    command
}

/// Runs it to its end, which has to come in time, with bounded memory.
fn ended(command: &mut Command) -> (Output, Duration) {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(resident_kib(child.id()));
        if began.elapsed() > Duration::from_mins(1) {
            child.kill().unwrap();
            panic!("{command:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(peak < 256 * 1024, "{command:?} took {peak} KiB");
    (child.wait_with_output().unwrap(), began.elapsed())
}

/// 0 where it is not known. Until the new program has taken its place, a process shows the memory of the one
/// that began it.
fn resident_kib(process: u32) -> u64 {
    if fs::read_link(format!("/proc/{process}/exe")).ok() == std::env::current_exe().ok() {
        return 0;
    }
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn whatever_names_a_file_says_why_it_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let (fifo, deep) = (folder.path().join("pipe"), folder.path().join("folder"));
    pipe(&fifo);
    fs::create_dir(&deep).unwrap();
    let (fifo, deep) = (fifo.to_str().unwrap(), deep.to_str().unwrap());
    // a few at a time: each is a program of its own
    READERS.chunks(4).for_each(|readers| {
        std::thread::scope(|scope| {
            for &reader in readers {
                for file in [fifo, deep, "/dev/zero"] {
                    let arguments: Vec<&str> =
                        reader.iter().map(|&word| if word == "FILE" { file } else { word }).collect();
                    let check = move || {
                        let (output, _) = ended(command(&arguments).arg("--ascii"));
                        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &stdout(&output);
                        assert!(output.status.code().is_some_and(|code| code != 0), "{arguments:?}: {said}");
                        assert!(said.contains(file), "{arguments:?}: {said}");
                        assert!(!said.contains("internal error"), "{arguments:?}: {said}");
                    };
                    scope.spawn(check);
                }
            }
        });
    });
}

/// A profile whose private key is got in this way, and the report of its key.
fn of_profile(key: &str, arguments: &[&str]) -> (String, Duration) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    pipe(&folder.path().join("pipe"));
    fs::write(&config, format!("default_profile = 'a'\n[profiles.a]\nprivate_key = {key}\n")).unwrap();
    fs::set_permissions(&config, fs::Permissions::from_mode(0o600)).unwrap();
    let mut command = polydoctor();
    command.args(["check", "--offline", "key.format", "setup.settings"]).args(arguments);
    let (output, took) = ended(command.env("POLYDOCTOR_CONFIG", &config).env("PATH", "/usr/bin:/bin"));
    assert_ne!(output.status.code(), Some(0));
    (stdout(&output), took)
}

#[test]
fn a_profile_that_refers_to_a_pipe_or_a_device_says_so() {
    for (key, said) in [
        ("{ file = 'pipe' }", "no program writes to"),
        ("{ env_file = 'pipe', name = 'PK' }", "no program writes to"),
        ("{ file = '/dev/zero' }", "larger than 1 MiB"),
        ("{ keystore = 'pipe', password = { file = '/dev/zero' } }", "larger than 1 MiB"),
    ] {
        let (told, _) = of_profile(key, &[]);
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(said), "{key}: {told}");
    }
}

#[test]
fn a_program_that_gives_no_key_ends_with_the_deadline() {
    let (told, took) = of_profile("{ command = ['sleep', '100'] }", &["--deadline", "2"]);
    assert!(told.contains("did not finish in 2 s"), "{told}");
    assert!(took < Duration::from_secs(12), "{took:?}");
}

#[test]
fn programs_of_a_whole_profile_share_one_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let hangs = "{ command = ['sleep', '100'] }";
    let text = format!(
        "default_profile = 'a'\n[profiles.a]\ndeadline = 2\nprivate_key = {hangs}\napi_secret = {hangs}\n\
         api_passphrase = {hangs}\n[profiles.b]\ndeadline = '2'\nprivate_key = {hangs}\n"
    );
    fs::write(&config, text).unwrap();
    for arguments in [&["check", "--offline", "--all-profiles"][..], &["check", "--offline"]] {
        let (_, took) =
            ended(polydoctor().args(arguments).env("POLYDOCTOR_CONFIG", &config).env("PATH", "/usr/bin:/bin"));
        assert!(took < Duration::from_secs(15), "{arguments:?}: {took:?}");
    }
}

#[test]
fn a_program_is_run_once_for_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let (config, count) = (folder.path().join("config.toml"), folder.path().join("count"));
    let program = format!("echo x >> {}; echo {DEMO_KEY}", count.display());
    let text =
        format!("default_profile = 'a'\n[profiles.a]\nprivate_key = {{ command = ['sh', '-c', '{program}'] }}\n");
    fs::write(&config, text).unwrap();
    for arguments in
        [&["check", "--offline"][..], &["config"], &["check", "--offline", "--all-profiles"], &["headers", "l1"]]
    {
        let output = polydoctor()
            .args(arguments)
            .env("POLYDOCTOR_CONFIG", &config)
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        let runs = fs::read_to_string(&count).unwrap_or_default().lines().count();
        assert_eq!(runs, 1, "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        fs::remove_file(&count).unwrap();
    }
}

#[test]
fn what_a_command_prints_can_be_the_env_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vault"), format!("PK={DEMO_KEY}\nPOLYMARKET_NONCE=7\n")).unwrap();
    for (option, file) in [("--env-file", "vault"), ("--key-file", "key")] {
        fs::write(folder.path().join("key"), DEMO_KEY).unwrap();
        let program = env!("CARGO_BIN_EXE_polydoctor");
        let line = format!("{program} check --offline key.format --show all {option} <(sleep 0.3; cat {file})");
        let output = Command::new("bash")
            .args(["-c", &line])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", "/nonexistent")
            .current_dir(folder.path())
            .output()
            .unwrap();
        let told = stdout(&output);
        assert!(told.contains("0xf39F…2266"), "{option}: {told}");
    }
}

#[test]
fn keys_are_not_saved_to_a_pipe_and_nothing_waits_for_it() {
    let sandbox = Sandbox::start(&["--listen", "127.0.0.1:0", "--scenario", "healthy-safe"]);
    let folder = tempfile::tempdir().unwrap();
    pipe(&folder.path().join("pipe"));
    let mut command = polydoctor();
    command.args(["keys", "derive", "--save", "env=pipe", "--yes"]).envs(sandbox.env()).current_dir(folder.path());
    let (output, _) = ended(&mut command);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("not a regular file") || said.contains("no regular file"), "{said}");
}

/// The parent allows core dumps; the program has none all the same.
#[test]
fn no_core_is_dumped() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_polydoctor");
    let line = format!("ulimit -c unlimited; exec {program} sign-server --listen 127.0.0.1:0");
    let mut command = Command::new("sh");
    command.args(["-c", &line]).current_dir(folder.path());
    command.env("POLY_BUILDER_API_KEY", "k").env("POLY_BUILDER_SECRET", "AAAA").env("POLY_BUILDER_PASSPHRASE", "p");
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.as_mut().unwrap()), &mut line).unwrap();
    assert!(line.contains("listening"), "{line}");
    if let Ok(limits) = fs::read_to_string(format!("/proc/{}/limits", child.id())) {
        let limit = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(limit.split_whitespace().nth(4), Some("0"), "{limit}");
        // what may not be traced belongs to root
        let owner =
            std::os::unix::fs::MetadataExt::uid(&fs::metadata(format!("/proc/{}/environ", child.id())).unwrap());
        assert_eq!(owner, 0);
    }
    assert!(Command::new("kill").args(["-ABRT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert!(status.signal().is_some() && !status.core_dumped(), "{status}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
