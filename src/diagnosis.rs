//! From facts to ranked root causes.

use serde::Serialize;
use serde_json::{Map, Value};

/// A root cause with what speaks for it and what mends it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    /// A name of the vocabulary, such as `funder-is-signer`.
    pub cause: &'static str,
    pub title: String,
    /// In [0, 1].
    pub likelihood: f64,
    pub because: Vec<String>,
    /// What it explains: error sentences and ids of checks.
    pub explains: Vec<String>,
    pub fix: DiagnosisFix,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DiagnosisFix {
    pub text: String,
    /// Setting values that would repair it, where they are known.
    pub settings: Map<String, Value>,
    pub commands: Vec<String>,
}
