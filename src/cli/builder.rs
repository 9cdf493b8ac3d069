//! `polydoctor builder`: what a builder's trades come to, and which are not attributed.

mod reconcile;
mod trades;
mod volume;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Exit;
use super::sandbox::DemoArgs;
use super::settings::SettingsArgs;
use crate::client::account::{Account, AccountError};
use crate::client::http::Http;
use crate::client::limits::Limits;
use crate::client::trades::{By, Filter};
use crate::facts::Failure;
use crate::sandbox::Running;

#[derive(Debug, clap::Args)]
pub(super) struct BuilderArgs {
    #[command(subcommand)]
    command: BuilderCommand,
}

#[derive(Debug, clap::Subcommand)]
enum BuilderCommand {
    /// List trades under the builder code, newest first, with totals
    Trades(Box<trades::TradesArgs>),
    /// Compare the account's trades with the builder's: which are not attributed
    Reconcile(Box<reconcile::ReconcileArgs>),
    /// Show rank and volume on the leaderboard, which is up to a day behind
    Volume(Box<volume::VolumeArgs>),
}

pub(super) async fn run(args: BuilderArgs) -> anyhow::Result<Exit> {
    match args.command {
        BuilderCommand::Trades(args) => trades::run(*args).await,
        BuilderCommand::Reconcile(args) => reconcile::run(*args).await,
        BuilderCommand::Volume(args) => volume::run(*args).await,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
}

/// Whose builder it is.
#[derive(Debug, clap::Args)]
struct AccountArgs {
    #[command(flatten)]
    demo: DemoArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl AccountArgs {
    /// The account, and the sandbox that it lives on in a demo.
    async fn open(&mut self) -> anyhow::Result<(Account, Option<Running>)> {
        let demo = self.demo.start().await?;
        let settings = match &demo {
            Some(demo) => {
                self.settings.ask_password_of_demo()?;
                self.settings.load_demo(demo)?
            }
            None => self.settings.load()?,
        };
        let http = Http::new(settings.timeout).limited(Limits::published());
        Ok((Account::new(settings, http), demo))
    }
}

/// From when to when, and what it is asked for by.
#[derive(Debug, clap::Args)]
struct RangeArgs {
    /// Query by builder code or by credentials [default: by code, if one is set]
    #[arg(long, value_enum)]
    by: Option<By>,
    /// Only trades after this moment: RFC 3339, a day (UTC), or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = moment)]
    after: Option<i64>,
    /// Only trades before this moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    before: Option<i64>,
}

impl RangeArgs {
    fn filter(&self) -> Filter {
        Filter { after_s: self.after, before_s: self.before, ..Filter::default() }
    }
}

/// Unix seconds of what people write.
fn moment(text: &str) -> Result<i64, String> {
    if text.len() >= 12 && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err("that is not a number of seconds; use seconds, not milliseconds".to_owned());
    }
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    let parsed = text
        .parse()
        .ok()
        .or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_second))
        .or_else(|| Some(day()?.timestamp().as_second()));
    parsed.ok_or_else(|| "expected 2026-11-20, 2026-11-20T14:00:00Z or Unix seconds".to_owned())
}

/// A moment in the one form that all tables have.
fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A text that a spreadsheet takes for one: what begins as a formula does gets an apostrophe before it.
fn harmless(text: &str) -> String {
    let text = crate::text::line(text);
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '|', '%']);
    if is_formula { format!("'{text}") } else { text.into_owned() }
}

/// Why a reading ended before its end.
enum End {
    /// Everything was read.
    Whole,
    /// As many as were asked for.
    Enough,
    /// By Ctrl-C.
    Stopped,
    Failed(Failure),
}

impl End {
    /// A setting that cannot be used is no end of a reading but a wrong use.
    fn of(error: AccountError) -> anyhow::Result<Self> {
        match error {
            AccountError::Failure(failure) => Ok(Self::Failed(failure)),
            setting @ AccountError::Setting(_) => Err(setting.into()),
        }
    }

    /// What to tell about it.
    fn words(&self) -> Option<String> {
        match self {
            Self::Whole | Self::Enough => None,
            Self::Stopped => Some("stopped".to_owned()),
            Self::Failed(failure) => Some(format!("incomplete: {failure}")),
        }
    }

    fn is_cut_off(&self) -> bool {
        matches!(self, Self::Stopped | Self::Failed(_))
    }
}

/// Ends at the first Ctrl-C; never where that cannot be heard.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula_of_a_spreadsheet() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "|cmd", "%x"] {
            let shown = harmless(text);
            assert!(shown.starts_with('\''), "{text}: {shown}");
        }
        assert_eq!(harmless("Yes – by May"), "Yes – by May");
    }

    #[test]
    fn moments_are_read_in_every_usual_way() {
        let seconds = 1_795_132_800;
        for text in ["1795132800", "2026-11-20", "2026-11-20T00:00:00Z", "2026-11-20T01:00:00+01:00"] {
            assert_eq!(moment(text), Ok(seconds), "{text}");
        }
        for text in ["", "yesterday", "1795132800000", "2026-11-31", "20.11.2026"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
