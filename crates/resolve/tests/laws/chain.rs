//! The places of a name: tried in order, passed over when they have nothing, and never for any other reason.

use reticent_core::{ErrorKind, SecretName};
use reticent_resolve::{Fallthrough, Resolver};
use reticent_testkit::MemorySource;

use crate::support::{assert_is, built, exact, failure, over, told};

struct Places {
    near: MemorySource,
    far: MemorySource,
    last: MemorySource,
}

impl Places {
    fn new() -> Self {
        let [near, far, last] = ["near", "far(prod)", "last"].map(MemorySource::new);
        Self { near, far, last }
    }

    fn resolver(&self, fallthrough: Fallthrough) -> Resolver {
        let builder = exact()
            .source("near", self.near.clone())
            .source("far", self.far.clone())
            .source("last", self.last.clone())
            .template("near://{NAME}")
            .template("far://app#{name}")
            .template("last://{lower}")
            .fallthrough(fallthrough);
        built(builder)
    }
}

fn name(text: &str) -> SecretName {
    text.parse().expect("a name")
}

#[tokio::test(start_paused = true)]
async fn the_first_place_that_has_it_wins_and_the_rest_is_not_asked() {
    let places = Places::new();
    places.far.set("far://app", r#"{"db/key": "far"}"#);
    places.last.set("last://db_key", "last");
    let secret = places.resolver(Fallthrough::NotFound).get("db/key").await.expect("far has it");
    assert_is(&secret, "far");
    assert_eq!((places.near.calls(), places.far.calls(), places.last.calls()), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_nowhere_is_not_found_with_every_place_and_a_hint() {
    let places = Places::new();
    places.far.set("far://app", r#"{"host": "db"}"#);
    let error = failure(places.resolver(Fallthrough::NotFound).get("db/key").await);
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.key(), Some("db/key"));
    assert_eq!(
        told(&error),
        "db/key: not found in near, far(prod), last\n  \
           near://DB_KEY: not found\n  \
           far://app#db/key: not found (no field \"db/key\"; fields there: host)\n  \
           last://db_key: not found\n\
         hint: set one of near://DB_KEY, far://app#db/key, last://db_key"
    );
}

#[tokio::test(start_paused = true)]
async fn a_source_with_two_places_is_named_once() {
    let memory = MemorySource::new("mem");
    let resolver = built(over(&memory).template("mem://{NAME}").template("mem://{lower}"));
    let error = failure(resolver.get("db").await);
    assert_eq!(
        told(&error),
        "db: not found in mem\n  mem://DB: not found\n  mem://db: not found\nhint: set one of mem://DB, mem://db"
    );
}

#[tokio::test(start_paused = true)]
async fn a_single_place_is_named_in_the_hint() {
    let memory = MemorySource::new("mem");
    let resolver = built(over(&memory).template("mem://{NAME}"));
    let error = failure(resolver.get("db").await);
    assert_eq!(told(&error), "db: not found in mem\n  mem://DB: not found\nhint: set mem://DB");
}

#[tokio::test(start_paused = true)]
async fn a_name_without_a_place_says_so() {
    let memory = MemorySource::new("mem");
    let at = "mem://x".parse().expect("a reference");
    let resolver = built(over(&memory).route(name("DB_PASSWORD"), [at]));
    let error = failure(resolver.get("OTHER").await);
    assert_eq!(
        told(&error),
        "OTHER: not found in the resolver: it has no route, and there is no template\n\
         hint: add a route for OTHER"
    );
    assert_eq!(failure(resolver.get("DB_PASWORD").await).hint(), Some("did you mean DB_PASSWORD?"));
}

#[tokio::test(start_paused = true)]
async fn nothing_but_absence_falls_through() {
    let all = [
        ErrorKind::AccessDenied,
        ErrorKind::Unauthenticated,
        ErrorKind::Unavailable,
        ErrorKind::Throttled,
        ErrorKind::Timeout,
        ErrorKind::Malformed,
        ErrorKind::Expired,
        ErrorKind::Unsupported,
        ErrorKind::InvalidReference,
        ErrorKind::Conflict,
        ErrorKind::NotRecorded,
    ];
    for kind in all {
        let places = Places::new();
        places.last.set("last://db", "a development default");
        places.far.fail_always(kind);
        let error = failure(places.resolver(Fallthrough::NotFound).get("db").await);
        assert_eq!(error.kind(), kind);
        assert_eq!(places.last.calls(), 0, "{kind}");
        let tried: Vec<_> = error.tried().iter().map(|attempt| (attempt.place(), attempt.kind())).collect();
        assert_eq!(tried, [("near://DB", ErrorKind::NotFound), ("far://app#db", kind)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hard_failure_names_the_name_and_the_place() {
    let places = Places::new();
    places.far.fail_always(ErrorKind::AccessDenied);
    let error = failure(places.resolver(Fallthrough::NotFound).get("db").await);
    assert_eq!(
        told(&error),
        "db: access denied by far(prod): at far://app#db\n  \
           near://DB: not found\n  \
           far://app#db: access denied"
    );
}

#[tokio::test(start_paused = true)]
async fn transient_fall_through_is_opted_in_and_leaves_its_trace() {
    let places = Places::new();
    places.last.set("last://db", "fallback");
    places.far.fail_always(ErrorKind::Unavailable);
    let resolver = places.resolver(Fallthrough::NotFoundOrTransient);
    assert_is(&resolver.get("db").await.expect("the last has it"), "fallback");
    let provenance = resolver.explain_name(&name("db")).await;
    let tried: Vec<_> = provenance.tried().iter().map(ToString::to_string).collect();
    assert_eq!(tried, ["near://DB: not found", "far://app#db: unavailable"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_denied_never_falls_through_even_when_transient_failures_do() {
    let places = Places::new();
    places.last.set("last://db", "fallback");
    places.far.fail_always(ErrorKind::AccessDenied);
    let error = failure(places.resolver(Fallthrough::NotFoundOrTransient).get("db").await);
    assert_eq!((error.kind(), places.last.calls()), (ErrorKind::AccessDenied, 0));
}

#[tokio::test(start_paused = true)]
async fn out_of_reach_is_not_told_as_absent() {
    let places = Places::new();
    places.far.fail_always(ErrorKind::Unavailable);
    let error = failure(places.resolver(Fallthrough::NotFoundOrTransient).get("db").await);
    assert_eq!(
        told(&error),
        "db: far(prod) is unavailable: at far://app#db\n  \
           near://DB: not found\n  \
           far://app#db: unavailable\n  \
           last://db: not found"
    );
}

#[tokio::test(start_paused = true)]
async fn explaining_tells_the_winner_and_hands_out_nothing() {
    let places = Places::new();
    places.far.set("far://app", r#"{"db": "CANARY"}"#);
    let provenance = places.resolver(Fallthrough::NotFound).explain("db").await.expect("a name");
    let found = provenance.found().expect("far has it");
    assert_eq!(found.place().to_string(), "far://app#db");
    assert_eq!(found.source(), "far(prod)");
    assert_eq!(found.version().expect("memory has versions").as_str(), "1");
    assert!(provenance.failure().is_none());
    assert!(!format!("{provenance:?}").contains("CANARY"));
}

#[tokio::test(start_paused = true)]
async fn explaining_what_is_nowhere_tells_why() {
    let places = Places::new();
    let resolver = places.resolver(Fallthrough::NotFound);
    let provenance = resolver.explain_name(&name("db")).await;
    assert!(provenance.found().is_none());
    assert_eq!(provenance.tried().len(), 3);
    assert_eq!(
        provenance.failure().expect("a failure").to_string(),
        "db: not found in near, far(prod), last"
    );
    let unknown = resolver.explain_ref(&"vault://x".parse().expect("a reference")).await;
    assert_eq!(
        told(unknown.failure().expect("no such source")),
        "vault://x: not a valid reference for the resolver: no source is registered for scheme vault\n\
         hint: schemes registered here: far, last, near"
    );
}

#[tokio::test(start_paused = true)]
async fn only_absence_is_optional() {
    let places = Places::new();
    let resolver = places.resolver(Fallthrough::NotFound);
    assert!(resolver.optional("db").await.expect("absent").is_none());
    places.far.fail_always(ErrorKind::AccessDenied);
    assert_eq!(failure(resolver.optional("other").await).kind(), ErrorKind::AccessDenied);
}

#[tokio::test(start_paused = true)]
async fn text_that_is_neither_is_refused_and_not_repeated() {
    let resolver = built(over(&MemorySource::new("mem")));
    for (text, want) in [
        (
            "postgres://u:hunter2@h/db",
            "not a valid reference for the resolver: neither a name nor a reference: column 9: ",
        ),
        (
            "hunter2 hunter2",
            "not a valid reference for the resolver: neither a name nor a reference: column 8: ",
        ),
        ("mem://", "not a valid reference for the resolver: column 7: the path is empty"),
    ] {
        let error = failure(resolver.get(text).await);
        assert_eq!(error.kind(), ErrorKind::InvalidReference);
        assert!(error.to_string().starts_with(want), "{error}");
        assert!(!format!("{error}{error:?}").contains("hunter2"));
    }
}
