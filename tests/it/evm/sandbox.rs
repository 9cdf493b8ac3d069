//! The sandbox answers as the real contracts do; it needs no node.

use polydoctor::auth::wallet_signature::SignatureForm::{self, Nested, Plain, SafeMessage};
use polydoctor::facts::SignatureAnswer::{Accepted, Refused};

use super::node::{ask_at, read_from};
use crate::support::{DEMO_KEY, Lab, STRANGER_KEY, signer};

#[tokio::test]
async fn wallets_of_the_sandbox_take_signatures_of_their_owner_only() {
    for (scenario, forms) in [
        ("healthy-safe", &[SafeMessage][..]),
        ("healthy-deposit-uups", &[Plain, Nested]),
        ("healthy-deposit-beacon", &[Plain, Nested]),
    ] {
        let lab = Lab::named(scenario).await;
        let env = &lab.running.announcement().env;
        let (url, wallet) = (env["POLYMARKET_RPC_URL"].parse().unwrap(), env["POLYMARKET_FUNDER"].parse().unwrap());
        let (own, foreign) = (signer(DEMO_KEY), signer(STRANGER_KEY));
        let at = read_from(&url, own.address(), &[wallet]).await.unwrap().wallets[&wallet].clone();
        assert_eq!(at.threshold.is_some(), forms.contains(&SafeMessage), "{scenario}");
        for (key, expected) in [(&own, Accepted), (&foreign, Refused)] {
            let answers: Vec<_> = forms.iter().map(|&form: &SignatureForm| (form, expected.clone())).collect();
            assert_eq!(ask_at(&url, wallet, at.code, key).await.answers, answers, "{scenario}");
        }
    }
}
