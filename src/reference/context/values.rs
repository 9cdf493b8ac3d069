//! Values in a text that decide among the causes of its sentence.

use crate::cause::Cause;
use crate::reference::ErrorEntry;

// what is there: `have 4.10`, `balance: 3.2`, `available=12`, `3.2 < 10`
pattern!(
    HELD,
    r#"(?i)(?:\bhave|\bhas|\bbalance(?: is| of)?|\bavailable|\bholds?|\bgot|\bcurrent)["']?\s*[:=]?\s*["']?\$?\s*(\d+(?:[.,]\d+)*)"#
);
pattern!(LESS, r"\$?(\d+(?:\.\d+)?)\s*(?:pUSD|USDC(?:\.e)?|USD)?\s*<\s*\$?\d");
pattern!(
    EMPTY,
    r#"(?-u)value=\\?"\\?"|\bgot ''|instead of 0 bytes|length 0\b|(?i:convert|parse|got|value) (?:None|null|undefined)\b|\bempty string\b|got ""#
);
pattern!(ADDRESS, r"(?-u)instead of 20 bytes|(?:got|length(?: of)?|received) (?:20 bytes|40\b|42\b)|but got 20 bytes");
pattern!(CHAIN, r#"(?i)chain[ _-]?id["']?\s*(?:is|of|[:=])?\s*["']?(\d{1,9})\b"#);

/// How much the values of a text speak for a cause of an entry.
pub(super) fn factor(cause: Cause, entry: &ErrorEntry, text: &str) -> f64 {
    match cause {
        Cause::KeyMissing if EMPTY.is_match(text) => 12.0,
        Cause::KeyIsAddress if ADDRESS.is_match(text) => 2.0,
        // funds were seen, so the wallet and the token are the right ones: there is only too little
        Cause::BalanceMissing if is_of_balance(entry) && holds_some(text) => 3.0,
        Cause::WrongSignatureType
        | Cause::FundsInOtherWallet
        | Cause::WrongCollateralToken
        | Cause::FunderIsDepositAddress
            if is_of_balance(entry) && holds_some(text) =>
        {
            0.2
        }
        Cause::PolygonNodeWrongChain if differs_in_chain(text) => 20.0,
        _ => 1.0,
    }
}

/// Whether a sentence is about collateral that is not enough, in a bot's words.
fn is_of_balance(entry: &ErrorEntry) -> bool {
    ["the collateral balance is too low", "insufficient funds, balance is {}"].contains(&entry.text.as_str())
}

fn holds_some(text: &str) -> bool {
    let is_some = |number: &str| number.chars().any(|c| ('1'..='9').contains(&c));
    [&*HELD, &*LESS].into_iter().filter_map(|pattern| pattern.captures(text)).any(|found| is_some(&found[1]))
}

/// Whether two chains are named.
fn differs_in_chain(text: &str) -> bool {
    let mut ids = CHAIN.captures_iter(text).filter_map(|found| found.get(1)).map(|id| id.as_str());
    ids.next().is_some_and(|first| ids.any(|other| other != first))
}

/// Whether a text names a package that a client of Polymarket is, or stands on.
pub(super) fn names_client(text: &str) -> bool {
    ["polymarket", "clob-client", "ethers", "viem", "web3"].iter().any(|name| text.contains(name))
}
