//! The exchange contracts of protocol version 2: their views, which verify signatures for real.

use alloy_primitives::{Address, B256, Bytes};
use alloy_sol_types::{SolError as _, SolInterface as _, sol};

use super::calls::{Reverted, accepts, returns};
use super::ledger::Ledger;
use crate::auth::order::{self, Domain, OrderSignature, Terms, Version};
use crate::auth::wallet::{SignatureType, WalletKind, WalletMap};

sol! {
    interface ExchangeV2 {
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
        error InvalidSignature();
        error ZeroMakerAmount();
        error UserIsPaused();
        function validateOrderSignature(bytes32 orderHash, Order order) external view;
        function validateOrder(Order order) external view;
        function hashOrder(Order order) external view returns (bytes32);
        function getOrderStatus(bytes32 orderHash) external view returns (bool filled, uint248 remaining);
        function isUserPaused(address user) external view returns (bool);
        function paused() external view returns (bool);
        function getProxyWalletAddress(address signer) external view returns (address);
        function getSafeWalletAddress(address signer) external view returns (address);
        function getCollateral() external view returns (address);
        function getCtf() external view returns (address);
    }
}

use ExchangeV2::ExchangeV2Calls as Calls;

/// What the exchange at this address answers.
pub(super) fn call(ledger: &Ledger, exchange: Address, data: &[u8]) -> Result<Bytes, Reverted> {
    let map = |signer| WalletMap::derive(ledger.chain, signer);
    Ok(match Calls::abi_decode(data).map_err(|_| Reverted::Silently)? {
        Calls::validateOrderSignature(call) => {
            validate(ledger, call.orderHash, &call.order)?;
            Bytes::new()
        }
        Calls::validateOrder(call) => {
            if call.order.makerAmount.is_zero() {
                return Err(Reverted::Named(ExchangeV2::ZeroMakerAmount::SELECTOR));
            }
            validate(ledger, hash(ledger, exchange, &call.order), &call.order)?;
            if ledger.is_paused(call.order.maker) {
                return Err(Reverted::Named(ExchangeV2::UserIsPaused::SELECTOR));
            }
            Bytes::new()
        }
        Calls::hashOrder(call) => returns::<ExchangeV2::hashOrderCall>(&hash(ledger, exchange, &call.order)),
        // nothing was ever filled or cancelled here
        Calls::getOrderStatus(_) => vec![0; 64].into(),
        Calls::isUserPaused(call) => returns::<ExchangeV2::isUserPausedCall>(&ledger.is_paused(call.user)),
        Calls::paused(_) => returns::<ExchangeV2::pausedCall>(&ledger.is_exchange_paused(exchange)),
        Calls::getProxyWalletAddress(call) => returns::<ExchangeV2::getProxyWalletAddressCall>(&map(call.signer).proxy),
        Calls::getSafeWalletAddress(call) => returns::<ExchangeV2::getSafeWalletAddressCall>(&map(call.signer).safe),
        Calls::getCollateral(_) => returns::<ExchangeV2::getCollateralCall>(&ledger.chain.tokens.pusd),
        Calls::getCtf(_) => returns::<ExchangeV2::getCtfCall>(&ledger.chain.tokens.conditional),
    })
}

/// The digest of an order under the exchange's own domain.
fn hash(ledger: &Ledger, exchange: Address, given: &ExchangeV2::Order) -> B256 {
    let order = order::Order {
        salt: given.salt,
        maker: given.maker,
        signer: given.signer,
        token_id: given.tokenId,
        maker_amount: given.makerAmount,
        taker_amount: given.takerAmount,
        side: given.side,
        signature_type: given.signatureType,
        terms: Terms::V2 { timestamp: given.timestamp, metadata: given.metadata, builder: given.builder },
    };
    order.hash(Domain::of(ledger.chain.id, Version::V2, exchange).separator())
}

/// By the published rules: of the maker, the signer and the signature over the digest that was given.
fn validate(ledger: &Ledger, digest: B256, order: &ExchangeV2::Order) -> Result<(), Reverted> {
    let kind = SignatureType::try_from(order.signatureType).map_err(|_| Reverted::Silently)?;
    let is_valid = if kind == SignatureType::Poly1271 {
        order.signer == order.maker && is_accepted_by_wallet(ledger, order.maker, digest, &order.signature)
    } else {
        let signer = plain_signer(digest, &order.signature).filter(|signer| *signer == order.signer);
        let wallet = signer.map(|signer| {
            let map = WalletMap::derive(ledger.chain, signer);
            match kind {
                SignatureType::PolyProxy => map.proxy,
                SignatureType::PolyGnosisSafe => map.safe,
                SignatureType::Eoa | SignatureType::Poly1271 => map.eoa,
            }
        });
        wallet == Some(order.maker)
    };
    if is_valid { Ok(()) } else { Err(Reverted::Named(ExchangeV2::InvalidSignature::SELECTOR)) }
}

