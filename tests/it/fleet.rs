//! Many accounts through the real binary: one row or line each, the worst first, none in the way of
//! another.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::check::validator;
use crate::program::{Sandbox, polydoctor, stdout};
use crate::support::Lab;

/// A home folder with a configuration.
struct Home(tempfile::TempDir);

impl Home {
    fn with(config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/polydoctor");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("config.toml");
        std::fs::write(&file, config).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        Self(home)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn check(&self, arguments: &[&str]) -> Command {
        let mut command = polydoctor();
        command.arg("check").args(arguments).env("HOME", self.path()).current_dir(self.path());
        command
    }
}

/// A profile with the settings of a sandbox's account, and these in their place.
fn profile(name: &str, announcement: &Value, changes: &[(&str, &str)]) -> String {
    let env = &announcement["env"];
    let settings = [
        ("private_key", "POLYMARKET_PRIVATE_KEY"),
        ("signature_type", "POLYMARKET_SIGNATURE_TYPE"),
        ("funder", "POLYMARKET_FUNDER"),
        ("clob_url", "POLYMARKET_CLOB_URL"),
        ("gamma_url", "POLYMARKET_GAMMA_URL"),
        ("data_url", "POLYMARKET_DATA_URL"),
        ("relayer_url", "POLYMARKET_RELAYER_URL"),
        ("geoblock_url", "POLYMARKET_GEOBLOCK_URL"),
        ("rpc_url", "POLYMARKET_RPC_URL"),
        ("api_key", "CLOB_API_KEY"),
        ("api_secret", "CLOB_SECRET"),
        ("api_passphrase", "CLOB_PASS_PHRASE"),
        ("timeout", ""),
    ];
    let line = |(setting, variable): (&str, &str)| {
        let changed = changes.iter().find(|(name, _)| *name == setting).map(|(_, value)| *value);
        Some(format!("{setting} = {:?}\n", changed.or(env[variable].as_str())?))
    };
    format!("[profiles.{name}]\n{}\n", settings.into_iter().filter_map(line).collect::<String>())
}

/// Takes connections for as long as it lives, and never answers.
fn silence() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

const SIGNER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/// A healthy account, one that is broken, one whose server is not there, one whose server never
/// answers, and a profile that is none.
fn five(sandbox: &Sandbox, hanging: &str) -> Home {
    let account = |name, changes: &[(&str, &str)]| profile(name, &sandbox.announcement, changes);
    Home::with(
        &[
            account("hanging", &[("clob_url", hanging), ("timeout", "2")]),
            account("healthy", &[]),
            account("poor-funder", &[("funder", SIGNER)]),
            account("unreachable", &[("clob_url", "http://127.0.0.1:9")]),
            "[profiles.unloadable]\nprivate_key = { keystore = \"/nowhere/key\" }\n".to_owned(),
        ]
        .concat(),
    )
}

#[test]
fn each_account_is_a_row_the_worst_first() {
    let sandbox = Sandbox::start(&[]);
    let (_listener, hanging) = silence();
    let home = five(&sandbox, &hanging);
    let output = home.check(&["--all-profiles"]).output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let rows: Vec<Vec<&str>> =
        text.lines().skip(2).take(5).map(|line| line.split_whitespace().skip(1).collect()).collect();
    let rows: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|row| {
            let signer = row.iter().position(|word| word.starts_with("0xf39F") || *word == "key");
            (row[0], row[1], row[signer.unwrap() + 1])
        })
        .collect();
    let expected = [
        ("broken", "poor-funder", "funder-is-signer:"),
        ("broken", "unloadable", "setting-invalid:"),
        ("incomplete", "hanging", "clob-unreachable:"),
        ("incomplete", "unreachable", "clob-unreachable:"),
        ("healthy", "healthy", "17"),
    ];
    assert_eq!(rows, expected, "{text}");
    assert!(text.contains("clob-unreachable: The CLOB cannot be reached (2 accounts)\n  of    hanging, unreachable\n"));
    assert!(text.contains("\n5 accounts: 2 broken, 2 incomplete, 1 healthy, in "), "{text}");
    let output = home.check(&["--all-profiles", "--show", "problems", "--format", "markdown"]).output().unwrap();
    let markdown = stdout(&output);
    assert!(markdown.contains("| broken | poor-funder | 0xf39F…2266 | `funder-is-signer`: "), "{markdown}");
    assert!(!markdown.contains("| healthy |"), "{markdown}");
}

