//! The moments of encrypting one file anew at which a kill must do no harm.

/// A moment; a test kills its own process there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The old file is open, and nothing is written.
    Read,
    /// The new file is there, and empty.
    Begun,
    /// The new file is whole, and the old one still has its place.
    Written,
    /// The new file has the place.
    Replaced,
    /// The job knows of a page, and is not kept yet.
    Noted,
}

impl Step {
    /// Does nothing outside of tests.
    #[cfg(not(test))]
    pub(super) const fn reached(self) {}

    /// Kills the process when it is the moment that the test has named.
    #[cfg(test)]
    pub(super) fn reached(self) {
        super::killed::at(self);
    }
}
