//! Whose error it is: the service that a host, a path or a word of a text belongs to.

mod hosts;

use serde::{Deserialize, Serialize};

pub(super) use self::hosts::DATABASES;
use self::hosts::{NODES, OTHERS};

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// `clob.polymarket.com`, or a path that only the CLOB has.
    Clob,
    /// `relayer-v2.polymarket.com`, which sends transactions for wallets.
    Relayer,
    /// A node of the Polygon chain, whoever runs it.
    PolygonRpc,
    /// `polymarket.us`, a separate product with keys of its own.
    PolymarketUs,
    /// The live channels.
    Websocket,
    /// `gamma-api.polymarket.com`: markets and profiles.
    Gamma,
    /// `data-api.polymarket.com`: positions, approvals and leaderboards.
    DataApi,
    /// `bridge.polymarket.com`: deposits from other chains.
    Bridge,
    /// `polymarket.com/api/geoblock`: whether an IP address may trade.
    Geoblock,
    /// A server that signs builder headers.
    BuilderSigner,
    /// The website, or a host of polymarket.com without a section here.
    Polymarket,
    /// Nobody's answer: raised by the client before any request.
    Client,
    /// Not a service of Polymarket.
    Other,
}

impl Service {
    /// Its name in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Clob => "the CLOB",
            Self::Relayer => "the relayer",
            Self::PolygonRpc => "a Polygon RPC",
            Self::PolymarketUs => "Polymarket US",
            Self::Websocket => "a live channel (WebSocket)",
            Self::Gamma => "Gamma",
            Self::DataApi => "the data API",
            Self::Bridge => "the bridge",
            Self::Geoblock => "the geoblock endpoint",
            Self::BuilderSigner => "a remote builder signer",
            Self::Polymarket => "polymarket.com",
            Self::Client => "the client itself, before any request",
            Self::Other => "a different service, not Polymarket",
        }
    }

    /// The service of a host of a URL, with its port and path; `None` where they do not tell.
    pub(super) fn at(scheme: &str, host: &str, port: Option<u16>, path: &str) -> Option<Self> {
        let is_socket = scheme.starts_with("ws");
        let ends = |suffix: &str| host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if ends("polymarket.us") {
            return Some(Self::PolymarketUs);
        }
        if ends("polymarket.com") {
            return Some(match host.split('.').next().unwrap_or_default() {
                name if is_socket || name.starts_with("ws") || name == "sports-api" => Self::Websocket,
                name if name.starts_with("clob") => Self::Clob,
                name if name.starts_with("relayer") => Self::Relayer,
                name if name.starts_with("gamma") => Self::Gamma,
                "data-api" | "lb-api" | "user-pnl-api" => Self::DataApi,
                "bridge" => Self::Bridge,
                _ if path.starts_with("/api/geoblock") => Self::Geoblock,
                _ => Self::Polymarket,
            });
        }
        let labels = || host.split(['.', '-']);
        if OTHERS.iter().any(|other| ends(other)) || port.is_some_and(|port| DATABASES.contains(&port)) {
            return Some(Self::Other);
        }
        if NODES.iter().any(|node| labels().any(|label| label == *node)) || matches!(port, Some(8545 | 8546)) {
            return Some(Self::PolygonRpc);
        }
        if is_socket || path.starts_with("/ws/") {
            return Some(Self::Websocket);
        }
        Self::of_path(path)
    }

    /// The service that has a path, on whatever host.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let under =
            |parent: &&str| path.strip_prefix(*parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if path == "/sign" || path.ends_with("/sign") {
            return Some(Self::BuilderSigner);
        }
        if ["/submit", "/transaction", "/transactions", "/relay-payload", "/deployed"].iter().any(&under) {
            return Some(Self::Relayer);
        }
        if ["/v1/portfolio", "/v1/account"].iter().any(&under) {
            return Some(Self::PolymarketUs);
        }
        CLOB_PATHS.iter().any(under).then_some(Self::Clob)
    }

    /// The service that a text without a host speaks of, by words that only it has.
    pub(super) fn of_words(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        WORDS.iter().find(|(_, words)| words.iter().any(|word| lower.contains(word))).map(|(service, _)| *service)
    }
}

