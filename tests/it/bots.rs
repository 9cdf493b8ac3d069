//! Settings of real bots, in their own names: what is whole is not called broken, and what is wrong
//! is named.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde::Deserialize;
use serde_json::Value;

use crate::program::{Sandbox, causes, polydoctor};

#[derive(Deserialize)]
struct Bots {
    bot: Vec<Bot>,
}

#[derive(Deserialize)]
struct Bot {
    name: String,
    sandbox: String,
    /// What has to be named first; several are divided by `|`; "none" for a whole account.
    cause: String,
    env: String,
}

impl Bot {
    fn check(&self) -> (Value, i32) {
        let sandbox = Sandbox::start(&["--scenario", &self.sandbox]);
        let of = |name: &str| sandbox.env().find(|(each, _)| *each == name).map_or("", |(_, value)| value).to_owned();
        let url = |name: &str| sandbox.announcement[name].as_str().unwrap().to_owned();
        let key = of("POLYMARKET_PRIVATE_KEY");
        let env = [
            ("{KEY_DIGITS}", key.trim_start_matches("0x").to_owned()),
            ("{KEY}", key),
            ("{SIGNER}", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".to_owned()),
            ("{FUNDER}", of("POLYMARKET_FUNDER")),
            ("{URL}", url("clob_url")),
            ("{RPC}", url("rpc_url")),
            ("{API_KEY}", of("CLOB_API_KEY")),
            ("{SECRET}", of("CLOB_SECRET")),
            ("{PASSPHRASE}", of("CLOB_PASS_PHRASE")),
            ("{BUILDER_KEY}", of("POLY_BUILDER_API_KEY")),
            ("{BUILDER_SECRET}", of("POLY_BUILDER_SECRET")),
            ("{BUILDER_PASSPHRASE}", of("POLY_BUILDER_PASSPHRASE")),
        ];
        let env = env.iter().fold(self.env.clone(), |text, (name, value)| text.replace(name, value));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, env).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let mut command = polydoctor();
        command.args(["check", "--format", "json"]).current_dir(folder.path());
        for (flag, name) in [
            ("--clob-url", "clob_url"),
            ("--rpc-url", "rpc_url"),
            ("--gamma-url", "gamma_url"),
            ("--data-url", "data_url"),
            ("--relayer-url", "relayer_url"),
            ("--geoblock-url", "geoblock_url"),
        ] {
            command.args([flag, &url(name)]);
        }
        let output = command.output().unwrap();
        (serde_json::from_slice(&output.stdout).unwrap(), output.status.code().unwrap())
    }

    /// What is wrong with how it was judged.
    fn misjudged(&self) -> Option<String> {
        let (report, code) = self.check();
        let first = causes(&report).first().map_or("none", |cause| *cause).to_owned();
        let verdict = report["verdict"].as_str().unwrap();
        let is_right = if self.cause == "none" {
            code == 0
                && matches!(verdict, "healthy" | "degraded")
                && ["none", "wrong-signature-type", "builder-code-missing"].contains(&&*first)
        } else {
            self.cause.split('|').any(|cause| cause == first)
        };
        (!is_right).then(|| format!("{}: {verdict}, {first}, wanted {}", self.name, self.cause))
    }
}

#[test]
fn settings_of_real_bots_are_judged_rightly() {
    let bots: Bots = toml::from_str(include_str!("bots/envs.toml")).unwrap();
    assert!(bots.bot.len() > 25);
    let wrong: Vec<String> = bots.bot.iter().filter_map(Bot::misjudged).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), bots.bot.len(), wrong.join("\n"));
}
