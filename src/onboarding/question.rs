//! What each step asks.

use super::{Host, Origin, Step, Wizard};
use crate::auth::key;
use crate::checks::dollars;
use crate::facts::OnChain;
use crate::settings::FoundKey;

/// What a step asks, to be drawn or printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub step: Step,
    pub text: String,
    pub choices: Vec<Choice>,
    /// The choice that is most likely right; `None` where nothing says which.
    pub likely: Option<usize>,
    /// What the answer means, as paragraphs.
    pub help: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub label: String,
    pub detail: String,
    pub hint: String,
    /// What has to be typed for it.
    pub entry: Option<Entry>,
}

/// What is typed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A private key, never shown while it is typed.
    Key,
    /// The password of a keystore, never shown either.
    Password,
    /// The path of a file that holds a key.
    KeyFile,
    /// The path of a keystore; its password is asked for next.
    Keystore,
    Address,
    /// The key ID of Polymarket US; its secret key is asked for next.
    UsKeyId,
    /// A secret key of Polymarket US, never shown while it is typed.
    UsSecret,
}

impl Entry {
    /// Whether what is typed is not to be seen.
    pub fn is_hidden(self) -> bool {
        matches!(self, Self::Key | Self::Password | Self::UsSecret)
    }

    /// What stands before the text.
    pub fn prompt(self) -> &'static str {
        match self {
            Self::Key => "Private key (hidden)",
            Self::Password => "Password (hidden)",
            Self::KeyFile => "Path of the key file",
            Self::Keystore => "Path of the keystore",
            Self::Address => "Wallet address",
            Self::UsKeyId => "Key ID",
            Self::UsSecret => "Secret key (hidden)",
        }
    }
}

impl Question {
    /// The place of the first choice for which this is typed.
    pub fn entry(&self, entry: Entry) -> Option<usize> {
        self.choices.iter().position(|choice| choice.entry == Some(entry))
    }
}

fn typed(label: &str, detail: &str, entry: Entry) -> Choice {
    Choice { label: label.to_owned(), detail: detail.to_owned(), hint: String::new(), entry: Some(entry) }
}

impl Wizard {
    /// The question of this step.
    pub fn question(&self) -> Question {
        match self.step {
            Step::Account => self.ask_account(),
            Step::Key if self.is_us() => self.ask_us_key(),
            Step::Key if self.keystore.is_some() => self.ask_password(),
            Step::Key => self.ask_key(),
            Step::Funder if self.asks_to_look_up() => self.ask_to_look_up(),
            Step::Funder => self.ask_funder(),
            Step::Review => self.ask_review(),
        }
    }

    fn ask_account(&self) -> Question {
        let choice = |origin: &Origin| {
            let (label, detail) = match origin {
                Origin::Email => ("Email or Google", "key exported from Magic"),
                Origin::Browser => ("Browser wallet", "MetaMask, Rabby, Coinbase"),
                Origin::Wallet => ("Own wallet", "no polymarket.com account"),
                Origin::Deposit => ("Deposit wallet", "accounts created since May 2026"),
                Origin::Us => ("Polymarket US", "key ID and secret key of polymarket.us"),
                Origin::Unknown => ("I don't know", "compare all of them"),
            };
            let hint = origin.signature_type().map(|kind| format!("type {kind}")).unwrap_or_default();
            Choice { label: label.to_owned(), detail: detail.to_owned(), hint, entry: None }
        };
        let chosen = self.origin.and_then(|origin| Origin::ALL.iter().position(|&each| each == origin));
        Question {
            step: Step::Account,
            text: "How was the Polymarket account created?".to_owned(),
            choices: Origin::ALL.iter().map(choice).collect(),
            // the answer that claims nothing
            likely: chosen.or(Some(Origin::ALL.len() - 1)),
            help: vec![
                "The answer is only a first guess. It is compared with the wallets that exist on chain for your key."
                    .to_owned(),
                "Nothing is sent before you have seen the hosts and agreed. Nothing is saved unless you confirm it at the end, and the private key only with --store-private-key."
                    .to_owned(),
            ],
        }
    }

