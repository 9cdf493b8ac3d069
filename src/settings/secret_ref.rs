//! Where a profile says that a value is, so that no secret need stand in it.
//!
//! ```toml
//! private_key = { env = "MY_BOT_KEY" }
//! private_key = { env_file = "~/bot/.env", name = "PK" }
//! private_key = { file = "/run/secrets/key" }
//! private_key = { keystore = "~/keys/bot.json", password = { file = "/run/secrets/password" } }
//! private_key = { command = ["secret-tool", "lookup", "service", "my-bot"] }
//! ```

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use toml_edit::{InlineTable, TableLike, Value};
use zeroize::Zeroizing;

use super::files::{self, path_named, read_text};
use super::memory::Memory;
use super::reading::Origins;
use super::{Setting, Source, Sourced, env_file, polymarket_cli};
use crate::secret::Secret;

/// The forms that a place can have.
const FORMS: &str = "{ env = \"NAME\" }, { file = \"PATH\" }, { env_file = \"PATH\", name = \"NAME\" }, { keystore = \
                     \"PATH\" } or { command = [\"PROGRAM\", …] }";

/// Where a profile says that a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretRef {
    /// A variable of the environment.
    Env {
        /// The variable.
        name: String,
    },
    /// All of a file, without the line end.
    File {
        /// As the profile writes it; `~/` is the home folder.
        path: String,
    },
    /// A variable in a `.env`.
    EnvFile {
        /// As the profile writes it; `~/` is the home folder.
        path: String,
        /// The variable.
        name: String,
    },
    /// Web3 secret storage; without a place for its password it is asked for.
    Keystore {
        /// As the profile writes it; `~/` is the home folder.
        path: String,
        /// Where the password is; `None` to ask for it.
        password: Option<Box<SecretRef>>,
    },
    /// The setting of the same name in the configuration of polymarket-cli.
    PolymarketCli {
        /// Of its `config.json`.
        path: String,
    },
    /// What a program prints: the way to the keyring of the system, or to a password manager.
    Command {
        /// The program and its arguments; no shell is involved.
        program: Vec<String>,
    },
}

impl SecretRef {
    /// How a profile says the place that a value came from; `None` where it cannot.
    pub fn of(source: &Source) -> Option<Self> {
        // a profile is read in other folders, too
        let absolute = |path: &str| files::absolute(Path::new(path)).display().to_string();
        match source {
            Source::Variable { name } => Some(Self::Env { name: name.clone() }),
            Source::EnvFile { path, name, .. } => Some(Self::EnvFile { path: absolute(path), name: name.clone() }),
            Source::File { path } => Some(Self::File { path: absolute(path) }),
            Source::PolymarketCli { path, .. } => Some(Self::PolymarketCli { path: absolute(path) }),
            Source::Flag { .. }
            | Source::Profile { .. }
            | Source::Typed
            | Source::StandardInput
            | Source::Inferred { .. }
            | Source::Default => None,
        }
    }

    /// This keystore, whose password is asked for.
    pub fn keystore(path: &Path) -> Self {
        Self::Keystore { path: files::absolute(path).display().to_string(), password: None }
    }

    /// How a profile says the place of a value of this setting: the whole of a file is only ever a
    /// private key.
    pub fn of_setting(source: &Source, setting: Setting) -> Option<Self> {
        Self::of(source).filter(|place| setting == Setting::PrivateKey || !matches!(place, Self::File { .. }))
    }

    /// # Errors
    ///
    /// What is wrong with it, to stand behind its name.
    pub(super) fn parse(table: &dyn TableLike) -> Result<Self, String> {
        let text = |key: &str| table.get(key).and_then(|item| item.as_str()).map(str::to_owned);
        let keys: Vec<&str> = table.iter().map(|(key, _)| key).collect();
        let wrong = || format!("is not a valid secret reference; write {FORMS}");
        let place = match keys.as_slice() {
            ["env"] => text("env").map(|name| Self::Env { name }),
            ["file"] => text("file").map(|path| Self::File { path }),
            ["env_file", "name"] | ["name", "env_file"] => {
                text("env_file").zip(text("name")).map(|(path, name)| Self::EnvFile { path, name })
            }
            ["polymarket_cli"] => text("polymarket_cli").map(|path| Self::PolymarketCli { path }),
            ["keystore"] => text("keystore").map(|path| Self::Keystore { path, password: None }),
            ["keystore", "password"] | ["password", "keystore"] => {
                let password = table.get("password").and_then(|item| item.as_table_like());
                let password = password.map(Self::parse).transpose()?.map(Box::new);
                if password.is_none() {
                    return Err("must not contain a plain-text password; refer to it, as { env = \"NAME\" }".to_owned());
                }
                text("keystore").map(|path| Self::Keystore { path, password })
            }
            ["command"] => {
                let words = table.get("command").and_then(|item| item.as_array());
                let program: Option<Vec<String>> =
                    words.and_then(|words| words.iter().map(|word| word.as_str().map(str::to_owned)).collect());
                program.filter(|program| !program.is_empty()).map(|program| Self::Command { program })
            }
            _ => None,
        };
        place.ok_or_else(wrong)
    }

