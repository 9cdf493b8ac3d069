//! A second server, written from the published protocol alone: it shares no code with the sandbox,
//! orders its fields otherwise, words its errors otherwise and says more than it is asked. What is
//! diagnosed must not hang on how the sandbox happens to behave.

mod cases;
mod commands;
mod exchange;
mod fault;
mod matrix;
mod node;
mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::report::{Report, Verdict};
use polydoctor::settings::{self, EnvFile, Inputs};

use cases::{CASES, Case};
use world::{Asked, World};

async fn serve(State(world): State<Arc<Mutex<World>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let asked = Asked { head, body: to_bytes(body, 1 << 20).await.unwrap() };
    let (status, kind, text) = world.lock().unwrap().answer(&asked);
    Response::builder().status(status).header(CONTENT_TYPE, kind).body(Body::from(text)).unwrap()
}

/// The settings of an account with nothing wrong at this address.
fn usual(address: SocketAddr, world: &World) -> BTreeMap<String, String> {
    let at = |path: &str| format!("http://{address}{path}");
    let key = &world.keys[0];
    [
        ("PRIVATE_KEY", world::KEY.to_owned()),
        ("SIGNATURE_TYPE", world.account.signature_type.to_string()),
        ("FUNDER", world.account.wallet.to_string()),
        ("CLOB_HOST", at("")),
        ("POLYMARKET_GAMMA_URL", at("/gamma")),
        ("POLYMARKET_DATA_URL", at("/data-api")),
        ("POLYMARKET_RELAYER_URL", at("/relayer")),
        ("POLYMARKET_GEOBLOCK_URL", at("/geo")),
        ("RPC_URL", at("/polygon")),
        ("CLOB_API_KEY", key.id.clone()),
        ("CLOB_SECRET", key.secret()),
        ("CLOB_PASS_PHRASE", key.passphrase.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

async fn diagnose(case: &Case) -> Report {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut world = World::new(case.wallet);
    let mut environment = usual(address, &world);
    (case.change)(&mut world, &mut environment);
    environment.retain(|_, value| !value.is_empty());
    let app = Router::new().fallback(serve).with_state(Arc::new(Mutex::new(world)));
    let server = tokio::spawn(axum::serve(listener, app).into_future());
    let inputs = Inputs { environment, env_file: EnvFile::None, ..Inputs::default() };
    let engine = Engine::new(settings::load(&inputs).unwrap(), false, &[]);
    engine.run(&Probe::ALL.iter().copied().collect()).await;
    server.abort();
    let facts = engine.facts().borrow().clone();
    Report::of(&facts)
}

#[tokio::test]
async fn another_server_gets_the_same_causes() {
    let mut wrong = Vec::new();
    for case in CASES {
        let report = diagnose(case).await;
        let first = report.diagnoses.first().map(|diagnosis| diagnosis.cause.name());
        let verdict =
            if case.cause.is_some() { report.verdict != Verdict::Healthy } else { report.verdict == Verdict::Healthy };
        if first != case.cause || !verdict {
            let problems: Vec<String> = (report.checks.iter().filter(|check| check.status.is_problem()))
                .map(|check| format!("{} {}: {} {:?}", check.status.word(), check.id, check.summary, check.evidence))
                .collect();
            wrong.push(format!("{}: {first:?} and not {:?}: {problems:#?}", case.name, case.cause));
        }
    }
    assert!(CASES.len() >= 30);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
