//! The set-up wizard without a screen: its questions, what is wrong with an answer, and the profile
//! that comes of them. Who draws it reads files and asks the network for it.
//!
//! Each step is a [`Question`]; [`Wizard::answer`] takes the choice or the text, and says in one
//! sentence what is wrong with it, or goes on. [`Next::Read`] asks for a key from the place that
//! [`Wizard::key_to_read`] names, and [`Next::Look`] for the settings and facts of this key: load
//! [`Wizard::inputs`], run [`PROBES`] offline unless [`Wizard::may_ask_network`], and hand both to
//! [`Wizard::saw`].

mod account;
mod funder;
mod hosts;
mod known;
mod outcome;
mod question;

use std::collections::BTreeMap;
use std::path::PathBuf;

use alloy_primitives::Address;

pub use account::{Origin, Step};
pub use hosts::{Host, hosts};
pub use outcome::{Ability, abilities};
pub use question::{Choice, Entry, Question};

use self::known::{Known, Reference};
use crate::auth::key::{self, KeyMistake};
use crate::auth::wallet::SignatureType;
use crate::engine::facts::Facts;
use crate::engine::probe::Probe;
use crate::secret::Secret;
use crate::settings::edit::{ConfigText, EditError};
use crate::settings::{FoundKey, Inputs, KeyInput, Place, Settings, Source, UnreadKey};

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
    place: Option<Place>,
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

    /// Whether the key is only in memory: not at a place that a profile can name, and not stored.
    pub fn must_export_key(&self) -> bool {
        !self.store_key && self.key.as_ref().is_some_and(|key| key.place.is_none() && !is_of_profile(&key.source))
    }

    /// Whether it was never asked if the network may be.
    pub fn asks_nothing_yet(&self) -> bool {
        self.may_ask.is_none()
    }

    /// Puts a key that is only in memory where the profile refers to.
    pub fn export_key(&self, environment: &mut BTreeMap<String, String>) {
        if let Some(key) = self.key.as_ref().filter(|_| self.must_export_key()) {
            environment.insert(KEY_VARIABLE.to_owned(), key.text.expose().to_owned());
        }
    }

    /// One question back; `false` at the first.
    pub fn back(&mut self) -> bool {
        self.reading = None;
        if self.keystore.take().is_some() {
            return true;
        }
        let before = match self.step {
            Step::Account => return false,
            Step::Key => Step::Account,
            Step::Funder if self.may_ask.take().is_some() => Step::Funder,
            Step::Funder => Step::Key,
            Step::Review => Step::Funder,
        };
        self.step = before;
        true
    }

    /// The settings of the key, what the probes found out about its wallets, and what becomes of the
    /// funder that waited for it.
    pub fn saw(&mut self, facts: Facts, settings: &Settings) -> Option<Result<Next, String>> {
        self.facts = Some(facts);
        if let Some(asked) = self.asked {
            return Some(self.take_funder(asked));
        }
        self.known = Known::of(settings);
        self.hosts = hosts::of_look_up(settings);
        self.take_what_is_set().map(|said| Ok(Next::Go(Some(said))))
    }

    /// Takes an answer to the question of this step.
    ///
    /// # Errors
    ///
    /// What is wrong with it: one sentence, which never holds the text of a secret.
    pub fn answer(&mut self, answer: &Answer) -> Result<Next, String> {
        const NONE: &str = "There is no such choice";
        match (self.step, answer) {
            (Step::Account, Answer::Choice(index)) => Ok(self.take_origin(*Origin::ALL.get(*index).ok_or(NONE)?)),
            (Step::Account, Answer::Text { text, .. }) => {
                let named = |origin: &&Origin| origin.name() == text.expose().trim();
                let origin = Origin::ALL.iter().find(named).copied();
                Ok(self.take_origin(origin.ok_or("Answer email, browser, wallet, deposit or unknown")?))
            }
            (Step::Key, answer) => self.answer_key(answer),
            (Step::Funder, _) if self.facts.is_none() => Err("One moment: the settings are being read".to_owned()),
            (Step::Funder, Answer::Choice(index)) if self.may_ask.is_none() => match index {
                0 => {
                    (self.may_ask, self.funder) = (Some(true), None);
                    Ok(Next::Look(None))
                }
                1 => {
                    self.may_ask = Some(false);
                    Ok(Next::Go(Some("Nothing was sent: these are the wallets that follow from the key".to_owned())))
                }
                _ => Err(NONE.to_owned()),
            },
            (Step::Funder, answer) => {
                let address = match answer {
                    Answer::Choice(index) => self.wallets().nth(*index).ok_or(NONE)?.1,
                    Answer::Text { text, .. } => funder::parse(text.expose())?,
                };
                self.take_funder(address)
            }
            (Step::Review, _) => Ok(Next::Go(None)),
        }
    }

    fn answer_key(&mut self, answer: &Answer) -> Result<Next, String> {
        let typed = match answer {
            Answer::Choice(index) => {
                let found = self.found.get(*index).cloned();
                return self.take_key(found.ok_or("Type it in first")?);
            }
            Answer::Text { text, .. } => text.clone(),
        };
        if let Some(path) = &self.keystore {
            self.reading = Some((KeyInput::Keystore(path.clone()), Some(typed)));
            return Ok(Next::Read);
        }
        let chosen = match answer {
            Answer::Text { choice: Some(index), .. } => self.question().choices.get(*index).and_then(|it| it.entry),
            _ => None,
        };
        match chosen {
            Some(Entry::KeyFile | Entry::Keystore) => {
                let path = typed.expose().trim();
                if path.is_empty() {
                    return Err("Enter the path of the file".to_owned());
                }
                if key::parse(&typed).is_ok() {
                    return Err("That is a private key, not a path".to_owned());
                }
                let path = PathBuf::from(path);
                if chosen == Some(Entry::Keystore) {
                    self.keystore = Some(path);
                    return Ok(Next::Go(None));
                }
                self.reading = Some((KeyInput::File(path), None));
                Ok(Next::Read)
            }
            _ => self.take_key(FoundKey { key: typed, source: Source::Typed, place: None }),
        }
    }

    pub fn take_origin(&mut self, origin: Origin) -> Next {
        self.origin = Some(origin);
        self.step = Step::Key;
        Next::Go(None)
    }

    /// Takes a key from a place of its own, such as a keystore.
    ///
    /// # Errors
    ///
    /// Why it is not usable.
    pub fn take_key(&mut self, found: FoundKey) -> Result<Next, String> {
        let parsed = key::parse(&found.key).map_err(|mistake| refused(&mistake))?;
        if let Some(remark) = parsed.remarks.iter().find(|remark| remark.is_refused())
            && found.place.is_some()
        {
            return Err(format!("The key is good, but {}: fix it at {}", remark.text(), found.source));
        }
        let signer = parsed.signer.address();
        if self.signer() != Some(signer) {
            (self.facts, self.may_ask) = (None, None);
        }
        (self.keystore, self.reading, self.funder, self.asked) = (None, None, None, None);
        // as every client takes it
        let text = Secret::new(alloy_primitives::hex::encode_prefixed(parsed.signer.to_bytes()));
        self.key = Some(Key { text, signer, source: found.source, place: found.place });
        self.step = Step::Funder;
        Ok(Next::Look(Some(format!("Valid private key. Its address, the signer, is {signer}"))))
    }

    /// The settings so far, over others: for the probes, and for the checklist at the end.
    #[must_use]
    pub fn inputs(&self, base: &Inputs) -> Inputs {
        let mut inputs = base.clone();
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
            inputs.flags.insert("signature_type", u8::from(kind).to_string());
        }
        if let Some(funder) = funder.filter(|funder| self.known.funder_is(*funder).is_none()) {
            inputs.flags.insert("funder", funder.to_string());
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

    /// Writes the answers to a profile of the configuration file: by reference where a file or a
    /// variable has the value.
    ///
    /// # Errors
    ///
    /// [`EditError`] when the file has something else in the place of the profile, or it cannot be
    /// named so.
    pub fn write(&self, config: &mut ConfigText) -> Result<(), EditError> {
        let profile = self.profile.as_str();
        let is_kept = self.key.as_ref().is_some_and(|key| is_of_profile(&key.source));
        let is_another = |Replaced { signer }| signer.is_none() || signer != self.signer();
        if !is_kept && self.replaces.is_some_and(is_another) {
            config.unset_own(profile);
        }
        for (setting, value) in self.known.given() {
            config.set(profile, setting, value)?;
        }
        if let Some(Funder { address, signature_type }) = self.funder {
            match self.known.type_is(signature_type) {
                Some(set) => write_if_elsewhere(config, profile, "signature_type", set)?,
                None => config.set(profile, "signature_type", i64::from(u8::from(signature_type)))?,
            }
            match self.known.funder_is(address) {
                Some(set) => write_if_elsewhere(config, profile, "funder", set)?,
                // type 0 trades from the signer itself
                None if Some(address) == self.signer() => _ = config.unset(profile, "funder"),
                None => config.set(profile, "funder", address.to_string())?,
            }
        }
        if let Some(key) = self.key.as_ref().filter(|key| self.store_key || !is_of_profile(&key.source)) {
            let named = || key.place.clone().unwrap_or(Place::Env { name: KEY_VARIABLE.to_owned() });
            let value: toml_edit::Value = if self.store_key { key.text.expose().into() } else { named().into() };
            config.set(profile, "private_key", value)?;
        }
        if config.default_profile().is_none() {
            config.set_default_profile(profile);
        }
        Ok(())
    }
}

