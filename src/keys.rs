//! Keys of an account: what a change to them does and breaks, and what their nonces are.
//!
//! Pure. `client::keys` sends what is described here; the `keys` command and the dashboard say it
//! first, and ask.

mod changes;
mod nonces;

pub use changes::{Change, Planned, RevokeAs, SignedWith};
pub use nonces::{NONCES, belongs_to, due};
