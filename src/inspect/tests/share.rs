//! What is fit for a public thread: nothing of the account is left in it, whatever was pasted.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::drafts::{Draft, FORMS, Form};
use super::orders::ORDERS;
use super::{BUILDER, Known, KnownCredentials, L1, L2, Secret, credentials, inspect, key, results, text, vectors};

/// Words as long as an id, a key, a signature, an address or a token.
static WORDS: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9A-Za-z+_-]{20,}").unwrap());

fn is_private(word: &str) -> bool {
    word.bytes().filter(u8::is_ascii_digit).count() >= 4 && word.bytes().any(|byte| byte != b'0' && byte != b'x')
}

/// Inspects and shares a text, and looks for what names the account. Whether there was anything to say.
fn check(pasted: &str, known: &Known) -> bool {
    let mut found = inspect(pasted, known);
    found.share();
    let titles: Vec<String> = found.requests.iter().map(super::super::Inspected::title).collect();
    let printed = format!("{} {titles:?}", found.json());
    for word in WORDS.find_iter(pasted).map(|word| word.as_str()).filter(|word| is_private(word)) {
        assert!(!printed.contains(word), "{word}: {printed}\n{pasted}");
    }
    for secret in known.secrets() {
        let secret = secret.expose().trim().to_owned();
        assert!(secret.len() < 8 || !printed.contains(&secret), "a secret: {printed}\n{pasted}");
    }
    for named in [known.signer, known.funder].into_iter().flatten() {
        assert!(!printed.to_lowercase().contains(&named.to_string().to_lowercase()), "{named}: {printed}\n{pasted}");
    }
    for key in [&known.user.key, &known.builder.key, &known.us.key].into_iter().flatten() {
        assert!(key.len() < 30 || !printed.contains(key), "{key}: {printed}\n{pasted}");
    }
    !found.requests.is_empty()
}

/// Settings of another account, to which nothing fits.
fn foreign() -> Known {
    let credentials = |key: &str, passphrase: &str| KnownCredentials {
        key: Some(key.to_owned()),
        secret: Some(Secret::new("jnvSvfsWaV_D08cLb816tG6R4dXI4JJa-P-FvPsqkYE=")),
        passphrase: Some(Secret::new(passphrase)),
    };
    Known {
        signer: "0x1111111111222222222233333333334444444444".parse().ok(),
        funder: "0x5555555555666666666677777777778888888888".parse().ok(),
        user: credentials(
            "deadbeef-0504-4ab6-ae31-1bc83fbb1abb",
            "1816e5ed89518467ffa78c65a2d6a62d240f6fd6d159cba7b2c4dc510800f75a",
        ),
        builder: credentials(
            "019894b9-cb40-79c4-b2bd-6aecb6f8c6c5",
            "2816e5ed89518467ffa78c65a2d6a62d240f6fd6d159cba7b2c4dc510800f75a",
        ),
        neg_risk: Some(true),
        sent_s: Some(1_900_000_000),
        ..Known::default()
    }
}

/// The requests of every client that a vector has, and the settings of its account.
fn requests() -> Vec<(Draft, Known)> {
    let mut all = Vec::new();
    for (file, is_builder) in [(L1, false), (L2, false), (BUILDER, true)] {
        for (number, vector) in vectors(file).into_iter().enumerate() {
            let known = Known {
                signer: key::parse(&Secret::new(text(&vector, "private_key"))).ok().map(|key| key.signer.address()),
                private_key: Some(Secret::new(text(&vector, "private_key"))),
                user: if is_builder { KnownCredentials::default() } else { credentials(&vector) },
                builder: if is_builder { credentials(&vector) } else { KnownCredentials::default() },
                ..Known::default()
            };
            let clients: Vec<_> = results(&vector).collect();
            let Some(headers) = clients.get(number % clients.len().max(1)).cloned() else { continue };
            let draft = Draft {
                method: Some(text(&vector, "method")).filter(|method| !method.is_empty()).unwrap_or("POST").into(),
                path: Some(text(&vector, "path")).filter(|path| !path.is_empty()).unwrap_or("/auth/api-key").into(),
                query: Some("maker_address=0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266&after=1700000000".into()),
                headers,
                body: vector["body"].as_str().filter(|body| body.len() < 4096).map(str::to_owned),
                ..Draft::default()
            };
            all.push((draft, known));
        }
    }
    all
}

#[test]
fn shared_findings_of_requests_do_not_say_whose_they_are() {
    let mut said = 0;
    for (number, (draft, known)) in requests().into_iter().enumerate() {
        let form = FORMS[number % FORMS.len()];
        said += usize::from(check(&draft.pasted(form), &known));
        // another place, nothing configured, and a mistake
        let mut wrong = draft.clone();
        wrong.method = "PUT".into();
        wrong.path.push_str("/0x21f3602db7f10c9abc8878bc70ea5e7deddded395ce0eddd018c1c7a6d76bc9c");
        said += usize::from(check(&wrong.pasted(FORMS[(number + 4) % FORMS.len()]), &Known::default()));
        if number % 8 == 0 {
            said += usize::from(check(&wrong.pasted(form), &foreign()));
        }
    }
    assert!(said > 400, "{said}");
}

