//! Encrypting everything anew under the primary key, and the proof that nothing needs an old one.
//!
//! The decision: the engine knows pages of identifiers and nothing of where ciphertexts lie; a collection reads and
//! replaces them, one by one against what it has read, and keeps the job beside them. So a job that was killed goes on
//! where it was, and what is under the primary key already is left as it is: nothing is lost, nothing wrapped twice.

mod engine;
mod files;
mod form;
mod job;
mod step;
mod survey;
mod within;

#[cfg(test)]
mod killed;

use async_trait::async_trait;
use reticent_core::SourceError;

pub use engine::{Progress, Rewrap};
pub use files::FileSet;
pub use job::{Failure, Job, Outcome};
pub use survey::{Cover, Survey};

use crate::sealer::Sealer;

/// Ciphertexts that are encrypted anew together: the files of a folder, a column of a table.
#[async_trait]
pub trait Collection: Send {
    /// Returns what people call it.
    fn name(&self) -> &str;

    /// Returns about how many items there are, for progress.
    ///
    /// # Errors
    /// What stands in the way.
    async fn count(&mut self) -> Result<u64, SourceError>;

    /// Returns the identifiers of at most `limit` items behind `after`, in ascending order; none at the end.
    ///
    /// # Errors
    /// What stands in the way.
    async fn page(&mut self, after: Option<&str>, limit: usize) -> Result<Vec<String>, SourceError>;

    /// Tells what each item is encrypted with, and decrypts none.
    ///
    /// # Errors
    /// What stands in the way of all of them.
    async fn covers(&mut self, ids: &[String], sealer: &Sealer) -> Result<Vec<Cover>, SourceError>;

    /// Encrypts items anew, each only if it is still what was read, and notes each outcome in `job`.
    ///
    /// The job is kept with the changes or after them, never before.
    ///
    /// # Errors
    /// What stands in the way of all of them, such as a full disk; what concerns one is its outcome.
    async fn rewrap(&mut self, ids: &[String], sealer: &Sealer, job: &mut Job) -> Result<(), SourceError>;

    /// Returns the job that was kept last.
    ///
    /// # Errors
    /// What stands in the way.
    async fn job(&mut self) -> Result<Option<Job>, SourceError>;

    /// Keeps the job.
    ///
    /// # Errors
    /// What stands in the way.
    async fn keep(&mut self, job: &Job) -> Result<(), SourceError>;
}
