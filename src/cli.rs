//! The command line: what is typed, and where it goes. One file a command.

mod arguments;
mod builder;
mod check;
mod config;
mod crash;
#[cfg(feature = "tui")]
mod dashboard;
mod dashboard_args;
mod explain;
mod explained;
mod fix;
mod guide;
mod headers;
mod init;
mod inspect;
mod keys;
mod list;
mod look;
mod order;
mod pages;
mod process;
mod profile;
mod progress;
mod prompt;
mod relayer;
mod sandbox;
mod settings;
mod sign_server;
mod stop;
mod terminal;
mod whole_file;
mod wrap;

#[cfg(feature = "tui")]
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Parser, Subcommand};

pub use arguments::parse;
pub use crash::withhold_panic_messages;
use dashboard_args::DashboardArgs;
use look::{Look, style};
pub use process::keep_memory_private;

/// Exit codes, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    /// Done, and the answer is no: a check failed.
    No = 1,
    /// Usage error, or a settings file cannot be read.
    Usage = 2,
    /// Could not be found out.
    Unknown = 3,
}

impl Exit {
    /// The worse of two: a no tells more than what could not be found out.
    fn or(self, other: Self) -> Self {
        let place = |exit| match exit {
            Self::Done => 0,
            Self::Unknown => 1,
            Self::No => 2,
            Self::Usage => 3,
        };
        if place(self) < place(other) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Finds out why a Polymarket account or bot cannot sign in or trade, and shows the root cause and the fix.
/// Without a command it opens the dashboard. It never changes the account or a file without asking.
#[derive(Debug, Parser)]
#[command(name = "polydoctor", version, long_version = LONG_VERSION.as_str(), args_conflicts_with_subcommands = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    dashboard: DashboardArgs,
    #[command(flatten)]
    look: Look,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the checklist once and print it
    Check(Box<check::CheckArgs>),
    Fix(Box<fix::FixArgs>),
    Init(Box<init::InitArgs>),
    /// Manage profiles: list, show, use, remove
    Profile(profile::ProfileArgs),
    /// Show effective settings and their sources
    Config(Box<config::ConfigArgs>),
    /// List every check with its id, question and dependencies
    List,
    /// Generate shell completions
    Completions(pages::CompletionsArgs),
    /// Generate man pages (roff)
    Man,
    /// Explain an error message: meaning, causes and fixes
    Explain(explain::ExplainArgs),
    Inspect(Box<inspect::InspectArgs>),
    /// Sign one request exactly as given and print its headers
    Headers(Box<headers::HeadersArgs>),
    Order(Box<order::OrderArgs>),
    /// Manage API, read-only and builder keys: derive, list, create, delete, rotate
    Keys(keys::KeysArgs),
    Relayer(relayer::RelayerArgs),
    /// Run a local mock CLOB (no network, no account)
    Sandbox(sandbox::SandboxArgs),
    /// Show a builder's trades: totals, and which are not attributed
    Builder(builder::BuilderArgs),
    SignServer(sign_server::SignServerArgs),
}

/// Version, commit where the build was told it, target and TLS back end.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    use std::env::consts::{ARCH, OS};
    let commit = option_env!("POLYDOCTOR_COMMIT").filter(|commit| !commit.is_empty()).unwrap_or("unknown");
    let screen = if cfg!(feature = "tui") { "included" } else { "not included" };
    format!(
        "{}\ncommit     {commit}\ntarget     {ARCH}-{OS}\nTLS        rustls with ring, certificates of the \
         system\ndashboard  {screen}",
        env!("CARGO_PKG_VERSION")
    )
});

/// What ended a command, on standard error.
pub fn say_error(error: &anyhow::Error) {
    // the last resort: nothing can be done when standard error is gone too
    let _ = std::io::Write::write_fmt(&mut terminal::err(), format_args!("error: {}\n", in_words(error)));
}

/// An error and what it comes from; those of files in the words that are used everywhere.
fn in_words(error: &anyhow::Error) -> String {
    let said = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref().map_or_else(|| cause.to_string(), crate::settings::why_unreadable)
    };
    error.chain().map(said).collect::<Vec<_>>().join(": ")
}

/// Runs the command.
///
/// # Errors
///
/// Anything that keeps it from running at all; `main` prints it and exits with 2.
pub fn run(cli: Cli) -> anyhow::Result<Exit> {
    cli.look.use_everywhere();
    match cli.command {
        Some(Command::Check(args)) => block_on(check::run(*args)),
        Some(Command::Fix(args)) => block_on(fix::run(*args)),
        Some(Command::Init(args)) => block_on(init::run(*args)),
        Some(Command::Profile(args)) => profile::run(args),
        Some(Command::Config(args)) => config::run(*args),
        Some(Command::List) => list::run(),
        Some(Command::Completions(args)) => Ok(pages::completions(&args)?),
        Some(Command::Man) => pages::man(),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Inspect(args)) => inspect::run(*args),
        Some(Command::Headers(args)) => block_on(headers::run(*args)),
        Some(Command::Order(args)) => order::run(*args),
        Some(Command::Keys(args)) => block_on(keys::run(args)),
        Some(Command::Relayer(args)) => block_on(relayer::run(args)),
        Some(Command::Sandbox(args)) => block_on(sandbox::run(args)),
        Some(Command::Builder(args)) => block_on(builder::run(args)),
        Some(Command::SignServer(args)) => sign_server::run(args),
        None => open_dashboard(cli.dashboard, cli.look),
    }
}

/// The screen, or without a terminal the same as text.
#[cfg_attr(not(feature = "tui"), expect(unused_variables, reason = "the screen's"))]
fn open_dashboard(args: DashboardArgs, look: Look) -> anyhow::Result<Exit> {
    #[cfg(feature = "tui")]
    if !look.plain && io::stdout().is_terminal() && io::stdin().is_terminal() && !look::is_dumb() {
        return dashboard::run(args, look);
    }
    block_on(check::run(args.into()))
}

/// Everything runs on one thread: the work is waiting.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    // git and name look-ups may still run on threads of their own; nobody waits for them
    runtime.shutdown_background();
    done
}
