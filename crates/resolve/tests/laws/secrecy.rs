//! No value in anything that is shown.

use reticent_core::ErrorKind;
use reticent_core::hooks::Hooks;
use reticent_resolve::{Refusal, Resolver, UseError};
use reticent_testkit::MemorySource;

use crate::support::{built, over};

const CANARY: &str = "canary-7f3a9c";

#[tokio::test(start_paused = true)]
async fn nothing_that_is_shown_holds_a_value() {
    let memory =
        MemorySource::new("mem").with("mem://a", CANARY).with("mem://b", format!("{{\"x\": \"{CANARY}\"}}"));
    let builder = over(&memory).template("mem://{lower}").hooks(Hooks::none());
    let mut shown = vec![format!("{builder:?}")];
    let resolver = built(builder);
    resolver.get("A").await.expect("held");
    let mut handle = resolver.watch("mem://a").await.expect("held");
    memory.set("mem://a", format!("{CANARY}-2"));
    resolver.refresh_now("mem://a").await.expect("held");
    handle.changed().await.expect("a change");
    shown.push(format!("{resolver:?} {handle:?} {:?} {:?}", handle.health(), resolver.cache_stats()));
    shown.push(format!("{:?}", resolver.explain("A").await));
    let errors = [resolver.get("mem://b#y").await, resolver.get(&format!("x://{CANARY}@h")).await];
    shown.extend(errors.map(|answer| {
        let error = answer.expect_err("it fails");
        format!("{error} {error:?} {:?} {:?}", error.tried(), std::error::Error::source(&error))
    }));
    shown.push(refused(&resolver).await);
    for text in shown {
        assert!(!text.contains(CANARY), "{text}");
    }
}

async fn refused(resolver: &Resolver) -> String {
    let outcome: Result<(), UseError<ErrorKind>> =
        resolver.with_fresh("A", |_| async { Err(Refusal::Rejected(ErrorKind::Unauthenticated)) }).await;
    format!("{:?} {}", outcome, outcome.as_ref().expect_err("refused"))
}

#[tokio::test(start_paused = true)]
async fn the_resolver_shows_what_it_is_made_of() {
    let resolver = built(over(&MemorySource::new("vault(prod)")).template("mem://{name}"));
    assert_eq!(
        format!("{resolver:?}"),
        "Resolver { actor: \"process\", sources: {\"mem\": vault(prod)}, routes: [], templates: 1, \
         cache: Cache(0 entries), .. }"
    );
}
