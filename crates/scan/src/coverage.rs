//! What a scan looked at, and what it did not: a skip must not look like a clean scan.

/// What was looked at and what was not.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::RuleSet;
/// use reticent_scan::Scan;
///
/// let scan = Scan::new(RuleSet::shipped());
/// let coverage = scan.reader("-", &b"nothing here\n"[..], |_| ControlFlow::Continue(()));
/// assert_eq!((coverage.files(), coverage.bytes(), coverage.is_whole()), (1, 13, true));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) binary: u64,
    pub(crate) ignored_files: u64,
    pub(crate) ignored_folders: u64,
    pub(crate) links: u64,
    pub(crate) special: u64,
    pub(crate) skipped: u64,
    pub(crate) was_ended: bool,
}

impl Coverage {
    /// Returns how many files were looked at.
    #[must_use]
    pub fn files(self) -> u64 {
        self.files
    }

    /// Returns how many bytes were looked at.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.bytes
    }

    /// Returns how many of the files are no text; they were looked at all the same.
    #[must_use]
    pub fn binary(self) -> u64 {
        self.binary
    }

    /// Returns how many files git's ignore rules left out, those in ignored folders not counted.
    #[must_use]
    pub fn ignored_files(self) -> u64 {
        self.ignored_files
    }

    /// Returns how many folders git's ignore rules left out; what is in them was not listed.
    #[must_use]
    pub fn ignored_folders(self) -> u64 {
        self.ignored_folders
    }

    /// Returns how many symbolic links were not followed: what they lead to is read where it stands, if it does in the tree.
    #[must_use]
    pub fn links(self) -> u64 {
        self.links
    }

    /// Returns how many pipes, sockets and devices were passed by.
    #[must_use]
    pub fn special(self) -> u64 {
        self.special
    }

    /// Returns of how many files and folders not all could be looked at.
    #[must_use]
    pub fn skipped(self) -> u64 {
        self.skipped
    }

    /// Returns whether all was looked at that was to be: nothing was skipped, and nobody ended it.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.skipped == 0 && !self.was_ended
    }
}