    /// Whether the value is got by work that may wait for somebody.
    pub(super) fn is_costly(&self) -> bool {
        matches!(self, Self::Keystore { .. } | Self::Command { .. })
    }

    /// The file that a secret is in.
    pub(super) fn secret_file(&self, beside: &Path) -> Option<PathBuf> {
        match self {
            Self::File { path } | Self::EnvFile { path, .. } | Self::PolymarketCli { path } => {
                Some(path_named(path, beside))
            }
            Self::Env { .. } | Self::Keystore { .. } | Self::Command { .. } => None,
        }
    }

    /// The files and variables that it is read from.
    pub(super) fn origins(&self, beside: &Path, origins: &mut Origins) {
        match self {
            Self::Env { name } => _ = origins.variables.insert(name.clone()),
            Self::File { path } | Self::EnvFile { path, .. } | Self::PolymarketCli { path } => {
                origins.files.insert(path_named(path, beside));
            }
            Self::Keystore { path, password } => {
                origins.files.insert(path_named(path, beside));
                if let Some(password) = password {
                    password.origins(beside, origins);
                }
            }
            Self::Command { .. } => {}
        }
    }

    /// The value; `profile` is where the place is written.
    ///
    /// # Errors
    ///
    /// Why it is not to be had, to stand behind the name of the setting.
    pub(super) fn read(
        &self,
        environment: &BTreeMap<String, String>,
        profile: &Source,
        beside: &Path,
        memory: &Memory,
    ) -> Result<Sourced<Secret>, String> {
        match self {
            Self::Env { name } => match environment.get(name).filter(|value| !value.trim().is_empty()) {
                Some(value) => Ok(Sourced::new(Secret::new(value.clone()), Source::Variable { name: name.clone() })),
                None => Err(format!("refers to the variable {name}, which is not set")),
            },
            Self::File { path } => {
                let path = path_named(path, beside);
                let text = read_text(&path).map_err(|error| format!("refers to a file: {error}"))?;
                let text = text.trim_end_matches(['\r', '\n']);
                if text.trim().is_empty() {
                    return Err(format!("refers to {}, which is empty", path.display()));
                }
                Ok(Sourced::new(Secret::new(text), Source::File { path: path.display().to_string() }))
            }
            Self::EnvFile { path, name } => {
                let path = path_named(path, beside);
                let text = read_text(&path).map_err(|error| format!("refers to a .env: {error}"))?;
                let (lines, _) = env_file::parse(&text);
                let line = lines.into_iter().rfind(|line| line.name == *name && !line.value.trim().is_empty());
                let line =
                    line.ok_or_else(|| format!("refers to {name} in {}, which does not set it", path.display()))?;
                let path = path.display().to_string();
                Ok(Sourced::new(Secret::new(line.value), Source::EnvFile { path, line: line.line, name: line.name }))
            }
            Self::PolymarketCli { path } => {
                let path = path_named(path, beside);
                let values =
                    polymarket_cli::read(&path).map_err(|problem| format!("could not be read: {}", problem.text))?;
                let wanted = match profile {
                    Source::Profile { key, .. } => key,
                    _ => Setting::PrivateKey.name(),
                };
                let value = values.into_iter().find(|(setting, _)| setting.name() == wanted);
                let none = || format!("refers to {}, which does not set it", path.display());
                Ok(value.ok_or_else(none)?.1.map(Secret::new))
            }
            Self::Keystore { .. } => Err("refers to a keystore, which contains only private keys".to_owned()),
            Self::Command { program } => {
                Ok(Sourced::new(memory.printed(program, |longest| run(program, longest))?, profile.clone()))
            }
        }
    }
}

