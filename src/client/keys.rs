//! Keys of the account: created, listed, deleted. What each change means is in [`crate::keys`].

use std::time::{Duration, Instant};

use alloy_primitives::{Address, U256};
use reqwest::Method;
use serde_json::json;

use super::account::{Account, AccountError, Call};
use super::clob::Clob;
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
            Ok(answer) => Ok(Some(Clob::read_credentials(&answer)?)),
            Err(AccountError::Failure(Failure::Refused { status: 400, .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub async fn create_api_key(&self, nonce: U256) -> Result<ApiCredentials, AccountError> {
        Ok(Clob::read_credentials(&self.l1(Method::POST, endpoints::API_KEY, nonce).await?)?)
    }

    /// The ids of all API keys of the signer.
    pub async fn api_keys(&self, with: &ApiCredentials) -> Result<Vec<String>, AccountError> {
        Ok(Clob::read_api_keys(&self.l2(Method::GET, Call::to(endpoints::API_KEYS), with).await?)?)
    }

    /// Deletes the key that signs.
    pub async fn delete_api_key(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        self.l2(Method::DELETE, Call::to(endpoints::API_KEY), with).await.map(drop)
    }

    pub async fn create_readonly_key(&self, with: &ApiCredentials) -> Result<String, AccountError> {
        Ok(Clob::read_readonly_key(&self.l2(Method::POST, Call::to(endpoints::READONLY_KEY), with).await?)?)
    }

    pub async fn readonly_keys(&self, with: &ApiCredentials) -> Result<Vec<String>, AccountError> {
        Ok(Clob::read_readonly_keys(&self.l2(Method::GET, Call::to(endpoints::READONLY_KEYS), with).await?)?)
    }

    /// Whether there was such a key.
    pub async fn delete_readonly_key(&self, with: &ApiCredentials, key: &str) -> Result<bool, AccountError> {
        let body = json!({ "key": key }).to_string();
        let call = Call { body: Some(&body), ..Call::to(endpoints::READONLY_KEY) };
        let answer = self.l2(Method::DELETE, call, with).await?;
        // typed as a boolean by one client and not at all by the others
        Ok(answer.text.trim() != "false")
    }

    /// Whether a read-only key opens what this address owns. Signed by nobody.
    pub async fn is_valid_readonly_key(&self, address: Address, key: &str) -> Result<bool, AccountError> {
        let address = address.to_string();
        let call = Call { query: &[("address", &address), ("key", key)], ..Call::to(endpoints::VALIDATE_READONLY_KEY) };
        match self.send(Method::GET, call, None).await {
            Ok(_) => Ok(true),
            Err(AccountError::Failure(failure)) if failure.is_refusal() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A new builder key. Its secret is given this once.
    pub async fn create_builder_key(&self, with: &ApiCredentials) -> Result<ApiCredentials, AccountError> {
        Ok(Clob::read_credentials(&self.l2(Method::POST, Call::to(endpoints::BUILDER_KEYS), with).await?)?)
    }

    pub async fn builder_keys(&self, with: &ApiCredentials) -> Result<Vec<BuilderKey>, AccountError> {
        Ok(Clob::read_builder_keys(&self.l2(Method::GET, Call::to(endpoints::BUILDER_KEYS), with).await?)?)
    }

    /// Revokes a builder key that the service chooses.
    pub async fn revoke_builder_key_as_user(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        self.l2(Method::DELETE, Call::to(endpoints::BUILDER_KEYS), with).await.map(drop)
    }

    /// Revokes the builder key that signs.
    pub async fn revoke_builder_key(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        let headers = builder::headers(with, self.timestamp(), "DELETE", endpoints::BUILDER_KEYS, None)
            .map_err(|error| AccountError::Setting(format!("builder credentials: {error}")))?;
        self.send(Method::DELETE, Call::to(endpoints::BUILDER_KEYS), Some(&headers)).await.map(drop)
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

fn asked_to_wait(failure: &Failure) -> Option<Duration> {
    let Failure::Refused { status: 429, retry_after_s, .. } = failure else { return None };
    let seconds = retry_after_s.unwrap_or(USUAL_WAIT_S);
    (seconds <= LONGEST_WAIT_S).then(|| Duration::from_secs(seconds))
}
