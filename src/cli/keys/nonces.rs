//! `polydoctor keys nonces`

use serde_json::{Value, json};

use super::failed::KeysError;
use super::session::{CommonArgs, KeysSession};
use super::{Format, print};
use crate::cause::Cause;
use crate::cli::progress::Progress;
use crate::cli::{Exit, stop};
use crate::facts::NonceKey;
use crate::keys::{NONCES, belongs_to, due};
use crate::settings::Sourced;

/// Derives the key of each nonce from 0 on. Read-only; uses at most half of the rate limit.
#[derive(Debug, clap::Args)]
pub(super) struct NoncesArgs {
    /// Last nonce to check, at most 9999
    #[arg(long, value_name = "NUMBER", default_value_t = 9, value_parser = clap::value_parser!(u64).range(..10_000))]
    to: u64,
    #[command(flatten)]
    pub(super) common: CommonArgs,
}

/// How a scan ended.
enum End {
    Whole,
    Interrupted,
    Stopped(KeysError),
}

pub(super) async fn run(args: NoncesArgs) -> Result<Exit, KeysError> {
    let session = KeysSession::open(args.common).await?;
    let mut progress = Progress::new(false);
    let seconds = due(args.to).as_secs();
    if seconds > 5 {
        let long = if seconds < 120 { format!("{seconds} s") } else { format!("{} minutes", seconds.div_ceil(60)) };
        print::note(&format!("Takes about {long}, to leave rate limit for your bots; Ctrl-C stops"));
    }
    let mut found = Vec::new();
    let scan = session.operator.account.scan_nonces(args.to, |nonce| {
        let held = found.iter().filter(|nonce: &&NonceKey| nonce.key.is_some()).count();
        progress.say(&format!("nonce {} of {}, {held} with a key", nonce.nonce, args.to));
        found.push(nonce);
    });
    let stop = stop::signal()?;
    let end = tokio::select! {
        outcome = scan => match outcome {
            Ok(()) => End::Whole,
            Err(error) => End::Stopped(session.operator.explain("Not all nonces could be checked", error).await.into()),
        },
        () = stop => End::Interrupted,
    };
    progress.clear();
    report(&session, &found, args.to, end)
}

fn report(session: &KeysSession, found: &[NonceKey], to: u64, end: End) -> Result<Exit, KeysError> {
    let whole = matches!(end, End::Whole);
    match end {
        End::Stopped(stop) if found.is_empty() => return Err(stop),
        End::Stopped(KeysError::Failed { undone, .. }) => {
            print::note(&format!("{}: {}", undone.summary, undone.because.join("; ")));
        }
        End::Stopped(stop) => return Err(stop),
        End::Whole | End::Interrupted => {}
    }
    let scan = Scan { found, to, whole, configured: configured(session) };
    match session.format {
        Format::Json => print::json(&scan.json())?,
        Format::Text => print::text(&scan.text())?,
    }
    Ok(match (whole, scan.holding()) {
        (false, _) => Exit::Unknown,
        (true, 0) => Exit::No,
        (true, _) => Exit::Done,
    })
}

fn configured(session: &KeysSession) -> Option<Sourced<String>> {
    session.operator.account.settings().credentials.key.clone()
}

/// What was found out.
struct Scan<'a> {
    found: &'a [NonceKey],
    to: u64,
    whole: bool,
    configured: Option<Sourced<String>>,
}

impl Scan<'_> {
    fn holding(&self) -> usize {
        self.found.iter().filter(|nonce| nonce.key.is_some()).count()
    }

    /// The cause, where no nonce holds a key.
    fn cause(&self) -> Option<Cause> {
        (self.whole && self.holding() == 0).then_some(Cause::NoKeyAtNonce)
    }

    fn of_configured(&self) -> Option<String> {
        let key = &self.configured.as_ref()?.value;
        belongs_to(self.found, key).map(|nonce| nonce.nonce.to_string())
    }

    fn is_configured(&self, nonce: &NonceKey) -> bool {
        nonce.key.is_some() && nonce.key.as_ref() == self.configured.as_ref().map(|key| &key.value)
    }

    fn json(&self) -> Value {
        let row = |nonce: &NonceKey| json!({ "nonce": nonce.nonce.to_string(), "key": nonce.key, "configured": self.is_configured(nonce) });
        json!({
            "schema": 1,
            "done": self.whole,
            "cause": self.cause(),
            "to": self.to,
            "nonces": self.found.iter().map(row).collect::<Vec<_>>(),
            "configured_key_nonce": self.of_configured(),
        })
    }

    fn text(&self) -> String {
        let mut rows: Vec<(String, String)> = Vec::new();
        for nonce in self.found {
            let Some(key) = &nonce.key else { continue };
            let mark = match &self.configured {
                Some(configured) if self.is_configured(nonce) => format!("  configured ({})", configured.source),
                _ => String::new(),
            };
            rows.push((format!("nonce {}", nonce.nonce), format!("{key}{mark}")));
        }
        let asked = match self.found.last() {
            Some(last) => format!("Nonces 0 to {}: {} with a key", last.nonce, rows.len()),
            None => "No nonce was checked".to_owned(),
        };
        let stopped = if self.whole { String::new() } else { format!("; stopped before {}", self.to) };
        let rows: Vec<(&str, String)> = rows.iter().map(|(label, text)| (label.as_str(), text.clone())).collect();
        format!("{asked}{stopped}\n{}{}\n{}", print::lines(&rows), self.whose(), explained())
    }

    /// Where the configured key stands.
    fn whose(&self) -> String {
        match (&self.configured, self.of_configured()) {
            (None, _) => "No API key is configured\n".to_owned(),
            (Some(_), Some(nonce)) => format!("The configured key belongs to nonce {nonce}\n"),
            (Some(configured), None) => format!(
                "The configured key ({}) is at none of them: it has a later nonce, belongs to a different private key, or was deleted\n",
                configured.source
            ),
        }
    }
}

/// What else is called nonce.
fn explained() -> String {
    let rows: Vec<(&str, String)> = NONCES.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    format!("Four different things are called nonce\n{}", print::lines(&rows))
}
