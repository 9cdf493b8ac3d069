//! What every command has: the account, the credentials to sign with, and what a refusal means.

use std::collections::BTreeMap;
use std::path::PathBuf;

use alloy_primitives::U256;

use super::Format;
use super::failed::{Failed, Stop};
use super::print;
use crate::auth::l2::ApiCredentials;
use crate::cause::Cause;
use crate::checks::{network_cause, probes_of, short};
use crate::cli::Exit;
use crate::cli::settings::SettingsArgs;
use crate::client::account::{Account, AccountError};
use crate::client::http::Http;
use crate::endpoints;
use crate::engine::Engine;
use crate::facts::Failure;
use crate::keys::{Change, Planned, SignedWith};
use crate::report::{Report, Selection};
use crate::settings::selecting;

/// Behind why the answer to a change says nothing.
const UNSAID: &str = "no answer says whether it was done: the request may have arrived all the same";
const LOOK: &str = "Look before you try again";

#[derive(Debug, clap::Args)]
pub(super) struct CommonArgs {
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Stamp requests by the server's clock: for a machine whose clock is off
    #[arg(long)]
    server_time: bool,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
}

impl CommonArgs {
    /// How to print, and the flags that choose the account, for the commands that are suggested.
    pub(super) fn told(&self) -> (Format, String) {
        (self.format, self.settings.selection())
    }
}

pub(super) struct Caller {
    pub(super) account: Account,
    pub(super) format: Format,
    /// The `.env` that is read, or would be.
    pub(super) env_file: PathBuf,
    pub(super) environment: BTreeMap<String, String>,
}

/// Credentials to sign with, and whose they are in words.
pub(super) struct Signing {
    pub(super) credentials: ApiCredentials,
    pub(super) whose: String,
}

impl Caller {
    /// Reads the settings. A private key has to be among them.
    pub(super) async fn open(args: CommonArgs) -> Result<Self, Stop> {
        let caller = Self::open_unsigned(args).await?;
        caller.account.signer().map_err(|error| Stop::Usage(error.to_string()))?;
        Ok(caller)
    }

    pub(super) async fn open_unsigned(mut args: CommonArgs) -> Result<Self, Stop> {
        let settings = args.settings.load()?;
        let http = Http::new(settings.timeout);
        let env_file = args.settings.env_file();
        let environment = args.settings.all_inputs().environment;
        let mut caller = Self { account: Account::new(settings, http), format: args.format, env_file, environment };
        if args.server_time
            && let Err(error) = caller.account.use_server_time().await
        {
            return Err(caller.explain("The server's time could not be had", error).await);
        }
        Ok(caller)
    }

    /// A command of this program about the same account.
    pub(super) fn command(&self, command: &str) -> String {
        selecting(command, &self.account.settings().selection)
    }

    /// The id of a key, fit to be shown: where a secret stands in its place, only the beginning of that.
    pub(super) fn id(&self, key: &str) -> String {
        let is_secret = self.account.settings().secrets().iter().any(|secret| secret.expose() == key);
        if is_secret { short(key) } else { key.to_owned() }
    }

    pub(super) fn nonce(&self) -> Result<U256, Stop> {
        self.account.nonce().map_err(|error| Stop::Usage(error.to_string()))
    }

    /// Who, and where: `0x… at https://clob.polymarket.com`.
    pub(super) fn account_text(&self) -> String {
        let signer =
            self.account.signer().map_or_else(|_| "no signer".to_owned(), |signer| signer.address().to_string());
        match self.account.clob_url() {
            Ok(url) => format!("{signer} at {}", crate::settings::shown_url(url)),
            Err(_) => signer,
        }
    }

    /// The credentials that calls are signed with.
    pub(super) async fn signing(&self) -> Result<Signing, Stop> {
        let deriving = self.account.nonce_to_derive().map_err(|error| Stop::Usage(error.to_string()))?;
        let parts = &self.account.settings().credentials;
        if deriving.is_some() && parts.whole().is_none() && !parts.is_empty() {
            print::note("The configured API credentials are not complete; the derived ones are used");
        }
        let whose = match (deriving, &parts.key) {
            (None, Some(key)) => format!("the configured one ({})", key.source),
            (nonce, _) => format!("that of nonce {}", nonce.unwrap_or_default()),
        };
        match (self.account.credentials_or_derived().await, deriving) {
            (Ok(credentials), _) => Ok(Signing { credentials, whose }),
            (Err(AccountError::Failure(failure)), Some(nonce)) if failure.says_no_key() => Err(no_key(nonce).into()),
            (Err(error), _) => Err(self.explain("No credentials to sign with could be had", error).await),
        }
    }

    /// What is sent before a signed call, to have the credentials.
    pub(super) fn signing_plan(&self) -> Vec<Planned> {
        let derives = !matches!(self.account.nonce_to_derive(), Ok(None));
        derives.then(derive_plan).into_iter().collect()
    }

