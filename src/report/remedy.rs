//! The fix at the place where the value lives: what to write where, and the commands that can help.
//!
//! Checks and rules say which settings they want. The words for the places are made here and nowhere
//! else, from the places in the facts.

use serde_json::Value;

use crate::cause::Cause;
use crate::checks::{Tries, Try};
use crate::facts::{CredentialsFact, KeyFact, Setup};
use crate::settings::target::{Target, Written};
use crate::settings::wanted::{self, FixKey, Wanted};
use crate::settings::{Setting, Source, home};

/// What to do about settings.
#[derive(Debug, Default)]
pub(super) struct Remedy {
    pub(super) edits: Vec<String>,
    pub(super) commands: Vec<String>,
}

/// What to write where so that these settings are in force.
pub(super) fn remedy(setup: &Setup, cause: Option<Cause>, settings: &Wanted, tries: &Tries) -> Remedy {
    let mut maker = Maker { setup, remedy: Remedy::default(), can_be_applied: false };
    for (&key, value) in settings {
        maker.setting(key, value);
    }
    for (setting, what) in tries {
        match what {
            Try::Value(value) if value.is_empty() => {}
            Try::Value(value) => maker.value(*setting, value, false),
            Try::Words(words) => maker.words(*setting, words),
        }
    }
    let Maker { mut remedy, can_be_applied, .. } = maker;
    if let Some(cause) = cause.filter(|_| can_be_applied) {
        let command = format!("polydoctor fix {}", cause.name());
        remedy.commands.insert(0, command);
    }
    remedy
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

struct Maker<'a> {
    setup: &'a Setup,
    remedy: Remedy,
    /// Whether `polydoctor fix` can write some of it.
    can_be_applied: bool,
}

impl Maker<'_> {
    fn setting(&mut self, key: FixKey, value: &Value) {
        let text = plain(value);
        match key {
            FixKey::Setting(Setting::PrivateKey) => self.private_key(&text),
            FixKey::ApiCredentials if text == wanted::CLEANED => self.cleaned_credentials(),
            FixKey::ApiCredentials => self.api_credentials(text == wanted::CREATED),
            FixKey::BuilderCredentials => {
                let words = ["the key of the builder credentials", "their secret", "their passphrase"];
                for (setting, words) in Setting::BUILDER_CREDENTIALS.into_iter().zip(words) {
                    self.words(setting, words);
                }
            }
            FixKey::Setting(setting @ Setting::BuilderCode) if !is_code(&text) => self.words(setting, &text),
            FixKey::Setting(setting) if !self.is_in_force(setting, &text) => self.value(setting, &text, true),
            FixKey::Setting(_) => {}
        }
    }

    /// A value that is known. `proven`: it is what repairs, and not only worth a try.
    fn value(&mut self, setting: Setting, value: &str, proven: bool) {
        let target = Target::of(&self.setup.places, setting);
        self.remedy.edits.extend(target.edits(Written::Value(value)));
        self.remedy.commands.extend(target.command(value));
        self.can_be_applied |= proven && target.is_file();
    }

    fn words(&mut self, setting: Setting, words: &str) {
        self.remedy.edits.extend(Target::of(&self.setup.places, setting).edits(Written::Words(words)));
    }

    fn private_key(&mut self, text: &str) {
        let surrounded = self.setup.key.as_ref().is_some_and(|key| match &key.value {
            KeyFact::Usable { remarks, .. } => remarks.iter().any(|remark| remark.is_refused()),
            KeyFact::Unusable { .. } => false,
        });
        let target = Target::of(&self.setup.places, Setting::PrivateKey);
        if let (Target::Variables { names }, false) = (&target, surrounded)
            && let Some(name) = names.first()
        {
            self.remedy.commands.push(format!("read -rs {name} && export {name}"));
            return;
        }
        self.remedy.edits.extend(target.edits(Written::Words(text)));
        self.can_be_applied |= surrounded && target.is_file();
    }

    /// Quotes and spaces around parts of the credentials.
    fn cleaned_credentials(&mut self) {
        let set = self.setup.credentials.as_ref();
        // the shape of a secret is that of what it decodes to, whatever is around it
        let secret = set.and_then(CredentialsFact::secret_form).is_some_and(|form| form.unclean);
        let phrase = set.and_then(|set| set.passphrase.as_ref()).is_some_and(|part| part.value.cleaned.is_some());
        for (setting, is_surrounded) in [(Setting::ApiSecret, secret), (Setting::ApiPassphrase, phrase)] {
            if is_surrounded {
                self.words(setting, wanted::CLEANED);
                self.can_be_applied |= Target::of(&self.setup.places, setting).is_file();
            }
        }
    }

    fn api_credentials(&mut self, created: bool) {
        let argument = home::argument(&self.setup.places, self.setup.origin.as_ref());
        if argument == home::SHOWN {
            for setting in Setting::API_CREDENTIALS {
                self.words(setting, "the output of the command");
            }
        }
        let verb = if created { "create" } else { "derive" };
        self.remedy.commands.push(format!("polydoctor keys {verb} {argument}"));
    }

    fn is_in_force(&self, setting: Setting, text: &str) -> bool {
        let setup = self.setup;
        let now = match setting {
            Setting::Funder => setup.funder.as_ref().map(|funder| funder.value.to_string()),
            Setting::SignatureType => {
                // what is inferred is set nowhere
                let set = setup.signature_type.as_ref().filter(|kind| !matches!(kind.source, Source::Inferred { .. }));
                set.map(|kind| u8::from(kind.value).to_string())
            }
            Setting::ChainId => setup.chain_id.as_ref().map(|id| id.value.to_string()),
            Setting::ClobUrl => setup.clob_url.as_ref().map(|url| url.value.clone()),
            Setting::Nonce => setup.nonce.as_ref().map(|nonce| nonce.value.to_string()),
            _ => None,
        };
        now.is_some_and(|now| now.eq_ignore_ascii_case(text))
    }
}

/// Whether a text is a builder code, and not words for one.
fn is_code(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| digits.len() == 64 && digits.bytes().all(|c| c.is_ascii_hexdigit()))
}
