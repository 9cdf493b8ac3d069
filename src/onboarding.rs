//! The set-up wizard without a screen: its questions, what is wrong with an answer, and the profile
//! that comes of them. Who draws it brings what is on chain.
//!
//! Each step is a [`Question`]; [`Wizard::answer`] takes the choice or the text, and says in one
//! sentence what is wrong with it, or goes on. After the key, and again where a funder is none of
//! the key's wallets, it asks to [`Next::Look`]: run [`PROBES`] with the settings of
//! [`Wizard::inputs`], hand the facts to [`Wizard::saw`].

mod funder;
mod outcome;
mod question;

use alloy_primitives::Address;

pub use outcome::{Ability, abilities};
pub use question::{Choice, Entry, Question};

use crate::auth::key::{self, KeyMistake};
use crate::auth::wallet::SignatureType;
use crate::engine::facts::Facts;
use crate::engine::probe::Probe;
use crate::secret::Secret;
use crate::settings::edit::{ConfigText, EditError};
use crate::settings::{FoundKey, Inputs, KeyInput, Place, Source};

/// What the wizard has to know of the wallets.
pub const PROBES: [Probe; 3] = [Probe::Chain, Probe::Profile, Probe::Version];

/// The variable that a key typed in is to be put in, where it is not stored.
pub const KEY_VARIABLE: &str = "POLYMARKET_PRIVATE_KEY";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Account,
    Key,
    Funder,
    Review,
}

impl Step {
    pub const ALL: [Self; 4] = [Self::Account, Self::Key, Self::Funder, Self::Review];

    /// From 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::Key => "Key",
            Self::Funder => "Funder",
            Self::Review => "Review",
        }
    }
}

/// How an account was made: a first guess for its signature type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Email,
    Browser,
    Wallet,
    Deposit,
    Unknown,
}

impl Origin {
    pub const ALL: [Self; 5] = [Self::Email, Self::Browser, Self::Wallet, Self::Deposit, Self::Unknown];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Browser => "browser",
            Self::Wallet => "wallet",
            Self::Deposit => "deposit",
            Self::Unknown => "unknown",
        }
    }

    pub fn signature_type(self) -> Option<SignatureType> {
        match self {
            Self::Email => Some(SignatureType::PolyProxy),
            Self::Browser => Some(SignatureType::PolyGnosisSafe),
            Self::Wallet => Some(SignatureType::Eoa),
            Self::Deposit => Some(SignatureType::Poly1271),
            Self::Unknown => None,
        }
    }
}

/// What was chosen or typed.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The place of a choice in the question's list.
    Choice(usize),
    Text(Secret),
}

/// What comes after an answer that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next question. The sentence, if any, says what was found about the answer.
    Go(Option<String>),
    /// The same, once the chain has been read: see [`Wizard::saw`].
    Look(Option<String>),
}

/// The key that was chosen.
#[derive(Clone)]
struct Key {
    text: Secret,
    signer: Address,
    place: Option<Place>,
}

/// The wallet that was chosen, and the type that fits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Funder {
    address: Address,
    signature_type: SignatureType,
}

/// The answers so far.
#[derive(Clone)]
pub struct Wizard {
    found: Vec<FoundKey>,
    /// Settings that the profile gets beside the answers: addresses, the chain, places of
    /// credentials.
    given: Vec<(&'static str, toml_edit::Value)>,
    profile: String,
    step: Step,
    origin: Option<Origin>,
    key: Option<Key>,
    facts: Option<Facts>,
    /// A funder that the chain has to be asked about.
    asked: Option<Address>,
    funder: Option<Funder>,
    store_key: bool,
}

impl Wizard {
    /// `found` are the keys that are offered; `profile` is the name that the answers are saved by.
    pub fn new(found: Vec<FoundKey>, profile: impl Into<String>) -> Self {
        Self {
            found,
            given: Vec::new(),
            profile: profile.into(),
            step: Step::Account,
            origin: None,
            key: None,
            facts: None,
            asked: None,
            funder: None,
            store_key: false,
        }
    }

