//! The panel "Live": both channels open while it is shown, and closed when it is left.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Terminal;
use crate::program::{Sandbox, empty_folder};
use crate::support::all_checks;

/// Passes bytes on to an address and counts the connections that are open. Its own address.
fn counting_relay(target: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let open = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&open);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(&target).unwrap();
            open.fetch_add(1, Ordering::SeqCst);
            let pass = |mut from: TcpStream, mut to: TcpStream| {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = from.read(&mut buffer) {
                    if to.write_all(&buffer[..count]).is_err() {
                        break;
                    }
                }
                let _ = to.shutdown(std::net::Shutdown::Both);
            };
            let (to_server, from_server) = (server.try_clone().unwrap(), server);
            let to_client = client.try_clone().unwrap();
            thread::spawn(move || pass(from_server, to_client));
            let open = Arc::clone(&open);
            thread::spawn(move || {
                pass(client, to_server);
                open.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    (address, counted)
}

fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn both_channels_are_open_while_the_panel_is_shown_and_events_arrive_without_a_secret_on_the_screen() {
    let sandbox = Sandbox::start(&["--emit", "order", "--emit", "trade", "--emit-every", "300"]);
    let host = sandbox.announcement["ws_url"].as_str().unwrap().trim_start_matches("ws://").to_owned();
    let (user, open) = counting_relay(host);
    let mut variables: BTreeMap<&str, &str> = sandbox.env().collect();
    let user = format!("ws://{user}");
    variables.insert("POLYMARKET_WS_URL", &user);
    let secrets = [variables["CLOB_SECRET"], variables["CLOB_PASS_PHRASE"]].map(str::to_owned);
    let mut terminal = Terminal::start_with(&[], 160, 60, &empty_folder(), variables);
    terminal.wait_for_text(&all_checks());
    assert_eq!(open.load(Ordering::SeqCst), 0, "no user channel before the panel is opened");
    terminal.press("L");
    terminal.wait_for_text("Accepts the API credentials");
    terminal.wait_for_text("responded after");
    terminal.wait_for("both channels", |screen| screen.matches("Accepts the API credentials").count() == 2);
    terminal.wait_for("an order and a trade", |screen| screen.contains("order ") && screen.contains("trade "));
    assert!(terminal.contents().contains("[hidden]"), "{}", terminal.contents());
    eventually("the user channel is open", || open.load(Ordering::SeqCst) == 1);
    terminal.press("\x1b");
    eventually("leaving the panel closes it", || open.load(Ordering::SeqCst) == 0);
    terminal.settle();
    let before = terminal.raw.len();
    terminal.settle();
    assert_eq!(terminal.raw.len(), before, "nothing is drawn when the panel is closed");
    let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
    assert!(secrets.iter().all(|secret| !raw.contains(&secret[..20])));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn wrong_credentials_are_rejected_by_both_channels_and_not_sent_again() {
    let mut terminal = Terminal::start(&["--demo", "credentials-mixed-secret"], 120, 40);
    terminal.wait_for_text(&all_checks());
    terminal.press("L");
    terminal.wait_for_text("closed with code 1008");
    terminal.wait_for_text("Rejects the API credentials: auth_invalid");
    assert!(!terminal.contents().contains("trying again"), "{}", terminal.contents());
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_wallets_panel_says_what_the_relayer_says() {
    let mut terminal = Terminal::start(&["--demo", "relayer-transaction-failed"], 120, 40);
    terminal.wait_for_text(&all_checks());
    terminal.press("5");
    terminal.wait_for_text("Relayer: The last relayer transaction failed");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
