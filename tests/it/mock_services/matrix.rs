//! Every request of a full check × every fault: no answer that is none makes anything look healthy, none
//! blames the user, and nothing that was sent or is configured comes back on a screen.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::Response;
use hyper::body::Frame;
use polydoctor::checks::{self, Status};
use polydoctor::engine::Engine;
use polydoctor::facts::probe::Probe;
use polydoctor::facts::{Facts, MarketName, MarketQuestion, PlannedOrder, Side};
use polydoctor::render::{self, Format, Share, Show, Style};
use polydoctor::report::{Report, Verdict};
use polydoctor::settings::{self, EnvFile, Inputs};
use tokio::task::JoinSet;

use super::cases::{CASES, Case};
use super::fault::{self, Fault, NODE, Runs, Worth};
use super::usual;
use super::world::{Asked, World};

/// The account that is asked about most: a builder, with a signing server that wants a token.
const ACCOUNT: &str = "all right, a builder with a signer";
const TOKEN: &str = "a-token-that-nobody-may-see";

/// A request by what tells it from the others of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    method: String,
    path: String,
    signature_type: Option<String>,
}

impl Target {
    pub(super) fn of(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), signature_type: None }
    }

    fn is(&self, asked: &Asked) -> bool {
        let of_type =
            self.signature_type.as_ref().is_none_or(|kind| asked.parameter("signature_type").as_ref() == Some(kind));
        asked.head.method.as_str() == self.method && asked.head.uri.path() == self.path && of_type
    }
}

/// A body whose connection ends behind its beginning.
struct Cut(Option<Bytes>);

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = self.0.take().map(|bytes| Ok(Frame::data(bytes)));
        Poll::Ready(Some(next.unwrap_or_else(|| Err(std::io::ErrorKind::ConnectionReset.into()))))
    }
}

/// The world behind faults.
struct Server {
    world: World,
    /// Without a target, every request has the fault.
    faulty: Option<(Option<Target>, Arc<Fault>)>,
    /// Values of headers that authenticate.
    sent: BTreeSet<String>,
}

async fn serve(State(server): State<Arc<Mutex<Server>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let asked = Asked { head, body: to_bytes(body, 1 << 20).await.unwrap() };
    let mut server = server.lock().unwrap();
    for name in ["poly_signature", "poly_passphrase", "poly_builder_signature", "poly_builder_passphrase"] {
        let value = asked.head.headers.get(name).and_then(|value| value.to_str().ok());
        server.sent.extend(value.map(str::to_owned));
    }
    let right = server.world.answer(&asked);
    let fault = server.faulty.as_ref().filter(|(target, _)| target.as_ref().is_none_or(|target| target.is(&asked)));
    let Some((_, fault)) = fault else {
        return Response::builder().status(right.0).header(CONTENT_TYPE, right.1).body(Body::from(right.2)).unwrap();
    };
    let broken = fault.break_it(&asked, &right);
    let mut response = Response::builder().status(broken.status).header(CONTENT_TYPE, broken.kind);
    if let Some(location) = broken.location {
        response = response.header(LOCATION, location);
    }
    let body = if broken.is_cut { Body::new(Cut(Some(broken.body.into()))) } else { Body::from(broken.body) };
    response.body(body).unwrap()
}

/// A server with this fault, its settings, and what it was sent.
pub(super) struct Running {
    server: Arc<Mutex<Server>>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
    pub(super) environment: BTreeMap<String, String>,
}

impl Running {
    pub(super) async fn start(faulty: Option<(Option<Target>, Arc<Fault>)>) -> Self {
        let case: &Case = CASES.iter().find(|case| case.name == ACCOUNT).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let mut world = World::new(case.wallet);
        let mut environment = usual(address, &world);
        (case.change)(&mut world, &mut environment);
        world.signer_token = Some("Bearer a-token-that-nobody-may-see");
        environment.insert("POLY_BUILDER_SIGNER_TOKEN".to_owned(), TOKEN.to_owned());
        environment.retain(|_, value| !value.is_empty());
        let server = Arc::new(Mutex::new(Server { world, faulty, sent: BTreeSet::new() }));
        let app = Router::new().fallback(serve).with_state(Arc::clone(&server));
        let task = tokio::spawn(axum::serve(listener, app).into_future());
        Self { server, task, environment }
    }

