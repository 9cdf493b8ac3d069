//! The accounts of the fleet, as far as they were checked.

use crate::fleet::row::{self, Row};
use crate::tui::field::Field;
use crate::tui::state::App;
use crate::tui::state::task::TaskKind;

#[derive(Debug, Default)]
pub struct State {
    /// The worst first.
    pub(in crate::tui) rows: Vec<Row>,
    /// How many accounts there are; `None` before the first check.
    pub(in crate::tui) wanted: Option<usize>,
    /// A place among the rows that the filter lets pass.
    pub(in crate::tui) cursor: usize,
    pub(in crate::tui) filter: Field,
    /// Why none could be checked.
    pub(in crate::tui) refusal: Option<String>,
}

/// How far the check of a fleet is.
#[derive(Clone, Debug)]
pub enum Progress {
    Begun { wanted: usize },
    Done(Box<Row>),
    Refused(String),
}

impl State {
    pub(in crate::tui) fn take(&mut self, progress: Progress) {
        match progress {
            Progress::Begun { wanted } => *self = Self { wanted: Some(wanted), ..Self::default() },
            Progress::Refused(reason) => *self = Self { refusal: Some(reason), ..Self::default() },
            Progress::Done(row) => {
                // the row under the cursor stays there while others come before it
                let held = self.rows.get(self.cursor).filter(|_| self.cursor > 0).map(|row| row.profile.clone());
                self.rows.push(*row);
                row::sort(&mut self.rows);
                let place = held.and_then(|held| self.rows.iter().position(|row| row.profile == held));
                self.cursor = place.filter(|_| self.filter.is_empty()).unwrap_or(self.cursor);
            }
        }
    }
}

impl App {
    pub(in crate::tui) fn is_checking_fleet(&self) -> bool {
        self.tasks.contains(&TaskKind::CheckFleet)
    }

    pub(in crate::tui) fn can_check_fleet(&self) -> bool {
        !self.about.profiles.is_empty() && !self.is_checking_fleet()
    }
}

impl State {
    /// The rows that the filter lets pass.
    pub(in crate::tui) fn passing(&self) -> Vec<&Row> {
        let wanted = self.filter.text().to_lowercase();
        let fits = |text: &str| text.to_lowercase().contains(&wanted);
        let passes = |row: &&Row| {
            fits(&row.profile) || fits(&row.says) || row.cause.is_some_and(fits) || fits(row.verdict.word())
        };
        self.rows.iter().filter(passes).collect()
    }

    /// The row under the cursor.
    pub(in crate::tui) fn selected(&self) -> Option<&Row> {
        let passing = self.passing();
        passing.get(self.cursor.min(passing.len().checked_sub(1)?)).copied()
    }
}
