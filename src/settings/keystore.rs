//! Keystores: Web3 secret storage, JSON that a password unlocks.

use std::path::Path;

use alloy_primitives::Address;
use alloy_signer_local::PrivateKeySigner;
use serde::Deserialize;
use serde_json::Value;

use super::KeyText;
use super::files::read_text;
use super::inputs::SettingsError;
use super::memory::Memory;
use crate::auth::key::KeyMistake;
use crate::secret::Secret;

/// Why a keystore that is good stays locked.
pub(super) const WRONG_PASSWORD: &str = "the password is wrong";

/// The parts of a keystore that are looked at before it is decrypted: the library takes their
/// values as they are, and would panic or take all memory.
#[derive(Deserialize)]
struct Keystore {
    version: Option<Value>,
    crypto: Option<Crypto>,
}

#[derive(Deserialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParams,
    ciphertext: String,
    kdf: String,
    kdfparams: KdfParams,
}

#[derive(Deserialize)]
struct CipherParams {
    iv: String,
}

#[derive(Deserialize)]
struct KdfParams {
    dklen: u64,
    n: Option<u64>,
    r: Option<u64>,
    p: Option<u64>,
    c: Option<u64>,
    prf: Option<String>,
}

/// The key of a keystore, or why it stays locked.
///
/// # Errors
///
/// [`SettingsError`] when the file cannot be read.
pub(super) fn unlock(path: &Path, password: Option<&Secret>, memory: &Memory) -> Result<KeyText, SettingsError> {
    let text = read_text(path)?;
    let decrypted = || {
        if !path.is_file() {
            return Err("a keystore must be a regular file".to_owned());
        }
        let password = password.ok_or("its password is not set: set POLYDOCTOR_KEYSTORE_PASSWORD")?;
        memory.unlocked(&text, password, || decrypt(path, password))
    };
    let key = unsuitable(&text).map_or_else(decrypted, Err);
    Ok(key.map_err(|reason| KeyMistake::Keystore { reason }))
}

/// The address that a keystore says it is of, which it may leave out.
pub(super) fn address(path: &Path) -> Option<Address> {
    let json: Value = serde_json::from_str(&read_text(path).ok()?).ok()?;
    json.get("address")?.as_str()?.parse().ok()
}

fn decrypt(path: &Path, password: &Secret) -> Result<Secret, String> {
    match PrivateKeySigner::decrypt_keystore(path, password.expose()) {
        Ok(signer) => Ok(Secret::new(alloy_primitives::hex::encode_prefixed(signer.to_bytes()))),
        // "Mac Mismatch": all else has been looked at
        Err(error) if error.to_string().contains("Mac") => Err(WRONG_PASSWORD.to_owned()),
        Err(_) => Err("it does not contain a private key".to_owned()),
    }
}

/// Why a text is no keystore that can be unlocked.
fn unsuitable(text: &str) -> Option<String> {
    const MEMORY: u64 = 1 << 30;
    const ROUNDS: u64 = 10_000_000;
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        return Some("it is not a keystore of version 3: it is not JSON".to_owned());
    };
    if json.get("Crypto").is_some() || json.get("ethaddr").is_some() {
        return Some("it is an old keystore version; `geth account update` or ethers writes version 3".to_owned());
    }
    let Ok(Keystore { version, crypto }) = Keystore::deserialize(json) else {
        return Some("parts of its crypto section are missing".to_owned());
    };
    match version {
        Some(version) if version == 3 => {}
        Some(version) => return Some(format!("it has version {version}, but only version 3 is supported")),
        None => return Some("it is JSON without a version, not a keystore".to_owned()),
    }
    let Some(Crypto { cipher, cipherparams, ciphertext, kdf, kdfparams }) = crypto else {
        return Some("it has no crypto section".to_owned());
    };
    if cipher != "aes-128-ctr" || cipherparams.iv.len() != 32 {
        return Some("its cipher is not aes-128-ctr".to_owned());
    }
    if ciphertext.len() != 64 {
        return Some("its content is not 32 bytes long".to_owned());
    }
    if kdfparams.dklen != 32 {
        return Some(format!("its dklen is {} instead of 32", kdfparams.dklen));
    }
    let good = match (kdf.as_str(), kdfparams) {
        ("scrypt", KdfParams { n: Some(n), r: Some(r), p: Some(p), .. }) => {
            let memory = n.checked_mul(r).and_then(|product| product.checked_mul(128));
            n.is_power_of_two() && n > 1 && p > 0 && p <= 16 && r > 0 && memory.is_some_and(|bytes| bytes <= MEMORY)
        }
        ("pbkdf2", KdfParams { c: Some(c), prf: Some(prf), .. }) => c > 0 && c <= ROUNDS && prf == "hmac-sha256",
        _ => false,
    };
    (!good).then(|| "its key derivation is not supported".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The test vector of the definition of Web3 secret storage.
    fn vector() -> Value {
        json!({
            "crypto": {
                "cipher": "aes-128-ctr",
                "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
                "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
                "kdf": "pbkdf2",
                "kdfparams": {
                    "c": 262_144,
                    "dklen": 32,
                    "prf": "hmac-sha256",
                    "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
                },
                "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
            },
            "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
            "version": 3
        })
    }

    fn reason(keystore: &Value, password: Option<&str>) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), keystore.to_string()).unwrap();
        match unlock(file.path(), password.map(Secret::new).as_ref(), &Memory::default()).unwrap() {
            Ok(key) => key.expose().to_owned(),
            Err(mistake) => mistake.to_string(),
        }
    }

    #[test]
    fn a_keystore_is_unlocked_by_its_password_alone() {
        assert_eq!(
            reason(&vector(), Some("testpassword")),
            "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
        );
        assert!(reason(&vector(), Some("other")).ends_with("the password is wrong"));
        assert!(reason(&vector(), None).contains("POLYDOCTOR_KEYSTORE_PASSWORD"));
    }

    #[test]
    fn what_cannot_be_unlocked_is_told_before_it_is_tried() {
        for (pointer, value, reason_given) in [
            ("/version", json!(1), "it has version 1"),
            ("/version", Value::Null, "without a version"),
            ("/crypto", Value::Null, "no crypto section"),
            ("/crypto/kdf", json!("argon2"), "its key derivation"),
            ("/crypto/kdfparams/dklen", json!(8), "its dklen is 8"),
            ("/crypto/kdfparams/c", json!(u64::MAX), "its key derivation"),
            ("/crypto/cipher", json!("aes-256-gcm"), "its cipher"),
            ("/crypto/ciphertext", json!(""), "not 32 bytes"),
            ("/crypto/mac", json!(""), "the password is wrong"),
        ] {
            let mut keystore = vector();
            *keystore.pointer_mut(pointer).unwrap() = value;
            let given = reason(&keystore, Some("testpassword"));
            assert!(given.contains(reason_given), "{pointer}: {given}");
        }
        assert!(reason(&json!("text"), Some("")).contains("missing"));
        assert!(reason(&json!({ "Crypto": {} }), Some("")).contains("old keystore version"));
    }
}
