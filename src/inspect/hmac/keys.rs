//! Keys that may have signed: each configured secret in every decoding.

use alloy_primitives::hex;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use zeroize::Zeroizing;

use super::{KeyVariant, mac_of};
use crate::auth::l2::SecretKey;
use crate::cause::Cause;
use crate::inspect::known::Known;
use crate::secret::Secret;

/// Whose secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::inspect) enum Owner {
    User,
    Builder,
    /// Neither: a private key, a passphrase, nothing.
    Nobody,
}

impl Owner {
    pub(in crate::inspect) fn words(self) -> &'static str {
        match self {
            Self::User => "API secret",
            Self::Builder => "builder secret",
            Self::Nobody => "secret",
        }
    }
}

struct Keys {
    keys: Vec<KeyVariant>,
    seen: std::collections::BTreeSet<[u8; 32]>,
}

impl Keys {
    fn add(&mut self, bytes: &[u8], cause: Option<Cause>, words: String, owner: Owner) {
        use sha2::Digest as _;
        if self.seen.insert(sha2::Sha256::digest(bytes).into()) {
            // the secret as it is written, and the other pair of credentials
            let is_common = match cause {
                Some(Cause::SecretNotDecoded) => self.keys.len() == 1,
                Some(Cause::BuilderCredentialsAsUser | Cause::UserCredentialsAsBuilder) => true,
                _ => words.ends_with("as UTF-8 text"),
            };
            self.keys.push(KeyVariant { mac: mac_of(bytes), cause, words, owner, is_common });
        }
    }
}

/// The right key first, where the settings have it.
pub(super) fn keys(known: &Known, owner: Owner) -> Vec<KeyVariant> {
    let mut keys = Keys { keys: Vec::new(), seen: std::collections::BTreeSet::new() };
    let (own, other, swapped) = match owner {
        Owner::Builder => (&known.builder, (&known.user, Owner::User), Cause::UserCredentialsAsBuilder),
        _ => (&known.user, (&known.builder, Owner::Builder), Cause::BuilderCredentialsAsUser),
    };
    let secret = |secret: &Option<Secret>| secret.clone().filter(|secret| !secret.expose().trim().is_empty());
    if let Some(secret) = secret(&own.secret) {
        if let Ok(key) = SecretKey::decode(&secret) {
            keys.add(key.bytes(), None, format!("the {}, decoded from base64", owner.words()), owner);
        }
        decodings(&mut keys, &secret, owner);
    }
    if let Some(secret) = secret(&other.0.secret) {
        let words = other.1.words();
        if let Ok(key) = SecretKey::decode(&secret) {
            keys.add(key.bytes(), Some(swapped), format!("the {words} of the settings"), other.1);
        }
        keys.add(secret.expose().trim().as_bytes(), Some(swapped), format!("the {words}, not decoded"), other.1);
    }
    if keys.keys.is_empty() {
        return keys.keys;
    }
    let own_name = owner.words();
    let mut add = |bytes: &[u8], words: &str| {
        keys.add(bytes, Some(Cause::WrongSecret), format!("{words} instead of the {own_name}"), Owner::Nobody);
    };
    if let Some(key) = &known.private_key {
        let digits = key.expose().trim().trim_start_matches("0x");
        if let Ok(bytes) = hex::decode(digits) {
            add(&Zeroizing::new(bytes), "the private key");
        }
        add(key.expose().trim().as_bytes(), "the text of the private key");
        add(digits.as_bytes(), "the text of the private key");
    }
    for credentials in [&known.user, &known.builder] {
        if let Some(passphrase) = &credentials.passphrase {
            let text = passphrase.expose().trim();
            add(text.as_bytes(), "the text of the passphrase");
            if let Ok(bytes) = hex::decode(text) {
                add(&Zeroizing::new(bytes), "the passphrase");
            }
            if let Ok(key) = SecretKey::decode(passphrase) {
                add(key.bytes(), "the passphrase");
            }
        }
        if let Some(key) = &credentials.key {
            add(key.trim().as_bytes(), "the text of the API key");
        }
    }
    add(b"", "an empty key");
    keys.keys
}

