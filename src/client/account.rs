//! The account as commands see it: signed calls outside of the checklist, changes among them.

use std::time::Duration;

use alloy_primitives::U256;
use alloy_signer_local::PrivateKeySigner;
use thiserror::Error;
use url::Url;

use super::calls::{self, Call, User, Wallet};
use super::clob::Clob;
use super::http::{Answer, Http, now_ms, now_s};
use crate::auth::l2::ApiCredentials;
use crate::auth::us::UsCredentials;
use crate::facts::{ClockReading, Failure};
use crate::settings::{CredentialParts, ProblemKind, Setting, Settings, Source, Sourced};

/// How often a 429 is waited out before it counts as an answer.
const WAITS: u32 = 3;
/// How long, where the service asks to wait and does not say how long.
const USUAL_WAIT_S: u64 = 10;
/// What it asks beyond that is not waited for.
const LONGEST_WAIT_S: u64 = 60;

/// Why a call came to nothing.
#[derive(Debug, Error)]
pub enum AccountError {
    /// A setting is missing or unusable, so nothing was sent. Says which, and what to do.
    #[error("{0}")]
    Setting(String),
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl AccountError {
    /// Whether a change that failed so may have been made all the same: it may have arrived, and only
    /// the answer is missing, odd, or comes from a machine in between. Only what was never sent, and a
    /// no of the service itself, is certain to have changed nothing.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Setting(_) | Self::Failure(Failure::NotSent { .. } | Failure::Tls { .. }) => false,
            Self::Failure(failure) => !failure.is_refusal() && failure.status() != Some(429),
        }
    }
}

/// The settings in force, and the connections to use them with.
pub struct Account {
    settings: Settings,
    signer: Option<PrivateKeySigner>,
    http: Http,
    ahead_s: i64,
}

impl Account {
    #[expect(clippy::needless_pass_by_value, reason = "connections are cheap to clone, and made for it")]
    pub fn new(settings: Settings, http: Http) -> Self {
        let signer = settings.parsed_key().map(|key| key.signer);
        let http = http.of(&settings);
        Self { settings, signer, http, ahead_s: 0 }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn http(&self) -> &Http {
        &self.http
    }

    /// # Errors
    ///
    /// [`AccountError::Setting`] without a usable private key.
    pub fn signer(&self) -> Result<&PrivateKeySigner, AccountError> {
        self.signer.as_ref().ok_or_else(|| {
            let found = match &self.settings.private_key {
                None => {
                    "there is no private key; set POLYMARKET_PRIVATE_KEY, or pass --key-file or --keystore".to_owned()
                }
                Some(key) => {
                    format!("the private key ({}) is not valid; `polydoctor check key.format` shows why", key.source)
                }
            };
            AccountError::Setting(found)
        })
    }

    /// # Errors
    ///
    /// [`AccountError::Setting`] when the configured address cannot be used.
    pub fn clob_url(&self) -> Result<&Url, AccountError> {
        usable(self.settings.clob_url.as_ref(), "CLOB URL", "clob-url")
    }

    /// # Errors
    ///
    /// [`AccountError::Setting`] when the configured chain cannot be used.
    pub fn chain_id(&self) -> Result<u64, AccountError> {
        usable(self.settings.chain_id.as_ref(), "chain id", "chain-id").copied()
    }

    /// Nonce of the API credentials to use; 0 unless another one is configured.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] when the configured nonce cannot be used.
    pub fn nonce(&self) -> Result<U256, AccountError> {
        match self
            .settings
            .problems
            .iter()
            .find(|problem| problem.is_of(Setting::Nonce) && problem.kind == ProblemKind::Invalid)
        {
            Some(problem) => Err(AccountError::Setting(problem.text.clone())),
            None => Ok(self.settings.nonce.as_ref().map_or(U256::ZERO, |nonce| nonce.value)),
        }
    }

    /// The configured API credentials, whole.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] when a part is missing.
    pub fn credentials(&self) -> Result<ApiCredentials, AccountError> {
        whole(&self.settings.credentials, "API", ["CLOB_API_KEY", "CLOB_SECRET", "CLOB_PASS_PHRASE"])
    }

    /// The configured builder credentials, whole.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] when a part is missing.
    pub fn builder_credentials(&self) -> Result<ApiCredentials, AccountError> {
        whole(
            &self.settings.builder,
            "builder",
            ["POLY_BUILDER_API_KEY", "POLY_BUILDER_SECRET", "POLY_BUILDER_PASSPHRASE"],
        )
    }

    /// The configured key ID and secret key of Polymarket US.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] when one of them is missing.
    pub fn us_credentials(&self) -> Result<UsCredentials, AccountError> {
        self.settings.us.whole().ok_or_else(|| {
            let missing = match (&self.settings.us.key_id, &self.settings.us.secret) {
                (None, None) => "POLYMARKET_KEY_ID and POLYMARKET_SECRET_KEY",
                (None, Some(_)) => "POLYMARKET_KEY_ID too",
                (Some(_), _) => "POLYMARKET_SECRET_KEY too",
            };
            AccountError::Setting(format!("there is no complete key of Polymarket US; set {missing}"))
        })
    }

    /// Unix milliseconds by this clock: Polymarket US has no time to ask for.
    pub fn timestamp_ms(&self) -> i64 {
        i64::try_from(now_ms()).unwrap_or(i64::MAX)
    }

    /// Unix seconds to stamp a request with.
    pub fn timestamp(&self) -> i64 {
        // today's seconds are far below the limits of i64
        #[allow(clippy::cast_possible_truncation)]
        let now = now_s().floor() as i64;
        now - self.ahead_s
    }

    /// This clock minus the one that requests are stamped by, in whole seconds.
    pub fn ahead_s(&self) -> i64 {
        self.ahead_s
    }

    /// Stamps requests by the server's clock from now on: for machines whose clock is off.
    ///
    /// # Errors
    ///
    /// Those of `GET /time`.
    pub async fn use_server_time(&mut self) -> Result<(), AccountError> {
        let reading = self.read_time().await?;
        // today's seconds are far below the limits of i64
        #[allow(clippy::cast_possible_truncation)]
        let here = f64::midpoint(reading.sent_s, reading.received_s).floor() as i64;
        self.ahead_s = here - reading.server_s;
        Ok(())
    }

    /// Reads the server's clock.
    ///
    /// # Errors
    ///
    /// As [`Account::ask`].
    pub async fn read_time(&self) -> Result<ClockReading, AccountError> {
        let (Answer { sent_s, received_s, .. }, server_s) = self.answer(&calls::time()).await?;
        Ok(ClockReading { server_s, sent_s, received_s, from_time: true })
    }

    /// Signs with the private key, for one of the signer's nonces.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] without a usable private key or chain.
    pub fn wallet(&self, nonce: U256) -> Result<Wallet<'_>, AccountError> {
        Ok(Wallet { key: self.signer()?, chain_id: self.chain_id()?, nonce })
    }

