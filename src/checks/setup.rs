//! Settings, the files they came from, and the key.

use url::Url;

use super::Finding;
use super::clock::{OFFICIAL_HOST, is_official};
use super::finding::Role;
use crate::auth::contracts;
use crate::auth::key::KeyMistake;
use crate::cause::Cause;
use crate::facts::key_shape;
use crate::facts::{CredentialsFact, Facts, KeyFact, Setup};
use crate::settings::{ProblemKind, Setting, SettingProblem, Source, Subject, chain_of_rpc};

/// Whether a chain was set on which the official host has no CLOB.
fn is_testnet_at_official_host(facts: &Facts) -> bool {
    let id = facts.setup.chain_id.as_ref();
    is_official(facts) && id.is_some_and(|id| id.source != Source::Default && id.value != contracts::POLYGON)
}

pub(super) fn settings(facts: &Facts) -> Finding {
    let setup = &facts.setup;
    let set = setup.shown.iter().filter(|setting| !setting.source.is_empty()).count();
    let of = |kind| setup.problems.iter().find(move |problem| problem.kind == kind);
    let contradictions = setup.problems.iter().rev().filter(|problem| !problem.kind.is_note());
    let known_chain = setup.chain_id.as_ref().is_none_or(|id| contracts::chain(id.value).is_some());
    let mut finding = if let Some(problem) = of(ProblemKind::VenueMixed) {
        Finding::fail(Cause::VenueMixed, problem.text.clone()).likely(0.97).proven().fixed_by(problem.fix.clone())
    } else if let Some(problem) = of(ProblemKind::Invalid) {
        invalid(problem)
    } else if !known_chain {
        let summary = format!("Polymarket does not run on chain {}", setup.chain());
        Finding::fail(Cause::WrongChainId, summary)
            .likely(0.97)
            .proven()
            .set(Setting::ChainId, contracts::POLYGON)
            .fixed_by("Set the chain ID to 137 (Polygon); 80002 is the Amoy test network")
    } else if is_testnet_at_official_host(facts) {
        let summary = format!("The chain ID is {}, but the official CLOB is on Polygon (137)", setup.chain());
        Finding::fail(Cause::WrongChainId, summary)
            .likely(0.95)
            .proven()
            .set(Setting::ChainId, contracts::POLYGON)
            .fixed_by("Set the chain ID to 137, or the CLOB URL to that chain's CLOB")
    } else if let Some(problem) = of(ProblemKind::OtherService) {
        misdirected(setup, problem)
    } else if let Some(problem) = of(ProblemKind::OtherAddress) {
        Finding::warn(Cause::RelayerKeyOfOtherAddress, problem.text.clone())
            .likely(0.9)
            .proven()
            .fixed_by(problem.fix.clone())
    } else if let Some(problem) = contradictions.max_by_key(|problem| leaves_unset(setup, problem)) {
        // a wrong name of what is missing explains that it is missing
        let likelihood = if leaves_unset(setup, problem) { 0.9 } else { 0.5 };
        let finding = Finding::warn(Cause::SettingInvalid, problem.text.clone())
            .likely(likelihood)
            .proven()
            .fixed_by(problem.fix.clone());
        renamed(finding, problem)
    } else if let Some(problem) =
        [ProblemKind::Checksum, ProblemKind::Shadowed, ProblemKind::Unread, ProblemKind::Remark]
            .into_iter()
            .find_map(of)
    {
        Finding::note(problem.text.clone()).fixed_by(problem.fix.clone())
    } else {
        Finding::pass(format!("{set} settings, no conflicts"))
    };
    for problem in &setup.problems {
        if problem.text != finding.summary {
            finding = finding.with("also", &problem.text);
        }
    }
    for setting in &setup.shown {
        let value = match setting.source.as_str() {
            "" => setting.value.clone(),
            source => format!("{}  ({source})", setting.value),
        };
        finding.push(setting.name.clone(), value, Role::Background);
    }
    finding
}

/// A value that is none of its setting.
fn invalid(problem: &SettingProblem) -> Finding {
    let finding =
        Finding::fail(Cause::SettingInvalid, problem.text.clone()).likely(0.95).proven().fixed_by(problem.fix.clone());
    let Subject::Setting(setting) = problem.setting else { return finding };
    let words = problem.fix.strip_prefix(&format!("Set the {} to ", setting.spoken())).unwrap_or(&problem.fix);
    finding.write_words(setting, words)
}

/// A value under a misspelt name goes where it is read.
fn renamed(finding: Finding, problem: &SettingProblem) -> Finding {
    match (problem.setting, problem.misspelt()) {
        (Subject::Setting(setting), Some(misspelt)) => finding.write_words(setting, format!("the value of {misspelt}")),
        _ => finding,
    }
}

