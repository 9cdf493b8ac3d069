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
use crate::settings::{self, EnvFile};
use crate::sign_server::{Allowed, RateLimit, Signer, tls_from_files};

/// Longer than any file of tokens or accounts.
const LONGEST: u64 = 1 << 20;

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
    /// Reads everything but the variables, for a server at this address.
    pub(super) fn load(&self, variables: &Variables, address: SocketAddr) -> anyhow::Result<Loaded> {
        let signer = match &self.accounts {
            Some(path) => {
                let accounts = accounts_file::parse(path, &read_private(path)?, variables)?;
                Signer::serving(&accounts).with_context(|| path.display().to_string())?
            }
            None => Signer::new(&variables.credentials()?, self.token(variables)?.as_ref()).context(SECRET)?,
        };
        if signer.is_open() && !self.allow_public && !is_local(address.ip()) {
            bail!(
                "other machines can reach {address}, and without {TOKEN} anyone there could sign as the builder: set a token, listen on 127.0.0.1, or pass --allow-public"
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

    /// Reads everything anew for a server that runs: it does not come to be open, since a file that is being written
    /// looks like one without a token.
    pub(super) fn reload(&self, address: SocketAddr, is_open: bool) -> anyhow::Result<Loaded> {
        let loaded = self.load(&Variables::read(&self.env_file)?, address)?;
        if loaded.signer.is_open() && !is_open {
            bail!("{TOKEN} is no longer set; to sign for everyone, stop the server and start it without one");
        }
        Ok(loaded)
    }

    fn token(&self, variables: &Variables) -> anyhow::Result<Option<Secret>> {
        let Some(path) = &self.token_file else {
            return Ok(variables.get(TOKEN)?.map(|token| Secret::new(token.trim())));
        };
        let text = read_private(path)?;
        let token = text.trim();
        if token.is_empty() {
            bail!("{} contains no token", path.display());
        }
        Ok(Some(Secret::new(token)))
    }
}

/// Whether only this machine reaches the address.
pub(super) fn is_local(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn read_private(path: &Path) -> anyhow::Result<String> {
    let cannot = || format!("cannot read {}", path.display());
    let bytes = settings::read_file(path, LONGEST).with_context(cannot)?;
    let text = String::from_utf8(bytes).ok().context("it is not UTF-8 text").with_context(cannot)?;
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
        tracing::warn!("other users of this machine can read {path}; run chmod 600 {path}");
    }
}

#[cfg(not(unix))]
fn warn_if_exposed(_: &Path) {}
