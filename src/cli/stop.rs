//! Being asked to stop.

use std::io;

/// Ends at the first SIGTERM or Ctrl-C from this call on.
#[cfg(unix)]
pub(super) fn signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{self, SignalKind};
    let (mut terminate, mut interrupt) =
        (unix::signal(SignalKind::terminate())?, unix::signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}

/// Ends at the first Ctrl-C.
#[cfg(not(unix))]
pub(super) fn signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
