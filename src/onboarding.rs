//! The set-up wizard without a screen: its questions, what is wrong with an answer, and the profile
//! that comes of them. Who draws it reads files and asks the network for it.
//!
//! Each step is a [`Question`]; [`Wizard::answer`] takes the choice or the text, and says in one
//! sentence what is wrong with it, or goes on. [`Next::Read`] asks for a key from the place that
//! [`Wizard::key_to_read`] names, and [`Next::Look`] for the settings and facts of this key: load
//! [`Wizard::inputs`], run [`PROBES`] offline unless [`Wizard::may_ask_network`], and hand both to
//! [`Wizard::saw`].

mod account;
mod answers;
mod funder;
mod hosts;
mod known;
mod outcome;
mod profile;
mod question;
mod us;

use std::collections::BTreeMap;
use std::path::PathBuf;

use alloy_primitives::Address;

pub use account::{Origin, Step};
pub use hosts::{Host, hosts};
pub use outcome::{Ability, abilities};
pub use question::{Choice, Entry, Question};

use self::known::Known;
use self::us::{US_SECRET_VARIABLE, UsKeys};
use crate::auth::wallet::SignatureType;
use crate::facts::Facts;
use crate::facts::probe::Probe;
use crate::secret::Secret;
use crate::settings::{FoundKey, Inputs, KeyInput, SecretRef, Setting, Settings, Source, UnreadKey};

/// What the wizard has to know of the wallets.
pub const PROBES: [Probe; 3] = [Probe::Chain, Probe::Profile, Probe::Version];

/// The variable that a key typed in is to be put in, where it is not stored.
pub const KEY_VARIABLE: &str = "POLYMARKET_PRIVATE_KEY";

/// What was chosen or typed.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The place of a choice in the question's list.
    Choice(usize),
    /// What was typed for the choice at this place, or beside the choices.
    Text { choice: Option<usize>, text: Secret },
}

impl Answer {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { choice: None, text: Secret::new(text) }
    }
}

/// What comes after an answer that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next question. The sentence, if any, says what was found about the answer.
    Go(Option<String>),
    /// The same, once settings and facts of the key are there: see [`Wizard::saw`].
    Look(Option<String>),
    /// The same, once the key has been read from where [`Wizard::key_to_read`] says.
    Read,
}

/// The key that was chosen.
#[derive(Clone)]
struct Key {
    text: Secret,
    signer: Address,
    source: Source,
    place: Option<SecretRef>,
}

/// The wallet that was chosen, and the type that fits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Funder {
    address: Address,
    signature_type: SignatureType,
}

/// A profile that is there already, with the signer of its key where that can be seen.
#[derive(Clone, Copy)]
struct Replaced {
    signer: Option<Address>,
}

/// The answers so far.
#[derive(Clone)]
pub struct Wizard {
    found: Vec<FoundKey>,
    profile: String,
    /// The profile as it is, where there is one: settings of another account go.
    replaces: Option<Replaced>,
    step: Step,
    origin: Option<Origin>,
    /// A keystore whose password is asked for.
    keystore: Option<PathBuf>,
    reading: Option<(KeyInput, Option<Secret>)>,
    key: Option<Key>,
    /// What is set already for this key.
    known: Known,
    hosts: Vec<Host>,
    /// Who the checks will ask.
    checked_by: Vec<Host>,
    us: UsKeys,
    /// Whether the wallets may be looked up, once that was answered.
    may_ask: Option<bool>,
    facts: Option<Facts>,
    /// A funder that the chain has to be asked about.
    asked: Option<Address>,
    funder: Option<Funder>,
    store_key: bool,
}

impl Wizard {
    /// `found` are the keys that are offered; `profile` is the name that the answers are saved by.
    pub fn new(found: Vec<FoundKey>, profile: impl Into<String>) -> Self {
        let profile = Some(profile.into()).filter(|name| !name.is_empty());
        Self {
            found,
            profile: profile.unwrap_or_else(|| "default".to_owned()),
            replaces: None,
            step: Step::Account,
            origin: None,
            keystore: None,
            reading: None,
            key: None,
            known: Known::default(),
            hosts: Vec::new(),
            checked_by: Vec::new(),
            us: UsKeys::default(),
            may_ask: None,
            facts: None,
            asked: None,
            funder: None,
            store_key: false,
        }
    }

    /// Writes the private key itself to the profile: only where the user asks for that by name.
    pub fn store_key(&mut self, store: bool) {
        self.store_key = store;
    }

    /// The profile is there already, with the key of this signer: what it says of another account
    /// is removed.
    pub fn replaces(&mut self, signer: Option<Address>) {
        self.replaces = Some(Replaced { signer });
    }

    pub fn step(&self) -> Step {
        self.step
    }

    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The key's own address, once there is one.
    pub fn signer(&self) -> Option<Address> {
        self.key.as_ref().map(|key| key.signer)
    }

    pub fn funder(&self) -> Option<Address> {
        self.funder.map(|funder| funder.address)
    }

    pub fn signature_type(&self) -> Option<SignatureType> {
        self.funder.map(|funder| funder.signature_type)
    }

    /// Whether the network may be asked: only after a person, or a flag, has said so.
    pub fn may_ask_network(&self) -> bool {
        self.may_ask == Some(true)
    }

