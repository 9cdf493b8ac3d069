//! Doing what the dashboard asks for beside the run.

use std::rc::Rc;
use std::time::Duration;

use reqwest::Method;

use super::{Desk, headers};
use crate::auth::l2::ApiCredentials;
use crate::checks::short;
use crate::client::account::{Account, AccountError, Call};
use crate::client::clob::{self, Clob};
use crate::client::http::{Http, now_s};
use crate::engine::clock::{narrowed, wait_for_turn};
use crate::engine::facts::ClockReading;
use crate::keys::Change;
use crate::tui::panels::clock::{EVERY_S, QUICK};
use crate::tui::panels::credentials::AccountKeys;
use crate::tui::task::{News, Post, Task};

/// Does one task. Whoever drops this cancels it.
pub(super) async fn run(desk: Rc<Desk>, task: Task, post: Post) {
    let news = match task {
        Task::SignHeaders(request) => News::HeadersSigned(Box::new(headers::sign(&desk.settings, *request))),
        Task::ReadClock { quick } => return read_clock(&desk, quick, &post).await,
        Task::ReadKeys => read_keys(&desk.account().await).await,
        Task::ScanNonces { last } => scan_nonces(&desk, last, &post).await,
        Task::ChangeKeys(change) => change_keys(&desk, change, &post).await,
        Task::UpdateBalance => News::BalanceUpdated(update_balance(&desk).await.map_err(|error| error.to_string())),
    };
    // nobody listens any more when the dashboard ends
    let _ = post.send(news);
}

impl Desk {
    /// The account to ask, stamped by the server's clock where that can be had.
    async fn account(&self) -> Account {
        let mut account = Account::new(self.settings.clone(), Http::new(self.settings.timeout));
        // the request itself says so when nothing answers
        let _ = account.use_server_time().await;
        account
    }
}

/// What nothing can be signed without.
async fn signing(account: &Account) -> Result<ApiCredentials, AccountError> {
    let signing = account.signing().await?;
    signing.map(|signing| signing.credentials).ok_or_else(|| {
        AccountError::Setting(
            "the signer has no API key at the configured nonce; `polydoctor keys create` makes one".to_owned(),
        )
    })
}

async fn update_balance(desk: &Desk) -> Result<(), AccountError> {
    let account = desk.account().await;
    let kind = account.settings().signature_type.as_ref().ok_or_else(|| {
        AccountError::Setting(
            "the signature type cannot be used; `polydoctor check setup.settings` says why".to_owned(),
        )
    })?;
    account.update_balances(&signing(&account).await?, kind.value).await
}

async fn read_keys(account: &Account) -> News {
    let keys = match signing(account).await {
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

async fn scan_nonces(desk: &Desk, last: u64, post: &Post) -> News {
    let account = desk.account().await;
    let found = |nonce| {
        // the end of the dashboard drops this
        let _ = post.send(News::Nonce(nonce));
    };
    News::NoncesScanned(account.scan_nonces(last, found).await.map_err(|error| error.to_string()))
}

async fn change_keys(desk: &Desk, change: Change, post: &Post) -> News {
    let account = desk.account().await;
    let done = do_change(&account, &change).await.map_err(|error| error.to_string());
    // the list that follows shows it, whether or not it was done
    let _ = post.send(News::KeysChanged(done));
    read_keys(&account).await
}

/// What was done, in words.
async fn do_change(account: &Account, change: &Change) -> Result<String, AccountError> {
    let another = |what: &str| AccountError::Setting(format!("the settings hold another {what} by now"));
    match change {
        Change::CreateApiKey { nonce } => {
            let key = account.create_api_key(*nonce).await?.key;
            Ok(format!("Created {} at nonce {nonce}; polydoctor keys derive --save writes it", short(&key)))
        }
        Change::DeleteApiKey { key } => {
            let credentials = account.credentials()?;
            if credentials.key != *key {
                return Err(another("API key"));
            }
            account.delete_api_key(&credentials).await?;
            Ok(format!("Deleted {}", short(key)))
        }
        Change::CreateReadonlyKey => {
            let key = account.create_readonly_key(&signing(account).await?).await?;
            Ok(format!("Created {}; polydoctor keys readonly list --show-secrets gives it", short(&key)))
        }
        Change::RevokeBuilderKey { key: Some(key) } => {
            let credentials = account.builder_credentials()?;
            if credentials.key != *key {
                return Err(another("builder key"));
            }
            account.revoke_builder_key(&credentials).await?;
            Ok(format!("Revoked {}", short(key)))
        }
        // these show a secret or choose a key, which the command line does
        Change::CreateBuilderKey
        | Change::RevokeBuilderKey { key: None }
        | Change::DeleteReadonlyKey { .. }
        | Change::UpdateBalances { .. } => {
            Err(AccountError::Setting(format!("{}: polydoctor keys does it", change.does())))
        }
    }
}

/// Seconds between quick readings, at the least.
const PAUSE_S: f64 = 0.3;

/// Each reading is sent so that it halves what the earlier ones left open.
async fn read_clock(desk: &Desk, quick: usize, post: &Post) {
    let account = Account::new(desk.settings.clone(), Http::new(desk.settings.timeout));
    let mut readings: Vec<ClockReading> = Vec::new();
    for count in 1_usize.. {
        let answer = read_time(&account).await.map_err(|error| error.to_string());
        readings.extend(answer.as_ref().ok());
        let least_s = if answer.is_ok() && count < quick { PAUSE_S } else { EVERY_S };
        if post.send(News::Clock(answer)).is_err() {
            return;
        }
        readings.drain(..readings.len().saturating_sub(QUICK));
        let wait_s = match (readings.last(), narrowed(&readings).last().copied().flatten()) {
            (Some(last), Some(known)) => wait_for_turn(now_s(), known, last.received_s - last.sent_s, least_s),
            _ => least_s,
        };
        tokio::time::sleep(Duration::from_secs_f64(wait_s)).await;
    }
}

async fn read_time(account: &Account) -> Result<ClockReading, AccountError> {
    let answer = account.send(Method::GET, Call::to(clob::TIME), None).await?;
    let server_s = Clob::read_time(&answer)?;
    Ok(ClockReading { server_s, sent_s: answer.sent_s, received_s: answer.received_s, from_time: true })
}
