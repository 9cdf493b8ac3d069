//! The WebSocket client of `polymarket_client_sdk_v2`: what it gets from the user channel with the right
//! credentials, and with a wrong secret. Prints a JSON line for each step, as the other drivers do.

use std::process::ExitCode;
use std::time::Duration;

use futures::StreamExt as _;
use polymarket_client_sdk_v2::auth::{Credentials, Uuid};
use polymarket_client_sdk_v2::clob::ws::{Client, WsMessage};
use polymarket_client_sdk_v2::types::{Address, B256};
use polymarket_client_sdk_v2::ws::config::Config;
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(15);
const WRONG_SECRET: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("set {name}"))
}

/// Whether both kinds of events came in time.
async fn gets_events(secret: String) -> Result<bool, String> {
    let key: Uuid = variable("LIVE_API_KEY").parse().map_err(|error| format!("{error}"))?;
    let credentials = Credentials::new(key, secret, variable("LIVE_PASSPHRASE"));
    let address: Address = variable("LIVE_ADDRESS").parse().map_err(|error| format!("{error}"))?;
    // an empty list is none to the service, whatever the client says of it
    let markets: Result<Vec<B256>, _> = variable("LIVE_MARKETS").split(',').map(str::parse).collect();
    let markets = markets.map_err(|error| format!("{error}"))?;
    let client = Client::new(&variable("WS_URL"), Config::default()).map_err(|error| error.to_string())?;
    let client = client.authenticate(credentials, address).map_err(|error| error.to_string())?;
    let mut events = Box::pin(client.subscribe_user_events(markets).map_err(|error| error.to_string())?);
    let (mut order, mut trade) = (false, false);
    let both = async {
        while let Some(event) = events.next().await {
            match event {
                Ok(WsMessage::Order(_)) => order = true,
                Ok(WsMessage::Trade(_)) => trade = true,
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
            if order && trade {
                break;
            }
        }
        Ok(())
    };
    match tokio::time::timeout(PATIENCE, both).await {
        Ok(ended) => ended?,
        Err(_) => return Ok(false),
    }
    Ok(order && trade)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let steps = [("user_events", variable("LIVE_SECRET"), true), ("user_rejected", WRONG_SECRET.to_owned(), false)];
    let mut code = ExitCode::SUCCESS;
    for (step, secret, wanted) in steps {
        // with wrong credentials it reconnects and reports nothing
        let got = gets_events(secret).await;
        let ok = got == Ok(wanted);
        if !ok {
            code = ExitCode::FAILURE;
        }
        println!("{}", json!({ "driver": "rs_live", "step": step, "ok": ok, "got": format!("{got:?}") }));
    }
    code
}
