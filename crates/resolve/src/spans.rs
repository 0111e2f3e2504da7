//! A span around every call to a backend, for programs that have `tracing`.
//!
//! It is called `reticent.backend` and says `source`, `operation`, `place` (or how many), `outcome` and `version`; never
//! a value. Without the feature all of this is nothing.

use reticent_core::{Secret, SecretRef, SourceError};

/// What is known of a call that is under way.
pub(crate) struct Call(#[cfg(feature = "tracing")] tracing::Span);

#[cfg(feature = "tracing")]
impl Call {
    pub(crate) fn begin(source: &str, operation: &'static str, places: &[SecretRef]) -> Self {
        use tracing::field::Empty;
        let place = match places {
            [at] => at.to_string(),
            several => format!("{} places", several.len()),
        };
        let (outcome, version) = (Empty, Empty);
        Self(tracing::debug_span!("reticent.backend", source, operation, place, outcome, version))
    }

    pub(crate) async fn within<T>(&self, call: impl Future<Output = T>) -> T {
        tracing::Instrument::instrument(call, self.0.clone()).await
    }

    /// Says what came of it.
    pub(crate) fn end<T>(&self, outcome: Result<&T, &SourceError>) {
        match outcome {
            Ok(_) => self.0.record("outcome", "done"),
            Err(error) => self.0.record("outcome", tracing::field::display(error.kind())),
        };
    }

    /// Says what came of a read.
    pub(crate) fn end_read(&self, answers: &[Result<Secret, SourceError>]) {
        match answers {
            [answer] => {
                self.end(answer.as_ref());
                let metadata = answer.as_ref().ok().map(Secret::metadata);
                if let Some(version) = metadata.and_then(|metadata| metadata.version()) {
                    self.0.record("version", version.as_str());
                }
            }
            several => {
                let done = several.iter().filter(|answer| answer.is_ok()).count();
                self.0.record("outcome", format!("{done} of {} done", several.len()).as_str());
            }
        }
    }
}

#[cfg(not(feature = "tracing"))]
impl Call {
    pub(crate) fn begin(_: &str, _: &'static str, _: &[SecretRef]) -> Self {
        Self()
    }

    pub(crate) async fn within<T>(&self, call: impl Future<Output = T>) -> T {
        call.await
    }

    pub(crate) fn end<T>(&self, _: Result<&T, &SourceError>) {}

    pub(crate) fn end_read(&self, _: &[Result<Secret, SourceError>]) {}
}
