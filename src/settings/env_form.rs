//! Files that are given as a `.env` and are something else: in another encoding, or of another format.

use std::path::Path;

use super::env_file::{self, BadLine, EnvLine};
use super::files::read_bytes;
use super::inputs::SettingsError;
use super::names;
use super::{ProblemKind, Setting, SettingProblem, Subject};
use crate::auth::placeholder::is_placeholder;

/// Lines that were read, lines that cannot be, and what is wrong with the form of the file.
pub(super) type Lines = (Vec<EnvLine>, Vec<BadLine>, Vec<SettingProblem>);

/// The variables of a `.env`, its lines that are wrong, and what is wrong with it in words.
pub(super) fn read(path: &Path) -> Result<Lines, SettingsError> {
    let (text, encoding) = decoded(&read_bytes(path)?);
    let told = |kind, what: &str, fix: &str| SettingProblem {
        kind,
        setting: Subject::EnvFile,
        text: format!("{} {what}", path.display()),
        fix: fix.to_owned(),
    };
    let mut problems = Vec::new();
    match encoding {
        Encoding::Utf8 => {}
        Encoding::Utf16 => problems.push(told(
            ProblemKind::Invalid,
            "is UTF-16, as PowerShell's > writes it: programs expect UTF-8 and find no variables in it",
            "Save it as UTF-8; in PowerShell: Set-Content -Encoding utf8",
        )),
        Encoding::Other { line } => problems.push(told(
            ProblemKind::Conflict,
            &format!(
                "is not UTF-8 (line {line}): Python programs fail to read it, others read it with wrong characters"
            ),
            "Save it as UTF-8",
        )),
    }
    if let Some(format) = format(&text) {
        problems.push(told(
            ProblemKind::Invalid,
            &format!("is {format}, not a .env: only NAME=value lines are read"),
            "Write the values into a .env as NAME=value, or run polydoctor with them as environment variables",
        ));
        return Ok((Vec::new(), Vec::new(), problems));
    }
    let (lines, bad) = env_file::parse(&text);
    problems.extend(bad.iter().map(|bad| bad.problem(path)));
    Ok((lines, bad, problems))
}

/// A file of the working directory that is not read, though it has a private key: `.env.local`.
pub(super) fn other_with_a_key() -> Option<SettingProblem> {
    const MOST: usize = 10;
    const TEMPLATES: [&str; 5] = ["example", "sample", "template", "dist", "test"];
    let is_env = |name: &String| {
        let is_template = TEMPLATES.iter().any(|part| name.contains(part));
        let is_named = name.strip_prefix(".env.").or_else(|| name.strip_suffix(".env"));
        is_named.is_some_and(|rest| !rest.is_empty()) && !is_template
    };
    let files = std::fs::read_dir(".").ok()?.flatten();
    let mut names: Vec<String> = files.filter_map(|file| file.file_name().into_string().ok()).filter(is_env).collect();
    names.sort_unstable();
    let has_key = |name: &&String| {
        let of_key = |line: &EnvLine| {
            let member = names::member(&line.name).filter(|member| names::fits(member, &line.value));
            let is_key = names::gives(Setting::PrivateKey, &line.name)
                || member.is_some_and(|member| member.meaning.setting == Setting::PrivateKey);
            is_key && !line.value.trim().is_empty() && !is_placeholder(&line.value)
        };
        read(Path::new(name)).is_ok_and(|(lines, ..)| lines.iter().any(of_key))
    };
    let name = names.iter().take(MOST).find(has_key)?;
    let quoted = shlex::try_quote(name).map_or_else(|_| name.clone(), Into::into);
    Some(SettingProblem {
        kind: ProblemKind::Unread,
        setting: Setting::PrivateKey.into(),
        text: format!("{name} contains a private key, but only .env is read without --env-file"),
        fix: format!("Add --env-file {quoted}"),
    })
}

