//! Accounts of Polymarket US: a key ID and a secret key, and no wallet to choose.

use uuid::Uuid;

use super::known::{Known, Reference, reference};
use super::{Answer, Choice, Entry, Next, Origin, Question, Step, Wizard, hosts};
use crate::checks::{Status, find};
use crate::facts::Facts;
use crate::secret::Secret;
use crate::settings::edit::{ConfigText, EditError};
use crate::settings::{Inputs, SecretRef, Setting, SettingProblem, Settings, Source, Sourced, UsParts, Venue};

/// The variable that a key ID typed in is to be put in.
const US_KEY_ID_VARIABLE: &str = "POLYMARKET_US_KEY_ID";
/// The variable that a secret key typed in is to be put in, where it is not stored.
pub(super) const US_SECRET_VARIABLE: &str = "POLYMARKET_US_SECRET_KEY";

/// What is there of a key of Polymarket US, and which one was chosen.
#[derive(Clone, Default)]
pub(super) struct UsKeys {
    /// The one of the settings in force.
    found: UsParts,
    known: Known,
    /// A key ID whose secret key is asked for next.
    key_id: Option<String>,
    pub(super) chosen: Option<UsParts>,
}

impl UsKeys {
    /// A secret key that was typed in.
    pub(super) fn typed_secret(&self) -> Option<&Secret> {
        let secret = self.chosen.as_ref()?.secret.as_ref()?;
        (secret.source == Source::Typed).then_some(&secret.value)
    }

    /// Where both parts are in force.
    fn offered(&self) -> Option<&Source> {
        self.found.whole().and(self.found.source())
    }
}

impl Wizard {
    /// The settings in force: a key of Polymarket US that they have is offered.
    pub fn offer_us(&mut self, settings: &Settings) {
        self.us.found = settings.us.clone();
        self.us.known = Known::of(settings);
    }

    /// Whether the account is one of Polymarket US.
    pub fn is_us(&self) -> bool {
        self.origin == Some(Origin::Us)
    }

    /// Takes the key of Polymarket US that the settings have; `None` where a part is missing.
    pub fn take_us_key_in_force(&mut self) -> Option<Next> {
        self.us.offered()?;
        self.us.chosen = Some(self.us.found.clone());
        Some(Next::Look(None))
    }

    /// Takes the key ID and then the secret key, or a key that was found.
    pub(super) fn answer_us_key(&mut self, answer: &Answer) -> Result<Next, String> {
        let text = match answer {
            Answer::Choice(0) => return self.take_us_key_in_force().ok_or_else(|| "Type it in first".to_owned()),
            Answer::Choice(_) => return Err("Type it in first".to_owned()),
            Answer::Text { text, .. } => text.expose().trim(),
        };
        let Some(key_id) = self.us.key_id.clone() else {
            if Uuid::try_parse(text).is_err() {
                return Err(
                    "Not a key ID: it is a UUID (8-4-4-4-12 hex digits). The secret key is asked for next".to_owned()
                );
            }
            self.us.key_id = Some(text.to_owned());
            return Ok(Next::Go(None));
        };
        if text.is_empty() {
            return Err("Enter the secret key".to_owned());
        }
        self.us.chosen = Some(UsParts {
            key_id: Some(Sourced::new(key_id, Source::Typed)),
            secret: Some(Sourced::new(Secret::new(text), Source::Typed)),
        });
        Ok(Next::Look(None))
    }

    /// What the checks say of the key as it was given, without any request.
    pub(super) fn saw_us(&mut self, facts: &Facts, settings: &Settings) -> Result<Next, String> {
        let of_key = |problem: &&SettingProblem| {
            [Setting::UsKeyId, Setting::UsSecretKey].into_iter().any(|setting| problem.is_of(setting))
        };
        if let Some(problem) = settings.problems.iter().find(of_key) {
            self.us.chosen = None;
            return Err(format!("{}. {}", problem.text, problem.fix));
        }
        let findings: Vec<_> = ["us.key", "us.secret"].iter().filter_map(|id| Some((find(id)?.judge)(facts))).collect();
        if let Some(wrong) = findings.iter().find(|finding| finding.status == Status::Fail) {
            self.us.chosen = None;
            let fix = wrong.fix.as_ref().map(|fix| format!(". {}", fix.text)).unwrap_or_default();
            return Err(format!("{}{fix}", wrong.summary));
        }
        self.us.key_id = None;
        self.checked_by = hosts(settings);
        self.step = Step::Review;
        let said: Vec<&str> = findings.iter().map(|finding| finding.summary.as_str()).collect();
        Ok(Next::Go(Some(said.join(". "))))
    }

