//! Texts of a megabyte, each awkward in another way.

const MEGABYTE: usize = 1 << 20;

/// A piece repeated to a megabyte; `#` in it is the number of the repetition.
fn repeated(piece: &str) -> String {
    let mut text = String::with_capacity(MEGABYTE + piece.len());
    let mut number = 0;
    while text.len() < MEGABYTE {
        text.push_str(&piece.replace('#', &number.to_string()));
        number += 1;
    }
    text
}

/// Each kind by its name.
pub(super) fn megabytes() -> Vec<(&'static str, String)> {
    let time = "2026-11-01T10:00:00.#Z";
    vec![
        (
            "log of different errors",
            repeated(&format!("{time} ERROR [bot] order # failed: status=4## {{\"error\":\"odd thing #\"}}\n")),
        ),
        (
            "JSON lines",
            repeated(&format!(
                r#"{{"time":"{time}","level":"error","msg":"post failed","err":{{"status":400,"url":"https://clob.polymarket.com/order","data":{{"error":"order # is odd"}}}},"attempt":#}}{}"#,
                '\n'
            )),
        ),
        (
            "request dumps of a client",
            repeated(&format!(
                "{time} [CLOB Client] request error {{\"status\":400,\"statusText\":\"Bad Request\",\"data\":{{\"error\":\"not enough balance / allowance\"}},\"config\":{{\"headers\":{{\"Accept\":\"*/*\",\"POLY_ADDRESS\":\"0x#\"}},\"method\":\"post\",\"url\":\"https://clob.polymarket.com/order\",\"data\":\"{{\\\"order\\\":{{\\\"salt\\\":#}}}}\"}}}}\n"
            )),
        ),
        (
            "Python stack traces",
            repeated(
                "Traceback (most recent call last):\n  File \"/app/bot#.py\", line #, in run\n    resp = client.post_order(order, OrderType.GTC)\n  File \"/app/venv/lib/python3.11/site-packages/py_clob_client/http_helpers/helpers.py\", line 57, in request\n    raise PolyApiException(resp)\npy_clob_client.exceptions.PolyApiException: PolyApiException[status_code=400, error_message={'error': 'order # is unheard of'}]\n",
            ),
        ),
        (
            "Node stack traces",
            repeated(
                "TypeError: Cannot read properties of undefined (reading 'field#')\n    at step# (/app/node_modules/some/lib/index.js:#:18)\n    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)\n    at async main (/app/src/index.ts:#:5)\n",
            ),
        ),
        (
            "Java stack traces",
            repeated(
                "Exception in thread \"main\" java.lang.IllegalStateException: odd #\n\tat app.Bot.run(Bot.kt:#)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\nCaused by: java.net.SocketTimeoutException: timeout\n\t... # more\n",
            ),
        ),
        (
            "ANSI colours",
            repeated(&format!(
                "\u{1b}[90m{time}\u{1b}[0m \u{1b}[1;31mERROR\u{1b}[39m \u{1b}[2mbot\u{1b}[0m: \u{1b}[33mstatus=400\u{1b}[0m order # failed\n"
            )),
        ),
        (
            "HTML pages",
            repeated(
                "<!DOCTYPE html><html lang=\"en-US\"><head><title>Page #</title></head><body><h1>odd</h1></body></html>\n",
            ),
        ),
        ("URLs", repeated("https://clob.polymarket.com/order?x=# 401 ")),
        ("one line of JSON", repeated(r#"{"id":#,"error":"odd thing #","price":"0.5"},"#)),
        ("one line of escaped JSON", repeated(r#"{\"error\":\"odd thing #\",\"status\":400},"#)),
        ("one line of words", repeated("order signature status failed for the market # ")),
        ("one word", "x".repeat(MEGABYTE)),
        ("hex digits", "0123456789abcdef".repeat(MEGABYTE / 16)),
        (
            "near matches",
            repeated("the order signer address has to be the address of the API order signer address has to be # "),
        ),
        (
            "the beginning of a sentence",
            repeated("invalid amounts, the market buy orders maker amount supports a max "),
        ),
        ("a word that begins many", repeated("invalid ")),
        ("keys without a value", repeated("\"error\": ")),
        ("nested keys", repeated("{\"error\":")),
        ("escaped quotes", "\\\"".repeat(MEGABYTE / 2)),
        ("backslashes", "\\".repeat(MEGABYTE)),
        ("a known error in a crowd", repeated("the order # invalid signature status 400 ")),
        ("words of a recovery phrase", repeated("seed legal winner thank year wave sausage worth useful ")),
        ("keys of 64 digits", repeated("key 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff8# ")),
        ("letters beyond ASCII", "é ".repeat(MEGABYTE / 3)),
        ("a log in Chinese", repeated(&format!("{time} 错误 下单失败 # 余额不足 状态码 400\n"))),
        ("blank lines", "\n".repeat(MEGABYTE)),
        ("bytes that are no text", "\u{fffd}\u{0}\u{1}".repeat(MEGABYTE / 5)),
    ]
}
