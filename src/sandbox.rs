//! An embedded CLOB with everything around it: Polygon JSON-RPC, Gamma, the data API, the relayer,
//! the geoblock page, a builder signer and Polymarket US, on one listener, for one demo account.
//!
//! It checks L1 signatures and HMACs for real, so it tells a wrong request from a right one, and the
//! official clients run against it unchanged. What is wrong with the account comes from a
//! [`scenario`]; nothing here knows what will be diagnosed.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use polydoctor::sandbox::{self, Options, scenario};
//!
//! # async fn try_it() -> std::io::Result<()> {
//! let scenario = scenario::find("funder-is-signer").unwrap();
//! let listen = ([127, 0, 0, 1], 0).into();
//! let sandbox = sandbox::start(Options { listen, scenario, latency: Duration::ZERO, seed: 1 }).await?;
//! for (name, value) in &sandbox.announcement().env {
//!     println!("{name}={value}");
//! }
//! sandbox.stop().await
//! # }
//! ```

mod auth;
mod calls;
mod clob;
mod crowd;
mod exchange;
mod faults;
mod http;
mod keys;
mod ledger;
mod live;
mod markets;
mod names;
mod relayer;
mod rpc;
mod sample_signer;
pub mod scenario;
mod settings;
mod trades;
mod us;
mod views;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use alloy_primitives::{Address, U256};
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::DATE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::auth::contracts;
use crate::auth::l2::ApiCredentials;
use crate::auth::wallet::WalletMap;
use crate::secret::Secret;
use crate::sign_server::{self, Signer};
use crowd::Customer;
use faults::Faults;
use keys::Keys;
use ledger::Ledger;
pub use live::EventKind;
use live::Live;
use names::Names;
use scenario::{Person, Scenario};
pub use settings::Announcement;
use trades::{DEMO_CODE, Trader, Trades};

const SIGNER: &str = "/-/signer";
const TOKEN_SIGNER: &str = "/-/token-signer";
const SIGNER_TOKEN: &str = "sandbox-token";
/// Relayer API keys: two of the demo account, of which one has the form of a builder's, and one of the other
/// signer.
const RELAYER_KEY: &str = "7c0a2f58-3b41-4c6e-9d02-5e8f1a6b4d93";
const NEW_RELAYER_KEY: &str = "01967c03-b8c8-7000-8f68-8b8eaec6fd3d";
const OTHER_RELAYER_KEY: &str = "2d5b9e71-6f04-4a3d-8c19-b07e4f2a5c68";

/// How to start a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// Port 0 takes any free one.
    pub listen: SocketAddr,
    /// What is wrong with the demo account.
    pub scenario: Scenario,
    /// How long each answer is held back.
    pub latency: Duration,
    /// The same seed gives the same keys, secrets and trades.
    pub seed: u64,
}

/// A sandbox that serves until this is dropped.
pub struct Running {
    scenario: String,
    announcement: Announcement,
    stop: oneshot::Sender<()>,
    /// Ends the live channels when it is dropped.
    channels: watch::Sender<()>,
    server: JoinHandle<io::Result<()>>,
    /// Bound, and never listened on: an address that refuses connections as long as we live.
    _closed: TcpSocket,
}

impl Running {
    /// The name of its scenario.
    pub fn scenario(&self) -> &str {
        &self.scenario
    }

    /// Its URLs, and the settings of the demo account.
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }

    /// Ends the server, once the requests that it is answering are answered, or after a second.
    ///
    /// # Errors
    ///
    /// What went wrong with the listener while it served.
    pub async fn stop(mut self) -> io::Result<()> {
        drop((self.stop, self.channels));
        if let Ok(ended) = tokio::time::timeout(Duration::from_secs(1), &mut self.server).await {
            return ended?;
        }
        self.server.abort();
        Ok(())
    }

    /// Serves for as long as the listener lives.
    ///
    /// # Errors
    ///
    /// What went wrong with the listener.
    pub async fn finished(self) -> io::Result<()> {
        self.server.await?
    }
}

/// Starts a sandbox on the current tokio runtime; it accepts connections from the return on.
///
/// # Errors
///
/// When the address cannot be listened on, or the scenario asks for what cannot be.
pub async fn start(options: Options) -> io::Result<Running> {
    let (sandbox, names, credentials, channels) =
        Sandbox::new(&options).map_err(|sentence| io::Error::new(io::ErrorKind::InvalidInput, sentence))?;
    let listener = TcpListener::bind(options.listen).await?;
    let closed = TcpSocket::new_v4()?;
    closed.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let announcement = Announcement::new(
        reachable(listener.local_addr()?),
        closed.local_addr()?,
        &options.scenario,
        names,
        credentials.as_ref(),
        sandbox.trades.unattributed(),
        sandbox.accounts(),
    );
    let (stop, stopped) = oneshot::channel();
    let sandbox = Arc::new(sandbox);
    let app = app(sandbox, &options)?;
    let scenario = options.scenario.name.clone();
    let server = axum::serve(listener, app).with_graceful_shutdown(async {
        // Sent never; an error says that the other end was dropped, which is the signal.
        let _ = stopped.await;
    });
    Ok(Running { scenario, announcement, stop, channels, server: tokio::spawn(server.into_future()), _closed: closed })
}

