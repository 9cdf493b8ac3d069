//! What an answer comes to: the next question, or what is wrong with it.

use std::path::PathBuf;

use super::{Answer, Entry, Key, Next, Origin, Step, Wizard, funder};
use crate::auth::key::{self, KeyMistake};
use crate::secret::Secret;
use crate::settings::{FoundKey, KeyInput, Source};

impl Wizard {
    /// Takes an answer to the question of this step.
    ///
    /// # Errors
    ///
    /// What is wrong with it: one sentence, which never holds the text of a secret.
    pub fn answer(&mut self, answer: &Answer) -> Result<Next, String> {
        const NONE: &str = "No such choice";
        match (self.step, answer) {
            (Step::Account, Answer::Choice(index)) => Ok(self.take_origin(*Origin::ALL.get(*index).ok_or(NONE)?)),
            (Step::Account, Answer::Text { text, .. }) => {
                let named = |origin: &&Origin| origin.name() == text.expose().trim();
                let origin = Origin::ALL.iter().find(named).copied();
                Ok(self.take_origin(origin.ok_or("Enter email, browser, wallet, deposit, us or unknown")?))
            }
            (Step::Key, answer) if self.is_us() => self.answer_us_key(answer),
            (Step::Key, answer) => self.answer_key(answer),
            (Step::Funder, _) if self.facts.is_none() => Err("One moment: the settings are being read".to_owned()),
            (Step::Funder, Answer::Choice(index)) if self.may_ask.is_none() => match index {
                0 => {
                    (self.may_ask, self.funder) = (Some(true), None);
                    Ok(Next::Look(None))
                }
                1 => {
                    self.may_ask = Some(false);
                    Ok(Next::Go(Some("Nothing was sent: these wallets are derived from the key".to_owned())))
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
        if let Some(remark) = parsed.warnings.iter().find(|remark| remark.is_refused())
            && found.place.is_some()
        {
            return Err(format!("The key is valid, but {}: fix it at {}", remark.text(), found.source));
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
        Ok(Next::Look(Some(format!("Valid private key. Its wallet address, the signer, is {signer}"))))
    }
}

fn refused(mistake: &KeyMistake) -> String {
    format!("Not a private key: {mistake}")
}
