//! Settings of real bots, in their own names: what is whole is not called broken, and what is wrong
//! is named.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde::Deserialize;
use serde_json::Value;

use crate::program::{Sandbox, causes, polydoctor};

/// The second of the usual test keys, its signer and the Safe that is computed from it.
const OTHER: [(&str, &str); 3] = [
    ("{OTHER_KEY}", "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    ("{OTHER_SIGNER}", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    ("{OTHER_SAFE}", "0x8ac5d4bd2752afc9f5ca531f19d617647216b893"),
];
/// Wallets of the sandbox's key, and somebody else's.
const WALLETS: [(&str, &str); 5] = [
    ("{SIGNER}", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
    ("{SAFE}", "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47"),
    ("{PROXY}", "0x365f0CA36Ae1f641E02fE3B7743673da42A13A70"),
    ("{BEACON}", "0xBc0fF067b7740Eff76C1ca93c875Ba6B890d6B50"),
    ("{TARGET}", "0x7c3db723f1d4d8cb9c550095203b686cb11e5c6b"),
];

#[derive(Deserialize)]
struct Bots {
    bot: Vec<Bot>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bot {
    name: String,
    sandbox: String,
    /// What has to be named first; several are divided by `|`; "none" for a whole account.
    cause: String,
    /// The same with `--offline`, where it is another.
    offline: Option<String>,
    /// "offline" where the sandbox cannot show it: a wrong URL.
    only: Option<Mode>,
    /// What the file is called, where it is not `.env`.
    file: Option<String>,
    #[serde(default)]
    form: Form,
    env: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Sandbox,
    Offline,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    #[default]
    Plain,
    Crlf,
    ByteOrderMark,
    #[serde(rename = "utf-16")]
    Utf16,
}

impl Form {
    fn bytes(self, text: &str) -> Vec<u8> {
        let windows = || text.replace('\n', "\r\n");
        match self {
            Self::Plain => text.into(),
            Self::Crlf => windows().into(),
            Self::ByteOrderMark => format!("\u{feff}{text}").into(),
            Self::Utf16 => format!("\u{feff}{}", windows()).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        }
    }
}

impl Bot {
    fn text(&self, sandbox: &Sandbox) -> String {
        let of = |name: &str| sandbox.env().find(|(each, _)| *each == name).map_or("", |(_, value)| value).to_owned();
        let url = |name: &str| sandbox.announcement[name].as_str().unwrap().to_owned();
        let key = of("POLYMARKET_PRIVATE_KEY");
        let fixed = OTHER.iter().chain(&WALLETS).map(|(name, value)| (*name, (*value).to_owned()));
        let env = [
            ("{KEY_DIGITS}", key.trim_start_matches("0x").to_owned()),
            ("{KEY_SHORT}", key[..key.len() - 1].to_owned()),
            ("{KEY}", key),
            ("{FUNDER}", of("POLYMARKET_FUNDER")),
            ("{URL}", url("clob_url")),
            ("{RPC}", url("rpc_url")),
            ("{API_KEY}", of("CLOB_API_KEY")),
            ("{SECRET}", of("CLOB_SECRET")),
            ("{PASSPHRASE}", of("CLOB_PASS_PHRASE")),
            ("{BUILDER_KEY}", of("POLY_BUILDER_API_KEY")),
            ("{BUILDER_SECRET}", of("POLY_BUILDER_SECRET")),
            ("{BUILDER_PASSPHRASE}", of("POLY_BUILDER_PASSPHRASE")),
            ("{BUILDER_CODE}", of("POLY_BUILDER_CODE")),
        ];
        env.into_iter().chain(fixed).fold(self.env.clone(), |text, (name, value)| text.replace(name, &value))
    }

    fn check(&self, sandbox: &Sandbox, mode: Mode) -> (Value, i32) {
        let folder = tempfile::tempdir().unwrap();
        let file = self.file.as_deref().unwrap_or(".env");
        let path = folder.path().join(file);
        fs::write(&path, self.form.bytes(&self.text(sandbox))).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let mut command = polydoctor();
        command.args(["check", "--format", "json"]).current_dir(folder.path());
        if self.file.is_some() {
            command.args(["--env-file", file]);
        }
        if mode == Mode::Offline {
            command.arg("--offline");
        } else {
            for service in ["clob", "rpc", "gamma", "data", "relayer", "geoblock", "ws", "live"] {
                let url = sandbox.announcement[format!("{service}_url")].as_str().unwrap();
                command.args([&format!("--{service}-url"), url]);
            }
        }
        let output = command.output().unwrap();
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.name, String::from_utf8_lossy(&output.stderr)));
        (report, output.status.code().unwrap())
    }

    /// What is wrong with how it was judged.
    fn misjudged(&self, sandbox: &Sandbox, mode: Mode) -> Option<String> {
        let (report, code) = self.check(sandbox, mode);
        let first = causes(&report).first().map_or("none", |cause| *cause).to_owned();
        let verdict = report["verdict"].as_str().unwrap();
        let wanted = self.offline.as_ref().filter(|_| mode == Mode::Offline).unwrap_or(&self.cause);
        let is_whole = || {
            code == 0
                && matches!(verdict, "healthy" | "degraded")
                && ["none", "wrong-signature-type", "builder-code-missing"].contains(&&*first)
        };
        let is_right = wanted.split('|').any(|cause| if cause == "none" { is_whole() } else { cause == first });
        let mode = if mode == Mode::Offline { " (offline)" } else { "" };
        (!is_right).then(|| format!("{}{mode}: {verdict}, {first}, wanted {wanted}", self.name))
    }
}

/// All bots of a file, in these modes.
fn judge(text: &str, modes: &[Mode]) {
    let bots: Bots = toml::from_str(text).unwrap();
    let mut sandboxes: BTreeMap<&str, Sandbox> = BTreeMap::new();
    let (mut judged, mut wrong) = (0, Vec::new());
    for bot in &bots.bot {
        let sandbox = sandboxes.entry(&bot.sandbox).or_insert_with(|| Sandbox::start(&["--scenario", &bot.sandbox]));
        for mode in modes.iter().filter(|mode| bot.only.is_none_or(|only| only == **mode)) {
            judged += 1;
            wrong.extend(bot.misjudged(sandbox, *mode));
        }
    }
    assert!(judged > 10);
    assert!(wrong.is_empty(), "{} of {judged}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn settings_of_real_bots_are_judged_rightly() {
    judge(include_str!("bots/envs.toml"), &[Mode::Sandbox]);
}

#[test]
fn settings_of_further_bots_are_judged_rightly() {
    judge(include_str!("bots/first.toml"), &[Mode::Sandbox, Mode::Offline]);
}

#[test]
fn settings_of_a_second_draw_are_judged_rightly() {
    judge(include_str!("bots/second.toml"), &[Mode::Sandbox, Mode::Offline]);
}

#[test]
fn settings_of_a_third_draw_are_judged_rightly() {
    judge(include_str!("bots/third.toml"), &[Mode::Sandbox, Mode::Offline]);
}

#[test]
fn settings_of_a_fourth_draw_are_judged_rightly() {
    judge(include_str!("bots/fourth.toml"), &[Mode::Sandbox, Mode::Offline]);
}
