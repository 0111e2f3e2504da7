//! Signals that reach us, for handing on to the child.

use std::io;

use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::origin::WithOrigin;
use signal_hook::low_level::siginfo::Cause;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The signals that are handed on. Others act on us as usual; stopping and continuing reaches the whole process group.
const HANDED_ON: [i32; 6] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// The names that `--watch signal=NAME` knows.
const NAMED: [(&str, Signal); 6] = [
    ("HUP", Signal::HUP),
    ("INT", Signal::INT),
    ("TERM", Signal::TERM),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
    ("WINCH", Signal::WINCH),
];

/// Receives what somebody sent to us.
///
/// What the terminal sends (Ctrl-C) goes to the whole foreground group, so the child has it already: a second one
/// would be taken for impatience. The kernel marks those, and they are left out.
pub(super) fn sent_to_us() -> io::Result<UnboundedReceiver<Signal>> {
    let mut signals = SignalsInfo::<WithOrigin>::new(HANDED_ON)?;
    let (sender, receiver) = unbounded_channel();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for origin in signals.forever() {
            let Some(signal) = Signal::from_named_raw(origin.signal) else { continue };
            if origin.cause != Cause::Kernel && sender.send(signal).is_err() {
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