/// Where to reach a listener: one on every address is reached at the loopback one.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    SocketAddr::new(ip, address.port())
}

fn app(sandbox: Arc<Sandbox>, options: &Options) -> io::Result<axum::Router> {
    let settings = &options.scenario.signer;
    let offset = options.scenario.server.clock_offset_seconds + settings.clock_offset_seconds;
    let credentials = if settings.unknown_credentials { nobodys_credentials() } else { builder_credentials() };
    let signer = |token: Option<&str>| {
        if settings.milliseconds || settings.drops_body {
            return Ok(sample_signer::router(credentials.clone(), settings));
        }
        let signer = Signer::new(&credentials, token.map(Secret::new).as_ref()).map_err(io::Error::other)?;
        let stamped = from_fn_with_state(SignedDuration::from_secs(offset), stamp);
        io::Result::Ok(sign_server::router(signer.with_clock_offset(offset)).layer(stamped))
    };
    let clock = SignedDuration::from_secs(options.scenario.server.clock_offset_seconds);
    Ok(us::routes(live::routes(http::router(&[clob::ROUTES, markets::ROUTES, views::ROUTES, relayer::ROUTES])))
        .nest_service(SIGNER, signer(None)?)
        .nest_service(TOKEN_SIGNER, signer(Some(SIGNER_TOKEN))?)
        .layer(from_fn_with_state(Arc::new(Faults::new(&options.scenario.faults)), meet_faults))
        .layer(from_fn_with_state(options.latency, hold_back))
        .layer(from_fn_with_state(clock, stamp))
        .with_state(sandbox))
}

async fn meet_faults(State(faults): State<Arc<Faults>>, mut request: Request, next: Next) -> Response {
    match faults.meet(&mut request).await {
        Some(response) => response,
        None => next.run(request).await,
    }
}

async fn hold_back(State(latency): State<Duration>, request: Request, next: Next) -> Response {
    tokio::time::sleep(latency).await;
    next.run(request).await
}

/// Dates each answer by the server's clock, which is not this machine's.
async fn stamp(State(offset): State<SignedDuration>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&(Timestamp::now() + offset));
    if let Ok(date) = date.map_err(drop).and_then(|text| HeaderValue::try_from(text).map_err(drop)) {
        response.headers_mut().entry(DATE).or_insert(date);
    }
    response
}

