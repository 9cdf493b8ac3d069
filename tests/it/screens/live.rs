//! The panel "Live": what it shows of both channels, and that it wants them open only while it is shown.

use std::fmt::Write as _;

use polydoctor::facts::{ChannelAnswer, UserEvent};
use polydoctor::tui::panels;
use polydoctor::tui::state::panels::live::{ChannelId, Frame, LiveNews};

use super::*;

fn news(app: &mut App, news: LiveNews) {
    send(app, Message::News(News::Live(news)));
}

fn event(kind: &str, what: &str) -> UserEvent {
    let text = str::to_owned;
    UserEvent {
        kind: text(kind),
        what: text(what),
        side: text("BUY"),
        size: text("10"),
        price: text("0.57"),
        outcome: text("YES"),
        market: text("0x6d5d0a9a214d9fd86eeb18f16709fa9c"),
    }
}

fn frame(channel: ChannelId, sent: bool, text: &str) -> LiveNews {
    LiveNews::Frame(Frame { channel, at_ms: samples::STARTED_MS, sent, text: text.to_owned() })
}

/// Both channels open, with an order, a fill and a second ping.
fn underway(app: &mut App) {
    update(app, Message::TaskBegan(TaskKind::WatchLive));
    news(app, LiveNews::Begun);
    for channel in [ChannelId::Data, ChannelId::User] {
        news(app, LiveNews::Opening(channel));
        news(app, LiveNews::Opened(channel, 41));
    }
    let auth =
        r#"{"op":"auth","rid":"a1","auth":{"apiKey":"8e76d51e…f424","secret":"[hidden]","passphrase":"[hidden]"}}"#;
    news(app, frame(ChannelId::Data, true, auth));
    news(app, frame(ChannelId::Data, false, r#"{"op":"authed","rid":"a1"}"#));
    news(app, LiveNews::Answered(ChannelId::Data, ChannelAnswer::Accepted, 12));
    news(app, LiveNews::Pinged(ChannelId::Data, 12));
    news(app, LiveNews::Pinged(ChannelId::Data, 9));
    news(app, frame(ChannelId::User, true, "PING"));
    news(app, frame(ChannelId::User, false, "PONG"));
    news(app, LiveNews::Event(samples::STARTED_MS, event("order", "PLACEMENT")));
    news(app, LiveNews::Event(samples::STARTED_MS + 1_000, event("trade", "MATCHED")));
}

#[test]
fn both_channels_with_their_answers_events_and_frames() {
    let mut screens = String::new();
    for (width, height) in SIZES {
        for rejected in [false, true] {
            let mut app = app(samples::healthy(), (width, height));
            press(&mut app, "L");
            underway(&mut app);
            if rejected {
                let how = || "closed with code 1008".to_owned();
                let answer = ChannelAnswer::Rejected { how: how() };
                news(&mut app, LiveNews::Answered(ChannelId::User, answer, 1_003));
                news(&mut app, LiveNews::Ended(ChannelId::User, how(), None));
                news(&mut app, LiveNews::Ended(ChannelId::Data, "closed with code 4003".to_owned(), Some(10)));
            }
            let _ = writeln!(screens, "{width}x{height}\n{}", draw(&app).backend());
        }
    }
    assert_text("live", &screens);
}

#[test]
fn the_channels_are_wanted_only_while_the_panel_is_shown_and_something_can_be_asked() {
    let wants = |app: &App| panels::wanted(app).contains(&Task::WatchLive);
    for size in SIZES {
        let mut app = app(samples::healthy(), size);
        assert!(!wants(&app));
        press(&mut app, "L");
        assert!(wants(&app), "{size:?}");
        press(&mut app, "1");
        // beside the list a panel stays on the screen where there is room for it; the check takes its place
        assert!(!wants(&app), "{size:?}");
        press(&mut app, "L");
        app.facts.setup.offline = true;
        assert!(!wants(&app));
        app.facts.setup.offline = false;
        (app.facts.setup.live_url, app.facts.setup.ws_url) = (None, None);
        assert!(!wants(&app));
    }
    let mut running = app(samples::running(), SIZES[0]);
    press(&mut running, "L");
    assert!(!wants(&running), "not beside a run");
}

#[test]
fn what_came_stays_when_the_panel_is_left_and_nothing_moves() {
    let mut app = app(samples::healthy(), SIZES[0]);
    press(&mut app, "L");
    underway(&mut app);
    assert!(!app.is_moving(), "an open channel draws nothing by itself");
    update(&mut app, Message::TaskOver(TaskKind::WatchLive));
    let screen = draw(&app).backend().to_string();
    assert!(screen.contains("Closed") && screen.contains("trade MATCHED"), "{screen}");
}