enum Encoding {
    Utf8,
    Utf16,
    /// With the first line that is not UTF-8.
    Other {
        line: usize,
    },
}

/// The text of a file, as far as it can be told.
fn decoded(bytes: &[u8]) -> (String, Encoding) {
    let units = |bytes: &[u8], of: fn([u8; 2]) -> u16| -> String {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => (units(rest, u16::from_le_bytes), Encoding::Utf16),
        [0xfe, 0xff, rest @ ..] => (units(rest, u16::from_be_bytes), Encoding::Utf16),
        // a name begins with an ASCII letter
        [first, 0, ..] if *first != 0 => (units(bytes, u16::from_le_bytes), Encoding::Utf16),
        [0, second, ..] if *second != 0 => (units(bytes, u16::from_be_bytes), Encoding::Utf16),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), Encoding::Utf8),
            Err(error) => {
                let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
                (String::from_utf8_lossy(bytes).into_owned(), Encoding::Other { line })
            }
        },
    }
}

/// The format of a text that is no `.env`; `None` for one that may be.
fn format(text: &str) -> Option<&'static str> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with(['{', '[']) && serde_json::from_str::<serde_json::Value>(start).is_ok() {
        return Some("JSON");
    }
    let lines: Vec<&str> =
        start.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    if lines.contains(&"[Service]") && lines.iter().any(|line| line.starts_with("Environment=")) {
        return Some("a systemd unit");
    }
    let is_yaml = |line: &&&str| {
        let line = line.strip_prefix("- ").unwrap_or(line);
        let name = line.split_once(':').map(|(name, rest)| (name.trim_end(), rest.is_empty() || rest.starts_with(' ')));
        name.is_some_and(|(name, is_value)| is_value && !name.is_empty() && !name.contains([' ', '=', '"']))
    };
    let is_header = |line: &&&str| line.starts_with('[') && line.ends_with(']');
    let is_quoted = |line: &&&str| {
        let named = line.split_once('=').map(|(name, value)| (name.trim_end(), value.trim_start()));
        named.is_some_and(|(name, _)| names::folded(name).is_some())
    };
    if lines.iter().filter(is_header).count() > 0 && lines.iter().any(|line| is_quoted(&line)) {
        return Some("TOML or INI");
    }
    let yaml = lines.iter().filter(is_yaml).count();
    (yaml > 0 && yaml * 2 > lines.len()).then_some("YAML")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_told_by_their_names() {
        for (text, of) in [
            ("{\"private_key\": \"0x1\"}", Some("JSON")),
            ("services:\n  bot:\n    environment:\n      - PK=1\n      - FUNDER=2\n    image: x\n", Some("YAML")),
            ("environment:\n  PK: 1\n  FUNDER: 2\n", Some("YAML")),
            ("[polymarket]\nprivate_key = \"0x1\"\n", Some("TOML or INI")),
            ("[Service]\nEnvironment=\"PK=1\"\n", Some("a systemd unit")),
            ("PK=1\n# note: this\nFUNDER=2\n", None),
            ("export PK='1'\nRPC_URL=https://a.example:8545\n", None),
            ("LEADERS=[\"0x1\"]\nPK=1\n", None),
            ("private_key=0x1\n", None),
            ("", None),
        ] {
            assert_eq!(format(text), of, "{text}");
        }
    }

    #[test]
    fn a_text_in_another_encoding_is_read_and_told() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let with_mark = [vec![0xff, 0xfe], utf16("PK=1\r\n")].concat();
        for bytes in [with_mark, utf16("PK=1\r\n")] {
            let (text, encoding) = decoded(&bytes);
            assert_eq!(text, "PK=1\r\n");
            assert!(matches!(encoding, Encoding::Utf16));
        }
        let (text, encoding) = decoded(b"PK=1\n# caf\xe9\n");
        assert!(text.starts_with("PK=1\n# caf"));
        assert!(matches!(encoding, Encoding::Other { line: 2 }));
    }
}
