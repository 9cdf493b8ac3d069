//! `--exec COMMAND`: a program of the user's, run on each change with the change in its environment.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::process::{Child, Command as Process};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::hint;
use crate::fleet::row::Row;
use crate::report::Report;
use crate::text;
use crate::watch::{Change, News};

/// A command may take this long; then it is ended with all that it started.
const LONGEST: Duration = Duration::from_mins(1);
/// And this long when the watching ends.
const LONGEST_AT_END: Duration = Duration::from_secs(5);
/// Changes of one account that wait for their turn; what comes on top is left out.
const WAITING: usize = 32;
/// Commands of all accounts that run at once.
const AT_ONCE: usize = 8;
/// Characters of a sentence that is handed over.
const SENTENCE: usize = 500;

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Command(Vec<String>);

/// Splits it as a shell would, without being one: nothing is expanded.
pub(super) fn command(text: &str) -> Result<Command, String> {
    match shlex::split(text) {
        Some(words) if words.iter().any(|word| !word.is_empty()) => Ok(Command(words)),
        Some(_) => Err("pass a program and its arguments".to_owned()),
        None => Err("a quote is not closed, or the command ends with \\".to_owned()),
    }
}

impl Command {
    /// Whether there is such a program now: a wrong path is noticed when the watching begins, not with the first
    /// change at night.
    pub(super) fn ensure_there(&self) -> anyhow::Result<()> {
        let program = &self.0[0];
        // where the system looks without it
        let folders = std::env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
        let is_there = if cfg!(windows) || program.contains('/') {
            cfg!(windows) || Path::new(program).is_file()
        } else {
            std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
        };
        anyhow::ensure!(is_there, "--exec: there is no program `{}`", text::quoted(program, SENTENCE));
        Ok(())
    }
}

/// Gives the variables with secrets of a profile.
pub(super) type SecretVariables = Box<dyn Fn(&str) -> BTreeSet<String>>;

/// Runs the command, one at a time per account, and never in the way of the watching.
pub(super) struct Hook {
    command: Arc<Command>,
    secret_variables: SecretVariables,
    at_once: Arc<Semaphore>,
    queues: HashMap<String, mpsc::Sender<Process>>,
    workers: JoinSet<()>,
}

impl Hook {
    pub(super) fn new(command: Command, secret_variables: SecretVariables) -> Self {
        Self {
            command: Arc::new(command),
            secret_variables,
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            queues: HashMap::new(),
            workers: JoinSet::new(),
        }
    }

    /// Runs the command for a change; the first verdict is none.
    pub(super) fn take(&mut self, report: &Report, news: &News) -> io::Result<()> {
        let Some(variables) = variables(report, news) else { return Ok(()) };
        let process = self.process(&report.profile, variables);
        let (workers, at_once, command) = (&mut self.workers, &self.at_once, &self.command);
        let queue = self.queues.entry(report.profile.clone()).or_insert_with(|| {
            let (queue, waiting) = mpsc::channel(WAITING);
            workers.spawn(work(waiting, Arc::clone(at_once), Arc::clone(command)));
            queue
        });
        match queue.try_send(process) {
            Ok(()) | Err(TrySendError::Closed(_)) => Ok(()),
            Err(TrySendError::Full(_)) => {
                let profile = text::quoted(&report.profile, 64);
                hint(format_args!("--exec: {WAITING} changes of {profile} are already waiting; this one is skipped"))
            }
        }
    }

