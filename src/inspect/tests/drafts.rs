//! Requests, and how people paste them.

use std::fmt::Write as _;

/// A request that is pasted.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) method: String,
    pub(super) base: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            method: "GET".into(),
            base: "https://clob.polymarket.com".into(),
            path: "/".into(),
            query: None,
            headers: Vec::new(),
            body: None,
        }
    }
}

/// The ways in which a request is pasted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Raw,
    Curl,
    AnsiCurl,
    CmdCurl,
    Axios,
    Har,
    PythonLog,
    Python,
    Node,
    /// Names and values alone.
    Lines,
}

pub(super) const FORMS: &[Form] = &[
    Form::Raw,
    Form::Curl,
    Form::AnsiCurl,
    Form::CmdCurl,
    Form::Axios,
    Form::Har,
    Form::PythonLog,
    Form::Python,
    Form::Node,
];

fn python_bytes(text: &str) -> String {
    let mut out = String::from("b'");
    for byte in text.bytes() {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\'' => out.push_str("\\'"),
            b'\\' => out.push_str("\\\\"),
            0x20..0x7f => out.push(char::from(byte)),
            _ => write!(out, "\\x{byte:02x}").unwrap(),
        }
    }
    out + "'"
}

fn python_text(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t");
    format!("'{}'", text.replace('\'', "\\'"))
}

/// As Chrome copies it for cmd.
fn cmd_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut out = String::from("^\"");
    for c in escaped.chars() {
        match c {
            '"' | '\\' | '%' | '^' | '&' | '<' | '>' | '|' => {
                out.push('^');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out + "^\""
}

impl Draft {
    fn url(&self) -> String {
        format!("{}{}", self.base, self.target())
    }

    fn target(&self) -> String {
        self.query.as_ref().map_or_else(|| self.path.clone(), |query| format!("{}?{query}", self.path))
    }

    fn raw(&self) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\nHost: clob.polymarket.com\r\n", self.method, self.target());
        for (name, value) in &self.headers {
            write!(text, "{name}: {value}\r\n").unwrap();
        }
        if let Some(body) = &self.body {
            write!(text, "Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()).unwrap();
        }
        text + "\r\n" + self.body.as_deref().unwrap_or_default()
    }

    /// The request as it is pasted. What a form cannot carry is pasted as raw HTTP.
    pub(super) fn pasted(&self, form: Form) -> String {
        let body = self.body.as_deref().filter(|body| !body.is_empty());
        let pairs = || self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let has_lines = body.is_some_and(|body| body.contains(['\n', '\r']));
        match form {
            Form::Curl => {
                let quote = |text: &str| shlex::try_quote(text).unwrap().into_owned();
                let mut words = vec![format!("curl -X {} {}", self.method, quote(&self.url()))];
                words.extend(pairs().map(|(name, value)| format!("-H {}", quote(&format!("{name}: {value}")))));
                words.extend(body.map(|body| format!("--data-raw {}", quote(body))));
                words.join(" \\\n  ")
            }
            Form::AnsiCurl => {
                let quote = |text: &str| {
                    let text =
                        text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\r', "\\r");
                    format!("$'{text}'")
                };
                let mut words = vec![format!("curl {} --request {}", quote(&self.url()), self.method)];
                words.extend(pairs().map(|(name, value)| format!("--header {}", quote(&format!("{name}: {value}")))));
                words.extend(body.map(|body| format!("--data-binary {}", quote(body))));
                words.join(" \\\n  ")
            }
            Form::CmdCurl if !has_lines => {
                let mut words = vec![format!("curl {} -X {}", cmd_text(&self.url()), self.method)];
                words.extend(pairs().map(|(name, value)| format!("-H {}", cmd_text(&format!("{name}: {value}")))));
                words.extend(body.map(|body| format!("--data-raw {}", cmd_text(body))));
                words.join(" ^\r\n  ")
            }
            Form::Axios => {
                let headers: serde_json::Map<_, _> = pairs().map(|(name, value)| (name.into(), value.into())).collect();
                let config = serde_json::json!({
                    "status": 401, "data": { "error": "Unauthorized/Invalid api key" },
                    "config": { "method": self.method, "url": self.url(), "headers": headers, "data": body },
                });
                format!("[CLOB Client] request error {config}")
            }
            Form::Har => {
                let headers: Vec<_> =
                    pairs().map(|(name, value)| serde_json::json!({ "name": name, "value": value })).collect();
                let mut request = serde_json::json!({
                    "method": self.method, "url": self.url(), "httpVersion": "HTTP/2", "headers": headers,
                });
                if let Some(body) = body {
                    request["postData"] = serde_json::json!({ "mimeType": "application/json", "text": body });
                }
                let har = serde_json::json!({ "log": { "version": "1.2", "entries": [{ "request": request }] } });
                serde_json::to_string_pretty(&har).unwrap()
            }
            Form::PythonLog => {
                let raw = self.raw();
                let (head, body) = raw.split_once("\r\n\r\n").unwrap();
                let mut text = format!("send: {}\n", python_bytes(&format!("{head}\r\n\r\n")));
                if !body.is_empty() {
                    writeln!(text, "send: {}", python_bytes(body)).unwrap();
                }
                text + "reply: 'HTTP/1.1 401 Unauthorized\\r\\n'\nheader: Date: x"
            }
            Form::Python => {
                let headers: Vec<_> =
                    pairs().map(|(name, value)| format!("'{name}': {}", python_text(value))).collect();
                let body = body.map_or_else(String::new, |body| format!(", data={}", python_text(body)));
                format!(
                    "request(method='{}', url='{}', headers={{{}}}{body})",
                    self.method,
                    self.url(),
                    headers.join(", ")
                )
            }
            Form::Node => {
                let headers: Vec<_> =
                    pairs().map(|(name, value)| format!("      {name}: {}", python_text(value))).collect();
                let body = body.map_or_else(String::new, |body| format!(",\n    data: {}", python_text(body)));
                format!(
                    "  config: {{\n    method: '{}',\n    url: '{}',\n    headers: {{\n{}\n    }}{body}\n  }}",
                    self.method.to_lowercase(),
                    self.url(),
                    headers.join(",\n")
                )
            }
            Form::Lines => pairs().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n"),
            Form::Raw | Form::CmdCurl => self.raw(),
        }
    }
}
