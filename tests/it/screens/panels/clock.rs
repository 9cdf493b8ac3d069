//! The panel of the clock.

use super::*;

fn reading(server_s: i64, sent_ms: u32, took_ms: u32, from_time: bool) -> ClockReading {
    #[allow(clippy::cast_precision_loss)]
    let started_s = samples::STARTED_MS as f64 / 1_000.0;
    let sent_s = started_s + f64::from(sent_ms) / 1_000.0;
    ClockReading { server_s, sent_s, received_s: sent_s + f64::from(took_ms) / 1_000.0, from_time }
}

/// A clock that is so many seconds ahead, read as the run goes, with a header that lies.
pub(super) fn clock(ahead_s: i64) -> Observed {
    let Observed { mut facts, report } = samples::healthy();
    let started_s = samples::STARTED_MS / 1_000;
    facts.clock = vec![
        reading(started_s - ahead_s, 11, 88, true),
        reading(started_s - ahead_s, 101, 156, false),
        reading(started_s + 900, 260, 40, false),
        reading(started_s - ahead_s, 420, 181, false),
    ];
    facts.guide_time = known(GuideTime { status: 404, time_s: None });
    let url = "http://127.0.0.1:8080/sign".to_owned();
    facts.setup.builder_signer_url = Some(Sourced::new(url, Source::Default));
    #[allow(clippy::cast_precision_loss)]
    let asked_s = started_s as f64 + 0.3;
    facts.builder_signer = known(RemoteSigner {
        key: "019a".to_owned(),
        timestamp: (started_s - ahead_s - 12).to_string(),
        asked_s,
        latency_ms: 42,
        signature: Some(SignedOver::Everything),
        open_without_token: None,
        takes_timestamp: Some(false),
    });
    Observed { facts, report }
}

#[test]
fn the_clock_narrows_while_it_is_shown() {
    assert_panel("clock", &clock(0), "6");
    let narrowed = |app: &mut App| {
        let started_s = samples::STARTED_MS / 1_000 - 14;
        for (place, sent_ms) in [3_000_u32, 4_490, 5_740, 6_860, 7_930, 8_960, 9_975, 10_980].into_iter().enumerate() {
            let server_s = started_s + i64::from(sent_ms + 15) / 1_000;
            let answer = reading(server_s, sent_ms, 30, true);
            let answer = if place == 7 { Err("no response within 10000 ms".to_owned()) } else { Ok(answer) };
            send(app, Message::News(News::Clock(answer)));
        }
    };
    assert_panel_after("clock-narrowed", &clock(14), "6", narrowed);
    assert_panel("clock-not-read", &samples::waiting(), "6");
}

/// A slow answer leaves seconds open, and what may be nothing is no number, wherever it is said.
#[test]
fn a_clock_offset_inside_its_own_uncertainty_is_stated_nowhere() {
    let Observed { mut facts, .. } = samples::healthy();
    let started_s = samples::STARTED_MS / 1_000;
    facts.setup.builder_signer_url = None;
    // whole seconds of the server, 6.5 s on the way
    facts.clock = vec![reading(started_s + 3, 0, 6_500, true)];
    (facts.server_time, facts.version) = (known(facts.clock[0]), known(2));
    let report = Report::of(&facts);
    let check = report.check("clock.drift").unwrap();
    assert_eq!(check.status, Status::Note, "{check:?}");
    assert!(check.summary.contains("more precisely than ± 3.8 s"), "{}", check.summary);
    assert!(report.diagnoses.iter().all(|diagnosis| diagnosis.cause != Cause::ClockDrift));
    let mut printed = Vec::new();
    let (format, show) = (polydoctor::render::Format::Text, polydoctor::render::Show::All);
    polydoctor::render::print(&report, format, show, polydoctor::render::Style::default(), &mut printed).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    let mut app = app(Observed { facts, report }, (120, 40));
    let verdict = polydoctor::tui::verdict::advice(&app).join("\n");
    press(&mut app, "6");
    let panel = text(&app);
    assert!(panel.contains("within ± 4.") && panel.contains("agree within the measurement error"), "{panel}");
    // without the checklist, whose rows stand beside those of the panel
    let panel = panel.lines().filter_map(|line| line.split('┃').nth(1)).collect::<Vec<_>>().join("\n");
    for said in [printed, verdict, panel] {
        for claim in [" behind", " ahead", "-0.", "+0.", "-3.", "+3."] {
            let drift = said.lines().filter(|line| line.contains("clock") || line.contains(" s ±"));
            assert!(drift.clone().all(|line| !line.contains(claim)), "{claim}: {said}");
        }
    }
    // one that is beyond its uncertainty is a fact
    let Observed { mut facts, .. } = samples::healthy();
    facts.clock = vec![reading(started_s - 14, 0, 500, true)];
    (facts.server_time, facts.version) = (known(facts.clock[0]), known(2));
    let report = Report::of(&facts);
    let mut app = super::app(Observed { facts, report }, (120, 40));
    press(&mut app, "6");
    assert!(text(&app).contains("at least 1"), "{}", text(&app));
}

#[test]
fn the_clock_is_read_only_while_it_is_on_the_screen() {
    let mut app = app(clock(0), (80, 24));
    assert!(polydoctor::tui::panels::wanted(&app).is_empty());
    press(&mut app, "6");
    assert_eq!(polydoctor::tui::panels::wanted(&app).len(), 1);
    press(&mut app, "2");
    assert!(polydoctor::tui::panels::wanted(&app).is_empty());
}
