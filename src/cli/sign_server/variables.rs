//! What the official server reads from its environment.

use std::collections::BTreeMap;
use std::env::{self, VarError};
use std::fmt;

use anyhow::{Context as _, bail};

use crate::auth::l2::ApiCredentials;
use crate::secret::Secret;
use crate::settings::{EnvFile, SettingsError, env_file_variables};

pub(super) const SECRET: &str = "POLY_BUILDER_SECRET";
pub(super) const TOKEN: &str = "AUTHORIZATION_TOKEN";
const KEY: &str = "POLY_BUILDER_API_KEY";
const PASSPHRASE: &str = "POLY_BUILDER_PASSPHRASE";
const PORT: &str = "PORT";

const DEFAULT_PORT: u16 = 5001;

/// The environment, and behind it the `.env` file. Empty text counts as not set.
pub(super) struct Variables {
    file: BTreeMap<String, String>,
}

/// Variables without which nothing can be signed.
#[derive(Debug)]
pub(super) struct Missing(Vec<&'static str>);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [name] => write!(f, "{name} environment variable is required"),
            names => write!(f, "these environment variables are required: {}", names.join(", ")),
        }?;
        f.write_str(" (or a line of .env)")
    }
}

impl std::error::Error for Missing {}

impl Variables {
    pub(super) fn read(file: &EnvFile) -> Result<Self, SettingsError> {
        Ok(Self { file: env_file_variables(file)? })
    }

    /// A value that is no text is an error: a server must not run open because its token is odd.
    pub(super) fn get(&self, name: &str) -> anyhow::Result<Option<String>> {
        let own = match env::var(name) {
            Ok(value) => Some(value),
            Err(VarError::NotPresent) => None,
            Err(VarError::NotUnicode(_)) => bail!("{name} is not UTF-8 text"),
        };
        let is_set = |value: &String| !value.trim().is_empty();
        Ok(own.filter(is_set).or_else(|| self.file.get(name).cloned().filter(is_set)))
    }

    /// # Errors
    ///
    /// [`Missing`] names all that is not set.
    pub(super) fn credentials(&self) -> anyhow::Result<ApiCredentials> {
        let [key, secret, passphrase] = [self.get(KEY)?, self.get(SECRET)?, self.get(PASSPHRASE)?];
        match (key, secret, passphrase) {
            (Some(key), Some(secret), Some(passphrase)) => {
                Ok(ApiCredentials { key, secret: Secret::new(secret), passphrase: Secret::new(passphrase) })
            }
            (key, secret, passphrase) => {
                let named = [(KEY, key), (SECRET, secret), (PASSPHRASE, passphrase)];
                let missing = named.into_iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name);
                Err(Missing(missing.collect()).into())
            }
        }
    }

    pub(super) fn port(&self) -> anyhow::Result<u16> {
        let Some(text) = self.get(PORT)? else { return Ok(DEFAULT_PORT) };
        // the text is not shown: it may be a secret in the wrong place
        text.trim().parse().ok().with_context(|| format!("{PORT} is not a port: a whole number up to 65535"))
    }
}
