//! Settings, the files they came from, and the key.

use super::Finding;
use crate::auth::contracts;
use crate::auth::key::{KeyMistake, KeyRemark};
use crate::diagnosis::Cause;
use crate::engine::facts::{Facts, KeyFact, SecretFile};
use crate::settings::{ProblemKind, key_shape};

pub(super) fn settings(facts: &Facts) -> Finding {
    let setup = &facts.setup;
    let set = setup.shown.iter().filter(|setting| !setting.source.is_empty()).count();
    let worst = setup.problems.iter().find(|problem| problem.kind == ProblemKind::Invalid);
    let known_chain = setup.chain_id.as_ref().is_none_or(|id| contracts::chain(id.value).is_some());
    let mut finding = if let Some(problem) = worst {
        Finding::fail(Cause::SettingInvalid, problem.text.clone()).likely(0.95).fixed_by(problem.fix.clone())
    } else if !known_chain {
        let summary = format!("Chain {} is none that Polymarket runs on", setup.chain());
        Finding::fail(Cause::WrongChainId, summary)
            .likely(0.97)
            .set("chain_id", contracts::POLYGON)
            .fixed_by("Set the chain id to 137 (Polygon); 80002 is the test network Amoy")
            .command("export POLYMARKET_CHAIN_ID=137")
    } else if let Some(problem) = setup.problems.first() {
        Finding::warn(Cause::SettingInvalid, problem.text.clone()).likely(0.5).fixed_by(problem.fix.clone())
    } else {
        Finding::pass(format!("{set} values, and nothing contradicts"))
    };
    for problem in setup.problems.iter().filter(|problem| problem.text != finding.summary) {
        finding.evidence.push(super::Evidence { label: "also".to_owned(), value: problem.text.clone() });
    }
    for setting in &setup.shown {
        let value = match setting.source.as_str() {
            "" => setting.value.clone(),
            source => format!("{}  ({source})", setting.value),
        };
        finding = finding.with(setting.name.clone(), value);
    }
    finding
}

pub(super) fn secrets(facts: &Facts) -> Finding {
    let Some(files) = facts.secret_files.known() else {
        return Finding::note("The files could not be looked at");
    };
    let is_open = |file: &&SecretFile| file.mode.is_some_and(|mode| mode & 0o077 != 0);
    let tracked = files.iter().find(|file| file.tracked_by_git == Some(true));
    let finding = if let Some(file) = tracked {
        Finding::fail(Cause::EnvFileExposed, format!("{} is tracked by git", file.path))
            .fixed_by(
                "Take it out of git, ignore it, and move the funds to a new key if the repository was ever shared",
            )
            .command(format!("git rm --cached {0} && echo {0} >> .gitignore", file.path))
    } else if let Some(file) = files.iter().find(is_open) {
        Finding::warn(Cause::EnvFileExposed, format!("{} can be read by other users of this machine", file.path))
            .fixed_by("Let only yourself read it")
            .command(format!("chmod 600 {}", file.path))
    } else if files.is_empty() {
        Finding::pass("No file holds a secret")
    } else {
        Finding::pass("Only you can read the files, and git does not track them")
    };
    files.iter().fold(finding, |finding, file| {
        let mode = file.mode.map_or_else(|| "permissions unknown".to_owned(), |mode| format!("mode {mode:04o}"));
        let tracked = match file.tracked_by_git {
            Some(true) => "tracked by git",
            Some(false) => "untracked",
            None => "git not asked",
        };
        finding.with(file.path.clone(), format!("{mode}, {tracked}"))
    })
}

pub(super) fn key_format(facts: &Facts) -> Finding {
    let Some(key) = &facts.setup.key else {
        return Finding::fail(Cause::KeyMissing, "No private key is configured")
            .likely(0.99)
            .set("private_key", "the key of the account")
            .fixed_by(
                "Export the key of the account's signer and set it; Polymarket: profile, Settings, Export private key",
            )
            .command("read -rs POLYMARKET_PRIVATE_KEY && export POLYMARKET_PRIVATE_KEY");
    };
    match &key.value {
        unusable @ KeyFact::Unusable { mistake, .. } => {
            Finding::fail(cause_of(mistake), format!("The private key is not usable: {mistake}"))
                .likely(0.99)
                .set("private_key", "0x and 64 hex digits")
                .with("configured", format!("{}, from {}", key_shape(unusable), key.source))
                .fixed_by(mending(mistake))
        }
        KeyFact::Usable { signer, shape, remarks } => {
            let refused = remarks.iter().find(|remark| remark.is_refused());
            let finding = match (refused, remarks.first()) {
                (Some(remark), _) => {
                    Finding::fail(Cause::KeyMalformed, format!("The private key is there, but {}", remark.text()))
                        .likely(0.95)
                        .set("private_key", "the same key without what surrounds it")
                        .fixed_by(format!("Remove it at {}", key.source))
                }
                (None, Some(remark @ KeyRemark::NoPrefix)) => {
                    Finding::note(format!("64 hex digits; {}", remark.text()))
                }
                (None, Some(remark)) => Finding::note(format!("64 hex digits; {}", remark.text())),
                (None, None) => Finding::pass("64 hex digits with 0x"),
            };
            finding.with("signer", signer).with("configured", format!("{shape}, from {}", key.source))
        }
    }
}

fn mending(mistake: &KeyMistake) -> &'static str {
    match mistake {
        KeyMistake::Keystore { .. } => "Give the password that the keystore was made with, or the file of another key",
        _ => "Set the private key itself: 0x and 64 hex digits, without quotes or spaces",
    }
}

fn cause_of(mistake: &KeyMistake) -> Cause {
    match mistake {
        KeyMistake::Address => Cause::KeyIsAddress,
        KeyMistake::Mnemonic { .. } => Cause::KeyIsMnemonic,
        KeyMistake::KeystoreJson | KeyMistake::PublicKey { .. } | KeyMistake::Base64 | KeyMistake::Base58 => {
            Cause::KeyOtherEncoding
        }
        KeyMistake::Empty => Cause::KeyMissing,
        KeyMistake::Keystore { .. } => Cause::SettingInvalid,
        KeyMistake::Length { .. }
        | KeyMistake::LostDigit { .. }
        | KeyMistake::NotHex { .. }
        | KeyMistake::Zero
        | KeyMistake::OutOfRange => Cause::KeyMalformed,
    }
}
