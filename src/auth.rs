//! The auth engine: bytes in, headers out. Pure: no clock, no network, no files.
//!
//! * [`key`]: the text of a private key to a signing key, or the mistake in it
//! * [`wallet`]: every wallet a signer can have, and what the code at an address says
//! * [`l1`]: the EIP-712 wallet signature that creates and derives API credentials
//! * [`l2`]: the HMAC headers of every authenticated request
//! * [`order`]: orders as they are signed for an exchange, and whose signature one carries
//! * `recovery`: the signer of one signature over many digests
//! * `relay`: transactions that the relayer takes, as the owner of a wallet signs them
//! * [`builder`]: the `POLY_BUILDER_*` headers, signed here or by a remote signer
//! * [`us`]: the `X-PM-*` headers of Polymarket US, which shares no key with the CLOB
//! * [`explain`]: what exactly is signed, in labelled parts
//! * [`wallet_signature`]: what a contract wallet accepts as a signature of its owner
//! * `placeholder`: what example files have in the place of values
//! * [`contracts`]: addresses and code hashes per chain

pub mod builder;
pub mod contracts;
pub mod explain;
pub mod key;
pub mod l1;
pub mod l2;
pub mod order;
pub(crate) mod placeholder;
pub(crate) mod recovery;
pub(crate) mod relay;
pub mod us;
pub mod wallet;
pub mod wallet_signature;

use std::fmt;

/// The headers of one authenticated request, in the order in which the clients send them.
///
/// The passphrase is among them, so `Debug` shows names only.
#[derive(Clone, PartialEq)]
pub struct AuthHeaders(Vec<(&'static str, String)>);

impl AuthHeaders {
    /// Names with their values, in the order in which they are to be sent.
    pub fn new(headers: Vec<(&'static str, String)>) -> Self {
        Self(headers)
    }

    /// Each name with its value, the passphrase among them.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The value of the header with exactly this name, such as `POLY_SIGNATURE`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Both sets together, as order clients of protocol version 1 send L2 and builder headers.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl fmt::Debug for AuthHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
