//! Both live channels, for as long as their panel is shown. Nothing is subscribed but the account's own events,
//! and nothing that keeps orders alive is sent.

use std::time::{Duration, Instant};

use url::Url;

use super::TaskContext;
use crate::auth::l2::ApiCredentials;
use crate::checks::short;
use crate::client::http::{Http, millis, now_ms};
use crate::client::live::{self, PING, PONG, STAYS_OPEN};
use crate::client::socket::{Received, Socket};
use crate::facts::{ChannelAnswer, Failure};
use crate::secret::Secret;
use crate::tui::NewsSender;
use crate::tui::state::panels::live::{ChannelId, Frame, LiveNews};
use crate::tui::state::task::News;

/// Between two pings: what the user channel wants.
const PINGS: Duration = Duration::from_secs(10);
/// Before a lost channel is opened again.
const AGAIN: Duration = Duration::from_secs(10);
/// Characters of a frame that are shown.
const SHOWN: usize = 240;
/// What stands for a secret in a frame that is shown.
const HIDDEN: &str = "[hidden]";

pub(super) async fn watch(context: &TaskContext, post: &NewsSender) {
    let settings = context.settings();
    let reporter = |channel| Reporter { post, channel };
    let (data, user) = (reporter(ChannelId::Data), reporter(ChannelId::User));
    data.say(LiveNews::Begun);
    let credentials = match settings.credentials.whole() {
        Some(configured) => Ok(configured),
        None => context.account("the live panel").await.credentials_or_derived().await,
    };
    let credentials = match credentials {
        Ok(credentials) => credentials,
        Err(error) => {
            data.end(&error.to_string(), None);
            return user.end(&error.to_string(), None);
        }
    };
    let http = context.http("the live panel").of(&settings);
    http.hide([credentials.secret.expose(), credentials.passphrase.expose()]);
    let data_url = settings.live_url.as_ref().map(|url| url.value.clone());
    let user_url = settings.ws_url.as_ref().map(|url| live::user_channel(&url.value));
    tokio::join!(keep_open(data, data_url, &http, &credentials), keep_open(user, user_url, &http, &credentials),);
}

