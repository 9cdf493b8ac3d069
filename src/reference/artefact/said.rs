//! The sentence in the body of an answer, apart from what the client says around it.

use super::ascii_pattern;

/// Of a sentence at most so much is kept.
const LONGEST: usize = 240;

ascii_pattern!(
    KEYED,
    r#"(?i)(?:\b|_)(error_?msg|error_?message|error_description|errordescription|error|message|detail|details|reason|msg)["']?\s*[:=]>?\s*(?:"([^"\n]{1,600})"|'([^'\n]{1,600})')"#
);
ascii_pattern!(MAPPED, r"map\[(?:code:\S+ )?(?:error|message):([^\]]{1,400})\]");
ascii_pattern!(TITLE, r"(?i)<title[^>]*>\s*([^<]{1,160}?)\s*</title>");
// a body without keys: `with body: text`, `Response: text`
ascii_pattern!(
    BARE,
    r"(?i)\b(?:with body|body|response body|server said|response text)\s*[:=]\s*([a-z][^{<\n]{8,300})"
);

/// Which keys hold the sentence rather than something about it.
fn rank(key: &str) -> u8 {
    match key.to_ascii_lowercase().replace('_', "").as_str() {
        "error" => 0,
        "errormsg" | "errormessage" => 1,
        "errordescription" => 2,
        "detail" | "details" => 3,
        "message" => 4,
        _ => 5,
    }
}

pub(super) fn said(text: &str) -> Option<String> {
    let keyed = KEYED.captures_iter(text).filter_map(|found| {
        let key = found.get(1)?.as_str();
        let quoted = found.get(2).or(found.get(3))?;
        // `message: 'list' object has no attribute 'get'` quotes a word of its sentence
        let goes_on = text[quoted.end()..].get(1..).is_some_and(|rest| {
            rest.strip_prefix(' ').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
        });
        let said = match text[quoted.start() - 1..].lines().next() {
            Some(line) if goes_on && !quoted.as_str().contains(' ') => line.trim(),
            _ => quoted.as_str().trim(),
        };
        is_sentence(said).then(|| (rank(key), said))
    });
    let keyed = keyed.min_by_key(|(rank, _)| *rank).map(|(_, said)| said);
    let mapped = || MAPPED.captures(text)?.get(1).map(|said| said.as_str().trim());
    let title = || TITLE.captures(text)?.get(1).map(|said| said.as_str().trim());
    let bare =
        || BARE.captures(text)?.get(1).map(|said| said.as_str().trim().trim_end_matches(['"', '\'', ')', ']', '}']));
    let said = keyed.or_else(mapped).or_else(title).or_else(bare).filter(|said| is_sentence(said))?;
    let mut end = said.len().min(LONGEST);
    while !said.is_char_boundary(end) {
        end -= 1;
    }
    Some(said[..end].to_owned())
}

/// Whether a value is a sentence of the server, and not a name, a code or the words of the client.
fn is_sentence(said: &str) -> bool {
    const OF_CLIENTS: &[&str] = &[
        "Request failed with status code",
        "AxiosError",
        "ERR_",
        "timeout of ",
        "fetch failed",
        "Network Error",
        "network error",
        "getaddrinfo",
        "connect E",
        "read E",
        "socket hang up",
        "<",
        "{",
        "[",
        "0x",
        "http",
        "undefined",
        "null",
        "None",
        "processing response error",
        "bad response",
        "missing response",
        "HTTP request failed",
    ];
    let of_client = OF_CLIENTS.iter().any(|words| said.starts_with(words));
    !of_client && said.chars().filter(|c| c.is_alphabetic()).count() >= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bodys_own_sentence_is_found() {
        for (text, sentence) in [
            (r#"401 {"error":"Unauthorized/Invalid api key"}"#, "Unauthorized/Invalid api key"),
            ("PolyApiException[status_code=400, error_message={'error': 'invalid signature'}]", "invalid signature"),
            (
                r#"{'error': "invalid 'to' field: must be deposit wallet factory"}"#,
                "invalid 'to' field: must be deposit wallet factory",
            ),
            (
                r#"{"status":400,"statusText":"Bad Request","data":{"error":"not enough balance"}}"#,
                "not enough balance",
            ),
            (r#"{"jsonrpc":"2.0","error":{"code":-32000,"message":"execution reverted"}}"#, "execution reverted"),
            ("&{Status:400 Body:map[error:invalid authorization]}", "invalid authorization"),
            ("<html><head><title>Just a moment...</title>", "Just a moment..."),
            (r#"{"success":false,"errorMsg":"order crosses the book"}"#, "order crosses the book"),
            ("processing message: 'list' object has no attribute 'get'\nmore", "'list' object has no attribute 'get'"),
            ("failed with body: wallet is frozen for now", "wallet is frozen for now"),
        ] {
            assert_eq!(said(text).as_deref(), Some(sentence), "{text}");
        }
        for text in [
            "AxiosError: Request failed with status code 401",
            r#"{"message":"Request failed with status code 400"}"#,
            "",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
