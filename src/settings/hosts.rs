//! Hosts that are known for what they are: a URL of another service or chain is wrong before
//! anything is asked.

use url::Url;

use super::{ProblemKind, Setting, SettingProblem, Settings, Source, Sourced};
use crate::auth::contracts::POLYGON;

const AMOY: u64 = 80002;

/// Hosts of Polymarket's services: the setting that wants each, or what it is instead.
const SERVICES: &[(&str, Option<Setting>, &str)] = &[
    ("clob.polymarket.com", Some(Setting::ClobUrl), "the CLOB"),
    ("clob-staging.polymarket.com", Some(Setting::ClobUrl), "the CLOB's staging host"),
    ("clob-v2.polymarket.com", Some(Setting::ClobUrl), "the CLOB's former test host"),
    ("gamma-api.polymarket.com", Some(Setting::GammaUrl), "Gamma (markets and profiles)"),
    ("data-api.polymarket.com", Some(Setting::DataUrl), "the data API"),
    ("relayer-v2.polymarket.com", Some(Setting::RelayerUrl), "the relayer"),
    ("polymarket.com", Some(Setting::GeoblockUrl), "the website"),
    ("www.polymarket.com", Some(Setting::GeoblockUrl), "the website"),
    ("ws-subscriptions-clob.polymarket.com", Some(Setting::WsUrl), "the user channel (WebSocket)"),
    ("ws-live-data.polymarket.com", None, "RTDS, the former live data host"),
    ("ws-live-v2.polymarket.com", Some(Setting::LiveUrl), "the live data service (WebSocket)"),
    ("bridge.polymarket.com", None, "the bridge"),
    ("api.polymarket.us", Some(Setting::UsUrl), "the host for signed requests"),
    ("gateway.polymarket.us", Some(Setting::UsGatewayUrl), "the public gateway, which does not accept signed requests"),
];

/// Parts of the hosts of nodes, and the chain that they say.
const NODES: &[(&str, u64)] = &[
    ("polygon-amoy", AMOY),
    ("amoy", AMOY),
    ("mumbai", 80001),
    ("polygon", POLYGON),
    ("matic", POLYGON),
    ("eth-mainnet", 1),
    ("ethereum", 1),
    ("mainnet.infura.io", 1),
    ("sepolia", 11_155_111),
    ("base-mainnet", 8453),
    ("arbitrum", 42161),
    ("arb-mainnet", 42161),
    ("bsc", 56),
];

/// Whether it is the official CLOB itself, with nothing of somebody's own in between.
pub(super) fn is_official_clob(url: &Url) -> bool {
    url.scheme() == "https" && url.host_str() == Some("clob.polymarket.com") && url.port().is_none()
}

/// What is wrong with the hosts in force, by their names alone.
pub(super) fn misdirected(settings: &Settings) -> Vec<SettingProblem> {
    let services = [
        (Setting::ClobUrl, &settings.clob_url),
        (Setting::GammaUrl, &settings.gamma_url),
        (Setting::DataUrl, &settings.data_url),
        (Setting::RelayerUrl, &settings.relayer_url),
        (Setting::GeoblockUrl, &settings.geoblock_url),
        (Setting::WsUrl, &settings.ws_url),
        (Setting::LiveUrl, &settings.live_url),
        (Setting::RpcUrl, &settings.rpc_url),
        (Setting::UsUrl, &settings.us_url),
        (Setting::UsGatewayUrl, &settings.us_gateway_url),
    ];
    let set = services.into_iter().filter_map(|(setting, url)| Some((setting, url.as_ref()?)));
    let set = set.filter(|(_, url)| url.source != Source::Default);
    let chain = settings.chain_id.as_ref().map(|id| id.value);
    set.filter_map(|(setting, url)| other_service(setting, url).or_else(|| other_chain(setting, url, chain?))).collect()
}

