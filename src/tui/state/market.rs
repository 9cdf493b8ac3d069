//! Which market the checks are asked about: a name that is being typed.

use crate::facts::{MarketName, MarketQuestion, NotAMarket};
use crate::tui::field::Field;

/// What is being entered.
#[derive(Clone, Debug, Default)]
pub struct Market {
    pub(in crate::tui) text: Field,
    /// Why the text names no market.
    pub(in crate::tui) problem: Option<String>,
}

impl Market {
    /// With the market that the checks are about now.
    pub(in crate::tui) fn of(question: Option<&MarketQuestion>) -> Self {
        let text = question.map_or_else(Field::default, |question| Field::of(&question.name.typed()));
        Self { text, problem: None }
    }

    /// What the text asks for; no text asks for nothing.
    pub(in crate::tui) fn question(&self) -> Result<Option<MarketQuestion>, NotAMarket> {
        if self.text.text().trim().is_empty() {
            return Ok(None);
        }
        let name = self.text.text().parse::<MarketName>()?;
        Ok(Some(MarketQuestion { name, outcome: None, order: None }))
    }
}
