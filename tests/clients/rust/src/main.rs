//! Runs the steps of `../steps.json` through `polymarket_client_sdk_v2`, which parses answers strictly.
//! It has no way to send a malformed request, so the raw steps and the signing server's are not for it.

use std::collections::HashMap;
use std::process::ExitCode;
use std::str::FromStr as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use polymarket_client_sdk_v2::auth::{Credentials, ExposeSecret as _, LocalSigner, Signer, Uuid};
use polymarket_client_sdk_v2::clob::types::AssetType;
use polymarket_client_sdk_v2::clob::types::request::{BalanceAllowanceRequest, OrdersRequest, TradesRequest};
use polymarket_client_sdk_v2::clob::{Client, Config};
use polymarket_client_sdk_v2::error::{Error, Status};
use polymarket_client_sdk_v2::types::B256;
use serde_json::{Value, json};

const NAME: &str = "rs_v2";

/// Why a call failed: the service's answer if there was one, and the text to show.
struct Failure {
    status: Option<u16>,
    error: Option<String>,
    text: String,
}

impl<T: Into<Error>> From<T> for Failure {
    fn from(error: T) -> Self {
        let error = error.into();
        let answer = error.downcast_ref::<Status>();
        let body = answer.and_then(|a| serde_json::from_str::<Value>(&a.message).ok());
        Self {
            status: answer.map(|a| a.status_code.as_u16()),
            error: body.and_then(|b| b["error"].as_str().map(str::to_owned)),
            text: error.to_string(),
        }
    }
}

fn invalid(reason: &str) -> Failure {
    Error::validation(reason).into()
}

struct Driver {
    url: String,
    plan: Value,
    nonce: u32,
    saved: Value,
    /// The account of the `.env` that polydoctor wrote, if there is one.
    own: Option<HashMap<String, String>>,
}

/// The variables that this client's examples read.
fn read_env() -> Option<HashMap<String, String>> {
    let path = std::env::var("SAVED_POLYMARKET_ENV").ok()?;
    Some(dotenvy::from_path_iter(path).expect("SAVED_POLYMARKET_ENV").map(|line| line.expect("a line")).collect())
}

impl Driver {
    /// The credentials that the step works with, and what it changes in them.
    fn credentials(&self, step: &Value) -> Result<Credentials, Failure> {
        let saved = &self.saved[step["as"].as_str().unwrap_or("key")];
        let part = |name: &str| step["with"][name].as_str().or(saved[name].as_str()).unwrap_or_default().to_owned();
        let key = Uuid::from_str(&part("key")).map_err(|e| invalid(&e.to_string()))?;
        Ok(Credentials::new(key, part("secret"), part("passphrase")))
    }

