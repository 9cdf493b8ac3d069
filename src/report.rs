//! The report: what checks and diagnosis make of the facts. Never stored, only recomputed.

use alloy_primitives::Address;
use serde::Serialize;

use crate::auth::wallet::SignatureType;
use crate::checks::{Evidence, Fix, Status};
use crate::diagnosis::Diagnosis;
use crate::engine::facts::{Facts, RequestRecord};

/// The state of the account in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Healthy,
    /// Warnings only.
    Degraded,
    /// Nothing failed, something could not be found out.
    Incomplete,
    /// Something failed.
    Broken,
}

/// One row of the checklist with what it found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckReport {
    pub id: &'static str,
    #[serde(skip)]
    pub group: &'static str,
    pub title: String,
    pub status: Status,
    pub summary: String,
    pub evidence: Vec<Evidence>,
    pub why: String,
    pub fix: Option<Fix>,
    pub needs: &'static [&'static str],
    /// The check that keeps this one from running.
    pub blocked_by: Option<&'static str>,
    /// Of its slowest probe; `None` when nothing was asked.
    pub elapsed_ms: Option<u64>,
    /// While running: since when, in milliseconds after the start of the run.
    #[serde(skip)]
    pub running_since_ms: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    pub clob_url: String,
    pub chain_id: u64,
    pub protocol_version: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    pub signer: Option<Address>,
    pub signature_type: Option<SignatureType>,
    pub funder: Option<Address>,
    pub derived: Option<DerivedWallets>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DerivedWallets {
    pub proxy: Address,
    pub safe: Address,
    pub deposit_wallet_uups: Address,
    pub deposit_wallet_beacon: Option<Address>,
}

/// Everything that is shown or printed; the order of fields is that of the JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub schema: u32,
    pub tool: Tool,
    /// RFC 3339, UTC.
    pub started_at: String,
    pub elapsed_ms: u64,
    pub profile: String,
    pub target: Target,
    pub account: Account,
    pub verdict: Verdict,
    pub diagnoses: Vec<Diagnosis>,
    pub checks: Vec<CheckReport>,
    pub requests: Vec<RequestRecord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    pub name: &'static str,
    pub version: &'static str,
}

impl Report {
    /// Judges the facts: every check, then the diagnosis.
    pub fn of(_facts: &Facts) -> Self {
        unimplemented!("follows")
    }

    pub fn check(&self, id: &str) -> Option<&CheckReport> {
        self.checks.iter().find(|check| check.id == id)
    }

    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    /// Whether every check has come to an end.
    pub fn is_settled(&self) -> bool {
        self.checks.iter().all(|check| check.status.is_settled())
    }
}
