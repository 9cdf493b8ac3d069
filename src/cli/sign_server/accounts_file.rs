//! The file of `--accounts`: several builders, each with its tokens.

use std::path::Path;

use anyhow::{Context as _, anyhow, bail, ensure};
use serde::Deserialize;

use super::variables::Variables;
use crate::auth::l2::ApiCredentials;
use crate::secret::Secret;
use crate::sign_server::Account;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    #[serde(default)]
    account: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    #[serde(default)]
    tokens: Vec<Value>,
    key: Option<Value>,
    secret: Option<Value>,
    passphrase: Option<Value>,
}

/// A value, or the name of the variable that holds it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "neither a string nor { env = \"NAME\" }")]
enum Value {
    Here(String),
    Variable { env: String },
}

/// The accounts of a file; `shown` is its name in errors, which hold nothing of its values.
pub(super) fn parse(shown: &Path, text: &str, variables: &Variables) -> anyhow::Result<Vec<Account>> {
    let shown = shown.display();
    let accounts: Accounts = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        // neither the excerpt that Display shows, nor serde's sentences that quote a value
        let quotes = ["invalid type", "invalid value", "unknown variant"];
        let message = error.message();
        let message =
            if quotes.iter().any(|start| message.starts_with(start)) { "not the right type" } else { message };
        anyhow!("{shown}, line {line}: {message}")
    })?;
    let account = |(index, entry)| read(entry, variables).with_context(|| format!("account {} of {shown}", index + 1));
    accounts.account.into_iter().enumerate().map(account).collect()
}

fn read(entry: Entry, variables: &Variables) -> anyhow::Result<Account> {
    let part = |value: Option<Value>, field: &str| match value {
        Some(value) => Ok(value.text(variables)?).and_then(|text| filled(text, field)),
        None => bail!("{field} is missing"),
    };
    let name = entry.name.context("name is missing")?;
    if !is_name(&name) {
        bail!(
            "name must be 1 to 64 letters, digits, dots, dashes or underscores: it appears in the log and the metrics"
        );
    }
    let tokens = entry.tokens.into_iter().map(|token| Ok(Secret::new(part(Some(token), "a token")?.trim())));
    Ok(Account {
        name,
        tokens: tokens.collect::<anyhow::Result<_>>()?,
        credentials: ApiCredentials {
            key: part(entry.key, "key")?,
            secret: Secret::new(part(entry.secret, "secret")?),
            passphrase: Secret::new(part(entry.passphrase, "passphrase")?),
        },
    })
}

fn filled(text: String, field: &str) -> anyhow::Result<String> {
    ensure!(!text.trim().is_empty(), "{field} is empty");
    Ok(text)
}

fn is_name(name: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    (1..=64).contains(&name.len()) && name.chars().all(is_fit)
}

impl Value {
    fn text(self, variables: &Variables) -> anyhow::Result<String> {
        match self {
            Self::Here(text) => Ok(text),
            Self::Variable { env } => variables.get(&env)?.with_context(|| format!("the variable {env:?} is not set")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::EnvFile;

    fn parsed(text: &str) -> Result<Vec<Account>, String> {
        let variables = Variables::read(&EnvFile::None).unwrap();
        parse(Path::new("accounts.toml"), text, &variables).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn an_account_is_a_name_tokens_and_credentials() {
        let text = "[[account]]\nname='a'\ntokens=['t', 'u']\nkey='k'\nsecret='AA=='\npassphrase='p'\n";
        let accounts = parsed(text).unwrap();
        let [account] = accounts.as_slice() else { panic!("{}", accounts.len()) };
        assert_eq!((account.name.as_str(), account.credentials.key.as_str()), ("a", "k"));
        assert_eq!(account.tokens, ["t", "u"].map(Secret::new));
    }

    #[test]
    fn what_is_wrong_is_named_and_no_value_shown() {
        let good = "[[account]]\nname='a'\ntokens=['t']\nkey='k'\nsecret='hidden'\npassphrase='p'\n";
        for (from, to, sentence) in [
            ("secret='hidden'\n", "", "account 1 of accounts.toml: secret is missing"),
            ("secret='hidden'", "secret=' '", "account 1 of accounts.toml: secret is empty"),
            ("secret='hidden'", "secret=4711", "accounts.toml, line 5: neither a string nor { env = \"NAME\" }"),
            ("secret='hidden'", "secret={env='NOT_SET_ANYWHERE'}", "the variable \"NOT_SET_ANYWHERE\" is not set"),
            ("secret='hidden'", "secret=hidden", "accounts.toml, line 5: "),
            ("secret=", "sekret=", "line 5: unknown field `sekret`"),
            ("tokens=['t']", "tokens='hidden'", "line 3: "),
            ("tokens=['t']", "tokens=['']", "a token is empty"),
            ("name='a'", "name='a b'", "name must be"),
            ("name='a'\n", "", "name is missing"),
            ("[[account]]", "[account]", "line 1: "),
        ] {
            let error = parsed(&good.replace(from, to)).err().unwrap();
            assert!(error.contains(sentence), "{to}: {error}");
            assert!(!error.contains("hidden") && !error.contains("4711"), "{error}");
        }
    }
}
