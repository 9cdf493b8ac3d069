//! draft
pub mod facts;
pub mod probe;
