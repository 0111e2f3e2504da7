//! The program's exit codes: a contract (docs/reference/exit-codes.md).

use reticent::core::ErrorKind;

/// How a run ended. `run` alone returns another code: its child's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is fine.
    Fine = 0,
    /// Findings, or secrets that are missing or invalid.
    Findings = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// A backend is unavailable.
    Unavailable = 3,
    /// Access was denied.
    Denied = 4,
}

impl Exit {
    /// Returns the code for one kind of failure.
    pub(crate) fn of_kind(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::InvalidReference | ErrorKind::Unsupported => Self::Usage,
            ErrorKind::Unavailable | ErrorKind::Throttled | ErrorKind::Timeout => Self::Unavailable,
            ErrorKind::AccessDenied | ErrorKind::Unauthenticated | ErrorKind::NotRecorded => Self::Denied,
            // NotFound, Malformed, Expired, Conflict; a kind that is added later is a finding until it is placed.
            _ => Self::Findings,
        }
    }

    /// Returns the code for several failures in one report: 1 before 4 before 3 before 2.
    pub(crate) fn of_several(exits: impl IntoIterator<Item = Self>) -> Self {
        const ORDER: [Exit; 5] = [Exit::Fine, Exit::Usage, Exit::Unavailable, Exit::Denied, Exit::Findings];
        let rank = |exit: &Self| ORDER.iter().position(|known| known == exit);
        exits.into_iter().max_by_key(rank).unwrap_or(Self::Fine)
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_outranks_a_denial_outranks_an_outage() {
        for (exits, want) in [
            (vec![], Exit::Fine),
            (vec![Exit::Unavailable, Exit::Denied], Exit::Denied),
            (vec![Exit::Denied, Exit::Findings, Exit::Unavailable], Exit::Findings),
            (vec![Exit::Usage, Exit::Unavailable], Exit::Unavailable),
        ] {
            assert_eq!(Exit::of_several(exits), want);
        }
    }
}
