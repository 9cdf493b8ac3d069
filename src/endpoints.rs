//! Paths of the CLOB and of the services beside it, and what every listing begins with.

pub const TIME: &str = "/time";
/// Named by a popular guide; no official client calls it.
pub const GUIDE_TIME: &str = "/server-time";
pub const VERSION: &str = "/version";
pub const DERIVE: &str = "/auth/derive-api-key";
/// Created by POST, deleted by DELETE.
pub const API_KEY: &str = "/auth/api-key";
pub const API_KEYS: &str = "/auth/api-keys";
/// Created by POST, deleted by DELETE.
pub const READONLY_KEY: &str = "/auth/readonly-api-key";
pub const READONLY_KEYS: &str = "/auth/readonly-api-keys";
pub const VALIDATE_READONLY_KEY: &str = "/auth/validate-readonly-api-key";
pub const CLOSED_ONLY: &str = "/auth/ban-status/closed-only";
pub const BALANCE_ALLOWANCE: &str = "/balance-allowance";
/// A read that makes the CLOB ask the chain again.
pub const UPDATE_BALANCE: &str = "/balance-allowance/update";
pub const SESSION_SIGNERS: &str = "/v1/user/session-signers";
/// Listed by GET, created by POST, revoked by DELETE.
pub const BUILDER_KEYS: &str = "/auth/builder-api-key";
pub const TRADES: &str = "/data/trades";
pub const BUILDER_TRADES: &str = "/builder/trades";
/// The code follows.
pub const BUILDER_FEES: &str = "/fees/builder-fees/";

/// The condition id of a market follows.
pub const MARKET: &str = "/markets/";
/// The id of a token follows; the answer names the condition.
pub const MARKET_OF_TOKEN: &str = "/markets-by-token/";
/// Of Gamma; the last part of a market's URL follows.
pub const MARKET_BY_SLUG: &str = "/markets/slug/";
/// Of Gamma; the last part of an event's URL follows.
pub const EVENT_BY_SLUG: &str = "/events/slug/";

/// Signed reads of Polymarket US.
pub const US_BALANCES: &str = "/v1/account/balances";
pub const US_POSITIONS: &str = "/v1/portfolio/positions";
/// Public, at its gateway only.
pub const US_MARKETS: &str = "/v1/markets";
/// The WebSocket of the account, opened by a signed GET.
pub const US_PRIVATE_CHANNEL: &str = "/v1/ws/private";

/// The cursor of every listing's first page: base64 of 0.
pub const FIRST_CURSOR: &str = "MA==";

/// The relayer's list of a builder's transactions: the path that is signed.
pub const RELAYER_TRANSACTIONS: &str = "/transactions";
/// The relayer's list of its own API keys, which builder headers do not open.
pub const RELAYER_KEYS: &str = "/relayer/api/keys";
