//! The one way in which files are written: whole, or not at all.

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;
use thiserror::Error;

/// Ends the names of files that are not yet complete.
const UNFINISHED: &str = ".polydoctor-tmp";

/// Whether a file of this name is what a writer of the other one has left that was killed.
pub(crate) fn is_unfinished(name: &str, of: &str) -> bool {
    name.strip_prefix('.').and_then(|name| name.strip_prefix(of)).is_some_and(|rest| rest.ends_with(UNFINISHED))
}

/// Why a file was not written. It is as it was before.
#[derive(Debug, Error)]
pub enum SaveError {
    /// The system refused, or the disk is full.
    #[error("{path} was not written: {reason}")]
    Failed {
        /// The file, as it was named.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// Somebody else has written it since it was read.
    #[error("{path} was not written: it has changed since it was read")]
    Changed {
        /// The file, as it was named.
        path: String,
    },
}

/// Who may read a written file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Those who may now; a new file only its owner.
    AsItIs,
    /// Only its owner, whatever was before: mode 0600.
    Owner,
}

/// Replaces a file, or makes a new one. Whoever reads it, at any time and after a crash at any
/// point, sees the old content or the new one. A link keeps pointing to what it points to.
///
/// # Errors
///
/// [`SaveError::Failed`], with the path; the file is as it was.
pub fn write(path: &Path, content: &[u8], access: Access) -> Result<(), SaveError> {
    replace(path, Before::Anything, content, access)
}

/// What a file must hold to be replaced.
#[derive(Clone, Copy)]
pub(super) enum Before<'a> {
    Anything,
    NoFile,
    Content(&'a [u8]),
}

