//! The log on standard error.

use std::io::{self, BufWriter};

use clap::ValueEnum;
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};

use crate::sign_server::REQUESTS;

/// How many lines wait for whoever reads them; those beyond are lost, so that no request waits.
const WAITING: usize = 10_000;

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// Writes the log from now on, until what is returned is dropped: a thread of its own does, so that
/// a slow reader slows no request.
pub(super) fn start(format: Format, quiet: bool) -> WorkerGuard {
    let (writer, guard) =
        NonBlockingBuilder::default().buffered_lines_limit(WAITING).finish(BufWriter::new(io::stderr()));
    let shown = Targets::new()
        .with_target("polydoctor", Level::INFO)
        .with_target(REQUESTS, if quiet { LevelFilter::OFF } else { LevelFilter::INFO });
    let lines = layer().with_target(false).with_writer(writer);
    let lines = match format {
        Format::Text => lines.with_ansi(false).boxed(),
        Format::Json => lines.json().flatten_event(true).boxed(),
    };
    // only a second call of this function could fail
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(lines.with_filter(shown)));
    guard
}
