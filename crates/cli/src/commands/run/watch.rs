//! What happens when a secret changes while the program runs.

use std::fmt;
use std::str::FromStr;

use rustix::process::Signal;

/// What to do on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watch {
    /// End the program and start it anew with the new values.
    Restart,
    /// Send it a signal; its environment stays as it was.
    Signal(Signal),
}

impl FromStr for Watch {
    type Err = UnknownWatch;

    fn from_str(text: &str) -> Result<Self, UnknownWatch> {
        if text == "restart" {
            return Ok(Self::Restart);
        }
        let signal = text.strip_prefix("signal=").and_then(super::signals::named);
        signal.map(Self::Signal).ok_or(UnknownWatch)
    }
}

/// The option's value is neither of the two.
#[derive(Debug)]
pub(super) struct UnknownWatch;

impl fmt::Display for UnknownWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("write restart, or signal=HUP (INT, TERM, USR1, USR2, WINCH)")
    }
}

impl std::error::Error for UnknownWatch {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_named_as_people_name_it() {
        for (text, want) in [
            ("restart", Some(Watch::Restart)),
            ("signal=HUP", Some(Watch::Signal(Signal::HUP))),
            ("signal=sigusr1", Some(Watch::Signal(Signal::USR1))),
            ("signal=KILL", None),
            ("signal", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Watch>().ok(), want, "{text}");
        }
    }
}
