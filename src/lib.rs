//! draft
pub mod auth;
pub mod checks;
pub mod diagnosis;
pub mod engine;
pub mod report;
pub mod secret;
pub mod settings;
#[cfg(feature = "tui")]
pub mod tui;
