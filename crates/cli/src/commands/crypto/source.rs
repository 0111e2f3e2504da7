//! Where a command of encryption reads: standard input or a file.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;

use reticent::core::{Secret, SecretBuffer};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::TEXT_LIMIT;
use super::interrupt::Interrupt;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// How often it is looked whether a signal has come while nothing is there to read.
const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// An open input.
#[derive(Debug)]
pub(crate) struct Source {
    file: File,
    name: String,
    interrupt: Interrupt,
}

impl Source {
    /// Opens the file, or standard input.
    pub(crate) fn open(path: Option<&Path>, context: &Context, interrupt: &Interrupt) -> Result<Self> {
        let interrupt = interrupt.clone();
        match path {
            Some(path) => {
                let path = context.folder().join(path);
                let file = File::open(&path).map_err(|error| Failure::file("read", &path, &error))?;
                if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
                    let error = io::ErrorKind::IsADirectory.into();
                    return Err(Failure::file("read", &path, &error));
                }
                Ok(Self { file, name: path.to_string_lossy().into_owned(), interrupt })
            }
            None => {
                // Without the library's buffer, which would keep a copy.
                let descriptor = io::stdin().as_fd().try_clone_to_owned();
                let name = "standard input".to_owned();
                let file = descriptor.map_err(|error| Failure::file("read", Path::new(&name), &error))?;
                Ok(Self { file: file.into(), name, interrupt })
            }
        }
    }

    /// Reads the beginning, and the rest as well unless it is a sealed file, which may have any size.
    pub(crate) fn begin(&mut self) -> Result<(Vec<u8>, Option<Secret>)> {
        if self.is_terminal() {
            return Ok((Vec::new(), Some(self.read_whole("ciphertext", TEXT_LIMIT)?)));
        }
        let mut start = Vec::with_capacity(4);
        self.by_ref().take(4).read_to_end(&mut start).map_err(|error| self.failure(&error))?;
        if start == b"RTC1" {
            return Ok((start, None));
        }
        let text = self.read_behind(&start, TEXT_LIMIT)?;
        Ok((start, Some(text)))
    }

    /// Returns what people call it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns how many bytes it has, where that is known.
    pub(crate) fn size(&self) -> Option<u64> {
        self.file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    /// Tells whether a person types it.
    pub(crate) fn is_terminal(&self) -> bool {
        self.file.is_terminal()
    }

    /// Reads the rest behind what was read already, at most `limit` bytes together.
    pub(crate) fn read_behind(&mut self, start: &[u8], limit: usize) -> Result<Secret> {
        let mut buffer = SecretBuffer::new();
        let all = io::Cursor::new(start).chain(&mut *self);
        buffer.read_to_end(all, limit).map_err(|error| self.unread(&error, limit))?;
        Ok(buffer.into_secret())
    }

    /// Reads all of it, at most `limit` bytes; on a terminal it asks for one line, without an echo.
    pub(crate) fn read_whole(&mut self, prompt: &str, limit: usize) -> Result<Secret> {
        let mut buffer = SecretBuffer::new();
        let is_terminal = self.file.is_terminal();
        let read = match is_terminal {
            true => crate::prompt::ask(&mut buffer, &self.file, prompt, limit),
            false => buffer.read_to_end(&mut *self, limit),
        };
        read.map_err(|error| self.unread(&error, limit))?;
        // A closed standard input is /dev/null by now: nobody has given a value, not even an empty one.
        let is_device = self.file.metadata().is_ok_and(|metadata| metadata.file_type().is_char_device());
        if buffer.is_empty() && (is_terminal || is_device) {
            return Err(Failure::usage(format!("{}: there is nothing", self.name))
                .with_hint("pipe it in, or name a file with --in FILE"));
        }
        Ok(buffer.into_secret())
    }

    fn unread(&self, error: &io::Error, limit: usize) -> Failure {
        if error.kind() == io::ErrorKind::FileTooLarge {
            return Failure::new(Exit::Findings, format!("{}: more than {} MiB", self.name, limit >> 20))
                .with_hint("aes256 takes files of any size: --in FILE --out FILE, or --binary");
        }
        self.failure(error)
    }

    /// Tells what kept it from being read.
    pub(crate) fn failure(&self, error: &io::Error) -> Failure {
        match self.interrupt.signal() {
            Some(signal) => super::interrupt::stopped(signal),
            None => Failure::file("read", Path::new(&self.name), error),
        }
    }
}

impl Read for Source {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.interrupt.signal().is_some() {
                return Err(io::Error::other("a signal came"));
            }
            // A read would be begun again after a signal, and wait on.
            let mut ready = [PollFd::new(&self.file, PollFlags::IN)];
            match poll(&mut ready, Some(&LOOK)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                _ => return self.file.read(bytes),
            }
        }
    }
}
