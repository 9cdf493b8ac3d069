//! The account, the credentials to sign with, and what a refusal means.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};

use super::undone::{Stopped, Undone};
use crate::auth::l2::ApiCredentials;
use crate::cause::Cause;
use crate::checks::{network_cause, probes_of, short};
use crate::client::account::{Account, AccountError};
use crate::endpoints;
use crate::engine::Engine;
use crate::facts::Failure;
use crate::keys::{Change, Planned, SignedWith};
use crate::report::{Report, Selection};
use crate::settings::selecting;

/// Behind why the answer to a change says nothing.
const UNSAID: &str = "whether it was done could not be determined: the request may have arrived";
const LOOK: &str = "Check before you try again";

pub(crate) struct Operator {
    pub(crate) account: Account,
    /// Of the process: it tells whose a profile is that reads its key there.
    pub(crate) environment: BTreeMap<String, String>,
    /// Whether a refusal is followed by the checks that tell why. The dashboard runs them itself.
    pub(crate) diagnoses: bool,
}

/// Credentials to sign with, and whose they are in words.
pub(crate) struct Signing {
    pub(crate) credentials: ApiCredentials,
    pub(crate) whose: String,
    /// Why they are not the configured ones, although some are configured.
    pub(crate) note: Option<&'static str>,
}

impl Operator {
    /// # Errors
    ///
    /// Why no usable private key.
    pub(crate) fn signer(&self) -> Result<Address, Stopped> {
        Ok(self.account.signer().map_err(Stopped::by_setting)?.address())
    }

    /// A command of this program about the same account.
    pub(crate) fn command(&self, command: &str) -> String {
        selecting(command, &self.account.settings().selection)
    }

    /// The id of a key, fit to be shown: where a secret stands in its place, only the beginning of that.
    pub(crate) fn id(&self, key: &str) -> String {
        let is_secret = self.account.settings().secrets().iter().any(|secret| secret.expose() == key);
        if is_secret { short(key) } else { key.to_owned() }
    }

    pub(crate) fn nonce(&self) -> Result<U256, Stopped> {
        self.account.nonce().map_err(Stopped::by_setting)
    }

    /// Who, and where: `0x… at https://clob.polymarket.com`.
    pub(crate) fn account_text(&self) -> String {
        let signer =
            self.account.signer().map_or_else(|_| "no signer".to_owned(), |signer| signer.address().to_string());
        let profile = self.account.settings().key_profile.as_ref();
        let profile = profile.map(|profile| format!(", profile {}", profile.name)).unwrap_or_default();
        match self.account.clob_url() {
            Ok(url) => format!("{signer}{profile}, at {}", crate::settings::shown_url(url)),
            Err(_) => signer + &profile,
        }
    }

    /// The credentials that calls are signed with.
    pub(crate) async fn signing(&self) -> Result<Signing, Stopped> {
        let deriving = self.account.nonce_to_derive().map_err(Stopped::by_setting)?;
        let parts = &self.account.settings().credentials;
        let is_part = deriving.is_some() && parts.whole().is_none() && !parts.is_empty();
        let note = is_part.then_some("The configured API credentials are not complete; the derived ones are used");
        let whose = match (deriving, &parts.key) {
            (None, Some(key)) => format!("the configured one ({})", key.source),
            (nonce, _) => format!("that of nonce {}", nonce.unwrap_or_default()),
        };
        match (self.account.credentials_or_derived().await, deriving) {
            (Ok(credentials), _) => Ok(Signing { credentials, whose, note }),
            (Err(AccountError::Failure(failure)), Some(nonce)) if failure.says_no_key() => Err(no_key(nonce).into()),
            (Err(error), _) => Err(self.explain("Could not get credentials to sign with", error).await),
        }
    }

    /// What is sent before a signed call, to have the credentials.
    pub(crate) fn signing_plan(&self) -> Vec<Planned> {
        let derives = !matches!(self.account.nonce_to_derive(), Ok(None));
        derives.then(derive_plan).into_iter().collect()
    }

    pub(crate) async fn derive(&self, nonce: U256) -> Result<Option<ApiCredentials>, Stopped> {
        match self.account.derive(nonce).await {
            Ok(derived) => Ok(derived),
            Err(error) => {
                Err(self.explain(&format!("The credentials of nonce {nonce} could not be derived"), error).await)
            }
        }
    }