/// A URL that its host alone shows to be wrong.
fn misdirected(setup: &Setup, problem: &SettingProblem) -> Finding {
    let is_rpc = matches!(problem.setting, Subject::Setting(Setting::RpcUrl));
    let rpc = setup.rpc_url.as_ref().and_then(|url| Url::parse(&url.value).ok());
    let is_of_polygon = rpc.as_ref().and_then(chain_of_rpc) == Some(contracts::POLYGON);
    let is_official = setup.clob_url.as_ref().is_none_or(|url| url.value.starts_with(OFFICIAL_HOST));
    if is_rpc && is_of_polygon && is_official {
        let summary = format!("The chain ID is {}, but the CLOB and the Polygon RPC are on chain 137", setup.chain());
        return Finding::fail(Cause::WrongChainId, summary)
            .likely(0.9)
            .proven()
            .set(Setting::ChainId, contracts::POLYGON)
            .with("RPC", problem.text.clone())
            .fixed_by("Set the chain ID to 137 (Polygon)");
    }
    let finding = match problem.setting {
        Subject::Setting(Setting::ClobUrl) => {
            Finding::fail(Cause::WrongHost, problem.text.clone()).set(Setting::ClobUrl, OFFICIAL_HOST)
        }
        Subject::Setting(setting @ Setting::UsUrl) => {
            Finding::fail(Cause::UsWrongHost, problem.text.clone()).set(setting, setting.official_url())
        }
        Subject::Setting(setting @ Setting::UsGatewayUrl) => {
            Finding::warn(Cause::UsWrongHost, problem.text.clone()).set(setting, setting.official_url())
        }
        Subject::Setting(Setting::RpcUrl) => {
            let usual = contracts::chain(setup.chain()).map_or("", |chain| chain.rpc_url.as_str());
            Finding::warn(Cause::PolygonNodeWrongChain, problem.text.clone()).try_setting(Setting::RpcUrl, usual)
        }
        _ => Finding::warn(Cause::WrongHost, problem.text.clone()),
    };
    finding.likely(0.9).proven().fixed_by(problem.fix.clone())
}

/// A variable that nothing reads and that holds what this setting lacks.
pub(super) fn unread(facts: &Facts, setting: Setting) -> Option<&SettingProblem> {
    let problems = facts.setup.problems.iter();
    problems.into_iter().find(|problem| problem.kind == ProblemKind::Unread && problem.is_of(setting))
}

/// Whether a misspelt name leaves its setting without any value.
fn leaves_unset(setup: &Setup, problem: &SettingProblem) -> bool {
    fn part<'a>(set: Option<&'a CredentialsFact>, name: &str) -> bool {
        set.is_none_or(|set: &'a CredentialsFact| set.missing().contains(&name))
    }
    let (user, builder) = (setup.credentials.as_ref(), setup.builder.as_ref());
    let Subject::Setting(setting) = problem.setting else { return false };
    problem.kind == ProblemKind::NearMiss
        && match setting {
            Setting::PrivateKey => setup.key.is_none(),
            Setting::Funder => setup.funder.is_none(),
            Setting::SignatureType => setup.signature_type.as_ref().is_some_and(|kind| kind.source == Source::Default),
            Setting::ChainId => setup.chain_id.as_ref().is_some_and(|id| id.source == Source::Default),
            Setting::Nonce => setup.nonce.as_ref().is_some_and(|nonce| nonce.source == Source::Default),
            Setting::ApiKey => part(user, "key"),
            Setting::ApiSecret => part(user, "secret"),
            Setting::ApiPassphrase => part(user, "passphrase"),
            Setting::BuilderApiKey => part(builder, "key"),
            Setting::BuilderSecret => part(builder, "secret"),
            Setting::BuilderPassphrase => part(builder, "passphrase"),
            Setting::BuilderCode => setup.builder_code.is_none(),
            _ => false,
        }
}

pub(super) fn key_format(facts: &Facts) -> Finding {
    let Some(key) = &facts.setup.key else {
        if let Some(problem) = unread(facts, Setting::PrivateKey) {
            return Finding::fail(Cause::SettingUnread, format!("No private key was read: {}", problem.text))
                .likely(0.95)
                .proven()
                .or(Cause::KeyMissing, 0.3)
                .fixed_by(problem.fix.clone());
        }
        return Finding::fail(Cause::KeyMissing, "No private key is configured")
            .likely(0.99)
            .proven()
            .set(Setting::PrivateKey, "the key of the account")
            .fixed_by(
                "Export the private key of the signer and set it; on polymarket.com: profile, Settings, Export private key",
            );
    };
    match &key.value {
        unusable @ KeyFact::Unusable { mistake, .. } => {
            let summary = match mistake {
                KeyMistake::NotThere { reason } => format!("The private key {reason}"),
                KeyMistake::Keystore { .. } => format!("The private key could not be read: {mistake}"),
                _ => format!("The private key is not valid: {mistake}"),
            };
            Finding::fail(cause_of(mistake), summary)
                .likely(0.99)
                .proven()
                .set(Setting::PrivateKey, "0x and 64 hex digits")
                .with("configured", format!("{}, from {}", key_shape(unusable), key.source))
                .fixed_by(mending(mistake))
        }
        KeyFact::Usable { signer, shape, remarks } => {
            let refused = remarks.iter().find(|remark| remark.is_refused());
            let finding = match (refused, remarks.first()) {
                (Some(remark), _) => {
                    Finding::fail(Cause::KeyMalformed, format!("The private key is set, but {}", remark.text()))
                        .likely(0.95)
                        .proven()
                        .set(Setting::PrivateKey, "the same key without the surrounding characters")
                        .fixed_by(format!("Remove it at {}", key.source))
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
        KeyMistake::NotThere { .. } => "Put the key there, or change the reference in the profile",
        KeyMistake::Keystore { .. } => {
            "Enter the password that the keystore was created with, or use a different keystore"
        }
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
        KeyMistake::Empty | KeyMistake::Placeholder | KeyMistake::NotThere { .. } => Cause::KeyMissing,
        KeyMistake::Keystore { .. } => Cause::SettingInvalid,
        KeyMistake::Length { .. }
        | KeyMistake::LostDigit { .. }
        | KeyMistake::NotHex { .. }
        | KeyMistake::Zero
        | KeyMistake::OutOfRange => Cause::KeyMalformed,
    }
}