/// Opens a channel again and again, until it rejects the credentials.
async fn keep_open(reporter: Reporter<'_>, url: Option<Url>, http: &Http, credentials: &ApiCredentials) {
    let Some(url) = url else { return };
    loop {
        reporter.say(LiveNews::Opening(reporter.channel));
        let ended = match reporter.channel {
            ChannelId::Data => data(&reporter, &url, http, credentials).await,
            ChannelId::User => user(&reporter, &url, http, credentials).await,
        };
        match ended {
            Ok(End::Rejected(why)) => return reporter.end(&why, None),
            Ok(End::Lost(why)) => reporter.end(&why, Some(AGAIN)),
            Err(failure) => reporter.end(&failure.to_string(), Some(AGAIN)),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

enum End {
    Rejected(String),
    Lost(String),
}

/// The same credentials with what may be shown of them.
fn shown(credentials: &ApiCredentials) -> ApiCredentials {
    ApiCredentials { key: short(&credentials.key), secret: Secret::new(HIDDEN), passphrase: Secret::new(HIDDEN) }
}

async fn open(reporter: &Reporter<'_>, url: &Url, http: &Http) -> Result<Socket, Failure> {
    let began = Instant::now();
    let socket = Socket::open(http, None, url).await?;
    reporter.say(LiveNews::Opened(reporter.channel, millis(began.elapsed())));
    Ok(socket)
}

async fn data(reporter: &Reporter<'_>, url: &Url, http: &Http, credentials: &ApiCredentials) -> Result<End, Failure> {
    const RID: &str = "a1";
    let mut socket = open(reporter, url, http).await?;
    let began = Instant::now();
    socket.send(live::auth_frame(RID, credentials).expose()).await?;
    reporter.sent(live::auth_frame(RID, &shown(credentials)).expose());
    let mut pings = tokio::time::interval(PINGS);
    let mut pinged: Option<(String, Instant)> = None;
    let mut number = 0_u64;
    loop {
        tokio::select! {
            came = socket.next() => match came? {
                Received::Text(text) => {
                    reporter.received(&socket, &text);
                    if let Some(answer) = live::authentication(&text, RID) {
                        let answer = live::clean(&socket, answer);
                        reporter.say(LiveNews::Answered(reporter.channel, answer, millis(began.elapsed())));
                    }
                    if let Some((rid, at)) = &pinged
                        && live::is_pong(&text, rid)
                    {
                        reporter.say(LiveNews::Pinged(reporter.channel, millis(at.elapsed())));
                        pinged = None;
                    }
                }
                Received::Closed(closed) => {
                    return Ok(match live::after_data(&closed) {
                        ChannelAnswer::Rejected { how } => End::Rejected(how),
                        _ => End::Lost(closed.to_string()),
                    });
                }
            },
            _ = pings.tick() => {
                number += 1;
                let rid = format!("p{number}");
                let frame = live::ping_frame(&rid);
                reporter.sent(&frame);
                socket.send(frame).await?;
                pinged = Some((rid, Instant::now()));
            }
        }
    }
}

async fn user(reporter: &Reporter<'_>, url: &Url, http: &Http, credentials: &ApiCredentials) -> Result<End, Failure> {
    let mut socket = open(reporter, url, http).await?;
    let began = tokio::time::Instant::now();
    socket.send(live::user_frame(credentials).expose()).await?;
    reporter.sent(live::user_frame(&shown(credentials)).expose());
    let mut pings = tokio::time::interval(PINGS);
    let (mut pinged, mut has_pong, mut is_accepted): (Option<Instant>, bool, bool) = (None, false, false);
    loop {
        tokio::select! {
            came = socket.next() => match came? {
                Received::Text(text) => {
                    if text == PONG && let Some(at) = pinged.take() {
                        has_pong = true;
                        reporter.say(LiveNews::Pinged(reporter.channel, millis(at.elapsed())));
                    }
                    let events = live::user_events(&text);
                    if events.is_empty() {
                        reporter.received(&socket, &text);
                    }
                    for event in events {
                        let event = event.changed(|text| socket.shown(text, 80));
                        reporter.say(LiveNews::Event(unix_ms(), event));
                    }
                }
                Received::Closed(closed) => {
                    return Ok(match live::after(&closed) {
                        ChannelAnswer::Rejected { how } => {
                            let answer = ChannelAnswer::Rejected { how: how.clone() };
                            reporter.say(LiveNews::Answered(reporter.channel, answer, millis(began.elapsed())));
                            End::Rejected(how)
                        }
                        _ => End::Lost(closed.to_string()),
                    });
                }
            },
            // wrong credentials would have closed it by now
            () = tokio::time::sleep_until(began + STAYS_OPEN), if has_pong && !is_accepted => {
                is_accepted = true;
                let answer = ChannelAnswer::Accepted;
                reporter.say(LiveNews::Answered(reporter.channel, answer, millis(began.elapsed())));
            }
            _ = pings.tick() => {
                reporter.sent(PING);
                socket.send(PING).await?;
                pinged = Some(Instant::now());
            }
        }
    }
}

fn unix_ms() -> i64 {
    i64::try_from(now_ms()).unwrap_or(i64::MAX)
}

/// Tells the panel what happens on one channel.
#[derive(Clone, Copy)]
struct Reporter<'a> {
    post: &'a NewsSender,
    channel: ChannelId,
}

impl Reporter<'_> {
    fn say(&self, news: LiveNews) {
        // nobody listens any more when the dashboard ends
        let _ = self.post.send(News::Live(news));
    }

    fn end(&self, why: &str, again: Option<Duration>) {
        self.say(LiveNews::Ended(self.channel, why.to_owned(), again.map(|again| again.as_secs())));
    }

    fn sent(&self, text: &str) {
        self.frame(true, text.to_owned());
    }

    fn received(&self, socket: &Socket, text: &str) {
        self.frame(false, socket.shown(text, SHOWN));
    }

    fn frame(&self, sent: bool, text: String) {
        self.say(LiveNews::Frame(Frame { channel: self.channel, at_ms: unix_ms(), sent, text }));
    }
}
