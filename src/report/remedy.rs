//! The fix at the place where the value lives: what to write where, and the commands that can help.
//!
//! Checks and rules say which settings they want. The words for the places are made here and nowhere
//! else, from the places in the facts.

use serde_json::{Map, Value};

use crate::cause::Cause;
use crate::checks::Tries;
use crate::facts::{CredentialsFact, KeyFact, Setup};
use crate::settings::target::{Target, Written, wanted};
use crate::settings::{Source, home};

/// What to do about settings.
#[derive(Debug, Default)]
pub(super) struct Remedy {
    pub(super) edits: Vec<String>,
    pub(super) commands: Vec<String>,
}

/// What to write where so that these settings are in force.
pub(super) fn remedy(setup: &Setup, cause: Option<Cause>, settings: &Map<String, Value>, tries: &Tries) -> Remedy {
    let mut maker = Maker { setup, remedy: Remedy::default(), can_be_applied: false };
    for (name, value) in settings {
        maker.setting(name, value);
    }
    for (name, value) in tries.iter().filter(|(_, value)| !value.is_empty()) {
        maker.value(name, value, false);
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
    fn setting(&mut self, name: &str, value: &Value) {
        let text = plain(value);
        match name {
            "private_key" => self.private_key(&text),
            "api_credentials" if text == wanted::CLEANED => self.cleaned_credentials(),
            "api_credentials" => self.api_credentials(text == wanted::CREATED),
            "builder_credentials" => {
                for (name, words) in [
                    ("builder_api_key", "the key of the builder credentials"),
                    ("builder_secret", "their secret"),
                    ("builder_passphrase", "their passphrase"),
                ] {
                    self.words(name, words);
                }
            }
            "builder_code" if !is_code(&text) => self.words(name, &text),
            _ if !self.is_in_force(name, &text) => self.value(name, &text, true),
            _ => {}
        }
    }

    /// A value that is known. `proven`: it is what repairs, and not only worth a try.
    fn value(&mut self, name: &str, value: &str, proven: bool) {
        let target = Target::of(&self.setup.places, name);
        self.remedy.edits.extend(target.edits(Written::Value(value)));
        self.remedy.commands.extend(target.command(value));
        self.can_be_applied |= proven && target.is_file();
    }

    fn words(&mut self, name: &str, words: &str) {
        self.remedy.edits.extend(Target::of(&self.setup.places, name).edits(Written::Words(words)));
    }

    fn private_key(&mut self, text: &str) {
        let surrounded = self.setup.key.as_ref().is_some_and(|key| match &key.value {
            KeyFact::Usable { remarks, .. } => remarks.iter().any(|remark| remark.is_refused()),
            KeyFact::Unusable { .. } => false,
        });
        let target = Target::of(&self.setup.places, "private_key");
        if let (Target::Variables { names }, false) = (&target, surrounded) {
            let name = names[0];
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
        for (name, is_surrounded) in [("api_secret", secret), ("api_passphrase", phrase)] {
            if is_surrounded {
                self.words(name, wanted::CLEANED);
                self.can_be_applied |= Target::of(&self.setup.places, name).is_file();
            }
        }
    }

    fn api_credentials(&mut self, created: bool) {
        let argument = home::argument(&self.setup.places, self.setup.origin.as_ref());
        if argument == home::SHOWN {
            for name in ["api_key", "api_secret", "api_passphrase"] {
                self.words(name, "what the command prints");
            }
        }
        let verb = if created { "create" } else { "derive" };
        self.remedy.commands.push(format!("polydoctor keys {verb} {argument}"));
    }

    fn is_in_force(&self, name: &str, text: &str) -> bool {
        let setup = self.setup;
        let now = match name {
            "funder" => setup.funder.as_ref().map(|funder| funder.value.to_string()),
            "signature_type" => {
                // what is inferred is set nowhere
                let set = setup.signature_type.as_ref().filter(|kind| !matches!(kind.source, Source::Inferred { .. }));
                set.map(|kind| u8::from(kind.value).to_string())
            }
            "chain_id" => setup.chain_id.as_ref().map(|id| id.value.to_string()),
            "clob_url" => setup.clob_url.as_ref().map(|url| url.value.clone()),
            "nonce" => setup.nonce.as_ref().map(|nonce| nonce.value.to_string()),
            _ => None,
        };
        now.is_some_and(|now| now.eq_ignore_ascii_case(text))
    }
}

/// Whether a text is a builder code, and not words for one.
fn is_code(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|digits| digits.len() == 64 && digits.bytes().all(|c| c.is_ascii_hexdigit()))
}
