//! Pages that lie over the panels and are only read.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    Help,
    /// The answer to an error that was reported just now.
    Told,
}
