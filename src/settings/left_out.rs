//! What is said of values that do not count because they are another account's.

use super::accounts::{ChosenBy, Group, Held, Use, Whose, is_conflict};
use super::{ProblemKind, Setting, SettingProblem, Source};

/// A place of which something is left out.
pub(super) struct LeftOut<'a> {
    pub(super) place: &'a Held,
    pub(super) usage: Use,
    /// Where each value is that is left out.
    pub(super) sources: Vec<Source>,
    /// How the place that wins came to be looked at.
    pub(super) winner: ChosenBy,
    /// Where the private key in use comes from.
    pub(super) key: Option<&'a Source>,
    /// Whose it is.
    pub(super) account: &'a [Whose],
}

impl LeftOut<'_> {
    pub(super) fn problem(&self) -> SettingProblem {
        let is_conflict = self.usage == Use::Nothing && is_conflict(self.winner, self.place.standing);
        SettingProblem {
            kind: if is_conflict { ProblemKind::Conflict } else { ProblemKind::Shadowed },
            setting: Setting::PrivateKey.into(),
            text: format!("Ignored: {}: {}", listed(&self.sources), self.reason()),
            fix: self.fix(is_conflict),
        }
    }

    fn reason(&self) -> String {
        let in_use = self.key.map(|key| format!(" ({key})")).unwrap_or_default();
        let is_of_account = |key: &Whose| self.account.iter().any(|account| key.is(account));
        match (&self.place.key, self.place.group, self.place.standing) {
            (None, Group::Profile, ChosenBy::Fallback) => of_default(&in_use),
            (Some(key), Group::Profile, ChosenBy::Fallback) if is_of_account(key) => of_default(&in_use),
            (Some(Whose::Signer(other)), ..) => {
                let signer = self.account.iter().find_map(|key| match key {
                    Whose::Signer(signer) => Some(format!(" {signer}")),
                    _ => None,
                });
                let used = signer.map_or_else(|| "the key in use".to_owned(), |signer| format!("signer{signer}"));
                format!("its private key belongs to a different account (signer {other}); {used} is checked{in_use}")
            }
            (Some(Whose::Text(_)), ..) => {
                format!("its private key is not valid, and is not the one in use{in_use}")
            }
            (Some(Whose::Keystore(_) | Whose::Unknown), ..) => {
                format!("its private key was not read, because a different one is in use{in_use}")
            }
            (None, ..) => {
                format!("there is no private key next to it, and the one in use comes from elsewhere{in_use}")
            }
        }
    }

    fn fix(&self, is_conflict: bool) -> String {
        let loser = self.place;
        let profile = self.sources.iter().find_map(|source| match source {
            Source::Profile { name, .. } => Some(shlex::try_quote(name).map_or_else(|_| name.clone(), Into::into)),
            _ => None,
        });
        if let (Some(profile), ChosenBy::Fallback) = (&profile, loser.standing) {
            return format!("No change needed. To check that profile instead, pass --profile {profile}");
        }
        let is_elsewhere = matches!(self.key, Some(Source::Profile { .. } | Source::PolymarketCli { .. }));
        if loser.key.is_none() && is_elsewhere {
            return "No change needed. To check that account instead, put its private key in the same place".to_owned();
        }
        let drop_winner = self
            .key
            .map_or_else(|| "Remove the private key that is in use".to_owned(), |key| without(key, self.winner));
        let meant = "unless you mean that account";
        if is_conflict {
            let drop_loser = match (loser.group, self.sources.first()) {
                (Group::Profile, _) if loser.standing == ChosenBy::ByVariable => "unset POLYDOCTOR_PROFILE".to_owned(),
                (Group::Profile, _) => "leave out --profile".to_owned(),
                (_, Some(source)) => lower(&without(source, loser.standing)),
                (_, None) => "remove the other private key".to_owned(),
            };
            return format!(
                "Keep one of the two private keys: {drop_loser}. If you mean that account: {}",
                lower(&drop_winner)
            );
        }
        format!("No change needed, {meant}: {}", lower(&drop_winner))
    }
}

fn of_default(in_use: &str) -> String {
    format!("a default profile is used only if no other private key is configured, and one is{in_use}")
}

/// How to run without this private key.
fn without(key: &Source, standing: ChosenBy) -> String {
    match key {
        _ if standing == ChosenBy::ByVariable => "Unset POLYDOCTOR_PROFILE".to_owned(),
        Source::Variable { name } => format!("Unset {name}"),
        Source::EnvFile { path, .. } if standing == ChosenBy::Named => format!("Leave out --env-file {path}"),
        Source::EnvFile { path, line, name } => format!("Remove {name} from line {line} of {path}"),
        Source::Profile { name, .. } => format!("Leave out --profile {name}"),
        Source::StandardInput => "Leave out --key-stdin".to_owned(),
        Source::File { .. } => "Leave out --key-file or --keystore".to_owned(),
        _ => "Remove the private key that is in use".to_owned(),
    }
}

fn lower(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| format!("{}{}", first.to_ascii_lowercase(), rest.as_str()))
}

/// The values of one place: what each is called there, and then the place.
fn listed(sources: &[Source]) -> String {
    /// A whole account has twenty and more.
    const MOST: usize = 4;
    let mut names: Vec<String> = sources
        .iter()
        .take(MOST)
        .map(|source| match source {
            Source::Flag { name } | Source::Variable { name } => name.clone(),
            Source::EnvFile { name, line, .. } => format!("{name} (line {line})"),
            Source::Profile { key, .. } | Source::PolymarketCli { key, .. } => key.clone(),
            other => other.to_string(),
        })
        .collect();
    let place = match sources.first() {
        Some(Source::Variable { .. }) => " of the environment".to_owned(),
        Some(Source::EnvFile { path, .. }) => format!(" of {path}"),
        Some(Source::Profile { path, name, .. }) => format!(" of profile {name} ({path})"),
        Some(Source::PolymarketCli { path, .. }) => format!(" of polymarket-cli ({path})"),
        _ => String::new(),
    };
    let more = sources.len().saturating_sub(MOST);
    names.extend((more > 0).then(|| format!("{more} more")));
    format!("{}{place}", names.join(", "))
}

/// Values that a profile refers to, beside the private key of another account.
pub(super) fn references(sources: &[Source]) -> Option<SettingProblem> {
    (!sources.is_empty()).then(|| SettingProblem {
        kind: ProblemKind::Conflict,
        setting: Setting::PrivateKey.into(),
        text: format!(
            "Ignored: {}: they refer to the variables of a bot with the private key of a different account",
            listed(sources)
        ),
        fix: "Refer to variables of this account, or use different names for them".to_owned(),
    })
}
