//! `polydoctor keys`: API, read-only and builder keys of the account.
//!
//! What changes something says first what it does, what that breaks and whether it can be undone,
//! and asks. A secret is shown or written only where the user says.

mod builder;
mod consent;
mod create;
mod delete;
mod derive;
mod failed;
mod give;
mod list;
mod nonces;
mod print;
mod readonly;
mod rotate;
mod session;

use clap::Subcommand;

use super::Exit;
use super::look::Format;
use failed::KeysError;

#[derive(Debug, clap::Args)]
pub(super) struct KeysArgs {
    #[command(subcommand)]
    command: Keys,
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Derive the API credentials of a nonce from the private key; changes nothing
    Derive(Box<derive::DeriveArgs>),
    /// List the API keys of the account
    List(Box<list::ListArgs>),
    /// Create API credentials at a nonce that has none
    Create(Box<create::CreateArgs>),
    /// Delete an API key
    Delete(Box<delete::DeleteArgs>),
    /// Replace the API key: create at a new nonce, test, save, delete the old one
    Rotate(Box<rotate::RotateArgs>),
    /// Show which nonces have an API key, and which one is configured
    Nonces(Box<nonces::NoncesArgs>),
    /// Manage read-only keys (can only read orders and trades)
    #[command(subcommand)]
    Readonly(readonly::Readonly),
    /// Manage builder keys
    #[command(subcommand)]
    Builder(builder::Builder),
}

pub(super) async fn run(args: KeysArgs) -> anyhow::Result<Exit> {
    use builder::Builder;
    use readonly::Readonly;
    let ((format, selection), outcome) = match args.command {
        Keys::Derive(args) => (args.common.told(), derive::run(*args).await),
        Keys::List(args) => (args.common.told(), list::run(*args).await),
        Keys::Create(args) => (args.common.told(), create::run(*args).await),
        Keys::Delete(args) => (args.common.told(), delete::run(*args).await),
        Keys::Rotate(args) => (args.common.told(), rotate::run(*args).await),
        Keys::Nonces(args) => (args.common.told(), nonces::run(*args).await),
        Keys::Readonly(Readonly::List(args)) => (args.common.told(), readonly::list(*args).await),
        Keys::Readonly(Readonly::Create(args)) => (args.common.told(), readonly::create(*args).await),
        Keys::Readonly(Readonly::Delete(args)) => (args.common.told(), readonly::delete(*args).await),
        Keys::Readonly(Readonly::Validate(args)) => (args.common.told(), readonly::validate(*args).await),
        Keys::Builder(Builder::List(args)) => (args.common.told(), builder::list(*args).await),
        Keys::Builder(Builder::Create(args)) => (args.common.told(), builder::create(*args).await),
        Keys::Builder(Builder::Revoke(args)) => (args.common.told(), builder::revoke(*args).await),
    };
    match outcome {
        Ok(exit) => Ok(exit),
        Err(KeysError::Usage(text)) => anyhow::bail!(text),
        Err(KeysError::Other(error)) => Err(error),
        Err(KeysError::Failed { undone, credentials }) => print::undone(*undone, credentials, &selection, format),
        Err(KeysError::Lost(undone)) => print::undone(*undone, None, &selection, format),
    }
}
