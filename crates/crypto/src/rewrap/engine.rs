//! The job itself: page by page, from where it was.

use reticent_core::{ErrorKind, SourceError};

use super::{Collection, Job, Survey};
use crate::sealer::Sealer;

/// How many items are one page.
const PAGE: usize = 500;

/// How far a job has come, for whoever watches.
///
/// ```
/// # use reticent_crypto::rewrap::Progress;
/// fn show(progress: &Progress) -> String {
///     format!("{} of {}", progress.done, progress.total)
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many items are dealt with.
    pub done: u64,
    /// About how many there are.
    pub total: u64,
}

/// Encrypts collections anew under the primary key of a keyring.
///
/// ```
/// use reticent_crypto::rewrap::{FileSet, Rewrap};
/// use reticent_crypto::{Context, Key, Keyring, Sealer};
///
/// # futures_util::FutureExt::now_or_never(async {
/// # let folder = tempfile::tempdir()?;
/// let mut keyring = Keyring::of("k1".parse()?, Key::generate()?)?;
/// let context = Context::new("config");
/// let file = folder.path().join("token");
/// std::fs::write(&file, Sealer::new(keyring.clone()).seal(&context, b"value")?)?;
///
/// keyring.stage("k2".parse()?, Key::generate()?)?;
/// keyring.promote(&"k2".parse()?)?;
/// let mut files = FileSet::new([file], &context, folder.path().join("job"))?;
/// let rewrap = Rewrap::new(Sealer::new(keyring));
/// let job = rewrap.run(&mut files, |_| {}).await?;
/// assert_eq!((job.rewrapped(), job.failures().len()), (1, 0));
/// assert!(rewrap.survey(&mut files).await?.frees(&"k1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Rewrap {
    sealer: Sealer,
    page: usize,
}

impl Rewrap {
    /// Encrypts anew with `sealer`, whose keyring has the old keys, too.
    #[must_use]
    pub fn new(sealer: Sealer) -> Self {
        Self { sealer, page: PAGE }
    }

    /// Takes at most this many items at a time, one at least; a killed job does the last page again.
    #[must_use]
    pub fn with_page(mut self, items: usize) -> Self {
        self.page = items.max(1);
        self
    }

    /// Encrypts everything anew, from where an unfinished job for the same key has come, and keeps how far it is.
    ///
    /// # Errors
    /// What the collection reports; what it has kept stands, and the next run goes on from there.
    pub async fn run(
        &self,
        collection: &mut dyn Collection,
        mut progress: impl FnMut(Progress),
    ) -> Result<Job, SourceError> {
        let no_key = |error: crate::Error| {
            SourceError::new(ErrorKind::Unsupported, "keyring").with_detail(error.to_string())
        };
        let (primary, _) = self.sealer.keyring().sealing().map_err(no_key)?;
        let kept = collection.job().await?.filter(|job| job.goes_on_with(primary));
        let mut job = kept.unwrap_or_else(|| Job::new(primary));
        let total = collection.count().await?;
        loop {
            progress(Progress { done: job.done(), total: total.max(job.done()) });
            let ids = collection.page(job.cursor(), self.page).await?;
            if ids.is_empty() {
                break;
            }
            collection.rewrap(&ids, &self.sealer, &mut job).await?;
        }
        job.finish();
        collection.keep(&job).await?;
        Ok(job)
    }

    /// Tells what everything is encrypted with, and changes nothing: the plan before a run, the proof behind it.
    ///
    /// # Errors
    /// What the collection reports.
    pub async fn survey(&self, collection: &mut dyn Collection) -> Result<Survey, SourceError> {
        let (mut survey, mut cursor) = (Survey::default(), None::<String>);
        loop {
            let ids = collection.page(cursor.as_deref(), self.page).await?;
            let Some(last) = ids.last().cloned() else { return Ok(survey) };
            let covers = collection.covers(&ids, &self.sealer).await?;
            ids.iter().zip(covers).for_each(|(id, cover)| survey.note(id, cover));
            cursor = Some(last);
        }
    }
}
