//! The bytes of an order's signature, taken apart.

use alloy_primitives::{Address, B256, Bytes, Signature};
use alloy_sol_types::SolValue as _;

/// ERC-6492's mark at the end of an envelope, of which deposit wallets make their own use.
const MARK: [u8; 32] = {
    let mut mark = [0x64; 32];
    let mut place = 1;
    while place < 32 {
        mark[place] = 0x92;
        place += 2;
    }
    mark
};

/// A signature in one of the forms that orders carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderSignature {
    /// 65 bytes, or 64 in the compact form of EIP-2098.
    Plain(Signature),
    /// What the owner of a deposit wallet makes: 317 bytes.
    Nested(Nested),
    /// What a session key of a deposit wallet makes: 480 bytes.
    Session {
        /// The key that is named in the envelope.
        key: Address,
        /// What the key signed, in the form that an owner signs.
        nested: Nested,
    },
}

/// ERC-7739: a signature, and what it was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nested {
    /// Over the nested struct.
    pub inner: Signature,
    /// The domain of the exchange.
    pub separator: B256,
    /// The struct hash of the order.
    pub contents: B256,
    /// The type of the order, as EIP-712 writes it.
    pub order_type: String,
}

impl OrderSignature {
    /// `None` where the bytes have none of the forms. The last byte of a plain one may be 0, 1, 27 or 28.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.ends_with(&MARK) {
            let (key, wrapped) = session(bytes)?;
            return Some(Self::Session { key, nested: Nested::decode(&wrapped)? });
        }
        match bytes.len() {
            64 => {
                // the recovery bit is the first of s
                let mut s = <[u8; 32]>::try_from(&bytes[32..]).ok()?;
                let parity = s[0] >> 7 == 1;
                s[0] &= 0x7f;
                let r = <[u8; 32]>::try_from(&bytes[..32]).ok()?;
                Some(Self::Plain(Signature::from_scalars_and_parity(r.into(), s.into(), parity)))
            }
            65 => plain(bytes).map(Self::Plain),
            _ => Nested::decode(bytes).map(Self::Nested),
        }
    }

    /// The ECDSA signature inside.
    pub fn inner(&self) -> &Signature {
        match self {
            Self::Plain(plain) => plain,
            Self::Nested(nested) | Self::Session { nested, .. } => &nested.inner,
        }
    }
}

fn plain(bytes: &[u8]) -> Option<Signature> {
    let last = bytes.last()?;
    if !matches!(last, 0 | 1 | 27 | 28) {
        return None;
    }
    Signature::from_raw(bytes).ok()
}

impl Nested {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (rest, length) = bytes.split_last_chunk::<2>()?;
        let start = rest.len().checked_sub(usize::from(u16::from_be_bytes(*length)))?;
        let (front, order_type) = rest.split_at_checked(start)?;
        let (inner, front) = front.split_at_checked(65)?;
        let (separator, contents) = front.split_at_checked(32)?;
        Some(Self {
            inner: plain(inner)?,
            separator: B256::from_slice(separator),
            contents: (contents.len() == 32).then(|| B256::from_slice(contents))?,
            order_type: std::str::from_utf8(order_type).ok()?.to_owned(),
        })
    }
}

/// The session key that an envelope names, and the nested signature in it.
pub(crate) fn session(bytes: &[u8]) -> Option<(Address, Bytes)> {
    let envelope = bytes.strip_suffix(&MARK)?;
    let (key, zero, wrapped) = <(B256, B256, Bytes)>::abi_decode_params(envelope).ok()?;
    let is_address = key[..12].iter().all(|byte| *byte == 0) && zero.is_zero();
    is_address.then(|| (Address::from_word(key), wrapped))
}

/// The envelope that names the session key which made a nested signature.
pub fn with_session(key: Address, nested: &[u8]) -> Vec<u8> {
    let envelope = (key.into_word(), B256::ZERO, Bytes::copy_from_slice(nested)).abi_encode_params();
    [envelope.as_slice(), &MARK].concat()
}
