//! The builder programme: credentials, remote signer, attribution.

mod attribution;
mod credentials;
mod signer;

pub(super) use attribution::attribution;
pub(super) use credentials::credentials;
pub(super) use signer::signer;
pub use signer::signer_offset;
