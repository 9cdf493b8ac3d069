//! What the live panel has seen of the channels since it was opened. Secrets never get here.

use std::collections::VecDeque;

use crate::facts::{ChannelAnswer, UserEvent};

/// So many events and frames are kept.
const KEPT: usize = 200;
/// So many times of pings are kept.
const KEPT_PINGS: usize = 20;

/// One of the two channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelId {
    /// The live data service.
    Data,
    /// The user channel.
    User,
}

/// What happened on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiveNews {
    /// The panel was opened: everything before is over.
    Begun,
    Opening(ChannelId),
    /// The WebSocket is open, after so many milliseconds.
    Opened(ChannelId, u64),
    Frame(Frame),
    /// What it made of the credentials, after so many milliseconds.
    Answered(ChannelId, ChannelAnswer, u64),
    /// From a ping to its answer, in milliseconds.
    Pinged(ChannelId, u64),
    /// An event, with when it came in Unix milliseconds.
    Event(i64, UserEvent),
    /// Why it is not open any more, or could not be opened, and after how many seconds it is tried again.
    Ended(ChannelId, String, Option<u64>),
}

/// A text that went over a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub channel: ChannelId,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// Whether it was sent, and not received.
    pub sent: bool,
    /// Without secrets.
    pub text: String,
}

/// How a channel stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ChannelState {
    #[default]
    Closed,
    Opening,
    Open,
    Ended {
        why: String,
        again_s: Option<u64>,
    },
}

#[derive(Debug, Default)]
pub struct Channel {
    pub(in crate::tui) standing: ChannelState,
    pub(in crate::tui) opened_ms: Option<u64>,
    /// And after how many milliseconds it came.
    pub(in crate::tui) answer: Option<(ChannelAnswer, u64)>,
    /// Milliseconds; the last one last.
    pub(in crate::tui) pings: VecDeque<u64>,
}

#[derive(Debug, Default)]
pub struct State {
    pub(in crate::tui) data: Channel,
    pub(in crate::tui) user: Channel,
    /// The newest first, each with when it came.
    pub(in crate::tui) events: VecDeque<(i64, UserEvent)>,
    pub(in crate::tui) event_count: usize,
    /// The newest first.
    pub(in crate::tui) frames: VecDeque<Frame>,
}

impl State {
    fn channel(&mut self, channel: ChannelId) -> &mut Channel {
        match channel {
            ChannelId::Data => &mut self.data,
            ChannelId::User => &mut self.user,
        }
    }

    pub(in crate::tui) fn take(&mut self, news: LiveNews) {
        match news {
            LiveNews::Begun => *self = Self::default(),
            LiveNews::Opening(channel) => {
                let channel = self.channel(channel);
                *channel = Channel { standing: ChannelState::Opening, ..Channel::default() };
            }
            LiveNews::Opened(channel, after_ms) => {
                let channel = self.channel(channel);
                channel.standing = ChannelState::Open;
                channel.opened_ms = Some(after_ms);
            }
            LiveNews::Frame(frame) => keep(&mut self.frames, frame),
            LiveNews::Answered(channel, answer, after_ms) => self.channel(channel).answer = Some((answer, after_ms)),
            LiveNews::Pinged(channel, took_ms) => {
                let pings = &mut self.channel(channel).pings;
                pings.push_back(took_ms);
                pings.drain(..pings.len().saturating_sub(KEPT_PINGS));
            }
            LiveNews::Event(at_ms, event) => {
                self.event_count += 1;
                keep(&mut self.events, (at_ms, event));
            }
            LiveNews::Ended(channel, why, again_s) => {
                self.channel(channel).standing = ChannelState::Ended { why, again_s };
            }
        }
    }

    /// The panel was left: both channels are closed, and what came stays until it is opened again.
    pub(in crate::tui) fn close(&mut self) {
        for channel in [&mut self.data, &mut self.user] {
            channel.standing = ChannelState::Closed;
        }
    }
}

fn keep<T>(list: &mut VecDeque<T>, newest: T) {
    list.push_front(newest);
    list.truncate(KEPT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_that_is_opened_again_begins_anew_and_memory_is_bounded() {
        let mut state = State::default();
        state.take(LiveNews::Opened(ChannelId::Data, 3));
        state.take(LiveNews::Answered(ChannelId::Data, ChannelAnswer::Accepted, 2));
        for number in 0..1_000 {
            state.take(LiveNews::Pinged(ChannelId::Data, number));
            state.take(LiveNews::Frame(Frame {
                channel: ChannelId::User,
                at_ms: 0,
                sent: true,
                text: "PING".to_owned(),
            }));
            state.take(LiveNews::Event(0, UserEvent::default()));
        }
        assert_eq!((state.data.pings.len(), state.frames.len(), state.events.len()), (KEPT_PINGS, KEPT, KEPT));
        assert_eq!((state.event_count, state.data.pings.back()), (1_000, Some(&999)));
        state.take(LiveNews::Opening(ChannelId::Data));
        assert!(state.data.answer.is_none() && state.data.pings.is_empty());
        state.take(LiveNews::Begun);
        assert_eq!((state.event_count, state.frames.len()), (0, 0));
    }
}