/// The wallet itself is asked (ERC-1271). From a contract it takes no plain signature.
fn is_accepted_by_wallet(ledger: &Ledger, wallet: Address, digest: B256, signature: &[u8]) -> bool {
    let holder = ledger.holder(wallet).filter(|holder| !holder.code.is_empty());
    let is_deposit = |kind| matches!(kind, Some(WalletKind::DepositUups | WalletKind::DepositBeacon));
    let Some(holder) = holder.filter(|holder| is_deposit(holder.kind)) else { return false };
    !matches!(OrderSignature::decode(signature), Some(OrderSignature::Plain(_)))
        && accepts(ledger, wallet, holder, digest, signature)
}

/// Whose plain signature it is, in one of the two forms that the contract takes.
fn plain_signer(digest: B256, signature: &[u8]) -> Option<Address> {
    // ecrecover takes no other last byte
    let is_recoverable = signature.len() != 65 || matches!(signature[64], 27 | 28);
    match OrderSignature::decode(signature).filter(|_| is_recoverable)? {
        OrderSignature::Plain(plain) => plain.recover_address_from_prehash(&digest).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;
    use serde_json::Value;

    use super::*;
    use crate::auth::contracts::{POLYGON, chain};

    /// What the real contract answered, as data or as the data of its revert.
    fn expected(answer: &Value) -> String {
        answer["result"].as_str().or(answer["revert"].as_str()).unwrap().to_owned()
    }

    fn answered(answer: Result<Bytes, Reverted>) -> String {
        match answer {
            Ok(data) => data.to_string(),
            Err(Reverted::Named(selector)) => hex::encode_prefixed(selector),
            Err(Reverted::Silently | Reverted::Saying(_)) => "reverted".to_owned(),
        }
    }

    #[test]
    fn the_sandboxs_exchange_answers_as_the_real_one_did() {
        let file: Value = serde_json::from_str(include_str!("../../tests/vectors/exchange.json")).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), 117);
        for vector in vectors {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let address = |value: &Value| -> Address { text(value).parse().unwrap() };
            let (exchange, maker) = (address(&vector["exchange"]), address(&vector["order"]["maker"]));
            let mut ledger = Ledger::empty(chain(POLYGON).unwrap());
            if vector["wallet_code_at_maker"] == true {
                ledger.deploy(maker, WalletKind::DepositUups, address(&vector["owner"]));
            }
            if vector["id"] == "user-paused" {
                ledger.pause(maker);
            }
            for view in ["validateOrderSignature", "validateOrder"] {
                let asked = &vector[view];
                let answer = call(&ledger, exchange, &hex::decode(text(&asked["calldata"])).unwrap());
                assert_eq!(answered(answer), expected(asked), "{} {view}: {}", vector["id"], vector["note"]);
            }
        }
    }

    /// With the signature of a session key, as the wallet's owner approved it or not.
    #[test]
    fn a_session_key_signs_for_a_wallet_whose_owner_approved_it() {
        let signer = |key: &str| crate::auth::key::parse(&crate::secret::Secret::new(key)).unwrap().signer;
        let session = signer("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
        let wallet = Address::repeat_byte(7);
        let polygon = chain(POLYGON).unwrap();
        let exchange = order::Exchange::find(POLYGON, Version::V2, false).unwrap();
        let probe = order::Order::probe(session.address(), wallet, SignatureType::Poly1271, 1, 0);
        let digest = probe.hash(exchange.separator);
        let in_envelope = probe.sign_as_session(&session, exchange).unwrap();
        let bare = probe.sign(&session, exchange).unwrap();
        let mut ledger = Ledger::empty(polygon);
        ledger.deploy(wallet, WalletKind::DepositUups, Address::repeat_byte(9));
        assert!(!is_accepted_by_wallet(&ledger, wallet, digest, &in_envelope), "nobody approved it");
        ledger.approve_session_key(wallet, session.address());
        assert!(is_accepted_by_wallet(&ledger, wallet, digest, &in_envelope));
        assert!(!is_accepted_by_wallet(&ledger, wallet, digest, &bare), "without its envelope it is no session's");
        assert!(!is_accepted_by_wallet(&ledger, wallet, B256::repeat_byte(1), &in_envelope), "of another order");
    }
}