fn other_service(setting: Setting, url: &Sourced<Url>) -> Option<SettingProblem> {
    let host = url.value.host_str()?;
    let is_node = || NODES.iter().any(|(part, _)| host.contains(part)) && !host.contains("polymarket");
    let what = match SERVICES.iter().find(|(known, ..)| *known == host) {
        Some((_, of, _)) if *of == Some(setting) => return None,
        Some((.., what)) => *what,
        None if setting != Setting::RpcUrl && is_node() => "a blockchain RPC",
        None => return None,
    };
    let scheme = if setting.is_socket() { "wss" } else { "https" };
    let right = SERVICES.iter().find(|(_, of, _)| *of == Some(setting)).map(|(host, ..)| format!("{scheme}://{host}"));
    let fix = match right {
        Some(right) if setting == Setting::LiveUrl => format!("Set it to {right}/ws, or remove it"),
        Some(right) if setting == Setting::GeoblockUrl => format!("Set it to {right}/api/geoblock, or remove it"),
        Some(right) => format!("Set it to {right}, or remove it"),
        None => "Set it to the URL of a Polygon RPC".to_owned(),
    };
    Some(problem(setting, format!("The {} ({}) points to {what}: {host}", setting.spoken(), url.source), fix))
}

/// The chain that the host of an RPC names.
pub(crate) fn chain_of_rpc(url: &Url) -> Option<u64> {
    let host = url.host_str()?;
    NODES.iter().find(|(part, _)| host.contains(part)).map(|(_, chain)| *chain)
}

fn other_chain(setting: Setting, url: &Sourced<Url>, chain: u64) -> Option<SettingProblem> {
    let named = Some(&url.value).filter(|_| setting == Setting::RpcUrl).and_then(chain_of_rpc)?;
    (named != chain).then(|| {
        let text = format!(
            "The {} ({}) is an RPC of chain {named}, but the chain ID is {chain}",
            setting.spoken(),
            url.source
        );
        problem(setting, text, format!("Set it to the URL of an RPC of chain {chain}"))
    })
}

fn problem(setting: Setting, text: String, fix: String) -> SettingProblem {
    SettingProblem { kind: ProblemKind::OtherService, setting: setting.into(), text, fix }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::settings::{EnvFile, Inputs, load};

    fn problems(variables: &[(&str, &str)]) -> Vec<String> {
        let environment: BTreeMap<_, _> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
        misdirected(&load(&inputs).unwrap()).into_iter().map(|problem| problem.text).collect()
    }

    #[test]
    fn a_host_of_another_service_or_chain_is_told_by_its_name() {
        for (name, url, what) in [
            ("CLOB_HOST", "https://gamma-api.polymarket.com", "points to Gamma"),
            ("CLOB_HOST", "https://polymarket.com/", "points to the website"),
            ("CLOB_HOST", "https://polygon-rpc.com", "points to a blockchain RPC"),
            ("RPC_URL", "https://clob.polymarket.com", "points to the CLOB"),
            ("RPC_URL", "https://polygon-amoy.drpc.org", "is an RPC of chain 80002"),
            ("RPC_URL", "https://eth-mainnet.g.alchemy.com/v2/x", "is an RPC of chain 1"),
            ("POLYMARKET_RELAYER_URL", "https://clob.polymarket.com", "points to the CLOB"),
            ("POLYMARKET_LIVE_URL", "wss://ws-subscriptions-clob.polymarket.com/ws/user", "points to the user channel"),
            ("POLYMARKET_LIVE_URL", "wss://ws-live-data.polymarket.com", "points to RTDS"),
            ("POLYMARKET_WS_URL", "wss://ws-live-v2.polymarket.com/ws", "points to the live data service"),
            ("CLOB_HOST", "https://ws-subscriptions-clob.polymarket.com", "points to the user channel"),
        ] {
            let told = problems(&[(name, url)]);
            assert!(told.len() == 1 && told[0].contains(what), "{name}={url}: {told:?}");
        }
        for (name, url) in [
            ("CLOB_HOST", "https://clob.polymarket.com"),
            ("CLOB_HOST", "https://proxy.example.com/clob"),
            ("CLOB_HOST", "http://127.0.0.1:8080"),
            ("RPC_URL", "https://polygon-mainnet.g.alchemy.com/v2/x"),
            ("RPC_URL", "https://rpc.ankr.com/polygon"),
            ("RPC_URL", "https://polygon.llamarpc.com"),
        ] {
            assert_eq!(problems(&[(name, url)]), Vec::<String>::new(), "{name}={url}");
        }
    }
}
