//! Work beside the run: what the dashboard asks for, and what comes back.
//!
//! The dashboard says what with [`Command::Start`](super::app::Command::Start); `cli/dashboard` does
//! it; what it finds arrives as [`News`]. A task is cancelled by dropping it.

use tokio::sync::mpsc;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Makes the CLOB read balance and allowance from the chain again:
    /// `GET /balance-allowance/update`.
    UpdateBalance,
}

/// Of each kind one task goes on at a time; another one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    UpdateBalance,
}

impl Task {
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::UpdateBalance => TaskKind::UpdateBalance,
        }
    }
}

impl TaskKind {
    /// Whether the screen shows that it goes on, and so is drawn again and again meanwhile. Work that
    /// goes on for as long as a panel is shown must not.
    pub fn moves(self) -> bool {
        match self {
            Self::UpdateBalance => true,
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
}

/// Where a task puts its news.
pub type Post = mpsc::UnboundedSender<News>;
