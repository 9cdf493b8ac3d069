//! The two exchanges of the stand-in: their views from the published rules, with EIP-712 by hand.

use alloy_primitives::{Address, B256, Signature, U256, address, hex, keccak256};

use super::world::{BEACON, EOA, PROXY, SAFE, STRANGER, STRANGERS_SAFE, UUPS, World};

pub(super) const EXCHANGES: [Address; 2] =
    [address!("E111180000d2663C0091e4f400237545B87B996B"), address!("e2222d279d744050d28e00520010520000310F59")];

const ORDER: &str = "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder)";
const NESTED: &str =
    "TypedDataSign(Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt)";

fn words(words: &[B256]) -> B256 {
    keccak256(words.iter().flat_map(|word| word.0).collect::<Vec<_>>())
}

fn digest(separator: B256, contents: B256) -> B256 {
    keccak256([&[0x19, 0x01], separator.as_slice(), contents.as_slice()].concat())
}

fn number(word: &[u8]) -> usize {
    U256::from_be_slice(word).to()
}

/// The order of a call: eleven words, and the signature that the twelfth points to.
struct Order<'a> {
    words: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Order<'a> {
    fn of(data: &'a [u8], place: usize) -> Option<Self> {
        let start = number(data.get(32 * place..32 * (place + 1))?);
        let words = data.get(start..)?;
        let at = number(words.get(32 * 11..32 * 12)?);
        let length = number(words.get(at..at + 32)?);
        Some(Self { words: words.get(..32 * 11)?, signature: words.get(at + 32..at + 32 + length)? })
    }

    fn word(&self, place: usize) -> B256 {
        B256::from_slice(&self.words[32 * place..32 * (place + 1)])
    }

    fn contents(&self) -> B256 {
        keccak256([keccak256(ORDER).as_slice(), self.words].concat())
    }
}

impl World {
    fn separator(&self, exchange: Address) -> B256 {
        words(&[
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            keccak256("Polymarket CTF Exchange"),
            keccak256("2"),
            U256::from(self.chain_id).into(),
            exchange.into_word(),
        ])
    }

    /// The result of a call; `Err` with the error that the contract stops with.
    pub(super) fn exchange(&self, exchange: Address, data: &[u8]) -> Option<Result<String, &'static str>> {
        let (selector, data) = data.split_at(4);
        let word = |word: B256| Some(Ok(hex::encode_prefixed(word)));
        match hex::encode(selector).as_str() {
            "5c975abb" => word(U256::from(u8::from(self.exchange_paused)).into()),
            "28872101" => word(B256::ZERO),
            "58d8b6bb" if data == EOA.into_word().as_slice() => word(PROXY.into_word()),
            "70bf48e5" if data == EOA.into_word().as_slice() => word(SAFE.into_word()),
            "58d8b6bb" | "70bf48e5" => word(STRANGERS_SAFE.into_word()),
            "3d861a4d" => word(digest(self.separator(exchange), Order::of(data, 0)?.contents())),
            "f5db3e4b" => {
                let order = Order::of(data, 1)?;
                let is_valid = self.is_signed(B256::from_slice(&data[..32]), &order).unwrap_or(false);
                Some(if is_valid { Ok("0x".to_owned()) } else { Err("0x8baa579f") })
            }
            _ => None,
        }
    }

    fn is_signed(&self, hash: B256, order: &Order<'_>) -> Option<bool> {
        let (maker, signer) = (Address::from_word(order.word(1)), Address::from_word(order.word(2)));
        let recover =
            |bytes: &[u8], digest: B256| Signature::from_raw(bytes).ok()?.recover_address_from_prehash(&digest).ok();
        let by_key = || (order.signature.len() == 65).then(|| recover(order.signature, hash))?;
        let own = |wallet: Address| match signer {
            EOA => Some(wallet),
            STRANGER => Some(STRANGERS_SAFE),
            _ => None,
        };
        Some(match order.word(7).0[31] {
            0 => signer == maker && by_key()? == signer,
            1 => by_key()? == signer && own(PROXY) == Some(maker),
            2 => by_key()? == signer && own(SAFE) == Some(maker),
            3 if signer == maker && [UUPS, BEACON].contains(&maker) => {
                let owner = self.owners.get(&maker).filter(|_| self.code.contains_key(&maker))?;
                let (inner, rest) = order.signature.split_at_checked(65)?;
                let (separator, contents) = (B256::from_slice(rest.get(..32)?), B256::from_slice(rest.get(32..64)?));
                let nested = words(&[
                    keccak256([NESTED, ORDER].concat()),
                    contents,
                    keccak256("DepositWallet"),
                    keccak256("1"),
                    U256::from(self.chain_id).into(),
                    maker.into_word(),
                    B256::ZERO,
                ]);
                digest(separator, contents) == hash && recover(inner, digest(separator, nested))? == *owner
            }
            _ => false,
        })
    }
}
