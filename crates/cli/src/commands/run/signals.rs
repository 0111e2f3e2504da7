//! Signals that reach us, for handing on to the child.

use std::io;

use rustix::process::Signal;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
#[cfg(feature = "pty")]
use signal_hook::consts::{SIGCONT, SIGTSTP, SIGWINCH};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::WithOrigin;
use signal_hook::low_level::siginfo::Cause;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::child::Kind;

/// The signals that are heard. Others act on us as usual; stopping and continuing reaches the whole process group.
const HEARD: [i32; 7] = [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// What is heard, too, when the program has a terminal of its own and so does not share our process group.
#[cfg(feature = "pty")]
pub(super) const HEARD_FOR_A_TERMINAL: &[i32] = &[SIGCONT, SIGTSTP, SIGWINCH];

/// One signal that reached us.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    signal: Signal,
    is_by_kernel: bool,
    #[cfg(feature = "pty")]
    is_by_us: bool,
}

impl Heard {
    pub(super) fn signal(self) -> Signal {
        self.signal
    }

    /// Tells whether the kernel sent it: the terminal did, to the whole foreground group.
    pub(super) fn is_by_kernel(self) -> bool {
        self.is_by_kernel
    }

    /// Tells whether we sent it to our own process group.
    #[cfg(feature = "pty")]
    pub(super) fn is_by_us(self) -> bool {
        self.is_by_us
    }

    /// Tells whether it is meant for the program as much as for us.
    pub(super) fn is_handed_on(self) -> bool {
        self.signal != Signal::CHILD
    }

    /// Tells whether somebody wants the program to end.
    pub(super) fn is_an_end(self) -> bool {
        matches!(self.signal, Signal::HUP | Signal::INT | Signal::QUIT | Signal::TERM)
    }
}

/// The names that `--watch signal=NAME` knows.
const NAMED: [(&str, Signal); 6] = [
    ("HUP", Signal::HUP),
    ("INT", Signal::INT),
    ("TERM", Signal::TERM),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
    ("WINCH", Signal::WINCH),
];

/// Receives what reaches us from now on.
pub(super) fn heard(kind: Kind) -> io::Result<UnboundedReceiver<Heard>> {
    let mut signals = SignalsInfo::<WithOrigin>::new(HEARD.iter().chain(kind.heard()))?;
    let (sender, receiver) = unbounded_channel();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for origin in signals.forever() {
            let Some(signal) = Signal::from_named_raw(origin.signal) else { continue };
            let is_by_kernel = origin.cause == Cause::Kernel;
            #[cfg(feature = "pty")]
            let is_by_us =
                origin.process.is_some_and(|sender| u32::try_from(sender.pid) == Ok(std::process::id()));
            let heard = Heard {
                signal,
                is_by_kernel,
                #[cfg(feature = "pty")]
                is_by_us,
            };
            if sender.send(heard).is_err() {
                break;
            }
        }
    })?;
    Ok(receiver)
}

/// Reads `HUP`, `SIGHUP` or `hup`.
pub(super) fn named(text: &str) -> Option<Signal> {
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, signal)| *signal)
}
