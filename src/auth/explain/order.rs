//! What is signed for an order: the exchange's domain, the order, and of a deposit wallet the struct that
//! holds it.

use alloy_primitives::{B256, U256, keccak256};
use alloy_sol_types::SolValue as _;

use super::{Explanation, Part, Section, keccak, words};
use crate::auth::order::{Exchange, NAME, Order, OrderSignature, Terms};
use crate::auth::wallet_signature::{NESTED_TYPE, ORDER_TYPE, WALLET_NAME, WALLET_VERSION};

const DOMAIN_TYPE: &str = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";

/// Taken apart: an order of protocol version 2 or 3 for an exchange, and its signature.
pub fn order(order: &Order, exchange: &Exchange, signature: &[u8]) -> Explanation {
    let separator = Part::bytes("domain separator", "keccak256 of the domain", exchange.separator.as_slice());
    let contents = Part::bytes("struct hash", "keccak256 of the struct", order.struct_hash().as_slice());
    let mut sections = vec![domain(exchange, &separator), contents_of(order, &contents)];
    let decoded = OrderSignature::decode(signature);
    let is_nested = matches!(decoded, Some(OrderSignature::Nested(_) | OrderSignature::Session { .. }));
    let (hash, digest) = if is_nested {
        let nested = nested(order, exchange, &contents);
        let digest = order.nested_digest(exchange.chain_id, exchange.separator);
        let hash = nested.hash.clone();
        sections.push(nested);
        (hash.unwrap_or_else(|| contents.clone()), digest)
    } else {
        (contents, order.hash(exchange.separator))
    };
    sections.push(Section {
        title: "Signed message",
        parts: vec![Part::bytes("prefix", "the EIP-712 prefix", &[0x19, 0x01]), separator, hash],
        hash: Some(Part::bytes("digest", "keccak256 of the message", digest.as_slice())),
    });
    let key = decoded.as_ref().and_then(|signature| order.recover(signature, exchange));
    let key = key.map_or_else(|| "a key".to_owned(), |key| format!("the private key of {key}"));
    let mut signed_by = vec![format!("{key}: secp256k1 over the digest, 65 bytes: r, s and v (27 or 28)")];
    if is_nested {
        signed_by.push(
            "sent as those 65 bytes, the domain separator, the struct hash of the order, the text of the order's type \
             and its length in 2 bytes (ERC-7739), which the wallet needs to build the digest again"
                .to_owned(),
        );
    }
    Explanation { sections, signed_by }
}

fn domain(exchange: &Exchange, separator: &Part) -> Section {
    let version = exchange.version.number().to_string();
    let labels = [
        ("type", keccak(DOMAIN_TYPE)),
        ("name", keccak(NAME)),
        ("version", keccak(&version)),
        ("chainId", exchange.chain_id.to_string()),
        ("verifyingContract", exchange.address.to_string()),
    ];
    let hashes = [keccak256(DOMAIN_TYPE), keccak256(NAME), keccak256(version)];
    let data = [hashes.abi_encode(), (exchange.chain_id, exchange.address).abi_encode()].concat();
    Section { title: "EIP-712 domain", parts: words(labels, &data), hash: Some(separator.clone()) }
}

fn contents_of(order: &Order, hash: &Part) -> Section {
    let Order { salt, maker, signer, token_id, maker_amount, taker_amount, side, signature_type, .. } = *order;
    let (timestamp, metadata, builder) = match order.terms {
        Terms::V2 { timestamp, metadata, builder } => (timestamp, metadata, builder),
        Terms::V1 { .. } => Default::default(),
    };
    let labels = [
        ("type", keccak(ORDER_TYPE)),
        ("salt", salt.to_string()),
        ("maker", maker.to_string()),
        ("signer", signer.to_string()),
        ("tokenId", token_id.to_string()),
        ("makerAmount", maker_amount.to_string()),
        ("takerAmount", taker_amount.to_string()),
        ("side", if side == 0 { "BUY, 0".to_owned() } else { format!("SELL, {side}") }),
        ("signatureType", signature_type.to_string()),
        ("timestamp", timestamp.to_string()),
        ("metadata", metadata.to_string()),
        ("builder", builder.to_string()),
    ];
    let side = U256::from(side);
    let kind = U256::from(signature_type);
    let data = [
        (keccak256(ORDER_TYPE), salt, maker, signer, token_id).abi_encode(),
        (maker_amount, taker_amount, side, kind, timestamp, metadata, builder).abi_encode(),
    ]
    .concat();
    Section { title: "Struct Order", parts: words(labels, &data), hash: Some(hash.clone()) }
}

/// What the owner of a deposit wallet signs: the order inside a struct of the wallet's own domain.
fn nested(order: &Order, exchange: &Exchange, contents: &Part) -> Section {
    let type_text = [NESTED_TYPE, ORDER_TYPE].concat();
    let labels = [
        ("type", keccak(&type_text)),
        ("contents", contents.text.clone()),
        ("name", keccak(WALLET_NAME)),
        ("version", keccak(WALLET_VERSION)),
        ("chainId", exchange.chain_id.to_string()),
        ("verifyingContract", format!("{}, the deposit wallet", order.maker)),
        ("salt", "0".to_owned()),
    ];
    let hashes = [keccak256(type_text), order.struct_hash(), keccak256(WALLET_NAME), keccak256(WALLET_VERSION)];
    let rest = (exchange.chain_id, order.maker, B256::ZERO).abi_encode();
    let data = [hashes.abi_encode(), rest].concat();
    let hash = keccak256(&data);
    let hash = Part::bytes("struct hash", "keccak256 of the struct", hash.as_slice());
    Section { title: "Struct TypedDataSign (ERC-7739)", parts: words(labels, &data), hash: Some(hash) }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;

    use super::*;
    use crate::auth::contracts::{POLYGON, chain};
    use crate::auth::key;
    use crate::auth::order::Version;
    use crate::auth::wallet::{SignatureType, WalletMap};
    use crate::secret::Secret;

    #[test]
    fn every_hash_of_an_order_follows_from_the_parts_that_are_shown() {
        let text = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let signer = key::parse(&Secret::new(text)).unwrap().signer;
        let map = WalletMap::derive(chain(POLYGON).unwrap(), signer.address());
        for (kind, wallet) in map.iter() {
            for neg_risk in [false, true] {
                let exchange = Exchange::find(POLYGON, Version::V2, neg_risk).unwrap();
                let probe = Order::probe(signer.address(), wallet, kind.signature_type(), 7, 1_790_000_000_000);
                let probe = Order { token_id: U256::from(9), ..probe };
                let signature = probe.sign(&signer, exchange).unwrap();
                let explained = super::order(&probe, exchange, &signature);
                for section in &explained.sections {
                    let hash = section.hash.as_ref().unwrap();
                    assert_eq!(keccak256(section.bytes()).as_slice(), hash.bytes, "{kind}: {}", section.title);
                }
                let is_deposit = kind.signature_type() == SignatureType::Poly1271;
                assert_eq!(explained.sections.len(), if is_deposit { 4 } else { 3 });
                assert!(explained.signed_by[0].contains(&signer.address().to_string()), "{:?}", explained.signed_by);
                let digest = &explained.sections.last().unwrap().hash.as_ref().unwrap().bytes;
                let inner = *OrderSignature::decode(&signature).unwrap().inner();
                let recovered: Address = inner.recover_address_from_prehash(&B256::from_slice(digest)).unwrap();
                assert_eq!(recovered, signer.address(), "{kind}: the digest is what was signed");
            }
        }
    }
}
