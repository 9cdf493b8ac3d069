//! What the exchange contract itself says of an order: views of it, by `eth_call`.

mod proof;

use alloy_primitives::B256;
use alloy_sol_types::{SolCall as _, sol};
use serde_json::json;

pub use self::proof::ProofOrder;
use super::rpc::{Call, Node, Reply};
use crate::auth::order::{Exchange, Order, Terms};
use crate::facts::{ExchangeAnswer, Failure};

mod v1 {
    alloy_sol_types::sol! {
        struct Order {
            uint256 salt;
            address maker;
            address signer;
            address taker;
            uint256 tokenId;
            uint256 makerAmount;
            uint256 takerAmount;
            uint256 expiration;
            uint256 nonce;
            uint256 feeRateBps;
            uint8 side;
            uint8 signatureType;
            bytes signature;
        }
        function validateOrderSignature(bytes32 orderHash, Order order) external view;
    }
}

mod v2 {
    alloy_sol_types::sol! {
        struct Order {
            uint256 salt;
            address maker;
            address signer;
            uint256 tokenId;
            uint256 makerAmount;
            uint256 takerAmount;
            uint8 side;
            uint8 signatureType;
            uint256 timestamp;
            bytes32 metadata;
            bytes32 builder;
            bytes signature;
        }
        function validateOrderSignature(bytes32 orderHash, Order order) external view;
        function hashOrder(Order order) external view returns (bytes32);
    }
}

sol! {
    function getProxyWalletAddress(address signer) external view returns (address);
    function getSafeWalletAddress(address signer) external view returns (address);
    function getOrderStatus(bytes32 orderHash) external view returns (bool filled, uint248 remaining);
    function isUserPaused(address user) external view returns (bool);
    function paused() external view returns (bool);
}

/// Asks whether the contract takes the signature of this order, and what stands against filling it.
///
/// The order goes to the node as it is, with its signature.
///
/// # Errors
///
/// When the node does not answer, or answers a call with an error of its own.
pub async fn ask(
    node: &Node<'_>,
    order: &Order,
    signature: &[u8],
    exchange: &Exchange,
) -> Result<ExchangeAnswer, Failure> {
    let at = exchange.address;
    let hash = order.hash(exchange.separator);
    let calls = [
        Call::new("eth_chainId", json!([])),
        Call::at("eth_getCode", at),
        Call::at("eth_getCode", order.maker),
        validation(order, signature, exchange, hash),
        Call::of(at, &getOrderStatusCall { orderHash: hash }),
        Call::of(at, &isUserPausedCall { user: order.maker }),
        Call::of(at, &pausedCall {}),
    ];
    let replies = node.ask(&calls).await?;
    let [chain_id, code, maker, validation, status, user, all] = &replies[..] else {
        return Err(Failure::Garbled { status: 200, reason: "not one response per call".to_owned() });
    };
    let data = |reply: &Reply| reply.data().cloned().unwrap_or_default();
    let chain_id = data(chain_id).iter().fold(0_u64, |id, byte| (id << 8) | u64::from(*byte));
    if chain_id != exchange.chain_id {
        let reason = format!("the Polygon RPC is on chain {chain_id}, but the order is for {}", exchange.chain_id);
        return Ok(ExchangeAnswer::Unknown { reason });
    }
    // a call to nothing ends without an error, like an order that is accepted
    if data(code).is_empty() {
        return Ok(ExchangeAnswer::Unknown { reason: format!("this Polygon RPC has no contract at {at}") });
    }
    let error = match validation {
        Reply::Data(_) => None,
        Reply::Reverted { reason } if reason == INVALID => Some(reason.clone()),
        Reply::Reverted { reason } => {
            return Ok(ExchangeAnswer::Unknown { reason: format!("the contract reverted: {reason}") });
        }
    };
    let is = |reply: &Reply| data(reply).get(31) == Some(&1);
    let status = getOrderStatusCall::abi_decode_returns(&data(status)).ok();
    Ok(ExchangeAnswer::Known {
        error,
        is_filled: status.is_some_and(|status| status.filled),
        is_maker_paused: is(user),
        is_paused: is(all),
        has_maker_code: !data(maker).is_empty(),
    })
}

/// The contract's one error for a wrong signature, maker, signer and type.
const INVALID: &str = "InvalidSignature()";

fn validation(order: &Order, signature: &[u8], exchange: &Exchange, hash: B256) -> Call {
    let signature = signature.to_vec().into();
    let Order { salt, maker, signer, side, .. } = *order;
    match order.terms {
        Terms::V1 { taker, expiration, nonce, fee_rate_bps } => {
            let order = v1::Order {
                salt,
                maker,
                signer,
                taker,
                tokenId: order.token_id,
                makerAmount: order.maker_amount,
                takerAmount: order.taker_amount,
                expiration,
                nonce,
                feeRateBps: fee_rate_bps,
                side,
                signatureType: order.signature_type,
                signature,
            };
            Call::of(exchange.address, &v1::validateOrderSignatureCall { orderHash: hash, order })
        }
        Terms::V2 { .. } => {
            let order = v2_order(order, signature);
            Call::of(exchange.address, &v2::validateOrderSignatureCall { orderHash: hash, order })
        }
    }
}

/// An order of protocol version 2 as the contract takes it; the fields of other versions are left empty.
fn v2_order(order: &Order, signature: alloy_primitives::Bytes) -> v2::Order {
    let Order { salt, maker, signer, side, .. } = *order;
    let (timestamp, metadata, builder) = match order.terms {
        Terms::V2 { timestamp, metadata, builder } => (timestamp, metadata, builder),
        Terms::V1 { .. } => Default::default(),
    };
    v2::Order {
        salt,
        maker,
        signer,
        tokenId: order.token_id,
        makerAmount: order.maker_amount,
        takerAmount: order.taker_amount,
        side,
        signatureType: order.signature_type,
        timestamp,
        metadata,
        builder,
        signature,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Bytes, U256, hex};
    use serde_json::Value;

    use super::*;

    /// What is sent is what the official clients' orders and the contract's own ABI come to.
    #[test]
    fn the_calldata_is_that_of_the_real_contract_byte_for_byte() {
        let file: Value = serde_json::from_str(include_str!("../../tests/vectors/exchange.json")).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 117);
        for vector in vectors {
            let text = |field: &str| vector["order"][field].as_str().unwrap();
            let number = |field: &str| -> U256 { text(field).parse().unwrap() };
            let small = |field: &str| u8::try_from(vector["order"][field].as_u64().unwrap()).unwrap();
            let order = Order {
                salt: number("salt"),
                maker: text("maker").parse().unwrap(),
                signer: text("signer").parse().unwrap(),
                token_id: number("tokenId"),
                maker_amount: number("makerAmount"),
                taker_amount: number("takerAmount"),
                side: small("side"),
                signature_type: small("signatureType"),
                terms: Terms::V2 {
                    timestamp: number("timestamp"),
                    metadata: text("metadata").parse().unwrap(),
                    builder: text("builder").parse().unwrap(),
                },
            };
            let signature: Bytes = text("signature").parse().unwrap();
            let address = vector["exchange"].as_str().unwrap();
            let exchange = Exchange::all().iter().find(|one| one.address.to_string() == address).unwrap();
            let hash = order.hash(exchange.separator);
            let expected = hex::decode(vector["validateOrderSignature"]["calldata"].as_str().unwrap()).unwrap();
            let call = validation(&order, &signature, exchange, hash);
            assert_eq!(call.data(), (exchange.address, expected.as_slice()), "{}", vector["id"]);
        }
    }
}
