//! Keys of the account: created, listed, deleted. What each change means is in [`crate::keys`].

use std::time::{Duration, Instant};

use alloy_primitives::{Address, U256};
use reqwest::Method;
use serde_json::json;

use super::account::{Account, AccountError, Call};
use super::clob::Clob;
use super::http::Answer;
use crate::auth::builder;
use crate::auth::l2::ApiCredentials;
use crate::auth::wallet::SignatureType;
use crate::endpoints;
use crate::facts::{BuilderKey, Failure, NonceKey};
use crate::keys::due;

/// How long a scan waits when the service asks it to and does not say how long.
const USUAL_WAIT_S: u64 = 10;
/// A scan gives up when it is asked to wait longer.
const LONGEST_WAIT_S: u64 = 60;

/// Every call fails as [`Account::l1`] or [`Account::l2`] do.
impl Account {
    /// The credentials of a nonce; `None` when it has none. A read.
    pub async fn derive(&self, nonce: U256) -> Result<Option<ApiCredentials>, AccountError> {
        match self.l1(Method::GET, endpoints::DERIVE, nonce).await {
            Ok(answer) => Ok(Some(self.taken(&answer)?)),
            Err(AccountError::Failure(failure)) if failure.says_no_key() => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub async fn create_api_key(&self, nonce: U256) -> Result<ApiCredentials, AccountError> {
        Ok(self.taken(&self.l1(Method::POST, endpoints::API_KEY, nonce).await?)?)
    }

    /// The ids of all API keys of the signer.
    pub async fn api_keys(&self, with: &ApiCredentials) -> Result<Vec<String>, AccountError> {
        let answer = self.l2(Method::GET, Call::to(endpoints::API_KEYS), with).await?;
        Ok(Clob::read_own_api_keys(&answer, &with.key)?)
    }

    /// Deletes the key that signs.
    pub async fn delete_api_key(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        Ok(done(&self.l2(Method::DELETE, Call::to(endpoints::API_KEY), with).await?)?)
    }

    pub async fn create_readonly_key(&self, with: &ApiCredentials) -> Result<String, AccountError> {
        Ok(Clob::read_readonly_key(&self.l2(Method::POST, Call::to(endpoints::READONLY_KEY), with).await?)?)
    }

    pub async fn readonly_keys(&self, with: &ApiCredentials) -> Result<Vec<String>, AccountError> {
        Ok(Clob::read_readonly_keys(&self.l2(Method::GET, Call::to(endpoints::READONLY_KEYS), with).await?)?)
    }

    /// Whether there was such a key.
    pub async fn delete_readonly_key(&self, with: &ApiCredentials, key: &str) -> Result<bool, AccountError> {
        self.http().hide([key]);
        let body = json!({ "key": key }).to_string();
        let call = Call { body: Some(&body), ..Call::to(endpoints::READONLY_KEY) };
        let answer = self.l2(Method::DELETE, call, with).await?;
        // typed as a boolean by one client and not at all by the others
        match answer.text().trim() {
            "false" => Ok(false),
            "true" => Ok(true),
            _ => Ok(done(&answer).map(|()| true)?),
        }
    }

    /// Whether a read-only key opens what this address owns. Signed by nobody.
    pub async fn is_valid_readonly_key(&self, address: Address, key: &str) -> Result<bool, AccountError> {
        self.http().hide([key]);
        let address = address.to_string();
        let call = Call { query: &[("address", &address), ("key", key)], ..Call::to(endpoints::VALIDATE_READONLY_KEY) };
        match self.send(Method::GET, call, None).await {
            Ok(answer) => match answer.text().trim() {
                "false" => Ok(false),
                "true" => Ok(true),
                _ => Ok(done(&answer).map(|()| true)?),
            },
            Err(AccountError::Failure(failure)) if failure.is_refusal() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A new builder key. Its secret is given this once.
    pub async fn create_builder_key(&self, with: &ApiCredentials) -> Result<ApiCredentials, AccountError> {
        Ok(self.taken(&self.l2(Method::POST, Call::to(endpoints::BUILDER_KEYS), with).await?)?)
    }

    pub async fn builder_keys(&self, with: &ApiCredentials) -> Result<Vec<BuilderKey>, AccountError> {
        Ok(Clob::read_builder_keys(&self.l2(Method::GET, Call::to(endpoints::BUILDER_KEYS), with).await?)?)
    }

    /// Revokes a builder key that the service chooses.
    pub async fn revoke_builder_key_as_user(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        Ok(done(&self.l2(Method::DELETE, Call::to(endpoints::BUILDER_KEYS), with).await?)?)
    }

    /// Revokes the builder key that signs.
    pub async fn revoke_builder_key(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        let headers = builder::headers(with, self.timestamp(), "DELETE", endpoints::BUILDER_KEYS, None)
            .map_err(|error| AccountError::Setting(format!("builder credentials: {error}")))?;
        Ok(done(&self.send(Method::DELETE, Call::to(endpoints::BUILDER_KEYS), Some(&headers)).await?)?)
    }

    /// The credentials of an answer; no later answer brings them to a screen.
    fn taken(&self, answer: &Answer) -> Result<ApiCredentials, Failure> {
        let credentials = Clob::read_credentials(answer)?;
        self.http().hide([credentials.secret.expose(), credentials.passphrase.expose()]);
        Ok(credentials)
    }

    /// Has the CLOB read balance and allowances of the collateral from the chain again.
    pub async fn update_balances(&self, with: &ApiCredentials, kind: SignatureType) -> Result<(), AccountError> {
        let query = Clob::collateral_query(kind);
        let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
        let call = Call { query: &query, ..Call::to(endpoints::UPDATE_BALANCE) };
        self.l2(Method::GET, call, with).await.map(drop)
    }

    /// Which of the nonces 0 to `last` hold a key, told one by one as they are found out.
    ///
    /// Keeps to half of the service's limit and waits when it is asked to. Dropping the future
    /// stops it.
    pub async fn scan_nonces(&self, last: u64, mut found: impl FnMut(NonceKey)) -> Result<(), AccountError> {
        let started = Instant::now();
        for number in 0..=last {
            tokio::time::sleep(due(number).saturating_sub(started.elapsed())).await;
            let nonce = U256::from(number);
            let credentials = match self.derive(nonce).await {
                Err(AccountError::Failure(failure)) => match asked_to_wait(&failure) {
                    Some(wait) => {
                        tokio::time::sleep(wait).await;
                        self.derive(nonce).await?
                    }
                    None => return Err(failure.into()),
                },
                answer => answer?,
            };
            found(NonceKey { nonce, key: credentials.map(|credentials| credentials.key) });
        }
        Ok(())
    }
}

/// Whether an answer says that a change was made: `"OK"`, and of read-only keys a boolean is typed too.
/// Anything else is the answer of somebody else, or of none.
fn done(answer: &Answer) -> Result<(), Failure> {
    match answer.text().trim() {
        "\"OK\"" | "OK" => Ok(()),
        _ => Err(answer.garbled("not OK, nor anything else that the service answers here")),
    }
}

fn asked_to_wait(failure: &Failure) -> Option<Duration> {
    let Failure::Refused { status: 429, retry_after_s, .. } = failure else { return None };
    let seconds = retry_after_s.unwrap_or(USUAL_WAIT_S);
    (seconds <= LONGEST_WAIT_S).then(|| Duration::from_secs(seconds))
}