/// What a program prints, without the line end. What it writes to standard error is no business of
/// the screen, but says why it failed.
fn run(program: &[String], longest: Duration) -> Result<Secret, String> {
    const STEP: Duration = Duration::from_millis(10);
    let [name, arguments @ ..] = program else { return Err("refers to an empty command".to_owned()) };
    let mut command = Command::new(name);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| {
        format!("refers to the command {name}, which did not start: {}", super::files::reason(&error))
    })?;
    let (out, errors) = (printed(child.stdout.take()), printed(child.stderr.take()));
    let started = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() < longest => std::thread::sleep(STEP),
            Ok(None) | Err(_) => {
                // it may have ended just now
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("refers to the command {name}, which did not finish {}", in_time(longest)));
            }
        }
    };
    // what it has started may hold the pipes open
    let text = |pipe: Receiver<Zeroizing<String>>| pipe.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    if !status.success() {
        let errors = text(errors);
        let said: String = errors.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
        let said = if said.is_empty() { said } else { format!(": {said:.120}") };
        return Err(format!("refers to the command {name}, which failed ({status}{said})"));
    }
    let text = text(out);
    if text.len() as u64 > MOST {
        return Err(format!("refers to the command {name}, which printed more than {} KiB", MOST >> 10));
    }
    if text.trim().is_empty() {
        return Err(format!("refers to the command {name}, which printed nothing readable"));
    }
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

fn in_time(longest: Duration) -> String {
    match longest.as_secs() {
        0 => "before the deadline of the run".to_owned(),
        seconds => format!("in {seconds} s"),
    }
}

/// More than any secret.
const MOST: u64 = 1 << 16;

/// Reads a pipe while the program runs, so that a full one does not stop it.
fn printed(pipe: Option<impl std::io::Read + Send + 'static>) -> Receiver<Zeroizing<String>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut text = Zeroizing::new(String::new());
        let Some(mut pipe) = pipe else { return };
        if pipe.by_ref().take(MOST + 1).read_to_string(&mut text).is_ok() {
            // nobody waits for it after a time-out
            let _ = sender.send(text);
        }
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
    });
    receiver
}

impl From<SecretRef> for Value {
    fn from(place: SecretRef) -> Self {
        let mut table = InlineTable::new();
        match place {
            SecretRef::Env { name } => table.extend([("env", name)]),
            SecretRef::File { path } => table.extend([("file", path)]),
            SecretRef::EnvFile { path, name } => table.extend([("env_file", path), ("name", name)]),
            SecretRef::PolymarketCli { path } => table.extend([("polymarket_cli", path)]),
            SecretRef::Keystore { path, password } => {
                table.insert("keystore", path.into());
                if let Some(password) = password {
                    table.insert("password", Self::from(*password));
                }
            }
            SecretRef::Command { program } => {
                table.insert("command", Self::Array(program.into_iter().collect()));
            }
        }
        Self::InlineTable(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SecretRef, String> {
        let document: toml_edit::DocumentMut = format!("v = {text}").parse().unwrap();
        SecretRef::parse(document["v"].as_table_like().unwrap())
    }

    #[test]
    fn a_place_is_written_as_it_is_read() {
        for text in [
            "{ env = \"A\" }",
            "{ file = \"~/a\" }",
            "{ env_file = \".env\", name = \"PK\" }",
            "{ keystore = \"k.json\" }",
            "{ polymarket_cli = \"~/c.json\" }",
            "{ keystore = \"k.json\", password = { env = \"P\" } }",
            "{ command = [\"pass\", \"bot\"] }",
        ] {
            assert_eq!(Value::from(parse(text).unwrap()).to_string(), text);
        }
        for text in
            ["{ environment = \"A\" }", "{ env = 1 }", "{ env = \"A\", file = \"b\" }", "{ command = [] }", "{}"]
        {
            assert!(parse(text).unwrap_err().contains("secret reference"), "{text}");
        }
        assert!(parse("{ keystore = \"k\", password = \"hunter2\" }").unwrap_err().contains("plain-text password"));
    }

    #[test]
    #[cfg(unix)]
    fn a_program_may_say_the_value() {
        let said = |program: &[&str]| {
            run(&program.iter().map(|&word| word.to_owned()).collect::<Vec<_>>(), Duration::from_secs(30))
        };
        assert_eq!(said(&["echo", "secret"]).unwrap().expose(), "secret");
        assert!(said(&["false"]).unwrap_err().contains("failed"));
        let failed = said(&["sh", "-c", "echo not in the store >&2; exit 3"]).unwrap_err();
        assert!(failed.ends_with("(exit status: 3: not in the store)"), "{failed}");
        let long = said(&["sh", "-c", "head -c 200000 /dev/zero | tr '\\0' x >&2; echo secret"]);
        assert_eq!(long.unwrap().expose(), "secret", "a full pipe does not stop it");
        let long = said(&["sh", "-c", "head -c 200000 /dev/zero | tr '\\0' x"]);
        assert!(long.unwrap_err().ends_with("which printed more than 64 KiB"), "half a secret is none");
        assert!(said(&["true"]).unwrap_err().contains("nothing"));
        assert!(said(&["/no/such"]).unwrap_err().contains("did not start"));
    }
}
