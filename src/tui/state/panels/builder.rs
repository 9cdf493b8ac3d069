//! What was read of a builder: trades, boards, the comparison with the account's own trades.

use crate::attribution::{BuilderTrade, Reconciliation, Totals};
use crate::client::boards::Boards;
use crate::tui::field::Field;
use crate::tui::state::{App, Phase};

/// Trades that are kept for the table; the sums hold all that were read.
const MOST: usize = 5_000;

/// What the panel shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) enum View {
    #[default]
    Overview,
    Trades,
    Missing,
}

impl View {
    pub(in crate::tui) fn next(self) -> Self {
        match self {
            Self::Overview => Self::Trades,
            Self::Trades => Self::Missing,
            Self::Missing => Self::Overview,
        }
    }
}

/// How far the listing of trades was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) enum Reading {
    #[default]
    NotYet,
    /// There is more behind this cursor.
    More(String),
    Whole,
    Failed(String),
}

#[derive(Debug, Default)]
pub struct State {
    pub(in crate::tui) view: View,
    pub(in crate::tui) trades: Vec<BuilderTrade>,
    pub(in crate::tui) totals: Totals,
    pub(in crate::tui) reading: Reading,
    /// Of all trades; the checklist has that of the newest.
    pub(in crate::tui) compared: Option<Reconciliation>,
    /// Why that is not the whole.
    pub(in crate::tui) not_compared: Option<String>,
    pub(in crate::tui) boards: Option<Result<Boards, String>>,
    pub(in crate::tui) filter: Field,
    /// The row, or in the overview the line, that is kept in sight.
    pub(in crate::tui) cursor: usize,
}

/// What a task about the builder found, or how far it is.
#[derive(Debug)]
pub enum BuilderNews {
    /// A page of trades, and the cursor of the next one.
    Trades(Vec<BuilderTrade>, Option<String>),
    NoTrades(String),
    /// What both listings come to so far.
    Compared(Reconciliation),
    NotCompared(String),
    Boards(Result<Boards, String>),
}

impl State {
    pub(in crate::tui) fn take(&mut self, news: BuilderNews) {
        match news {
            BuilderNews::Trades(trades, next) => {
                for trade in &trades {
                    self.totals.add(trade);
                }
                let room = MOST.saturating_sub(self.trades.len());
                self.trades.extend(trades.into_iter().take(room));
                self.reading = next.map_or(Reading::Whole, Reading::More);
            }
            BuilderNews::NoTrades(why) => self.reading = Reading::Failed(why),
            BuilderNews::Compared(found) => (self.compared, self.not_compared) = (Some(found), None),
            BuilderNews::NotCompared(why) => self.not_compared = Some(why),
            BuilderNews::Boards(found) => self.boards = Some(found),
        }
    }

    /// Where to read on.
    pub(in crate::tui) fn unread(&self) -> Option<&str> {
        match &self.reading {
            Reading::More(cursor) => Some(cursor),
            _ => None,
        }
    }
}

impl App {
    /// Whether there is a builder to ask about, and nothing else is being found out.
    pub(in crate::tui) fn can_ask_of_builder(&self) -> bool {
        let setup = &self.facts.setup;
        let may_ask = self.phase() == Phase::Over && !setup.offline && self.is_live();
        may_ask && (setup.builder_code.is_some() || setup.builder.is_some())
    }
}
