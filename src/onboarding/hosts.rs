//! Who is asked over the network, and what they get to see.

use url::Url;

use crate::settings::{Settings, Sourced, Venue};

/// A host, and what it is asked for or sees, in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    pub host: String,
    /// The service there, such as `Polygon RPC`.
    pub service: &'static str,
    pub sees: &'static str,
}

/// Who is asked for the wallets of a key.
pub(super) fn of_look_up(settings: &Settings) -> Vec<Host> {
    named([
        ("Polygon RPC", "sees the signer and its wallets", &settings.rpc_url),
        ("Gamma", "sees the signer", &settings.gamma_url),
        ("CLOB", "returns its protocol version, sees no wallet", &settings.clob_url),
    ])
}

/// Who is asked by the checklist.
pub fn hosts(settings: &Settings) -> Vec<Host> {
    let of = |venue: Venue| match venue {
        Venue::Global => of_clob(settings),
        Venue::Us => of_us(settings),
    };
    settings.venues.iter().flat_map(of).collect()
}

fn of_us(settings: &Settings) -> Vec<Host> {
    named([
        ("Polymarket US", "the key ID, signed reads of balances and positions", &settings.us_url),
        ("US gateway", "public data, sees no key", &settings.us_gateway_url),
    ])
}

fn of_clob(settings: &Settings) -> Vec<Host> {
    named([
        ("CLOB", "orders and credentials", &settings.clob_url),
        ("Gamma", "profile", &settings.gamma_url),
        ("Polygon RPC", "wallets on chain, and a signed order that can never be filled", &settings.rpc_url),
        ("relayer", "whether the wallet is deployed", &settings.relayer_url),
        ("live data", "the API credentials", &settings.live_url),
        ("geoblock", "whether trading is allowed from here", &settings.geoblock_url),
        ("builder signer", "one signature", &settings.builder_signer_url),
    ])
}

fn named<const N: usize>(services: [(&'static str, &'static str, &Option<Sourced<Url>>); N]) -> Vec<Host> {
    let host = |url: &Url| Some(url.host_str()?.to_owned());
    let named = services
        .into_iter()
        .filter_map(|(service, sees, url)| Some(Host { host: host(&url.as_ref()?.value)?, service, sees }));
    named.collect()
}
