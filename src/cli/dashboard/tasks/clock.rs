//! Reading the server's clock, again and again.

use std::time::Duration;

use super::TaskContext;
use crate::client::account::Account;
use crate::client::http::now_s;
use crate::facts::ClockReading;
use crate::facts::clock::{narrowed, wait_for_turn};
use crate::tui::NewsSender;
use crate::tui::state::panels::clock::{EVERY_S, QUICK};
use crate::tui::state::task::News;

/// Seconds between quick readings, at the least.
const PAUSE_S: f64 = 0.3;

/// Each reading is sent so that it halves what the earlier ones left open.
pub(super) async fn read_clock(context: &TaskContext, quick: usize, post: &NewsSender) {
    let account = Account::new((*context.settings()).clone(), context.http("the clock panel"));
    let mut readings: Vec<ClockReading> = Vec::new();
    for count in 1_usize.. {
        let answer = account.read_time().await.map_err(|error| error.to_string());
        if let Ok(reading) = &answer {
            readings.push(*reading);
            if context.engine.read_clock(*reading) && post.send(News::ClockSet).is_err() {
                return;
            }
        }
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
