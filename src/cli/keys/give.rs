//! Where secrets go: to the file of `--save`, to standard output with `--show-secrets`, or nowhere.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use alloy_primitives::U256;
use serde_json::{Value, json};

use super::consent::ConsentArgs;
use super::failed::KeysError;
use super::session::KeysSession;
use super::{Format, print};
use crate::auth::l2::ApiCredentials;
use crate::checks::secret_form;
use crate::cli::prompt;
use crate::facts::secret_fact;
use crate::operations::{Destination, Kind, Names, SaveTarget, Undone, Unusable};
use crate::secret::Secret;
use crate::settings::home;
use crate::settings::save::Reserved;
use crate::settings::undo::Undo;

/// Of a rotation: whether the key that was replaced is gone.
pub(super) const OLD_DELETED: &str = "old_deleted";

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Secrets")]
pub(super) struct GiveArgs {
    /// Save the credentials to env[=PATH], profile[=NAME] or json=PATH
    ///
    /// Without a value, to the .env or profile that the private key comes from.
    #[arg(long, value_name = "WHERE", num_args = 0..=1, default_missing_value = "")]
    save: Option<Where>,
    /// Variable names for a .env that has none of them yet
    #[arg(long, value_enum, value_name = "FAMILY")]
    names: Option<Names>,
    /// Print the secrets, once
    #[arg(long)]
    show_secrets: bool,
}

/// What the argument of `--save` says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Where {
    SaveTarget(SaveTarget),
    /// The `.env` that is read.
    EnvFile,
}

impl FromStr for Where {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once('=').map_or((text, None), |(kind, rest)| (kind, Some(rest)));
        match (kind, rest) {
            (_, Some("")) => Err(format!("nothing follows {kind}=")),
            ("", None) => Ok(Self::SaveTarget(SaveTarget::Usual)),
            ("env", None) => Ok(Self::EnvFile),
            ("env", Some(path)) => Ok(Self::SaveTarget(SaveTarget::Env(PathBuf::from(path)))),
            ("profile", name) => Ok(Self::SaveTarget(SaveTarget::Profile(name.map(str::to_owned)))),
            ("json", Some(path)) => Ok(Self::SaveTarget(SaveTarget::Json(PathBuf::from(path)))),
            ("json", None) => Err("json needs a file: json=PATH".to_owned()),
            _ => Err("expected env, env=PATH, profile, profile=NAME or json=PATH".to_owned()),
        }
    }
}

/// What was asked for, made sure that it can be done.
pub(super) struct SecretOutput {
    kind: Kind,
    destination: Option<Destination>,
    names: Option<Names>,
    show: bool,
}

impl GiveArgs {
    pub(super) fn prepare(&self, kind: Kind, session: &KeysSession) -> Result<SecretOutput, KeysError> {
        let destination = self.save.as_ref().map(|save| self.destination(save, kind, session)).transpose()?;
        Ok(SecretOutput { kind, destination, names: self.names, show: self.show_secrets })
    }

    /// Asks where to write, where the private key's own place cannot take credentials.
    fn destination(&self, save: &Where, kind: Kind, session: &KeysSession) -> Result<Destination, KeysError> {
        let prepare = |place: &SaveTarget| Destination::prepare(place, self.names, kind, &session.operator);
        let prepared = match save {
            Where::EnvFile => prepare(&SaveTarget::Env(session.env_file.clone())),
            Where::SaveTarget(place) => prepare(place),
        };
        let prepared = match prepared {
            Err(Unusable::NoUsual(reason)) => match asked_for_path(&reason)? {
                Some(path) => prepare(&SaveTarget::Env(path)),
                None => Err(Unusable::NoUsual(reason)),
            },
            prepared => prepared,
        };
        prepared.map_err(|unusable| match unusable {
            Unusable::Stopped(stopped) => stopped.into(),
            Unusable::NoUsual(reason) => KeysError::Usage(format!(
                "{reason}: name a file, as --save env=PATH, or a profile, as --save profile=NAME"
            )),
        })
    }

