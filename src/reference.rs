//! stub until the reference lands
use crate::checks::Check;
use crate::diagnosis::Cause;

#[derive(Debug)]
pub struct ErrorEntry {
    pub text: String,
    pub status: Option<u16>,
    pub said_by: String,
    pub at: Option<String>,
    pub meaning: String,
    pub causes: Vec<Weighted>,
    pub decides: Vec<String>,
    pub harmless: Option<String>,
    pub myth: Option<String>,
    pub source: Vec<String>,
}

#[derive(Debug)]
pub struct Weighted {
    pub cause: Cause,
    pub weight: f64,
}

#[derive(Clone, Copy)]
pub enum Entry {
    Error(&'static ErrorEntry),
    Cause(Cause),
    Check(&'static Check),
}

pub fn errors() -> &'static [ErrorEntry] {
    &[]
}

pub fn recognise(_raw: &str) -> Vec<&'static ErrorEntry> {
    Vec::new()
}

pub fn search(_query: &str) -> Vec<Entry> {
    Vec::new()
}
