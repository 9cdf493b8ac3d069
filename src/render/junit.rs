//! The report as `JUnit` XML: a suite a group, a case a check.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::Show;
use super::fleet::LONGEST_NAME;
use crate::checks::Status;
use crate::client::http::clean;
use crate::report::{CheckReport, Report};

/// Many accounts: a suite each.
pub(super) struct Suites(Junit);

impl Default for Suites {
    fn default() -> Self {
        Self(Junit::new(env!("CARGO_PKG_NAME")))
    }
}

impl Suites {
    pub(super) fn add(&mut self, report: &Report, show: Show) {
        let mut suite = TestSuite::new(clean(&report.profile, LONGEST_NAME));
        suite.add_test_cases(report.checks.iter().filter(|check| show.shows(check.status)).map(case));
        self.0.add_test_suite(suite);
    }

    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.serialize(out).map_err(io::Error::other)
    }
}

pub(super) fn print(report: &Report, show: Show, out: &mut dyn Write) -> io::Result<()> {
    let mut junit = Junit::new(report.tool.name);
    for check in report.checks.iter().filter(|check| show.shows(check.status)) {
        if junit.test_suites.last().is_none_or(|suite| suite.name.as_str() != check.group) {
            junit.add_test_suite(TestSuite::new(check.group));
        }
        if let Some(suite) = junit.test_suites.last_mut() {
            suite.add_test_case(case(check));
        }
    }
    junit.serialize(out).map_err(io::Error::other)
}

fn case(check: &CheckReport) -> TestCase {
    let mut case = TestCase::new(check.id, status(check));
    case.set_classname(check.group);
    case.set_time(Duration::from_millis(check.elapsed_ms.unwrap_or_default()));
    if matches!(check.status, Status::Warn | Status::Note) {
        case.set_system_out(check.summary.clone());
    }
    case
}

fn status(check: &CheckReport) -> TestCaseStatus {
    let mut status = match check.status {
        Status::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        Status::Skip => TestCaseStatus::skipped(),
        _ => return TestCaseStatus::success(),
    };
    status.set_message(check.summary.clone());
    if let Some(fix) = &check.fix {
        status.set_description(fix.text.clone());
    }
    status
}
