//! A piece of a pasted text taken apart: client, method, URL, host, status, the body's own sentence.

mod brands;
mod clean;
mod foreign;
mod said;
mod status;

pub(super) use clean::clean;

/// Whether a text is the reason phrase of a status, and nothing more.
pub(super) fn is_reason(text: &str) -> bool {
    status::of_reason(text).is_some()
}

use super::service::Service;

/// What a record of a text tells of the request behind it.
// each is one thing seen in the text
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Artefact {
    pub(super) service: Option<Service>,
    /// The service follows from a host or a path, not from mere words.
    pub(super) is_located: bool,
    /// Host and port, where the text names one.
    pub(super) host: Option<String>,
    pub(super) method: Option<&'static str>,
    /// Without its query.
    pub(super) path: Option<String>,
    pub(super) has_query: bool,
    pub(super) status: Option<u16>,
    /// The sentence of the answer's body, where it is apart from what the client says.
    pub(super) said: Option<String>,
    /// The library or client whose form this is.
    pub(super) client: Option<&'static str>,
    /// Status and body with nothing of a client around them.
    pub(super) is_bare_answer: bool,
    pub(super) is_html: bool,
    /// The level is below a warning.
    pub(super) is_chatter: bool,
    /// A host, or the name of an exception, that belongs to no service known here.
    pub(super) is_foreign: bool,
    /// Headers of the builder program are sent, and none of an account's own.
    pub(super) has_builder_headers_only: bool,
}

macro_rules! ascii_pattern {
    // what is no letter of ASCII ends a word, which keeps the automaton small
    ($name:ident, $text:expr) => {
        pattern!($name, &$text.replace(r"\b", r"(?-u:\b)"));
    };
}

use ascii_pattern;

