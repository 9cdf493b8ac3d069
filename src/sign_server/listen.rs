//! From a socket to requests: TLS, limits, and a stop that finishes what is in flight.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::places::{ConnectionSlot, Places};
use super::server::{REQUESTS, Server};
use super::writing::Timed;

/// How long a client may take to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// What the head of a request may hold, as in Node.js.
const HEAD: usize = 16 * 1024;

/// How much is read of a connection at once.
const BUFFER: usize = 32 * 1024;

/// How long to wait when no connection can be accepted, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a stop waits for heads of requests that have begun to come.
const LAST_HEADS: Duration = Duration::from_secs(1);

/// What connections may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many are open at once; more wait, until one ends or is idle.
    pub connections: usize,
    /// In this time a connection sends the whole head of its next request, or is closed.
    pub idle: Duration,
    /// How long a stop waits for requests in flight.
    pub grace: Duration,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    Finished,
    /// Not every request in flight was answered in time.
    Overdue,
}

impl Server {
    /// Signs for whoever connects, until `stop` ends; then finishes what is in flight.
    pub async fn listen(
        self: Arc<Self>,
        listener: TcpListener,
        limits: Limits,
        stop: impl Future<Output = ()>,
    ) -> Stopped {
        let serve = move |stream, place, watcher| serve(Arc::clone(&self), stream, place, limits.idle, watcher);
        accept(listener, limits, stop, serve).await
    }

    /// Shows the metrics to whoever connects, without a token.
    pub async fn listen_for_scrapes(self: Arc<Self>, listener: TcpListener, limits: Limits) {
        let serve = move |stream, place, watcher| {
            let server = Arc::clone(&self);
            requests(stream, place, limits.idle, watcher, move |request| {
                let response = server.scrape(&request);
                async { response }
            })
        };
        accept(listener, limits, std::future::pending(), serve).await;
    }
}

async fn accept<S, F>(listener: TcpListener, limits: Limits, stop: impl Future<Output = ()>, serve: S) -> Stopped
where
    S: Fn(TcpStream, ConnectionSlot, Watcher) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let places = Places::new(limits.connections);
    tokio::pin!(stop);
    loop {
        // whoever has connected waits for a place: only then somebody else goes for it
        let accepted = async {
            let (stream, _) = listener.accept().await?;
            Ok((stream, places.take().await))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, place)) => drop(tokio::spawn(serve(stream, place, graceful.watcher()))),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    let send_idle_away = async {
        sleep(LAST_HEADS).await;
        places.send_idle_away();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = graceful.shutdown() => Stopped::Finished,
        () = send_idle_away => Stopped::Overdue,
        () = sleep(limits.grace) => Stopped::Overdue,
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn serve(server: Arc<Server>, stream: TcpStream, place: ConnectionSlot, idle: Duration, watcher: Watcher) {
    let _ongoing = server.metrics.connection();
    let tls = server.tls();
    let answer = move |request| {
        let server = Arc::clone(&server);
        async move { server.answer(request).await }
    };
    // answers are small: none waits for an acknowledgement of the one before
    let _ = stream.set_nodelay(true);
    let Some(config) = tls else { return requests(stream, place, idle, watcher, answer).await };
    match timeout(HANDSHAKE, TlsAcceptor::from(config).accept(stream)).await {
        Ok(Ok(stream)) => requests(stream, place, idle, watcher, answer).await,
        Ok(Err(error)) => tracing::info!(target: REQUESTS, "no TLS: {error}"),
        Err(_) => tracing::info!(target: REQUESTS, "no TLS: the client took too long"),
    }
}

/// Answers the requests of one connection.
async fn requests<I, A, F>(stream: I, place: ConnectionSlot, idle: Duration, watcher: Watcher, answer: A)
where
    I: AsyncRead + AsyncWrite + Unpin + 'static,
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<Full<Bytes>>>,
{
    let service = service_fn(|request| {
        let (answering, answered) = (place.answering(), answer(request));
        async {
            let response = answered.await;
            drop(answering);
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_header_size(HEAD)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(Timed::new(stream)), service);
    // how a connection ends is its client's business: cut off, idle for too long, not HTTP
    tokio::select! {
        _ = watcher.watch(connection) => {}
        () = place.is_wanted() => {}
    }
}
