//! The integration tests, in one binary so that the crate is linked once.

mod check;
mod diagnosis;
mod program;
mod screens;
mod secrets;
mod terminal;
mod vectors;
