//! The builder signing server: `POST /sign {method, path, body?, timestamp?}` to the four
//! `POLY_BUILDER_*` headers, so that the builder's secret stays on one machine.
//!
//! [`Signer`] answers as the official server (Polymarket/builder-signing-server, 53 recorded
//! requests in `tests/vectors/builder.json`): CORS first, then the body, then the token, then the
//! route. [`Server`] is the one that stands on its own: TLS, limits, `/healthz`, `/metrics` and a log,
//! and its signer can be exchanged while it runs.

mod accounts;
mod allowed;
mod answer;
mod body;
mod callers;
mod listen;
mod metrics;
mod places;
mod rate_limit;
mod request;
mod server;
mod tls;
mod writing;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;

pub use accounts::{Account, AccountsError, Signer};
pub use allowed::Allowed;
pub use callers::{NotAnOrigin, PageOrigin};
pub use listen::{Limits, Stopped};
pub use metrics::{Metrics, Reload};
pub use rate_limit::RateLimit;
pub use server::{REQUESTS, Server};
pub use tls::{TlsError, tls_from_files};

/// The official server as a router, to be nested as a service; [`Server`] is what listens on its own.
pub fn router(signer: Signer) -> Router {
    let signer = Arc::new(signer);
    Router::new().fallback(move |request: Request| async move {
        let (head, body) = request.into_parts();
        answer::answer(&signer, &head, body).await.response.map(Body::new)
    })
}
