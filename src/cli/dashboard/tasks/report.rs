//! Saving the report.

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::settings::save::{self, Access};

/// Writes a report to a new file in the working folder, and says where, or why not.
pub(super) fn save_report(text: &str) -> String {
    let path = unused_name();
    match save::write(&path, text.as_bytes(), Access::AsItIs) {
        Ok(()) => format!("Saved as {}", path.display()),
        Err(error) => format!("The report was not saved: {error}"),
    }
}

/// A name by the time, that no file has yet.
fn unused_name() -> PathBuf {
    let now = Timestamp::now().to_zoned(TimeZone::system()).strftime("%Y%m%d-%H%M%S").to_string();
    let mut path = PathBuf::from(format!("polydoctor-{now}.md"));
    let mut number = 1;
    while path.exists() {
        number += 1;
        path = PathBuf::from(format!("polydoctor-{now}-{number}.md"));
    }
    path
}
