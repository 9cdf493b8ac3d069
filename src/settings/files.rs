//! Files of settings, read with words for what keeps them from it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::inputs::SettingsError;

/// Larger than any settings file; what is longer is another file.
const LONGEST: u64 = 1 << 20;

/// The time in which a program writes to a pipe that it has opened: it may ask a person first.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The time in which a program opens a pipe to write to it.
const UNTIL_OPENED: Duration = Duration::from_secs(2);

/// The text of a settings file.
pub(super) fn read_text(path: &Path) -> Result<String, SettingsError> {
    read_bytes(path).and_then(|bytes| as_text(bytes).map_err(|error| unreadable(path, &error)))
}

/// All of a settings file. A pipe, such as that of `<(command)` in a shell, can be read only once; what
/// it held is kept for those who read it again.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, SettingsError> {
    static PIPES: Mutex<Vec<(PathBuf, Zeroizing<Vec<u8>>)>> = Mutex::new(Vec::new());
    if !fs::metadata(path).is_ok_and(|found| is_pipe(&found)) {
        return read_bytes_now(path);
    }
    let mut pipes = PIPES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, held)) = pipes.iter().find(|(read, _)| read == path) {
        return Ok(held.to_vec());
    }
    let held = read_bytes_now(path)?;
    pipes.push((path.to_owned(), Zeroizing::new(held.clone())));
    Ok(held)
}

/// The same, of a pipe what is written to it from now on.
fn read_bytes_now(path: &Path) -> Result<Vec<u8>, SettingsError> {
    read_file(path, LONGEST).map_err(|error| unreadable(path, &error))
}

/// [`read_text`] of what [`read_bytes_now`] reads.
pub(super) fn read_text_now(path: &Path) -> Result<String, SettingsError> {
    read_bytes_now(path).and_then(|bytes| as_text(bytes).map_err(|error| unreadable(path, &error)))
}

fn unreadable(path: &Path, error: &io::Error) -> SettingsError {
    SettingsError::Unreadable { path: path.display().to_string(), reason: reason(error) }
}

/// The text of a file that is to be written to afterwards, which a pipe or a device cannot be.
pub fn read_regular(path: &Path) -> io::Result<String> {
    match fs::metadata(path)? {
        found if found.is_file() => read_file(path, LONGEST).and_then(as_text),
        found if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
        _ => Err(io::Error::other("it is not a regular file")),
    }
}

/// All of a file, a device or a pipe, in bounded memory and time.
///
/// # Errors
///
/// Those of reading; that it holds more than `most` bytes; that nothing was written to a pipe.
pub fn read_file(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let found = file.metadata()?;
    if found.is_file() && found.len() > most {
        return Err(too_large(most));
    }
    read_all(file, is_pipe(&found), most)
}

fn read_all(mut file: File, is_pipe: bool, most: u64) -> io::Result<Vec<u8>> {
    const STEP: Duration = Duration::from_millis(5);
    let began = Instant::now();
    let mut content = Vec::new();
    let mut buffer = Zeroizing::new([0; 1 << 14]);
    loop {
        match file.read(&mut *buffer) {
            // nobody has opened it to write, yet
            Ok(0) if is_pipe && content.is_empty() => {
                if began.elapsed() > UNTIL_OPENED {
                    return Err(io::Error::other("it is a pipe that no program writes to"));
                }
                std::thread::sleep(STEP);
            }
            Ok(0) => return Ok(content),
            Ok(length) => content.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if began.elapsed() > LONGEST_WAIT {
                    let text = format!("it was not read completely in {} s", LONGEST_WAIT.as_secs());
                    return Err(io::Error::other(text));
                }
                std::thread::sleep(STEP);
            }
            Err(error) => return Err(error),
        }
        if content.len() as u64 > most {
            return Err(too_large(most));
        }
    }
}

/// Opens a file to read it, and waits for nobody.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    options.read(true).open(path)
}

#[cfg(unix)]
fn is_pipe(found: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&found.file_type())
}

#[cfg(not(unix))]
fn is_pipe(_: &fs::Metadata) -> bool {
    false
}

fn too_large(most: u64) -> io::Error {
    io::Error::other(format!("it is larger than {} MiB", most >> 20))
}

fn as_text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| ErrorKind::InvalidData.into())
}

/// Why a file cannot be read, in words.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// A path that a settings file names: `~` is the home folder, and what is not absolute is beside
/// that file.
pub(super) fn path_named(text: &str, beside: &Path) -> PathBuf {
    match (text.strip_prefix("~/"), super::home_folder()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => beside.parent().unwrap_or(Path::new("")).join(text),
    }
}

/// The path from the root. What stands before `..` is resolved, since it may be a link; links behind
/// it stay, since they may come to point elsewhere.
pub(super) fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let parts: Vec<Component<'_>> = path.components().collect();
    let Some(last) = parts.iter().rposition(|part| *part == Component::ParentDir) else { return path };
    let (before, behind) = parts.split_at(last + 1);
    let before: PathBuf = before.iter().collect();
    fs::canonicalize(before).map_or_else(|_| path.clone(), |folder| folder.join(behind.iter().collect::<PathBuf>()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn fifo(folder: &Path) -> PathBuf {
        let path = folder.join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()));
        path
    }

    #[test]
    fn a_device_is_read_to_the_limit_and_a_pipe_without_a_writer_not_for_long() {
        let refused = |path: &Path| read_text(path).unwrap_err().to_string();
        assert_eq!(refused(Path::new("/dev/zero")), "cannot read /dev/zero: it is larger than 1 MiB");
        assert_eq!(read_text(Path::new("/dev/null")).unwrap(), "");
        let folder = tempfile::tempdir().unwrap();
        let path = fifo(folder.path());
        let began = Instant::now();
        assert!(refused(&path).ends_with("it is a pipe that no program writes to"));
        assert!(began.elapsed() < Duration::from_secs(10));
        assert!(read_regular(&path).unwrap_err().to_string().contains("not a regular file"));
        let long = folder.path().join("long");
        fs::write(&long, vec![b'a'; (1 << 20) + 1]).unwrap();
        assert!(refused(&long).contains("larger than 1 MiB"));
        assert_eq!(reason(&read_file(folder.path(), 1).unwrap_err()), "it is a folder");
    }

    #[test]
    fn the_text_of_a_pipe_is_there_for_whoever_reads_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = fifo(folder.path());
        let writes = path.clone();
        let writer = std::thread::spawn(move || {
            let mut pipe = File::options().write(true).open(writes).unwrap();
            pipe.write_all(b"A=").unwrap();
            std::thread::sleep(Duration::from_millis(200));
            pipe.write_all(b"1").unwrap();
        });
        assert_eq!(read_text(&path).unwrap(), "A=1");
        writer.join().unwrap();
        assert_eq!(read_text(&path).unwrap(), "A=1");
        assert!(read_text_now(&path).is_err());
    }
}
