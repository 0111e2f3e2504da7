//! Bytes on their way, in constant memory, with progress and an end at a signal.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use super::failed::{failed_in, inner};
use super::interrupt::{Interrupt, stopped};
use super::progress::Progress;
use super::target::unshown;
use crate::failure::{Failure, Result};

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// Which end broke.
#[derive(Debug)]
pub(crate) enum Broken {
    Reading(io::Error),
    Writing(io::Error),
}

/// What watches the bytes go by.
#[derive(Debug)]
pub(crate) struct Flow<'p> {
    pub(crate) progress: &'p mut Progress,
    pub(crate) total: Option<u64>,
    pub(crate) interrupt: &'p Interrupt,
}

/// Copies to the end, and returns how many bytes that were.
pub(crate) fn pass(
    from: &mut impl Read,
    to: &mut impl Write,
    flow: Flow<'_>,
) -> std::result::Result<u64, Broken> {
    let mut chunk = Zeroizing::new(vec![0; CHUNK]);
    let mut done = 0;
    loop {
        let length = match from.read(&mut chunk) {
            Ok(0) => return Ok(done),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Broken::Reading(error)),
        };
        to.write_all(&chunk[..length]).map_err(Broken::Writing)?;
        done += length as u64;
        flow.progress.at(done, flow.total);
        if flow.interrupt.signal().is_some() {
            return Err(Broken::Reading(io::Error::other("a signal came")));
        }
    }
}

impl Broken {
    /// Tells what it means for a source called `name` whose bytes went to standard output.
    pub(crate) fn into_stdout_failure(self, name: &str, interrupt: &Interrupt) -> Result<()> {
        match self {
            Self::Writing(error) => unshown(error),
            reading @ Self::Reading(_) => Err(reading.into_failure(name, "standard output", interrupt)),
        }
    }

    /// Tells what it means for a source called `name` whose bytes went into the file at `path`.
    pub(crate) fn into_failure(self, name: &str, path: &str, interrupt: &Interrupt) -> Failure {
        match (interrupt.signal(), self) {
            (Some(signal), _) => stopped(signal),
            (None, Self::Writing(error)) => Failure::file("write", path.as_ref(), &error),
            (None, Self::Reading(error)) => match inner(&error) {
                Some(error) => failed_in(name, error),
                None => Failure::file("read", name.as_ref(), &error),
            },
        }
    }
}