    /// Signs with API credentials of the signer.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] without a usable private key.
    pub fn user<'a>(&self, credentials: &'a ApiCredentials) -> Result<User<'a>, AccountError> {
        Ok(User { address: self.signer()?.address(), credentials })
    }

    /// Sends a call.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] before anything is sent, [`Failure`] for every answer but 200 to 299 and for
    /// one that is not what was asked for.
    pub async fn ask<T>(&self, call: &Call<'_, T>) -> Result<T, AccountError> {
        Ok(self.answer(call).await?.1)
    }

    /// As [`Account::ask`], with the answer itself.
    ///
    /// # Errors
    ///
    /// As [`Account::ask`].
    pub async fn answer<T>(&self, call: &Call<'_, T>) -> Result<(Answer, T), AccountError> {
        if let Some(why) = call.unsignable() {
            return Err(AccountError::Setting(why));
        }
        let clob = Clob { http: &self.http, base: self.clob_url()? };
        Ok(clob.ask(None, call, || self.timestamp()).await?)
    }

    /// As [`Account::answer`], for reads of which there are many: where the service asks to wait, it is asked
    /// again after that, a few times.
    ///
    /// # Errors
    ///
    /// As [`Account::ask`], a 429 among them that asks for too much.
    pub async fn answer_in_time<T>(&self, call: &Call<'_, T>) -> Result<(Answer, T), AccountError> {
        for _ in 0..WAITS {
            let failure = match self.answer(call).await {
                Err(AccountError::Failure(failure)) => failure,
                outcome => return outcome,
            };
            match asked_to_wait(&failure) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(failure.into()),
            }
        }
        self.answer(call).await
    }

    /// The nonce to derive at instead of taking the configured credentials: the one of `--nonce`, or
    /// the configured one where the credentials are not whole.
    ///
    /// # Errors
    ///
    /// As [`Account::nonce`].
    pub fn nonce_to_derive(&self) -> Result<Option<U256>, AccountError> {
        let named = self.settings.nonce.as_ref().is_some_and(|nonce| matches!(nonce.source, Source::Flag { .. }));
        let nonce = self.nonce()?;
        Ok((named || self.settings.credentials.whole().is_none()).then_some(nonce))
    }

    /// The credentials to sign with: those of `--nonce`, else the configured ones, else the derived
    /// ones. Deriving is a read.
    ///
    /// # Errors
    ///
    /// As [`Account::ask`].
    pub async fn credentials_or_derived(&self) -> Result<ApiCredentials, AccountError> {
        match (self.nonce_to_derive()?, self.settings.credentials.whole()) {
            (None, Some(configured)) => Ok(configured),
            (nonce, _) => self.ask(&calls::derive(self.wallet(nonce.unwrap_or_default())?)).await,
        }
    }
}

/// How long the service asks to wait, unless that is too long.
fn asked_to_wait(failure: &Failure) -> Option<Duration> {
    let Failure::Refused { status: 429, retry_after_s, .. } = failure else { return None };
    let seconds = retry_after_s.unwrap_or(USUAL_WAIT_S);
    (seconds <= LONGEST_WAIT_S).then(|| Duration::from_secs(seconds))
}

fn whole(parts: &CredentialParts, kind: &str, names: [&str; 3]) -> Result<ApiCredentials, AccountError> {
    parts.whole().ok_or_else(|| {
        let found = [parts.key.is_some(), parts.secret.is_some(), parts.passphrase.is_some()];
        let missing: Vec<&str> =
            names.into_iter().zip(found).filter(|(_, found)| !found).map(|(name, _)| name).collect();
        AccountError::Setting(match missing.len() {
            3 => format!("there are no {kind} credentials; set {}", missing.join(", ")),
            _ => format!("the {kind} credentials are incomplete; set {} too", missing.join(" and ")),
        })
    })
}

fn usable<'a, T>(value: Option<&'a Sourced<T>>, what: &str, flag: &str) -> Result<&'a T, AccountError> {
    let missing = || AccountError::Setting(format!("the {what} is not usable; pass --{flag}"));
    value.map(|value| &value.value).ok_or_else(missing)
}
