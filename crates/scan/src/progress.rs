//! How far a scan has come, for whoever shows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what is being read, and can be looked at from another thread.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::RuleSet;
/// use reticent_scan::{Progress, Scan};
///
/// let progress = Progress::default();
/// let scan = Scan::new(RuleSet::shipped()).with_progress(progress.clone());
/// scan.reader("-", &b"nothing here\n"[..], |_| ControlFlow::Continue(()));
/// assert_eq!((progress.files(), progress.bytes()), (1, 13));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    files: AtomicU64,
    bytes: AtomicU64,
}

impl Progress {
    /// Returns how many files were read to their end.
    #[must_use]
    pub fn files(&self) -> u64 {
        self.0.files.load(Ordering::Relaxed)
    }

    /// Returns how many bytes were read.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn count_file(&self) {
        self.0.files.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_bytes(&self, count: usize) {
        self.0.bytes.fetch_add(count as u64, Ordering::Relaxed);
    }
}
