//! Mistakes that few clients make.

use super::made::{Mistake, builder, plain, proven, timestamp};
use super::*;

pub(super) const UNUSUAL: &[Mistake] = &[
    proven("the collateral's contract", Cause::OrderWrongExchange, 0, |s| {
        s.domain.contract = chain(s).tokens.pusd;
        true
    }),
    proven("the collateral's contract of before", Cause::OrderWrongExchange, 0, |s| {
        s.domain.contract = chain(s).tokens.usdc_e;
        true
    }),
    proven("Mumbai's chain id", Cause::OrderWrongChain, 0, |s| {
        s.domain.chain_id = 80001;
        true
    }),
    proven("the name in V3's documents", Cause::OrderWrongExchange, 0, |s| {
        s.domain.name = "Polymarket Exchange".into();
        true
    }),
    proven("the struct of V1", Cause::OrderWrongVersion, 0, |s| {
        s.domain = Exchange::find(s.domain.chain_id, Version::V1, s.known.neg_risk.unwrap()).unwrap().domain();
        s.is_old = true;
        !is_1271(s)
    }),
    proven("the struct of V1 in the domain of V2", Cause::OrderWrongVersion, 0, |s| {
        s.is_old = true;
        !is_1271(s)
    }),
    plain("18 decimals", Cause::OrderParameters, 1, |s| {
        s.both(|order| {
            order.maker_amount *= U256::from(1_000_000_000_000_u64);
            order.taker_amount *= U256::from(1_000_000_000_000_u64);
        });
        true
    }),
    proven("18 decimals are signed", Cause::OrderParameters, 1, |s| {
        s.signed.maker_amount *= U256::from(1_000_000_000_000_u64);
        s.signed.taker_amount *= U256::from(1_000_000_000_000_u64);
        true
    }),
    plain("a price of 1", Cause::OrderParameters, 1, |s| {
        s.both(|order| order.maker_amount = order.taker_amount);
        true
    }),
    plain("amounts as numbers", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| {
            for name in ["makerAmount", "takerAmount"] {
                body["order"][name] = text(&body["order"], name).parse::<u64>().unwrap().into();
            }
        });
        true
    }),
    plain("the token in hex", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| {
            let token: U256 = text(&body["order"], "tokenId").parse().unwrap();
            body["order"]["tokenId"] = format!("{token:#x}").into();
        });
        true
    }),
    plain("the side in lower case", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| body["order"]["side"] = text(&body["order"], "side").to_lowercase().into());
        true
    }),
    plain("an address without 0x", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| body["order"]["maker"] = text(&body["order"], "maker")[2..].into());
        true
    }),
    plain("the order as text", Cause::OrderParameters, 13, |s| {
        s.change.push(|body| body["order"] = body["order"].to_string().into());
        true
    }),
    proven("microseconds are signed and sent", Cause::TimestampUnit, 6, |s| {
        s.both(|order| *timestamp(order) *= U256::from(1000));
        true
    }),
    plain("a date as timestamp", Cause::TimestampUnit, 6, |s| {
        s.change.push(|body| body["order"]["timestamp"] = "2026-07-19T18:34:49Z".into());
        true
    }),
    proven("the salt is rounded", Cause::OrderModified, 15, |s| {
        s.signed.salt = U256::from((1_u64 << 57) + 12_345);
        // the double that is next to it
        s.sent.salt = U256::from((1_u64 << 57) + 12_352);
        true
    }),
    plain("a builder code without 0x", Cause::OrderBuilderMissing, 7, |s| {
        s.both(|order| *builder(order) = B256::repeat_byte(0xb4));
        s.change.push(|body| body["order"]["builder"] = "b4".repeat(32).into());
        true
    }),
    plain("an address as builder", Cause::OrderBuilderMissing, 7, |s| {
        s.change.push(|body| body["order"]["builder"] = FOREIGN.to_string().into());
        true
    }),
    plain("text as metadata", Cause::OrderParameters, 8, |s| {
        s.change.push(|body| body["order"]["metadata"] = "my bot".into());
        true
    }),
    proven("the text of the hash", Cause::SignatureEncoding, 9, |s| {
        s.scheme = Scheme::PersonalText;
        !is_1271(s)
    }),
    proven("the struct alone", Cause::SignatureEncoding, 9, |s| {
        s.scheme = Scheme::Struct;
        !is_1271(s)
    }),
    proven("the exchange in the nested struct", Cause::OrderUnwrappedSignature, 9, |s| {
        s.scheme = Scheme::NestedFor(|s| s.domain.contract);
        is_1271(s)
    }),
    proven("the signer in the nested struct", Cause::OrderUnwrappedSignature, 9, |s| {
        s.scheme = Scheme::NestedFor(|s| s.wallets.eoa);
        is_1271(s)
    }),
    plain("DER", Cause::SignatureEncoding, 10, |s| {
        s.encode = |bytes| {
            let (r, s) = bytes[..64].split_at(32);
            hex::encode_prefixed([&[0x30, 0x44, 2, 0x20][..], r, &[2, 0x20], s].concat())
        };
        !is_1271(s)
    }),
    plain("the passphrase as owner", Cause::OrderOwnerNotApiKey, 11, |s| {
        s.owner = "9f0c2d7b51e84a6d9f0c2d7b51e84a6d9f0c2d7b51e84a6d9f0c2d7b51e84a6d".into();
        true
    }),
    plain("an expiration as a date", Cause::OrderExpirationUnit, 12, |s| {
        s.expiration = "2027-01-01T00:00:00Z".into();
        true
    }),
    plain("an order type in lower case", Cause::OrderParameters, 12, |s| {
        s.order_type = "gtc";
        true
    }),
];
