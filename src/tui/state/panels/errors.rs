//! What is looked for in the error reference.

use crate::tui::field::Field;

#[derive(Debug, Default)]
pub struct State {
    /// What is looked for.
    pub(in crate::tui) query: Field,
}
