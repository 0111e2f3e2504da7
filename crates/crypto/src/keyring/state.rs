//! What a key may do, and what may become of it (after NIST SP 800-57, part 1, section 7).

use std::fmt;

/// The state of a key.
///
/// ```
/// use reticent_crypto::State;
///
/// assert!(State::Staged.may_become(State::Primary));
/// assert!(!State::Destroyed.may_become(State::Accepted));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Decrypts, and will encrypt once every replica has it.
    Staged,
    /// Encrypts and decrypts.
    Primary,
    /// Decrypts what it encrypted before.
    Accepted,
    /// Does nothing until it is accepted again.
    Suspended,
    /// Does nothing, since nothing needs it; it can still be accepted again.
    Retired,
    /// Decrypts for encrypting anew alone, since others may know it.
    Compromised,
    /// Gone; its identifier is kept.
    Destroyed,
}

/// What a key is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Reading a value.
    Decrypt,
    /// Reading a value in order to encrypt it under another key.
    Rewrap,
}

impl State {
    /// Every state, in the order of a key's life.
    pub(crate) const ALL: [Self; 7] = [
        Self::Staged,
        Self::Primary,
        Self::Accepted,
        Self::Suspended,
        Self::Retired,
        Self::Compromised,
        Self::Destroyed,
    ];

    /// Tells whether a key may go from this state to `next`.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        match next {
            Self::Staged => false,
            Self::Primary => matches!(self, Self::Staged | Self::Accepted),
            Self::Accepted => matches!(self, Self::Suspended | Self::Retired),
            Self::Suspended => matches!(self, Self::Staged | Self::Accepted | Self::Retired),
            Self::Retired => matches!(self, Self::Staged | Self::Accepted | Self::Suspended),
            Self::Compromised => !matches!(self, Self::Destroyed | Self::Compromised),
            Self::Destroyed => matches!(self, Self::Retired | Self::Compromised),
        }
    }

    pub(crate) fn permits(self, wanted: Permission) -> bool {
        match self {
            Self::Staged | Self::Primary | Self::Accepted => true,
            Self::Compromised => wanted == Permission::Rewrap,
            Self::Suspended | Self::Retired | Self::Destroyed => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Staged => "staged",
            Self::Primary => "primary",
            Self::Accepted => "accepted",
            Self::Suspended => "suspended",
            Self::Retired => "retired",
            Self::Compromised => "compromised",
            Self::Destroyed => "destroyed",
        })
    }
}
