//! Both listings of trades read side by side, page by page, and set beside each other.

use super::account::{Account, AccountError};
use super::clob;
use super::trades::{By, Filter, Listing, Page, Source};
use crate::attribution::{AccountIdentity, BuilderTrade, Coverage, ListingSide, OwnTrade, Reconciler, Reconciliation};
use crate::auth::builder::builder_key_created_ms;
use crate::facts::Setup;

/// A comparison in the course of being made. Dropping a step half-way loses nothing.
pub struct Comparison<'a> {
    account: &'a Account,
    whose: AccountIdentity,
    own: Listing<'a>,
    listed: Listing<'a>,
    both: Reconciler,
    /// The service's clock, by the last answer.
    now_s: Option<i64>,
}

impl<'a> Comparison<'a> {
    /// `builder` is what the builder's trades are asked for by. Asks for API credentials where none are
    /// configured.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] without a funder, and those of deriving credentials.
    pub async fn new(account: &'a Account, builder: Source, filter: &Filter) -> Result<Self, AccountError> {
        let maker = Setup::of(account.settings(), false).maker().ok_or_else(|| {
            AccountError::Setting("no funder is set, so its trades cannot be read; set POLYMARKET_FUNDER".to_owned())
        })?;
        let credentials = account.credentials_or_derived().await?;
        let key = account.settings().builder.key.as_ref().filter(|_| builder.by() == By::Key);
        let made_ms = key.and_then(|key| builder_key_created_ms(&key.value));
        let whose = AccountIdentity {
            maker,
            api_key: Some(credentials.key.clone()),
            builder_key_made_s: made_ms.map(|ms| (ms / 1000).cast_signed()),
        };
        Ok(Self {
            account,
            own: Listing::new(account, Source::Own { maker, credentials }, filter, None),
            listed: Listing::new(account, builder, filter, None),
            both: Reconciler::new(whose.clone()),
            whose,
            now_s: None,
        })
    }

    pub fn whose(&self) -> &AccountIdentity {
        &self.whose
    }

    /// What is read so far.
    pub fn progress(&self) -> &Reconciler {
        &self.both
    }

    /// Reads one page of the listing that is behind; false when both are read to their ends.
    ///
    /// # Errors
    ///
    /// Those of [`Listing::next`].
    pub async fn step(&mut self) -> Result<bool, AccountError> {
        let side = match (self.own.cursor(), self.listed.cursor()) {
            (None, None) => return Ok(false),
            (None, Some(_)) => ListingSide::Listed,
            (Some(_), None) => ListingSide::Own,
            (Some(_), Some(_)) => self.both.behind(),
        };
        let page = match side {
            ListingSide::Own => self.own.next().await?,
            ListingSide::Listed => self.listed.next().await?,
        };
        let Some(Page { rows, date_s }) = page else { return Ok(true) };
        self.now_s = date_s.or(self.now_s);
        for row in rows.iter().map(|row| clob::row(row)) {
            match side {
                ListingSide::Own => {
                    if let Some(trade) = OwnTrade::read(&row, self.whose.maker) {
                        self.both.add_own(trade);
                    }
                }
                ListingSide::Listed => {
                    if let Some(trade) = BuilderTrade::read(&row) {
                        self.both.add_listed(&trade);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Judges what was read, be it all or not.
    pub fn judge(&self) -> Reconciliation {
        let read =
            |listing: &Listing<'_>| if listing.cursor().is_none() { Coverage::Complete } else { Coverage::Partial };
        let now_s = self.now_s.unwrap_or_else(|| self.account.timestamp());
        self.both.judge(now_s, read(&self.own), read(&self.listed))
    }
}