#[test]
fn shared_findings_of_orders_and_transactions_do_not_say_whose_they_are() {
    let mut said = 0;
    for (number, vector) in vectors(ORDERS).iter().enumerate() {
        let clients: Vec<&Value> = vector["results"].as_object().unwrap().values().collect();
        let body = text(clients[number % clients.len()], "post_body");
        let value: Value = serde_json::from_str(body).unwrap();
        let known = super::orders::known(vector);
        let call = Draft {
            method: "POST".into(),
            path: "/order".into(),
            headers: vec![("POLY_API_KEY".into(), "7c4fcf4b-0504-4ab6-ae31-1bc83fbb1abb".into())],
            body: Some(body.to_owned()),
            ..Draft::default()
        };
        let alone = value["order"].to_string();
        let printed = format!("signed: {}", alone.replace('"', "'"));
        let texts = [body.to_owned(), alone, printed, call.pasted(FORMS[number % FORMS.len()])];
        for (text, known) in texts.iter().zip([&known, &foreign(), &Known::default(), &foreign()]) {
            said += usize::from(check(text, known));
        }
    }
    for body in super::relay::bodies() {
        for known in [Known::default(), foreign()] {
            said += usize::from(check(&body, &known));
            said += usize::from(check(&body.replace("95ea7b3", "95ea7b4"), &known));
        }
    }
    assert!(said > 300, "{said}");
}

#[test]
fn shared_findings_of_relayer_and_us_requests_do_not_say_whose_they_are() {
    let key = "01967c03-b8c8-7000-8f68-8b8eaec6fd3d";
    let us = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";
    let drafts = [
        (
            "https://relayer-v2.polymarket.com",
            "/transactions",
            [
                ("RELAYER_API_KEY", key),
                ("RELAYER_API_KEY_ADDRESS", "0x4F531514dC5ef078818861cEF5e15eCE6747944e"),
                ("POLY_ADDRESS", key),
            ],
        ),
        (
            "https://relayer-v2.polymarket.com",
            "/relayer/api/keys",
            [("RELAYER-API-KEY", key), ("RELAYER_ADDRESS", us), ("X", "y")],
        ),
        (
            "https://api.polymarket.us",
            "/v1/portfolio/positions",
            [
                ("X-PM-Access-Key", "3f6c1f2e-5d0b-4d0a-9f43-5b1f0b9f7a11"),
                ("X-PM-Timestamp", "1705420800"),
                ("X-PM-Signature", us),
            ],
        ),
        (
            "https://clob.polymarket.com",
            "/v1/orders",
            [
                ("X-PM-Access-Key", "not3f6c1f2e5d0b4d0a9f435b1f0b9f7a11"),
                ("X-PM-Timestamp", us),
                ("X-PM-Signature", "1234567890123456789012345678901234567890"),
            ],
        ),
    ];
    let mut texts = Vec::new();
    for (base, path, headers) in drafts {
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let draft = Draft { base: base.into(), path: path.into(), headers, ..Draft::default() };
        texts.extend(FORMS.iter().map(|form| draft.pasted(*form)));
    }
    for text in texts {
        assert!(check(&text, &Known::default()), "{text}");
        assert!(check(&text, &Known { us: foreign().user, ..foreign() }), "{text}");
    }
}

#[test]
fn shared_findings_of_a_har_of_many_requests_do_not_say_whose_they_are() {
    let requests = requests();
    let mut entries = Vec::new();
    for (draft, _) in &requests {
        let har: Value = serde_json::from_str(&draft.pasted(Form::Har)).unwrap();
        entries.extend(har["log"]["entries"].as_array().unwrap().clone());
    }
    for some in entries.chunks(40) {
        let har = serde_json::json!({ "log": { "version": "1.2", "entries": some } }).to_string();
        assert!(inspect(&har, &Known::default()).requests.len() >= some.len() / 2);
        assert!(check(&har, &Known::default()));
    }
}

/// A secret that stands where something else belongs is not repeated, shared or not, and configured or not.
#[test]
fn a_secret_in_the_place_of_any_value_is_not_repeated() {
    let (draft, known) = requests().into_iter().find(|(draft, _)| draft.path == "/order").unwrap();
    let vector = &vectors(ORDERS)[40];
    let body: Value =
        serde_json::from_str(text(vector["results"].as_object().unwrap().values().next().unwrap(), "post_body"))
            .unwrap();
    let secrets = [
        "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "jnvSvfsWaV_D08cLb816tG6R4dXI4JJa-P-FvPsqkYE=",
        "jnvSvfsWaV/D08cLb816tG6R4dXI4JJa+P+FvPsqkYE=",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
    ];
    let check = |pasted: &str, secret: &str, place: &str| {
        for known in [&known, &Known::default(), &foreign()] {
            let printed = inspect(pasted, known).json().to_string();
            let inside = &secret[2..40];
            assert!(!printed.contains(inside), "{place}: {printed}");
        }
    };
    for secret in secrets {
        for place in 0..draft.headers.len() {
            let mut draft = draft.clone();
            draft.headers[place].1 = secret.into();
            check(&draft.pasted(Form::Raw), secret, &draft.headers[place].0);
            check(&draft.pasted(Form::Axios), secret, &draft.headers[place].0);
        }
        for name in body["order"].as_object().unwrap().keys() {
            // 32 bytes are right there
            let is_free = ["metadata", "builder"].contains(&name.as_str());
            let is_number = secret.starts_with("0x") && !["maker", "signer", "side"].contains(&name.as_str());
            if is_free || is_number {
                continue;
            }
            let mut body = body.clone();
            body["order"][name] = secret.into();
            check(&body.to_string(), secret, name);
        }
        for name in ["owner", "orderType"] {
            let mut body = body.clone();
            body[name] = secret.into();
            check(&body.to_string(), secret, name);
        }
    }
}
