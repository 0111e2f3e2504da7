//! What the laws share: fresh names, seeding, and judgements that never show a value.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;

use reticent_core::{
    ErrorKind, Secret, SecretList, SecretRef, SecretSink, SecretSource, SecretStages, SourceError, VersionId,
};

use crate::harness::{Harness, Part, Trouble};
use crate::logs::Logs;
use crate::verdict::Broken;

/// What a law answers.
pub(crate) type Holds = Result<(), Broken>;

/// One law's view of its harness.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) harness: &'a dyn Harness,
    logs: &'a Logs,
    number: u32,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(harness: &'a dyn Harness, logs: &'a Logs) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self { harness, logs, number: NEXT.fetch_add(1, Ordering::Relaxed) }
    }

    /// Everything that was logged since the law began.
    pub(crate) fn log(&self) -> String {
        self.logs.text()
    }

    /// A name that no other law and no other process uses, of letters, digits and `_`.
    pub(crate) fn name(&self, word: &str) -> String {
        format!("law_{}_{}_{word}", std::process::id(), self.number)
    }

    pub(crate) fn place(&self, word: &str) -> Result<SecretRef, Broken> {
        let name = self.name(word);
        self.harness
            .place_for(&name)
            .ok_or_else(|| Broken::new(format!("the harness has no place for {name:?}, which is ordinary")))
    }

    pub(crate) async fn seed(&self, at: &SecretRef, value: &[u8]) -> Holds {
        self.harness
            .seed(at, value)
            .await
            .map_err(|error| Broken::new(format!("the side door cannot seed {at}: {error}")))
    }

    /// Seeds a place of this word, and returns it.
    pub(crate) async fn planted(&self, word: &str, value: &[u8]) -> Result<SecretRef, Broken> {
        let at = self.place(word)?;
        self.seed(&at, value).await?;
        Ok(at)
    }

    pub(crate) fn source(&self) -> Arc<dyn SecretSource> {
        self.harness.source()
    }

    pub(crate) fn sink(&self) -> Arc<dyn SecretSink> {
        self.harness.sink().expect("the law needs Part::Sink")
    }

    pub(crate) fn list(&self) -> Arc<dyn SecretList> {
        self.harness.list().expect("the law needs Part::List")
    }

    pub(crate) fn stages(&self) -> Arc<dyn SecretStages> {
        self.harness.stages().expect("the law needs Part::Stages")
    }

    pub(crate) fn lacks(&self, part: Part) -> bool {
        self.harness.lacks().iter().any(|(lacked, _)| *lacked == part)
    }

    /// Every trouble that the harness can make.
    pub(crate) fn troubles(&self) -> impl Iterator<Item = Trouble> {
        Part::troubles().filter(|trouble| !self.lacks(Part::Trouble(*trouble)))
    }

    /// Holds when a read of `at` gives `want`.
    pub(crate) async fn serves(&self, at: &SecretRef, want: &[u8]) -> Holds {
        is_value(at, self.source().get(at).await, want)
    }

    /// Holds when a read of `at` fails with this kind.
    pub(crate) async fn refuses(&self, at: &SecretRef, want: ErrorKind) -> Holds {
        is_kind(&at.to_string(), self.source().get(at).await, want).map(drop)
    }
}

pub(crate) fn check(holds: bool, how: impl FnOnce() -> String) -> Holds {
    if holds { Ok(()) } else { Err(Broken::new(how())) }
}

/// Passes on what an operation gave, and names the operation when it failed.
pub(crate) fn done<T>(what: &str, result: Result<T, SourceError>) -> Result<T, Broken> {
    result.map_err(|error| Broken::new(format!("{what} failed: {error}")))
}

pub(crate) fn is_value(at: &SecretRef, result: Result<Secret, SourceError>, want: &[u8]) -> Holds {
    let secret = done(&format!("the read of {at}"), result)?;
    let (length, wanted) = (secret.len(), want.len());
    check(secret.ct_eq(&Secret::copy_of(want)), || {
        format!("{at} came back changed ({length} bytes for {wanted}; the values are not shown)")
    })
}

pub(crate) fn is_kind<T>(
    what: &str,
    result: Result<T, SourceError>,
    want: ErrorKind,
) -> Result<SourceError, Broken> {
    match result {
        Ok(_) => Err(Broken::new(format!("{what} succeeded; wanted: {want}"))),
        Err(error) if error.kind() == want => Ok(error),
        Err(error) => Err(Broken::new(format!("{what}: wanted: {want}; got: {}: {error}", error.kind()))),
    }
}

pub(crate) fn version_of(secret: &Secret) -> Result<VersionId, Broken> {
    secret.metadata().version().cloned().ok_or_else(|| Broken::new("the value does not tell its version"))
}

/// Polls a call once.
pub(crate) async fn poll_once<F: Future + ?Sized>(mut call: Pin<&mut F>) -> Poll<F::Output> {
    std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await
}
