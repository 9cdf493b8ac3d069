//! Work beside the run: what the dashboard asks for, and what comes back.
//!
//! The dashboard says what with [`Command::Start`](super::app::Command::Start); `cli/dashboard` does
//! it; what it finds arrives as [`News`]. A task is cancelled by dropping it.

use serde_json::{Map, Value};
use tokio::sync::mpsc;

use super::panels::builder::BuilderNews;
use super::panels::headers::{SignedSets, ToSign};
use crate::engine::facts::ClockReading;
use crate::settings::edit::DiffLine;
use crate::settings::fix::ByHand;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Makes the CLOB read balance and allowance from the chain again:
    /// `GET /balance-allowance/update`.
    UpdateBalance,
    /// Signs a request, for the panel that shows what is signed. Nothing is sent.
    SignHeaders(Box<ToSign>),
    /// Reads the server's clock until it is dropped: so many times with a second between, then now
    /// and again.
    ReadClock { quick: usize },
    /// Reads the first page of a builder's trades, and the boards.
    LookAtBuilder,
    /// Reads on in a builder's trades: a page, or to the end.
    BuilderTrades { cursor: String, all: bool },
    /// Sets all own trades beside the builder's.
    Reconcile,
    /// Writes a text to a new file in the working folder.
    SaveReport(String),
    /// Finds out how a fix can be made where the settings came from; writes nothing.
    PlanFix(Map<String, Value>),
    /// Writes the fix that was planned last.
    ApplyFix,
}

/// Of each kind one task goes on at a time; another one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    UpdateBalance,
    SignHeaders,
    ReadClock,
    LookAtBuilder,
    BuilderTrades,
    Reconcile,
    SaveReport,
    Fix,
}

impl Task {
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::UpdateBalance => TaskKind::UpdateBalance,
            Self::SignHeaders(_) => TaskKind::SignHeaders,
            Self::ReadClock { .. } => TaskKind::ReadClock,
            Self::LookAtBuilder => TaskKind::LookAtBuilder,
            Self::BuilderTrades { .. } => TaskKind::BuilderTrades,
            Self::Reconcile => TaskKind::Reconcile,
            Self::SaveReport(_) => TaskKind::SaveReport,
            Self::PlanFix(_) | Self::ApplyFix => TaskKind::Fix,
        }
    }
}

impl TaskKind {
    /// Whether the screen shows that it goes on, and so is drawn again and again meanwhile. Work that
    /// goes on for as long as a panel is shown must not.
    pub fn moves(self) -> bool {
        match self {
            Self::UpdateBalance => true,
            // news of each page of a listing draws the screen
            Self::LookAtBuilder
            | Self::BuilderTrades
            | Self::Reconcile
            | Self::ReadClock
            | Self::SignHeaders
            | Self::SaveReport
            | Self::Fix => false,
        }
    }
}

/// What a task found, or how far it is.
#[derive(Debug)]
pub enum News {
    /// A sentence for the footer.
    Said(String),
    /// Whether the CLOB has read the balance again, or why not.
    BalanceUpdated(Result<(), String>),
    /// What may be shown of a signed request.
    HeadersSigned(Box<SignedSets>),
    Builder(BuilderNews),
    /// A reading of the server's clock, or why it came to nothing.
    Clock(Result<ClockReading, String>),
    /// Or why the files cannot be changed.
    FixPlanned(Result<FixPlan, String>),
    /// What was done, in a sentence, or why it was not.
    FixApplied(Result<String, String>),
}

/// How a fix can be made.
#[derive(Clone, Debug, Default)]
pub struct FixPlan {
    pub files: Vec<FilePlan>,
    /// What no change of a file can mend.
    pub by_hand: Vec<ByHand>,
}

/// How one settings file changes.
#[derive(Clone, Debug)]
pub struct FilePlan {
    pub path: String,
    pub is_new: bool,
    pub diff: Vec<DiffLine>,
}

/// Where a task puts its news.
pub type Post = mpsc::UnboundedSender<News>;
