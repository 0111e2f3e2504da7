//! `check`, `example`, `schema`, and `run` by the schema: every problem in one report, and never a value.

use crate::support::{Ran, Sandbox};

/// A service's settings, as a program in any language declares them.
const DECLARED: &str = r#"
[secrets]
GATEWAY_KEY = { about = "Key of the API gateway" }

[settings.DEBUG]
type = "bool"
default = false

[settings.LOG_LEVEL]
type = "choice"
words = ["debug", "info", "warning"]
default = "info"

[settings.PORT]
type = "port"
default = 8080
about = "Where the service listens"

[settings.WORKERS]
type = "integer"
min = 1
max = 64
default = 4

[settings.TIMEOUT]
type = "duration"
default = "30s"

[settings.POSTGRES_HOST]
type = "text"

[settings.POSTGRES_PASSWORD]
type = "secret"
strength = "password"

[settings.POSTGRES_SSL_MODE]
type = "choice"
words = ["disable", "require", "verify-full"]

[settings.SIGNING_KEY]
type = "secret"
min-len = 32

[settings.SESSION_SECRET]
type = "secret"
strength = "token"

[settings.WEBHOOK_URL]
type = "url"
tls = true

[settings.RELEASE]
type = "text"
pattern = "v[0-9]+\\.[0-9]+"

[settings.REGION]
type = "text"
one-of = ["eu", "us"]

[settings.WEBHOOK_TOKEN]
type = "secret"
unique = true

[settings.MAIL_FROM]
type = "text"
"#;

/// A `.env` in which all of it is wrong. The values that must not be repeated say so.
const BROKEN: &str = "\
DEBUG=true
LOG_LEVEL=hidden-level
PORT=hidden-port
WORKERS=900
TIMEOUT=hidden-time
POSTGRES_PASSWORD=changeme
POSTGRES_SSL_MODE=disable
SIGNING_KEY=hidden-short
SESSION_SECRET=hiddenhiddenhidden
WEBHOOK_URL=http://hidden.example.net/hook
RELEASE=hidden-release
REGION=hidden-region
WEBHOOK_TOKEN=hidden-Zt0vLw2nXc5Rb7q8
GATEWAY_KEY=hidden-Zt0vLw2nXc5Rb7q8
";

/// The same file, mended by what the report says.
const MENDED: &str = "\
DEBUG=false
LOG_LEVEL=warning
PORT=8081
WORKERS=8
TIMEOUT=10s
POSTGRES_HOST=db.internal
POSTGRES_PASSWORD='q8Zt+0vLw2nXc5Rb7!kM'
POSTGRES_SSL_MODE=verify-full
SIGNING_KEY=c2lnbmluZy1rZXktb2YtdGhpcnR5LXR3by1ieXRlcw
SESSION_SECRET=9f3a1c7e5b2d8f604a6c1e9d7b3f5a2c8e0d4b6f1a3c5e7d9b2f4a6c8e0d1b3f
WEBHOOK_URL=https://hooks.internal/hook
RELEASE=v1.2
REGION=eu
MAIL_FROM=service@mail.internal
WEBHOOK_TOKEN=Lw2nXc5Rb7q8kM4pZt0v
GATEWAY_KEY=Zt0vLw2nXc5Rb7q8kM4p
";

fn project(env: &str) -> Sandbox {
    Sandbox::new().file("reticent.toml", DECLARED).file(".env", env)
}

#[track_caller]
fn shows_no_value(ran: &Ran) {
    let said = format!("{}{}", ran.stdout_text(), ran.stderr);
    for value in ["hidden", "changeme", "900"] {
        assert!(!said.contains(value), "{value} in {said}");
    }
}

