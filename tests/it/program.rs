//! What several tests need: the real binary, and a sandbox of its own process.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// A folder in which nothing is, unlike that for temporary files.
pub(crate) fn empty_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The real binary, with nothing of this machine's environment.
pub(crate) fn polydoctor() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polydoctor"));
    command.env_clear().env("HOME", "/nonexistent").current_dir(empty_folder()).stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    polydoctor().args(arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// `check --format json` with these arguments: the report and the exit code.
pub(crate) fn check(arguments: &[&str]) -> (Value, i32) {
    let output = polydoctor().args(["check", "--format", "json"]).args(arguments).output().unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.code().unwrap())
}

/// `polydoctor sandbox` as a process of its own; ended when dropped.
pub(crate) struct Sandbox {
    process: Child,
    pub(crate) announcement: Value,
}

impl Sandbox {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut process = polydoctor().arg("sandbox").args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, announcement: serde_json::from_str(&line).unwrap() }
    }

    /// The settings of the demo account.
    pub(crate) fn env(&self) -> impl Iterator<Item = (&str, &str)> {
        self.announcement["env"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
    }

    pub(crate) fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The ids of the diagnosed causes, most likely first.
pub(crate) fn causes(report: &Value) -> Vec<&str> {
    report["diagnoses"].as_array().unwrap().iter().map(|diagnosis| diagnosis["cause"].as_str().unwrap()).collect()
}

/// The status of a check.
pub(crate) fn status<'a>(report: &'a Value, id: &str) -> &'a str {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id);
    check.unwrap_or_else(|| panic!("no check {id}"))["status"].as_str().unwrap()
}
