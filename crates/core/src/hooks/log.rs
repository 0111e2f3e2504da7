//! Hooks that remember what they were told, for tests and for looking.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::{Access, Decision, Event, Gate, Masker, Receipt, Recorder};
use crate::fingerprint::{Fingerprint, FingerprintKey};
use crate::secret::Secret;

/// A gate that denies the names it was given, allows the rest, and remembers what it was asked.
///
/// ```
/// use reticent_core::hooks::{Access, Action, Actor, Decision, Gate, GateLog};
///
/// let gate = GateLog::denying(["ROOT_KEY"]);
/// let actor = Actor::default();
/// let decision = gate.decide(&Access::new(&actor, Action::Read, "ROOT_KEY"));
/// assert_eq!(decision, Decision::deny("this name is denied"));
/// assert_eq!(gate.asked(), ["process read ROOT_KEY"]);
/// ```
#[derive(Debug, Default)]
pub struct GateLog {
    denied: BTreeSet<String>,
    asked: Mutex<Vec<String>>,
}

impl GateLog {
    /// Denies `names` and allows the rest.
    pub fn denying<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self { denied: names.into_iter().map(Into::into).collect(), asked: Mutex::default() }
    }

    /// Returns what was asked so far: actor, action and name.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Gate for GateLog {
    fn decide(&self, access: &Access<'_>) -> Decision {
        let question = format!("{} {} {}", access.actor().as_str(), access.action().as_str(), access.name());
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(question);
        if self.denied.contains(access.name()) {
            Decision::deny("this name is denied")
        } else {
            Decision::Allow
        }
    }
}

/// A recorder that keeps events in memory, and can be made to lose them.
///
/// ```
/// use reticent_core::hooks::RecorderLog;
///
/// assert!(RecorderLog::default().events().is_empty());
/// ```
#[derive(Debug, Default)]
pub struct RecorderLog {
    events: Mutex<Vec<Event>>,
    loses: bool,
}

impl RecorderLog {
    /// Loses every event, as a recorder with a full disk does.
    #[must_use]
    pub fn losing() -> Self {
        Self { loses: true, ..Self::default() }
    }

    /// Returns the events kept so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Recorder for RecorderLog {
    fn record(&self, event: Event) -> Receipt {
        if self.loses {
            return Receipt::lost();
        }
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        Receipt::kept()
    }
}

/// A masker that remembers which names it learned, and the values by fingerprint alone.
///
/// ```
/// use reticent_core::{Secret, hooks::{Masker, MaskerLog}};
///
/// let masker = MaskerLog::new()?;
/// masker.learn("DB_PASSWORD", &Secret::copy_of(b"value"));
/// assert_eq!(masker.names(), ["DB_PASSWORD"]);
/// assert!(masker.has_learned(&Secret::copy_of(b"value")));
/// # Ok::<(), reticent_core::NoRandomness>(())
/// ```
#[derive(Debug)]
pub struct MaskerLog {
    key: FingerprintKey,
    learned: Mutex<Vec<(String, Fingerprint)>>,
}

impl MaskerLog {
    /// Makes a masker that has learned nothing.
    ///
    /// # Errors
    /// [`NoRandomness`](crate::NoRandomness) when the system has none to give for its key.
    pub fn new() -> Result<Self, crate::NoRandomness> {
        Ok(Self { key: FingerprintKey::random()?, learned: Mutex::default() })
    }

    /// Returns the names learned so far, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Tells whether this very value was learned.
    #[must_use]
    pub fn has_learned(&self, secret: &Secret) -> bool {
        let fingerprint = self.key.fingerprint(secret);
        let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.iter().any(|(_, known)| *known == fingerprint)
    }
}

impl Masker for MaskerLog {
    fn learn(&self, name: &str, secret: &Secret) {
        let fingerprint = self.key.fingerprint(secret);
        self.learned.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), fingerprint));
    }
}
