//! A limit for writing: a client that does not read its answers is left.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The time in which a client takes all that is written for it, as long as for a body that it sends.
const TIME: Duration = Duration::from_secs(10);

/// A connection to a client that has so long to read.
pub(super) struct Timed<S> {
    stream: S,
    /// Runs from when the client takes no more until it has taken everything.
    limit: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, limit: None }
    }

    /// What became of writing, or that it takes too long.
    fn limited<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_pending() {
            let limit = self.limit.get_or_insert_with(|| Box::pin(sleep(TIME)));
            ready!(limit.as_mut().poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.limited(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.limited(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called when everything is handed over.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        let flushed = self.limited(cx, flushed);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.limit = None;
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.limited(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::{Instant, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_or_a_trickle_is_left_and_who_reads_is_not() {
        for trickle in [0, 1] {
            let (ours, mut theirs) = duplex(64);
            let mut ours = Timed::new(ours);
            let began = Instant::now();
            let reading = async {
                let mut buffer = [0; 1];
                loop {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    theirs.read_exact(&mut buffer[..trickle]).await.unwrap();
                }
            };
            let writing = async { ours.write_all(&[0; 4096]).await.and(ours.flush().await) };
            let error = tokio::select! { written = writing => written.unwrap_err(), () = reading => unreachable!() };
            assert_eq!((error.kind(), began.elapsed().as_secs()), (io::ErrorKind::TimedOut, TIME.as_secs()));
        }
        let (ours, mut theirs) = duplex(64);
        let mut ours = Timed::new(ours);
        let reading = async {
            let mut buffer = [0; 64];
            while theirs.read(&mut buffer).await.unwrap() > 0 {
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        };
        let writing = async {
            for _ in 0..100 {
                ours.write_all(&[0; 100]).await.unwrap();
                ours.flush().await.unwrap();
            }
            drop(ours);
        };
        timeout(Duration::from_hours(1), async { tokio::join!(reading, writing) }).await.unwrap();
    }
}
