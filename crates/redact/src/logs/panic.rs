//! Panics, masked.
//!
//! The decision: a hook cannot change what the hook before it is told. So that one is called where nothing is to be
//! masked, and where something is, the report is written here, in the form of the standard library.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo};

use zeroize::Zeroizing;

use crate::redactor::Redactor;

/// The report of a panic with its known values masked: thread, place and message, in the form of the standard
/// library.
///
/// A program that has a panic hook of its own shows this instead of the message; see
/// [`Redactor::display_panic`]. `Debug` shows the same as `Display`.
///
/// ```standalone_crate
/// use reticent_redact::{MaskedPanic, Redactor, Values};
///
/// let redactor = Redactor::new(&Values::new());
/// std::panic::set_hook(Box::new(move |info| {
///     let report: MaskedPanic = redactor.display_panic(info);
///     assert!(report.to_string().ends_with("42\n"));
/// }));
/// assert!(std::panic::catch_unwind(|| panic!("42")).is_err());
/// ```
pub struct MaskedPanic(String);

impl Redactor {
    /// Masks known values in every panic from now on, in all threads.
    ///
    /// A panic in whose message there is nothing to mask goes to the hook that is set now, as it did before. One with
    /// a known value, or without a message that is text, is written to standard error in the form of the standard
    /// library, masked, with a backtrace where `RUST_BACKTRACE` asks for one; the hook before never sees it. What a
    /// hook that is set later shows is not masked.
    ///
    /// ```standalone_crate
    /// use reticent_core::Secret;
    /// use reticent_redact::{Redactor, Values};
    ///
    /// let values = Values::new();
    /// values.learn("TOKEN", &Secret::copy_of(b"plum-Garden-42!"));
    /// Redactor::new(&values).install_panic_hook();
    /// // From here on standard error shows: no host in `https://[REDACTED:TOKEN]@`
    /// assert!(std::panic::catch_unwind(|| panic!("no host in `https://plum-Garden-42!@`")).is_err());
    /// ```
    pub fn install_panic_hook(&self) {
        let (redactor, previous) = (self.clone(), panic::take_hook());
        panic::set_hook(Box::new(move |info| {
            if redactor.shows_nothing(info) {
                previous(info);
            } else {
                // Nobody is left to tell that standard error is broken.
                let _ = io::stderr().lock().write_all(redactor.report(info).as_bytes());
            }
        }));
    }

    /// Returns what a panic says as text in which known values are masked.
    #[must_use]
    pub fn display_panic(&self, info: &PanicHookInfo<'_>) -> MaskedPanic {
        MaskedPanic(self.redact_text(&message(info)).into_owned())
    }

    fn shows_nothing(&self, info: &PanicHookInfo<'_>) -> bool {
        info.payload_as_str().is_some() && matches!(self.redact_text(&message(info)), Cow::Borrowed(_))
    }

    fn report(&self, info: &PanicHookInfo<'_>) -> String {
        let backtrace = Backtrace::capture();
        let mut report = format!("\n{}", self.display_panic(info));
        if backtrace.status() == BacktraceStatus::Captured {
            report.push_str("stack backtrace:\n");
            report.push_str(&self.redact_text(&backtrace.to_string()));
        }
        report
    }
}

/// Which thread panicked, where and why.
fn message(info: &PanicHookInfo<'_>) -> Zeroizing<String> {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("<unnamed>");
    let place = info.location().map(|place| format!(" at {place}")).unwrap_or_default();
    let said = info.payload_as_str().unwrap_or("Box<dyn Any>");
    // One piece, so that no allocation with the message is left behind.
    Zeroizing::new(["thread '", name, "' panicked", &place, ":\n", said, "\n"].concat())
}

impl fmt::Display for MaskedPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MaskedPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
