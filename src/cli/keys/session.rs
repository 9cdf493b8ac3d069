//! What every command has: the account, and how to print.

use std::path::PathBuf;

use super::failed::KeysError;
use super::{Format, print};
use crate::cli::settings::SettingsArgs;
use crate::client::account::Account;
use crate::client::http::Http;
use crate::operations::{Operator, Signing};

#[derive(Debug, clap::Args)]
pub(super) struct CommonArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Use the server's time for timestamps, for a machine with a wrong clock
    #[arg(long)]
    server_time: bool,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
}

impl CommonArgs {
    /// How to print, and the flags that choose the account, for the commands that are suggested.
    pub(super) fn told(&self) -> (Format, String) {
        (self.format, self.settings.selection())
    }
}

pub(super) struct KeysSession {
    pub(super) operator: Operator,
    pub(super) format: Format,
    /// The `.env` that is read, or would be.
    pub(super) env_file: PathBuf,
}

impl KeysSession {
    /// Reads the settings. A private key has to be among them.
    pub(super) async fn open(args: CommonArgs) -> Result<Self, KeysError> {
        let session = Self::open_unsigned(args).await?;
        session.operator.signer()?;
        Ok(session)
    }

    pub(super) async fn open_unsigned(mut args: CommonArgs) -> Result<Self, KeysError> {
        let settings = args.settings.load()?;
        let http = Http::new(settings.timeout);
        let env_file = args.settings.env_file();
        let environment = args.settings.all_inputs().environment;
        let operator = Operator { account: Account::new(settings, http), environment, diagnoses: true };
        let mut session = Self { operator, format: args.format, env_file };
        if args.server_time
            && let Err(error) = session.operator.account.use_server_time().await
        {
            return Err(session.operator.explain("Could not get the server time", error).await.into());
        }
        Ok(session)
    }

    /// The credentials that calls are signed with.
    pub(super) async fn signing(&self) -> Result<Signing, KeysError> {
        let signing = self.operator.signing().await?;
        if let Some(note) = signing.note {
            print::note(note);
        }
        Ok(signing)
    }
}
