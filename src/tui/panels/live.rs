//! The live channels, open for as long as this panel is on the screen: whether they accept the credentials,
//! and what they send. Only reads: nothing is subscribed that costs anything, and no order is kept alive.

use ratatui::layout::Size;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::Content;
use crate::checks::Status;
use crate::facts::{ChannelAnswer, UserEvent};
use crate::settings::Sourced;
use crate::tui::state::panels::live::{Channel, ChannelId, ChannelState, Frame};
use crate::tui::state::task::{Task, TaskKind};
use crate::tui::state::{App, Phase};
use crate::tui::text::{Page, duration};
use crate::watch::time_of_day;

/// Frames that are listed.
const FRAMES: usize = 12;

/// Once the run is over, and only where there is a channel to open.
pub(super) fn while_shown(app: &App) -> Option<Task> {
    let setup = &app.facts.setup;
    let has_channel = setup.live_url.is_some() || setup.ws_url.is_some();
    let is_live = app.phase() == Phase::Over && !setup.offline && app.is_live();
    (is_live && has_channel).then_some(Task::WatchLive)
}

pub(super) fn content(app: &App, room: Size) -> Content {
    let setup = &app.facts.setup;
    let state = &app.panels.live;
    let mut page = Page::new(app.theme, room.width.into());
    if setup.offline {
        page.text("Offline: no channel is opened", Style::new());
    } else if app.about.recorded {
        page.text("Recorded facts: no channel is opened", Style::new());
    } else if setup.live_url.is_none() && setup.ws_url.is_none() && app.phase() == Phase::Over {
        page.text(
            "The live channels of this CLOB are unknown: set POLYMARKET_LIVE_URL and POLYMARKET_WS_URL",
            Style::new(),
        );
    }
    channel(app, "Live data", setup.live_url.as_ref(), &state.data, &mut page);
    channel(app, "User channel", setup.ws_url.as_ref(), &state.user, &mut page);
    page.heading("Events, newest first");
    if state.events.is_empty() {
        page.text("None yet. A quiet channel is normal while the account has no orders", app.theme.dim());
    }
    let room_for_events = usize::from(room.height).saturating_sub(page.len() + FRAMES / 2 + 2).max(4);
    for (at_ms, event) in state.events.iter().take(room_for_events) {
        let when = Span::styled(format!("{}  ", time_of_day(*at_ms)), app.theme.dim());
        page.beside(vec![when], &words(event), Style::new());
    }
    page.heading("Sent and received, newest first");
    if state.frames.is_empty() {
        page.text("Nothing yet", app.theme.dim());
    }
    for frame in state.frames.iter().take(FRAMES) {
        frame_line(app, frame, &mut page);
    }
    page.gap();
    page.text("Open while this panel is shown. Read-only: no subscription, no order heartbeat", app.theme.dim());
    let corner = match state.event_count {
        0 => String::new(),
        1 => "1 event".to_owned(),
        count => format!("{count} events"),
    };
    Content { corner, lines: page.finish(), ..Content::default() }
}

/// One channel: what it says to the credentials, how fast, and where it is.
fn channel(app: &App, name: &str, url: Option<&Sourced<String>>, channel: &Channel, page: &mut Page) {
    page.heading(name);
    let Some(url) = url else { return page.text("No URL", app.theme.dim()) };
    let (status, said) = standing(app, channel);
    let sign = format!("{} {}  ", app.theme.symbol(status, app.now_ms), status.word());
    page.beside(vec![Span::styled(sign, app.theme.status(status))], &said, Style::new().add_modifier(Modifier::BOLD));
    let pings = pings(channel);
    let mut fields = vec![("URL", url.value.as_str())];
    fields.extend(pings.as_deref().map(|pings| ("PING", pings)));
    page.fields(fields);
}

fn standing(app: &App, channel: &Channel) -> (Status, String) {
    let took = |ms: u64| duration(ms);
    match (&channel.standing, &channel.answer) {
        (ChannelState::Closed, _) if app.tasks.contains(&TaskKind::WatchLive) => {
            (Status::Waiting, "Opening".to_owned())
        }
        (ChannelState::Closed, _) if app.is_launching_or_running() => {
            (Status::Waiting, "Opened when the checks are done".to_owned())
        }
        (ChannelState::Closed, _) => (Status::Skip, "Closed".to_owned()),
        (ChannelState::Opening, _) => (Status::Waiting, "Opening".to_owned()),
        (ChannelState::Open, None) => {
            let opened = channel.opened_ms.map_or_else(String::new, |ms| format!(" after {}", took(ms)));
            (Status::Waiting, format!("Open{opened}, no response to the credentials yet"))
        }
        (ChannelState::Open, Some((ChannelAnswer::Accepted, ms))) => {
            (Status::Pass, format!("Accepts the API credentials ({})", took(*ms)))
        }
        (_, Some((ChannelAnswer::Rejected { how }, ms))) => {
            (Status::Fail, format!("Rejects the API credentials: {how} ({})", took(*ms)))
        }
        (ChannelState::Open, Some((ChannelAnswer::Unclear { how }, _))) => {
            (Status::Note, format!("Open, but without a verdict on the credentials: {how}"))
        }
        (ChannelState::Ended { why, again_s }, _) => {
            let again = again_s.map_or_else(String::new, |seconds| format!("; trying again in {seconds} s"));
            (Status::Note, format!("Not open: {why}{again}"))
        }
    }
}

/// `3 ms, the last of 5 (2 to 9 ms)`
fn pings(channel: &Channel) -> Option<String> {
    let last = channel.pings.back()?;
    let (least, most) = (channel.pings.iter().min()?, channel.pings.iter().max()?);
    Some(match channel.pings.len() {
        1 => format!("responded after {}", duration(*last)),
        count => format!(
            "responded after {}, the last of {count} ({} to {})",
            duration(*last),
            duration(*least),
            duration(*most)
        ),
    })
}

/// `trade MATCHED  BUY 10 at 0.57 YES  market 0x1234…`
fn words(event: &UserEvent) -> String {
    let market: String = event.market.chars().take(10).collect();
    let parts = [
        event.kind.clone(),
        event.what.clone(),
        event.side.clone(),
        event.size.clone(),
        if event.price.is_empty() { String::new() } else { format!("at {}", event.price) },
        event.outcome.clone(),
        if market.is_empty() { String::new() } else { format!("market {market}…") },
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn frame_line(app: &App, frame: &Frame, page: &mut Page) {
    let arrow = match (frame.sent, app.theme.ascii) {
        (true, false) => "→",
        (false, false) => "←",
        (true, true) => ">",
        (false, true) => "<",
    };
    let name = match frame.channel {
        ChannelId::Data => "data",
        ChannelId::User => "user",
    };
    let before = format!("{}  {name} {arrow} ", time_of_day(frame.at_ms));
    page.beside(vec![Span::styled(before, app.theme.dim())], &frame.text, Style::new());
}
