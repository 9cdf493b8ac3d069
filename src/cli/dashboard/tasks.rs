//! Doing what the dashboard asks for beside the run.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::Method;
use serde_json::{Map, Value};

use super::{builder, headers};
use crate::client::account::{Account, AccountError, Call};
use crate::client::clob::{self, Clob};
use crate::client::http::{Http, now_s};
use crate::engine::clock::{narrowed, wait_for_turn};
use crate::engine::facts::ClockReading;
use crate::settings::Settings;
use crate::settings::change::{ChangeError, FileChange};
use crate::settings::fix::{self, Plan};
use crate::settings::save::{self, Access, SaveError};
use crate::tui::panels::clock::{EVERY_S, QUICK};
use crate::tui::task::{FilePlan, FixPlan, News, Post, Task};

/// Does one task. Whoever drops this cancels it.
pub(super) async fn run(desk: Rc<Desk>, task: Task, post: Post) {
    let news = match task {
        Task::SignHeaders(request) => News::HeadersSigned(Box::new(headers::sign(&desk.settings, *request))),
        Task::ReadClock { quick } => return read_clock(&desk, quick, &post).await,
        Task::LookAtBuilder => return builder::look(&desk, &post).await,
        Task::BuilderTrades { cursor, all } => return builder::trades(&desk, &cursor, all, &post).await,
        Task::Reconcile => return builder::reconcile(&desk, &post).await,
        Task::PlanFix(wanted) => News::FixPlanned(desk.plan_fix(&wanted).map_err(|error| error.to_string())),
        Task::ApplyFix => News::FixApplied(desk.apply_fix().map_err(|error| error.to_string())),
        Task::SaveReport(text) => News::Said(save_report(&text)),
        Task::UpdateBalance => News::BalanceUpdated(update_balance(&desk).await.map_err(|error| error.to_string())),
    };
    // nobody listens any more when the dashboard ends
    let _ = post.send(news);
}

/// What goes with recorded facts: only what stays on this machine.
pub(super) fn run_recorded(task: Task, post: &Post) {
    let said = if let Task::SaveReport(text) = task {
        save_report(&text)
    } else {
        "These are recorded facts: nothing is asked or changed".to_owned()
    };
    let _ = post.send(News::Said(said));
}

/// What tasks work with.
pub(super) struct Desk {
    settings: Settings,
    /// The changes that were shown last.
    planned: RefCell<Vec<FileChange>>,
}

impl Desk {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, planned: RefCell::default() }
    }

    fn plan_fix(&self, wanted: &Map<String, Value>) -> Result<FixPlan, ChangeError> {
        let Plan { changes, by_hand } = fix::plan(&self.settings, wanted)?;
        let file = |change: &FileChange| FilePlan {
            path: change.path().display().to_string(),
            is_new: change.is_new_file(),
            diff: change.diff(),
        };
        let files = changes.iter().map(file).collect();
        self.planned.replace(changes);
        Ok(FixPlan { files, by_hand })
    }

    /// Makes the planned changes, each with a copy of the file before it.
    fn apply_fix(&self) -> Result<String, SaveError> {
        let mut done = Vec::new();
        for change in self.planned.take() {
            let backup = if change.is_new_file() { None } else { Some(save::backup(change.path())?) };
            change.apply()?;
            let kept = backup.map_or_else(String::new, |path| format!(", kept as {} before", path.display()));
            done.push(format!("Written: {}{kept}", change.path().display()));
        }
        Ok(done.join("; "))
    }

    /// The account to ask, stamped by the server's clock where that can be had.
    pub(super) async fn account(&self) -> Account {
        let mut account = Account::new(self.settings.clone(), Http::new(self.settings.timeout));
        // the request itself says so when nothing answers
        let _ = account.use_server_time().await;
        account
    }
}

/// Writes a report to a new file in the working folder, and says where, or why not.
fn save_report(text: &str) -> String {
    let path = unused_name();
    match save::write(&path, text.as_bytes(), Access::AsItIs) {
        Ok(()) => format!("Saved as {}", path.display()),
        Err(error) => format!("The report was not saved: {error}"),
    }
}

/// A name by the time, that no file has yet.
fn unused_name() -> PathBuf {
    let now = Timestamp::now().to_zoned(TimeZone::system()).strftime("%Y%m%d-%H%M%S").to_string();
    let mut path = PathBuf::from(format!("polydoctor-{now}.md"));
    let mut number = 1;
    while path.exists() {
        number += 1;
        path = PathBuf::from(format!("polydoctor-{now}-{number}.md"));
    }
    path
}

async fn update_balance(desk: &Desk) -> Result<(), AccountError> {
    let account = desk.account().await;
    let credentials = account.credentials_or_derived().await?;
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
