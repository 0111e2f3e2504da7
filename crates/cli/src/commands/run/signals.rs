//! Signals that reach us, for handing on to the child.

use std::io;

use rustix::process::Signal;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::WithOrigin;
use signal_hook::low_level::siginfo::Cause;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The signals that are heard. Others act on us as usual; stopping and continuing reaches the whole process group.
const HEARD: [i32; 7] = [SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// One signal that reached us.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub(super) signal: Signal,
    /// The kernel sent it: the terminal did, to the whole foreground group, so the child has it already and a second
    /// one would be taken for impatience.
    by_kernel: bool,
}

impl Heard {
    /// Tells whether the child is to get it from us.
    pub(super) fn is_handed_on(self) -> bool {
        !self.by_kernel && self.signal != Signal::CHILD
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
pub(super) fn heard() -> io::Result<UnboundedReceiver<Heard>> {
    let mut signals = SignalsInfo::<WithOrigin>::new(HEARD)?;
    let (sender, receiver) = unbounded_channel();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for origin in signals.forever() {
            let Some(signal) = Signal::from_named_raw(origin.signal) else { continue };
            if sender.send(Heard { signal, by_kernel: origin.cause == Cause::Kernel }).is_err() {
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