/// Everything that people make of a secret but decode it rightly.
fn decodings(keys: &mut Keys, secret: &Secret, owner: Owner) {
    let written = secret.expose();
    let text = Zeroizing::new(written.trim().trim_matches(['"', '\'']).to_owned());
    let name = owner.words();
    let mut add = |bytes: &[u8], cause: Cause, words: String| keys.add(bytes, Some(cause), words, owner);
    let as_text = |how: &str| format!("the text of the {name}{how}, not decoded");
    add(text.as_bytes(), Cause::SecretNotDecoded, as_text(""));
    add(written.as_bytes(), Cause::SecretNotDecoded, as_text(""));
    add(text.trim_end_matches('=').as_bytes(), Cause::SecretNotDecoded, as_text(" without its padding"));
    for quote in ['"', '\''] {
        let quoted = Zeroizing::new(format!("{quote}{}{quote}", text.as_str()));
        add(quoted.as_bytes(), Cause::SecretNotDecoded, as_text(" in quotes"));
    }
    let with_end = Zeroizing::new(format!("{}\n", text.as_str()));
    add(with_end.as_bytes(), Cause::SecretNotDecoded, as_text(" with a newline"));
    let standard = Zeroizing::new(text.replace('-', "+").replace('_', "/"));
    add(standard.as_bytes(), Cause::SecretNotDecoded, as_text(" in the standard alphabet"));
    let url_safe = Zeroizing::new(text.replace('+', "-").replace('/', "_"));
    add(url_safe.as_bytes(), Cause::SecretNotDecoded, as_text(" in the URL-safe alphabet"));
    let wrong = Cause::SecretEncoding;
    if let Ok(bytes) = hex::decode(text.as_str()) {
        add(&Zeroizing::new(bytes), wrong, format!("the {name}, decoded from hex"));
    }
    // lenient decoders leave out what is not of their alphabet
    for (other, alphabet) in [(['-', '_'], "standard"), (['+', '/'], "URL-safe")] {
        let kept: Zeroizing<String> = Zeroizing::new(standard_letters(&text, other));
        for length in [kept.len(), kept.len() - kept.len() % 4] {
            if let Ok(bytes) = STANDARD_NO_PAD.decode(&kept[..length]) {
                let words = format!("the {name}, decoded as {alphabet} base64 that skips other characters");
                add(&Zeroizing::new(bytes), wrong, words);
            }
        }
    }
    let letters = Zeroizing::new(standard.trim_end_matches('=').to_owned());
    for (cut, words) in [(letters.get(1..), "first"), (letters.get(..letters.len().saturating_sub(1)), "last")] {
        let Some(cut) = cut else { continue };
        let whole = &cut[..cut.len() - cut.len() % 4];
        for cut in [cut, whole] {
            if let Ok(bytes) = lenient(cut) {
                add(&bytes, wrong, format!("the {name} without its {words} character"));
            }
        }
    }
    for (changed, case) in [(text.to_lowercase(), "lower"), (text.to_uppercase(), "upper")] {
        if let Ok(bytes) = lenient(&Zeroizing::new(changed)) {
            add(&bytes, wrong, format!("the {name} in {case} case"));
        }
    }
    let Ok(key) = SecretKey::decode(secret) else { return };
    let bytes = key.bytes();
    let digits = Zeroizing::new(hex::encode(bytes));
    add(digits.as_bytes(), Cause::SecretNotDecoded, format!("the {name} as hex digits"));
    add(Zeroizing::new(URL_SAFE.encode(text.as_bytes())).as_bytes(), wrong, format!("the {name} encoded again"));
    add(Zeroizing::new(STANDARD.encode(bytes)).as_bytes(), Cause::SecretNotDecoded, as_text(""));
    // text decoded as UTF-8 and encoded again
    let lossy = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    add(lossy.as_bytes(), wrong, format!("the decoded {name} as UTF-8 text"));
    let kept = Zeroizing::new(lossy.replace(char::REPLACEMENT_CHARACTER, ""));
    add(kept.as_bytes(), wrong, format!("the decoded {name} as UTF-8 text, without what is not"));
    let seven = Zeroizing::new(bytes.iter().map(|byte| byte & 0x7f).collect::<Vec<_>>());
    add(&seven, wrong, format!("the decoded {name} as ASCII text"));
    let latin = Zeroizing::new(bytes.iter().map(|byte| char::from(*byte)).collect::<String>());
    add(latin.as_bytes(), wrong, format!("the decoded {name} as Latin-1 text"));
    // decoded twice
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = SecretKey::decode(&Secret::new(text))
    {
        add(key.bytes(), wrong, format!("the {name} decoded twice"));
    }
}

fn standard_letters(text: &str, left_out: [char; 2]) -> String {
    let kept = text.chars().filter(|c| c.is_ascii_alphanumeric() || "+/-_".contains(*c));
    kept.filter(|c| !left_out.contains(c))
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect()
}

fn lenient(text: &str) -> Result<Zeroizing<Vec<u8>>, ()> {
    SecretKey::decode(&Secret::new(text)).map(|key| Zeroizing::new(key.bytes().to_vec())).map_err(|_| ())
}
