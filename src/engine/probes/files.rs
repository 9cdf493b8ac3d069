//! The files that secrets are in: who can read them, and what git thinks of them.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::engine::context::{Context, Outcome, ProbeSkip};
use crate::facts::{Failure, GitStanding, SecretFile, SecretPlaces, WrittenSecret};
use crate::settings::{Settings, sets_a_secret, written_secret};
use crate::text;

/// Git answers in milliseconds, unless its folder is on a network that is gone.
const GIT_DEADLINE: Duration = Duration::from_secs(3);

pub(super) async fn secret_places(context: &Context) -> Outcome<SecretPlaces> {
    let settings = context.settings.clone();
    let scripts = tokio::task::spawn_blocking(move || {
        settings.folder.as_ref().map(|folder| scripts(folder, &settings)).unwrap_or_default()
    });
    let settings = context.settings.clone();
    let copies = tokio::task::spawn_blocking(move || copies(&settings));
    let mut files = Vec::new();
    for path in &context.settings.secret_files {
        files.push(secret_file(path, None).await);
    }
    for (path, of) in copies.await.map_err(|_| ProbeSkip::Failed(Failure::Internal))? {
        files.push(secret_file(&path, Some(of.display().to_string())).await);
    }
    let scripts = scripts.await.map_err(|_| ProbeSkip::Failed(Failure::Internal))?;
    Ok(SecretPlaces { files, scripts })
}

async fn secret_file(path: &Path, copy_of: Option<String>) -> SecretFile {
    SecretFile { path: path.display().to_string(), mode: mode(path), git: ask_git(path).await, copy_of }
}

/// Copies that editors and people leave beside a secret file, and which hold secrets too; each with
/// the file that it was made from.
fn copies(settings: &Settings) -> Vec<(PathBuf, PathBuf)> {
    const MOST_ENTRIES: usize = 2000;
    const MOST_COPIES: usize = 20;
    let mut found = Vec::new();
    for original in &settings.secret_files {
        let Some(name) = original.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        let folder = original.parent().filter(|folder| !folder.as_os_str().is_empty());
        let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else { continue };
        let is_copy = |entry: &fs::DirEntry| {
            let entry = entry.file_name();
            let entry = entry.to_string_lossy();
            // people leave the dot out where a file should be seen
            let bare = name.strip_prefix('.').and_then(|name| entry.strip_prefix(name));
            entry.strip_prefix(&name).or(bare).is_some_and(names_a_copy)
                || crate::settings::save::is_unfinished(&entry, &name)
        };
        let mut names: Vec<_> =
            entries.take(MOST_ENTRIES).flatten().filter(is_copy).map(|entry| entry.file_name()).collect();
        names.sort();
        let paths =
            names.into_iter().map(|name| folder.map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name)));
        let others = paths.filter(|path| !settings.secret_files.contains(path) && holds_secret(path, settings));
        found.extend(others.map(|path| (path, original.clone())));
    }
    found.truncate(MOST_COPIES);
    found
}

/// What stands behind the name of a file in the name of its copy.
fn names_a_copy(rest: &str) -> bool {
    const ENDINGS: [&str; 9] = [".bak", ".backup", ".old", ".orig", ".save", ".copy", " copy", " (", "_old"];
    rest == "~" || ENDINGS.iter().any(|ending| rest.starts_with(ending))
}

fn holds_secret(path: &Path, settings: &Settings) -> bool {
    const LONGEST: u64 = 256 * 1024;
    if !fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= LONGEST) {
        return false;
    }
    let Ok(text) = fs::read_to_string(path) else { return false };
    sets_a_secret(&text) || text.lines().any(|line| written_secret(line, settings).is_some())
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o777)
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}

/// Asks git itself, since only it knows its index; also for a repository that begins further up.
async fn ask_git(path: &Path) -> GitStanding {
    let unknown = |reason: &str| GitStanding::Unknown { reason: reason.to_owned() };
    let Ok(path) = fs::canonicalize(path) else { return unknown("the file cannot be found") };
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return unknown("it is not a file") };
    if !folder.ancestors().any(|folder| folder.join(".git").exists()) && std::env::var_os("GIT_DIR").is_none() {
        return GitStanding::NoRepository;
    }
    match git(folder, &["ls-files", "--error-unmatch", "--"], name).await {
        Ok((Some(0), _)) => GitStanding::Tracked,
        Ok((Some(1), _)) => match git(folder, &["check-ignore", "--quiet", "--"], name).await {
            Ok((Some(0), _)) => GitStanding::Ignored,
            Ok((Some(1), _)) => GitStanding::Untracked,
            Ok((_, said)) => GitStanding::Unknown { reason: said },
            Err(reason) => GitStanding::Unknown { reason },
        },
        Ok((_, said)) if said.contains("not a git repository") => GitStanding::NoRepository,
        Ok((_, said)) => GitStanding::Unknown { reason: said },
        Err(reason) => GitStanding::Unknown { reason },
    }
}

/// The exit code of git, and the first line of what it complains about.
async fn git(folder: &Path, arguments: &[&str], name: &OsStr) -> Result<(Option<i32>, String), String> {
    let running = Command::new("git")
        // what a repository's own settings start is none of our business
        .args(["-c", "core.fsmonitor=false", "-C"])
        .arg(folder)
        .args(arguments)
        .arg(name)
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(GIT_DEADLINE, running).await;
    let output = output.map_err(|_| format!("git did not respond in {} s", GIT_DEADLINE.as_secs()))?;
    let output = output.map_err(|error| format!("git did not start ({})", error.kind()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let said = text::quoted(said.lines().next().unwrap_or_default().trim_start_matches("fatal: "), 120);
    Ok((output.status.code(), said))
}

/// Files that start programs, and so may have secrets on command lines.
fn starts_programs(path: &Path) -> bool {
    let lower = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let (name, extension) = (lower(path.file_name()), lower(path.extension()));
    match extension.as_str() {
        "sh" | "bash" | "zsh" | "fish" | "ps1" | "bat" | "cmd" | "service" => true,
        "yml" | "yaml" => name.starts_with("docker-compose") || name.starts_with("compose"),
        _ => ["package.json", "makefile", "justfile", "procfile", "dockerfile"].contains(&name.as_str()),
    }
}

/// The secrets that scripts in a folder hold.
fn scripts(folder: &Path, settings: &Settings) -> Vec<WrittenSecret> {
    const MOST_ENTRIES: usize = 2000;
    const MOST_SCRIPTS: usize = 50;
    const LONGEST: u64 = 256 * 1024;
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_script = |path: &PathBuf| {
        starts_programs(path) && fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= LONGEST)
    };
    let mut paths: Vec<PathBuf> =
        entries.take(MOST_ENTRIES).flatten().map(|entry| entry.path()).filter(is_script).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths.iter().take(MOST_SCRIPTS) {
        let Ok(text) = fs::read_to_string(path) else { continue };
        let lines = text.lines().enumerate();
        found.extend(lines.filter_map(|(index, line)| {
            let what = written_secret(line, settings)?;
            let path = path.strip_prefix(folder).unwrap_or(path).display().to_string();
            Some(WrittenSecret { path, line: index + 1, what: what.to_owned() })
        }));
    }
    found
}
