//! Values that example files have in the place of real ones.

/// Parts of placeholders; no key, address, UUID or URL has them, and base64 hardly ever.
const PARTS: &[&str] = &[
    "your_",
    "your-",
    "_here",
    "-here",
    "changeme",
    "change_me",
    "change-me",
    "replace",
    "placeholder",
    "xxxx",
    "...",
    "…",
    "todo",
    "insert",
    "paste_",
    "example",
    "dummy",
    "<",
    "enter_",
];

/// Whether a text is what an example file has where a value belongs: `your_api_key_here`, `0x...`,
/// `<secret>`.
pub(crate) fn is_placeholder(text: &str) -> bool {
    let text = text.trim().trim_matches(['"', '\'', '`']).to_lowercase();
    // a URL of an example host is one that somebody may use
    if text.is_empty() || text.contains("://") || text.len() > 100 {
        return false;
    }
    let bare = text.strip_prefix("0x").unwrap_or(&text);
    let begins = bare.starts_with("your") && bare.len() < 40;
    let is_zeros = bare.len() >= 40 && bare.bytes().all(|c| c == b'0');
    begins
        || is_zeros
        || PARTS.iter().any(|part| text.contains(part))
        || bare.trim_matches('x').is_empty() && bare.len() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_example_files_are_told_from_real_ones() {
        for text in [
            "your_api_key_here",
            "YOUR_PRIVATE_KEY",
            "0xYOUR_PROXY_ADDRESS_HERE",
            "0x...",
            "...",
            "<secret>",
            "changeme",
            "xxx",
            "0xxxxxxxxxxxx",
            "yourPassphrase",
            "'replace-me'",
            "0x0000000000000000000000000000000000000000",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "",
            "0x",
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            "f4f247b7-4ac7-ff29-a152-04fda0a8755a",
            "ge1ymo-IEb21Re3eUlG3zc3AZxMvSluqE1gzSnAZa3Q=",
            "https://clob.example.com/<id>",
            "2",
            "gnosis-safe",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
