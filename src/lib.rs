//! draft
pub mod auth;
pub mod secret;
