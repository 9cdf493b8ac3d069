//! The words that names of variables are made of.

use crate::settings::Setting;

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
    "YOUR",
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
pub(super) const ENDS: &[(&str, Setting, Before)] = &[
    ("PRIVATE KEY", Setting::PrivateKey, Before::Signers),
    ("PRIVATE KEY WALLET", Setting::PrivateKey, Before::Signers),
    ("PRIVATE KEY HEX", Setting::PrivateKey, Before::Signers),
    ("SIGNER KEY", Setting::PrivateKey, Before::Ours),
    ("WALLET KEY", Setting::PrivateKey, Before::Ours),
    ("PRIVATEKEY", Setting::PrivateKey, Before::Signers),
    ("KEY", Setting::PrivateKey, Before::Form),
    ("PRIVKEY", Setting::PrivateKey, Before::Signers),
    ("PK", Setting::PrivateKey, Before::Signers),
    ("WPK", Setting::PrivateKey, Before::Signers),
    ("FUNDER", Setting::Funder, Before::Anything),
    ("FUNDER ADDRESS", Setting::Funder, Before::Anything),
    ("FUNDER WALLET", Setting::Funder, Before::Anything),
    ("FUNDER WALLET ADDRESS", Setting::Funder, Before::Anything),
    ("FUNDING ADDRESS", Setting::Funder, Before::Ours),
    ("PROXY FUNDER", Setting::Funder, Before::Anything),
    ("MAKER ADDRESS", Setting::Funder, Before::Ours),
    ("PROXY WALLET", Setting::Funder, Before::Anything),
    ("PROXY WALLET ADDRESS", Setting::Funder, Before::Anything),
    ("PROXY ADDRESS", Setting::Funder, Before::Anything),
    ("PROXY", Setting::Funder, Before::Ours),
    ("SMART WALLET", Setting::Funder, Before::Anything),
    ("SMART WALLET ADDRESS", Setting::Funder, Before::Anything),
    ("SAFE", Setting::Funder, Before::Ours),
    ("SAFE ADDRESS", Setting::Funder, Before::Anything),
    ("SAFE WALLET", Setting::Funder, Before::Anything),
    ("SAFE WALLET ADDRESS", Setting::Funder, Before::Anything),
    ("SAFE PROXY ADDRESS", Setting::Funder, Before::Anything),
    ("GNOSIS SAFE ADDRESS", Setting::Funder, Before::Anything),
    ("DEPOSIT WALLET", Setting::Funder, Before::Anything),
    ("DEPOSIT WALLET ADDRESS", Setting::Funder, Before::Anything),
    ("PROFILE ADDRESS", Setting::Funder, Before::Anything),
    ("BROWSER ADDRESS", Setting::Funder, Before::Anything),
    ("BROWSER WALLET", Setting::Funder, Before::Anything),
    ("SIGNATURE TYPE", Setting::SignatureType, Before::Anything),
    ("SIG TYPE", Setting::SignatureType, Before::Anything),
    ("SIGTYPE", Setting::SignatureType, Before::Anything),
    ("SIGNATURETYPE", Setting::SignatureType, Before::Anything),
    ("WALLET TYPE", Setting::SignatureType, Before::Word),
    ("ACCOUNT TYPE", Setting::SignatureType, Before::Word),
    ("ACCOUNT KIND", Setting::SignatureType, Before::Word),
    ("CHAIN ID", Setting::ChainId, Before::Chains),
    ("CHAINID", Setting::ChainId, Before::Chains),
    ("NONCE", Setting::Nonce, Before::Ours),
    ("API NONCE", Setting::Nonce, Before::Ours),
    ("KEY NONCE", Setting::Nonce, Before::Ours),
    ("API KEY", Setting::ApiKey, Before::Ours),
    ("APIKEY", Setting::ApiKey, Before::Ours),
    ("API KEY ID", Setting::ApiKey, Before::Ours),
    ("SECRET", Setting::ApiSecret, Before::Ours),
    ("API SECRET", Setting::ApiSecret, Before::Ours),
    ("API SECRET KEY", Setting::ApiSecret, Before::Ours),
    ("APISECRET", Setting::ApiSecret, Before::Ours),
    ("PASSPHRASE", Setting::ApiPassphrase, Before::Ours),
    ("API PASSPHRASE", Setting::ApiPassphrase, Before::Ours),
    ("API PASS", Setting::ApiPassphrase, Before::Ours),
    ("WPK CLOB API KEY", Setting::ApiKey, Before::Anything),
    ("WPK CLOB SECRET", Setting::ApiSecret, Before::Anything),
    ("WPK CLOB PASSPHRASE", Setting::ApiPassphrase, Before::Anything),
    ("BUILDER API KEY", Setting::BuilderApiKey, Before::Anything),
    ("BUILDER KEY", Setting::BuilderApiKey, Before::Anything),
    ("BUILDER SECRET", Setting::BuilderSecret, Before::Anything),
    ("BUILDER API SECRET", Setting::BuilderSecret, Before::Anything),
    ("BUILDER PASSPHRASE", Setting::BuilderPassphrase, Before::Anything),
    ("BUILDER API PASSPHRASE", Setting::BuilderPassphrase, Before::Anything),
    ("BUILDER CODE", Setting::BuilderCode, Before::Anything),
    ("BUILDER SIGNER URL", Setting::BuilderSignerUrl, Before::Anything),
    ("BUILDER SIGNING URL", Setting::BuilderSignerUrl, Before::Anything),
    ("BUILDER SIGNING SERVER URL", Setting::BuilderSignerUrl, Before::Anything),
    ("BUILDER SIGNING SERVER", Setting::BuilderSignerUrl, Before::Anything),
    ("BUILDER SIGNER TOKEN", Setting::BuilderSignerToken, Before::Anything),
    ("BUILDER SIGNING TOKEN", Setting::BuilderSignerToken, Before::Anything),
    ("BUILDER SIGNING SERVER TOKEN", Setting::BuilderSignerToken, Before::Anything),
    ("RELAYER API KEY", Setting::RelayerApiKey, Before::Anything),
    ("RELAYER KEY", Setting::RelayerApiKey, Before::Ours),
    ("RELAYER API KEY ADDRESS", Setting::RelayerApiKeyAddress, Before::Anything),
    ("RELAYER KEY ADDRESS", Setting::RelayerApiKeyAddress, Before::Ours),
    ("RELAYER ADDRESS", Setting::RelayerApiKeyAddress, Before::Ours),
    ("RELAYER", Setting::RelayerUrl, Before::Service),
    ("CLOB", Setting::ClobUrl, Before::Ours),
    ("GAMMA", Setting::GammaUrl, Before::Ours),
    ("CLOB", Setting::ClobUrl, Before::Service),
    ("GAMMA", Setting::GammaUrl, Before::Service),
    ("DATA", Setting::DataUrl, Before::Service),
    ("GEOBLOCK", Setting::GeoblockUrl, Before::Service),
    ("RPC", Setting::RpcUrl, Before::Node),
    ("LEDGER RPC", Setting::RpcUrl, Before::Node),
    ("NODE", Setting::RpcUrl, Before::Node),
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
pub(super) const ANYBODYS: &[(&str, Setting)] = &[
    ("API_KEY", Setting::ApiKey),
    ("API_SECRET", Setting::ApiSecret),
    ("API_PASSPHRASE", Setting::ApiPassphrase),
    ("SECRET", Setting::ApiSecret),
    ("PASSPHRASE", Setting::ApiPassphrase),
    ("HOST", Setting::ClobUrl),
    ("API_URL", Setting::ClobUrl),
    ("API_HOST", Setting::ClobUrl),
    ("BASE_URL", Setting::ClobUrl),
];
