//! Where a command of encryption writes: standard output, or a file that is there whole or not at all.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use reticent::core::Visible;
use reticent::files::{FileError, Place, Readers};

use super::interrupt::{Interrupt, stopped};
use crate::app::written;
use crate::context::Context;
use crate::failure::{Failure, Result};

/// The bits of a mode that let others read, and anybody run, what is secret.
const OTHERS: u32 = 0o177;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Plaintext,
    Ciphertext,
}

/// Where it is written.
#[derive(Debug)]
pub(crate) enum Target {
    Stdout,
    File(PathBuf),
}

impl Target {
    pub(crate) fn of(path: Option<&Path>, context: &Context) -> Self {
        path.map_or(Self::Stdout, |path| Self::File(context.folder().join(path)))
    }

    /// Finds out before anything is read whether a file can be there.
    pub(crate) fn check(&self) -> Result<()> {
        let Self::File(path) = self else { return Ok(()) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Err(error) = folder.metadata() {
            return Err(Failure::file("write into", folder, &error));
        }
        super::super::writing::may_write_into(folder)?;
        match reticent::files::FileState::of(path) {
            Err(error @ FileError::NotRegular(_)) => Err(unwritten(path, error)),
            _ => Ok(()),
        }
    }
}

/// Writes a file through `write`, and puts it in place only if that succeeds.
pub(crate) fn into_file(
    path: &Path,
    holds: Holds,
    interrupt: &Interrupt,
    context: &Context,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let mut place = patiently(path, interrupt, context)?;
    let old = place.state().map_err(|error| unwritten(path, error))?;
    let mut new = place.begin(Readers::Owner).map_err(|error| unwritten(path, error))?;
    write(&mut new)?;
    if holds == Holds::Plaintext && old.is_some_and(|old| old.mode() & OTHERS != 0) {
        // The new file takes the old one's mode.
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(path, private).map_err(|error| Failure::file("write", path, &error))?;
    }
    new.replace().map_err(|error| unwritten(path, error))
}

/// Waits for whoever writes into the same folder, as long as it takes: that may be a large file.
fn patiently(path: &Path, interrupt: &Interrupt, context: &Context) -> Result<Place> {
    let mut is_told = false;
    loop {
        match Place::of(path) {
            Err(FileError::Locked) => {}
            place => return place.map_err(|error| unwritten(path, error)),
        }
        if let Some(signal) = interrupt.signal() {
            return Err(stopped(signal));
        }
        if !std::mem::replace(&mut is_told, true) {
            let name = path.to_string_lossy();
            context.output.say(format!("waiting for another program that writes beside {}", Visible(&name)));
        }
    }
}

fn unwritten(path: &Path, error: FileError) -> Failure {
    Failure::file("write", path, &error.into())
}

/// Standard output without the library's buffer, which would keep a copy.
#[derive(Debug)]
pub(crate) struct Stdout(File);

impl Stdout {
    pub(crate) fn open() -> Result<Self> {
        let descriptor = io::stdout().as_fd().try_clone_to_owned();
        descriptor
            .map(|descriptor| Self(descriptor.into()))
            .map_err(|error| unshown(error).expect_err("an error"))
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What a failed write to standard output means; a closed pipe means nothing.
pub(super) fn unshown(error: io::Error) -> Result<()> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => written(Err(error)),
    }
}
