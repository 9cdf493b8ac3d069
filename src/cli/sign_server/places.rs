//! Where credentials, tokens and certificates are read from, at the start and again on SIGHUP.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use tokio_rustls::rustls::ServerConfig;

use super::accounts_file;
use super::variables::{SECRET, TOKEN, Variables};
use crate::secret::Secret;
use crate::settings::EnvFile;
use crate::sign_server::{Allowed, RateLimit, Signer, tls_from_files};

/// The places, and what is done with all that is read from them.
pub(super) struct Places {
    pub(super) env_file: EnvFile,
    pub(super) token_file: Option<PathBuf>,
    pub(super) accounts: Option<PathBuf>,
    /// The files of the certificates and of their key.
    pub(super) tls: Option<(PathBuf, PathBuf)>,
    pub(super) allowed: Vec<Allowed>,
    pub(super) rate_limit: Option<RateLimit>,
    /// Whether an address that other machines reach needs no token.
    pub(super) allow_public: bool,
}

/// What a server signs with, and what it speaks TLS with.
pub(super) struct Loaded {
    pub(super) signer: Signer,
    pub(super) tls: Option<Arc<ServerConfig>>,
}

impl Places {
    /// Reads everything anew, for a server at this address.
    pub(super) fn load(&self, address: SocketAddr) -> anyhow::Result<Loaded> {
        let variables = Variables::read(&self.env_file)?;
        let signer = match &self.accounts {
            Some(path) => {
                let accounts = accounts_file::parse(path, &read_private(path)?, &variables)?;
                Signer::serving(&accounts).with_context(|| path.display().to_string())?
            }
            None => Signer::new(&variables.credentials()?, self.token(&variables)?.as_ref()).context(SECRET)?,
        };
        if signer.is_open() && !self.allow_public && !is_private(address.ip()) {
            bail!(
                "{address} can be reached from other machines, and without {TOKEN} anybody there could sign as the \
                 builder: set a token, listen on 127.0.0.1, or say --allow-public"
            );
        }
        let tls = match &self.tls {
            Some((certificates, key)) => {
                warn_if_exposed(key);
                Some(tls_from_files(certificates, key)?)
            }
            None => None,
        };
        let signer = signer.with_allowed(self.allowed.clone());
        Ok(Loaded { signer: self.rate_limit.into_iter().fold(signer, Signer::with_rate_limit), tls })
    }

    fn token(&self, variables: &Variables) -> anyhow::Result<Option<Secret>> {
        let Some(path) = &self.token_file else {
            return Ok(variables.get(TOKEN)?.map(|token| Secret::new(token.trim())));
        };
        let text = read_private(path)?;
        let token = text.trim();
        if token.is_empty() {
            bail!("{} holds no token", path.display());
        }
        Ok(Some(Secret::new(token)))
    }
}

/// Whether only this machine reaches the address.
fn is_private(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn read_private(path: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    warn_if_exposed(path);
    Ok(text)
}

/// A warning and no more, as for every other file of secrets: container platforms mount theirs so.
#[cfg(unix)]
fn warn_if_exposed(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_or(0, |metadata| metadata.permissions().mode());
    if mode & 0o004 != 0 {
        let path = path.display();
        tracing::warn!("{path} can be read by other users of this machine; chmod 600 {path}");
    }
}

#[cfg(not(unix))]
fn warn_if_exposed(_: &Path) {}
