//! Who else can read the secrets of this machine.

use std::path::Path;

use url::Url;

use super::Finding;
use crate::cause::Cause;
use crate::facts::{Facts, GitStanding, SecretFile, SecretPlaces, WrittenSecret};
use crate::settings::{Source, is_loopback};

pub(super) fn secrets(facts: &Facts) -> Finding {
    let places = match (facts.secret_files.known(), facts.secret_files.failure()) {
        (Some(places), _) => places,
        (None, Some(_)) => return Finding::note("The files could not be checked"),
        (None, None) => return Finding::not_asked("The files were not checked"),
    };
    let SecretPlaces { files, scripts } = places;
    let finding = tracked(files)
        .or_else(|| on_a_command_line(scripts))
        .or_else(|| left_copy(files))
        .or_else(|| open(files))
        .or_else(|| not_told(files))
        .or_else(|| kept_copy(files))
        .or_else(|| not_ignored(files))
        .or_else(|| in_the_environment(facts))
        .unwrap_or_else(|| match files.len() {
            0 => Finding::pass("No file contains a secret"),
            _ => Finding::pass("Only you can read the files, and git does not track them"),
        });
    let finding = files.iter().fold(finding, |finding, file| {
        let mode = file.mode.map_or_else(|| "permissions unknown".to_owned(), |mode| format!("mode {mode:04o}"));
        finding.with(file.path.clone(), format!("{mode}, {}", file.git))
    });
    scripts.iter().fold(finding, |finding, script| {
        finding.with(format!("{}, line {}", script.path, script.line), format!("contains {}", script.what))
    })
}

fn find(files: &[SecretFile], is: impl Fn(&SecretFile) -> bool) -> Option<&SecretFile> {
    files.iter().find(|file| is(file))
}

fn tracked(files: &[SecretFile]) -> Option<Finding> {
    let file = find(files, |file| file.git == GitStanding::Tracked)?;
    let (folder, name) = parts(&file.path);
    let finding = Finding::fail(Cause::EnvFileExposed, format!("{} is tracked by git", file.path)).proven().fixed_by(
        "Remove it from git and ignore it. What was committed stays in the history: if the repository was ever shared, \
         move pUSD, shares and POL to a wallet of a new key, a small test amount first; a transfer cannot be undone",
    );
    Some(match file.copy_of {
        // a copy is of no use in the folder either
        Some(_) => finding.command(format!("git -C {folder} rm {name}")),
        None => finding.command(format!("git -C {folder} rm --cached {name} && {}", ignoring(&file.path))),
    })
}

fn on_a_command_line(scripts: &[WrittenSecret]) -> Option<Finding> {
    let WrittenSecret { path, line, what } = scripts.first()?;
    Some(
        Finding::warn(Cause::EnvFileExposed, format!("Line {line} of {path} contains {what}"))
            .proven()
            .fixed_by(
                "Remove it from the script: command lines appear in process lists and shell histories. Put it in a file that only you can read, and read that file in the script",
            )
            .command("set -a; . ./.env; set +a"),
    )
}

fn open(files: &[SecretFile]) -> Option<Finding> {
    let file = find(files, |file| file.mode.is_some_and(|mode| mode & 0o077 != 0))?;
    let others =
        if file.mode.is_some_and(|mode| mode & 0o007 != 0) { "other users of this machine" } else { "its group" };
    Some(
        Finding::warn(Cause::EnvFileExposed, format!("{} can be read by {others}", file.path))
            .proven()
            .fixed_by("Make it readable by you only")
            .command(format!("chmod 600 {}", quoted(&file.path))),
    )
}

