//! The account as commands see it: signed calls outside of the checklist, changes among them.

use alloy_primitives::U256;
use alloy_signer_local::PrivateKeySigner;
use reqwest::Method;
use thiserror::Error;
use url::Url;

use super::clob::{self, Clob};
use super::http::{Answer, Http, LARGEST_OF_KEYS, Request, now_s};
use crate::auth::l2::ApiCredentials;
use crate::auth::{AuthHeaders, l1, l2};
use crate::endpoints;
use crate::facts::Failure;
use crate::settings::{CredentialParts, ProblemKind, Setting, Settings, Source, Sourced};

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

/// Where a signed call goes, and what with.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub path: &'a str,
    /// Never part of what is signed.
    pub query: &'a [(&'a str, &'a str)],
    pub body: Option<&'a str>,
    /// Bytes of the answer that are read at most.
    pub largest: usize,
}

impl<'a> Call<'a> {
    pub fn to(path: &'a str) -> Self {
        Self { path, query: &[], body: None, largest: LARGEST_OF_KEYS }
    }
}

impl Account {
    #[expect(clippy::needless_pass_by_value, reason = "connections are cheap to clone, and made for it")]
    pub fn new(settings: Settings, http: Http) -> Self {
        let signer = settings.parsed_key().map(|key| key.signer);
        let http = http.hiding(&settings.secrets());
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
                    "there is no private key; set POLYMARKET_PRIVATE_KEY, or give --key-file or --keystore".to_owned()
                }
                Some(key) => {
                    format!("the private key ({}) cannot be used; `polydoctor check key.format` says why", key.source)
                }
            };
            AccountError::Setting(found)
        })
    }

    /// # Errors
    ///
    /// [`AccountError::Setting`] when the configured address cannot be used.
    pub fn clob_url(&self) -> Result<&Url, AccountError> {
        usable(self.settings.clob_url.as_ref(), "address of the CLOB", "clob-url")
    }

    /// # Errors
    ///
    /// [`AccountError::Setting`] when the configured chain cannot be used.
    pub fn chain_id(&self) -> Result<u64, AccountError> {
        usable(self.settings.chain_id.as_ref(), "chain id", "chain-id").copied()
    }

    /// Which of the signer's credential sets; 0 unless another one is configured.
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
        let answer = self.http.send(clob::get(None, self.clob_url()?, endpoints::TIME, &[])).await?;
        // today's seconds are far below the limits of i64
        #[allow(clippy::cast_possible_truncation)]
        let here = f64::midpoint(answer.sent_s, answer.received_s).floor() as i64;
        self.ahead_s = here - Clob::read_time(&answer)?;
        Ok(())
    }

    /// A call signed with the private key, for one of the signer's nonces.
    ///
    /// # Errors
    ///
    /// [`AccountError::Setting`] before anything is sent, [`Failure`] for every answer but 200 to 299.
    pub async fn l1(&self, method: Method, path: &str, nonce: U256) -> Result<Answer, AccountError> {
        let headers = l1::headers(self.signer()?, self.chain_id()?, self.timestamp(), nonce)
            .map_err(|error| Failure::NotSent { reason: error.to_string() })?;
        self.send(method, Call::to(path), Some(&headers)).await
    }

    /// A call signed with API credentials.
    ///
    /// # Errors
    ///
    /// As [`Account::l1`].
    pub async fn l2(&self, method: Method, call: Call<'_>, with: &ApiCredentials) -> Result<Answer, AccountError> {
        let signer = self.signer()?.address();
        let headers = l2::headers(signer, with, self.timestamp(), method.as_str(), call.path, call.body)
            .map_err(|error| AccountError::Setting(error.to_string()))?;
        self.send(method, call, Some(&headers)).await
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
    /// As [`Account::l1`].
    pub async fn credentials_or_derived(&self) -> Result<ApiCredentials, AccountError> {
        match (self.nonce_to_derive()?, self.settings.credentials.whole()) {
            (None, Some(configured)) => Ok(configured),
            (nonce, _) => {
                Ok(Clob::read_credentials(&self.l1(Method::GET, endpoints::DERIVE, nonce.unwrap_or_default()).await?)?)
            }
        }
    }

    /// A call to the CLOB with these headers, or with none.
    ///
    /// # Errors
    ///
    /// As [`Account::l1`].
    pub async fn send(
        &self,
        method: Method,
        call: Call<'_>,
        headers: Option<&AuthHeaders>,
    ) -> Result<Answer, AccountError> {
        let get = clob::get(None, self.clob_url()?, call.path, call.query);
        let body = call.body.map(str::to_owned);
        // a change is never sent twice
        let request = Request { is_read: method == Method::GET, method, body, headers, ..get };
        Ok(self.http.send(Request { largest: call.largest, ..request }).await?)
    }
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
    let missing = || AccountError::Setting(format!("there is no usable {what}; give --{flag}"));
    value.map(|value| &value.value).ok_or_else(missing)
}
