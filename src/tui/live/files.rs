//! The settings files: noticed when they are written, replaced, made or removed.
//!
//! The system tells of it (inotify, kqueue, `FSEvents`, …), so nothing wakes up while nothing happens.
//! Folders are watched rather than files: editors put a new file in the place of the old one, and a
//! file may not be there yet.

use std::collections::BTreeSet;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;
use tokio::time::{Sleep, sleep};

use crate::settings::Snapshot;

/// Programs write a file in several steps.
const SETTLES: Duration = Duration::from_millis(150);

pub(super) struct Files {
    /// As they were when the settings were read.
    read: Snapshot,
    watcher: Option<RecommendedWatcher>,
    told: Arc<Told>,
    folders: BTreeSet<PathBuf>,
    due: Option<Pin<Box<Sleep>>>,
    /// Whether it was said already that files cannot be watched.
    refused: bool,
    start: Start,
}

/// Starts a watcher that tells of its events.
type Start = fn(Arc<Told>) -> notify::Result<RecommendedWatcher>;

impl Default for Files {
    fn default() -> Self {
        let start: Start = |told| notify::recommended_watcher(move |event: notify::Result<Event>| told.take(event));
        Self {
            read: Snapshot::default(),
            watcher: None,
            told: Arc::default(),
            folders: BTreeSet::new(),
            due: None,
            refused: false,
            start,
        }
    }
}

/// What the thread of the watcher looks at and tells.
#[derive(Default)]
struct Told {
    paths: Mutex<Paths>,
    changed: Notify,
}

#[derive(Default)]
struct Paths {
    files: BTreeSet<PathBuf>,
    /// Folders in which everything counts: what a link in them leads to may change by other names.
    links: BTreeSet<PathBuf>,
}

impl Files {
    /// Watches these files from now on; says why it cannot, the first time that it cannot.
    pub(super) fn follow(&mut self, read: Snapshot) -> Option<String> {
        let mut paths = Paths::default();
        let mut folders = BTreeSet::new();
        for file in read.files() {
            let Ok(file) = std::path::absolute(file) else { continue };
            if let Ok(target) = file.canonicalize()
                && target != file
            {
                folders.extend(nearest(&target));
                paths.files.insert(target);
                paths.links.extend(file.parent().map(Path::to_owned));
            }
            folders.extend(nearest(&file));
            paths.files.insert(file);
        }
        self.read = read;
        *self.told.paths.lock().unwrap_or_else(PoisonError::into_inner) = paths;
        let refusal = self.watch(folders).err()?;
        let is_new = !std::mem::replace(&mut self.refused, true);
        is_new.then(|| format!("Settings files cannot be watched ({}): press R after a change", reason(&refusal)))
    }

    fn watch(&mut self, folders: BTreeSet<PathBuf>) -> notify::Result<()> {
        if folders.is_empty() {
            self.watcher = None;
            return Ok(());
        }
        let told = Arc::clone(&self.told);
        let watcher = match &mut self.watcher {
            Some(watcher) => watcher,
            none => none.insert((self.start)(told)?),
        };
        for gone in self.folders.difference(&folders) {
            // a folder that was removed is no longer watched
            let _ = watcher.unwatch(gone);
        }
        // one that was made again in the meantime is another one of the same name
        let watched = folders.iter().try_for_each(|folder| watcher.watch(folder, RecursiveMode::NonRecursive));
        self.folders = folders;
        watched
    }

    /// Waits until files are not as they were when the settings were read; gives their names.
    pub(super) async fn changed(&mut self) -> String {
        loop {
            if self.watcher.is_none() {
                pending::<()>().await;
            }
            if let Some(due) = &mut self.due {
                due.await;
                self.due = None;
                // what this program has written was read again already
                let changed: Vec<String> = self.read.changed().into_iter().map(name).collect();
                if !changed.is_empty() {
                    return changed.join(", ");
                }
            }
            self.told.changed.notified().await;
            self.due = Some(Box::pin(sleep(SETTLES)));
        }
    }
}

impl Told {
    fn take(&self, event: notify::Result<Event>) {
        // an error may stand for events that were lost
        let counts = event.map_or(true, |event| {
            let writes = !matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write));
            let paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
            writes && (event.need_rescan() || event.paths.iter().any(|path| paths.concern(path)))
        });
        if counts {
            self.changed.notify_one();
        }
    }
}