    pub(super) async fn derive(&self, nonce: U256) -> Result<Option<ApiCredentials>, Stop> {
        match self.account.derive(nonce).await {
            Ok(derived) => Ok(derived),
            Err(error) => {
                Err(self.explain(&format!("The credentials of nonce {nonce} could not be derived"), error).await)
            }
        }
    }

    /// What an error of a read means, with the root cause where the checklist finds one.
    pub(super) async fn explain(&self, summary: &str, error: AccountError) -> Stop {
        let failure = match error {
            AccountError::Setting(text) => return Stop::Usage(text),
            AccountError::Failure(failure) => failure,
        };
        if failure.is_refusal() {
            return self.diagnose(summary, &failure).await.into();
        }
        let cause = network_cause(&failure).0;
        Failed::new(Exit::Unknown, summary).by(cause).because(failure).into()
    }

    /// What an error of a change means: where no answer of the service says no, it may have been made.
    /// `summary` is said where it was not.
    pub(super) async fn explain_change(&self, change: &Change, summary: &str, error: AccountError) -> Stop {
        match error {
            AccountError::Failure(ref failure) if error.may_have_arrived() => {
                let cause = network_cause(failure).0;
                perhaps(change, failure).by(cause).fixed_by(LOOK).command(change.look()).into()
            }
            error => self.explain(summary, error).await,
        }
    }

    /// Runs the part of the checklist that tells why credentials are refused.
    async fn diagnose(&self, summary: &str, failure: &Failure) -> Failed {
        const CHECKS: [&str; 4] = ["clock.drift", "creds.nonce", "creds.match", "creds.l2"];
        let failed = Failed::new(Exit::No, summary).because(failure);
        let engine = Engine::new(self.account.settings().clone(), false, &[]);
        engine.run(&probes_of(CHECKS)).await;
        let selection = Selection::new(&CHECKS.map(str::to_owned), &[]);
        let report = Report::by(&engine.facts().borrow(), &selection);
        match report.diagnoses.first() {
            Some(diagnosis) => failed.diagnosed(diagnosis),
            None => failed
                .fixed_by("The checklist finds nothing wrong with key, clock and credentials: run the whole of it")
                .command("polydoctor check"),
        }
    }

    /// What became of a creation at this nonce.
    pub(super) async fn explain_creation(&self, nonce: U256, error: AccountError) -> Stop {
        let summary = format!("No API key was created at nonce {nonce}");
        let change = Change::CreateApiKey { nonce };
        match &error {
            AccountError::Failure(failure @ Failure::Refused { status: 400, .. }) => {
                let failed = Failed::new(Exit::No, &summary).because(failure);
                match self.derive(nonce).await {
                    Ok(Some(credentials)) => already_used(failed, nonce, &credentials).into(),
                    Ok(None) => failed
                        .because("and there is none to derive at this nonce")
                        .fixed_by("The wallet signature passes, so the account itself may be restricted")
                        .command("polydoctor check account.status")
                        .into(),
                    Err(stop) => stop,
                }
            }
            AccountError::Failure(failure) if is_block(failure) => {
                let lost = error.may_have_arrived();
                let failed = if lost {
                    perhaps(&change, failure).command(change.look())
                } else {
                    Failed::new(Exit::Unknown, &summary).because(failure)
                };
                failed
                    .by(Cause::CreateBlocked)
                    .because("derive alone would only say: 400 Could not derive api key!")
                    .command("polydoctor check net.reach net.geoblock")
                    .into()
            }
            _ => self.explain_change(&change, &summary, error).await,
        }
    }
}

/// A change of which nobody knows whether it was made.
fn perhaps(change: &Change, failure: &Failure) -> Failed {
    Failed::new(Exit::Unknown, change.perhaps()).because(failure).because(UNSAID)
}

/// A page, a limit or an outage instead of an answer.
fn is_block(failure: &Failure) -> bool {
    matches!(failure, Failure::BlockPage { .. } | Failure::Refused { status: 403 | 425 | 429 | 500.., .. })
}

pub(super) fn derive_plan() -> Planned {
    let (query, body) = (String::new(), None);
    Planned { method: "GET", path: endpoints::DERIVE, query, signed_with: SignedWith::PrivateKey, body }
}

pub(super) fn no_key(nonce: U256) -> Failed {
    Failed::new(Exit::No, format!("There is no API key at nonce {nonce}"))
        .by(Cause::NoKeyAtNonce)
        .because("the CLOB takes the wallet signature and says: 400 Could not derive api key!")
        .command("polydoctor keys nonces")
        .command(format!("polydoctor keys create --nonce {nonce}"))
}

pub(super) fn already_used(failed: Failed, nonce: U256, credentials: &ApiCredentials) -> Failed {
    failed
        .by(Cause::NonceAlreadyUsed)
        .because(format!("nonce {nonce} holds the key {}", credentials.key))
        .command(format!("polydoctor keys derive --nonce {nonce}"))
}
