//! Parses, dispatches, and turns the outcome into an exit code.

use std::process::ExitCode;

use polydoctor::cli::{self, Exit};

/// Secrets pass through parsers, buffers and clients of many libraries: what any of them frees is wiped.
#[global_allocator]
static WIPED: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    cli::keep_memory_private();
    cli::withhold_panic_messages();
    let command = match cli::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(exit) => return exit,
    };
    match cli::run(command) {
        Ok(exit) => exit.into(),
        // whoever read as much as they wanted has closed the pipe
        Err(error) if is_closed_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            cli::say_error(&error);
            Exit::Usage.into()
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(broken))
}