ascii_pattern!(URL, r#"(?i)\b(https?|wss?)://(\[[0-9a-f:]+\]|[a-z0-9_.-]+)(:\d{1,5})?([/?#][^\s"'<>)\]}\\,`|]*)?"#);
// hosts beside a URL: urllib3's pool, aiohttp, Go's lookup and dial, Node's getaddrinfo, plain names
ascii_pattern!(
    HOST,
    r"(?i)\b((?:[a-z0-9_-]+\.)+[a-z]{2,10}|localhost|127\.0\.0\.1|0\.0\.0\.0|::1)(?:'?,? port=?|\]?:)?(\d{2,5})?\b"
);
ascii_pattern!(
    CALL,
    r#"(?i)(?:\b(get|post|put|delete|patch)\b["']?(?:\s+(?:call|request))?(?:\s+to|\s+for)?[\s:]+["'`]?(?:https?://[^\s/"']+)?(/[a-z0-9_/.{}:-]*)?)"#
);
ascii_pattern!(METHOD, r#"(?i)\bmethod["']?\s*[:=]\s*["']?(get|post|put|delete|patch)\b"#);
ascii_pattern!(
    PATH,
    r#"(?i)(?:\b(?:path|url|endpoint|uri|route|request_path|requestPath)["']?\s*[:=]\s*["'`]?|call to |with url: )(/[a-z0-9_/.-]*)(\?)?"#
);

/// Documentation that error messages point to.
const DOCUMENTATION: &[&str] = &[
    "docs.",
    "developer.mozilla.org",
    "viem.sh",
    "links.ethers.org",
    "errors.pydantic.dev",
    "github.com",
    "npmjs.com",
    "nodejs.org",
    "python.org",
    "readthedocs",
    "stackoverflow.com",
    "curl.se",
    "curl.haxx.se",
    "pypi.org",
    "crates.io",
    "tools.ietf.org",
    "fonts.g",
    "w3.org",
    "cloudflare.com",
    "aka.ms",
    "learn.microsoft.com",
    "go.dev",
    "mozilla.org",
    "example.com/docs",
    "discord.gg",
    "t.me",
    "help.polymarket",
    "rustup.rs",
    "backtrace",
];

/// Forms by which libraries and clients are known, the most telling first.
const CLIENTS: &[(&str, &str)] = &[
    ("[CLOB Client]", "the TypeScript client"),
    ("py_clob_client_v2", "the Python V2 client"),
    ("PolyApiException", "the Python client"),
    ("py_clob_client", "the Python client"),
    ("polymarket.errors", "the unified Python client"),
    ("making POST call to", "the Rust client"),
    ("making GET call to", "the Rust client"),
    ("making DELETE call to", "the Rust client"),
    ("polymarket_client_sdk", "the Rust client"),
    ("GuzzleHttp", "Guzzle"),
    ("cURL error", "cURL"),
    ("okhttp3", "OkHttp"),
    ("java.net", "Java"),
    ("javax.net", "Java"),
    ("System.Net", ".NET"),
    ("HttpRequestException", ".NET"),
    ("OS Error:", "Dart"),
    ("Mint.TransportError", "Elixir"),
    ("HTTPoison", "Elixir"),
    ("web3.", "web3.py"),
    ("viem@", "viem"),
    ("version=providers/5", "ethers v5"),
    ("version=6.", "ethers v6"),
    ("AxiosError", "axios"),
    ("Request failed with status code", "axios"),
    ("httpx", "httpx"),
    ("httpcore", "httpx"),
    ("aiohttp", "aiohttp"),
    ("HTTPSConnectionPool", "requests"),
    ("requests.exceptions", "requests"),
    ("urllib.error", "urllib"),
    ("<urlopen error", "urllib"),
    ("UND_ERR", "Node's fetch"),
    ("websocket: ", "Go gorilla/websocket"),
    ("dial tcp", "Go net/http"),
    ("Client.Timeout exceeded", "Go net/http"),
    ("tungstenite", "tungstenite"),
    ("error sending request for url", "reqwest"),
    ("HTTP status client error", "reqwest"),
    ("HTTP status server error", "reqwest"),
    ("hyper::Error", "hyper"),
    ("websockets.exceptions", "websockets"),
];

impl Artefact {
    /// Takes a cleaned record apart. `is_whole`: there is no more text than this.
    pub(super) fn of(text: &str, is_whole: bool) -> Self {
        let mut artefact = Self {
            client: CLIENTS.iter().find(|(form, _)| text.contains(form)).map(|(_, client)| *client),
            status: status::status(text, is_whole),
            said: said::said(text),
            is_html: ["<!DOCTYPE", "<!doctype", "<html", "<head>", "<title>"].iter().any(|tag| text.contains(tag)),
            is_chatter: is_chatter(text),
            has_builder_headers_only: has_builder_headers_only(text),
            ..Self::default()
        };
        artefact.locate(text);
        if artefact.status.is_none() {
            artefact.status = artefact.said.as_deref().and_then(status::of_reason);
        }
        let is_reason = |said: &String| status::of_reason(said).is_some();
        artefact.said = artefact.said.take().filter(|said| !is_reason(said));
        artefact.is_bare_answer = artefact.client.is_none()
            && artefact.path.is_none()
            && artefact.status.is_some()
            && artefact.said.is_some();
        artefact
    }

    fn locate(&mut self, text: &str) {
        let mut best: Option<Service> = None;
        for found in URL.captures_iter(text) {
            let part = |place: usize| found.get(place).map_or("", |part| part.as_str());
            let (scheme, host) = (part(1).to_lowercase(), part(2).to_lowercase());
            let target = part(4).trim_end_matches(['.', ';', ':', '*']);
            if is_documentation(&host) || (host.ends_with("polymarket.com") && target.starts_with("/settings")) {
                continue;
            }
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let port = part(3).trim_start_matches(':').parse().ok();
            let service = Service::at(&scheme, &host, port, path);
            // the last that says something: dumps of a request name the URL behind the status
            if service.is_some() || best.is_none() {
                best = service.or(best);
                self.host = Some(format!("{host}{}", part(3)));
                self.path = Some(if path.is_empty() { "/".to_owned() } else { path.to_owned() });
                self.has_query = !query.is_empty();
            }
        }
        if best.is_none() && self.host.is_none() {
            for found in HOST.captures_iter(text) {
                let host = found.get(1).map_or("", |part| part.as_str()).to_lowercase();
                let port = found.get(2).and_then(|port| port.as_str().parse().ok());
                let is_local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "0.0.0.0" | "::1");
                // names of packages and files look like hosts
                let is_named = is_local || OFFICIAL.iter().any(|end| host.ends_with(end)) || is_node(&host);
                if !is_named || is_documentation(&host) {
                    continue;
                }
                let service = Service::at("", &host, port, "");
                if service.is_some() || best.is_none() {
                    best = service.or(best);
                    self.host = Some(port.map_or(host.clone(), |port: u16| format!("{host}:{port}")));
                }
            }
        }
        let method = METHOD.captures(text).or_else(|| CALL.captures(text)).and_then(|found| found.get(1));
        self.method = method.and_then(|method| method_named(method.as_str()));
        if self.path.as_deref().is_none_or(|path| path == "/") {
            let call = CALL.captures_iter(text).find_map(|found| found.get(2));
            let path = PATH.captures(text).and_then(|found| found.get(1)).or(call).map(|path| path.as_str());
            if let Some(path) = path.filter(|path| path.len() > 1) {
                self.path = Some(path.trim_end_matches(['.', ':']).to_owned());
            }
        }
        let located = best.or_else(|| self.path.as_deref().and_then(Service::of_path));
        self.is_located = located.is_some();
        self.service = located.or_else(|| Service::of_words(text).filter(|_| !self.is_foreign_host()));
        // what a library of another service raises is not an answer of Polymarket, whatever words it has
        let may_be_other = located.is_none() && !self.is_foreign_host();
        if let Some(brand) = may_be_other.then(|| foreign::brand(text)).flatten() {
            (self.service, self.is_located, self.client) = (Some(Service::Other), true, Some(brand));
            self.path = None;
        }
        if self.service.is_none() && foreign::names_database(text) {
            (self.service, self.is_located) = (Some(Service::Other), true);
        }
        self.is_foreign = self.service.is_none() && (self.is_foreign_host() || foreign::names_client(text));
    }

    /// Whether it is a channel's server without the path of a channel.
    pub(super) fn lacks_channel(&self) -> bool {
        let host = self.host.as_deref().unwrap_or_default();
        let path = self.path.as_deref().unwrap_or_default().trim_end_matches('/');
        host.starts_with("ws-subscriptions-clob.polymarket.com") && ["", "/ws"].contains(&path)
    }

    /// Whether a host is named that belongs to no known service.
    fn is_foreign_host(&self) -> bool {
        self.host.as_deref().is_some_and(|host| !self.is_loopback() && !host.ends_with("polymarket.com"))
            && self.path.as_deref().is_some_and(|path| path.len() > 1)
    }

    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host.as_deref().unwrap_or_default();
        ["localhost", "127.0.0.1", "0.0.0.0", "::1", "[::1]"]
            .iter()
            .any(|local| host == *local || host.starts_with(&format!("{local}:")))
    }

    /// Whether the request goes to the official host of the CLOB.
    pub(super) fn is_official(&self) -> bool {
        self.host.as_deref().is_some_and(|host| host.trim_end_matches(":443") == "clob.polymarket.com")
    }

    /// Whether a body travels with the request; `None` where that is not known.
    pub(super) fn has_body(&self) -> Option<bool> {
        const BODIES: &[&str] = &["/order", "/orders", "/cancel-market-orders", "/v1/heartbeats"];
        let path = self.path.as_deref().unwrap_or_default();
        match self.method {
            Some("POST" | "DELETE") if BODIES.contains(&path) || path.is_empty() => Some(true),
            Some("GET") => Some(false),
            None if BODIES.contains(&path) => Some(true),
            _ => None,
        }
    }
}

