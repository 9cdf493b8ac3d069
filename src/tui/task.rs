//! Work beside the run: what the dashboard asks for, and what comes back.
//!
//! The dashboard says what with [`Command::Start`](super::app::Command::Start); `cli/dashboard` does
//! it; what it finds arrives as [`News`]. A task is cancelled by dropping it.

use tokio::sync::mpsc;

use crate::engine::facts::ClockReading;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Makes the CLOB read balance and allowance from the chain again:
    /// `GET /balance-allowance/update`.
    UpdateBalance,
    /// Reads the server's clock until it is dropped: so many times with a second between, then now
    /// and again.
    ReadClock { quick: usize },
}

/// Of each kind one task goes on at a time; another one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    UpdateBalance,
    ReadClock,
}

impl Task {
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::UpdateBalance => TaskKind::UpdateBalance,
            Self::ReadClock { .. } => TaskKind::ReadClock,
        }
    }
}

impl TaskKind {
    /// Whether the screen shows that it goes on, and so is drawn again and again meanwhile. Work that
    /// goes on for as long as a panel is shown must not.
    pub fn moves(self) -> bool {
        match self {
            Self::UpdateBalance => true,
            Self::ReadClock => false,
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
    /// A reading of the server's clock, or why it came to nothing.
    Clock(Result<ClockReading, String>),
}

/// Where a task puts its news.
pub type Post = mpsc::UnboundedSender<News>;
