//! Replacing the API key: created at a new nonce, proved, written where the old one is, and only
//! then the old one deleted. Stopped at any point, it can be taken up again at the same nonce.

use std::time::Duration;

use alloy_primitives::U256;

#[cfg(feature = "tui")]
use super::destination::Destination;
use super::operator::Operator;
use super::undone::{Stopped, Undone};
use crate::auth::l2::ApiCredentials;
use crate::cause::Cause;
use crate::checks::network_cause;
use crate::client::account::AccountError;
use crate::facts::Failure;
use crate::keys::Change;

/// So many nonces behind the old one are tried for a free one.
const TRIED: u64 = 20;
const PAUSE: Duration = Duration::from_secs(5);

/// A replacement that has not begun: where it goes is known.
pub(crate) struct Rotation {
    pub(crate) old: ApiCredentials,
    pub(crate) nonce: U256,
    /// What the nonce holds already, made by a rotation that was stopped.
    pub(crate) existing: Option<ApiCredentials>,
}

/// A new key beside the old one.
pub(crate) struct Replacement {
    pub(crate) nonce: U256,
    pub(crate) credentials: ApiCredentials,
    pub(crate) old: ApiCredentials,
}

/// What became of the old key.
#[derive(Debug)]
pub(crate) enum Old {
    Deleted,
    /// It does not pass any more, so there was nothing to delete.
    Gone(Failure),
}

impl Rotation {
    /// The first nonce that a rotation of this account may use.
    pub(crate) fn first_nonce(operator: &Operator) -> Result<U256, Stopped> {
        Ok(operator.nonce()?.saturating_add(U256::from(1)))
    }

    /// Finds the nonce: the one that was asked for, with what it holds, or the next free one.
    pub(crate) async fn plan(operator: &Operator, old: ApiCredentials, to: Option<U256>) -> Result<Self, Stopped> {
        if let Some(nonce) = to {
            let existing = operator.derive(nonce).await?;
            if existing.as_ref().is_some_and(|existing| existing.key == old.key) {
                return Err(Stopped::Setting(format!("nonce {nonce} has the key that is to be replaced")));
            }
            return Ok(Self { old, nonce, existing });
        }
        let first = Self::first_nonce(operator)?;
        for further in 0..TRIED {
            let nonce = first.saturating_add(U256::from(further));
            if operator.derive(nonce).await?.is_none() {
                return Ok(Self { old, nonce, existing: None });
            }
        }
        let full = format!("the {TRIED} nonces from {first} on all have keys; choose a free one with --to-nonce");
        Err(Stopped::Setting(full))
    }

    /// Creates the key, unless the nonce holds one.
    pub(crate) async fn create(self, operator: &Operator) -> Result<Replacement, Stopped> {
        let Self { old, nonce, existing } = self;
        let credentials = match existing {
            Some(credentials) => credentials,
            None => match operator.account.create_api_key(nonce).await {
                Ok(credentials) => credentials,
                Err(error) => return Err(operator.explain_creation(nonce, error).await),
            },
        };
        Ok(Replacement { nonce, credentials, old })
    }
}

impl Replacement {
    /// The command that takes it up again.
    pub(crate) fn again(&self) -> String {
        format!("polydoctor keys rotate --to-nonce {}", self.nonce)
    }

    /// A signed request with the new credentials, again while they are too new to be taken; each
    /// refusal that is waited out is told.
    pub(crate) async fn prove(
        &self,
        operator: &Operator,
        wait: Duration,
        mut refused: impl FnMut(&Failure),
    ) -> Result<(), Stopped> {
        let mut left = wait;
        loop {
            let failure = match operator.account.api_keys(&self.credentials).await {
                Ok(_) => return Ok(()),
                Err(AccountError::Failure(failure)) => failure,
                Err(error) => return Err(operator.explain("The new key could not be tested", error).await),
            };
            if failure.is_refusal() && !left.is_zero() {
                refused(&failure);
                let pause = PAUSE.min(left);
                tokio::time::sleep(pause).await;
                left = left.saturating_sub(pause);
                continue;
            }
            let undone = if failure.is_refusal() {
                Undone::not_done("The new key is not accepted, so nothing was switched and the old one stays")
                    .by(Cause::CredentialsJustCreated)
            } else {
                Undone::unknown(
                    "Whether the new key is accepted could not be determined, so nothing was switched and the old one stays",
                )
                .by(network_cause(&failure).0)
            };
            return Err(undone.because(failure).command(self.again()).into());
        }
    }

    /// Writes the new credentials in place of the old ones.
    #[cfg(feature = "tui")]
    pub(crate) fn switch(&self, destination: &Destination) -> Result<(), Stopped> {
        let written = destination.write(&self.credentials, Some(self.nonce));
        written.map_err(|error| self.unsaved().because(error).into())
    }

    /// That the new key was not saved; the reason is for the caller to add.
    pub(crate) fn unsaved(&self) -> Undone {
        Undone::not_done("The new key is accepted, but was not saved: the old one stays in use")
            .fixed_by("Nothing is lost: this continues the rotation")
            .command(self.again())
    }

    /// The deletion of the old key.
    pub(crate) fn deletion(&self, operator: &Operator) -> Change {
        Change::DeleteApiKey { key: operator.id(&self.old.key) }
    }

    pub(crate) async fn delete_old(&self, operator: &Operator) -> Result<Old, Stopped> {
        match operator.account.delete_api_key(&self.old).await {
            Ok(()) => Ok(Old::Deleted),
            Err(AccountError::Failure(failure)) if failure.is_refusal() => Ok(Old::Gone(failure)),
            Err(error) => {
                let summary = "The new key is in use; the old one was not deleted";
                Err(match operator.explain_change(&self.deletion(operator), summary, error).await {
                    Stopped::Undone(undone) => undone.because("the new key is saved and in use").into(),
                    setting @ Stopped::Setting(_) => setting,
                })
            }
        }
    }
}
