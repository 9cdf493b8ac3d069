//! `polydoctor check --watch`: the cheap probes again and again, and a line for what changes.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{CheckArgs, exit, scrapes};
use crate::cli::settings::fleet_of;
use crate::cli::whole_file::Output;
use crate::cli::{Exit, stop};
use crate::client::http::{clean, now_s};
use crate::engine::Engine;
use crate::engine::probe::Probe;
use crate::fleet::Member;
use crate::fleet::metrics::Metrics;
use crate::fleet::row::Row;
use crate::render::{self, Format, Style};
use crate::report::{Report, Verdict};
use crate::watch::{self, Change, Watch};

/// What is remembered of an account between two rounds.
#[derive(Default)]
struct Seen {
    watch: Watch,
    /// What was told last, and what the last round gave.
    told: Option<Verdict>,
    last: Option<Verdict>,
    exit: Option<Exit>,
    /// Which account it was, from where.
    heading: Option<String>,
}

/// Watches until it is told to stop.
pub(super) async fn run(args: CheckArgs, every: Duration) -> anyhow::Result<Exit> {
    let mut stopped = std::pin::pin!(stop::signal()?);
    let demo = args.demo.start().await?;
    let (fleet, members) = if args.many.all_profiles {
        let (profiles, load) = fleet_of(&args.settings.all_inputs())?;
        (args.many.fleet(load, false), profiles.into_iter().map(Member::of).collect())
    } else {
        let engine = Engine::new(args.load(demo.as_ref())?, false, &args.symptom);
        (args.many.fleet(Arc::new(|_| Err("it is loaded".to_owned())), false), vec![Member::with(engine)])
    };
    let metrics = Arc::new(Metrics::new(members.len()));
    if let Some(address) = args.many.metrics {
        scrapes::serve(address, args.many.allow_public, Arc::clone(&metrics)).await?;
    }
    let mut teller = Teller {
        format: args.format,
        names: args.many.all_profiles,
        style: args.style(),
        out: Output::stream(args.output.as_deref()),
    };
    let mut seen: HashMap<String, Seen> = HashMap::new();
    let mut round = fleet.check(members, everything());
    loop {
        let member = tokio::select! {
            () = &mut stopped => break,
            member = round.next() => member,
        };
        let Some(member) = member else { break };
        let report = member.report(|_| true);
        metrics.take(&report, member.drift_s(), now_s());
        let seen = seen.entry(member.profile.clone()).or_default();
        let changed = seen.take(&report, &mut teller)?;
        seen.exit = Some(exit(&report, args.fail_on));
        // what changed may have changed more than what is watched
        let probes = if changed || !member.is_loaded() { everything() } else { watch::probes() };
        let pause = watch::pause(every, RandomState::new().hash_one(()));
        round.again(&fleet, member, probes, pause.saturating_sub(Duration::from_millis(report.elapsed_ms)));
    }
    Ok(seen.into_values().filter_map(|seen| seen.exit).fold(Exit::Done, Exit::or))
}

fn everything() -> BTreeSet<Probe> {
    Probe::ALL.iter().copied().collect()
}

impl Seen {
    /// Tells what is new; gives whether anything is.
    fn take(&mut self, report: &Report, teller: &mut Teller) -> io::Result<bool> {
        let now_ms = Timestamp::now().as_millisecond();
        let heading = render::who(&report.heading(), Style::default());
        if self.heading.as_ref() != Some(&heading) {
            teller.heading(&heading, report, now_ms)?;
            self.heading = Some(heading);
        }
        let changes = self.watch.take(report, now_ms);
        for change in &changes {
            teller.change(report, change)?;
        }
        let now = Some(report.verdict);
        if self.told.is_none() || self.told != now && self.last == now {
            teller.verdict(report, now_ms)?;
            self.told = now;
        }
        self.last = now;
        Ok(!changes.is_empty())
    }
}

/// Says what is new, a line each.
struct Teller {
    format: Format,
    /// Whether the lines name the profile.
    names: bool,
    style: Style,
    out: Output,
}

impl Teller {
    /// At the start, and when the settings have changed what is watched.
    fn heading(&mut self, heading: &str, report: &Report, at_ms: i64) -> io::Result<()> {
        if self.format == Format::Json {
            return Ok(());
        }
        let at = watch::time_of_day(at_ms);
        self.line(&format!("{at} {}{heading}", self.name(report)))
    }

    fn verdict(&mut self, report: &Report, at_ms: i64) -> io::Result<()> {
        let row = Row::of(report);
        let (verdict, cause) = (report.verdict.word(), row.cause.or(row.start));
        if self.format == Format::Json {
            let fields = json!({
                "account": report.account, "source": report.source, "target": report.target,
                "cause": row.cause, "says": row.says,
            });
            return self.object(report, "verdict", at_ms, fields);
        }
        let cause = cause.map_or_else(String::new, |cause| format!("{cause}: "));
        let at = watch::time_of_day(at_ms);
        self.line(&format!("{at} {}{verdict}  {cause}{}", self.name(report), row.says))
    }

    fn change(&mut self, report: &Report, change: &Change) -> io::Result<()> {
        let Change { at_ms, check, from, to, summary } = change;
        if self.format == Format::Json {
            let fields = json!({ "check": check, "from": from, "to": to, "says": summary });
            return self.object(report, "change", *at_ms, fields);
        }
        let (at, from, to) = (watch::time_of_day(*at_ms), from.word(), to.word());
        self.line(&format!("{at} {}{check} {from} → {to}  {summary}", self.name(report)))
    }

    fn name(&self, report: &Report) -> String {
        if self.names { format!("{} ", clean(&report.profile, 64)) } else { String::new() }
    }

    fn object(&mut self, report: &Report, event: &str, at_ms: i64, fields: Value) -> io::Result<()> {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut object = json!({ "at": at, "profile": report.profile, "event": event, "verdict": report.verdict });
        if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
            object.extend(fields);
        }
        self.line(&object.to_string())
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.style.fit(text))?;
        self.out.flush()
    }
}
