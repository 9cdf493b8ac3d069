//! The integration tests, in one binary so that the crate is linked once.

#![allow(clippy::unwrap_used)]

mod check;
mod diagnosis;
mod explain;
mod program;
mod robust;
mod sandbox;
mod scenarios;
mod screens;
mod secrets;
mod signer;
mod support;
mod terminal;
mod vectors;
mod views;
