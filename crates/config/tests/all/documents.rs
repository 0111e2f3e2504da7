//! What is made from a schema: whole documents, and no secret in them.

use reticent_config::{Drift, Kind, Loader, Schema, Setting, Settings};
use reticent_core::Secret;

use crate::support::block_on;

#[derive(Settings, Debug)]
#[expect(dead_code, reason = "its schema is what is tested")]
struct App {
    /// Where the service listens
    #[setting(default = 8080)]
    port: u16,
    /// Greeting,
    /// over | two lines
    #[setting(default = "two words")]
    greeting: String,
    postgres: Postgres,
    #[setting(required_in("staging", "production"), url)]
    sentry_dsn: Option<String>,
    #[setting(default = "dev-only-Zt0vLw2n")]
    session_secret: Secret,
}

#[derive(Settings, Debug)]
#[expect(dead_code, reason = "its schema is what is tested")]
struct Postgres {
    /// Password of the application's role
    #[setting(alias = "db-password", min_len = 16, not_placeholder, required_when = "POSTGRES_ENABLED")]
    password: Option<Secret>,
    pool: Option<u8>,
}

const EXAMPLE: &str = "\
# Made from the settings of this program; do not edit.
# Copy it to .env and fill it in there; .env is never committed.

# Where the service listens
# a whole number 0–65535; optional
PORT=8080

# Greeting,
# over | two lines
# UTF-8 text; optional
GREETING='two words'

# --- postgres ---

# Password of the application's role
# a secret; required when POSTGRES_ENABLED is on; at least 16 characters; not a placeholder and not a default; also called db-password
POSTGRES_PASSWORD=

# a whole number 0–255; optional
# POSTGRES_POOL=

# UTF-8 text; required when in staging or production; a URL with a scheme and a host
SENTRY_DSN=

# a secret; optional
# SESSION_SECRET=
";

#[test]
fn the_example_has_every_setting_and_no_secret() {
    assert_eq!(App::schema().example(), EXAMPLE);
}

#[test]
fn a_committed_example_that_has_drifted_is_told_by_name_and_line() {
    let check = |committed: &str, want: &[&str]| {
        let drift: Vec<String> =
            App::schema().example_drift(committed).iter().map(Drift::to_string).collect();
        assert_eq!(drift, want);
    };
    check(EXAMPLE, &[]);
    check(&EXAMPLE.replace("# POSTGRES_POOL=\n", ""), &["POSTGRES_POOL is missing"]);
    check(&format!("{EXAMPLE}OLD=hunter2\n"), &["line 27: OLD is no setting"]);
    check(
        &EXAMPLE.replace("PASSWORD=\n", "PASSWORD=q8Zt0vLw2nXc5Rb7\n"),
        &["line 17: POSTGRES_PASSWORD has a value that may be a real one"],
    );
    check(
        &EXAMPLE.replace("8080", "80").replace("# SESSION_SECRET=\n", "SESSION_SECRET=changeme\n"),
        &["line 6: the default of PORT differs", "line 26: the default of SESSION_SECRET differs"],
    );
    check(&EXAMPLE.replace("65535", "65536"), &["line 6: the comment of PORT differs"]);
    check(&EXAMPLE.replacen("# ", "#  ", 1), &["line 1: differs from what the settings say"]);
}

#[test]
fn prose_with_an_equals_sign_is_no_setting() {
    let schema = Schema::new().with(Setting::new("MODE", Kind::Text).with_about("fast=1 is quicker"));
    assert!(schema.example_drift(&schema.example()).is_empty(), "{}", schema.example());
}

#[test]
fn the_example_is_a_file_that_the_loader_reads() {
    let layer = reticent_config::DotenvLayer::parse(".env", EXAMPLE.as_bytes());
    let report = block_on(Loader::new().with_layer(layer).check(&App::schema()));
    assert!(report.is_ok(), "{report}");
}

#[test]
fn the_markdown_has_a_row_for_each() {
    assert_eq!(
        App::schema().markdown(),
        "\
| name | form and rules | required | default | what it is for |
|---|---|---|---|---|
| `PORT` | a whole number 0–65535 | optional | `8080` | Where the service listens |
| `GREETING` | UTF-8 text | optional | `two words` | Greeting, over \\| two lines |
| `POSTGRES_PASSWORD`, `db-password` | a secret; at least 16 characters; not a placeholder and not a default | required when \
POSTGRES_ENABLED is on |  | Password of the application's role |
| `POSTGRES_POOL` | a whole number 0–255 | optional |  |  |
| `SENTRY_DSN` | UTF-8 text; a URL with a scheme and a host | required when in staging or production |  |  |
| `SESSION_SECRET` | a secret | optional | for development |  |
"
    );
}

#[test]
fn the_json_schema_says_what_the_schema_says() {
    let document: serde_json::Value = serde_json::from_str(&App::schema().json_schema()).expect("JSON");
    let property = |name: &str| document["properties"][name].clone();
    assert_eq!(
        property("PORT"),
        serde_json::json!({"type": "integer", "minimum": 0, "maximum": 65535, "default": 8080, "description": "Where the service listens"}),
    );
    assert_eq!(
        property("POSTGRES_PASSWORD"),
        serde_json::json!({
            "type": "string", "minLength": 16, "writeOnly": true, "description": "Password of the application's role",
            "x-aliases": ["db-password"], "x-rules": ["not a placeholder and not a default"],
        }),
    );
    assert_eq!(property("SESSION_SECRET"), serde_json::json!({"type": "string", "writeOnly": true}));
    assert_eq!(document["required"], serde_json::json!([]));
    assert_eq!(document["allOf"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        document["allOf"][0],
        serde_json::json!({
            "if": {"allOf": [{"properties": {"POSTGRES_ENABLED": {"const": true}}, "required": ["POSTGRES_ENABLED"]}]},
            "then": {"required": ["POSTGRES_PASSWORD"]},
        }),
    );
}

#[test]
fn the_report_is_a_document_that_others_read() {
    let layer = crate::support::env(&[("PORT", "hunter2")]);
    let report = block_on(Loader::new().with_environment("dev").with_layer(layer).check(&App::schema()));
    let document: serde_json::Value = serde_json::from_str(&report.to_json()).expect("JSON");
    assert_eq!(document["schema"], "reticent.check/1");
    assert_eq!((&document["ok"], &document["environment"]), (&false.into(), &"development".into()));
    let item = &document["items"][0];
    assert_eq!(
        (&item["name"], &item["kind"], &item["status"]),
        (&"PORT".into(), &"integer".into(), &"invalid".into())
    );
    assert_eq!(
        (&item["rule"], &item["message"]),
        (&"type".into(), &"expected a whole number 0–65535".into())
    );
    assert_eq!(document["items"][3]["tried"][0]["ref"], "env POSTGRES_POOL");
    assert!(Schema::new().json_schema().ends_with("}\n"));
}
