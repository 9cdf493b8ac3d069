//! Where the account comes from: the place of its private key.

use serde::{Deserialize, Serialize};

use super::Source;
use super::inputs::{Inputs, KeyInput};
use super::sources::Sources;

/// The place that an account is named by. As JSON `{"kind": "env-file", "name": ".env"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// What sort of place it is.
    pub kind: OriginKind,
    /// The profile, the file or the scenario; `None` where the kind says it all.
    pub name: Option<String>,
}

/// The sorts of places that an account can be named by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OriginKind {
    /// A profile; the name is its own.
    Profile,
    /// A `.env`; the name is its path.
    EnvFile,
    /// Variables of the process; there is no name.
    Environment,
    /// `--key-file`; the name is the path.
    KeyFile,
    /// A keystore; the name is its path.
    Keystore,
    /// The configuration of polymarket-cli; the name is its path.
    PolymarketCli,
    /// `--key-stdin`; there is no name.
    StandardInput,
    /// Into the set-up wizard.
    Typed,
    /// The embedded sandbox; the name is that of its scenario.
    Demo,
}

impl Origin {
    /// A place with a name.
    pub fn new(kind: OriginKind, name: impl Into<String>) -> Self {
        Self { kind, name: Some(name.into()) }
    }

    fn bare(kind: OriginKind) -> Self {
        Self { kind, name: None }
    }

    /// The profile of this name.
    pub fn profile(name: &str) -> Self {
        Self::new(OriginKind::Profile, name)
    }

    /// Of settings whose key is from there; without a key, the profile that is in use, if one is.
    pub(super) fn of(inputs: &Inputs, sources: &Sources, key: Option<&Source>) -> Option<Self> {
        if let Some(scenario) = &inputs.scenario {
            return Some(Self::new(OriginKind::Demo, scenario));
        }
        let of_file = |kind, path: &std::path::Path| Some(Self::new(kind, path.display().to_string()));
        match &inputs.key {
            KeyInput::File(path) => return of_file(OriginKind::KeyFile, path),
            KeyInput::Keystore(path) => return of_file(OriginKind::Keystore, path),
            KeyInput::StandardInput => return Some(Self::bare(OriginKind::StandardInput)),
            KeyInput::Typed(_) => return Some(Self::bare(OriginKind::Typed)),
            KeyInput::Settings => {}
        }
        if sources.key_profile().is_some() || (key.is_none() && !sources.profile.is_empty()) {
            return Some(Self::profile(&sources.profile));
        }
        match key? {
            Source::Variable { .. } => Some(Self::bare(OriginKind::Environment)),
            Source::EnvFile { path, .. } => Some(Self::new(OriginKind::EnvFile, path)),
            Source::Profile { name, .. } => Some(Self::profile(name)),
            Source::PolymarketCli { path, .. } => Some(Self::new(OriginKind::PolymarketCli, path)),
            Source::File { path } => Some(Self::new(OriginKind::KeyFile, path)),
            Source::StandardInput => Some(Self::bare(OriginKind::StandardInput)),
            Source::Typed => Some(Self::bare(OriginKind::Typed)),
            Source::Flag { .. } | Source::Inferred { .. } | Source::Default => None,
        }
    }
}

impl std::fmt::Display for Origin {
    /// As a heading says it: `.env`, `profile bot`, `environment`, `key file /run/secrets/key`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            OriginKind::EnvFile => "",
            OriginKind::Profile => "profile",
            OriginKind::Environment => "environment",
            OriginKind::KeyFile => "key file",
            OriginKind::Keystore => "keystore",
            OriginKind::PolymarketCli => "polymarket-cli",
            OriginKind::StandardInput => "standard input",
            OriginKind::Typed => "typed in",
            OriginKind::Demo => "demo",
        };
        match &self.name {
            // the scenario that is called like its kind
            Some(name) if name == kind => f.write_str(name),
            Some(name) if kind.is_empty() => f.write_str(name),
            Some(name) => write!(f, "{kind} {name}"),
            None => f.write_str(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::secret::Secret;
    use crate::settings::{EnvFile, load};

    #[test]
    fn the_account_is_named_by_the_place_of_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let config = format!(
            "[profiles.bot]\nprivate_key = {{ env_file = \"{}\", name = \"PK\" }}\n[profiles.bare]\nchain_id = 137\n\
             [profiles.locked]\nprivate_key = {{ keystore = \"/nowhere/k.json\" }}\n",
            path(".env").display()
        );
        fs::write(path(".env"), "PK=0x12\n").unwrap();
        fs::write(path("config.toml"), config).unwrap();
        fs::write(path("key"), "0x12\n").unwrap();
        let plain = Inputs { env_file: EnvFile::None, ..Inputs::default() };
        let with_profile = |name: &str| Inputs {
            config_file: Some(path("config.toml")),
            profile: Some(name.to_owned()),
            ..plain.clone()
        };
        let variable = || Inputs { environment: [("PK".to_owned(), "0x12".to_owned())].into(), ..plain.clone() };
        let origin = |inputs: &Inputs| load(inputs).unwrap().origin.map(|origin| origin.to_string());
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(origin(&plain), None);
        assert_eq!(origin(&variable()), said("environment"));
        assert_eq!(
            origin(&Inputs { env_file: EnvFile::Named(path(".env")), ..plain.clone() }),
            Some(path(".env").display().to_string())
        );
        assert_eq!(origin(&with_profile("bot")), said("profile bot"));
        assert_eq!(origin(&with_profile("bare")), said("profile bare"));
        assert_eq!(origin(&with_profile("locked")), said("profile locked"));
        assert_eq!(
            origin(&Inputs { key: KeyInput::File(path("key")), ..with_profile("bare") }),
            Some(format!("key file {}", path("key").display()))
        );
        assert_eq!(origin(&Inputs { key: KeyInput::Typed(Secret::new("0x12")), ..variable() }), said("typed in"));
        assert_eq!(origin(&Inputs { scenario: said("demo"), ..variable() }), said("demo"));
        assert_eq!(origin(&Inputs { scenario: said("gas-missing"), ..variable() }), said("demo gas-missing"));
    }
}
