//! The certificate of a server, from files.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use rustls::{ServerConfig, crypto::ring};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::settings::{read_file, why_unreadable};

/// Longer than any chain of certificates.
const LONGEST: u64 = 1 << 20;

/// A certificate or a key that cannot be used.
#[derive(Debug, Error)]
pub enum TlsError {
    #[error("cannot read {path}: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("{path} contains no certificate; it must be PEM text")]
    NoCertificate { path: String },
    #[error("the certificate of {path} cannot be used with this key: {reason}")]
    Mismatch { path: String, reason: rustls::Error },
}

/// What a server needs to speak TLS: the chain of certificates and their key, both PEM.
///
/// # Errors
///
/// [`TlsError`] when a file cannot be read, or the key is another certificate's.
pub fn tls_from_files(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let shown = |path: &Path| path.display().to_string();
    let unreadable = |path: &Path, reason: String| TlsError::Unreadable { path: shown(path), reason };
    let read = |path| read_file(path, LONGEST).map_err(|error| unreadable(path, why_unreadable(&error)));
    let malformed = |path| move |error: pem::Error| unreadable(path, error.to_string());
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&read(certificates)?)
        .collect::<Result<_, _>>()
        .map_err(malformed(certificates))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { path: shown(certificates) });
    }
    let key = PrivateKeyDer::from_pem_slice(&Zeroizing::new(read(key)?)).map_err(malformed(key))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|reason| TlsError::Mismatch { path: shown(certificates), reason })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
