//! What the dashboard takes, also where it is built without a screen and prints instead.

use std::path::PathBuf;
use std::time::Duration;

use super::check::{MarketArgs, period};
use super::sandbox::DemoArgs;
use super::settings::{ProofArgs, SettingsArgs};

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of the command line")]
pub(super) struct DashboardArgs {
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) demo: DemoArgs,
    #[command(flatten)]
    pub(super) market: MarketArgs,
    #[command(flatten)]
    pub(super) proof: ProofArgs,
    /// Disable animations: show times instead of spinners
    #[arg(long)]
    pub(super) no_animation: bool,
    /// Color palette
    #[cfg(feature = "tui")]
    #[arg(long, value_enum, value_name = "NAME")]
    pub(super) palette: Option<crate::tui::theme::Palette>,
    /// Set the terminal title to the verdict
    #[arg(long)]
    pub(super) title: bool,
    /// Click and scroll with the mouse; m turns it off
    #[arg(long)]
    pub(super) mouse: bool,
    /// Re-run the clock, network and credential checks every SECONDS (min. 5)
    #[arg(long, value_name = "SECONDS", value_parser = period, num_args = 0..=1, default_missing_value = "30")]
    pub(super) watch: Option<Duration>,
    /// Do not ring the terminal bell when a watched check changes
    #[arg(long)]
    pub(super) no_bell: bool,
    /// On exit, write the observed facts to this file, without secrets
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(super) record: Option<PathBuf>,
    /// Replay recorded facts instead of making requests
    #[arg(long, value_name = "FILE", conflicts_with_all = ["demo", "watch"])]
    pub(super) replay: Option<PathBuf>,
}
