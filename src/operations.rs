//! What is done with the keys of an account, for the command line and the dashboard alike.
//!
//! An [`Operator`] has the account and says what a refusal means; [`Rotation`] replaces the API key
//! step by step; a [`Destination`] is where credentials are written. Nothing here prints or asks:
//! whoever drives it does that between the steps.

mod destination;
mod operator;
mod rotation;
mod undone;

pub(crate) use self::destination::{Destination, Kind, Names, SaveTarget, Unusable};
pub(crate) use self::operator::{Operator, Signing, already_used, derive_plan, no_key};
pub(crate) use self::rotation::{Old, Replacement, Rotation};
pub(crate) use self::undone::{Outcome, Stopped, Undone};