    /// What an error of a read means, with the root cause where the checklist finds one.
    pub(crate) async fn explain(&self, summary: &str, error: AccountError) -> Stopped {
        let failure = match error {
            AccountError::Setting(text) => return Stopped::Setting(text),
            AccountError::Failure(failure) => failure,
        };
        if failure.is_refusal() {
            return self.diagnose(summary, &failure).await.into();
        }
        let cause = network_cause(&failure).0;
        Undone::unknown(summary).by(cause).because(failure).into()
    }

    /// What an error of a change means: where no answer of the service says no, it may have been made.
    /// `summary` is said where it was not.
    pub(crate) async fn explain_change(&self, change: &Change, summary: &str, error: AccountError) -> Stopped {
        match error {
            AccountError::Failure(ref failure) if error.may_have_arrived() => {
                let cause = network_cause(failure).0;
                perhaps(change, failure).by(cause).fixed_by(LOOK).command(change.look()).into()
            }
            error => self.explain(summary, error).await,
        }
    }

    /// Runs the part of the checklist that tells why credentials are refused.
    async fn diagnose(&self, summary: &str, failure: &Failure) -> Undone {
        const CHECKS: [&str; 4] = ["clock.drift", "creds.nonce", "creds.match", "creds.l2"];
        let undone = Undone::not_done(summary).because(failure);
        if !self.diagnoses {
            return undone;
        }
        let engine = Engine::new(self.account.settings().clone(), false, &[]);
        engine.run(&probes_of(CHECKS)).await;
        let selection = Selection::new(&CHECKS.map(str::to_owned), &[]);
        let report = Report::by(&engine.facts().borrow(), &selection);
        match report.diagnoses.first() {
            Some(diagnosis) => undone.diagnosed(diagnosis),
            None => undone
                .fixed_by("The checks of key, clock and credentials found no problem: run the whole checklist")
                .command("polydoctor check"),
        }
    }

    /// What became of a creation at this nonce.
    pub(crate) async fn explain_creation(&self, nonce: U256, error: AccountError) -> Stopped {
        let summary = format!("No API key was created at nonce {nonce}");
        let change = Change::CreateApiKey { nonce };
        match &error {
            AccountError::Failure(failure @ Failure::Refused { status: 400, .. }) => {
                let undone = Undone::not_done(&summary).because(failure);
                match self.derive(nonce).await {
                    Ok(Some(credentials)) => already_used(undone, nonce, &credentials).into(),
                    Ok(None) => undone
                        .because("and there is none to derive at this nonce")
                        .fixed_by("The wallet signature is accepted, so the account itself may be restricted")
                        .command("polydoctor check account.status")
                        .into(),
                    Err(stop) => stop,
                }
            }
            AccountError::Failure(failure) if is_block(failure) => {
                let lost = error.may_have_arrived();
                let undone = if lost {
                    perhaps(&change, failure).command(change.look())
                } else {
                    Undone::unknown(&summary).because(failure)
                };
                undone
                    .by(Cause::CreateBlocked)
                    .because("derive alone would only return: 400 Could not derive api key!")
                    .command("polydoctor check net.reach net.geoblock")
                    .into()
            }
            _ => self.explain_change(&change, &summary, error).await,
        }
    }
}

/// A change of which nobody knows whether it was made.
fn perhaps(change: &Change, failure: &Failure) -> Undone {
    Undone::unknown(change.perhaps()).because(failure).because(UNSAID)
}

/// A page, a limit or an outage instead of an answer.
fn is_block(failure: &Failure) -> bool {
    matches!(failure, Failure::BlockPage { .. } | Failure::Refused { status: 403 | 425 | 429 | 500.., .. })
}

pub(crate) fn derive_plan() -> Planned {
    let (query, body) = (String::new(), None);
    Planned { method: "GET", path: endpoints::DERIVE, query, signed_with: SignedWith::PrivateKey, body }
}

pub(crate) fn no_key(nonce: U256) -> Undone {
    Undone::not_done(format!("There is no API key at nonce {nonce}"))
        .by(Cause::NoKeyAtNonce)
        .because("the CLOB accepts the wallet signature and returns: 400 Could not derive api key!")
        .command("polydoctor keys nonces")
        .command(format!("polydoctor keys create --nonce {nonce}"))
}

pub(crate) fn already_used(undone: Undone, nonce: U256, credentials: &ApiCredentials) -> Undone {
    undone
        .by(Cause::NonceAlreadyUsed)
        .because(format!("nonce {nonce} has the key {}", credentials.key))
        .command(format!("polydoctor keys derive --nonce {nonce}"))
}
