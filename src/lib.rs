//! draft
pub mod auth;
pub mod checks;
pub mod client;
pub mod diagnosis;
pub mod engine;
pub mod report;
pub mod secret;
pub mod settings;
