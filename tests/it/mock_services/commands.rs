//! Every command that asks the service × faults of the answer that it hangs on: what is not known is said to
//! be not known, what may have been done is said to have been, and nothing secret is printed.

use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use super::fault::{self, Fault, Worth};
use super::matrix::{Running, Target};
use crate::program::polydoctor;

/// A command, and the request that its outcome hangs on.
const COMMANDS: [(&str, &str, &str); 19] = [
    ("keys derive", "GET", "/auth/derive-api-key"),
    ("keys derive --show-secrets --nonce 0", "GET", "/auth/derive-api-key"),
    ("keys list", "GET", "/auth/api-keys"),
    ("keys list --format json", "GET", "/auth/api-keys"),
    ("keys nonces --to 1", "GET", "/auth/derive-api-key"),
    ("keys create --nonce 1 --yes", "POST", "/auth/api-key"),
    ("keys delete --yes", "DELETE", "/auth/api-key"),
    ("keys rotate --yes --wait 0 --save json=new.json", "POST", "/auth/api-key"),
    // the new key exists, and is to be proved
    ("keys rotate --yes --wait 0 --save json=new.json", "GET", "/auth/api-keys"),
    ("keys readonly list", "GET", "/auth/readonly-api-keys"),
    ("keys readonly create --yes --format json", "POST", "/auth/readonly-api-key"),
    ("keys builder list", "GET", "/auth/builder-api-key"),
    ("keys builder create --yes --save json=builder.json", "POST", "/auth/builder-api-key"),
    ("keys builder revoke --yes", "DELETE", "/auth/builder-api-key"),
    ("keys builder revoke --as user --yes --format json", "DELETE", "/auth/builder-api-key"),
    ("builder trades", "GET", "/builder/trades"),
    ("builder reconcile --format json", "GET", "/data/trades"),
    ("builder volume", "GET", "/data-api/v2/builders/leaderboard"),
    ("headers l2 --server-time --format curl", "GET", "/time"),
];

/// Of the faults of each command every so many-th is tried, others for each.
const SHARE: usize = 31;

fn is_an_answer(method: &str, path: &str, fault: &Fault) -> bool {
    matches!(
        (method, path, fault.name.as_str()),
        ("GET", "/auth/readonly-api-keys" | "/auth/builder-api-key", "200 \"[]\"")
            | ("DELETE", _, "200 \"\\\"OK\\\"\"")
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_command_takes_a_fault_for_its_outcome_or_prints_a_secret() {
    let (began, faults) = (Instant::now(), fault::all());
    let faults: Vec<Arc<Fault>> = faults.into_iter().filter(|fault| fault.only.is_none()).map(Arc::new).collect();
    let whole = std::env::var_os("POLYDOCTOR_MATRIX").is_some();
    let (mut runs, mut wrong) = (0, Vec::new());
    for (row, (arguments, method, path)) in COMMANDS.into_iter().enumerate() {
        for (column, fault) in faults.iter().enumerate() {
            // where there is much to read a 429 is waited out, for half a minute
            let waits = fault.name == "status 429"
                && (arguments.starts_with("builder") || arguments.starts_with("keys nonces"));
            if waits || (!whole && (row * 5 + column) % SHARE != 0) {
                continue;
            }
            runs += 1;
            let target = Target::of(method, path);
            let running = Running::start(Some((Some(target), Arc::clone(fault)))).await;
            let folder = tempfile::tempdir().unwrap();
            let mut command: Command = polydoctor();
            command
                .args(arguments.split(' '))
                .envs(&running.environment)
                .current_dir(folder.path())
                .env("HOME", folder.path());
            let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            let (code, place) = (output.status.code(), format!("{arguments}: {}", fault.name));
            let secrets = running.secrets();
            if let Some(found) = secrets.found(&out).or_else(|| secrets.found(&err)) {
                wrong.push(format!("{place}: shows {found:?}: {out}{err}"));
            }
            if is_an_answer(method, path, fault) {
                continue;
            }
            let expected: &[i32] = if fault.worth == Worth::Nothing { &[3] } else { &[1, 3] };
            if !code.is_some_and(|code| expected.contains(&code)) {
                wrong.push(format!("{place}: exit code {code:?}: {out}{err}"));
            }
            let is_change = method != "GET";
            if is_change
                && fault.worth == Worth::Nothing
                && !fault.name.contains("429")
                && !(out.contains(" may have been ") && out.contains("polydoctor keys "))
            {
                wrong.push(format!("{place}: does not say that it may have been done: {out}{err}"));
            }
        }
    }
    let size = format!(
        "{} commands × {} faults: {runs} runs in {:.0} s",
        COMMANDS.len(),
        faults.len(),
        began.elapsed().as_secs_f64()
    );
    let _ = std::io::stderr().write_all(format!("\n{size}\n").as_bytes());
    assert!(wrong.is_empty(), "{size}, {} wrong\n{}", wrong.len(), wrong.join("\n"));
}
