//! What may be said of a secret or an address without giving it away.

use url::Url;

use super::{Setting, Settings};
use crate::auth::key::{self, ParsedKey};
use crate::auth::l2::SecretKey;
use crate::auth::us::UsKey;
use crate::secret::{Secret, SecretShape, fingerprint};

impl Settings {
    /// The key, when it is usable.
    pub fn parsed_key(&self) -> Option<ParsedKey> {
        key::parse(self.private_key.as_ref()?.value.as_ref().ok()?).ok()
    }
}

/// Host and port; a path may hold an access key of the node's provider.
pub(crate) fn shown_url(url: &Url) -> String {
    let path = url.path();
    let is_key = |segment: &str| segment.len() >= 10;
    let path = if path.split('/').any(is_key) { "/…" } else { path.trim_end_matches('/') };
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{}://{host}:{port}{path}", url.scheme()),
        (Some(host), None) => format!("{}://{host}{path}", url.scheme()),
        (None, _) => url.scheme().to_owned(),
    }
}

/// What may be said of the secret of a setting. Its fingerprint is of what the secret stands for, so
/// that it is the same wherever it is shown, and however it is written: of the decoded bytes of an
/// API or builder secret, of the 32 bytes of a private key, and of the text of anything else, which is
/// sent as it is.
pub(crate) fn secret_shape(setting: Setting, secret: &Secret) -> SecretShape {
    let fingerprint = match setting {
        Setting::ApiSecret | Setting::BuilderSecret => SecretKey::decode(secret).ok().map(|key| key.fingerprint()),
        Setting::UsSecretKey => UsKey::decode(secret).ok().map(|key| key.fingerprint()),
        Setting::PrivateKey => key::parse(secret).ok().map(|key| fingerprint(key.signer.to_bytes().as_slice())),
        _ => None,
    };
    let shape = secret.shape();
    match fingerprint {
        Some(fingerprint) => SecretShape { fingerprint, cleaned: None, ..shape },
        None => shape,
    }
}
