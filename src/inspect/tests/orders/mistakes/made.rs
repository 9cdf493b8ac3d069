//! The mistakes themselves.

use super::*;

pub(super) struct Mistake {
    pub(super) name: &'static str,
    pub(super) cause: Cause,
    /// Which part it changes: two of one part do not go together.
    pub(super) part: u8,
    pub(super) is_proven: bool,
    /// Whether it can be made here.
    pub(super) make: fn(&mut Signing) -> bool,
}

pub(super) const fn proven(name: &'static str, cause: Cause, part: u8, make: fn(&mut Signing) -> bool) -> Mistake {
    Mistake { name, cause, part, is_proven: true, make }
}

pub(super) const fn plain(name: &'static str, cause: Cause, part: u8, make: fn(&mut Signing) -> bool) -> Mistake {
    Mistake { name, cause, part, is_proven: false, make }
}

const MILLION: u64 = 1_000_000;
pub(super) fn timestamp(order: &mut Order) -> &mut U256 {
    let Terms::V2 { timestamp, .. } = &mut order.terms else { unreachable!() };
    timestamp
}

pub(super) fn builder(order: &mut Order) -> &mut B256 {
    let Terms::V2 { builder, .. } = &mut order.terms else { unreachable!() };
    builder
}

fn metadata(order: &mut Order) -> &mut B256 {
    let Terms::V2 { metadata, .. } = &mut order.terms else { unreachable!() };
    metadata
}

