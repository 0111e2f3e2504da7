//! The monitor: leads the session of the program's terminal, and waits for the program.
//!
//! It is the program's parent in the same session and another process group, as a shell is; only so does the system
//! let Ctrl-Z stop the program. It is told no secret.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::io::{fcntl_dupfd_cloexec, read, retry_on_intr};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, ioctl_tiocsctty, kill_process_group, setsid, waitid,
};
use rustix::stdio::dup2_stdout;
use rustix::termios::tcsetpgrp;
use signal_hook::consts::SIGHUP;

use super::super::child::Ended;
use super::wire::{Report, TO_FRONT};

/// How long a program may take to stop itself after it has caught the stop.
const A_MOMENT: Duration = Duration::from_millis(50);

/// Where the program begins on its terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It owns the terminal.
    Front,
    /// It is stopped when it wants the terminal, as a program in the background.
    Back,
}

impl Place {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }

    pub(super) fn named(name: &OsStr) -> Option<Self> {
        [Self::Front, Self::Back].into_iter().find(|place| name == place.name())
    }
}

/// Works on stdin, a socket to us; stdout, a socket for the gate; and stderr, the terminal.
pub(super) fn main(place: Place) -> ExitCode {
    match monitor(place) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = Report::NoGate(error.raw_os_error().unwrap_or_default()).send(io::stdin());
            ExitCode::FAILURE
        }
    }
}

fn monitor(place: Place) -> io::Result<()> {
    setsid()?;
    ioctl_tiocsctty(io::stderr())?;
    let group = start_gate()?;
    if place == Place::Front {
        // We own the terminal until here, so that this does not stop us.
        tcsetpgrp(io::stderr(), group)?;
    }
    let is_over = Arc::new(AtomicBool::new(false));
    hand_on_hang_ups(group)?;
    let orders = obey(group, Arc::clone(&is_over))?;
    Report::Ready(group).send(io::stdin())?;
    let ended = watch(group)?;
    is_over.store(true, Ordering::SeqCst);
    Report::Ended(ended).send(io::stdin())?;
    // It stays a zombie until we are told that nobody sends it a signal any more, so that its number is not reused.
    let _ = orders.join();
    waitid(WaitId::Pid(group), WaitIdOptions::EXITED)?;
    Ok(())
}

/// Starts the gate as a process group of its own.
fn start_gate() -> io::Result<Pid> {
    let channel = fcntl_dupfd_cloexec(io::stdout(), 3)?;
    let mut command = super::ourselves(super::GATE)?;
    let gate = command.stdin(Stdio::from(channel)).stdout(Stdio::null()).process_group(0).spawn()?;
    // The gate alone holds its socket, so that its closing tells that the program has begun.
    dup2_stdout(io::stderr())?;
    let pid = i32::try_from(gate.id()).ok().and_then(Pid::from_raw);
    Ok(pid.expect("the system gives positive numbers"))
}

/// Reports each stop of the program, and returns its end.
fn watch(pid: Pid) -> io::Result<Ended> {
    let next = |options| retry_on_intr(|| waitid(WaitId::Pid(pid), options));
    loop {
        let either = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let Some(status) = next(either)? else { continue };
        if let Some(ended) = end(&status) {
            return Ok(ended);
        }
        // It may have been continued, and even have ended, meanwhile.
        let stopped = next(WaitIdOptions::STOPPED | WaitIdOptions::NOHANG)?;
        let signal = stopped.and_then(|status| status.stopping_signal()).and_then(Signal::from_named_raw);
        if let Some(signal) = signal {
            Report::Stopped(signal).send(io::stdin())?;
        }
    }
}

fn end(status: &WaitIdStatus) -> Option<Ended> {
    let code = status.exit_status().map(Ended::Code);
    code.or_else(|| status.terminating_signal().map(Ended::Signal))
}

/// Tells the program when its terminal is hung up: the system tells us, and the foreground when we end.
fn hand_on_hang_ups(group: Pid) -> io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP])?;
    std::thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
        for _ in signals.forever() {
            hang_up(group);
        }
    })?;
    Ok(())
}

/// Does what we are asked for, until nobody asks any more. Before the end of the program that means that whoever
/// started us is gone, and its terminal with him.
fn obey(group: Pid, is_over: Arc<AtomicBool>) -> io::Result<std::thread::JoinHandle<()>> {
    std::thread::Builder::new().name("orders".to_owned()).spawn(move || {
        let mut order = [0];
        while retry_on_intr(|| read(io::stdin(), &mut order)) == Ok(1) {
            if order == [TO_FRONT] {
                let _ = tcsetpgrp(io::stderr(), group);
                let _ = kill_process_group(group, Signal::CONT);
                // What asks for a password catches the stop, mends the terminal, and then stops itself.
                std::thread::sleep(A_MOMENT);
                let _ = kill_process_group(group, Signal::CONT);
            }
        }
        if !is_over.load(Ordering::SeqCst) {
            hang_up(group);
            std::process::exit(1);
        }
    })
}

fn hang_up(group: Pid) {
    let _ = kill_process_group(group, Signal::HUP);
    // A stopped program gets it, too.
    let _ = kill_process_group(group, Signal::CONT);
}
