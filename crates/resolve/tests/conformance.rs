//! The laws of a source, for a resolver over memory: with its cache and without.

use std::time::Duration;

use reticent_resolve::{Jitter, Resolver, RetryPolicy, SourcePolicy};
use reticent_testkit::{MemoryHarness, MemorySource, Part};

fn resolver(memory: &MemorySource, policy: SourcePolicy) -> Resolver {
    // Each attempt has its own limit, of which the laws allow few.
    let policy = policy.with_retry(RetryPolicy::never()).with_timeout(Duration::from_millis(20));
    let builder = Resolver::builder().jitter(Jitter::fixed(0.5)).source_with("mem", memory.clone(), policy);
    builder.build().expect("one source has one scheme")
}

fn read_only(harness: MemoryHarness) -> MemoryHarness {
    harness
        .lacking(Part::Sink, "a resolver only reads")
        .lacking(Part::Stages, "a resolver only reads")
        .lacking(Part::List, "a resolver only reads")
}

mod uncached {
    use super::{MemoryHarness, SourcePolicy, read_only, resolver};

    reticent_testkit::conformance!(read_only(MemoryHarness::wrapping("resolver-uncached", |memory| {
        resolver(memory, SourcePolicy::default().uncached())
    })));
}

mod cached {
    use super::{MemoryHarness, Part, SourcePolicy, read_only, resolver};

    reticent_testkit::conformance!(
        read_only(MemoryHarness::wrapping("resolver", |memory| {
            resolver(memory, SourcePolicy::default())
        }))
        .lacking(Part::LiveChanges, "a cached answer lasts until its TTL ends, unless it is watched")
    );
}
