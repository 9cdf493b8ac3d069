//! A demo stays on this machine, whatever its scenario has configured.

use std::collections::BTreeMap;

use polydoctor::checks::{CHECKS, probes_of};
use polydoctor::client::http::{Http, Request};
use polydoctor::engine::Engine;
use polydoctor::sandbox::scenario;
use polydoctor::settings::{self, EnvFile, Inputs, load};
use url::Url;

use crate::support::Lab;

/// Scenarios that are about a host which is not the sandbox's: nothing may be sent there.
const ELSEWHERE: [&str; 2] = ["plain-http-host", "wrong-host-polymarket-us"];

fn is_here(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// The settings of a demo, as the dashboard and the commands load them.
fn demo_settings(name: &str, environment: BTreeMap<String, String>) -> settings::Settings {
    let inputs = Inputs { environment, env_file: EnvFile::None, scenario: Some(name.to_owned()), ..Inputs::default() };
    load(&inputs).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[tokio::test]
async fn no_url_of_any_demo_leads_to_another_machine() {
    for name in scenario::names() {
        let lab = Lab::named(name).await;
        let settings = demo_settings(name, lab.running.announcement().env.clone());
        let urls = [
            ("CLOB", &settings.clob_url),
            ("Gamma", &settings.gamma_url),
            ("data API", &settings.data_url),
            ("relayer", &settings.relayer_url),
            ("geoblock", &settings.geoblock_url),
            ("user channel", &settings.ws_url),
            ("live data", &settings.live_url),
            ("RPC", &settings.rpc_url),
            ("Polymarket US", &settings.us_url),
            ("gateway", &settings.us_gateway_url),
        ];
        for (what, url) in urls {
            let Some(url) = url else { continue };
            let said = url.value.as_str();
            assert!(is_here(said) || ELSEWHERE.contains(&name) && what == "CLOB", "{name}: {what} is {said}");
        }
    }
}

/// The URLs of the requests that a run of this scenario sends, over connections as every command has them.
async fn requested(name: &'static str, environment: BTreeMap<String, String>) -> Vec<String> {
    let engine = Engine::new(demo_settings(name, environment), false, &[]);
    engine.run(&probes_of(CHECKS.iter().map(|check| check.id))).await;
    let facts = engine.facts().borrow().clone();
    facts.requests.into_iter().map(|request| request.url).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_of_any_demo_leaves_this_machine() {
    let runs = scenario::names().map(|name| {
        tokio::spawn(async move {
            let lab = Lab::named(name).await;
            for url in requested(name, lab.running.announcement().env.clone()).await {
                assert!(is_here(&url), "{name}: {url}");
            }
        })
    });
    for run in runs.collect::<Vec<_>>() {
        run.await.unwrap();
    }
}

#[tokio::test]
async fn a_demo_that_is_given_another_host_sends_nothing_there() {
    let lab = Lab::named("healthy-safe").await;
    let mut environment = lab.running.announcement().env.clone();
    // an address that is nobody's: were it asked, it would be listed
    environment.insert("POLYMARKET_RELAYER_URL".to_owned(), "https://192.0.2.1".to_owned());
    environment.insert("POLYMARKET_RPC_URL".to_owned(), "https://192.0.2.2".to_owned());
    let settings = demo_settings("healthy-safe", environment.clone());
    assert_eq!(settings.relayer_url.as_ref().unwrap().value.host_str(), Some("192.0.2.1"));
    let urls = requested("healthy-safe", environment).await;
    assert!(urls.len() > 4 && urls.iter().all(|url| is_here(url)), "{urls:?}");
    let http = Http::new(settings.timeout).of(&settings);
    let url = Url::parse("https://192.0.2.1/").unwrap();
    let refused = http.send(Request::get(None, url)).await.map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("192.0.2.1 is not part of the demo"), "{refused}");
}
