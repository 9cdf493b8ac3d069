//! `polydoctor check --watch`: the cheap probes again and again, and a line for what changes.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::exec::{Hook, SecretVariables};
use super::{CheckArgs, exit, hint, scrapes};
use crate::cli::settings::{Profiles, secret_variables};
use crate::cli::whole_file::Output;
use crate::cli::{Exit, stop};
use crate::client::http::now_s;
use crate::facts::probe::Probe;
use crate::fleet::metrics::Metrics;
use crate::fleet::row::Row;
use crate::fleet::{Fleet, Look, Looked, Member, Round};
use crate::render::{self, Format, Style};
use crate::report::{Report, Selection};
use crate::sandbox::Running;
use crate::settings::{self, Inputs, Reading};
use crate::text;
use crate::watch::{self, Change, News, Watch};

/// What is remembered of an account between two looks.
#[derive(Default)]
struct Observed {
    watch: Watch,
    /// The last full run, with the rows of the rounds since.
    standing: Option<Report>,
    exit: Option<Exit>,
    /// Which account it was, from where.
    heading: Option<String>,
}

/// Watches until it is told to stop.
pub(super) async fn run(args: CheckArgs, every: Duration, reading: Option<Reading>) -> anyhow::Result<Exit> {
    let mut stopped = std::pin::pin!(stop::signal()?);
    let demo = args.demo.start().await?;
    let Watched { fleet, members, profiles, secret_variables } = watched(&args, demo.as_ref(), reading).await?;
    let metrics = Arc::new(Metrics::new(members.len()));
    if let Some(address) = args.many.metrics {
        scrapes::serve(address, args.many.allow_public, Arc::clone(&metrics)).await?;
    }
    let mut printer = WatchPrinter {
        format: args.format,
        names: args.many.all_profiles,
        style: args.style(),
        out: Output::stream(args.output.as_deref()),
        hook: args.many.exec.clone().map(|command| Hook::new(command, secret_variables)),
    };
    let mut roster = Roster { profiles, known: members.iter().map(|member| member.profile.clone()).collect() };
    let mut seen: HashMap<String, Observed> = HashMap::new();
    let mut round = fleet.check(members, Probe::ALL.iter().copied().collect());
    loop {
        let member = tokio::select! {
            () = &mut stopped => break,
            member = round.next() => member,
        };
        let Some(member) = member else { break };
        roster.read_again(&fleet, &mut round, &metrics)?;
        if !roster.has(&member.profile) {
            seen.remove(&member.profile);
            continue;
        }
        let account = seen.entry(member.profile.clone()).or_default();
        let next = account.take(&member, &args, &metrics, &mut printer)?;
        let took = Duration::from_millis(account.standing.as_ref().map_or(0, |report| report.elapsed_ms));
        let (look, pause) = match next {
            Next::SecondLook => (Look::everything(), watch::SECOND_LOOK),
            Next::Full => (Look::everything(), watch::pause(every, random()).saturating_sub(took)),
            Next::Round => (Look::Round, watch::pause(every, random()).saturating_sub(took)),
        };
        round.again(&fleet, member, look, pause);
    }
    drop(round);
    if let Some(hook) = printer.hook {
        hook.finish().await?;
    }
    Ok(seen.into_values().filter_map(|seen| seen.exit).fold(Exit::Done, Exit::or))
}

fn random() -> u64 {
    RandomState::new().hash_one(())
}

/// What is watched.
struct Watched {
    fleet: Arc<Fleet>,
    members: Vec<Member>,
    profiles: Option<Arc<Profiles>>,
    secret_variables: SecretVariables,
}

async fn watched(args: &CheckArgs, demo: Option<&Running>, reading: Option<Reading>) -> anyhow::Result<Watched> {
    let fleet = |load| args.many.fleet(load, false, args.symptom.clone(), args.market.question());
    if args.many.all_profiles {
        let profiles = Profiles::of(&args.settings.all_inputs())?;
        let members = profiles.names()?.into_iter().map(Member::of).collect();
        let secrets = Arc::clone(&profiles);
        return Ok(Watched {
            fleet: fleet(profiles.load()),
            members,
            profiles: Some(profiles),
            secret_variables: Box::new(move |profile| secrets.secret_variables(profile)),
        });
    }
    let inputs = args.inputs(demo);
    let first = inputs.clone();
    let read = move || reading.map_or_else(|| settings::load(&first), Reading::settings);
    let settings = spawn_blocking(read).await??;
    let again = inputs.clone();
    let load = move |_: &str, look: &Look| {
        let memory = if let Look::Round = look { again.memory.sparing_programs() } else { again.memory.clone() };
        settings::load(&Inputs { memory, ..again.clone() }).map_err(|error| error.to_string())
    };
    Ok(Watched {
        fleet: fleet(Arc::new(load)),
        members: vec![Member::with(settings)],
        profiles: None,
        secret_variables: Box::new(move |_| secret_variables(&inputs)),
    })
}

