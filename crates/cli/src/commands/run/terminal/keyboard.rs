//! What is typed goes to the program's terminal.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags};
use rustix::io::{Errno, write};
use zeroize::Zeroizing;

use super::super::outlet::ready;

/// The thread that reads keys while it may.
pub(super) struct Keyboard {
    thread: JoinHandle<()>,
    wake: PipeWriter,
}

/// What the thread works with.
struct Keys {
    keyboard: Arc<File>,
    listens: Arc<Mutex<bool>>,
    to: Arc<OwnedFd>,
    woken: PipeReader,
}

impl Keyboard {
    /// Begins; `gone` is called when the keyboard is.
    pub(super) fn new(
        keyboard: &Arc<File>,
        listens: &Arc<Mutex<bool>>,
        to: &Arc<OwnedFd>,
        gone: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let (woken, wake) = io::pipe()?;
        let keys =
            Keys { keyboard: Arc::clone(keyboard), listens: Arc::clone(listens), to: Arc::clone(to), woken };
        let thread = std::thread::Builder::new().name("keyboard".to_owned()).spawn(move || {
            if keys.carry() == Err(Errno::NXIO) {
                drop(keys);
                gone();
            }
        })?;
        Ok(Self { thread, wake })
    }

    /// Lets it see whether it may read.
    pub(super) fn wake(&mut self) {
        let _ = self.wake.write_all(b"w");
    }

    /// Ends it, so that it holds the program's terminal no longer.
    pub(super) fn end(self) {
        drop(self.wake);
        let _ = self.thread.join();
    }
}

impl Keys {
    /// Carries keys until nobody wakes it any more, or the keyboard is gone, which is `NXIO`.
    fn carry(&self) -> Result<(), Errno> {
        let mut typed = Zeroizing::new([0_u8; 4096]);
        loop {
            let listens = *self.lock();
            let mut ends = vec![PollFd::new(&self.woken, PollFlags::IN)];
            if listens {
                ends.push(PollFd::new(&self.keyboard, PollFlags::IN));
            }
            if ready(&mut ends, None).is_err() {
                return Ok(());
            }
            let keys = ends.get(1).map_or(PollFlags::empty(), PollFd::revents);
            if !ends[0].revents().is_empty() && !self.is_awake() {
                return Ok(());
            }
            let count = self.read(&mut typed[..])?;
            if count > 0 && !self.write(&typed[..count]) {
                return Ok(());
            }
            if count == 0 && keys.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                return Err(Errno::NXIO);
            }
        }
    }

    /// Reads what is there, if it is still ours.
    fn read(&self, typed: &mut [u8]) -> Result<usize, Errno> {
        let listens = self.lock();
        if !*listens {
            return Ok(0);
        }
        match (&*self.keyboard).read(typed) {
            Ok(count) => Ok(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(_) => Err(Errno::NXIO),
        }
    }

    /// Types it; tells whether to go on.
    fn write(&self, mut typed: &[u8]) -> bool {
        while !typed.is_empty() {
            match write(&self.to, typed) {
                Ok(count) => typed = &typed[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    let mut ends =
                        [PollFd::new(&self.woken, PollFlags::IN), PollFd::new(&self.to, PollFlags::OUT)];
                    if ready(&mut ends, None).is_err() || !ends[0].revents().is_empty() && !self.is_awake() {
                        return false;
                    }
                }
                Err(_) => return false,
            }
        }
        true
    }

    /// Takes the wake-ups; tells whether there will be more.
    fn is_awake(&self) -> bool {
        (&self.woken).read(&mut [0; 64]).is_ok_and(|count| count > 0)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, bool> {
        self.listens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