    fn process(&self, profile: &str, variables: Vec<(&'static str, String)>) -> Process {
        let Command(words) = &*self.command;
        let mut process = Process::new(&words[0]);
        // what it prints must not stand among the results
        process.args(&words[1..]).stdin(Stdio::null()).stdout(io::stderr()).kill_on_drop(true);
        #[cfg(unix)]
        process.process_group(0);
        for name in (self.secret_variables)(profile) {
            process.env_remove(name);
        }
        process.envs(variables);
        process
    }

    /// Lets what runs or waits come to its end, for a while.
    pub(super) async fn finish(mut self) -> io::Result<()> {
        self.queues.clear();
        let all = async { while self.workers.join_next().await.is_some() {} };
        match timeout(LONGEST_AT_END, all).await {
            Ok(()) => Ok(()),
            Err(_) => hint(format_args!("--exec: not finished after {} s, stopped", LONGEST_AT_END.as_secs())),
        }
    }
}

/// What a command is told; `None` where nothing has changed.
fn variables(report: &Report, news: &News) -> Option<Vec<(&'static str, String)>> {
    let row = Row::of(report);
    let word = |value| json!(value).as_str().unwrap_or_default().to_owned();
    let (event, at_ms, check, from, to, says) = match news {
        News::Change(Change { at_ms, check, from, to, summary }) => {
            ("change", at_ms, *check, word(*from), word(*to), summary)
        }
        News::Verdict { from: None, .. } => return None,
        News::Verdict { at_ms, from: Some(from), to } => {
            let (from, to) = (from.word().to_owned(), to.word().to_owned());
            ("verdict", at_ms, row.start.unwrap_or_default(), from, to, &row.says)
        }
    };
    let at = Timestamp::from_millisecond(*at_ms).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let variables = [
        ("POLYDOCTOR_PROFILE", text::quoted(&report.profile, SENTENCE)),
        ("POLYDOCTOR_EVENT", event.to_owned()),
        ("POLYDOCTOR_CHECK", check.to_owned()),
        ("POLYDOCTOR_FROM", from),
        ("POLYDOCTOR_TO", to),
        ("POLYDOCTOR_VERDICT", report.verdict.word().to_owned()),
        ("POLYDOCTOR_CAUSE", row.cause.unwrap_or_default().to_owned()),
        ("POLYDOCTOR_SAYS", text::quoted(says, SENTENCE)),
        ("POLYDOCTOR_AT", at),
    ];
    Some(variables.into())
}

/// Runs the commands of one account, each after the one before.
async fn work(mut waiting: mpsc::Receiver<Process>, at_once: Arc<Semaphore>, command: Arc<Command>) {
    while let Some(process) = waiting.recv().await {
        let Ok(_place) = at_once.acquire().await else { return };
        if let Err(wrong) = run(process, LONGEST).await {
            // nobody reads the hints any more
            let _ = hint(format_args!("--exec {}: {wrong}", text::quoted(&command.0[0], 64)));
        }
    }
}

async fn run(mut process: Process, longest: Duration) -> Result<(), String> {
    let mut running = Running(process.spawn().map_err(|error| format!("did not start: {error}"))?);
    match timeout(longest, running.0.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("failed ({status})")),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("not finished after {} s, stopped", longest.as_secs())),
    }
}

/// A command; what of it still runs when this is dropped is ended with all that it started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?)) {
            // it may have ended just now
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_that_takes_too_long_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Process::new("sh");
        // what it starts outlives it, unless it is ended too
        process.args(["-c", "(sleep 2; echo late > late) & echo begun > begun; wait"]);
        process.current_dir(&folder).process_group(0).kill_on_drop(true);
        let said = run(process, Duration::from_secs(1)).await;
        assert_eq!(said, Err("not finished after 1 s, stopped".to_owned()));
        assert!(folder.path().join("begun").exists());
        tokio::time::sleep(Duration::from_millis(1_800)).await;
        assert!(!folder.path().join("late").exists());
    }

    #[tokio::test]
    async fn a_command_may_take_a_minute() {
        assert_eq!(LONGEST, Duration::from_mins(1));
        let mut process = Process::new("true");
        process.kill_on_drop(true);
        assert_eq!(run(process, LONGEST).await, Ok(()));
    }

    #[test]
    fn a_command_is_split_into_words_and_nothing_is_expanded() {
        let words = |text: &str| command(text).map(|Command(words)| words);
        assert_eq!(words("notify 'two words' $HOME `id`").unwrap(), ["notify", "two words", "$HOME", "`id`"]);
        assert!(words("").unwrap_err().contains("program"));
        assert!(words("a 'b").unwrap_err().contains("quote"));
    }
}
