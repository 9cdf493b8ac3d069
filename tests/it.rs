//! The integration tests, in one binary so that the crate is linked once.

#![allow(clippy::unwrap_used)]

#[path = "it/robust.rs"]
mod robust;
#[path = "it/sandbox.rs"]
mod sandbox;
#[path = "it/scenarios.rs"]
mod scenarios;
#[path = "it/signer.rs"]
mod signer;
#[path = "it/support.rs"]
mod support;
#[path = "it/views.rs"]
mod views;
