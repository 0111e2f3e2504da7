//! A reference that stands in a layer in the place of a value is followed, and never guessed around.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]

use std::sync::Arc;

use reticent_core::{ErrorKind, SecretName, SourceError};
use reticent_resolve::{Resolver, SourcePolicy};
use reticent_testkit::MemorySource;

fn resolver(layer: &Arc<MemorySource>, vault: &Arc<MemorySource>) -> Resolver {
    Resolver::builder()
        .source_with("layer", Arc::clone(layer), SourcePolicy::default().uncached().following())
        .source("vault", Arc::clone(vault))
        .template("layer://{name}")
        .template("vault://fallback/{name}")
        .build()
        .expect("a resolver")
}

async fn check(stored: &[(&str, &str)], want: Result<&str, (ErrorKind, &str)>) {
    let layer = Arc::new(MemorySource::new("layer"));
    let vault = Arc::new(
        MemorySource::new("vault").with("vault://db", "from vault").with("vault://fallback/A", "guess"),
    );
    for (at, value) in stored {
        layer.set(at, value);
    }
    let name = SecretName::parse("A").expect("a name");
    let got = resolver(&layer, &vault).get_name(&name).await;
    let got = got.map(|secret| secret.expose_text().expect("text").to_owned());
    match (got, want) {
        (Ok(got), Ok(want)) => assert_eq!(got, want),
        (Err(got), Err((kind, text))) => assert_eq!((got.kind(), got.to_string().as_str()), (kind, text)),
        (got, want) => panic!("got {:?}, want {want:?}", got.map_err(|error: SourceError| error.to_string())),
    }
}

#[tokio::test]
async fn a_registered_reference_is_followed_and_anything_else_is_a_value() {
    check(&[("layer://A", "vault://db")], Ok("from vault")).await;
    check(&[("layer://A", "layer://B"), ("layer://B", "vault://db")], Ok("from vault")).await;
    check(&[("layer://A", "postgres://u:p@h/db")], Ok("postgres://u:p@h/db")).await;
    check(&[("layer://A", " vault://db")], Ok(" vault://db")).await;
    check(&[], Ok("guess")).await;
}

#[tokio::test]
async fn what_a_reference_leads_to_must_be_there() {
    let absent = "A: not found in vault: at vault://gone";
    check(&[("layer://A", "vault://gone")], Err((ErrorKind::NotFound, absent))).await;
}

#[tokio::test]
async fn the_places_that_refer_are_told_and_a_hint_does_not_overwrite_them() {
    let layer = Arc::new(MemorySource::new("layer").with("layer://A", "vault://gone"));
    let resolver = resolver(&layer, &Arc::new(MemorySource::new("vault")));
    let provenance = resolver.explain_name(&SecretName::parse("A").expect("a name")).await;
    assert_eq!(provenance.followed().iter().map(ToString::to_string).collect::<Vec<_>>(), ["layer://A"]);
    let failure = provenance.failure().expect("nothing is there");
    assert_eq!(
        failure.hint(),
        Some("layer://A refers to vault://gone; set what is there, or mend the reference")
    );
    assert_eq!(failure.tried().len(), 1);
}

#[tokio::test]
async fn a_circle_and_a_defect_are_errors_without_the_text() {
    let circle = "A: not a valid reference for layer: at layer://A: more than four references lead from one to the next";
    check(&[("layer://A", "layer://A")], Err((ErrorKind::InvalidReference, circle))).await;
    let defect = "A: not a valid reference for layer: at layer://A: it holds a reference that is not valid: column 12: \
                  parameter \"version\" has no value; write version=…";
    check(&[("layer://A", "vault://db?version")], Err((ErrorKind::InvalidReference, defect))).await;
}

#[tokio::test]
async fn a_reference_that_is_asked_for_by_its_place_stays_as_it_stands() {
    let layer = Arc::new(MemorySource::new("layer").with("layer://A", "vault://db"));
    let vault = Arc::new(MemorySource::new("vault"));
    let secret = resolver(&layer, &vault).get("layer://A").await.expect("there");
    assert_eq!(secret.expose_text(), Ok("vault://db"));
    assert_eq!(vault.calls(), 0);
}
