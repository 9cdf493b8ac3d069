//! The integration tests: one binary, so that the library is linked once.

#[cfg(feature = "tui")]
mod screens;
