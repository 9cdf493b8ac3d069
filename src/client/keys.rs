//! Keys of an account: the reads and changes that commands make.

use std::time::Instant;

use alloy_primitives::{Address, U256};

use super::account::{Account, AccountError};
use super::calls;
use crate::auth::l2::ApiCredentials;
use crate::auth::wallet::SignatureType;
use crate::facts::{BuilderKey, NonceKey};
use crate::keys::due;

/// Every call fails as [`Account::ask`] does.
impl Account {
    /// The credentials of a nonce; `None` when it has none. A read.
    pub async fn derive(&self, nonce: U256) -> Result<Option<ApiCredentials>, AccountError> {
        held(self.ask(&calls::derive(self.wallet(nonce)?)).await)
    }

    pub async fn create_api_key(&self, nonce: U256) -> Result<ApiCredentials, AccountError> {
        self.ask(&calls::create_api_key(self.wallet(nonce)?)).await
    }

    /// The ids of all API keys of the signer.
    pub async fn api_keys(&self, with: &ApiCredentials) -> Result<Vec<String>, AccountError> {
        self.ask(&calls::api_keys(self.user(with)?)).await
    }

    /// Deletes the key that signs.
    pub async fn delete_api_key(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        self.ask(&calls::delete_api_key(self.user(with)?)).await
    }

    pub async fn create_readonly_key(&self, with: &ApiCredentials) -> Result<String, AccountError> {
        self.ask(&calls::create_readonly_key(self.user(with)?)).await
    }

    pub async fn readonly_keys(&self, with: &ApiCredentials) -> Result<Vec<String>, AccountError> {
        self.ask(&calls::readonly_keys(self.user(with)?)).await
    }

    /// Whether there was such a key.
    pub async fn delete_readonly_key(&self, with: &ApiCredentials, key: &str) -> Result<bool, AccountError> {
        self.ask(&calls::delete_readonly_key(self.user(with)?, key)).await
    }

    /// Whether a read-only key opens what this address owns. Signed by nobody.
    pub async fn is_valid_readonly_key(&self, address: Address, key: &str) -> Result<bool, AccountError> {
        match self.ask(&calls::validate_readonly_key(address, key)).await {
            Err(AccountError::Failure(failure)) if failure.is_refusal() => Ok(false),
            outcome => outcome,
        }
    }

    /// A new builder key. Its secret is given this once.
    pub async fn create_builder_key(&self, with: &ApiCredentials) -> Result<ApiCredentials, AccountError> {
        self.ask(&calls::create_builder_key(self.user(with)?)).await
    }

    pub async fn builder_keys(&self, with: &ApiCredentials) -> Result<Vec<BuilderKey>, AccountError> {
        self.ask(&calls::builder_keys(self.user(with)?)).await
    }

    /// Revokes a builder key that the service chooses.
    pub async fn revoke_builder_key_as_user(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        self.ask(&calls::revoke_builder_key_as_user(self.user(with)?)).await
    }

    /// Revokes the builder key that signs.
    pub async fn revoke_builder_key(&self, with: &ApiCredentials) -> Result<(), AccountError> {
        self.ask(&calls::revoke_builder_key(with)).await
    }

    /// Has the CLOB read balance and allowances of the collateral from the chain again.
    pub async fn update_balances(&self, with: &ApiCredentials, kind: SignatureType) -> Result<(), AccountError> {
        self.ask(&calls::update_balance(self.user(with)?, kind)).await
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
            let derived = self.answer_in_time(&calls::derive(self.wallet(nonce)?)).await;
            let credentials = held(derived.map(|(_, credentials)| credentials))?;
            found(NonceKey { nonce, key: credentials.map(|credentials| credentials.key) });
        }
        Ok(())
    }
}

/// `None` where the service says that the nonce has no credentials.
fn held(derived: Result<ApiCredentials, AccountError>) -> Result<Option<ApiCredentials>, AccountError> {
    match derived {
        Ok(credentials) => Ok(Some(credentials)),
        Err(AccountError::Failure(failure)) if failure.says_no_key() => Ok(None),
        Err(error) => Err(error),
    }
}
