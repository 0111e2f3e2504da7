//! What cannot mean anything is told before anything is read.

use reticent_core::{SecretName, SecretRef};
use reticent_resolve::{Resolver, ResolverBuilder};
use reticent_testkit::MemorySource;

fn name(text: &str) -> SecretName {
    text.parse().expect("a name")
}

fn at(text: &str) -> SecretRef {
    text.parse().expect("a reference")
}

fn check(builder: ResolverBuilder, want: &str) {
    assert_eq!(builder.build().map(drop).expect_err(want).to_string(), want);
}

#[test]
fn every_defect_of_the_parts_is_named() {
    let one = || Resolver::builder().source("mem", MemorySource::new("mem"));
    check(one().source("mem", MemorySource::new("x")), "scheme mem: two sources are registered for it");
    check(
        Resolver::builder().source("Mem", MemorySource::new("x")),
        "scheme Mem: lower-case letters, digits, + - and . alone",
    );
    let twice = one().route(name("A"), [at("mem://a")]).route(name("A"), [at("mem://b")]);
    check(twice, "route A: given twice");
    check(one().route(name("A"), []), "route A: no place is given");
    check(
        one().route(name("A"), [at("mem://a"), at("vault://a")]),
        "route A: no source is registered for scheme vault",
    );
    check(
        one().template("mem://x").template("mem://{Name}"),
        "template 2: column 7: a placeholder is {name}, {NAME} or {lower}",
    );
    check(one().template("mem://"), "template 1: column 7: the path is empty");
    check(one().template("vault://{name}"), "template 1: no source is registered for scheme vault");
}

#[test]
fn the_order_of_calls_does_not_matter() {
    let resolver = Resolver::builder()
        .template("mem://{name}")
        .route(name("A"), [at("mem://a")])
        .source("mem", MemorySource::new("mem"))
        .build()
        .expect("all is there in the end");
    assert_eq!(resolver.places(&name("A")), [at("mem://a")]);
    assert_eq!(resolver.places(&name("B")), [at("mem://B")]);
}

#[test]
fn a_place_that_two_templates_make_is_tried_once() {
    let resolver = Resolver::builder()
        .source("mem", MemorySource::new("mem"))
        .template("mem://{NAME}")
        .template("mem://{name}")
        .template("mem://{lower}")
        .build()
        .expect("the parts fit");
    assert_eq!(resolver.places(&name("DB")), [at("mem://DB"), at("mem://db")]);
    assert_eq!(resolver.places(&name("db/x")), [at("mem://DB_X"), at("mem://db/x"), at("mem://db_x")]);
}
