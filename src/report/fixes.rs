//! Which fixes of a report are to be applied, and what came of it.

use serde_json::Value;

use super::{CheckReport, Report};
use crate::cause::Certainty;
use crate::checks::Status;
use crate::diagnosis::Diagnosis;
use crate::settings::wanted::{FixKey, Wanted};

/// The fixes that are applied together.
#[derive(Debug, Default)]
pub struct Fixes<'a> {
    /// The first root cause, and the others whose fix goes with its fix.
    pub chosen: Vec<&'a Diagnosis>,
    /// What all of them want.
    pub settings: Wanted,
    /// Diagnoses that are not fixed by this, and why.
    pub left: Vec<(&'a Diagnosis, Left)>,
}

/// Why a diagnosis is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// No setting would fix it.
    NoSetting,
    /// It is merely possible, and was not named.
    Possible,
    /// It wants another value of a setting that an earlier one sets.
    Contradicts,
}

impl<'a> Fixes<'a> {
    /// Chooses among the diagnoses of a report: those named, by cause or by check, or without names
    /// all of them. What is merely possible has to be named by its cause.
    pub fn of(report: &'a Report, names: &[String]) -> Self {
        let mut fixes = Self::default();
        for diagnosis in &report.diagnoses {
            let by_cause = names.iter().any(|name| name == diagnosis.cause.name());
            let by_check = names.iter().any(|name| diagnosis.explains.contains(name));
            if !(names.is_empty() || by_cause || by_check) {
                continue;
            }
            let wanted = &diagnosis.fix.settings;
            let differs = |(key, value): (&FixKey, &Value)| fixes.settings.get(key).is_some_and(|set| set != value);
            if wanted.is_empty() {
                fixes.left.push((diagnosis, Left::NoSetting));
            } else if diagnosis.certainty == Certainty::Possible && !by_cause {
                fixes.left.push((diagnosis, Left::Possible));
            } else if wanted.iter().any(differs) {
                fixes.left.push((diagnosis, Left::Contradicts));
            } else {
                fixes.settings.extend(wanted.clone());
                fixes.chosen.push(diagnosis);
            }
        }
        fixes
    }
}

/// How checks stood before something was changed.
pub type Statuses = Vec<(&'static str, Status)>;

/// How the checks of a report stand, to compare a later one with.
pub fn statuses(report: &Report) -> Statuses {
    report.checks.iter().map(|check| (check.id, check.status)).collect()
}

/// What stands otherwise now: "wallet.funder FAIL → PASS".
pub fn changes(before: &Statuses, after: &Report) -> Vec<String> {
    let change = |&(id, before): &(&'static str, Status)| {
        let after = after.check(id).map(|check: &CheckReport| check.status).filter(|after| *after != before)?;
        Some(format!("{id} {} → {}", before.word(), after.word()))
    };
    before.iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cause::Cause;
    use crate::checks::Finding;
    use crate::diagnosis::{Case, diagnose};
    use crate::facts::Facts;
    use crate::settings::Setting;

    /// A report whose checks found this.
    fn report(findings: &[(&'static str, Finding)]) -> Report {
        let facts = Facts::default();
        let case = Case {
            facts: &facts,
            reported: &[],
            findings: findings.iter().map(|(id, finding)| (*id, finding)).collect(),
        };
        Report { diagnoses: diagnose(&case), ..Report::of(&facts) }
    }

    fn chosen(report: &Report, names: &[&str]) -> (Vec<&'static str>, Vec<(&'static str, Left)>, Value) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let fixes = Fixes::of(report, &names);
        let left = fixes.left.iter().map(|(diagnosis, why)| (diagnosis.cause.name(), *why)).collect();
        (
            fixes.chosen.iter().map(|diagnosis| diagnosis.cause.name()).collect(),
            left,
            serde_json::to_value(&fixes.settings).unwrap(),
        )
    }

    #[test]
    fn fixes_that_agree_are_applied_together_and_the_others_are_told() {
        let report = report(&[
            ("wallet.funder", Finding::fail(Cause::FunderIsSigner, "a").likely(0.97).set(Setting::Funder, "0x1")),
            ("wallet.deployed", Finding::fail(Cause::WalletNotDeployed, "b").likely(0.95)),
            (
                "creds.nonce",
                Finding::fail(Cause::NoKeyAtNonce, "c")
                    .likely(0.93)
                    .set(Setting::Nonce, "1")
                    .set(Setting::Funder, "0x1"),
            ),
            ("funds.balance", Finding::fail(Cause::FundsInOtherWallet, "d").likely(0.9).set(Setting::Funder, "0x2")),
        ]);
        let (chosen, left, settings) = chosen(&report, &[]);
        assert_eq!(chosen, ["funder-is-signer", "no-key-at-nonce"]);
        assert_eq!(settings, json!({ "funder": "0x1", "nonce": "1" }));
        let wanted = [("wallet-not-deployed", Left::NoSetting), ("funds-in-other-wallet", Left::Contradicts)];
        assert!(wanted.iter().all(|wanted| left.contains(wanted)), "{left:?}");
    }

    #[test]
    fn a_merely_possible_cause_is_fixed_only_by_its_own_name() {
        // one of several that would explain it
        let finding = Finding::fail(Cause::FunderIsSigner, "a").likely(0.2).set(Setting::Funder, "0x1");
        let report = report(&[("wallet.funder", finding.or(Cause::WalletNotDeployed, 0.2))]);
        for names in [&[][..], &["wallet.funder"]] {
            let (chosen, left, settings) = chosen(&report, names);
            assert_eq!((chosen, settings), (vec![], json!({})));
            assert!(left.contains(&("funder-is-signer", Left::Possible)), "{left:?}");
        }
        let by_name = chosen(&report, &["funder-is-signer"]);
        assert_eq!(by_name, (vec!["funder-is-signer"], vec![], json!({ "funder": "0x1" })));
        assert_eq!(chosen(&report, &["clock-drift"]), (vec![], vec![], json!({})));
    }
}
