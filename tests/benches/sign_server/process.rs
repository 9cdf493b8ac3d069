//! A signing server as a process of its own, and what it costs.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

pub(crate) const KEY: &str = "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5";
pub(crate) const SECRET: &str = "c2VjcmV0LW9mLWEtYnVpbGRlci1pbi1hLWJlbmNoIQ==";
pub(crate) const PASSPHRASE: &str = "1816e5ed89518467ffa78c65a2d6a62d240f6fd6d159cba7b2c4dc510800f75a";

/// Killed when dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
}

impl Server {
    /// Gives the command its credentials, and waits until the server listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let command = command.env("POLY_BUILDER_API_KEY", KEY).env("POLY_BUILDER_SECRET", SECRET);
        let command = command.env("POLY_BUILDER_PASSPHRASE", PASSPHRASE).env("PORT", "0");
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim_end().rsplit(':').next().and_then(|port| port.parse().ok());
        Self { process, port: port.unwrap_or_else(|| panic!("{line:?}")) }
    }

    pub(crate) fn ours(binary: &str, arguments: &[&str], token: Option<&str>) -> Self {
        let mut command = Command::new(binary);
        command.arg("sign-server").args(arguments).env_clear().current_dir(std::env::temp_dir());
        Self::start(command.env("AUTHORIZATION_TOKEN", token.unwrap_or_default()))
    }

    /// Resident memory now, in KiB.
    pub(crate) fn resident(&self) -> u32 {
        self.status("VmRSS:")
    }

    /// The most resident memory there has been, in KiB.
    pub(crate) fn peak(&self) -> u32 {
        self.status("VmHWM:")
    }

    fn status(&self, field: &str) -> u32 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    pub(crate) fn cpu_seconds(&self) -> f64 {
        cpu_seconds(&self.process.id().to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The processor time of a process, or of this one: `self`.
pub(crate) fn cpu_seconds(process: &str) -> f64 {
    /// Of a second; the same on every Linux.
    const TICKS: f64 = 100.0;
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // the name, in brackets, may hold spaces
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / TICKS
}