/// Whether a request is shown with the headers of the builder program alone. Variables have the names of some
/// of them, so the signature or its time has to be among them.
fn has_builder_headers_only(text: &str) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| text.contains(name));
    has(&["POLY_BUILDER_SIGNATURE", "POLY_BUILDER_TIMESTAMP"])
        && !has(&["POLY_SIGNATURE", "POLY_API_KEY", "POLY_PASSPHRASE", "POLY_TIMESTAMP"])
}

const OFFICIAL: &[&str] = &["polymarket.com", "polymarket.us"];

fn is_node(host: &str) -> bool {
    let end = host.rsplit('.').next().unwrap_or_default();
    end != host
        && !["py", "js", "ts", "rs", "go"].contains(&end)
        && Service::at("https", host, None, "") == Some(Service::PolygonRpc)
}

fn is_documentation(host: &str) -> bool {
    DOCUMENTATION.iter().any(|part| host.starts_with(part) || host.contains(part))
}

fn method_named(name: &str) -> Option<&'static str> {
    ["GET", "POST", "PUT", "DELETE", "PATCH"].into_iter().find(|method| method.eq_ignore_ascii_case(name))
}

fn is_chatter(text: &str) -> bool {
    let mut head = text.len().min(90);
    while !text.is_char_boundary(head) {
        head -= 1;
    }
    let head = &text[..head];
    let has = |words: &[&str]| words.iter().any(|word| head.contains(word));
    has(&["INFO", "DEBUG", "TRACE", "[info]", "[debug]", " info ", " debug "])
        && !has(&["ERROR", "WARN", "CRITICAL", "FATAL", "error"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Artefact {
        Artefact::of(&clean(text), true)
    }

    #[test]
    fn the_host_says_whose_it_is() {
        for (text, service) in [
            ("401 Client Error: Unauthorized for url: https://clob.polymarket.com/order", Service::Clob),
            ("GET https://relayer-v2.polymarket.com/nonce?address=0x1&type=SAFE 401", Service::Relayer),
            ("429 Client Error: Too Many Requests for url: https://polygon-rpc.com/", Service::PolygonRpc),
            ("POST https://polygon-mainnet.g.alchemy.com/v2/abc 403", Service::PolygonRpc),
            ("connect ECONNREFUSED 127.0.0.1:8545", Service::PolygonRpc),
            ("wss://ws-subscriptions-clob.polymarket.com/ws/user", Service::Websocket),
            ("HTTPSConnectionPool(host='gamma-api.polymarket.com', port=443): Read timed out.", Service::Gamma),
            ("Cannot connect to host data-api.polymarket.com:443 ssl:default", Service::DataApi),
            ("dial tcp: lookup clob.polymarket.com: no such host", Service::Clob),
            ("https://api.polymarket.us/v1/portfolio/positions", Service::PolymarketUs),
            ("Post \"http://10.0.0.3:5001/sign\": connection refused", Service::BuilderSigner),
            ("https://api.telegram.org/bot/sendMessage 401", Service::Other),
            ("https://my-relay.example/auth/derive-api-key 401", Service::Clob),
        ] {
            assert_eq!(taken(text).service, Some(service), "{text}");
        }
        assert_eq!(taken("invalid signature").service, None);
    }

    #[test]
    fn documentation_is_no_host() {
        let text = "Client error '401 Unauthorized' for url 'https://clob.polymarket.com/order'\nFor more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/401";
        let found = taken(text);
        assert_eq!((found.host.as_deref(), found.path.as_deref()), (Some("clob.polymarket.com"), Some("/order")));
    }

    #[test]
    fn method_and_path_are_read_in_the_ways_of_the_clients() {
        for (text, method, path) in [
            ("Status: error(400 Bad Request) making POST call to /order with {\"error\":\"x\"}", "POST", "/order"),
            (
                "WARN API request failed status=400 Bad Request method=POST path=/auth/api-key {}",
                "POST",
                "/auth/api-key",
            ),
            (
                r#"{"status":401,"config":{"method":"post","url":"https://clob.polymarket.com/order"}}"#,
                "POST",
                "/order",
            ),
            ("HTTP Request: DELETE https://clob.polymarket.com/orders \"HTTP/2 401\"", "DELETE", "/orders"),
        ] {
            let found = taken(text);
            assert_eq!((found.method, found.path.as_deref()), (Some(method), Some(path)), "{text}");
        }
    }
}