#[test]
fn each_account_is_a_line_of_json_as_soon_as_it_is_done() {
    let sandbox = Sandbox::start(&[]);
    let (_listener, hanging) = silence();
    let home = five(&sandbox, &hanging);
    let output = home.check(&["--all-profiles", "--format", "json", "--concurrency", "1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let reports: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let validator = validator();
    for report in &reports {
        let errors: Vec<String> = validator.iter_errors(report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", report["profile"]);
    }
    let names: Vec<&str> = reports.iter().map(|report| report["profile"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 5);
    assert_eq!(names[4], "hanging", "one server that never answers holds up no other: {names:?}");
    let unloadable = reports.iter().find(|report| report["profile"] == "unloadable").unwrap();
    assert_eq!((&unloadable["verdict"], &unloadable["checks"][0]["id"]), (&json!("broken"), &json!("setup.settings")));
}

#[test]
fn the_rate_limit_is_of_all_accounts_together() {
    let sandbox = Sandbox::start(&["--accounts", "3"]);
    let accounts = sandbox.announcement["accounts"].as_array().unwrap();
    let own = |account: &Value| {
        let text = |name: &str| account[name].as_str().unwrap().to_owned();
        [("private_key", text("POLYMARKET_PRIVATE_KEY")), ("funder", text("POLYMARKET_FUNDER"))]
            .into_iter()
            .chain([("api_key", text("CLOB_API_KEY")), ("api_secret", text("CLOB_SECRET"))])
            .chain([("api_passphrase", text("CLOB_PASS_PHRASE"))])
            .collect::<Vec<_>>()
    };
    let profiles = accounts.iter().enumerate().map(|(number, account)| {
        let own = own(account);
        let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        profile(&format!("bot-{number}"), &sandbox.announcement, &own)
    });
    let home = Home::with(&profiles.collect::<String>());
    let began = std::time::Instant::now();
    let limits = ["--rate-limit", "20", "--deadline", "1", "--format", "json"];
    let output = home.check(&[&["--all-profiles"][..], &limits].concat()).output().unwrap();
    let took = began.elapsed().as_secs_f64();
    let reports: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let requests: usize = reports.iter().map(|report| report["requests"].as_array().unwrap().len()).sum();
    assert!(requests >= 45, "{requests}");
    #[allow(clippy::cast_precision_loss)]
    let least = (requests as f64 - 2.0) / 20.0;
    assert!(took >= least, "{requests} requests in {took} s");
    // time in line is no time of the run, and what is signed there is signed when it is sent
    assert_eq!(output.status.code(), Some(0), "{reports:#?}");
}

#[test]
fn a_fleet_wants_profiles_and_only_flags_that_all_can_share() {
    let nothing = Home::with("default_profile = 'x'\n");
    for (home, arguments, said) in [
        (&nothing, &["--all-profiles"][..], "there are no profiles in "),
        (&nothing, &["--all-profiles", "--profile", "x"], "cannot be used with"),
        (&nothing, &["--all-profiles", "--funder", SIGNER], "cannot be used with"),
        (&nothing, &["--all-profiles", "--concurrency", "65"], "expected a number from 1 to 64"),
        (&nothing, &["--concurrency", "4"], "--all-profiles"),
        (&nothing, &["--watch", "4"], "expected whole seconds from 5"),
        (&nothing, &["--watch", "30", "--format", "junit"], "--watch prints text or json"),
        (&nothing, &["--metrics", "127.0.0.1:0"], "--watch"),
        (&nothing, &["--watch", "30", "--demo", "--metrics", "0.0.0.0:0"], "add --allow-public"),
    ] {
        let output = home.check(arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(errors.contains(said), "{arguments:?}: {errors}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
    }
}

#[test]
fn a_profile_of_a_fleet_stands_for_itself() {
    let sandbox = Sandbox::start(&[]);
    let home = Home::with(&profile("healthy", &sandbox.announcement, &[]));
    let mut check = home.check(&["--all-profiles", "--format", "json"]);
    check.env("POLYMARKET_FUNDER", SIGNER).env("POLYMARKET_CLOB_URL", "http://127.0.0.1:9");
    std::fs::write(home.path().join(".env"), "SIGNATURE_TYPE=0\n").unwrap();
    let output = check.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["verdict"], output.status.code()), (&json!("healthy"), Some(0)), "{report:#}");
}

#[cfg(unix)]
#[test]
fn stopped_it_prints_what_is_known() {
    let sandbox = Sandbox::start(&[]);
    let (listener, hanging) = silence();
    let home = five(&sandbox, &hanging);
    let mut check = home.check(&["--all-profiles", "--timeout", "60"]);
    let process = check.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // the others are done when the one that hangs has long been asked
    let _asked = listener.accept().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    terminate(process.id());
    let output = process.wait_with_output().unwrap();
    let text = stdout(&output);
    assert!(text.contains("stopped: 4 of 5 accounts were checked: 2 broken, 1 incomplete, 1 healthy"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
fn terminate(process: u32) {
    assert!(Command::new("kill").arg(process.to_string()).status().unwrap().success());
}

/// The value of a series; its labels as they stand.
fn series<'a>(metrics: &'a str, name: &str) -> Option<&'a str> {
    metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
}

/// Two rounds with a fault in between, of which each takes at least five seconds.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watching_tells_what_changes_and_serves_how_it_stands() {
    // two requests of this kind in each round: the first round is spared, the next two are not
    let fault = "[[faults]]\npath = '/auth/api-keys'\nanswer = 'rate-limited'\nafter = 2\nfirst = 4\n";
    let lab = Lab::written(fault).await;
    let announcement = serde_json::to_value(lab.running.announcement()).unwrap();
    let told = tokio::task::spawn_blocking(move || watch(&announcement)).await.unwrap();
    let (lines, metrics, code) = told;
    let mut words = lines.iter().map(|line| line.split_once(' ').unwrap().1);
    let heading = words.next().unwrap();
    assert!(heading.starts_with("bot signer 0xf39F…2266   profile bot   127.0.0.1:"), "{lines:?}");
    assert_eq!(words.next().unwrap(), "bot healthy  17 passed, 6 notes", "{lines:?}");
    let said: Vec<&str> = words.filter(|line| line.starts_with("bot creds.l2 ")).collect();
    assert_eq!(said.len(), 2, "{lines:?}");
    assert!(said[0].starts_with("bot creds.l2 PASS → UNKN  "), "{lines:?}");
    assert!(said[1].starts_with("bot creds.l2 UNKN → PASS  "), "{lines:?}");
    assert_eq!(series(&metrics, "polydoctor_accounts"), Some("1"), "{metrics}");
    assert_eq!(series(&metrics, "polydoctor_check_status{profile=\"bot\",check=\"creds.l2\"}"), Some("0"));
    assert!(series(&metrics, "polydoctor_verdict{profile=\"bot\"}").is_some(), "{metrics}");
    let took = series(&metrics, "polydoctor_run_duration_seconds{profile=\"bot\"}").unwrap();
    assert!(took.parse::<f64>().unwrap() > 0.0, "{metrics}");
    let drift = series(&metrics, "polydoctor_clock_drift_seconds{profile=\"bot\"}").unwrap();
    assert!(drift.parse::<f64>().unwrap().abs() < 2.0, "{drift}");
    assert!(!metrics.contains("0x") && metrics.ends_with("# EOF\n"), "{metrics}");
    assert_eq!(code, Some(0), "the last state counts");
}

/// Lines until two changes of a check were told, the metrics then, and the exit code.
#[cfg(unix)]
fn watch(announcement: &Value) -> (Vec<String>, String, Option<i32>) {
    let home = Home::with(&profile("bot", announcement, &[]));
    let mut check = home.check(&["--all-profiles", "--watch", "5s", "--metrics", "127.0.0.1:0"]);
    let mut process = check.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut hint = String::new();
    BufReader::new(process.stderr.take().unwrap()).read_line(&mut hint).unwrap();
    let address = hint.trim().strip_prefix("note: metrics at http://").unwrap().strip_suffix("/metrics").unwrap();
    let mut lines: Vec<String> = Vec::new();
    // the pipe stays open: a closed one ends the program
    let mut out = BufReader::new(process.stdout.take().unwrap());
    for line in out.by_ref().lines() {
        lines.push(line.unwrap());
        if lines.iter().filter(|line| line.contains(" creds.l2 ")).count() == 2 {
            break;
        }
    }
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    terminate(process.id());
    let code = process.wait().unwrap().code();
    (lines, answer.split_once("\r\n\r\n").unwrap().1.to_owned(), code)
}

#[test]
fn every_command_about_an_account_names_its_profile() {
    let sandbox = Sandbox::start(&["--accounts", "1"]);
    let wrong = profile("b", &sandbox.announcement, &[("funder", "0x0000000000000000000000000000000000000001")]);
    let home = Home::with(&format!("default_profile = \"a\"\n{}{wrong}", profile("a", &sandbox.announcement, &[])));
    let output = home.check(&["--all-profiles", "--format", "json"]).output().unwrap();
    let mut seen = 0;
    for line in stdout(&output).lines() {
        let account: Value = serde_json::from_str(line).unwrap();
        let name = account["profile"].as_str().unwrap_or_default().to_owned();
        let text = account.to_string();
        for command in
            text.split('"').filter(|part| ["polydoctor fix ", "polydoctor keys "].iter().any(|it| part.starts_with(it)))
        {
            seen += 1;
            assert!(command.contains(&format!("--profile {name}")), "{name}: {command}");
        }
    }
    assert!(seen > 0, "{}", stdout(&output));
}
