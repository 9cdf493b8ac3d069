//! The filter of the checklist.

use std::collections::BTreeSet;

use crate::tui::field::Field;

#[derive(Debug, Default)]
pub struct State {
    pub filter: Field,
    pub problems_only: bool,
    /// The checks that the filter leads to as an error sentence.
    pub matched_checks: BTreeSet<&'static str>,
}
