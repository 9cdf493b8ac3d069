//! The checklist: a table of checks, each a pure function from facts to a finding.
//!
//! Words that never change, the title of a check and why it matters, live in `assets/checks.toml`;
//! judgement lives here, one file a group.
//!
//! ```
//! use polydoctor::checks::{self, CHECKS};
//!
//! let check = checks::find("wallet.funder").unwrap();
//! assert!(CHECKS.iter().any(|other| other.id == check.id));
//! assert_eq!(checks::words(check.id).title, "Is the funder the wallet that this key controls?");
//! ```

mod account;
mod builder;
mod clock;
mod credentials;
mod finding;
mod funder;
mod live;
mod market;
mod order;
mod ownership;
mod region;
mod relayer;
mod secrets;
mod setup;
mod table;
mod trading;
mod us;
mod wallet;
mod words;

pub use builder::signer_offset;
pub use clock::{clock_status, drift_status, network_cause, network_certainty};
pub use credentials::{secret_form, short};
pub use finding::{Evidence, Finding, Fix, Role, Status, Suspicion, Tries, Try};
pub use live::{channel_answer, is_right_triple};
pub use order::{accepted_wallet, order_proof, verdict};
#[cfg(feature = "tui")]
pub(crate) use ownership::{KeyRole, date, standing};
pub use relayer::{is_quota, nonces_apart, relayer_transactions, transaction_words};
pub use table::{CHECKS, Check, MARKET, find, probes_of, reads_of, with_needs};
pub use trading::trading_address;
pub use us::{ELSEWHERE, drift as us_drift};
pub use wallet::{account_wallet, collateral, dollars, holds_collateral};
pub use words::{Words, words};