    async fn call(&self, step: &Value) -> Result<Value, Failure> {
        let call = step["call"].as_str().unwrap_or_default();
        let wallet = usize::try_from(step["wallet"].as_u64().unwrap_or(0)).unwrap_or(0);
        let own = self.own.as_ref().filter(|_| step["as"] == "env");
        let key = match own {
            Some(own) => own.get("POLYMARKET_PRIVATE_KEY").map(String::as_str),
            None => self.plan["wallets"]["rs"][wallet].as_str(),
        };
        let chain = self.plan[step["chain"].as_str().unwrap_or("chain")].as_u64();
        let signer =
            LocalSigner::from_str(key.unwrap_or_default()).map_err(|e| invalid(&e.to_string()))?.with_chain_id(chain);
        let offset = u32::try_from(step["nonce"].as_u64().unwrap_or(0)).unwrap_or(0);
        let nonce = Some(match own {
            Some(own) => own.get("POLYMARKET_NONCE").map_or(0, |nonce| nonce.parse().expect("a nonce")),
            None => self.nonce + offset,
        });
        let config = Config::builder().use_server_time(step["server_time"] == true).build();
        let client = Client::new(&self.url, config)?;
        match call {
            "server_time" => return Ok(json!(client.server_time().await?)),
            "create" => return Ok(triple(&client.create_api_key(&signer, nonce).await?)),
            "derive" => return Ok(triple(&client.derive_api_key(&signer, nonce).await?)),
            "create_or_derive" => return Ok(triple(&client.create_or_derive_api_key(&signer, nonce).await?)),
            _ => {}
        }
        let login = client.authentication_builder(&signer).credentials(self.credentials(step)?);
        let client = login.authenticate().await?;
        Ok(match call {
            // The list is private; its debug form is not.
            "api_keys" => {
                let text = format!("{:?}", client.api_keys().await?);
                let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != '-');
                json!(words.filter(|w| w.len() == 36).collect::<Vec<_>>())
            }
            "closed_only" => json!(client.closed_only_mode().await?.closed_only),
            "create_readonly" => json!(client.create_readonly_api_key().await?.api_key),
            "readonly_keys" => json!(client.readonly_api_keys().await?),
            "delete_readonly" => {
                let key = self.saved["readonly"].as_str().unwrap_or_default();
                json!(client.delete_readonly_api_key(key).await?)
            }
            "create_builder" => triple(&client.create_builder_api_key().await?),
            "builder_keys" => {
                let keys = client.builder_api_keys().await?;
                let valid = keys.iter().filter(|k| k.revoked_at.is_none());
                json!(valid.map(|k| k.key.to_string()).collect::<Vec<_>>())
            }
            "builder_trades" => {
                let code = self.plan["builder_code"].as_str().unwrap_or_default();
                let code = B256::from_str(code).map_err(|e| invalid(&e.to_string()))?;
                let (mut pages, mut cursor, all) = (0, None, TradesRequest::default());
                while cursor.as_deref() != Some("LTE=") {
                    cursor = Some(client.builder_trades(code, &all, cursor).await?.next_cursor);
                    pages += 1;
                }
                json!(pages)
            }
            // The client ignores status and body of the answer; the next step looks at the list.
            "revoke_builder" => {
                client.revoke_builder_api_key().await?;
                json!("OK")
            }
            "balance" => {
                let asset = BalanceAllowanceRequest::builder().asset_type(AssetType::Collateral);
                let answer = client.balance_allowance(asset.build()).await?;
                json!(answer.balance.to_string())
            }
            "open_orders" => json!(client.orders(&OrdersRequest::default(), None).await?.data.len()),
            "trades" => json!(client.trades(&TradesRequest::default(), None).await?.data.len()),
            "delete" => client.delete_api_key().await?,
            other => return Err(invalid(&format!("unknown call {other}"))),
        })
    }

    /// Why the outcome is not the expected one, if it is not.
    fn judge(&self, step: &Value, outcome: &Result<Value, Failure>) -> Result<(), String> {
        if let Some(wanted) = step["fails"].as_str().map(|name| &self.plan["errors"][name]) {
            return match outcome {
                Err(failure) if *wanted == json!([failure.status, failure.error]) => Ok(()),
                Err(failure) => Err(format!("expected {wanted}, got {}", failure.text)),
                Ok(_) => Err(format!("succeeded, expected {wanted}")),
            };
        }
        let value = outcome.as_ref().map_err(|failure| failure.text.clone())?;
        let formed = match step["shape"].as_str().unwrap_or_default() {
            "seconds" => value.as_i64().is_some_and(|t| (1_600_000_000..10_000_000_000).contains(&t)),
            "credentials" => [("secret", 44), ("passphrase", 64)]
                .iter()
                .all(|(name, size)| value[name].as_str().is_some_and(|v| v.len() == *size && !v.contains(['+', '/']))),
            "text" => value.as_str().is_some_and(|v| !v.is_empty()),
            "balance" => value.as_str().is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit())),
            _ => true, // the client would not have parsed it
        };
        let word = |name: &str| step[name].as_str().map(|name| &self.saved[name]);
        let listed = |wanted: &Value| {
            let key = wanted["key"].as_str().or(wanted.as_str());
            value.as_array().is_some_and(|list| list.iter().any(|v| v.as_str() == key))
        };
        let checks = [
            (formed, "the form"),
            (step.get("equals").is_none_or(|v| v == value), "equals"),
            (word("same").is_none_or(|v| v == value), "same"),
            (word("differs").is_none_or(|v| v["key"] != value["key"]), "differs"),
            (word("includes").is_none_or(listed), "includes"),
            (word("excludes").is_none_or(|v| !listed(v)), "excludes"),
        ];
        // Says what differs but not the outcome, which may hold secrets.
        checks.iter().find(|(passed, _)| !passed).map_or(Ok(()), |(_, name)| Err(format!("not as expected: {name}")))
    }

    /// Whether every step passed.
    async fn run(&mut self) -> bool {
        let steps = self.plan["steps"].as_array().cloned().unwrap_or_default();
        let mut passed = true;
        for step in steps {
            let excluded = step["not"].as_array().is_some_and(|list| list.contains(&json!(NAME)));
            if excluded || step["call"].is_null() || step["call"] == "sign" {
                continue;
            }
            if step["as"] == "env" && self.own.is_none() {
                let skipped = "SAVED_POLYMARKET_ENV is not set";
                println!("{}", json!({"client": NAME, "step": step["step"], "ok": null, "skipped": skipped}));
                continue;
            }
            let outcome = self.call(&step).await;
            let vital = step["vital"] == true;
            let mut line = json!({"client": NAME, "step": step["step"], "ok": true});
            match (self.judge(&step, &outcome), outcome) {
                (Err(reason), _) => {
                    passed = false;
                    let gave_up = if vital { format!(" - gave up on {}", self.url) } else { String::new() };
                    line["ok"] = json!(false);
                    line["error"] = json!(reason.chars().take(300).collect::<String>() + &gave_up);
                }
                (Ok(()), Ok(value)) if step["save"].is_string() => {
                    self.saved[step["save"].as_str().unwrap_or_default()] = value;
                }
                (Ok(()), _) => {}
            }
            println!("{line}");
            if vital && line["ok"] == false {
                break;
            }
        }
        passed
    }
}

fn triple(credentials: &Credentials) -> Value {
    json!({
        "key": credentials.key().to_string(),
        "secret": credentials.secret().expose_secret(),
        "passphrase": credentials.passphrase().expose_secret(),
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Ok(url) = std::env::var("CLOB_URL") else {
        eprintln!("set CLOB_URL, for example http://127.0.0.1:8080");
        return ExitCode::FAILURE;
    };
    let plan = serde_json::from_str(include_str!("../../steps.json")).expect("steps.json");
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let own = read_env();
    let part = |name: &str| own.as_ref().and_then(|own| own.get(&format!("POLYMARKET_API_{name}")).cloned());
    let saved = json!({ "env": { "key": part("KEY"), "secret": part("SECRET"), "passphrase": part("PASSPHRASE") } });
    let mut driver = Driver { url, plan, nonce: clock.subsec_nanos(), saved, own };
    let passed = tokio::time::timeout(Duration::from_mins(1), driver.run()).await;
    if passed.is_err() {
        let error = "the driver did not end within 60 s";
        println!("{}", json!({"client": NAME, "step": "timeout", "ok": false, "error": error}));
    }
    if passed == Ok(true) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
