//! What the laws share.

use std::fmt::Write as _;
use std::time::Duration;

use reticent_core::{Secret, SourceError};
use reticent_resolve::{Jitter, Resolver, ResolverBuilder, RetryPolicy};
use reticent_testkit::MemorySource;

pub(crate) fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A builder over one source in memory: exact lifetimes, one attempt.
pub(crate) fn over(memory: &MemorySource) -> ResolverBuilder {
    exact().source("mem", memory.clone())
}

/// A builder without sources: exact lifetimes, one attempt.
pub(crate) fn exact() -> ResolverBuilder {
    Resolver::builder().jitter(Jitter::fixed(0.5)).retry(RetryPolicy::never())
}

pub(crate) fn built(builder: ResolverBuilder) -> Resolver {
    builder.build().expect("the parts fit")
}

#[track_caller]
pub(crate) fn assert_is(secret: &Secret, want: &str) {
    assert!(secret.ct_eq(&Secret::copy_of(want.as_bytes())), "another value than {want}");
}

/// Everything that a person is told of an error.
pub(crate) fn told(error: &SourceError) -> String {
    let mut text = error.to_string();
    for attempt in error.tried() {
        write!(text, "\n  {attempt}").expect("a string takes everything");
    }
    if let Some(hint) = error.hint() {
        write!(text, "\nhint: {hint}").expect("a string takes everything");
    }
    text
}

#[track_caller]
pub(crate) fn failure<T>(result: Result<T, SourceError>) -> SourceError {
    match result {
        Ok(_) => panic!("it succeeded"),
        Err(error) => error,
    }
}
