//! Finds out why a Polymarket account or bot cannot sign in or trade.
//!
//! A **probe** does one piece of input or output and fills in one **fact**. A **check** is a row in
//! a table: what it needs, and a pure function from facts to a finding. The **diagnosis** is a pure
//! function from findings to ranked causes. The **report** is what both make of the facts; it is
//! never stored, only recomputed, and the dashboard and the printers are functions of it.
//!
//! ```text
//!         flags · env · .env · profile
//!                         │ settings: each value with its source, secrets wrapped
//!                         ▼
//!   auth  (pure: bytes in, headers out)   key · wallet · l1 · l2 · builder
//!                         │
//!   client (each call timed, bounded and logged)  clob · chain · services · signer
//!                         │
//!   engine   probes ──fill──▶ Facts       as concurrent as their needs allow
//!                         │ plain data, serialisable, no secret
//!                     checks ──▶ diagnosis              pure: no await, no clock
//!                         │
//!                      Report
//!             ┌───────────┴───────────┐
//!          render                    tui
//!        text · json              dashboard
//! ```
//!
//! # Modules
//!
//! From the ground up: each names only those above it in this list. Those that are named without a link
//! are parts of the program rather than of the library: they may change at any time.
//!
//! - `assets`: the data files that are part of the program
//! - `text`: what may be shown of a text from outside
//! - `endpoints`: paths of the services
//! - [`secret`]: the one type of a secret
//! - [`cause`]: the vocabulary of root causes, with their words
//! - [`auth`]: keys, wallets, and every kind of signed header
//! - [`settings`]: values with their sources; what is written back to them
//! - [`attribution`]: a builder's trades, and whose they are
//! - [`facts`]: what is known, and the probes that find it out
//! - [`checks`]: the checklist, from facts to findings
//! - [`mod@reference`]: what every error sentence means, and pasted texts taken apart
//! - [`diagnosis`]: from findings to ranked causes
//! - [`report`]: what checks and diagnosis make of the facts
//! - `keys`: what a change to the account's keys means
//! - [`headers`]: the headers of one request, and remarks about it
//! - [`mod@inspect`]: captured requests taken apart, and what is wrong with them
//! - `onboarding`: the set-up wizard without a screen
//! - `sign_server`: the builder signing server
//! - [`sandbox`]: an embedded CLOB that verifies what [`auth`] produces
//! - `client`: the calls, each timed, bounded and logged
//! - [`engine`]: runs the probes
//! - `operations`: what is done with an account's keys, step by step
//! - `watch`: what changed from round to round
//! - `fleet`: many accounts at once
//! - [`render`]: reports as text, JSON, Markdown and `JUnit`
//! - `tui`: the dashboard
//! - `cli`: the commands
//!
//! # Example
//!
//! Which wallets does a key have, and which of them is this funder?
//!
//! ```
//! use polydoctor::auth::{contracts, key, wallet::{WalletKind, WalletMap}};
//! use polydoctor::secret::Secret;
//!
//! let key = Secret::new("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
//! let signer = key::parse(&key).map_err(|mistake| mistake.to_string())?.signer.address();
//! let polygon = contracts::chain(contracts::POLYGON).ok_or("no such chain")?;
//! let wallets = WalletMap::derive(polygon, signer);
//! let funder = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47".parse().map_err(|_| "no address")?;
//! assert_eq!(wallets.kind_of(funder), Some(WalletKind::Safe));
//! # Ok::<(), String>(())
//! ```

mod assets;
pub mod attribution;
pub mod auth;
pub mod cause;
pub mod checks;
#[doc(hidden)]
#[allow(rustdoc::bare_urls, reason = "its docs are help texts, which are read on terminals")]
pub mod cli;
#[doc(hidden)]
pub mod client;
pub mod diagnosis;
#[doc(hidden)]
pub mod endpoints;
pub mod engine;
pub mod facts;
#[doc(hidden)]
pub mod fleet;
pub mod headers;
pub mod inspect;
#[doc(hidden)]
pub mod keys;
#[doc(hidden)]
pub mod onboarding;
mod operations;
pub mod reference;
pub mod render;
pub mod report;
pub mod sandbox;
pub mod secret;
pub mod settings;
#[doc(hidden)]
pub mod sign_server;
mod text;
#[doc(hidden)]
#[cfg(feature = "tui")]
pub mod tui;
#[doc(hidden)]
pub mod watch;