/// The demo account's builder key: the one of the official signing SDK's tests, made 2025-08-10.
fn builder_credentials() -> ApiCredentials {
    ApiCredentials {
        key: "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5".to_owned(),
        secret: Secret::new("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        passphrase: Secret::new("1816e5ed89518467ffa78c65a2d6a62d240f6fd6d159cba7b2c4dc510800f75a"),
    }
}

/// Well-formed, and known to no service.
fn nobodys_credentials() -> ApiCredentials {
    ApiCredentials {
        key: "0198f2a1-6d3c-7b52-8e14-90c7d2f3a4b5".to_owned(),
        secret: Secret::new("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="),
        passphrase: Secret::new("a".repeat(64)),
    }
}

/// Everything that a request can meet.
struct Sandbox {
    scenario: Scenario,
    demo: WalletMap,
    other: WalletMap,
    customers: Vec<Customer>,
    ledger: Ledger,
    trades: Trades,
    keys: Mutex<Keys>,
    /// The balance that the service has cached, in base units.
    cached: U256,
    /// Wallets whose balance the service has looked at again.
    updated: Mutex<HashSet<Address>>,
    live: Live,
    /// What the content of its events follows from.
    live_seed: u64,
    /// Signer to number of heartbeats.
    beats: Mutex<HashMap<Address, u64>>,
}

impl Sandbox {
    /// The sandbox of a scenario, the names that its settings may use, the credentials that its user has
    /// configured, and what ends its live channels.
    fn new(options: &Options) -> Result<(Self, Names, Option<ApiCredentials>, watch::Sender<()>), String> {
        let scenario = options.scenario.clone();
        let chain = contracts::chain(scenario.server.chain_id).ok_or("there are no contracts on that chain")?;
        let demo = names::wallets(chain, names::DEMO_KEY);
        let other = names::wallets(chain, names::OTHER_KEY);
        let mut names = Names::of_wallets(&demo, &other);
        let customers = crowd::customers(chain, options.seed, scenario.server.accounts);
        let people = [(&demo, "250"), (&other, "40")].into_iter();
        let people = people.chain(customers.iter().map(|customer| (&customer.wallets, "100")));
        let ledger = Ledger::new(chain, &scenario, &names, people)?;
        let mut keys = Keys::new(options.seed);
        let now = Timestamp::now() + SignedDuration::from_secs(scenario.server.clock_offset_seconds);
        let configured = issue(&mut keys, &scenario, [demo.eoa, other.eoa], now);
        for customer in &customers {
            keys.create(customer.wallets.eoa, U256::ZERO, now.as_second());
        }
        if let Some(key) = keys.at(other.eoa, U256::ZERO) {
            names.add_credentials("other_api", Some(&key.credentials));
        }
        let customer = Trader {
            signer: demo.eoa,
            wallet: demo.address(scenario.account.wallet).unwrap_or(demo.eoa),
            key: keys.users_of(demo.eoa).first().map(ToString::to_string).unwrap_or_default(),
        };
        let trades = Trades::new(options.seed, now.as_second(), customer, &scenario.account, &scenario.builder);
        let (live, channels) = Live::new(options.latency);
        let sandbox = Self {
            live,
            live_seed: options.seed,
            demo,
            other,
            customers,
            ledger,
            trades,
            keys: Mutex::new(keys),
            cached: ledger::units(&scenario.server.cached_balance, 6)?,
            updated: Mutex::default(),
            beats: Mutex::default(),
            scenario,
        };
        Ok((sandbox, names, configured, channels))
    }

    /// The settings of the accounts beside the demo's, as far as they are their own.
    fn accounts(&self) -> Vec<BTreeMap<String, String>> {
        let keys = self.keys();
        self.customers.iter().map(|customer| customer.env(self.scenario.account.wallet, &keys)).collect()
    }

    /// The service's clock, which is ahead of this machine's by what the scenario says.
    fn timestamp(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_secs(self.scenario.server.clock_offset_seconds)
    }

    /// The service's clock in Unix seconds.
    fn now(&self) -> i64 {
        self.timestamp().as_second()
    }

    /// A block every two seconds, as on Polygon, from a height of mid 2026 on.
    fn block_number(&self) -> u64 {
        let since = self.now() - 1_780_000_000;
        90_000_000 + u64::try_from(since / 2).unwrap_or_default()
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        locked(&self.keys)
    }

    /// Whether the cached balance of a wallet is that of the chain.
    fn has_seen(&self, wallet: Address) -> bool {
        !self.scenario.server.balance_cache_stale || locked(&self.updated).contains(&wallet)
    }

    fn look_again(&self, wallet: Address) {
        locked(&self.updated).insert(wallet);
    }

    /// The id of the next heartbeat, after one with the id that was due or with none; otherwise the
    /// id that is due.
    fn beat(&self, owner: Address, given: &str) -> Result<String, String> {
        let mut beats = locked(&self.beats);
        let count = beats.entry(owner).or_default();
        let keys = self.keys();
        let id = |number: u64| keys.id("heartbeat", owner, &[&number.to_be_bytes()]);
        if !given.is_empty() && given != id(*count) {
            return Err(id(*count));
        }
        *count += 1;
        Ok(id(*count))
    }
}

/// Gives out the keys that exist before the start; returns those that the user has configured.
fn issue(keys: &mut Keys, scenario: &Scenario, [demo, other]: [Address; 2], now: Timestamp) -> Option<ApiCredentials> {
    let usable_from = now.as_second() + scenario.server.key_lag_seconds;
    let configured = &scenario.credentials;
    let (owner, nonce) = match configured.owner {
        Person::Demo => (demo, U256::from(configured.nonce)),
        Person::Other => (other, U256::from(configured.nonce)),
    };
    let deleted = configured.deleted.then(|| keys.create(owner, nonce, usable_from)).flatten();
    if let Some(credentials) = &deleted {
        keys.delete(&credentials.key);
    }
    for nonce in &scenario.account.nonces {
        keys.create(demo, U256::from(*nonce), usable_from);
    }
    keys.create(other, U256::ZERO, usable_from);
    if scenario.server.keys_asleep {
        keys.put_to_sleep();
    }
    let created = builder_key_date(&builder_credentials().key);
    keys.add_builder(demo, builder_credentials(), DEMO_CODE, created);
    if scenario.builder.revoked {
        keys.revoke_builder(&builder_credentials().key, now);
    }
    deleted.or_else(|| keys.at(owner, nonce).map(|key| key.credentials.clone()))
}

fn builder_key_date(key: &str) -> Timestamp {
    let millis = crate::auth::builder::builder_key_created_ms(key).and_then(|millis| i64::try_from(millis).ok());
    millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()).unwrap_or_default()
}

/// The state behind a lock; one that a panic left behind is as good as any here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
