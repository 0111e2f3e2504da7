//! A signal that ends the program: what it has begun is taken back first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::target::Target;
use crate::exit::Exit;
use crate::failure::Failure;

/// Which signal has come, if any; nothing else happens at it as long as this program runs.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Lets signals end the program as they always do.
    pub(crate) fn none() -> Self {
        Self(Arc::new(AtomicUsize::new(0)))
    }

    /// Listens from now on, if there will be something to take back.
    pub(crate) fn of(target: &Target) -> Self {
        let Self(came) = Self::none();
        if matches!(target, Target::Stdout) {
            // A write into a full pipe waits on whatever comes, if nothing ends the program.
            return Self(came);
        }
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let number = usize::try_from(signal).expect("a small number");
            // Where it cannot be listened to, it ends the program as it always does.
            let _ = signal_hook::flag::register_usize(signal, Arc::clone(&came), number);
        }
        Self(came)
    }

    /// Returns the signal that has come.
    pub(crate) fn signal(&self) -> Option<u8> {
        u8::try_from(self.0.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
    }
}

/// What is said at the end, with the code of a program that a signal ended.
pub(super) fn stopped(signal: u8) -> Failure {
    Failure::new(Exit::Unavailable, format!("stopped by signal {signal}"))
        .with_code(128_u8.saturating_add(signal))
}
