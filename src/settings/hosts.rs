//! Hosts that are known for what they are: a URL of another service or chain is wrong before
//! anything is asked.

use url::Url;

use super::names::spoken;
use super::{ProblemKind, SettingProblem, Settings, Source, Sourced};
use crate::auth::contracts::POLYGON;

const AMOY: u64 = 80002;

/// Hosts of Polymarket's services: the setting that wants each, or what it is instead.
const SERVICES: &[(&str, &str, &str)] = &[
    ("clob.polymarket.com", "clob_url", "the CLOB"),
    ("clob-staging.polymarket.com", "clob_url", "the CLOB's staging host"),
    ("clob-v2.polymarket.com", "clob_url", "the CLOB's former test host"),
    ("gamma-api.polymarket.com", "gamma_url", "Gamma (markets and profiles)"),
    ("data-api.polymarket.com", "data_url", "the data API"),
    ("relayer-v2.polymarket.com", "relayer_url", "the relayer"),
    ("polymarket.com", "geoblock_url", "the website"),
    ("www.polymarket.com", "geoblock_url", "the website"),
    ("ws-subscriptions-clob.polymarket.com", "", "the WebSocket host"),
    ("ws-live-data.polymarket.com", "", "the live data host"),
    ("ws-live-v2.polymarket.com", "", "the live data host"),
    ("bridge.polymarket.com", "", "the bridge"),
    ("api.polymarket.us", "", "Polymarket US, a separate product"),
    ("gateway.polymarket.us", "", "Polymarket US, a separate product"),
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

/// What is wrong with the hosts in force, by their names alone.
pub(super) fn misdirected(settings: &Settings) -> Vec<SettingProblem> {
    let services = [
        ("clob_url", &settings.clob_url),
        ("gamma_url", &settings.gamma_url),
        ("data_url", &settings.data_url),
        ("relayer_url", &settings.relayer_url),
        ("geoblock_url", &settings.geoblock_url),
        ("rpc_url", &settings.rpc_url),
    ];
    let set = services.into_iter().filter_map(|(name, url)| Some((name, url.as_ref()?)));
    let set = set.filter(|(_, url)| url.source != Source::Default);
    let chain = settings.chain_id.as_ref().map(|id| id.value);
    set.filter_map(|(name, url)| other_service(name, url).or_else(|| other_chain(name, url, chain?))).collect()
}

fn other_service(name: &str, url: &Sourced<Url>) -> Option<SettingProblem> {
    let host = url.value.host_str()?;
    let is_node = || NODES.iter().any(|(part, _)| host.contains(part)) && !host.contains("polymarket");
    let what = match SERVICES.iter().find(|(known, ..)| *known == host) {
        Some((_, of, _)) if *of == name => return None,
        Some((.., what)) => *what,
        None if name != "rpc_url" && is_node() => "a blockchain node",
        None => return None,
    };
    let right = SERVICES.iter().find(|(_, of, _)| *of == name).map(|(host, ..)| format!("https://{host}"));
    let fix = match right {
        Some(right) if name == "geoblock_url" => format!("Set it to {right}/api/geoblock, or remove it"),
        Some(right) => format!("Set it to {right}, or remove it"),
        None => "Set it to the URL of a Polygon node".to_owned(),
    };
    Some(problem(name, format!("The {} ({}) points to {what}: {host}", spoken(name), url.source), fix))
}

fn other_chain(name: &str, url: &Sourced<Url>, chain: u64) -> Option<SettingProblem> {
    let host = url.value.host_str()?;
    if name != "rpc_url" {
        return None;
    }
    let (_, named) = NODES.iter().find(|(part, _)| host.contains(part))?;
    (*named != chain).then(|| {
        let text =
            format!("The {} ({}) is a node of chain {named}, and the chain ID is {chain}", spoken(name), url.source);
        problem(name, text, format!("Set it to the URL of a node of chain {chain}"))
    })
}

fn problem(setting: &str, text: String, fix: String) -> SettingProblem {
    SettingProblem { kind: ProblemKind::OtherService, setting: setting.to_owned(), text, fix }
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
            ("CLOB_HOST", "https://polygon-rpc.com", "points to a blockchain node"),
            ("RPC_URL", "https://clob.polymarket.com", "points to the CLOB"),
            ("RPC_URL", "https://polygon-amoy.drpc.org", "is a node of chain 80002"),
            ("RPC_URL", "https://eth-mainnet.g.alchemy.com/v2/x", "is a node of chain 1"),
            ("POLYMARKET_RELAYER_URL", "https://clob.polymarket.com", "points to the CLOB"),
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