/// A copy of a secret file that git would add: who ignores `.env` seldom ignores `.env.bak`.
fn left_copy(files: &[SecretFile]) -> Option<Finding> {
    let copies = copies(files, |git| *git == GitStanding::Untracked);
    let summary = format!("{}: `git add .` would commit {}", described(&copies)?, them(&copies));
    Some(
        Finding::warn(Cause::EnvFileExposed, summary)
            .fixed_by(format!("Delete {}, or move {} out of the repository", what(&copies), them(&copies)))
            .command(removing(&copies)),
    )
}

/// A copy that git leaves alone: whoever cleans up the original forgets it.
fn kept_copy(files: &[SecretFile]) -> Option<Finding> {
    let copies = copies(files, |git| *git != GitStanding::Untracked);
    let summary = format!("{}, which stay when you change or delete the original", described(&copies)?);
    let finding = Finding::note(summary);
    Some(
        finding
            .fixed_by(format!("Delete {} if nothing needs {}", what(&copies), them(&copies)))
            .command(removing(&copies)),
    )
}

fn copies(files: &[SecretFile], of: impl Fn(&GitStanding) -> bool) -> Vec<&SecretFile> {
    files.iter().filter(|file| file.copy_of.is_some() && of(&file.git)).collect()
}

/// "a and b are copies of .env with its secrets"; `None` without any.
fn described(copies: &[&SecretFile]) -> Option<String> {
    let original = copies.first()?.copy_of.as_deref().unwrap_or_default();
    let names: Vec<&str> = copies.iter().map(|copy| copy.path.as_str()).collect();
    Some(match &names[..] {
        [one] => format!("{one} is a copy of {original} with its secrets"),
        more => format!("{} are copies of {original} with its secrets", more.join(" and ")),
    })
}

fn what(copies: &[&SecretFile]) -> &'static str {
    if copies.len() == 1 { "the copy" } else { "the copies" }
}

fn them(copies: &[&SecretFile]) -> &'static str {
    if copies.len() == 1 { "it" } else { "them" }
}

fn removing(copies: &[&SecretFile]) -> String {
    copies.iter().fold("rm".to_owned(), |command, copy| format!("{command} {}", quoted(&copy.path)))
}

fn not_told(files: &[SecretFile]) -> Option<Finding> {
    let file = find(files, |file| matches!(file.git, GitStanding::Unknown { .. }))?;
    let (folder, name) = parts(&file.path);
    let finding =
        Finding::note(format!("Only you can read the files; whether git tracks {} could not be determined", file.path));
    Some(finding.fixed_by("Check with git").command(format!("git -C {folder} ls-files -- {name}")))
}

fn not_ignored(files: &[SecretFile]) -> Option<Finding> {
    let file = find(files, |file| file.git == GitStanding::Untracked)?;
    let summary = format!("{} is in a git repository that does not ignore it: `git add .` would commit it", file.path);
    Some(Finding::note(summary).fixed_by("Ignore it").command(ignoring(&file.path)))
}

/// A note only, and none at all for the play money of a sandbox.
fn in_the_environment(facts: &Facts) -> Option<Finding> {
    let key = facts.setup.key.as_ref().map(|key| &key.source)?;
    let Source::Variable { name } = key else { return None };
    let url = facts.setup.clob_url.as_ref().and_then(|url| Url::parse(&url.value).ok());
    if url.is_some_and(|url| is_loopback(&url)) {
        return None;
    }
    let summary =
        format!("The private key is in the environment ({name}), which every program started from there can read");
    let fix = "No change is required; a keystore, or a file with mode 600 that only the bot reads, keeps it separate";
    Some(Finding::note(summary).fixed_by(fix))
}

/// The folder and the name of a file, quoted for a shell.
fn parts(path: &str) -> (String, String) {
    let path = Path::new(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default();
    (quoted(&folder.to_string_lossy()), quoted(&name.to_string_lossy()))
}

fn ignoring(path: &str) -> String {
    let (folder, name) = parts(path);
    format!("echo {name} >> {folder}/.gitignore")
}

fn quoted(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| "PATH".to_owned(), std::borrow::Cow::into_owned)
}
