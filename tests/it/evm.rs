//! The chain evidence on a real EVM: what the program reads from contracts that really run.
//!
//! Tokens are those of `OpenZeppelin`, the Safe is Safe 1.3.0 behind the proxy code of Polymarket's factory.
//! The deposit wallet's own code is not published: in its place stands one on the ERC-1271 of
//! Solady, which it is built on, with the published domain (`tests/evm/DepositWallet.sol`); the
//! proxies before it are Polymarket's, made by CREATE2 at their real addresses.

mod diagnosis;
mod exchange;
mod node;
mod readings;
mod sandbox;
mod wallets;
