//! The keys of the account: listed, scanned for, changed.

use super::Desk;
use crate::checks::short;
use crate::client::account::{Account, AccountError};
use crate::keys::Change;
use crate::settings::{home, selecting};
use crate::tui::panels::credentials::AccountKeys;
use crate::tui::task::{News, NotChanged, Perhaps, Post};

/// Lists the keys of the account.
pub(super) async fn read(account: &Account) -> News {
    let keys = match account.credentials_or_derived().await {
        Ok(with) => {
            let (api, readonly, builder) =
                tokio::join!(account.api_keys(&with), account.readonly_keys(&with), account.builder_keys(&with));
            AccountKeys {
                api: api.map_err(|error| error.to_string()),
                readonly: readonly
                    .map(|keys| keys.iter().map(|key| short(key)).collect())
                    .map_err(|error| error.to_string()),
                builder: builder.map_err(|error| error.to_string()),
            }
        }
        Err(error) => {
            let error = error.to_string();
            AccountKeys { api: Err(error.clone()), readonly: Err(error.clone()), builder: Err(error) }
        }
    };
    News::Keys(Box::new(keys))
}

/// Tells each nonce as it is found out.
pub(super) async fn scan(account: &Account, last: u64, post: &Post) -> News {
    let found = |nonce| {
        // the end of the dashboard drops this
        let _ = post.send(News::Nonce(nonce));
    };
    News::NoncesScanned(account.scan_nonces(last, found).await.map_err(|error| error.to_string()))
}

/// Makes a change, and lists the keys again.
pub(super) async fn change(desk: &Desk, change: &Change, post: &Post) -> News {
    let done = make(&desk.account(&change.does()).await, change).await;
    // the list that follows shows it, whether or not it was done
    let _ = post.send(News::KeysChanged(done));
    read(&desk.account("the list of keys").await).await
}

/// What was done, in words.
async fn make(account: &Account, change: &Change) -> Result<String, NotChanged> {
    let another = |what: &str| AccountError::Setting(format!("the settings now contain a different {what}"));
    // what fails before the change itself is sent has changed nothing
    let before = |error: AccountError| NotChanged { why: error.to_string(), perhaps: None };
    let perhaps = || Perhaps { what: change.perhaps(), look: change.look() };
    let sent =
        |error: AccountError| NotChanged { perhaps: error.may_have_arrived().then(perhaps), why: error.to_string() };
    match change {
        Change::CreateApiKey { nonce } => {
            let key = account.create_api_key(*nonce).await.map_err(sent)?.key;
            let settings = account.settings();
            let argument = home::argument(&settings.places, settings.origin.as_ref());
            let what = if argument == home::SHOWN { "show it" } else { "write it to a file" };
            let derive = selecting(&format!("polydoctor keys derive --nonce {nonce} {argument}"), &settings.selection);
            Ok(format!("Created {} at nonce {nonce}; to {what}: {derive}", short(&key)))
        }
        Change::DeleteApiKey { key } => {
            let credentials = account.credentials().map_err(before)?;
            if credentials.key != *key {
                return Err(before(another("API key")));
            }
            account.delete_api_key(&credentials).await.map_err(sent)?;
            Ok(format!("Deleted {}", short(key)))
        }
        Change::CreateReadonlyKey => {
            let with = account.credentials_or_derived().await.map_err(before)?;
            let key = account.create_readonly_key(&with).await.map_err(sent)?;
            Ok(format!("Created {}; show it with: polydoctor keys readonly list --show-secrets", short(&key)))
        }
        Change::RevokeBuilderKey { key: Some(key) } => {
            let credentials = account.builder_credentials().map_err(before)?;
            if credentials.key != *key {
                return Err(before(another("builder key")));
            }
            account.revoke_builder_key(&credentials).await.map_err(sent)?;
            Ok(format!("Revoked {}", short(key)))
        }
        // these show a secret or choose a key, which the command line does
        Change::CreateBuilderKey
        | Change::RevokeBuilderKey { key: None }
        | Change::DeleteReadonlyKey { .. }
        | Change::UpdateBalances { .. } => {
            Err(before(AccountError::Setting(format!("{}: polydoctor keys does it", change.does()))))
        }
    }
}