    /// As [`GiveArgs::prepare`], with the usual place where none is named.
    pub(super) fn prepare_usual(&self, kind: Kind, session: &KeysSession) -> Result<SecretOutput, KeysError> {
        let save = Some(self.save.clone().unwrap_or(Where::SaveTarget(SaveTarget::Usual)));
        Self { save, ..self.clone() }.prepare(kind, session)
    }
}

impl SecretOutput {
    /// What keeps another key than this one in force although the file is written, in words.
    pub(super) fn still_configured(&self, key: &str, session: &KeysSession) -> Option<String> {
        let source = self.destination.as_ref()?.still_configured(key, &session.operator)?;
        Some(format!("a different key is still configured ({source}): replace or unset it there"))
    }

    /// Whether nobody would ever see the secret.
    pub(super) fn is_lost(&self) -> bool {
        self.destination.is_none() && !self.show
    }

    /// Where the secret goes, for the question before it is made.
    pub(super) fn text(&self, nonce: Option<U256>, session: &KeysSession) -> String {
        match (&self.destination, self.show) {
            (Some(destination), false) => destination.text(),
            (Some(destination), true) => format!("{}, and shown once", destination.text()),
            (None, true) => "shown once".to_owned(),
            (None, false) => match self.kind {
                Kind::User => {
                    let settings = session.operator.account.settings();
                    let argument = home::argument(&settings.places, settings.origin.as_ref());
                    let derive = format!("polydoctor keys derive --nonce {} {argument}", nonce.unwrap_or_default());
                    let later = if argument == home::SHOWN { "to show it later" } else { "to write it later" };
                    format!("not shown and not written; {later}: {}", session.operator.command(&derive))
                }
                Kind::Builder => "WARNING: shown only once and would be lost. Add --save or --show-secrets".to_owned(),
            },
        }
    }

    /// Writes credentials that exist already. Asks where something else would be replaced.
    pub(super) fn save(
        &self,
        credentials: &ApiCredentials,
        nonce: U256,
        session: &KeysSession,
        consent: ConsentArgs,
    ) -> Result<(), KeysError> {
        let Some(destination) = &self.destination else { return Ok(()) };
        let change = destination.change(credentials, Some(nonce)).map_err(anyhow::Error::from)?;
        if change.replaces() {
            let mut rows = vec![("account", session.operator.account_text())];
            rows.extend(change.lines().into_iter().map(|line| ("", line)));
            consent.ask_for(&format!("Write {destination}"), &rows)?;
        }
        change.apply().map_err(anyhow::Error::from)?;
        Ok(())
    }

    /// Takes the room on the disk that saving needs, before what is to be saved exists. It has to be dropped
    /// right before [`SecretOutput::keep`].
    pub(super) fn reserve(&self) -> Result<Vec<Reserved>, KeysError> {
        let Some(destination) = &self.destination else { return Ok(Vec::new()) };
        destination.reserve().map_err(|error| {
            let undone = Undone::not_done("Nothing was created, because it could not be saved");
            undone.because(error).fixed_by("Free disk space, or choose a different place with --save").into()
        })
    }

