//! The words that names of variables are made of.

/// Words that make a name Polymarket's.
pub(super) const OURS: &[&str] = &["POLYMARKET", "POLY", "PM", "CLOB"];
/// Words before a name that change nothing.
pub(super) const BENIGN: &[&str] = &[
    "NEXT",
    "PUBLIC",
    "VITE",
    "REACT",
    "APP",
    "BOT",
    "MY",
    "MAIN",
    "DEFAULT",
    "TRADING",
    "TRADER",
    "USER",
    "ACCOUNT",
    "LIVE",
    "PROD",
    "PRODUCTION",
    "MAINNET",
    "L1",
    "L2",
    "CLIENT",
    "AUTH",
    "CRED",
    "CREDS",
];
/// Whose key it is: words before a private key.
pub(super) const SIGNERS: &[&str] = &[
    "WALLET", "SIGNER", "OWNER", "EOA", "EVM", "ETH", "ETHEREUM", "POLYGON", "MATIC", "METAMASK", "MAGIC", "WEB3",
    "SIMMER", "PROXY", "SAFE", "SIGNING", "ORDER", "AGENT",
];
/// Whose node or chain it is.
pub(super) const CHAINS: &[&str] = &["POLYGON", "MATIC"];

/// The ends of names, in words, and the setting that each gives; the longest that fits counts.
pub(super) const ENDS: &[(&str, &str, Before)] = &[
    ("PRIVATE KEY", "private_key", Before::Signers),
    ("PRIVATE KEY WALLET", "private_key", Before::Signers),
    ("PRIVATE KEY HEX", "private_key", Before::Signers),
    ("SIGNER KEY", "private_key", Before::Ours),
    ("WALLET KEY", "private_key", Before::Ours),
    ("PRIVATEKEY", "private_key", Before::Signers),
    ("KEY", "private_key", Before::Form),
    ("PRIVKEY", "private_key", Before::Signers),
    ("PK", "private_key", Before::Signers),
    ("WPK", "private_key", Before::Signers),
    ("FUNDER", "funder", Before::Anything),
    ("FUNDER ADDRESS", "funder", Before::Anything),
    ("FUNDER WALLET", "funder", Before::Anything),
    ("FUNDER WALLET ADDRESS", "funder", Before::Anything),
    ("FUNDING ADDRESS", "funder", Before::Ours),
    ("PROXY FUNDER", "funder", Before::Anything),
    ("MAKER ADDRESS", "funder", Before::Ours),
    ("PROXY WALLET", "funder", Before::Anything),
    ("PROXY WALLET ADDRESS", "funder", Before::Anything),
    ("PROXY ADDRESS", "funder", Before::Anything),
    ("PROXY", "funder", Before::Ours),
    ("SMART WALLET", "funder", Before::Anything),
    ("SMART WALLET ADDRESS", "funder", Before::Anything),
    ("SAFE", "funder", Before::Ours),
    ("SAFE ADDRESS", "funder", Before::Anything),
    ("SAFE WALLET", "funder", Before::Anything),
    ("SAFE WALLET ADDRESS", "funder", Before::Anything),
    ("SAFE PROXY ADDRESS", "funder", Before::Anything),
    ("GNOSIS SAFE ADDRESS", "funder", Before::Anything),
    ("DEPOSIT WALLET", "funder", Before::Anything),
    ("DEPOSIT WALLET ADDRESS", "funder", Before::Anything),
    ("PROFILE ADDRESS", "funder", Before::Anything),
    ("BROWSER ADDRESS", "funder", Before::Anything),
    ("BROWSER WALLET", "funder", Before::Anything),
    ("SIGNATURE TYPE", "signature_type", Before::Anything),
    ("SIG TYPE", "signature_type", Before::Anything),
    ("SIGTYPE", "signature_type", Before::Anything),
    ("SIGNATURETYPE", "signature_type", Before::Anything),
    ("WALLET TYPE", "signature_type", Before::Word),
    ("ACCOUNT TYPE", "signature_type", Before::Word),
    ("ACCOUNT KIND", "signature_type", Before::Word),
    ("CHAIN ID", "chain_id", Before::Chains),
    ("CHAINID", "chain_id", Before::Chains),
    ("NONCE", "nonce", Before::Ours),
    ("API NONCE", "nonce", Before::Ours),
    ("KEY NONCE", "nonce", Before::Ours),
    ("API KEY", "api_key", Before::Ours),
    ("APIKEY", "api_key", Before::Ours),
    ("API KEY ID", "api_key", Before::Ours),
    ("SECRET", "api_secret", Before::Ours),
    ("API SECRET", "api_secret", Before::Ours),
    ("API SECRET KEY", "api_secret", Before::Ours),
    ("APISECRET", "api_secret", Before::Ours),
    ("PASSPHRASE", "api_passphrase", Before::Ours),
    ("API PASSPHRASE", "api_passphrase", Before::Ours),
    ("API PASS", "api_passphrase", Before::Ours),
    ("WPK CLOB API KEY", "api_key", Before::Anything),
    ("WPK CLOB SECRET", "api_secret", Before::Anything),
    ("WPK CLOB PASSPHRASE", "api_passphrase", Before::Anything),
    ("BUILDER API KEY", "builder_api_key", Before::Anything),
    ("BUILDER KEY", "builder_api_key", Before::Anything),
    ("BUILDER SECRET", "builder_secret", Before::Anything),
    ("BUILDER API SECRET", "builder_secret", Before::Anything),
    ("BUILDER PASSPHRASE", "builder_passphrase", Before::Anything),
    ("BUILDER API PASSPHRASE", "builder_passphrase", Before::Anything),
    ("BUILDER CODE", "builder_code", Before::Anything),
    ("BUILDER SIGNER URL", "builder_signer_url", Before::Anything),
    ("BUILDER SIGNING URL", "builder_signer_url", Before::Anything),
    ("BUILDER SIGNING SERVER URL", "builder_signer_url", Before::Anything),
    ("BUILDER SIGNING SERVER", "builder_signer_url", Before::Anything),
    ("BUILDER SIGNER TOKEN", "builder_signer_token", Before::Anything),
    ("BUILDER SIGNING TOKEN", "builder_signer_token", Before::Anything),
    ("BUILDER SIGNING SERVER TOKEN", "builder_signer_token", Before::Anything),
    ("RELAYER API KEY", "relayer_api_key", Before::Anything),
    ("RELAYER KEY", "relayer_api_key", Before::Ours),
    ("RELAYER API KEY ADDRESS", "relayer_api_key_address", Before::Anything),
    ("RELAYER KEY ADDRESS", "relayer_api_key_address", Before::Ours),
    ("RELAYER ADDRESS", "relayer_api_key_address", Before::Ours),
    ("RELAYER", "relayer_url", Before::Service),
    ("CLOB", "clob_url", Before::Service),
    ("GAMMA", "gamma_url", Before::Service),
    ("DATA", "data_url", Before::Service),
    ("GEOBLOCK", "geoblock_url", Before::Service),
    ("RPC", "rpc_url", Before::Node),
    ("LEDGER RPC", "rpc_url", Before::Node),
    ("NODE", "rpc_url", Before::Node),
];