/// Refers to a value that is set; one of the profile itself stays as it is.
fn write_if_elsewhere(config: &mut ConfigText, profile: &str, setting: &str, set: Reference) -> Result<(), EditError> {
    match set {
        Reference::Own => Ok(()),
        Reference::To(value) => config.set(profile, setting, value),
    }
}

fn is_of_profile(source: &Source) -> bool {
    matches!(source, Source::Profile { .. })
}

fn refused(mistake: &KeyMistake) -> String {
    format!("Not a private key: {mistake}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{EnvFile, load};

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    const SAFE: &str = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";

    fn text(text: &str) -> Answer {
        Answer::text(text)
    }

    fn none() -> Inputs {
        Inputs { env_file: EnvFile::None, ..Inputs::default() }
    }

    /// The settings of the key, and facts as they are when nothing is asked over the network.
    fn look(wizard: &mut Wizard, base: &Inputs) -> Option<Result<Next, String>> {
        let settings = load(&wizard.inputs(base)).unwrap();
        wizard.saw(Facts { setup: settings.setup(true), ..Facts::default() }, &settings)
    }

    /// To the wallets of the key, which are not looked up.
    fn decline(wizard: &mut Wizard) {
        assert_eq!(look(wizard, &none()), None);
        assert!(wizard.asks_to_look_up() && !wizard.may_ask_network());
        assert!(matches!(wizard.answer(&Answer::Choice(1)), Ok(Next::Go(Some(_)))));
        assert!(!wizard.may_ask_network());
    }

    fn written(wizard: &Wizard) -> String {
        let mut config = ConfigText::parse("").unwrap();
        wizard.write(&mut config).unwrap();
        config.to_string()
    }

    #[test]
    fn from_the_first_question_to_a_profile() {
        let key = Secret::new(KEY);
        let place = Place::Env { name: "PK".to_owned() };
        let found = FoundKey { key, source: Source::Variable { name: "PK".to_owned() }, place: Some(place) };
        let mut wizard = Wizard::new(vec![found], "main");
        assert!(!wizard.back());
        assert_eq!(wizard.answer(&text("browser")), Ok(Next::Go(None)));
        assert_eq!(wizard.question().choices[0].label, "env PK");
        assert!(matches!(wizard.answer(&Answer::Choice(0)), Ok(Next::Look(Some(_)))));
        decline(&mut wizard);
        let question = wizard.question();
        let likely = question.likely.unwrap();
        assert_eq!(question.choices[likely].detail, SAFE);
        assert_eq!(wizard.answer(&Answer::Choice(likely)), Ok(Next::Go(None)));
        assert_eq!(
            written(&wizard),
            format!(
                "default_profile = \"main\"\n\n[profiles.main]\nsignature_type = 2\n\
                 funder = \"{SAFE}\"\nprivate_key = {{ env = \"PK\" }}\n"
            )
        );
        assert!(wizard.back() && wizard.step() == Step::Funder);
    }

    #[test]
    fn what_is_set_is_referred_to_and_asks_nothing_of_the_network() {
        let variables = [("PK", KEY), ("FUNDER", SAFE), ("SIGNATURE_TYPE", "2"), ("CLOB_API_KEY", "id")];
        let environment = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let base = Inputs { environment, ..none() };
        let mut wizard = Wizard::new(crate::settings::Reading::of(base.clone()).unwrap().found_keys(), "main");
        wizard.answer(&text("unknown")).unwrap();
        wizard.answer(&Answer::Choice(0)).unwrap();
        assert!(matches!(look(&mut wizard, &base), Some(Ok(Next::Go(Some(_))))));
        assert_eq!((wizard.step(), wizard.may_ask_network()), (Step::Review, false));
        let text = written(&wizard);
        for (setting, variable) in [
            ("private_key", "PK"),
            ("funder", "FUNDER"),
            ("signature_type", "SIGNATURE_TYPE"),
            ("api_key", "CLOB_API_KEY"),
        ] {
            assert!(text.contains(&format!("{setting} = {{ env = \"{variable}\" }}\n")), "{text}");
        }
        assert_eq!(text.lines().count(), 7, "{text}");
    }

    #[test]
    fn nothing_is_preselected_where_nothing_says_which_wallet_it_is() {
        for (origin, likely) in [("unknown", None), ("deposit", None), ("wallet", Some(0)), ("browser", Some(2))] {
            let mut wizard = Wizard::new(Vec::new(), "main");
            wizard.answer(&text(origin)).unwrap();
            wizard.answer(&text(KEY)).unwrap();
            decline(&mut wizard);
            assert_eq!(wizard.question().likely, likely, "{origin}");
            assert_eq!(wizard.inputs(&none()).flags.get("signature_type"), None, "{origin}");
        }
    }

    #[test]
    fn settings_of_another_account_leave_the_profile_that_it_replaces() {
        let mut wizard = Wizard::new(Vec::new(), "main");
        wizard.answer(&text("browser")).unwrap();
        wizard.answer(&text(KEY)).unwrap();
        decline(&mut wizard);
        wizard.answer(&Answer::Choice(2)).unwrap();
        let before = "[profiles.main]\nrpc_url = \"x\"\napi_secret = \"other\"\nnonce = 3\n";
        let after = |signer: Option<Address>| {
            let mut wizard = wizard.clone();
            wizard.replaces(signer);
            let mut config = ConfigText::parse(before).unwrap();
            wizard.write(&mut config).unwrap();
            config.to_string()
        };
        assert!(after(wizard.signer()).contains("api_secret = \"other\"\nnonce = 3\n"));
        for signer in [None, Some(Address::ZERO)] {
            let text = after(signer);
            assert!(text.contains("rpc_url") && !text.contains("api_secret") && !text.contains("nonce"), "{text}");
        }
    }

    #[test]
    fn a_typed_key_is_written_only_where_that_is_asked_for_by_name() {
        let mut wizard = Wizard::new(Vec::new(), "main");
        wizard.answer(&text("wallet")).unwrap();
        wizard.answer(&text(KEY)).unwrap();
        decline(&mut wizard);
        wizard.answer(&Answer::Choice(0)).unwrap();
        assert!(wizard.must_export_key() && !written(&wizard).contains(KEY) && !written(&wizard).contains("funder"));
        wizard.store_key(true);
        assert!(!wizard.must_export_key() && written(&wizard).contains(KEY));
    }

    #[test]
    fn a_key_file_and_a_keystore_are_read_before_the_next_question() {
        let mut wizard = Wizard::new(Vec::new(), "main");
        wizard.answer(&text("unknown")).unwrap();
        let typed = |wizard: &Wizard, entry, text: &str| {
            let choice = wizard.question().entry(entry);
            assert!(choice.is_some(), "{entry:?}");
            Answer::Text { choice, text: Secret::new(text) }
        };
        let answer = typed(&wizard, Entry::KeyFile, "~/key");
        assert_eq!(wizard.answer(&answer), Ok(Next::Read));
        assert!(matches!(wizard.key_to_read(), Some((KeyInput::File(_), None))));
        let answer = typed(&wizard, Entry::KeyFile, KEY);
        assert!(wizard.answer(&answer).unwrap_err().contains("not a path"));
        let answer = typed(&wizard, Entry::Keystore, "bot.json");
        assert_eq!(wizard.answer(&answer), Ok(Next::Go(None)));
        let answer = typed(&wizard, Entry::Password, "hunter2");
        assert_eq!(wizard.answer(&answer), Ok(Next::Read));
        assert!(matches!(wizard.key_to_read(), Some((KeyInput::Keystore(_), Some(_)))));
        let unread = |is_password| UnreadKey { text: String::new(), is_password };
        wizard.could_not_read(unread(true));
        assert!(wizard.question().entry(Entry::Password).is_some());
        wizard.could_not_read(unread(false));
        assert!(wizard.question().entry(Entry::Keystore).is_some() && wizard.step() == Step::Key);
    }

    #[test]
    fn wrong_answers_are_told_and_the_question_stays() {
        let mut wizard = Wizard::new(Vec::new(), "main");
        assert!(wizard.answer(&text("metamask")).is_err() && wizard.answer(&Answer::Choice(9)).is_err());
        wizard.answer(&text("browser")).unwrap();
        for (typed, said) in [
            ("", "empty"),
            (SAFE, "an address"),
            ("test test test test test test test test test test test junk", "recovery phrase of 12 words"),
            (&KEY[..65], "63 hex digits"),
        ] {
            let error = wizard.answer(&text(typed)).unwrap_err();
            assert!(error.contains(said), "{error}");
            assert_eq!(wizard.step(), Step::Key);
        }
        wizard.answer(&text(KEY)).unwrap();
        assert!(wizard.answer(&Answer::Choice(0)).is_err(), "before its settings are read");
        decline(&mut wizard);
        for (typed, said) in [
            (KEY, "as long as a private key"),
            ("d93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47", "Not a wallet address"),
            ("0xD93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47", "checksum"),
        ] {
            let error = wizard.answer(&text(typed)).unwrap_err();
            assert!(error.contains(said), "{error}");
            assert_eq!(wizard.step(), Step::Funder);
        }
    }
}
