//! What exactly is signed, in labelled parts: for people who compare it with what their client signs.

use alloy_primitives::{Address, U256, hex};
use alloy_sol_types::SolStruct as _;

mod order;

pub use order::order;

use super::l1;
use super::l2::SecretKey;
use super::us::UsKey;

/// What is signed, how it is put together, and what signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// In the order in which they are computed; the last is what is signed.
    pub sections: Vec<Section>,
    /// What signs it, and how the signature is written; never the key.
    pub signed_by: Vec<String>,
}

/// Parts that stand one after the other with nothing between, and what is made of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Heading of the step, such as `Struct ClobAuth`.
    pub title: &'static str,
    /// In the order in which they are joined.
    pub parts: Vec<Part>,
    /// The hash of all parts, where one is made.
    pub hash: Option<Part>,
}

/// Some bytes with a name, such as the timestamp of a message or one word of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `timestamp`, `chainId`, `struct hash`, …
    pub label: &'static str,
    /// As people write it: the text itself, or what the bytes are the hash of.
    pub text: String,
    /// What goes into the section: UTF-8 of a text, 32 bytes of a word.
    pub bytes: Vec<u8>,
}

impl Part {
    fn text(label: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { label, bytes: text.clone().into_bytes(), text }
    }

    fn bytes(label: &'static str, text: impl Into<String>, bytes: &[u8]) -> Self {
        Self { label, text: text.into(), bytes: bytes.to_vec() }
    }
}

impl Section {
    /// The parts joined.
    pub fn bytes(&self) -> Vec<u8> {
        self.parts.iter().flat_map(|part| &part.bytes).copied().collect()
    }
}

impl Explanation {
    /// The message that is signed: as text, or as 0x and hex where it is made of hashes.
    pub fn message(&self) -> String {
        self.sections.last().map_or_else(String::new, |section| match section.hash {
            Some(_) => hex::encode_prefixed(section.bytes()),
            None => section.parts.iter().map(|part| part.text.as_str()).collect(),
        })
    }
}

/// The EIP-712 message of L1: domain, struct, and the digest over both.
pub fn l1(chain_id: u64, address: Address, timestamp: &str, nonce: U256) -> Explanation {
    let (domain, auth) = (l1::domain(chain_id), l1::auth(address, timestamp, nonce));
    let separator = Part::bytes("domain separator", "keccak256 of the domain", domain.separator().as_slice());
    let hash = auth.eip712_hash_struct();
    let hash = Part::bytes("struct hash", "keccak256 of the struct", hash.as_slice());
    let digest = l1::digest(chain_id, address, timestamp, nonce);
    let domain_words = [
        ("type", keccak(&domain.encode_type())),
        ("name", keccak(l1::DOMAIN_NAME)),
        ("version", keccak(l1::DOMAIN_VERSION)),
        ("chainId", chain_id.to_string()),
    ];
    let auth_words = [
        ("type", keccak(&l1::ClobAuth::eip712_encode_type())),
        ("address", address.to_string()),
        ("timestamp", keccak(timestamp)),
        ("nonce", nonce.to_string()),
        ("message", keccak(l1::MESSAGE)),
    ];
    let auth_data = [auth.eip712_type_hash().to_vec(), auth.eip712_encode_data()].concat();
    let domain_data = [domain.type_hash().to_vec(), domain.encode_data()].concat();
    let sections = vec![
        Section { title: "EIP-712 domain", parts: words(domain_words, &domain_data), hash: Some(separator.clone()) },
        Section { title: "Struct ClobAuth", parts: words(auth_words, &auth_data), hash: Some(hash.clone()) },
        Section {
            title: "Signed message",
            parts: vec![Part::bytes("prefix", "the EIP-712 prefix", &[0x19, 0x01]), separator, hash],
            hash: Some(Part::bytes("digest", "keccak256 of the message", digest.as_slice())),
        },
    ];
    Explanation {
        sections,
        signed_by: vec![format!(
            "the private key of {address}: secp256k1 over the digest, as 0x and 65 bytes: r, s and v (27 or 28)"
        )],
    }
}

/// How a hash of text is written.
fn keccak(text: &str) -> String {
    format!("keccak256({text:?})")
}

