//! Requests in JSON: HAR, request objects, and what HTTP libraries print of a failed call.

use serde_json::Value;

use super::{Fidelity, Request, Target};

/// What stands at a place that could begin JSON.
pub(super) enum Read {
    /// These requests, and where the JSON ends.
    Requests(Vec<Request>, usize),
    Other,
    /// The text ended inside of it.
    Broken,
}

/// Deeper objects are not looked into.
const DEEPEST: usize = 32;

/// Where in a line JSON may begin.
pub(super) fn starts(line: &str) -> impl Iterator<Item = usize> {
    line.match_indices(['{', '[']).filter_map(|(place, bracket)| {
        let next = line[place + 1..].chars().find(|c| !c.is_ascii_whitespace());
        let may_begin = match bracket {
            "{" => matches!(next, Some('"') | None),
            _ => matches!(next, Some('{' | '[' | '"') | None),
        };
        may_begin.then_some(place)
    })
}

/// Reads the JSON that begins at `place`.
pub(super) fn read(whole: &str, place: usize, line: usize) -> Read {
    let mut stream = serde_json::Deserializer::from_str(&whole[place..]).into_iter::<Value>();
    match stream.next() {
        Some(Ok(value)) => {
            let end = place + stream.byte_offset();
            let mut requests = Vec::new();
            walk(&value, &mut requests, 0);
            for request in &mut requests {
                // values do not know their line; what names them does
                let inside = request.headers.iter().find_map(|(_, value)| {
                    (value.len() > 12).then(|| whole[place..end].find(value.as_str())).flatten()
                });
                let begins = inside.map_or(0, |inside| whole[place..place + inside].matches('\n').count());
                request.line = line + begins;
            }
            if requests.is_empty() { Read::Other } else { Read::Requests(requests, end) }
        }
        Some(Err(error)) if error.is_eof() => Read::Broken,
        _ => Read::Other,
    }
}

fn walk(value: &Value, requests: &mut Vec<Request>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, requests, depth + 1)),
        Value::Object(fields) => {
            if let Some(request) = request(value) {
                let is_known = requests.iter().any(|known| {
                    known.headers == request.headers && known.target == request.target && known.body == request.body
                });
                if !is_known {
                    requests.push(request);
                }
                // what is around the request, such as the answer to it, may hold it again
                for (name, inner) in fields {
                    if !["headers", "body", "data", "json", "postData"].contains(&name.as_str()) {
                        walk(inner, requests, depth + 1);
                    }
                }
                return;
            }
            fields.values().for_each(|value| walk(value, requests, depth + 1));
        }
        Value::String(text) if text.len() > 40 && text.trim_start().starts_with('{') => {
            // a log line that holds JSON as text
            if let Ok(inner @ Value::Object(_)) = serde_json::from_str::<Value>(text) {
                walk(&inner, requests, depth + 1);
            }
        }
        _ => {}
    }
}

fn text_of(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| Some(value.get(name)?.as_str()?.to_owned()))
}

fn header_value(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some("null".to_owned()),
        // node's fetch and Go print lists of values
        Value::Array(values) => values.first().and_then(header_value),
        _ => None,
    }
}

fn headers(value: &Value) -> Option<Vec<(String, String)>> {
    match value {
        Value::Object(fields) => {
            Some(fields.iter().filter_map(|(name, value)| Some((name.clone(), header_value(value)?))).collect())
        }
        Value::Array(pairs) => {
            let pair = |pair: &Value| match pair {
                Value::Array(pair) => Some((pair.first()?.as_str()?.to_owned(), header_value(pair.get(1)?)?)),
                _ => Some((text_of(pair, &["name", "key"])?, header_value(pair.get("value")?)?)),
            };
            Some(pairs.iter().filter_map(pair).collect())
        }
        _ => None,
    }
}

/// What an object is, when it is a request or a map of headers.
fn request(value: &Value) -> Option<Request> {
    let fields = value.as_object()?;
    let is_map = fields.keys().filter(|name| crate::inspect::names::canonical(name).is_some()).count() >= 2;
    if is_map {
        let headers = headers(value)?;
        return Some(Request { form: "header map", headers, ..Request::default() });
    }
    let named = ["headers", "header", "requestHeaders", "request_headers", "_headers"];
    let headers = named.iter().find_map(|name| headers(value.get(name)?));
    let method = text_of(value, &["method", "httpMethod", "http_method", "verb", "_method"]);
    let url = text_of(value, &["url", "uri", "path", "endpoint", "requestPath", "request_path"]);
    if headers.is_none() && (method.is_none() || url.is_none()) {
        return None;
    }
    let mut target = url.map(|url| Target::of(&url));
    if let (Some(target), Some(base)) = (&mut target, text_of(value, &["baseURL", "base_url", "host", "hostname"]))
        && target.host.is_empty()
    {
        let base = Target::of(&base);
        target.path = format!("{}{}", base.path.trim_end_matches('/'), target.path);
        (target.scheme, target.host) = (base.scheme, base.host);
    }
    if let (Some(target), Some(Value::Object(params))) = (&mut target, value.get("params"))
        && target.query.is_none()
        && !params.is_empty()
    {
        let pairs = params.iter().filter_map(|(name, value)| Some(format!("{name}={}", header_value(value)?)));
        target.query = Some(pairs.collect::<Vec<_>>().join("&"));
    }
    let headers = headers.unwrap_or_default();
    // what logs print of a request as JSON often has no headers
    let hides_headers = headers.is_empty();
    let mut request = Request { form: "JSON", method, target, headers, hides_headers, ..Request::default() };
    (request.body, request.fidelity) = body(value);
    Some(request)
}

fn body(value: &Value) -> (Option<String>, Fidelity) {
    let given = ["body", "data", "payload", "json", "content", "requestBody", "request_body", "postData"];
    match given.iter().find_map(|name| value.get(name)) {
        // HAR
        Some(Value::Object(fields)) if fields.get("text").is_some_and(Value::is_string) => {
            let text = fields["text"].as_str().unwrap_or_default();
            ((!text.is_empty()).then(|| text.to_owned()), Fidelity::Exact)
        }
        Some(Value::String(text)) => ((!text.is_empty()).then(|| text.clone()), Fidelity::Exact),
        Some(Value::Null) => (None, Fidelity::Exact),
        Some(other) => (serde_json::to_string(other).ok(), Fidelity::Printed),
        // HAR and axios leave the field out where there is no body
        None if value.get("httpVersion").is_some() || value.get("method").is_some() => (None, Fidelity::Exact),
        None => (None, Fidelity::Unknown),
    }
}