/// The accounts that are watched, which profiles that come and go change.
struct Roster {
    profiles: Option<Arc<Profiles>>,
    known: HashSet<String>,
}

impl Roster {
    fn has(&self, profile: &str) -> bool {
        self.profiles.is_none() || self.known.contains(profile)
    }

    /// Begins to watch profiles that are new, and forgets those that are gone. A configuration that
    /// cannot be read just now is said by the accounts.
    fn read_again(&mut self, fleet: &Arc<Fleet>, round: &mut Round, metrics: &Metrics) -> io::Result<()> {
        let Some(Ok(names)) = self.profiles.as_ref().map(|profiles| profiles.names()) else { return Ok(()) };
        let names: HashSet<String> = names.into_iter().collect();
        if names == self.known {
            return Ok(());
        }
        for gone in self.known.difference(&names) {
            hint(format_args!("profile {} was removed; no longer watching it", text::quoted(gone, 64)))?;
            metrics.forget(gone);
        }
        for new in names.difference(&self.known) {
            hint(format_args!("profile {} is new; watching it", text::quoted(new, 64)))?;
            round.again(fleet, Member::of(new.clone()), Look::everything(), Duration::ZERO);
        }
        metrics.count(names.len());
        self.known = names;
        Ok(())
    }
}

/// What to look at next, and when.
enum Next {
    SecondLook,
    Full,
    Round,
}

impl Observed {
    /// Takes in a look, and tells what is new.
    fn take(
        &mut self,
        member: &Member,
        args: &CheckArgs,
        metrics: &Metrics,
        printer: &mut WatchPrinter,
    ) -> io::Result<Next> {
        let now_ms = Timestamp::now().as_millisecond();
        if let (Some(Looked::Round), Some(round), Some(standing)) =
            (member.looked(), member.round(), &mut self.standing)
        {
            let watch::Round::AsBefore(news) = self.watch.take_round(standing, &round, now_ms) else {
                return Ok(Next::SecondLook);
            };
            watch::refresh(standing, &round);
            standing.elapsed_ms = round.elapsed_ms;
            metrics.take(standing, member.drift_s(), now_s());
            printer.tell(standing, &news)?;
            return Ok(if self.watch.is_full_due(now_ms) { Next::Full } else { Next::Round });
        }
        let report = member.report(&Selection::default());
        metrics.take(&report, member.drift_s(), now_s());
        // a settings file may be half written; what other settings come to needs no second look
        let (at_once, next) = match member.looked() {
            Some(Looked::Fully { anew }) => (anew, Next::Round),
            Some(Looked::Round) | None => (false, Next::SecondLook),
        };
        let is_known = self.standing.as_ref().is_some_and(|before| before.verdict == report.verdict);
        let next = if member.looked().is_none() && is_known { Next::Full } else { next };
        let heading = render::who(&report.heading(), Style::default());
        if self.heading.as_ref() != Some(&heading) && member.looked().is_some() {
            printer.heading(&heading, &report, now_ms)?;
            self.heading = Some(heading);
        }
        let news = self.watch.take(&report, now_ms, at_once);
        printer.tell(&report, &news)?;
        self.exit = Some(exit(&report, args.fail_on));
        self.standing = Some(report);
        Ok(next)
    }
}

/// Says what is new, a line each.
struct WatchPrinter {
    format: Format,
    /// Whether the lines name the profile.
    names: bool,
    style: Style,
    out: Output,
    hook: Option<Hook>,
}

impl WatchPrinter {
    fn tell(&mut self, report: &Report, news: &[News]) -> io::Result<()> {
        for news in news {
            match news {
                News::Change(change) => self.change(report, change)?,
                News::Verdict { at_ms, .. } => self.verdict(report, *at_ms)?,
            }
            if let Some(hook) = &mut self.hook {
                hook.take(report, news)?;
            }
        }
        Ok(())
    }

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
                "cause": row.cause, "certainty": row.certainty, "says": row.says,
            });
            return self.object(report, "verdict", at_ms, fields);
        }
        let cause = cause.map_or_else(String::new, |cause| format!("{cause}: "));
        let at = watch::time_of_day(at_ms);
        self.line(&format!("{at} {}{verdict}  {cause}{}", self.name(report), row.told()))
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
        if self.names { format!("{} ", text::quoted(&report.profile, 64)) } else { String::new() }
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