    /// Writes credentials that were just created. A file that cannot be written must not lose them: those
    /// of a builder are given once, so where they are not shown either, `keep` says so by [`KeysError::Lost`].
    pub(super) fn keep(
        &self,
        credentials: &ApiCredentials,
        nonce: Option<U256>,
        session: &KeysSession,
    ) -> Result<(), KeysError> {
        /// A file that somebody else changes in the same moment is read again.
        const TRIES: u32 = 5;
        let Some(destination) = &self.destination else { return Ok(()) };
        let save = || destination.write(credentials, nonce);
        let mut saved = save();
        for _ in 1..TRIES {
            if saved.is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
            saved = save();
        }
        let Err(error) = saved else { return Ok(()) };
        let undone = Undone::not_done(format!("The key {} was created, but not saved", credentials.key));
        let undone = undone.because(error);
        Err(match self.kind {
            Kind::User => {
                let at = nonce.unwrap_or_default();
                undone
                    .fixed_by("Nothing is lost: deriving returns the same credentials again")
                    .command(format!("polydoctor keys derive --nonce {at} --save env=PATH"))
                    .into()
            }
            Kind::Builder if self.show || ConsentArgs::offer("Show the credentials here, so they are not lost?")? => {
                let is_json = session.format == Format::Json;
                if !is_json {
                    print::text(&self.kind.lines(self.names, credentials))?;
                }
                let undone = undone.fixed_by("Keep what was printed; the service does not return it again");
                let credentials = is_json.then(|| credentials_object(credentials, true));
                KeysError::Failed { undone: Box::new(undone), credentials }
            }
            Kind::Builder => KeysError::Lost(Box::new(undone)),
        })
    }

    /// Prints credentials: what may be said of them, and the secrets where that is asked for.
    pub(super) fn print(
        &self,
        credentials: &ApiCredentials,
        facts: &[(&str, Value)],
        session: &KeysSession,
    ) -> Result<(), KeysError> {
        if let Some(other) = self.still_configured(&credentials.key, session) {
            print::note(&format!("note: {other}"));
        }
        let saved = self.destination.as_ref().map(ToString::to_string);
        if session.format == Format::Json {
            let mut object = json!({ "schema": 1, "done": true });
            for (name, value) in facts {
                object[*name] = value.clone();
            }
            object["credentials"] = credentials_object(credentials, self.show);
            object["saved_to"] = saved.into();
            return Ok(print::json(&object)?);
        }
        let mut rows = vec![("key", credentials.key.clone())];
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let replaced = facts.iter().find(|(name, _)| *name == OLD_DELETED).map(|(_, value)| *value == true);
        rows.extend(facts.iter().filter(|(name, _)| *name != OLD_DELETED).map(|(name, value)| (*name, plain(value))));
        rows.extend(replaced.map(|gone| ("old key", if gone { "deleted" } else { "kept" }.to_owned())));
        rows.push(("secret", secret_form(&secret_fact(&credentials.secret))));
        rows.push(("passphrase", credentials.passphrase.shape().to_string()));
        if let Some(saved) = saved {
            rows.push(("saved", saved));
            // the file as it was would hold credentials that are gone
            let undo = || Undo::of_platform().ok()?.last().ok()??.undoing();
            rows.extend(Some(()).filter(|()| replaced != Some(true)).and_then(|()| undo()).map(|undo| ("undo", undo)));
        }
        print::text(&print::lines(&rows))?;
        if self.show {
            print::text(&format!("\n{}", self.kind.lines(self.names, credentials)))?;
        }
        Ok(())
    }
}

/// The person's own word for where to write.
fn asked_for_path(reason: &str) -> Result<Option<PathBuf>, KeysError> {
    if !prompt::is_there() {
        return Ok(None);
    }
    let question = format!("{}. Write them to which .env file?", capitalized(reason));
    Ok(prompt::line(&question)?.filter(|path| !path.is_empty()).map(PathBuf::from))
}

fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), rest.as_str()))
}

fn credentials_object(credentials: &ApiCredentials, show: bool) -> Value {
    let shown = |secret: &Secret| if show { Value::from(secret.expose()) } else { Value::Null };
    json!({
        "key": credentials.key,
        "secret": shown(&credentials.secret),
        "passphrase": shown(&credentials.passphrase),
        "fingerprints": {
            "secret": secret_fact(&credentials.secret).decoded.ok().map(|decoded| decoded.fingerprint),
            "passphrase": credentials.passphrase.shape().fingerprint,
        },
    })
}