/// What may stand before the end of a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Words of Polymarket and benign ones, or none.
    Anything,
    /// At least one word of Polymarket.
    Ours,
    /// As ours, but the value has to have the form of it.
    Form,
    /// As anything, but the value has to be a word for it: others have such names for other things.
    Word,
    /// Also whose key it is.
    Signers,
    /// Also the chain.
    Chains,
    /// A service, with an ending that says that this is where it is (`CLOB_API_URL`).
    Service,
    /// The same for a node; `POLYGON_RPC` says enough.
    Node,
}

/// Endings of names of URLs.
pub(super) const PLACES: &[&str] = &[
    "URL",
    "HOST",
    "API",
    "BASE",
    "ENDPOINT",
    "API URL",
    "HTTP URL",
    "BASE URL",
    "API HOST",
    "API BASE",
    "API BASE URL",
    "API ENDPOINT",
    "REST",
    "REST URL",
    "REST API URL",
    "REST HOST",
    "ENDPOINT URL",
    "BASE API URL",
    "HTTP",
    "HTTP ENDPOINT",
    "PROVIDER",
    "PROVIDER URL",
];

/// Names that are anybody's: they are read where the value itself says what it is.
pub(super) const ANYBODYS: &[(&str, &str)] = &[
    ("API_KEY", "api_key"),
    ("API_SECRET", "api_secret"),
    ("API_PASSPHRASE", "api_passphrase"),
    ("HOST", "clob_url"),
    ("API_URL", "clob_url"),
    ("API_HOST", "clob_url"),
    ("BASE_URL", "clob_url"),
];