    /// What no output may hold.
    pub(super) fn secrets(&self) -> Runs {
        let server = self.server.lock().unwrap();
        let names = [
            "PRIVATE_KEY",
            "CLOB_SECRET",
            "CLOB_PASS_PHRASE",
            "POLY_BUILDER_SECRET",
            "POLY_BUILDER_PASSPHRASE",
            "POLY_BUILDER_SIGNER_TOKEN",
        ];
        Runs::of(
            names.iter().map(|name| self.environment[*name].as_str()).chain(server.sent.iter().map(String::as_str)),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Run {
    report: Report,
    facts: Facts,
    running: Running,
    took: Duration,
}

/// So that the requests about a market are among the others.
fn sale() -> MarketQuestion {
    MarketQuestion {
        name: MarketName::Slug("harbour-reopens".to_owned()),
        outcome: None,
        order: Some(PlannedOrder { side: Side::Sell, price: 251_000, size: 20_000_000 }),
    }
}

async fn run(faulty: Option<(Option<Target>, Arc<Fault>)>) -> Run {
    let running = Running::start(faulty).await;
    let inputs = Inputs { environment: running.environment.clone(), env_file: EnvFile::None, ..Inputs::default() };
    let engine = Engine::new(settings::load(&inputs).unwrap(), false, &[]).about(Some(sale()));
    let began = Instant::now();
    engine.run(&Probe::ALL.iter().copied().collect()).await;
    let took = began.elapsed();
    let facts = engine.facts().borrow().clone();
    Run { report: Report::of(&facts), facts, running, took }
}

/// Everything that a run can be printed as, JSON first; or only what holds everything that is known.
fn outputs(run: &Run, all_of_them: bool) -> Vec<String> {
    let anonymous = render::share(&run.report, Share::Anonymous, None);
    let print = |report: &Report, format| {
        let mut out = Vec::new();
        render::print(report, format, Show::All, Style::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    if !all_of_them {
        return vec![print(&run.report, Format::Json), serde_json::to_string(&run.facts).unwrap()];
    }
    let formats = [Format::Json, Format::Text, Format::Markdown, Format::Junit];
    let mut all: Vec<String> =
        formats.iter().flat_map(|format| [print(&run.report, *format), print(&anonymous, *format)]).collect();
    all.push(serde_json::to_string(&run.facts).unwrap());
    all
}

/// The requests of a run without faults, and the probes that made each.
async fn requests() -> BTreeMap<Target, BTreeSet<Probe>> {
    let healthy = run(None).await;
    assert_eq!(healthy.report.verdict, Verdict::Healthy, "{:#?}", healthy.report.diagnoses);
    let mut all: BTreeMap<Target, BTreeSet<Probe>> = BTreeMap::new();
    for request in &healthy.facts.requests {
        let url: url::Url = request.url.parse().unwrap();
        let signature_type =
            url.query_pairs().find(|(name, _)| name == "signature_type").map(|(_, kind)| kind.into_owned());
        let target = Target { method: request.method.clone(), path: url.path().to_owned(), signature_type };
        all.entry(target).or_default().extend(request.probe);
    }
    all
}

/// Where an answer of this shape or status is one, and not a fault at all.
fn is_an_answer(target: &Target, fault: &Fault) -> bool {
    match (target.path.as_str(), fault.name.as_str()) {
        // any answer there says that the path exists, or does not; no profile; no transactions, no keys
        ("/server-time", _)
        | ("/gamma/public-profile", "status 404")
        | ("/relayer/transactions" | "/auth/builder-api-key", "200 \"[]\"") => true,
        // no market of that name
        (path, "status 404") if path.contains("/markets/") => true,
        // whoever configures a signing server is told that none is at its address
        ("/signer/sign", _) => fault.worth != Worth::Same,
        _ => false,
    }
}

/// What is wrong with the outcome of one cell, if anything.
fn judge(
    target: &Target,
    probes: &BTreeSet<Probe>,
    fault: &Fault,
    run: &Run,
    cut: &Run,
    schema: &jsonschema::Validator,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let report = &run.report;
    let count = |status| report.count(status);
    let expected = match (count(Status::Fail), count(Status::Unknown), count(Status::Warn)) {
        (1.., ..) => Verdict::Broken,
        (0, 1.., _) => Verdict::Incomplete,
        (0, 0, 1..) => Verdict::Degraded,
        (0, 0, 0) => Verdict::Healthy,
    };
    if report.verdict != expected {
        wrong.push(format!("{:?} and not {expected:?}", report.verdict));
    }
    if fault.worth == Worth::Same {
        if report.verdict != Verdict::Healthy {
            wrong.push(format!("{:?} for a right answer", report.verdict));
        }
    } else if !is_an_answer(target, fault) {
        // what passes without any answer does not rest on this one
        for check in report.checks.iter().filter(|check| check.status == Status::Pass) {
            let reads = checks::find(check.id).unwrap().reads.iter().any(|probe| probes.contains(probe));
            if reads && cut.report.check(check.id).is_some_and(|without| without.status != Status::Pass) {
                wrong.push(format!("{} passes: {}", check.id, check.summary));
            }
        }
        if fault.worth == Worth::Nothing && ![cut.report.verdict, Verdict::Incomplete].contains(&report.verdict) {
            let blamed = report.checks.iter().filter(|check| check.status.is_problem());
            let blamed: Vec<String> = blamed.map(|check| format!("{}: {}", check.id, check.summary)).collect();
            wrong.push(format!("{:?}: {}", report.verdict, blamed.join("; ")));
        }
    }
    let outputs = outputs(run, fault.name.starts_with("echo"));
    let secrets = run.running.secrets();
    wrong.extend(outputs.iter().filter_map(|text| secrets.found(text)).take(1).map(|found| format!("shows {found:?}")));
    let json: serde_json::Value = serde_json::from_str(&outputs[0]).unwrap();
    wrong.extend(schema.iter_errors(&json).take(1).map(|error| format!("{error} at {}", error.instance_path())));
    let longest = Duration::from_mins(1);
    if run.took > longest {
        wrong.push(format!("took {:?}", run.took));
    }
    wrong
}

/// Cells of the matrix that are run: all of them where `POLYDOCTOR_MATRIX` is set, else so many of each
/// target, others for each, so that every fault and every request is in it.
const SHARE: usize = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_fault_of_any_answer_is_taken_for_one() {
    const AT_ONCE: usize = 6;
    let (began, requests) = (Instant::now(), requests().await);
    let faults: Vec<Arc<Fault>> = fault::all().into_iter().map(Arc::new).collect();
    let (schema, whole) = (Arc::new(crate::check::validator()), std::env::var_os("POLYDOCTOR_MATRIX").is_some());
    let (mut cells, mut wrong, mut kinds) = (0, Vec::new(), BTreeSet::new());
    for (row, (target, probes)) in requests.iter().enumerate() {
        let cut = Arc::new(run(Some((Some(target.clone()), Arc::new(fault::cut())))).await);
        let mut running = JoinSet::new();
        let of_target = faults.iter().filter(|fault| fault.only.is_none_or(|only| only == target.path)).enumerate();
        let chosen = of_target.filter(|(column, fault)| whole || (row + column) % SHARE == 0 || fault.only.is_some());
        for (_, fault) in chosen {
            kinds.insert(fault.name.clone());
            cells += 1;
            while running.len() >= AT_ONCE {
                wrong.extend(running.join_next().await.unwrap().unwrap());
            }
            let (target, probes, fault, cut, schema) =
                (target.clone(), probes.clone(), Arc::clone(fault), Arc::clone(&cut), Arc::clone(&schema));
            running.spawn(async move {
                let run = run(Some((Some(target.clone()), Arc::clone(&fault)))).await;
                let wrong: Vec<String> = judge(&target, &probes, &fault, &run, &cut, &schema);
                let place = format!(
                    "{} {} {}, {}",
                    target.method,
                    target.path,
                    target.signature_type.as_deref().unwrap_or_default(),
                    fault.name
                );
                wrong.into_iter().map(|wrong| format!("{place}: {wrong}")).collect::<Vec<String>>()
            });
        }
        while let Some(done) = running.join_next().await {
            wrong.extend(done.unwrap());
        }
    }
    let size = format!(
        "{} requests × {} faults: {cells} cells in {:.0} s",
        requests.len(),
        faults.len(),
        began.elapsed().as_secs_f64()
    );
    // not a macro: those are kept from the screen when a test passes
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("\n{size}\n").as_bytes());
    assert!(requests.len() >= 20 && requests.keys().any(|target| target.path == NODE), "{requests:?}");
    assert_eq!(kinds.len(), faults.len(), "each fault is tried somewhere");
    assert!(wrong.is_empty(), "{size}, {} wrong\n{}", wrong.len(), wrong.join("\n"));
}
