//! The address that Prometheus asks.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::cli::terminal;
use crate::fleet::metrics::{self, Metrics};

/// Serves them from now on, for as long as the program runs; says where on standard error.
pub(super) async fn serve(address: SocketAddr, public: bool, metrics: Arc<Metrics>) -> anyhow::Result<()> {
    anyhow::ensure!(
        public || address.ip().is_loopback(),
        "other machines can reach {address} and would see your profile names and their status; listen on 127.0.0.1, or add --allow-public"
    );
    let listener = TcpListener::bind(address).await.map_err(|error| terminal::cannot_listen(address, error))?;
    super::hint(format_args!("metrics at http://{}/metrics", listener.local_addr()?))?;
    let app = Router::new().route("/metrics", get(answer)).with_state(metrics);
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(())
}

async fn answer(State(metrics): State<Arc<Metrics>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], metrics.text())
}
