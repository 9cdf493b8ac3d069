//! Which checks a report shows.

use std::collections::BTreeSet;

use crate::checks::with_needs;

/// Some checks and what they need, less those that are left out; by default every check.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// `None` for every check.
    wanted: Option<BTreeSet<&'static str>>,
    left_out: BTreeSet<String>,
}

impl Selection {
    /// These checks and those that they need (every check for none), less those to `skip`.
    pub fn new(ids: &[String], skip: &[String]) -> Self {
        let wanted = (!ids.is_empty()).then(|| with_needs(ids.iter().map(String::as_str)));
        Self { wanted, left_out: skip.iter().cloned().collect() }
    }

    /// These checks alone.
    pub fn these(ids: impl IntoIterator<Item = &'static str>) -> Self {
        Self { wanted: Some(ids.into_iter().collect()), left_out: BTreeSet::new() }
    }

    /// Whether the check with this id is shown.
    pub fn shows(&self, id: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.contains(id)) && !self.leaves_out(id)
    }

    /// Whether it was to be left out.
    pub fn leaves_out(&self, id: &str) -> bool {
        self.left_out.contains(id)
    }

    /// Whether it is the whole checklist, but for what is left out.
    pub fn is_whole(&self) -> bool {
        self.wanted.is_none()
    }
}