pub(super) const MISTAKES: &[Mistake] = &[
    proven("the other exchange", Cause::OrderWrongExchange, 0, |s| {
        let neg_risk = !s.known.neg_risk.unwrap();
        s.domain = Exchange::find(s.domain.chain_id, Version::V2, neg_risk).unwrap().domain();
        true
    }),
    proven("the other chain", Cause::OrderWrongChain, 0, |s| {
        let other = if s.domain.chain_id == 137 { 80002 } else { 137 };
        s.domain = Exchange::find(other, Version::V2, s.known.neg_risk.unwrap()).unwrap().domain();
        true
    }),
    proven("Ethereum's chain id", Cause::OrderWrongChain, 0, |s| {
        s.domain.chain_id = 1;
        true
    }),
    proven("a local chain id", Cause::OrderWrongChain, 0, |s| {
        s.domain.chain_id = 31337;
        true
    }),
    proven("the domain of V1", Cause::OrderWrongVersion, 0, |s| {
        s.domain = Exchange::find(s.domain.chain_id, Version::V1, s.known.neg_risk.unwrap()).unwrap().domain();
        true
    }),
    proven("domain version 1", Cause::OrderWrongVersion, 0, |s| {
        s.domain.version = "1".into();
        true
    }),
    proven("domain version 3", Cause::OrderWrongVersion, 0, |s| {
        s.domain.version = "3".into();
        true
    }),
    proven("another domain name", Cause::OrderWrongExchange, 0, |s| {
        s.domain.name = "Polymarket".into();
        true
    }),
    proven("the name of L1", Cause::OrderWrongExchange, 0, |s| {
        s.domain.name = "ClobAuthDomain".into();
        true
    }),
    proven("the adapter", Cause::OrderWrongExchange, 0, |s| {
        s.domain.contract = chain(s).exchanges.neg_risk_adapter;
        true
    }),
    proven("the token contract", Cause::OrderWrongExchange, 0, |s| {
        s.domain.contract = chain(s).tokens.conditional;
        true
    }),
    proven("no contract", Cause::OrderWrongExchange, 0, |s| {
        s.domain.contract = Address::ZERO;
        true
    }),
    proven("the contract of V1", Cause::OrderWrongVersion, 0, |s| {
        s.domain.contract = chain(s).exchanges.v1;
        true
    }),
    proven("makerAmount is signed in other units", Cause::OrderParameters, 1, |s| {
        s.signed.maker_amount *= U256::from(MILLION);
        true
    }),
    proven("takerAmount is signed in other units", Cause::OrderParameters, 1, |s| {
        s.signed.taker_amount *= U256::from(MILLION);
        true
    }),
    proven("both amounts are signed in other units", Cause::OrderParameters, 1, |s| {
        s.signed.maker_amount *= U256::from(MILLION);
        s.signed.taker_amount *= U256::from(MILLION);
        true
    }),
    proven("amounts are sent as decimals", Cause::OrderParameters, 1, |s| {
        s.change.push(|body| {
            for name in ["makerAmount", "takerAmount"] {
                let units: f64 = text(&body["order"], name).parse().unwrap();
                body["order"][name] = (units / 1e6).to_string().into();
            }
        });
        true
    }),
    proven("amounts are swapped after signing", Cause::OrderModified, 1, |s| {
        std::mem::swap(&mut s.signed.maker_amount, &mut s.signed.taker_amount);
        // what is sent has a price
        true
    }),
    proven("a rounded amount is signed", Cause::OrderModified, 1, |s| {
        let digits = U256::from(10_000);
        s.signed.maker_amount -= s.signed.maker_amount % digits;
        s.signed.maker_amount != s.sent.maker_amount
    }),
    plain("an amount is changed after signing", Cause::OrderModified, 1, |s| {
        s.sent.taker_amount += U256::from(10_000 * MILLION);
        s.sent.maker_amount += U256::from(1000 * MILLION);
        true
    }),
    plain("amounts as floats", Cause::OrderParameters, 1, |s| {
        s.change.push(|body| {
            for name in ["makerAmount", "takerAmount"] {
                body["order"][name] = format!("{}.0", text(&body["order"], name)).into();
            }
        });
        true
    }),
    plain("nothing is offered", Cause::OrderParameters, 1, |s| {
        s.both(|order| order.maker_amount = U256::ZERO);
        true
    }),
    plain("amounts the wrong way round", Cause::OrderParameters, 1, |s| {
        s.both(|order| std::mem::swap(&mut order.maker_amount, &mut order.taker_amount));
        true
    }),
    plain("amounts in shares and dollars", Cause::OrderParameters, 1, |s| {
        s.both(|order| {
            order.maker_amount /= U256::from(MILLION);
            order.taker_amount /= U256::from(MILLION);
        });
        let (shares, dollars) = if s.sent.side == 0 {
            (s.sent.taker_amount, s.sent.maker_amount)
        } else {
            (s.sent.maker_amount, s.sent.taker_amount)
        };
        shares < U256::from(10_000) && !dollars.is_zero() && dollars < shares
    }),
    plain("a size with four decimals", Cause::OrderParameters, 1, |s| {
        s.both(|order| {
            let (shares, dollars) = (U256::from(1_234_567_u64), U256::from(617_283_u64));
            (order.maker_amount, order.taker_amount) =
                if order.side == 0 { (dollars, shares) } else { (shares, dollars) };
        });
        true
    }),
    plain("a market order with many decimals", Cause::OrderParameters, 1, |s| {
        s.order_type = "FOK";
        s.both(|order| (order.maker_amount, order.taker_amount) = (U256::from(1_999_422), U256::from(2_019_600)));
        s.sent.side == 0
    }),
    proven("the other side is signed", Cause::OrderModified, 2, |s| {
        s.signed.side = 1 - s.signed.side;
        true
    }),
    proven("another type is signed", Cause::OrderSignatureType, 3, |s| {
        s.signed.signature_type = [1, 2, 1, 3][usize::from(s.sent.signature_type)];
        !is_1271(s)
    }),
    proven("another type is sent", Cause::OrderSignatureType, 3, |s| {
        s.sent.signature_type = [2, 0, 0, 2][usize::from(s.sent.signature_type)];
        true
    }),
    proven("the type of another wallet", Cause::OrderSignatureType, 3, |s| {
        let is_wallet = is_wallet(s) && has_known_proxies(s);
        let other = [0, 2, 1, 2][usize::from(s.sent.signature_type)];
        s.both(|order| order.signature_type = other);
        is_wallet
    }),
    plain("a type that is none", Cause::OrderSignatureType, 3, |s| {
        s.change.push(|body| body["order"]["signatureType"] = "metamask".into());
        true
    }),
    proven("the maker is the signer", Cause::OrderMakerIsSigner, 4, |s| {
        let signer = s.wallets.eoa;
        s.both(|order| order.maker = signer);
        is_wallet(s)
    }),
    proven("the maker is another wallet of the key", Cause::OrderSignatureType, 4, |s| {
        let maker = if s.sent.signature_type == 2 { s.wallets.proxy } else { s.wallets.safe };
        s.both(|order| order.maker = maker);
        !is_1271(s)
    }),
    proven("a foreign maker", Cause::FunderNotControlled, 4, |s| {
        s.both(|order| order.maker = FOREIGN);
        !is_1271(s) && (has_known_proxies(s) || s.sent.signature_type != 1)
    }),
    plain("a foreign deposit wallet", Cause::FunderNotControlled, 4, |s| {
        s.both(|order| (order.maker, order.signer) = (FOREIGN, FOREIGN));
        is_1271(s)
    }),
    proven("the maker is changed after signing", Cause::OrderModified, 4, |s| {
        s.sent.maker = FOREIGN;
        true
    }),
    proven("the maker's address as signer", Cause::OrderSignerField, 5, |s| {
        let maker = s.sent.maker;
        s.both(|order| order.signer = maker);
        is_wallet(s)
    }),
    proven("the maker's address is sent as signer", Cause::OrderSignerField, 5, |s| {
        s.sent.signer = s.sent.maker;
        is_wallet(s)
    }),
    proven("the key's address as signer of a deposit wallet", Cause::OrderSignerField, 5, |s| {
        let signer = s.wallets.eoa;
        s.both(|order| order.signer = signer);
        is_1271(s)
    }),
    proven("seconds are signed", Cause::TimestampUnit, 6, |s| {
        *timestamp(&mut s.signed) /= U256::from(1000);
        true
    }),
    proven("seconds are signed and sent", Cause::TimestampUnit, 6, |s| {
        s.both(|order| *timestamp(order) /= U256::from(1000));
        true
    }),
    plain("seconds are sent", Cause::TimestampUnit, 6, |s| {
        *timestamp(&mut s.sent) /= U256::from(1000);
        true
    }),
    proven("a builder code is added after signing", Cause::OrderModified, 7, |s| {
        *builder(&mut s.signed) = B256::ZERO;
        *builder(&mut s.sent) = B256::repeat_byte(0xb1);
        true
    }),
    proven("the builder code is dropped after signing", Cause::OrderModified, 7, |s| {
        let code = B256::repeat_byte(0xb2);
        *builder(&mut s.signed) = code;
        *builder(&mut s.sent) = B256::ZERO;
        s.known.builder_code = Some(code);
        true
    }),
    proven("no builder code", Cause::OrderBuilderMissing, 7, |s| {
        s.both(|order| *builder(order) = B256::ZERO);
        s.known.builder_code = Some(B256::repeat_byte(0xb3));
        true
    }),
    plain("a builder code that is none", Cause::OrderBuilderMissing, 7, |s| {
        s.change.push(|body| body["order"]["builder"] = "my-builder".into());
        true
    }),
    proven("metadata is added after signing", Cause::OrderModified, 8, |s| {
        *metadata(&mut s.signed) = B256::ZERO;
        *metadata(&mut s.sent) = B256::repeat_byte(0x3d);
        true
    }),
    proven("a deposit wallet's order signed plainly", Cause::OrderUnwrappedSignature, 9, |s| {
        s.scheme = Scheme::Plain;
        is_1271(s)
    }),
    proven("only the inner signature", Cause::OrderUnwrappedSignature, 9, |s| {
        s.scheme = Scheme::InnerOnly;
        is_1271(s)
    }),
    proven("personal_sign", Cause::SignatureEncoding, 9, |s| {
        s.scheme = Scheme::Personal;
        !is_1271(s)
    }),
    proven("a last byte of 0 or 1", Cause::SignatureEncoding, 10, |s| {
        s.encode = |bytes| {
            let mut bytes = bytes.to_vec();
            bytes[64] -= 27;
            hex::encode_prefixed(bytes)
        };
        !is_1271(s)
    }),
    proven("the last byte of a Safe", Cause::SignatureEncoding, 10, |s| {
        s.encode = |bytes| {
            let mut bytes = bytes.to_vec();
            bytes[64] += 4;
            hex::encode_prefixed(bytes)
        };
        !is_1271(s)
    }),
    proven("no 0x", Cause::SignatureEncoding, 10, |s| {
        s.encode = |bytes| hex::encode(bytes);
        true
    }),
    plain("the compact form", Cause::SignatureEncoding, 10, |s| {
        s.encode = |bytes| hex::encode_prefixed(alloy_primitives::Signature::from_raw(bytes).unwrap().as_erc2098());
        !is_1271(s)
    }),
    plain("a part of the signature", Cause::SignatureEncoding, 10, |s| {
        s.encode = |bytes| hex::encode_prefixed(&bytes[..60]);
        true
    }),
    plain("base64", Cause::SignatureEncoding, 10, |s| {
        s.encode = |bytes| STANDARD.encode(bytes);
        true
    }),
    plain("an address as owner", Cause::OrderOwnerNotApiKey, 11, |s| {
        s.owner = s.wallets.eoa.to_string();
        true
    }),
    plain("another owner", Cause::OrderOwnerNotApiKey, 11, |s| {
        s.owner = "11111111-2222-4333-8444-555555555555".into();
        true
    }),
    plain("the builder's key as owner", Cause::OrderOwnerNotApiKey, 11, |s| {
        s.owner = BUILDER_KEY.into();
        true
    }),
    plain("no owner", Cause::OrderOwnerNotApiKey, 11, |s| {
        s.owner = "undefined".into();
        true
    }),
    plain("an expiration in milliseconds", Cause::OrderExpirationUnit, 12, |s| {
        s.expiration = "1900000000000".into();
        true
    }),
    plain("an expiration that is past", Cause::OrderExpirationUnit, 12, |s| {
        s.expiration = (NOW_S - 5).to_string();
        true
    }),
    plain("an expiration that is near", Cause::OrderExpirationUnit, 12, |s| {
        s.expiration = (NOW_S + 100).to_string();
        s.order_type = "GTD";
        true
    }),
    plain("GTD without an expiration", Cause::OrderParameters, 12, |s| {
        s.order_type = "GTD";
        true
    }),
    plain("an order type that is none", Cause::OrderParameters, 12, |s| {
        s.order_type = "LIMIT";
        true
    }),
    plain("post-only and FOK", Cause::OrderParameters, 12, |s| {
        s.order_type = "FOK";
        s.both(|order| (order.maker_amount, order.taker_amount) = (U256::from(1_000_000), U256::from(2_000_000)));
        s.change.push(|body| body["postOnly"] = true.into());
        s.sent.side == 0
    }),
    plain("a number as side", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| body["order"]["side"] = u8::from(body["order"]["side"] == "SELL").into());
        true
    }),
    plain("names of Python", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| {
            let order = body["order"].as_object_mut().unwrap();
            for (old, new) in
                [("makerAmount", "maker_amount"), ("takerAmount", "taker_amount"), ("tokenId", "token_id")]
            {
                let value = order.shift_remove(old).unwrap();
                order.insert(new.into(), value);
            }
        });
        true
    }),
    plain("the salt as text", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| body["order"]["salt"] = body["order"]["salt"].to_string().into());
        true
    }),
    plain("a field is missing", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| drop(body["order"].as_object_mut().unwrap().shift_remove("timestamp")));
        true
    }),
    proven("fields of V1 beside those of V2", Cause::OrderWrongVersion, 14, |s| {
        s.change.push(|body| {
            body["order"]["nonce"] = "0".into();
            body["order"]["feeRateBps"] = "0".into();
            body["order"]["taker"] = Address::ZERO.to_string().into();
        });
        true
    }),
];
