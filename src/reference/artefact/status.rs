//! The HTTP status of a text, in all the ways in which libraries print it.

use super::ascii_pattern;

/// Reason phrases, by which a status is known from an ordinary number.
const REASONS: &[(u16, &str)] = &[
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (402, "Payment Required"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (407, "Proxy Authentication Required"),
    (408, "Request Timeout"),
    (409, "Conflict"),
    (422, "Unprocessable Entity"),
    (425, "Too Early"),
    (429, "Too Many Requests"),
    (500, "Internal Server Error"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
];

// what says that the number behind it is a status
ascii_pattern!(
    MARKED,
    r#"(?i)(?:\bstatus(?:[_ -]?code)?["']?\s*(?:\)|\]|is|was|of|[:=])*\s*(?:some\()?\s*["'(]?|\bHTTP(?:/[\d.]+)?["']?\s+(?:error:?\s+|status:?\s+|code:?\s+)?|\berror\(|\b(?:client|server) error \(|\berror:? ["']?|\bresponse(?: code| status)?:? ["']?|\breturned (?:an? )?(?:http )?|\bcode["']?\s*[:=]\s*["']?|\bresponded with (?:an? )?|\bfailed with (?:http )?|\bgot (?:http )?|\bhandshake status |\bresulted in a `|\bunexpected (?:http )?(?:server )?(?:response|status)(?: code)?:? |\bclientresponseerror: |\bhandshakeerror: |\brejected websocket connection: http |\bexception: |\bstatuscode\(|\bbad response(?: code)?:? |\brequest failed:? |\bwith status:? |\bfailed: |返回(?:了)?[:：]?\s*|状态码[:：]?\s*|\bstatus code \D{0,3})([1-5]\d\d)\b"#
);
// the number before what names it
ascii_pattern!(
    NAMED,
    r#"(?i)\b([45]\d\d)\b["'`]?\)?[\s:,.-]{0,3}(?:client error|server error|bad request|unauthori[sz]ed|payment required|forbidden|not found|method not allowed|proxy authentication|request timeout|conflict|unprocessable|too early|too many requests|internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|response|error|\{|- \{|: \{|<!doctype|<html)"#
);
ascii_pattern!(NUMBER, r"\b([45]\d\d)\b");

pub(super) fn status(text: &str, is_whole: bool) -> Option<u16> {
    let number = |found: regex::Captures<'_>| found.get(1).and_then(|digits| digits.as_str().parse::<u16>().ok());
    let marked: Vec<u16> = MARKED.captures_iter(text).filter_map(number).collect();
    // an answer that was no error stands beside the one that was
    let error = marked.iter().copied().find(|status| *status >= 400);
    error
        .or_else(|| NAMED.captures_iter(text).find_map(number))
        .or_else(|| marked.first().copied())
        .or_else(|| REASONS.iter().find(|(_, reason)| is_marked_reason(text, reason)).map(|(status, _)| *status))
        .or_else(|| {
            let is_short = is_whole && text.split_whitespace().count() <= 12;
            let known = |status: &u16| REASONS.iter().any(|(number, _)| number == status);
            is_short.then(|| NUMBER.captures_iter(text).filter_map(number).find(known)).flatten()
        })
}

/// `statusText: 'Forbidden'`, `HTTP error: Unauthorized`
fn is_marked_reason(text: &str, reason: &str) -> bool {
    ["statusText\":\"", "statusText: '", "statusText: \"", "status: '", "status: \"", "HTTP error: ", "http error: "]
        .iter()
        .any(|mark| text.contains(&format!("{mark}{reason}")))
}

/// The status of a reason phrase that stands where a sentence would.
pub(super) fn of_reason(said: &str) -> Option<u16> {
    let said = said.trim().trim_end_matches(['.', '!']);
    REASONS.iter().find(|(_, reason)| said.eq_ignore_ascii_case(reason)).map(|(status, _)| *status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_print_a_status_in_many_ways() {
        for text in [
            "Request failed with status code 401",
            "401 Client Error: Unauthorized for url: https://x.example/",
            "status=401 url=x",
            "PolyApiException[status_code=401, error_message={'error': 'x'}]",
            "HTTP/1.1 401",
            "HTTP/2 401 \ncontent-type: x",
            "HTTP status client error (401 Unauthorized) for url (https://x.example/)",
            "unexpected status 401",
            "unexpected status code: 401",
            "`POST https://x.example/` resulted in a `401 Unauthorized` response",
            "Client error '401 Unauthorized' for url 'https://x.example/'",
            "HTTP Error 401: Unauthorized",
            "ClientResponseError: 401, message='Unauthorized', url='x'",
            "Status: error(401 Unauthorized) making GET call to /x with y",
            "server response 401 Unauthorized (request={  })",
            "{\"status\":401,\"data\":{}}",
            "StatusCode: 401, ReasonPhrase: 'Unauthorized'",
            "Response status code does not indicate success: 401 (Unauthorized).",
            "status_code: 401, method: POST",
            "Unexpected server response: 401",
            "Handshake status 401 Unauthorized",
            "Response{protocol=h2, code=401, message=, url=x}",
            "%HTTPoison.Response{status_code: 401, body: x}",
            "server rejected WebSocket connection: HTTP 401",
            "部署 Safe 失败: 401 - {\"error\":\"invalid authorization\"}",
            "{ status: 401, statusText: 'Unauthorized' }",
            "401",
            "api key 401",
        ] {
            assert_eq!(status(text, true), Some(401), "{text}");
        }
        for text in
            ["it took 401 of all the many seconds that there are in a very long day", "balance: 404000", "0x4011"]
        {
            assert_eq!(status(text, true), None, "{text}");
        }
    }
}
