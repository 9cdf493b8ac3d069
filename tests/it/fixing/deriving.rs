//! Causes whose fix is to derive the credentials: `fix` writes nothing, and names the command that does.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use polydoctor::sandbox::scenario;
use polydoctor::settings::wanted;
use serde_json::json;
use tokio::task::JoinSet;

use super::{Account, Place, Scene, assert_gone};
use crate::program::{polydoctor, stdout};

/// Runs a command as it is printed.
fn run(account: &Account, folder: &Path, line: &str) -> (String, String, i32) {
    let words = shlex::split(line).unwrap();
    assert_eq!(words[0], "polydoctor", "{line}");
    let mut command: Command = polydoctor();
    command.args(&words[1..]).current_dir(folder).env("HOME", folder.join("home")).envs(&account.inputs.environment);
    if let Some(config) = &account.inputs.config_file {
        command.env("POLYDOCTOR_CONFIG", config);
    }
    // the sandbox that it asks runs on the same threads
    let output = tokio::task::block_in_place(|| command.output()).unwrap();
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    (stdout(&output), error, output.status.code().unwrap())
}

/// `None` where the first cause of the scenario is fixed otherwise.
async fn derive_and_undo(name: &'static str, place: Place) -> Option<()> {
    let Scene { running: _running, folder, mut account, report } = Scene::of(name, place).await?;
    let first = report.diagnoses.first()?.clone();
    if serde_json::to_value(&first.fix.settings).unwrap() != json!({ "api_credentials": wanted::DERIVED }) {
        return None;
    }
    let told = format!("{name}, {place:?}: {:#?}", first.fix);
    let flag = match (place, &account.file) {
        (Place::EnvFile, Some(file)) => format!(" --env-file {}", file.display()),
        (Place::Profile, _) => " --profile bot".to_owned(),
        _ => String::new(),
    };
    let argument = if account.file.is_some() { "--save" } else { "--show-secrets" };
    let command = format!("polydoctor keys derive {argument}{flag}");
    assert_eq!(first.fix.commands.first(), Some(&command), "{told}");
    let before = account.file.as_ref().map(|file| fs::read(file).unwrap());
    // nothing is written that is not known, and what does it is said as it has to be typed
    let cause = first.cause.name();
    let (said, error, code) = run(&account, folder.path(), &format!("polydoctor fix {cause} --yes{flag}"));
    assert_eq!(code, 1, "{told} {said}{error}");
    assert!(said.contains("Do this yourself") && said.contains(&format!("$ {command}\n")), "{told} {said}");
    assert_eq!(account.file.as_ref().map(|file| fs::read(file).unwrap()), before, "{told}");
    let yes = if account.file.is_some() { " --yes" } else { "" };
    let (said, error, code) = run(&account, folder.path(), &format!("{command}{yes}"));
    assert_eq!(code, 0, "{told} {said}{error}");
    if account.file.is_none() {
        // a person sets what was printed
        let lines = said.lines().filter_map(|line| line.split_once('='));
        let printed: BTreeMap<String, String> =
            lines.map(|(name, value)| (name.to_owned(), shlex::split(value).unwrap().concat())).collect();
        assert_eq!(printed.len(), 3, "{said}");
        account.inputs.environment.extend(printed);
    }
    assert_gone(&account, &first, &told).await;
    if before.is_some() {
        let (said, error, code) = run(&account, folder.path(), &format!("polydoctor fix --undo --yes{flag}"));
        assert_eq!(code, 0, "{told} {said}{error}");
        assert_eq!(account.file.as_ref().map(|file| fs::read(file).unwrap()), before, "{told}");
    }
    Some(())
}

#[tokio::test(flavor = "multi_thread")]
async fn derived_credentials_are_left_to_their_own_command_which_works_and_is_undone() {
    let is_theirs = |name: &&str| {
        let cause = scenario::find(name).unwrap().expect.cause;
        cause.is_some_and(|cause| cause.contains("credentials") || cause.contains("secret"))
    };
    let mut derived: BTreeMap<Place, usize> = BTreeMap::new();
    let mut running = JoinSet::new();
    for name in scenario::names().filter(is_theirs) {
        running.spawn(async move {
            let mut places = Vec::new();
            for place in [Place::EnvFile, Place::Profile, Place::Environment] {
                match derive_and_undo(name, place).await {
                    Some(()) => places.push(place),
                    None => break,
                }
            }
            places
        });
    }
    while let Some(places) = running.join_next().await {
        places.unwrap().into_iter().for_each(|place| *derived.entry(place).or_default() += 1);
    }
    assert!(derived.len() == 3 && derived.values().all(|count| *count >= 4), "{derived:?}");
}
