//! Doing what the dashboard asks for beside the run.

mod builder;
mod clock;
mod fix;
mod fleet;
mod headers;
mod keys;
mod live;
mod report;
mod wizard;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::client::account::{Account, AccountError};
use crate::client::http::Http;
use crate::client::limits::Limits;
use crate::engine::Engine;
use crate::facts::{Facts, RequestRecord};
use crate::inspect::{self, Known};
use crate::operations::Operator;
use crate::secret::Secret;
use crate::settings::change::FileChange;
use crate::settings::{Inputs, Settings};
use crate::tui::NewsSender;
use crate::tui::state::symptom;
use crate::tui::state::task::{News, Task};

/// Does one task. Whoever drops this cancels it.
pub(super) async fn run(context: Rc<TaskContext>, task: Task, post: NewsSender) {
    let news = match task {
        Task::SignHeaders(request) => News::HeadersSigned(Box::new(headers::sign(&context.settings(), *request))),
        Task::CheckFleet => return fleet::check(&context, &post).await,
        Task::LookAtBuilder => return builder::look(&context, &post).await,
        Task::BuilderTrades { cursor, all } => return builder::trades(&context, &cursor, all, &post).await,
        Task::Reconcile => return builder::reconcile(&context, &post).await,
        Task::ReadClock { quick } => return clock::read_clock(&context, quick, &post).await,
        Task::WatchLive => return live::watch(&context, &post).await,
        Task::ReadKeys => keys::read(&context.account("the list of keys").await).await,
        Task::ScanNonces { last } => keys::scan(&context.account("the scan of nonces").await, last, &post).await,
        Task::ChangeKeys(change) => keys::change(&context, &change, &post).await,
        Task::PlanSaving { nonce } => keys::plan_saving(&context, nonce).await,
        Task::PlanRotation => keys::plan_rotation(&context).await,
        Task::Rotate => keys::rotate(&context, &post).await,
        Task::Look(draft) => News::Looked(Box::new(context.look(&draft).await)),
        Task::ReadKey(draft) => News::KeyRead(wizard::read_key(&draft).await.map(Box::new)),
        Task::PlanProfile(draft) => News::ProfilePlanned(context.plan_profile(&draft)),
        Task::SaveProfile => News::ProfileSaved(context.save_profile()),
        Task::PlanFix(wanted) => News::FixPlanned(context.plan_fix(&wanted).map_err(|error| error.to_string())),
        Task::ApplyFix => News::FixApplied(context.apply_fix().map_err(|error| error.to_string())),
        Task::Recognise { lookup, text } => recognise(lookup, text).await,
        Task::Inspect { number, text } => inspect(Known::of(&context.settings(), None), number, text).await,
        Task::SaveReport(text) => News::Said(report::save_report(&text)),
        Task::UpdateBalance => News::BalanceUpdated(update_balance(&context).await.map_err(|error| error.to_string())),
    };
    // nobody listens any more when the dashboard ends
    let _ = post.send(news);
}

/// What goes with recorded facts: only what stays on this machine.
pub(super) async fn run_recorded(task: Task, post: &NewsSender) {
    let news = match task {
        Task::SaveReport(text) => News::Said(report::save_report(&text)),
        Task::Recognise { lookup, text } => recognise(lookup, text).await,
        Task::Inspect { number, text } => inspect(Known::default(), number, text).await,
        _ => News::Said("This is a replay of recorded facts: it makes no requests or changes".to_owned()),
    };
    let _ = post.send(news);
}

/// Looks through a text on a thread of its own, so that no key waits for it.
async fn recognise(lookup: u64, text: Secret) -> News {
    let found = tokio::task::spawn_blocking(move || symptom::offered(text.expose())).await;
    News::Recognised { lookup, found: found.unwrap_or_default() }
}

/// Takes a text apart on a thread of its own, so that no key waits for it.
async fn inspect(known: Known, number: u64, text: Secret) -> News {
    let found = tokio::task::spawn_blocking(move || inspect::inspect(text.expose(), &known)).await;
    News::Inspected { number, found: Box::new(found.unwrap_or_default()) }
}

/// What tasks work with.
pub(super) struct TaskContext {
    /// Of the checklist, which keeps the list of requests.
    engine: Arc<Engine>,
    settings: RefCell<Rc<Settings>>,
    /// What the settings were loaded from.
    inputs: Inputs,
    planned: RefCell<Planned>,
    rotation: RefCell<Option<keys::PlannedRotation>>,
}

/// The changes of files that were shown last.
#[derive(Default)]
struct Planned {
    changes: Vec<FileChange>,
    /// What is named beside them in the list of what can be undone.
    command: &'static str,
}

impl TaskContext {
    pub(super) fn new(engine: Arc<Engine>, settings: Settings, inputs: Inputs) -> Self {
        Self {
            engine,
            settings: RefCell::new(Rc::new(settings)),
            inputs,
            planned: RefCell::default(),
            rotation: RefCell::default(),
        }
    }

    /// Those that were read last.
    pub(super) fn settings(&self) -> Rc<Settings> {
        Rc::clone(&self.settings.borrow())
    }

    /// Tasks that begin from now on work with these settings.
    pub(super) fn renew(&self, settings: Settings) {
        self.settings.replace(Rc::new(settings));
        self.rotation.take();
    }

    /// Connections whose requests are listed with this purpose.
    fn http(&self, purpose: &str) -> Http {
        self.engine.noting(&Http::new(self.settings().timeout), purpose)
    }

    /// The account to ask for this purpose, stamped by the server's clock where that can be had.
    pub(super) async fn account(&self, purpose: &str) -> Account {
        let settings = (*self.settings()).clone();
        let mut account = Account::new(settings, self.http(purpose).limited(Limits::published()));
        // the request itself says so when nothing answers
        let _ = account.use_server_time().await;
        account
    }
}

impl TaskContext {
    /// Lists the requests of a run beside this one, with what they were for.
    fn remember(&self, facts: &Facts, purpose: &str) {
        let purpose = Some(purpose.to_owned());
        let requests =
            facts.requests.iter().map(|request| RequestRecord { purpose: purpose.clone(), ..request.clone() });
        self.engine.remember(requests, facts.started_ms);
    }

    /// The account for this purpose, to change its keys.
    async fn operator(&self, purpose: &str) -> Operator {
        let environment = self.inputs.environment.clone();
        Operator { account: self.account(purpose).await, environment, diagnoses: false }
    }
}

async fn update_balance(context: &TaskContext) -> Result<(), AccountError> {
    let account = context.account("the update of the balance cache").await;
    let kind = account.settings().signature_type.as_ref().ok_or_else(|| {
        AccountError::Setting("the signature type is not valid; `polydoctor check setup.settings` shows why".to_owned())
    })?;
    account.update_balances(&account.credentials_or_derived().await?, kind.value).await
}
