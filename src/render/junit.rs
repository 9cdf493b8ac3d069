//! The report as `JUnit` XML: a suite a group, a case a check.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use super::Show;
use super::fleet::LONGEST_NAME;
use crate::checks::Status;
use crate::report::{CheckReport, Report};
use crate::text;

/// Many accounts: a suite each.
pub(super) struct Suites(Junit);

impl Default for Suites {
    fn default() -> Self {
        Self(Junit::new(env!("CARGO_PKG_NAME")))
    }
}

impl Suites {
    pub(super) fn add(&mut self, report: &Report, show: Show) {
        let mut suite = TestSuite::new(text::quoted(&report.profile, LONGEST_NAME));
        suite.add_properties(properties(report));
        suite.add_test_cases(report.checks.iter().filter(|check| show.shows(check.status)).map(case));
        if suite.test_cases.is_empty() {
            suite.add_test_case(verdict(report));
        }
        self.0.add_test_suite(suite);
    }

    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.serialize(out).map_err(io::Error::other)
    }
}

pub(super) fn print(report: &Report, show: Show, out: &mut dyn Write) -> io::Result<()> {
    let mut junit = Junit::new(report.tool.name);
    for checks in report.checks.chunk_by(|a, b| a.group == b.group) {
        let [first, ..] = checks else { continue };
        let mut suite = TestSuite::new(first.group);
        suite.add_test_cases(checks.iter().filter(|check| show.shows(check.status)).map(case));
        // the totals are those of the suites as they are when they are added
        if !suite.test_cases.is_empty() {
            suite.add_properties(properties(report));
            junit.add_test_suite(suite);
        }
    }
    if junit.test_suites.is_empty() {
        let mut suite = TestSuite::new(report.tool.name);
        suite.add_properties(properties(report));
        suite.add_test_case(verdict(report));
        junit.add_test_suite(suite);
    }
    junit.serialize(out).map_err(io::Error::other)
}

/// Whose report it is, what it comes to, and what to do.
fn properties(report: &Report) -> impl Iterator<Item = Property> {
    let mut properties = super::heading::properties(&report.heading());
    properties.push(("verdict", super::text::verdict(report)));
    properties.extend(report.reported_errors.iter().map(|error| ("reported_error", error.text.clone())));
    properties.extend(report.leading().map(|first| {
        let (name, certainty) = (first.cause.name(), first.certainty.word());
        ("cause", format!("{name} ({certainty}): {}", first.title))
    }));
    if let Some(next) = &report.next_step {
        properties.push(("next_step", next.text.clone()));
        properties.extend(next.command.iter().map(|command| ("command", command.clone())));
    }
    properties.into_iter().map(|(name, value)| Property::new(name, value))
}

/// The one case of a report that shows none of its checks: build servers refuse a report without any.
fn verdict(report: &Report) -> TestCase {
    let mut case = TestCase::new("verdict", TestCaseStatus::success());
    case.set_classname(report.tool.name);
    case.set_system_out(super::text::verdict(report));
    case
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
        let commands = fix.commands.iter().map(|command| format!("$ {command}"));
        let lines: Vec<String> =
            std::iter::once(fix.text.clone()).chain(fix.edits.iter().cloned()).chain(commands).collect();
        status.set_description(lines.join("\n"));
    }
    status
}