/// Paths of the CLOB that no other service has.
const CLOB_PATHS: &[&str] = &[
    "/order",
    "/orders",
    "/auth/api-key",
    "/auth/api-keys",
    "/auth/derive-api-key",
    "/auth/builder-api-key",
    "/auth/ban-status",
    "/auth/readonly-api-key",
    "/data/order",
    "/data/orders",
    "/data/trades",
    "/balance-allowance",
    "/cancel-all",
    "/cancel-market-orders",
    "/cancel-orders",
    "/book",
    "/books",
    "/midpoint",
    "/midpoints",
    "/tick-size",
    "/neg-risk",
    "/fee-rate",
    "/last-trade-price",
    "/prices-history",
    "/sampling-markets",
    "/simplified-markets",
    "/v1/heartbeats",
    "/builder/trades",
    "/notifications",
    "/order-scoring",
    "/orders-scoring",
    "/spread",
    "/spreads",
];

/// Words that only texts about a service hold, the most telling service first.
const WORDS: &[(Service, &[&str])] = &[
    (
        Service::BuilderSigner,
        &["generatebuilderheaders", "generate builder headers", "remotesignererror", "remotesigningerror"],
    ),
    (Service::Clob, &["polyapiexception", "[clob client]", "py_clob_client", "polymarket_client_sdk"]),
    (
        Service::PolymarketUs,
        &[
            "x-pm-",
            "polymarket us",
            "polymarket_us",
            "polymarketus",
            "polymarket-us",
            "polymarket.us",
            "polymarket_key_id",
            "polymarket_secret_key",
        ],
    ),
    (
        Service::Other,
        &[
            "telegram.error",
            "telegrambot",
            "telegraf",
            "kalshi",
            "binanceapi",
            "binance.exceptions",
            "binance api",
            "openai.",
            "openai api",
            "discord.errors",
            "discordapierror",
            "anthropic.",
            "psycopg2",
            "sqlalchemy.exc",
            "redis.exceptions",
            "pymongo.errors",
            "mongoservererror",
            "mongonetworkerror",
            "sqlite3.",
        ],
    ),
    (Service::Relayer, &["relayer", "relayclient", "relay-client", "部署 safe", "wallet-create", "wallet registry"]),
    (
        Service::PolygonRpc,
        &[
            // methods, not the packages that are named alike
            "eth_call",
            "eth_chainid",
            "eth_get",
            "eth_blocknumber",
            "eth_send",
            "eth_estimate",
            "eth_gasprice",
            "eth_feehistory",
            "eth_maxpriority",
            "eth_accounts",
            "eth_subscribe",
            "eth_syncing",
            "json-rpc",
            "jsonrpc",
            "web3.exceptions",
            "web3 provider",
            "polygon rpc",
            "polygon_rpc",
            "polygon node",
            "rpc_url",
            "rpc url",
            "rpc endpoint",
            "rpc request failed",
            "rpc error",
            "rpc node",
            "event=\"nonetwork\"",
            "code=network_error, version=providers",
            "providers/5",
            "code=server_error",
            "call_exception",
            "abi/5.",
            "web/5.",
            "httprequesterror",
            "rpcrequesterror",
            "net_version",
            "contractfunctionexecutionerror",
            "alloy_transport",
            "execution reverted",
            "rpcerror",
            "-32000",
            "-32603",
            "-32601",
            "-32005",
            "-32051",
            "-32090",
            "-32016",
            "ethers.provider",
        ],
    ),
    (
        Service::Websocket,
        &[
            "wss://",
            "ws://",
            "websocket",
            "web socket",
            "user channel",
            "market channel",
            "close frame",
            "ws/user",
            "ws/market",
            "ws error",
            "policy violation",
            "close code",
            "sockjs",
            "tungstenite",
            "ws-subscriptions",
            "gettopics",
        ],
    ),
    (
        Service::BuilderSigner,
        &[
            "remote signer",
            "builder signer",
            "signing server",
            "signing-server",
            "builder_signer_url",
            "remotebuilderconfig",
        ],
    ),
    (Service::Gamma, &["gamma api", "gamma-api"]),
    (
        Service::Clob,
        &[
            "polyapiexception",
            "[clob client]",
            "clob client",
            "py_clob_client",
            "clob-client",
            "clob api",
            "clob_client",
            "auth/api-key",
            "auth/derive-api-key",
            "balance-allowance",
            "poly_signature",
            "poly_address",
            "making post call to",
            "making get call to",
            "making delete call to",
            "clob.polymarket",
        ],
    ),
];