    /// Whether the question is if the wallets may be looked up.
    pub fn asks_to_look_up(&self) -> bool {
        self.step == Step::Funder && self.may_ask.is_none()
    }

    /// Where a key is to be read from, and the password of a keystore.
    pub fn key_to_read(&self) -> Option<(&KeyInput, Option<&Secret>)> {
        self.reading.as_ref().map(|(input, password)| (input, password.as_ref()))
    }

    /// The key could not be read: what is wrong. A keystore that only needs another password is kept.
    pub fn could_not_read(&mut self, unread: UnreadKey) -> String {
        self.reading = None;
        self.keystore = self.keystore.take().filter(|_| unread.is_password);
        unread.text
    }

    /// The variable that the key has to be put in for later runs, where it is only in memory: not at a place that
    /// a profile can name, and not stored.
    pub fn to_export(&self) -> Option<&'static str> {
        if self.is_us() {
            return self.must_export_us_secret().then_some(US_SECRET_VARIABLE);
        }
        let in_memory = |key: &Key| key.place.is_none() && !is_of_profile(&key.source);
        (!self.store_key && self.key.as_ref().is_some_and(in_memory)).then_some(KEY_VARIABLE)
    }

    /// What the key is called that signs for the account.
    pub fn key_word(&self) -> &'static str {
        if self.is_us() { "secret key" } else { "private key" }
    }

    /// The steps that there are for such an account.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        let has_wallets = !self.is_us();
        Step::ALL.into_iter().filter(move |step| has_wallets || *step != Step::Funder)
    }

    /// Who the checks will ask, once the account is known.
    pub fn checked_by(&self) -> &[Host] {
        &self.checked_by
    }

    /// Whether it was never asked if the network may be.
    pub fn asks_nothing_yet(&self) -> bool {
        self.may_ask.is_none()
    }

    /// Puts a key that is only in memory where the profile refers to.
    pub fn export_key(&self, environment: &mut BTreeMap<String, String>) {
        let text = if self.is_us() { self.us.typed_secret() } else { self.key.as_ref().map(|key| &key.text) };
        if let Some((variable, text)) = self.to_export().zip(text) {
            environment.insert(variable.to_owned(), text.expose().to_owned());
        }
    }

    /// One question back; `false` at the first.
    pub fn back(&mut self) -> bool {
        self.reading = None;
        if self.keystore.take().is_some() || self.back_to_key_id() {
            return true;
        }
        let before = match self.step {
            Step::Account => return false,
            Step::Key => Step::Account,
            Step::Funder if self.may_ask.take().is_some() => Step::Funder,
            Step::Funder => Step::Key,
            Step::Review if self.is_us() => Step::Key,
            Step::Review => Step::Funder,
        };
        self.step = before;
        true
    }

    /// The settings of the key, what the probes found out about its wallets, and what becomes of the
    /// funder that waited for it.
    pub fn saw(&mut self, facts: Facts, settings: &Settings) -> Option<Result<Next, String>> {
        if self.is_us() {
            return Some(self.saw_us(&facts, settings));
        }
        self.facts = Some(facts);
        self.checked_by = hosts(settings);
        if let Some(asked) = self.asked {
            return Some(self.take_funder(asked));
        }
        self.known = Known::of(settings);
        self.hosts = hosts::of_look_up(settings);
        self.take_what_is_set().map(|said| Ok(Next::Go(Some(said))))
    }

    /// The settings so far, over others: for the probes, and for the checklist at the end.
    #[must_use]
    pub fn inputs(&self, base: &Inputs) -> Inputs {
        let mut inputs = base.clone();
        if self.is_us() {
            self.set_us(&mut inputs);
            return inputs;
        }
        if let Some(key) = self.key.as_ref().filter(|key| !self.is_left_to_settings(key, base)) {
            inputs.key = KeyInput::Typed(key.text.clone());
        }
        let (funder, kind) = match (self.funder, self.asked) {
            (_, Some(asked)) => (Some(asked), self.guess()),
            (Some(funder), None) => (Some(funder.address), Some(funder.signature_type)),
            // the wallets are the same whatever the type, and settings are to be seen as they are
            (None, None) => (None, None),
        };
        if let Some(kind) = kind.filter(|kind| self.known.type_is(*kind).is_none()) {
            inputs.flags.insert(Setting::SignatureType, u8::from(kind).to_string());
        }
        if let Some(funder) = funder.filter(|funder| self.known.funder_is(*funder).is_none()) {
            inputs.flags.insert(Setting::Funder, funder.to_string());
        }
        inputs
    }

    /// Whether settings come to this key by themselves: polymarket-cli's file counts only then, with
    /// all that it says.
    fn is_left_to_settings(&self, key: &Key, base: &Inputs) -> bool {
        let is_first = self.found.first().is_some_and(|found| found.source == key.source);
        is_first
            && matches!(key.source, Source::PolymarketCli { .. })
            && matches!(base.key, KeyInput::Settings)
            && base.profile.is_none()
    }

    /// The type by the settings, or by how the account was made; `None` where neither says it.
    fn guess(&self) -> Option<SignatureType> {
        self.known.signature_type().or_else(|| self.origin.and_then(Origin::signature_type))
    }
}

fn is_of_profile(source: &Source) -> bool {
    matches!(source, Source::Profile { .. })
}

#[cfg(test)]
mod tests;
