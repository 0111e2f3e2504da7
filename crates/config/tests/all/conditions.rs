//! When a setting must be there.

use reticent_config::{Loader, Settings};
use reticent_core::Secret;

use crate::support::{block_on, env, lines, load};

#[derive(Settings, Debug)]
struct App {
    #[setting(default = false)]
    postgres_enabled: bool,
    #[setting(required_when = "POSTGRES_ENABLED")]
    postgres: Option<Postgres>,
    cache: Option<Cache>,
    #[setting(required_in("staging", "production"))]
    sentry_dsn: Option<Secret>,
    #[setting(required_when = "MAIL=smtp")]
    smtp_host: Option<String>,
}

#[derive(Settings, Debug)]
struct Postgres {
    host: String,
    #[setting(default = 5432)]
    port: u16,
    password: Secret,
    schema: Option<String>,
}

#[derive(Settings, Debug)]
struct Cache {
    host: String,
    #[setting(default = 6379)]
    port: u16,
}

#[test]
fn a_group_is_required_while_its_switch_is_on() {
    let app: App = load(&[]).expect("nothing is required");
    assert!(!app.postgres_enabled && app.postgres.is_none() && app.cache.is_none());
    assert_eq!(
        lines::<App>(&[("POSTGRES_ENABLED", "yes")]),
        "POSTGRES_HOST: not found; looked in env POSTGRES_HOST (required when POSTGRES_ENABLED is on)\n\
         POSTGRES_PASSWORD: not found; looked in env POSTGRES_PASSWORD (required when POSTGRES_ENABLED is on)",
    );
    let all = [("POSTGRES_ENABLED", "on"), ("POSTGRES_HOST", "db"), ("POSTGRES_PASSWORD", "x")];
    let postgres = load::<App>(&all).expect("it is complete").postgres.expect("it is on");
    assert_eq!((postgres.host.as_str(), postgres.port, postgres.password.len()), ("db", 5432, 1));
    assert!(postgres.schema.is_none());
}

#[test]
fn a_group_that_is_switched_off_is_not_judged() {
    let app: App = load(&[("POSTGRES_ENABLED", "no"), ("POSTGRES_HOST", "db")]).expect("it is off");
    assert!(app.postgres.is_none());
}

#[test]
fn an_optional_group_is_complete_or_absent() {
    let cache = load::<App>(&[("CACHE_HOST", "valkey")]).expect("complete").cache.expect("set");
    assert_eq!((cache.host.as_str(), cache.port), ("valkey", 6379));
    assert_eq!(
        lines::<App>(&[("CACHE_PORT", "1")]),
        "CACHE_HOST: not found; looked in env CACHE_HOST (required when any of CACHE_* is set)",
    );
}

#[test]
fn a_setting_is_required_in_an_environment_or_by_a_value() {
    let staging = Loader::new().with_layer(env(&[("ENVIRONMENT", "Stage")]));
    let error = block_on(staging.load::<App>()).expect_err("it is required there");
    assert_eq!(
        error.report().to_string(),
        "SENTRY_DSN: not found; looked in env SENTRY_DSN (required when in staging or production)",
    );
    assert!(load::<App>(&[]).expect("not in development").sentry_dsn.is_none());
    assert_eq!(
        lines::<App>(&[("MAIL", "smtp")]),
        "SMTP_HOST: not found; looked in env SMTP_HOST (required when MAIL is smtp)",
    );
    assert!(load::<App>(&[("MAIL", "none")]).expect("it is not required").smtp_host.is_none());
}

#[test]
fn a_switch_that_nobody_declares_is_read_and_judged() {
    #[derive(Settings, Debug)]
    #[expect(dead_code, reason = "the load is what is tested")]
    struct Small {
        #[setting(required_when = "FEATURE_ON")]
        key: Option<Secret>,
    }
    assert_eq!(
        lines::<Small>(&[("feature_on", "1")]),
        "KEY: not found; looked in env KEY (required when FEATURE_ON is on)"
    );
    assert_eq!(
        lines::<Small>(&[("FEATURE_ON", "hunter2")]),
        "FEATURE_ON: expected true or false (from env FEATURE_ON; value withheld)",
    );
}

#[test]
fn an_environment_that_is_not_known_is_refused_and_judged_as_production() {
    let error =
        block_on(Loader::new().with_layer(env(&[("ENVIRONMENT", "hunter2"), ("DEBUG", "1")])).load::<App>());
    assert_eq!(
        error.expect_err("unknown").report().to_string(),
        "ENVIRONMENT: expected one of development, production, staging (from env ENVIRONMENT; value withheld)\n\
         SENTRY_DSN: not found; looked in env SENTRY_DSN (required when in staging or production)\n\
         DEBUG: must be off here (from env DEBUG; value withheld)",
    );
}
