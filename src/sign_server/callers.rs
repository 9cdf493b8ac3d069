//! Who calls a server that asks for no token: a program, or a page that a browser shows.
//!
//! No client sends `Origin`; a browser does with every `POST` of a page. A page of another machine that
//! has its name point to this one (DNS rebinding) is known by the `Host` that it then sends.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Version};
use thiserror::Error;
use url::{Host, Url};

/// Why a caller is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Stranger {
    #[error("A request has one Host header")]
    Hosts,
    #[error("Pages of this origin need a token, or --allow-origin")]
    Origin,
    #[error("Requests to this host name need a token; without one, use localhost or an IP address")]
    Host,
}

/// A web page's origin, such as `https://app.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageOrigin(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an origin, such as https://app.example")]
pub struct NotAnOrigin;

impl FromStr for PageOrigin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let url = Url::parse(text.trim()).map_err(|_| NotAnOrigin)?;
        let origin = url.origin();
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_bare = is_bare && url.username().is_empty() && url.password().is_none();
        if !origin.is_tuple() || !is_bare {
            return Err(NotAnOrigin);
        }
        Ok(Self(origin.ascii_serialization()))
    }
}

/// HTTP has one `Host`; two are how a proxy and a server come to read different requests.
pub(super) fn one_host(head: &Parts) -> Result<(), Stranger> {
    match head.headers.get_all(HOST).iter().count() {
        1 => Ok(()),
        0 if head.version < Version::HTTP_11 => Ok(()),
        _ => Err(Stranger::Hosts),
    }
}

/// Whether a caller without a token may be answered. A server that only this machine reaches goes by
/// the names of this machine.
pub(super) fn known(head: &Parts, allowed: &[PageOrigin], is_local: bool) -> Result<(), Stranger> {
    let origins = head.headers.get_all(ORIGIN).iter();
    if !origins.into_iter().all(|origin| is_known_origin(origin, allowed)) {
        return Err(Stranger::Origin);
    }
    let is_own =
        |host: &HeaderValue| host.to_str().is_ok_and(|host| host_of(host).is_some_and(|host| is_address(&host)));
    if is_local && !head.headers.get_all(HOST).iter().all(is_own) {
        return Err(Stranger::Host);
    }
    Ok(())
}

fn is_known_origin(origin: &HeaderValue, allowed: &[PageOrigin]) -> bool {
    let Some(url) = origin.to_str().ok().and_then(|text| Url::parse(text).ok()) else { return false };
    let is_here = match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).to_canonical().is_loopback(),
        None => false,
    };
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && is_here) || allowed.contains(&PageOrigin(url.origin().ascii_serialization()))
}

/// The host of a `Host` header, without its port.
fn host_of(header: &str) -> Option<Host> {
    let url = Url::parse(&format!("http://{}/", header.trim())).ok()?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.path() == "/" && url.query().is_none();
    url.host().filter(|_| is_bare).map(|host| host.to_owned())
}

/// An address cannot be made to point elsewhere, and `localhost` is resolved by no server.
fn is_address(host: &Host) -> bool {
    match host {
        Host::Domain(name) => is_localhost(name),
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    }
}

fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn head(headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn programs_and_pages_of_this_machine_are_known_and_others_are_not() {
        let allowed = ["https://app.example/".parse().unwrap()];
        for (host, origin, local, public) in [
            ("127.0.0.1:5001", None, true, true),
            ("[::1]:5001", None, true, true),
            ("localhost:5001", None, true, true),
            ("LOCALHOST.", None, true, true),
            ("192.0.2.1", None, true, true),
            ("localhost", Some("http://localhost:3000"), true, true),
            ("localhost", Some("http://127.0.0.1:3000"), true, true),
            ("localhost", Some("https://app.example"), true, true),
            ("signer.internal", None, false, true),
            ("rebound.example:5001", None, false, true),
            ("rebound.example", Some("http://rebound.example"), false, false),
            ("localhost.example", None, false, true),
            ("localhost@rebound.example", None, false, true),
            ("localhost", Some("https://app.example:8443"), false, false),
            ("localhost", Some("http://app.example"), false, false),
            ("localhost", Some("https://attacker.example"), false, false),
            ("localhost", Some("http://localhost.attacker.example"), false, false),
            ("localhost", Some("http://localhost@attacker.example"), false, false),
            ("localhost", Some("chrome-extension://localhost"), false, false),
            ("localhost", Some("null"), false, false),
            ("localhost", Some(""), false, false),
        ] {
            let headers: Vec<_> = [("host", host)].into_iter().chain(origin.map(|origin| ("origin", origin))).collect();
            let is_known = |is_local| known(&head(&headers), &allowed, is_local).is_ok();
            assert_eq!((is_known(true), is_known(false)), (local, public), "{host} {origin:?}");
        }
        let two = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "https://attacker.example")];
        assert_eq!(known(&head(&two), &allowed, true), Err(Stranger::Origin));
    }

    #[test]
    fn a_request_has_one_host() {
        assert_eq!(one_host(&head(&[("host", "a")])), Ok(()));
        assert_eq!(one_host(&head(&[("host", "a"), ("host", "a")])), Err(Stranger::Hosts));
        assert_eq!(one_host(&head(&[])), Err(Stranger::Hosts));
    }

    #[test]
    fn an_origin_has_no_path() {
        for text in ["", "app.example", "https://app.example/x", "https://a@app.example", "data:x", "https://x/?q"] {
            assert_eq!(text.parse::<PageOrigin>(), Err(NotAnOrigin), "{text}");
        }
        assert_eq!("https://app.example".parse(), Ok(PageOrigin("https://app.example".to_owned())));
    }
}