impl Paths {
    /// Whether it is one of the files, a folder above one, or beside a link.
    fn concern(&self, path: &Path) -> bool {
        self.files.iter().any(|file| file.starts_with(path))
            || path.parent().is_some_and(|folder| self.links.contains(folder))
    }
}

/// The folder of a file, or the nearest one above it that is there.
fn nearest(file: &Path) -> Option<PathBuf> {
    file.ancestors().skip(1).find(|folder| folder.is_dir()).map(Path::to_owned)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => "the system's limit of watched files is reached".to_owned(),
        notify::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);
    const QUIET: Duration = Duration::from_millis(400);

    async fn change(files: &mut Files) -> Option<String> {
        tokio::time::timeout(SOON, files.changed()).await.ok()
    }

    async fn is_quiet(files: &mut Files) -> bool {
        tokio::time::timeout(QUIET, files.changed()).await.is_err()
    }

    fn follow(files: &mut Files, paths: &[PathBuf]) {
        assert_eq!(files.follow(Snapshot::of(paths.iter().cloned())), None);
    }

    #[tokio::test]
    async fn a_file_is_noticed_however_it_changes_and_other_files_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let paths = [folder.path().join(".env"), folder.path().join("sub/dir/config.toml")];
        let mut files = Files::default();
        follow(&mut files, &paths);
        fs::write(folder.path().join("bot.log"), "noise").unwrap();
        assert!(is_quiet(&mut files).await);
        fs::write(&paths[0], "A=1").unwrap();
        assert_eq!(change(&mut files).await.as_deref(), Some(".env"), "made");
        follow(&mut files, &paths);
        fs::read(&paths[0]).unwrap();
        assert!(is_quiet(&mut files).await, "reading is no change");
        let new = folder.path().join(".env.swp");
        fs::write(&new, "A=2").unwrap();
        fs::rename(&new, &paths[0]).unwrap();
        assert_eq!(change(&mut files).await.as_deref(), Some(".env"), "replaced");
        follow(&mut files, &paths);
        fs::create_dir_all(paths[1].parent().unwrap()).unwrap();
        fs::write(&paths[1], "").unwrap();
        assert_eq!(change(&mut files).await.as_deref(), Some("config.toml"), "made with its folder");
        follow(&mut files, &paths);
        fs::remove_dir_all(folder.path().join("sub")).unwrap();
        assert_eq!(change(&mut files).await.as_deref(), Some("config.toml"), "removed with its folder");
    }

    #[tokio::test]
    async fn where_no_watcher_starts_it_is_said_once_and_nothing_is_polled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        let mut files = Files {
            // as where there are no more inotify instances
            start: |_| Err(notify::Error::io(std::io::Error::from_raw_os_error(24))),
            ..Files::default()
        };
        let read = || Snapshot::of([path.clone()]);
        let said = files.follow(read()).unwrap();
        assert!(said.starts_with("Settings files cannot be watched (") && said.ends_with("): press R after a change"));
        fs::write(&path, "A=1").unwrap();
        assert!(is_quiet(&mut files).await);
        assert_eq!(files.follow(read()), None, "said once");
        // and where one starts again, changes are noticed
        files.start = Files::default().start;
        assert_eq!(files.follow(read()), None);
        fs::write(&path, "A=22").unwrap();
        assert_eq!(change(&mut files).await.as_deref(), Some(".env"));
    }

    #[tokio::test]
    async fn what_was_read_after_it_was_written_is_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = [folder.path().join(".env")];
        let mut files = Files::default();
        follow(&mut files, &path);
        fs::write(&path[0], "A=1").unwrap();
        follow(&mut files, &path);
        assert!(is_quiet(&mut files).await);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_link_that_leads_elsewhere_is_a_change() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for version in ["1", "2"] {
            fs::create_dir(at(version)).unwrap();
            fs::write(at(version).join(".env"), version).unwrap();
        }
        // as secrets are mounted into containers
        symlink("1", at("data")).unwrap();
        symlink("data/.env", at(".env")).unwrap();
        let mut files = Files::default();
        follow(&mut files, &[at(".env")]);
        symlink("2", at("new")).unwrap();
        fs::rename(at("new"), at("data")).unwrap();
        assert_eq!(change(&mut files).await.as_deref(), Some(".env"));
    }
}