    /// Back from the secret key to the key ID.
    pub(super) fn back_to_key_id(&mut self) -> bool {
        self.us.chosen = None;
        self.us.key_id.take().is_some()
    }

    /// Whether the secret key is only in memory: not at a place that a profile can name, and not stored.
    pub(super) fn must_export_us_secret(&self) -> bool {
        !self.store_key && self.us.typed_secret().is_some()
    }

    /// The chosen key and the venue, over other settings.
    pub(super) fn set_us(&self, inputs: &mut Inputs) {
        inputs.flags.insert(Setting::Venue, Venue::Us.to_string());
        let Some(secret) = self.us.typed_secret() else { return };
        let id = self.us.chosen.as_ref().and_then(|key| key.key_id.as_ref());
        for (setting, variable, value) in [
            (Setting::UsKeyId, US_KEY_ID_VARIABLE, id.map(|id| id.value.as_str())),
            (Setting::UsSecretKey, US_SECRET_VARIABLE, Some(secret.expose())),
        ] {
            inputs.env_map.insert(setting, variable.to_owned());
            inputs.environment.insert(variable.to_owned(), value.unwrap_or_default().to_owned());
        }
    }

    pub(super) fn ask_us_key(&self) -> Question {
        let typed = |label: &str, detail: &str, entry| Choice {
            label: label.to_owned(),
            detail: detail.to_owned(),
            hint: String::new(),
            entry: Some(entry),
        };
        let (text, choices) = if let Some(key_id) = &self.us.key_id {
            (format!("What is the secret key of {key_id}?"), vec![typed("Secret key", "", Entry::UsSecret)])
        } else {
            let found = self.us.offered().map(|source| Choice {
                label: source.to_string(),
                detail: self.us.found.key_id.as_ref().map(|id| id.value.clone()).unwrap_or_default(),
                ..Choice::default()
            });
            let typed = typed("Type or paste the key ID", "the secret key comes next", Entry::UsKeyId);
            ("Which key of Polymarket US does the bot use?".to_owned(), found.into_iter().chain([typed]).collect())
        };
        Question {
            step: Step::Key,
            text,
            choices,
            likely: Some(0),
            help: vec![
                "Key ID and secret key are created together at polymarket.us/developer; the secret key is shown only \
                 once. They are not the API credentials of polymarket.com, and no private key of a wallet."
                    .to_owned(),
                "Nothing is sent now. The secret key signs requests on this machine and is never sent.".to_owned(),
            ],
        }
    }

    /// The lines of the review.
    pub(super) fn us_answers(&self) -> [(&'static str, Option<String>); 3] {
        let chosen = self.us.chosen.as_ref();
        [
            ("venue", Some(Venue::Us.spoken().to_owned())),
            ("key ID", chosen.and_then(|key| Some(key.key_id.as_ref()?.value.clone()))),
            ("secret key from", chosen.and_then(|key| Some(key.secret.as_ref()?.source.to_string()))),
        ]
    }

    /// Writes the key to a profile. What the profile says of an account at the CLOB stays, and is then checked
    /// beside it.
    pub(super) fn write_us(&self, config: &mut ConfigText) -> Result<(), EditError> {
        let profile = self.profile.as_str();
        if self.replaces.is_none_or(|replaced| replaced.signer.is_none()) {
            config.set(profile, Setting::Venue, Venue::Us.to_string())?;
        }
        let urls =
            self.us.known.given().filter(|(setting, _)| matches!(setting, Setting::UsUrl | Setting::UsGatewayUrl));
        for (setting, value) in urls {
            config.set(profile, setting, value)?;
        }
        let Some(UsParts { key_id: Some(id), secret: Some(secret) }) = &self.us.chosen else { return Ok(()) };
        match reference(Setting::UsKeyId, id) {
            Some(Reference::Own) => {}
            Some(Reference::To(value)) => config.set(profile, Setting::UsKeyId, value)?,
            None => config.set(profile, Setting::UsKeyId, id.value.as_str())?,
        }
        match reference(Setting::UsSecretKey, secret) {
            Some(Reference::Own) => {}
            _ if self.store_key => config.set(profile, Setting::UsSecretKey, secret.value.expose())?,
            Some(Reference::To(value)) => config.set(profile, Setting::UsSecretKey, value)?,
            None => {
                config.set(profile, Setting::UsSecretKey, SecretRef::Env { name: US_SECRET_VARIABLE.to_owned() })?;
            }
        }
        Ok(())
    }
}
