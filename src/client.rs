//! Input and output over the network: each call timed, bounded and logged.
//!
//! * [`http`]: one client with deadlines, a size limit and no redirects
//! * [`calls`]: the calls of the CLOB, typed: who signs each, and what its answer means
//! * [`clob`]: sends them, and reads the answers
//! * [`rpc`]: Ethereum JSON-RPC, batched
//! * [`chain`]: what the Polygon node says of wallets
//! * [`exchange`]: what the exchange contract says of an order
//! * [`socket`]: a WebSocket, with limits
//! * [`live`]: the live channels
//! * [`relayer`]: the relayer, with an API key of its own
//! * [`us`]: Polymarket US, with a key of its own
//! * [`services`]: Gamma, geoblock, relayer
//! * [`markets`]: what Gamma and the CLOB say of a market
//! * [`signer`]: a remote builder signer
//! * [`account`]: what commands ask and change, outside of the checklist
//! * [`keys`]: its keys among that
//! * [`trades`]: listings of trades, page by page
//! * [`comparison`]: both listings read side by side
//! * [`boards`]: leaderboard and volume of builders

pub mod account;
pub mod boards;
pub mod calls;
pub mod chain;
pub mod clob;
pub mod comparison;
pub mod exchange;
mod hidden;
pub mod http;
pub mod keys;
pub mod limits;
pub mod live;
mod log;
pub mod markets;
pub mod relayer;
pub mod rpc;
pub mod services;
pub mod signer;
pub mod socket;
pub mod trades;
pub mod us;
