//! What a bug says: where it is, never what was in memory.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{Write as _, stderr};
use std::panic;

/// Lets every panic print its place only. The message of a panic may quote what was being read, and
/// that may be a file with secrets.
pub fn withhold_panic_messages() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        // nothing can be done when standard error is gone
        let _ = writeln!(
            stderr(),
            "error: internal error{place}. The details are withheld because they may contain secrets; please \
             report this line and the command"
        );
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            let _ = writeln!(stderr(), "{backtrace}");
        }
    }));
}
