//! Results in a file: the old file stays as it is until the new one is there as a whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cli::terminal;

/// Writes a file whole or not at all. What is no plain file, such as a pipe, is written to.
///
/// # Errors
///
/// With the path. A file that was there is as it was.
pub(super) fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    place(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn place(path: &Path, content: &[u8]) -> io::Result<()> {
    let old = match fs::metadata(path) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return File::options().write(true).open(path)?.write_all(content);
    }
    // through a link, so that the link stays one
    let target = if old.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(".polydoctor-tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut new = builder.tempfile_in(folder)?;
    new.write_all(content)?;
    if let Some(old) = old {
        new.as_file().set_permissions(old.permissions())?;
    }
    new.as_file().sync_all()?;
    new.persist(target).map_err(|error| error.error)?;
    Ok(())
}

/// Where results go.
pub(super) enum Output {
    Screen(terminal::Clean<io::Stdout>),
    /// Kept until all of it is there.
    Whole {
        path: PathBuf,
        content: Vec<u8>,
    },
    /// Line by line; the file is made with the first one.
    Stream {
        path: PathBuf,
        file: Option<BufWriter<File>>,
    },
}

impl Output {
    /// To a file that is written when [`Output::finish`] is called, or to standard output.
    pub(super) fn whole(path: Option<&Path>) -> Self {
        match path {
            Some(path) => Self::Whole { path: path.to_owned(), content: Vec::new() },
            None => Self::Screen(terminal::out()),
        }
    }

    /// To a file that grows, or to standard output.
    pub(super) fn stream(path: Option<&Path>) -> Self {
        match path {
            Some(path) => Self::Stream { path: path.to_owned(), file: None },
            None => Self::Screen(terminal::out()),
        }
    }

    /// Writes what is left, and says on a terminal where it went. What its file does not take is printed.
    ///
    /// # Errors
    ///
    /// Those of writing, with the path.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.flush()?;
        if let Self::Whole { path, content } = &self {
            if let Err(error) = write(path, content) {
                // what was found out is told, also where it cannot be kept
                terminal::out().write_all(content)?;
                return Err(error);
            }
            if io::stderr().is_terminal() {
                writeln!(terminal::err(), "note: wrote {} ({} bytes)", path.display(), content.len())?;
            }
        }
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Screen(out) => out.write(bytes),
            Self::Whole { content, .. } => content.write(bytes),
            Self::Stream { file: Some(file), .. } => file.write(bytes),
            Self::Stream { path, file } => {
                let named = |error: io::Error| {
                    io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
                };
                file.insert(BufWriter::new(File::create(&*path).map_err(named)?)).write(bytes)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Screen(out) => out.flush(),
            Self::Stream { file: Some(file), .. } => file.flush(),
            Self::Whole { .. } | Self::Stream { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_keeps_its_mode_and_its_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt as _, symlink};
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            symlink(&path, folder.path().join("link")).unwrap();
            write(&folder.path().join("link"), b"three").unwrap();
            assert!(fs::symlink_metadata(folder.path().join("link")).unwrap().is_symlink());
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            write(Path::new("/dev/null"), b"x").unwrap();
        }
        assert_eq!(
            fs::read_dir(folder.path())
                .unwrap()
                .filter_map(Result::ok)
                .filter(|entry| entry.file_name().to_string_lossy().ends_with("-tmp"))
                .count(),
            0
        );
        let error = write(&folder.path().join("none/a"), b"x").unwrap_err();
        assert!(format!("{error:#}").starts_with("cannot write "), "{error:#}");
    }
}