/// As [`write`], but only if the file still holds what was read before.
pub(super) fn replace(path: &Path, expected: Before<'_>, content: &[u8], access: Access) -> Result<(), SaveError> {
    let failed = |error: io::Error| SaveError::Failed { path: path.display().to_string(), reason: reason(&error) };
    let target = target(path).map_err(failed)?;
    let folder = folder_of(&target);
    let lock = lock(folder).map_err(failed)?;
    let before = match fs::read(&target) {
        Ok(content) => Some(content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let as_expected = match expected {
        Before::Anything => true,
        Before::NoFile => before.is_none(),
        Before::Content(content) => before.as_deref() == Some(content),
    };
    if !as_expected {
        return Err(SaveError::Changed { path: path.display().to_string() });
    }
    if before.as_deref() != Some(content) || access == Access::Owner {
        remove_unfinished(folder);
        write_whole(&target, content, access).map_err(failed)?;
    }
    drop(lock);
    Ok(())
}

/// Makes sure that a file can be replaced, or made: all that [`write()`] does but the last step.
///
/// # Errors
///
/// [`SaveError::Failed`], with the path.
pub fn check(path: &Path) -> Result<(), SaveError> {
    let failed = |error: io::Error| SaveError::Failed { path: path.display().to_string(), reason: reason(&error) };
    let target = target(path).map_err(failed)?;
    unfinished(&target, &[], Access::AsItIs).map(drop).map_err(failed)
}

/// Room on the disk, until it is dropped.
pub struct Reserved(#[expect(dead_code, reason = "it is held, and released with this")] NamedTempFile);

/// Makes sure that a file can be replaced by one that is so many bytes longer: the room for it is taken,
/// beside the file, until it is dropped to write.
///
/// # Errors
///
/// [`SaveError::Failed`], with the path.
pub fn reserve(path: &Path, longer: usize) -> Result<Reserved, SaveError> {
    let failed = |error: io::Error| SaveError::Failed { path: path.display().to_string(), reason: reason(&error) };
    let target = target(path).map_err(failed)?;
    let now = fs::metadata(&target).map_or(0, |found| usize::try_from(found.len()).unwrap_or(usize::MAX));
    let file = unfinished(&target, &vec![b' '; now.saturating_add(longer)], Access::Owner).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    Ok(Reserved(file))
}

/// Removes a file that still holds what was read before.
///
/// # Errors
///
/// [`SaveError`], with the path; the file is there.
pub(super) fn remove(path: &Path, expected: &[u8]) -> Result<(), SaveError> {
    let failed = |error: io::Error| SaveError::Failed { path: path.display().to_string(), reason: reason(&error) };
    let target = target(path).map_err(failed)?;
    let _lock = lock(folder_of(&target)).map_err(failed)?;
    if fs::read(&target).map_err(failed)? != expected {
        return Err(SaveError::Changed { path: path.display().to_string() });
    }
    fs::remove_file(path).map_err(failed)
}

/// Makes the folder of a file, for its owner only, where it is not there.
///
/// # Errors
///
/// [`SaveError::Failed`], with the path of the folder.
pub fn make_folder_of(path: &Path) -> Result<(), SaveError> {
    make_folder(folder_of(path))
}

fn make_folder(folder: &Path) -> Result<(), SaveError> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(|error| of_folder(folder, &error))
}

fn of_folder(folder: &Path, error: &io::Error) -> SaveError {
    SaveError::Failed { path: folder.display().to_string(), reason: reason(error) }
}

/// Makes a folder where it is not there, and makes sure that only its owner can look into it.
pub(super) fn make_private_folder(folder: &Path) -> Result<(), SaveError> {
    make_folder(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let is_open = |found: Metadata| found.permissions().mode() & 0o077 != 0;
        let private = fs::Permissions::from_mode(0o700);
        if fs::metadata(folder).map(is_open).map_err(|error| of_folder(folder, &error))? {
            fs::set_permissions(folder, private).map_err(|error| of_folder(folder, &error))?;
        }
    }
    Ok(())
}

/// Keeps other processes of ours away from a folder until it is dropped.
pub(super) fn lock_folder(folder: &Path) -> Result<Option<File>, SaveError> {
    lock(folder).map_err(|error| of_folder(folder, &error))
}

/// The file itself, where the path is a link to it.
fn target(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            fs::canonicalize(path).map_err(|_| io::Error::other("it is a broken symbolic link"))
        }
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => Err(io::Error::other("it is not a regular file")),
        _ => Ok(path.to_owned()),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Keeps other writers of the folder away until it is dropped.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    const TRIES: u32 = 100;
    // where a folder cannot be opened or locked, writers are only kept from mixing their files
    let Ok(file) = File::open(folder) else { return Ok(None) };
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
    Err(io::Error::other("another program is writing in this folder"))
}

/// Removes what a writer left that was killed: it may hold secrets.
fn remove_unfinished(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
            // the next writer tries again
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn write_whole(target: &Path, content: &[u8], access: Access) -> io::Result<()> {
    let file = unfinished(target, content, access)?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    #[cfg(unix)]
    File::open(folder_of(target))?.sync_all()?;
    Ok(())
}

/// A new file beside the one that it is to replace, removed again when it is dropped.
fn unfinished(target: &Path, content: &[u8], access: Access) -> io::Result<NamedTempFile> {
    let before = fs::metadata(target).ok();
    let prefix = target.file_name().map(|name| format!(".{}.", name.to_string_lossy())).unwrap_or_default();
    // only its owner can read it until it is complete
    let mut file = tempfile::Builder::new().prefix(&prefix).suffix(UNFINISHED).tempfile_in(folder_of(target))?;
    file.write_all(content)?;
    if let Some(before) = before {
        keep(file.as_file(), &before, access)?;
    }
    Ok(file)
}

/// Gives a new file the owner and the mode of the one that it replaces.
#[cfg(unix)]
fn keep(file: &File, before: &Metadata, access: Access) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
    let now = file.metadata()?;
    if (now.uid(), now.gid()) != (before.uid(), before.gid()) {
        let user = (now.uid() != before.uid()).then_some(before.uid());
        fchown(file, user, Some(before.gid())).map_err(|_| io::Error::other("it belongs to another user or group"))?;
    }
    if access == Access::AsItIs {
        file.set_permissions(fs::Permissions::from_mode(before.permissions().mode() & 0o7777))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep(_file: &File, _before: &Metadata, _access: Access) -> io::Result<()> {
    Ok(())
}

/// What the system says, in words where it has a number.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "its folder does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        io::ErrorKind::FileTooLarge => "the file would be larger than allowed".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_for_its_owner_and_an_old_one_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        write(&path, b"a", Access::AsItIs).unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, b"b", Access::AsItIs).unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (0o644, b"b".to_vec()));
        write(&path, b"b", Access::Owner).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_link_keeps_pointing_to_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "a").unwrap();
        symlink("file", &link).unwrap();
        write(&link, b"b", Access::AsItIs).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"b");
        fs::remove_file(&file).unwrap();
        assert!(write(&link, b"c", Access::AsItIs).unwrap_err().to_string().contains("a broken symbolic link"));
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, "theirs").unwrap();
        for expected in [Before::NoFile, Before::Content(b"mine")] {
            let error = replace(&path, expected, b"new", Access::AsItIs).unwrap_err();
            assert!(error.to_string().contains("has changed since it was read"), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        replace(&path, Before::Content(b"theirs"), b"new", Access::AsItIs).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn what_a_killed_writer_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(format!(".env.x{UNFINISHED}"));
        fs::write(&left, "secret").unwrap();
        write(&folder.path().join(".env"), b"a", Access::AsItIs).unwrap();
        assert!(!left.exists());
    }
}
