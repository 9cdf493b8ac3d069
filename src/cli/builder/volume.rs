//! `polydoctor builder volume`

use std::io::{self, Write as _};

use serde::Serialize;

use super::{AccountArgs, Exit};
use crate::cli::look::Format;
use crate::cli::terminal;
use crate::client::account::AccountError;
use crate::client::boards::{self, Boards, LeaderboardRow, Period};
use crate::client::trades::builder_code;

/// What has to be known to read the boards.
const DELAY: &str = "Volume is in shares and up to 24 hours behind; only verified builders are shown. `polydoctor builder trades` lists the trades immediately, in dollars";

#[derive(Debug, clap::Args)]
pub(super) struct VolumeArgs {
    /// Time window of the leaderboard, and step of the volume over time
    #[arg(long, value_enum, default_value_t)]
    period: Period,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    account: AccountArgs,
}

pub(super) async fn run(mut args: VolumeArgs) -> anyhow::Result<Exit> {
    let (account, _demo) = args.account.open().await?;
    // the boards know builders by their code only
    let code = builder_code(account.settings())?;
    let Some(data) = &account.settings().data_url else {
        return Err(AccountError::Setting("the URL of the data API is not usable; pass --data-url".to_owned()).into());
    };
    let found = match boards::boards(account.http(), &data.value, code, args.period).await {
        Ok(found) => found,
        Err(failure) => {
            writeln!(terminal::err(), "error: the data API did not return its leaderboard: {failure}")?;
            return Ok(Exit::Unknown);
        }
    };
    let mut out = terminal::out();
    match args.format {
        Format::Text => text(&mut out, args.period, &found)?,
        Format::Json => {
            let period = args.period.word();
            let document = Document { schema: 1, builder_code: code, period, unit: "shares", found: &found };
            serde_json::to_writer_pretty(&mut out, &document)?;
            writeln!(out)?;
        }
    }
    Ok(if found.standing.is_some() || !found.volume.is_empty() { Exit::Done } else { Exit::No })
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    builder_code: &'a str,
    period: &'static str,
    unit: &'static str,
    #[serde(flatten)]
    found: &'a Boards,
}

fn text(out: &mut impl io::Write, period: Period, found: &Boards) -> io::Result<()> {
    match &found.standing {
        Some(standing) => writeln!(out, "{}  ({})", line(standing), period.word())?,
        None => writeln!(out, "The leaderboard does not show this builder code")?,
    }
    for (place, row) in found.volume.iter().enumerate() {
        let gap = if place == 0 { "\n" } else { "" };
        let day = row.date.map_or_else(|| "–".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
        writeln!(out, "{gap}{day:<10}  {}", line(row))?;
    }
    writeln!(out, "\n{DELAY}")
}

fn line(row: &LeaderboardRow) -> String {
    let number = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    let volume = row.volume.map_or_else(|| "–".to_owned(), |volume| volume.to_string());
    format!(
        "{:>5}  {:<20} {volume:>16} shares  {:>6} users",
        format!("#{}", number(row.rank)),
        row.name.as_deref().unwrap_or("–"),
        number(row.active_users)
    )
}
