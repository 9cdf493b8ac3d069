//! What a builder's trades come to, and which of an account's own trades are not among them.
//!
//! All of it is pure: rows of the two listings go in, in whatever pages they arrive, and totals or a
//! [`Reconciliation`] come out. The check `builder.attribution`, the commands and the panel judge with
//! this and nothing else.
//!
//! * [`amount`]: money without floats
//! * [`trade`]: the records of both listings
//! * [`totals`]: sums by market, side, status and day
//! * [`reconcile`]: the two listings side by side
//!
//! ```
//! use polydoctor::attribution::Amount;
//!
//! let size: Amount = "12.5".parse().unwrap();
//! assert_eq!(size.base_units(), 12_500_000);
//! ```

pub mod amount;
mod pool;
pub mod reconcile;
pub mod totals;
pub mod trade;

pub use amount::Amount;
pub use reconcile::{AccountIdentity, Coverage, ListingSide, Reason, Reconciler, Reconciliation, Unlisted};
pub use totals::{Sum, Totals};
pub use trade::{BuilderTrade, OwnTrade};
