//! Doing what the dashboard asks for beside the run.

use std::rc::Rc;

use alloy_primitives::U256;
use reqwest::Method;

use super::super::headers as cli_headers;
use super::Desk;
use crate::auth::l2::ApiCredentials;
use crate::client::account::{Account, AccountError, Call};
use crate::client::clob::{self, Clob};
use crate::client::http::Http;
use crate::headers::{self, Level, Signed, Unsigned};
use crate::secret::Secret;
use crate::tui::task::{News, Post, SignedSets, Task, ToSign};

/// Does one task. Whoever drops this cancels it.
pub(super) async fn run(desk: Rc<Desk>, task: Task, post: Post) {
    let news = match task {
        Task::SignHeaders(request) => News::HeadersSigned(Box::new(sign_headers(&desk, *request))),
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

/// The configured credentials, or else the derived ones.
async fn credentials(account: &Account) -> Result<ApiCredentials, AccountError> {
    if let Some(configured) = account.settings().credentials.whole() {
        return Ok(configured);
    }
    let nonce = account.settings().nonce.as_ref().map_or(U256::ZERO, |nonce| nonce.value);
    Ok(Clob::read_credentials(&account.l1(Method::GET, clob::DERIVE, nonce).await?)?)
}

async fn update_balance(desk: &Desk) -> Result<(), AccountError> {
    let account = desk.account().await;
    let credentials = credentials(&account).await?;
    let kind = account.settings().signature_type.as_ref().ok_or_else(|| {
        AccountError::Setting(
            "the signature type cannot be used; `polydoctor check setup.settings` says why".to_owned(),
        )
    })?;
    let query = Clob::collateral_query(kind.value);
    let query = query.each_ref().map(|(name, value)| (*name, value.as_str()));
    let call = Call { query: &query, ..Call::to(clob::UPDATE_BALANCE) };
    account.l2(Method::GET, call, &credentials).await?;
    Ok(())
}

fn sign_headers(desk: &Desk, request: ToSign) -> SignedSets {
    let account = Account::new(desk.settings.clone(), Http::new(desk.settings.timeout));
    let ToSign { method, path, body, timestamp, ahead_s, copy } = request;
    let unsigned =
        Unsigned { method, path, body, timestamp: timestamp.unwrap_or_else(|| account.timestamp() - ahead_s) };
    let sign = |level| cli_headers::sign(&unsigned, &account, level).map_err(|error| format!("{error:#}"));
    let curl = || {
        let signed = copy.iter().map(|&level| sign(level)).reduce(|all, more| Ok(all?.and(more?)))?;
        let curl = |signed: Signed| headers::curl(&unsigned, &signed.headers, account.settings(), None, false);
        Some(signed.and_then(|signed| curl(signed).map(Secret::new).map_err(|error| error.to_string())))
    };
    SignedSets {
        timestamp: unsigned.timestamp,
        sets: Level::ALL.map(|level| (level, sign(level).map(|signed| signed.shown()))).into(),
        curl: curl(),
    }
}