    /// Writes a setting to the profile beside the answers.
    pub fn give(&mut self, setting: &'static str, value: impl Into<toml_edit::Value>) {
        self.given.push((setting, value.into()));
    }

    /// Writes the private key itself to the profile: only where the user asks for that by name.
    pub fn store_key(&mut self, store: bool) {
        self.store_key = store;
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

    /// Whether the key is only in memory: not at a place that a profile can name, and not stored.
    pub fn must_export_key(&self) -> bool {
        !self.store_key && self.key.as_ref().is_some_and(|key| key.place.is_none())
    }

    /// One question back; `false` at the first.
    pub fn back(&mut self) -> bool {
        let before = match self.step {
            Step::Account => return false,
            Step::Key => Step::Account,
            Step::Funder => Step::Key,
            Step::Review => Step::Funder,
        };
        self.step = before;
        true
    }

    /// What the probes found out about the wallets, and what becomes of the funder that waited for it.
    pub fn saw(&mut self, facts: Facts) -> Option<Result<Next, String>> {
        self.facts = Some(facts);
        let asked = self.asked?;
        Some(self.take_funder(asked))
    }

    /// Takes an answer to the question of this step.
    ///
    /// # Errors
    ///
    /// What is wrong with it: one sentence, which never holds the text of a secret.
    pub fn answer(&mut self, answer: &Answer) -> Result<Next, String> {
        match (self.step, answer) {
            (Step::Account, Answer::Choice(index)) => {
                let origin = *Origin::ALL.get(*index).ok_or("There is no such choice")?;
                Ok(self.take_origin(origin))
            }
            (Step::Account, Answer::Text(text)) => {
                let named = |origin: &&Origin| origin.name() == text.expose().trim();
                let origin = Origin::ALL.iter().find(named).copied();
                Ok(self.take_origin(origin.ok_or("Answer email, browser, wallet, deposit or unknown")?))
            }
            (Step::Key, Answer::Choice(index)) => {
                let found = self.found.get(*index).cloned().ok_or("There is no such choice")?;
                self.take_key(found)
            }
            (Step::Key, Answer::Text(text)) => {
                let key = text.clone();
                self.take_key(FoundKey { key, source: Source::Typed, place: None })
            }
            (Step::Funder, answer) => {
                let address = match answer {
                    Answer::Choice(index) => self.wallets().nth(*index).ok_or("There is no such choice")?.1,
                    Answer::Text(text) => funder::parse(text.expose())?,
                };
                self.take_funder(address)
            }
            (Step::Review, _) => Ok(Next::Go(None)),
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
            return Err(format!("The key is good, but {}: mend it at {}", remark.text(), found.source));
        }
        let signer = parsed.signer.address();
        if self.signer() != Some(signer) {
            (self.facts, self.funder, self.asked) = (None, None, None);
        }
        // as every client takes it
        let text = Secret::new(alloy_primitives::hex::encode_prefixed(parsed.signer.to_bytes()));
        self.key = Some(Key { text, signer, place: found.place });
        self.step = Step::Funder;
        Ok(Next::Look(Some(format!("64 hex digits and 0x: good. Its own address, the signer, is {signer}"))))
    }

    /// The settings so far, over others: for the probes, and for the checklist at the end.
    #[must_use]
    pub fn inputs(&self, base: &Inputs) -> Inputs {
        let mut inputs = base.clone();
        if let Some(key) = &self.key {
            inputs.key = KeyInput::Typed(key.text.clone());
        }
        let (funder, kind) = match (self.funder, self.asked) {
            (_, Some(asked)) => (Some(asked), self.guess()),
            (Some(funder), None) => (Some(funder.address), funder.signature_type),
            (None, None) => (None, self.guess()),
        };
        inputs.flags.insert("signature_type", u8::from(kind).to_string());
        if let Some(funder) = funder {
            inputs.flags.insert("funder", funder.to_string());
        }
        inputs
    }

    fn guess(&self) -> SignatureType {
        self.origin.and_then(Origin::signature_type).unwrap_or(SignatureType::Eoa)
    }

    /// Writes the answers to a profile of the configuration file.
    ///
    /// # Errors
    ///
    /// [`EditError`] when the file has something else in the place of the profile.
    pub fn write(&self, config: &mut ConfigText) -> Result<(), EditError> {
        let profile = self.profile.as_str();
        for (setting, value) in &self.given {
            config.set(profile, setting, value.clone())?;
        }
        if let Some(Funder { address, signature_type }) = self.funder {
            config.set(profile, "signature_type", i64::from(u8::from(signature_type)))?;
            // type 0 trades from the signer itself
            if Some(address) == self.signer() {
                config.unset(profile, "funder");
            } else {
                config.set(profile, "funder", address.to_string())?;
            }
        }
        if let Some(key) = &self.key {
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

fn refused(mistake: &KeyMistake) -> String {
    format!("That is no private key: {mistake}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::load;

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
    const SAFE: &str = "0xd93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47";

    fn text(text: &str) -> Answer {
        Answer::Text(Secret::new(text))
    }

    /// Facts as they are when the node does not answer.
    fn look(wizard: &mut Wizard) {
        let settings = load(&wizard.inputs(&Inputs::default())).unwrap();
        assert_eq!(wizard.saw(Facts { setup: settings.setup(true), ..Facts::default() }), None);
    }

    #[test]
    fn from_the_first_question_to_a_profile() {
        let key = Secret::new(KEY);
        let place = Place::Env { name: "PK".to_owned() };
        let found = FoundKey { key, source: Source::Variable { name: "PK".to_owned() }, place: Some(place) };
        let mut wizard = Wizard::new(vec![found], "main");
        wizard.give("chain_id", 137);
        assert!(!wizard.back());
        assert_eq!(wizard.answer(&text("browser")), Ok(Next::Go(None)));
        assert_eq!(wizard.question().choices[0].label, "env PK");
        assert!(matches!(wizard.answer(&Answer::Choice(0)), Ok(Next::Look(Some(_)))));
        look(&mut wizard);
        let question = wizard.question();
        assert_eq!(question.choices[question.likely].detail, SAFE);
        assert_eq!(wizard.answer(&Answer::Choice(question.likely)), Ok(Next::Go(None)));
        let mut config = ConfigText::parse("").unwrap();
        wizard.write(&mut config).unwrap();
        assert_eq!(
            config.to_string(),
            format!(
                "default_profile = \"main\"\n\n[profiles.main]\nchain_id = 137\nsignature_type = 2\n\
                 funder = \"{SAFE}\"\nprivate_key = {{ env = \"PK\" }}\n"
            )
        );
        assert!(wizard.back() && wizard.step() == Step::Funder);
    }

    #[test]
    fn a_typed_key_is_written_only_where_that_is_asked_for_by_name() {
        let mut wizard = Wizard::new(Vec::new(), "main");
        wizard.answer(&text("wallet")).unwrap();
        wizard.answer(&text(KEY)).unwrap();
        look(&mut wizard);
        wizard.answer(&Answer::Choice(0)).unwrap();
        let written = |wizard: &Wizard| {
            let mut config = ConfigText::parse("").unwrap();
            wizard.write(&mut config).unwrap();
            config.to_string()
        };
        assert!(wizard.must_export_key() && !written(&wizard).contains(KEY) && !written(&wizard).contains("funder"));
        wizard.store_key(true);
        assert!(!wizard.must_export_key() && written(&wizard).contains(KEY));
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
        look(&mut wizard);
        for (typed, said) in [
            (KEY, "as long as a private key"),
            ("d93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47", "no address"),
            ("0xD93B25cb943D14d0d34FBaF01Fc93a0f8b5F6E47", "capital letters"),
        ] {
            let error = wizard.answer(&text(typed)).unwrap_err();
            assert!(error.contains(said), "{error}");
            assert_eq!(wizard.step(), Step::Funder);
        }
    }
}
