//! What the tests of running servers share.

use std::net::SocketAddr;
use std::time::Duration;

use alloy_primitives::U256;
use alloy_signer_local::PrivateKeySigner;
use polydoctor::auth::l2::ApiCredentials;
use polydoctor::auth::{AuthHeaders, key, l1, l2};
use polydoctor::checks::{CHECKS, Check};
use polydoctor::facts::Facts;
use polydoctor::sandbox::scenario::{self, Scenario};
use polydoctor::sandbox::{self, Options, Running};
use polydoctor::secret::Secret;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// Published development keys (anvil and hardhat); the sandbox's demo account is the first.
pub(crate) const DEMO_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub(crate) const STRANGER_KEY: &str = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";

/// What the heading of the dashboard says once every check is settled.
pub(crate) fn all_checks() -> String {
    format!("{0}/{0}", usual_checks().count())
}

/// The checks of a report, where no market is named.
pub(crate) fn usual_checks() -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().filter(|check| check.applies(&Facts::default()))
}

pub(crate) const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

pub(crate) fn signer(private_key: &str) -> PrivateKeySigner {
    key::parse(&Secret::new(private_key)).unwrap().signer
}

pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

pub(crate) fn client() -> Client {
    // A second installation fails, and is not needed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

/// A sandbox and a client for it.
pub(crate) struct Lab {
    pub(crate) running: Running,
    pub(crate) http: Client,
}

impl Lab {
    pub(crate) async fn named(name: &str) -> Self {
        Self::of(scenario::find(name).unwrap()).await
    }

    /// A scenario that a test writes itself, without its title and source.
    pub(crate) async fn written(text: &str) -> Self {
        Self::of(Scenario::parse("written", &format!("title = 'a test'\nsource = 'none'\n{text}")).unwrap()).await
    }

    pub(crate) async fn of(scenario: Scenario) -> Self {
        let options = Options { listen: ANY_PORT, scenario, latency: Duration::ZERO, seed: 1 };
        Self { running: sandbox::start(options).await.unwrap(), http: client() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.announcement().clob_url)
    }

    pub(crate) fn request(&self, method: Method, path: &str, headers: &AuthHeaders) -> RequestBuilder {
        let request = self.http.request(method, self.url(path));
        headers.iter().fold(request, |request, (name, value)| request.header(name, value))
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.http.get(self.url(path))).await
    }

    /// An L1 request by a key, with a nonce.
    pub(crate) async fn l1(&self, method: Method, private_key: &str, nonce: U256) -> (StatusCode, Value) {
        let path = if method == Method::POST { "/auth/api-key" } else { "/auth/derive-api-key" };
        let headers = l1::headers(&signer(private_key), 137, now(), nonce).unwrap();
        answer(self.request(method, path, &headers)).await
    }

    pub(crate) async fn create(&self, private_key: &str, nonce: u64) -> Account {
        let (status, body) = self.l1(Method::POST, private_key, U256::from(nonce)).await;
        assert_eq!(status, 200, "{body}");
        Account { signer: signer(private_key), credentials: credentials(&body, "apiKey") }
    }

    /// An L2 request; the query of the path is not signed.
    pub(crate) async fn l2(
        &self,
        account: &Account,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> (StatusCode, Value) {
        let signed = path.split('?').next().unwrap();
        let headers = account.headers(&method, signed, body);
        let request = self.request(method, path, &headers);
        answer(match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_owned()),
            None => request,
        })
        .await
    }

    /// What the user of the scenario has configured.
    pub(crate) fn configured(&self) -> Account {
        let env = &self.running.announcement().env;
        // Without credentials a user sends none, which is as good as wrong ones here.
        let part = |name: &str| env.get(name).cloned().unwrap_or_default();
        Account {
            signer: signer(&env["POLYMARKET_PRIVATE_KEY"]),
            credentials: ApiCredentials {
                key: part("CLOB_API_KEY"),
                secret: Secret::new(part("CLOB_SECRET")),
                passphrase: Secret::new(part("CLOB_PASS_PHRASE")),
            },
        }
    }
}

pub(crate) struct Account {
    pub(crate) signer: PrivateKeySigner,
    pub(crate) credentials: ApiCredentials,
}

impl Account {
    pub(crate) fn headers(&self, method: &Method, path: &str, body: Option<&str>) -> AuthHeaders {
        l2::headers(self.signer.address(), &self.credentials, now(), method.as_str(), path, body).unwrap()
    }
}

/// The credentials in an answer; users and builders get their key under different names.
pub(crate) fn credentials(body: &Value, key: &str) -> ApiCredentials {
    let part = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned();
    ApiCredentials { key: part(key), secret: Secret::new(part("secret")), passphrase: Secret::new(part("passphrase")) }
}

/// Status and JSON of an answer.
pub(crate) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
