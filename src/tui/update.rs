//! How messages change the state: no effects, those are asked for by a [`Command`].

mod act;
mod balance;
mod builder;
mod clock;
mod credentials;
mod first_run;
mod fix;
mod fleet;
mod headers;
mod inspect;
mod later;
mod market;
mod pointing;
mod requests;
mod runs;
mod typing;

use super::state::App;
use super::state::message::{Command, Message};
use super::state::task::{News, TaskKind};

/// Changes the state; what cannot be done by that is left to the caller.
pub fn update(app: &mut App, message: Message) -> Option<Command> {
    let mut command = None;
    let before = app.notice.clone();
    match message {
        Message::Key(key) => command = app.press(key),
        Message::Resize(size) => app.size = size,
        Message::Observed(observed) => app.observe(*observed),
        Message::Tick(now_ms) => {
            app.now_ms = now_ms;
            app.let_notice_expire();
        }
        Message::Paste(text) => command = app.paste(&text),
        Message::Notice(text) => app.notice = Some(text),
        Message::News(news) => command = on_news(app, news),
        Message::Mouse(mouse) => app.point(mouse),
        Message::Launched(about) => app.use_settings(about),
        Message::Rereading(goes_on) => app.rereading = goes_on,
        Message::Renewed(renewed) => app.renew(renewed),
        Message::Unread(why) => app.keep_unread(why),
        Message::FilesChanged(names) => command = app.files_changed(&names),
        Message::RunOver => command = app.finish_run(),
        Message::PartBegan => app.begin_part(),
        Message::PartObserved(observed) => app.observe_part(&observed.report),
        Message::PartOver(observed) => command = app.end_part(&observed),
        Message::PartStopped => app.stop_part(),
        Message::RoundOver(observed) => command = app.end_round(&observed),
        Message::TaskBegan(kind) => {
            app.tasks.insert(kind);
        }
        Message::TaskOver(kind) => {
            app.tasks.remove(&kind);
            if kind == TaskKind::WatchLive {
                app.panels.live.close();
            }
        }
    }
    app.keep_in_list();
    if app.notice != before {
        app.noticed_ms = app.now_ms;
    }
    command
}

/// Takes what a task found to the panel that it is for.
fn on_news(app: &mut App, news: News) -> Option<Command> {
    match news {
        News::Said(sentence) => app.notice = Some(sentence),
        News::Recognised { lookup, found } => app.symptom.take(lookup, found),
        News::Inspected { number, found } => app.panels.inspect.take(number, *found),
        News::Builder(news) => app.panels.builder.take(news),
        News::Fleet(progress) => app.panels.fleet.take(progress),
        News::Live(news) => app.panels.live.take(news),
        News::Clock(answer) => clock::take(app, answer),
        News::ClockSet => return clock::was_set(app),
        News::Looked(looked) => return first_run::looked(app, *looked),
        News::KeyRead(read) => return first_run::key_read(app, read.map(|found| *found)),
        News::ProfilePlanned(plan) => return first_run::planned(app, plan),
        News::ProfileSaved(outcome) => return first_run::saved(app, outcome),
        News::FixPlanned(plan) => return fix::planned(app, plan),
        News::FixApplied(outcome) => return fix::applied(app, outcome),
        News::Keys(keys) => app.panels.credentials.take_keys(*keys),
        News::Nonce(nonce) => app.panels.credentials.take_nonce(nonce),
        News::NoncesScanned(outcome) => credentials::scanned(app, outcome),
        News::KeysChanged(outcome) => return credentials::changed(app, outcome),
        News::SavingPlanned { nonce, plan } => return credentials::saving_planned(app, nonce, plan),
        News::RotationPlanned(plan) => return credentials::rotation_planned(app, plan),
        News::Rotated(outcome) => return credentials::rotated(app, outcome),
        News::BalanceUpdated(outcome) => return balance::updated(app, outcome),
        News::HeadersSigned(signed) => return headers::signed(app, *signed),
    }
    None
}