    fn ask_key(&self) -> Question {
        let choice = |found: &FoundKey| Choice {
            label: found.source.to_string(),
            detail: format!("{} characters", found.key.shape().characters),
            hint: match key::parse(&found.key) {
                Ok(parsed) => format!("signer {}", parsed.signer.address()),
                Err(mistake) => format!("not usable: {mistake}"),
            },
            entry: None,
        };
        let mut choices: Vec<Choice> = self.found.iter().map(choice).collect();
        let places = choices.len();
        choices.extend([
            typed("Key file", "a file that contains only the key", Entry::KeyFile),
            typed("Keystore", "JSON with a password", Entry::Keystore),
            typed("Type or paste it", "kept in memory only", Entry::Key),
        ]);
        let good = |found: &FoundKey| key::parse(&found.key).is_ok();
        let mut help = vec![
            "It is the key of the signer: exported from the wallet, or from polymarket.com (profile, Settings, Export \
             private key) for accounts created with email. 64 hex digits; not a recovery phrase, not a wallet address."
                .to_owned(),
        ];
        if places == 0 {
            help.insert(
                0,
                "No private key was found in the environment, in .env or in the configuration of polymarket-cli."
                    .to_owned(),
            );
        }
        Question {
            step: Step::Key,
            text: "Where is the private key of the account?".to_owned(),
            likely: self.found.iter().position(good).or(Some(choices.len() - 1)),
            choices,
            help,
        }
    }

    fn ask_password(&self) -> Question {
        let path = self.keystore.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        Question {
            step: Step::Key,
            text: format!("What is the password of {path}?"),
            choices: vec![typed("Password", "", Entry::Password)],
            likely: Some(0),
            help: vec![
                "It is used once and not saved. Later runs ask again, or read POLYDOCTOR_KEYSTORE_PASSWORD.".to_owned(),
            ],
        }
    }

    fn ask_to_look_up(&self) -> Question {
        let mut hosts: Vec<&str> = Vec::new();
        for Host { host, .. } in self.hosts.iter().filter(|host| host.service != "CLOB") {
            if !hosts.contains(&host.as_str()) {
                hosts.push(host);
            }
        }
        let choice = |label: &str, detail: &str| Choice {
            label: label.to_owned(),
            detail: detail.to_owned(),
            ..Choice::default()
        };
        let mut help = self.who_is_asked();
        help.push("The private key is never sent, and nothing has been sent so far.".to_owned());
        Question {
            step: Step::Funder,
            text: format!("Look up this key's wallets on {}?", hosts.join(" and ")),
            choices: vec![
                choice("Yes, look them up", "to see which exist and hold funds"),
                choice("No", "nothing is sent; choose the wallet yourself"),
            ],
            likely: Some(0),
            help,
        }
    }

    /// Who is asked for the wallets, and what they see: a line for each.
    pub fn who_is_asked(&self) -> Vec<String> {
        self.hosts.iter().map(|Host { host, service, sees }| format!("{host} ({service}) {sees}")).collect()
    }

    fn ask_funder(&self) -> Question {
        let facts = self.facts.as_ref();
        let choices = self.wallets().map(|(kind, address)| Choice {
            label: format!("{kind}, type {}", u8::from(kind.signature_type())),
            detail: address.to_string(),
            hint: facts.and_then(|facts| facts.on_chain(address)).map_or_else(|| "not looked up".to_owned(), on_chain),
            entry: None,
        });
        let likely = self.likely_wallet();
        let mut help = vec![
            "These are the wallets that this key controls. Choose the one whose wallet address is in the profile menu on polymarket.com."
                .to_owned(),
            "Do not use the wallet address from the Deposit dialog: it only receives deposits, and orders from it are rejected."
                .to_owned(),
        ];
        if likely.is_none() {
            help.insert(0, format!("{}.", self.undetermined()));
        }
        Question {
            step: Step::Funder,
            text: "Which wallet holds the funds?".to_owned(),
            choices: choices.chain([typed("A different wallet", "", Entry::Address)]).collect(),
            likely,
            help,
        }
    }

    fn wallet_answers(&self) -> [(&'static str, Option<String>); 4] {
        [
            ("signer", self.signer().map(|signer| signer.to_string())),
            ("key from", self.key.as_ref().map(|key| key.source.to_string())),
            ("funder", self.funder().map(|funder| funder.to_string())),
            ("signature type", self.signature_type().map(|kind| kind.to_string())),
        ]
    }

    fn ask_review(&self) -> Question {
        let said = |(what, value): (&str, Option<String>)| format!("{what:<17}{}", value.unwrap_or_default());
        let answers = if self.is_us() { self.us_answers().to_vec() } else { self.wallet_answers().to_vec() };
        Question {
            step: Step::Review,
            text: "Check the account with these settings?".to_owned(),
            choices: Vec::new(),
            likely: None,
            help: answers.into_iter().chain([("profile", Some(self.profile.clone()))]).map(said).collect(),
        }
    }
}

/// What is at an address, in a few words.
fn on_chain(at: &OnChain) -> String {
    let money = [("pUSD", at.pusd), ("USDC.e", at.usdc_e), ("USDC", at.usdc)];
    let money: Vec<String> = money
        .iter()
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(token, amount)| format!("{} {token}", dollars(*amount)))
        .collect();
    let money = if money.is_empty() { "empty".to_owned() } else { money.join(", ") };
    if at.has_code() { format!("deployed, {money}") } else { format!("not deployed, {money}") }
}
