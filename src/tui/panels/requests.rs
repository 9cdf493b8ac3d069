//! What was asked over the network, the newest last: never a header's value or a body.

use ratatui::layout::Size;
use ratatui::text::{Line, Span};
use textwrap::core::display_width;

use super::{Content, Panel, Place};
use crate::checks::Status;
use crate::engine::facts::RequestRecord;
use crate::tui::app::App;
use crate::tui::text::duration;

pub(super) const PANEL: Panel = Panel::new("Requests", Place::UnderMain, content);

/// Below this width the offset and the method give way to the path.
const WITH_OFFSET: usize = 44;

fn content(app: &App, room: Size) -> Content {
    let requests = &app.report.requests;
    if requests.is_empty() {
        return Content { lines: vec![Line::from("Nothing has been asked yet")], ..Content::default() };
    }
    let mut newest_last: Vec<_> = requests.iter().collect();
    newest_last.sort_by_key(|request| request.sent_ms);
    Content {
        corner: requests.len().to_string(),
        lines: newest_last.into_iter().map(|request| line(app, request, room.width.into())).collect(),
        newest_last: true,
        ..Content::default()
    }
}

fn line(app: &App, request: &RequestRecord, width: usize) -> Line<'static> {
    let mut before = String::new();
    if width >= WITH_OFFSET {
        let (seconds, millis) = (request.sent_ms / 1_000, request.sent_ms % 1_000);
        before = format!("{:>9}  {:<4} ", format!("+{seconds}.{millis:03} s"), app.theme.say(&request.method));
    }
    let (status, answer) = answer(app, request);
    let tries = if request.attempts > 1 { format!(" x{}", request.attempts) } else { String::new() };
    let answer = format!("{answer:>5}");
    let took = format!("{:>8}", duration(request.elapsed_ms.unwrap_or_else(|| running(app, request))));
    let around = display_width(&before) + answer.len() + tries.len() + took.len();
    let room = width.saturating_sub(around);
    let target = target(app, &request.url, room);
    let padding = " ".repeat(room.saturating_sub(display_width(&target)));
    Line::from(vec![
        Span::styled(before, app.theme.dim()),
        Span::raw(target),
        Span::raw(format!("{padding}{tries}")),
        Span::styled(answer, app.theme.status(status)),
        Span::styled(took, app.theme.dim()),
    ])
}

/// The status code in three cells: dots while it runs, a word when no answer came.
fn answer(app: &App, request: &RequestRecord) -> (Status, String) {
    match (request.status, request.elapsed_ms) {
        (Some(code @ 200..=299), _) => (Status::Pass, code.to_string()),
        (Some(code), _) => (Status::Warn, code.to_string()),
        (None, None) if app.is_launching_or_running() => (Status::Running, "...".to_owned()),
        (None, _) => (Status::Unknown, "none".to_owned()),
    }
}

fn running(app: &App, request: &RequestRecord) -> u64 {
    app.elapsed_ms().saturating_sub(request.sent_ms)
}

/// Host and path: the scheme says nothing that matters here, and where there is no room for the host
/// its first name tells the services apart.
fn target(app: &App, url: &str, room: usize) -> String {
    let target = url.split_once("://").map_or(url, |(_, target)| target);
    if display_width(target) <= room {
        return app.theme.fit(target, room);
    }
    let (host, path) = target.split_at(target.find('/').unwrap_or(target.len()));
    let name = host.split_once('.').map_or(host, |(name, _)| name);
    let host = if name.bytes().all(|byte| byte.is_ascii_digit()) { host } else { name };
    app.theme.fit(&format!("{host} {path}"), room)
}
