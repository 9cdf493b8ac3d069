//! draft
pub mod auth;
pub mod checks;
pub mod cli;
pub mod client;
pub mod diagnosis;
pub mod engine;
pub mod render;
pub mod report;
pub mod sandbox;
pub mod secret;
pub mod settings;
pub mod sign_server;
#[cfg(feature = "tui")]
pub mod tui;