#[test]
fn every_problem_of_every_kind_is_in_one_report_with_its_remedy() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = project(BROKEN).with("MAIL_FROM", "hidden-sender").with("MAIL_FROM_FILE", "/nowhere");
    std::fs::set_permissions(sandbox.path(".env"), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let ran = sandbox.run(&["check", "-e", "production", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    shows_no_value(&ran);
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("one document");
    assert_eq!(report["schema"], "reticent.check/1");
    assert_eq!((&report["environment"], &report["ok"]), (&"production".into(), &false.into()));
    let items = report["items"].as_array().expect("items");
    let bad: Vec<_> = items.iter().filter(|item| item["status"] != "ok").collect();
    assert!(bad.len() >= 12, "{} problems", bad.len());
    let problems = bad.iter().flat_map(|item| item["problems"].as_array().expect("problems"));
    let mut rules: Vec<&str> = problems.map(|problem| problem["rule"].as_str().expect("a rule")).collect();
    rules.sort_unstable();
    rules.dedup();
    assert!(rules.len() >= 12, "{rules:?}");
    for item in &bad {
        assert!(item["message"].is_string() && item["remedy"].is_string(), "{item}");
        match (item["status"].as_str(), item["place"].as_str()) {
            (Some("missing"), _) => assert!(!item["tried"].as_array().expect("places").is_empty(), "{item}"),
            (_, Some(place)) => assert!(place.starts_with(".env:") || place.starts_with("env "), "{item}"),
            (_, None) => assert!(item["kind"] == "file" || item["rule"] == "conflict", "{item}"),
        }
    }
}

#[test]
fn the_report_for_people_counts_and_names_places_and_remedies() {
    let ran = project("PORT=hidden-port\n").run(&["check"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    shows_no_value(&ran);
    let text = ran.stdout_text();
    for line in [
        "PORT               INVALID      .env:1\n",
        "  PORT: expected a whole number 0–65535 (from .env:1; value withheld)\n",
        "    hint: set PORT to a whole number 0–65535\n",
        "DEBUG              ok           default\n",
        "GATEWAY_KEY        MISSING\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(text.ends_with(" with problems\n"), "{text}");
    assert!(project("").run(&["check", "--explain"]).stdout_text().contains("  tried "));
}

#[test]
fn every_mistake_of_a_broken_file_is_told() {
    let ran = project("PORT='hidden' hidden\nnot a line hidden\nWORKERS=1\n").run(&["check"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    shows_no_value(&ran);
    let text = ran.stdout_text();
    assert!(text.contains(".env:1:") && text.contains(".env:2:"), "{text}");
}

#[test]
fn what_is_mended_by_the_remedies_passes_and_starts() {
    let sandbox = project(MENDED);
    let ran = sandbox.run(&["check", "-e", "production"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout_text(), ran.stderr);
    let script = "printf '%s|%s' \"$PORT\" \"$POSTGRES_PASSWORD\"";
    sandbox.run(&["run", "-e", "production", "--", "sh", "-c", script]).is(
        0,
        "8081|q8Zt+0vLw2nXc5Rb7!kM",
        "",
    );
}

#[test]
fn run_starts_nothing_while_a_setting_is_invalid() {
    let ran = project(&format!("{MENDED}PORT=hidden-port\n")).run(&["run", "--", "echo", "started"]);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{}", ran.stderr);
    shows_no_value(&ran);
    assert!(ran.stderr.contains("error: PORT: expected a whole number 0–65535"), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: set PORT to a whole number"), "{}", ran.stderr);
}

#[test]
fn run_hands_over_declared_defaults() {
    let without_port = MENDED.replace("PORT=8081\n", "");
    let script = "printf '%s|%s' \"$PORT\" \"$WORKERS\"";
    project(&without_port).run(&["run", "--", "sh", "-c", script]).is(0, "8080|8", "");
    let set = project(&without_port).with("PORT", "9000");
    set.run(&["run", "--", "sh", "-c", script]).is(0, "9000|8", "");
}

#[test]
fn an_example_is_current_until_the_schema_changes() {
    let sandbox = project("");
    let example = sandbox.run(&["example"]);
    assert_eq!((example.code, example.stderr.as_str()), (0, ""));
    sandbox.write(".env.example", &example.stdout);
    sandbox.run(&["example", "--check"]).is(0, "", "");
    sandbox.write("reticent.toml", format!("{DECLARED}\n[settings.ADDED]\ntype = \"text\"\n"));
    sandbox.run(&["example", "--check"]).is(
        1,
        ".env.example: ADDED is missing\n",
        "hint: reticent example > .env.example\n",
    );
}

#[test]
fn a_schema_is_a_document_for_programs_or_for_people() {
    let sandbox = project("");
    let json = sandbox.run(&["schema"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(document["properties"]["PORT"]["maximum"], 65535);
    assert_eq!(sandbox.run(&["schema", "--json"]).stdout, json.stdout);
    let markdown = sandbox.run(&["schema", "-f", "markdown"]).stdout_text();
    assert!(markdown.contains("| `PORT` | a whole number 0–65535 |"), "{markdown}");
    assert_eq!(sandbox.run(&["check", "-f", "markdown"]).code, 2);
}
