//! draft
pub mod auth;
pub mod sandbox;
pub mod secret;
pub mod sign_server;
