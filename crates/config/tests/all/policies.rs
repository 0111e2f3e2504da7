//! What development, staging and production ask.

use reticent_config::{FileFact, Kind, Loader, Policies, Policy, Required, Rule, Schema, Selection, Setting};

use crate::support::{block_on, env, report};

const STRONG: &str = "q8Zt0vLw2n-c5Rb7";

fn schema() -> Schema {
    Schema::new()
        .with(Setting::new("DEBUG", Kind::Flag).with_default("false"))
        .with(Setting::new("POSTGRES_HOST", Kind::Text).with_default("db.internal"))
        .with(Setting::new("POSTGRES_PASSWORD", Kind::Secret).with_example("example-password"))
        .with(Setting::new("VALKEY_PASSWORD", Kind::Secret).with_required(Required::Never))
        .with(Setting::new("SESSION_SECRET", Kind::Secret).with_required(Required::Never))
        .with(Setting::new("ENCRYPTION_KEY", Kind::Secret).with_required(Required::Never))
        .with(Setting::new("DOMAIN", Kind::Text).with_default("app.internal"))
        .with(Setting::new("POSTGRES_USER", Kind::Text).with_default("postgres"))
}

fn good() -> Vec<(&'static str, &'static str)> {
    vec![("POSTGRES_PASSWORD", STRONG), ("POSTGRES_SSL_MODE", "verify-full")]
}

/// One change to what is good, and the report of it.
fn changed(environment: &str, name: &'static str, value: &'static str) -> String {
    let mut pairs = good();
    pairs.retain(|(known, _)| *known != name);
    pairs.push((name, value));
    let found = report(&schema(), environment, &pairs);
    if found.is_ok() { "ok".to_owned() } else { found.to_string() }
}

fn check(environment: &str, name: &'static str, value: &'static str, want: &str) {
    let want = if want == "ok" {
        want.to_owned()
    } else {
        format!("{name}: {want} (from env {name}; value withheld)")
    };
    assert_eq!(changed(environment, name, value), want, "{environment} {name}");
}

#[test]
fn production_refuses_what_development_accepts() {
    assert!(report(&schema(), "production", &good()).is_ok());
    for (name, value, message) in [
        ("DEBUG", "true", "must be off here"),
        ("POSTGRES_PASSWORD", "short-1A", "too weak for a password (need 16 or more mixed characters)"),
        (
            "POSTGRES_PASSWORD",
            "aaaaaaaaAAAA1111",
            "too easy to guess for a password (words, dates, keyboard rows or repetition)",
        ),
        ("POSTGRES_SSL_MODE", "prefer", "the connection is not encrypted with TLS"),
        ("POSTGRES_SSL_MIN_PROTOCOL_VERSION", "TLSv1.1", "allows TLS before 1.2"),
        ("ENCRYPTION_KEY", "a passphrase that somebody chose!", "not a random key of exactly 32 bytes"),
        ("DOMAIN", "your-token-here", "a placeholder"),
    ] {
        check("production", name, value, message);
        check("development", name, value, "ok");
    }
    check("production", "SESSION_SECRET", "9f86d081884c7d659a2feaa0c55ad015", "ok");
    check(
        "production",
        "SESSION_SECRET",
        "9f86d081",
        "too short for a token (need 128 bits, such as 32 hex digits or 22 characters of base64)",
    );
    check("production", "POSTGRES_USER", "postgres", "ok");
}

#[test]
fn no_example_survives_in_production() {
    let found = changed("production", "POSTGRES_PASSWORD", "example-password");
    assert!(
        found.starts_with("POSTGRES_PASSWORD: the example from the documents of this setting"),
        "{found}"
    );
    let found = changed("staging", "POSTGRES_PASSWORD", "changeme");
    assert!(found.starts_with("POSTGRES_PASSWORD: a placeholder"), "{found}");
}

#[test]
fn tls_is_asked_for_beside_a_database_and_a_cache_that_are_used() {
    let found = report(
        &schema(),
        "production",
        &[("POSTGRES_PASSWORD", STRONG), ("VALKEY_PASSWORD", "tK4-mQ8zW1xP6vRb9")],
    );
    assert_eq!(
        found.to_string(),
        "POSTGRES_SSL_MODE: not found; looked in env POSTGRES_SSL_MODE, env POSTGRES_SSLMODE (required when any of POSTGRES_* is \
         set)\n\
         VALKEY_SSL: not found; looked in env VALKEY_SSL, env VALKEY_TLS (required when any of VALKEY_* is set)",
    );
}

#[test]
fn a_database_on_this_machine_is_a_warning() {
    let pairs =
        [("POSTGRES_PASSWORD", STRONG), ("POSTGRES_SSL_MODE", "disable"), ("POSTGRES_HOST", "localhost")];
    let found = report(&schema(), "production", &pairs);
    assert!(found.is_ok(), "{found}");
    let warnings: Vec<_> = found.warnings().map(|(item, warning)| (item.name(), warning.message())).collect();
    assert_eq!(warnings, [("POSTGRES_SSL_MODE", "not encrypted, to this machine alone")]);
}

#[test]
fn two_secrets_of_one_value_are_told() {
    let found = changed("production", "VALKEY_PASSWORD", STRONG);
    assert!(found.contains("POSTGRES_PASSWORD: the same value as VALKEY_PASSWORD"), "{found}");
    assert!(found.contains("VALKEY_PASSWORD: the same value as POSTGRES_PASSWORD"), "{found}");
}

#[test]
fn debug_is_refused_where_nobody_declares_it() {
    let found = report(&Schema::new(), "production", &[("DEBUG", "1")]);
    assert_eq!(found.to_string(), "DEBUG: must be off here (from env DEBUG; value withheld)");
    assert!(report(&Schema::new(), "production", &[("DEBUG", "")]).is_ok());
    assert!(report(&Schema::new(), "production", &[]).items().is_empty());
}

#[test]
fn a_file_that_others_can_read_is_refused_in_production() {
    let check = |environment: &str, mode: u32| {
        let file = FileFact::with_mode(".env", mode);
        let report =
            block_on(Loader::new().with_environment(environment).with_file(file).check(&Schema::new()));
        (report.is_ok(), report.warnings().count())
    };
    assert_eq!(check("production", 0o100_644), (false, 0));
    assert_eq!(check("production", 0o100_640), (true, 1));
    assert_eq!(check("production", 0o100_600), (true, 0));
    assert_eq!(check("development", 0o100_644), (true, 1));
}

#[test]
fn a_policy_is_data_and_can_be_changed() {
    let relaxed = Policies::builtin()
        .of("production")
        .expect("it is builtin")
        .clone()
        .with(Selection::of(["POSTGRES_PASSWORD"]).dropping("strength").with_rule(Rule::MinLen(4)));
    let strict = Policy::new("qa")
        .with(Selection::of(["DOMAIN"]).required().with_rule(Rule::OneOf(vec!["qa".to_owned()])));
    let loader = |environment: &str| {
        Loader::new()
            .with_policies(Policies::builtin().with(relaxed.clone()).with(strict.clone()))
            .with_environment(environment)
            .with_layer(env(&[("POSTGRES_PASSWORD", "q8Zt"), ("POSTGRES_SSL_MODE", "verify-full")]))
    };
    assert!(block_on(loader("production").check(&schema())).is_ok());
    let found = block_on(loader("QA").check(&schema()));
    assert_eq!(found.to_string(), "DOMAIN: expected one of qa (from default; value withheld)");
}
