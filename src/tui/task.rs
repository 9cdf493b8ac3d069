//! Work beside the run: what the dashboard asks for, and what comes back.
//!
//! The dashboard says what with [`Command::Start`](super::app::Command::Start); `cli/dashboard` does
//! it; what it finds arrives as [`News`]. A task is cancelled by dropping it.

use tokio::sync::mpsc;

use crate::headers::{Level, Shown};
use crate::secret::Secret;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Makes the CLOB read balance and allowance from the chain again:
    /// `GET /balance-allowance/update`.
    UpdateBalance,
    /// Signs a request, for the panel that shows what is signed. Nothing is sent.
    SignHeaders(Box<ToSign>),
}

/// Of each kind one task goes on at a time; another one takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    UpdateBalance,
    SignHeaders,
}

impl Task {
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::UpdateBalance => TaskKind::UpdateBalance,
            Self::SignHeaders(_) => TaskKind::SignHeaders,
        }
    }
}

impl TaskKind {
    /// Whether the screen shows that it goes on, and so is drawn again and again meanwhile. Work that
    /// goes on for as long as a panel is shown must not.
    pub fn moves(self) -> bool {
        match self {
            Self::UpdateBalance => true,
            Self::SignHeaders => false,
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
    HeadersSigned(Box<SignedSets>),
}

/// A request that is to be signed at every level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToSign {
    pub method: String,
    pub path: String,
    pub body: Option<String>,
    /// Unix seconds; now where there are none.
    pub timestamp: Option<i64>,
    /// How far this clock is ahead of the one that `now` is stamped by, in seconds.
    pub ahead_s: i64,
    /// The levels whose headers become one command of curl.
    pub copy: &'static [Level],
}

/// What may be shown of a signed request: neither a passphrase nor a whole signature is in it.
#[derive(Clone, Debug)]
pub struct SignedSets {
    /// Unix seconds.
    pub timestamp: i64,
    pub sets: Vec<(Level, Result<Shown, String>)>,
    /// The command to copy, if one was asked for.
    pub curl: Option<Result<Secret, String>>,
}

/// Where a task puts its news.
pub type Post = mpsc::UnboundedSender<News>;