/// EIP-712 encodes each value in 32 bytes.
fn words<const N: usize>(labels: [(&'static str, String); N], data: &[u8]) -> Vec<Part> {
    labels.into_iter().zip(data.chunks(32)).map(|((label, text), word)| Part::bytes(label, text, word)).collect()
}

/// The message of L2 and of builder headers: timestamp, method, path and body, with nothing between.
pub fn hmac(key: &SecretKey, timestamp: i64, method: &str, path: &str, body: Option<&str>) -> Explanation {
    let parts = vec![
        Part::text("timestamp", timestamp.to_string()),
        Part::text("method", method),
        Part::text("path", path),
        Part::text("body", body.unwrap_or_default()),
    ];
    signed(
        parts,
        format!(
            "HMAC-SHA256 with the decoded secret ({}, fingerprint {}), as URL-safe base64 with its padding",
            key.form,
            key.fingerprint()
        ),
    )
}

/// The message of Polymarket US: timestamp in milliseconds, method and path; a body is not part of it.
pub fn us(key: &UsKey, timestamp_ms: i64, method: &str, path: &str) -> Explanation {
    let parts =
        vec![Part::text("timestamp", timestamp_ms.to_string()), Part::text("method", method), Part::text("path", path)];
    signed(
        parts,
        format!(
            "Ed25519 with the first 32 bytes of the secret key ({}, fingerprint {}), as standard base64",
            key.form,
            key.fingerprint()
        ),
    )
}

/// One message of these parts, with nothing between.
fn signed(parts: Vec<Part>, by: String) -> Explanation {
    Explanation { sections: vec![Section { title: "Signed message", parts, hash: None }], signed_by: vec![by] }
}

/// Rows of so many bytes: offset, hex, and the text with a dot for what is no ASCII.
pub fn hex_rows(bytes: &[u8], bytes_per_row: usize) -> impl Iterator<Item = String> + '_ {
    let bytes_per_row = bytes_per_row.max(1);
    let width = (bytes_per_row * 5).div_ceil(2) - 1;
    bytes.chunks(bytes_per_row).enumerate().map(move |(row, chunk)| {
        let pairs: Vec<String> = chunk.chunks(2).map(hex::encode).collect();
        let text: String =
            chunk.iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { '.' }).collect();
        format!("{:04x}  {:<width$}  {text}", row * bytes_per_row, pairs.join(" "))
    })
}

/// Text with a sign for each character that leaves no mark: spaces, line ends, tabs, and whatever
/// else a terminal would obey or swallow.
pub fn visible(text: &str, ascii: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' if !ascii => shown.push('·'),
            '\u{0}'..='\u{1f}' if !ascii => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' if !ascii => shown.push('␡'),
            _ if c.is_control()
                || (c.is_whitespace() && c != ' ')
                || crate::text::is_unseen(c)
                || (ascii && !c.is_ascii()) =>
            {
                shown.extend(c.escape_default());
            }
            _ => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_no_bytes_are_rows_of_one() {
        assert_eq!(hex_rows(b"ab", 0).count(), 2);
    }
    use crate::secret::Secret;

    #[test]
    fn a_message_is_its_parts_with_nothing_between() {
        let key = SecretKey::decode(&Secret::new("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")).expect("base64");
        let explained = hmac(&key, 1_000_000, "test-sign", "/orders", Some("{\"hash\":\"0x123\"}"));
        assert_eq!(explained.message(), "1000000test-sign/orders{\"hash\":\"0x123\"}");
        assert_eq!(explained.sections[0].bytes(), explained.message().as_bytes());
        assert!(explained.signed_by[0].contains("32 bytes"), "{:?}", explained.signed_by);
    }

    #[test]
    fn each_hash_is_the_hash_of_the_parts_above_it() {
        let explained = l1(137, Address::repeat_byte(7), "1700000000", U256::MAX);
        for section in &explained.sections {
            let hash = section.hash.as_ref().expect("a hash");
            assert_eq!(alloy_primitives::keccak256(section.bytes()).as_slice(), hash.bytes, "{}", section.title);
        }
        assert!(explained.message().starts_with("0x1901") && explained.message().len() == 2 + 2 * 66);
    }

    #[test]
    fn nothing_of_a_text_is_invisible() {
        assert_eq!(visible("a b\r\n\t\u{1b}[2J\u{202e}", false), "a·b␍␊␉␛[2J\\u{202e}");
        assert_eq!(visible("a b\né", true), "a b\\n\\u{e9}");
        assert_eq!(
            hex_rows(b"1GET/", 16).collect::<Vec<_>>(),
            ["0000  3147 4554 2f                             1GET/"]
        );
    }
}
