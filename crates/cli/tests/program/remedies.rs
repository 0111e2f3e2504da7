//! A project in which everything is wrong, mended by nothing but what the report says to do; then it starts.
//!
//! The project is one of a Python program: `reticent.toml` alone has its schema. `examples/settings` holds that a struct
//! of the same settings gives the same report.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::foreign::python;
use crate::support::Sandbox;

const DECLARED: &str = r#"
[secrets]
GATEWAY_API_KEY = { about = "Key of the API gateway" }
MAIL_PASSWORD = "file://mail"

[settings.ENVIRONMENT]
type = "text"
default = "development"

[settings.DEBUG]
type = "bool"
default = false

[settings.LOG_LEVEL]
type = "choice"
words = ["debug", "info", "warning"]
default = "info"

[settings.PORT]
type = "port"

[settings.WORKERS]
type = "integer"
min = 1
max = 64

[settings.TIMEOUT]
type = "duration"

[settings.POSTGRES_HOST]
type = "text"

[settings.POSTGRES_PASSWORD]
type = "secret"
not-placeholder = true

[settings.POSTGRES_SSL_MODE]
type = "choice"
words = ["disable", "require", "verify-full"]

[settings.SIGNING_KEY]
type = "secret"
min-len = 32

[settings.SESSION_SECRET]
type = "secret"
strength = "token"

[settings.ENCRYPTION_KEY]
type = "secret"
strength = "key"

[settings.WEBHOOK_URL]
type = "url"
tls = true

[settings.REGION]
type = "text"
one-of = ["eu", "us"]

[settings.RELEASE]
type = "text"
pattern = "v[0-9]+"

[settings.MAIL_FROM]
type = "text"

[settings.SENTRY_KEY]
type = "secret"
"#;

/// The values that must not be repeated begin with `hidden`.
const BROKEN: &str = "\
DEBUG=hidden-flag
LOG_LEVEL=hidden-level
PORT=hidden-port
WORKERS=900
TIMEOUT=hidden-time
POSTGRES_PASSWORD=changeme
POSTGRES_SSL_MODE=disable
SIGNING_KEY=hidden-short
SESSION_SECRET=hiddenhiddenhidden
ENCRYPTION_KEY=hidden-no-key
WEBHOOK_URL=http://hidden.example.net/hook
REGION=hidden-region
RELEASE=hidden-release
MAIL_FROM=
SENTRY_KEY=hidden-Zt0vLw2nXc5Rb7q8
GATEWAY_API_KEY=hidden-Zt0vLw2nXc5Rb7q8
";

fn report(sandbox: &Sandbox) -> Vec<Value> {
    let ran = sandbox.run(&["check", "-e", "production", "--json"]);
    let said = format!("{}{}", ran.stdout_text(), ran.stderr);
    for value in ["hidden", "changeme", "900"] {
        assert!(!said.contains(value), "{value} in {said}");
    }
    let document: Value = serde_json::from_slice(&ran.stdout).expect("one document");
    let items = document["items"].as_array().expect("items").clone();
    items.into_iter().filter(|item| item["status"] != "ok").collect()
}

fn set(sandbox: &Sandbox, name: &str, value: &str) {
    let ran = sandbox.run_with_stdin(&["env", "set", ".env", name], value);
    assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
}

fn generate(sandbox: &Sandbox, kind: &str, name: &str) {
    let ran = sandbox.run(&["generate", kind, "--into", name, "--overwrite"]);
    assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
}

/// Does what a remedy says, as somebody does who has nothing else to go by. One that says something new is refused
/// here, so that each stays one that can be followed.
fn follow(sandbox: &Sandbox, name: &str, remedy: &str) {
    let kept = remedy.strip_prefix("set a value that keeps the rule: ");
    let form = remedy.strip_prefix("set ").and_then(|rest| rest.strip_prefix(&format!("{name} to ")));
    if let Some(file) = remedy.strip_prefix("chmod 600 ") {
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(sandbox.path(file), mode).expect("a mode");
    } else if remedy.contains("reticent set ") {
        let ran = sandbox.run_with_stdin(&["set", name], "Rb7q8kM4pZt0vLw2nXc5");
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
    } else if let Some((_, kind)) = remedy.split_once("`reticent generate ") {
        generate(sandbox, kind.trim_end_matches('`'), name);
    } else if remedy.contains("`reticent generate`") || remedy == "give each secret a value of its own" {
        generate(sandbox, "token", name);
    } else if remedy.starts_with("create it there") {
        sandbox.write("mail", "Xc5Rb7+8kM4pZt0vLw2n");
    } else if let Some(words) = kept.or(form).and_then(|rest| rest.strip_prefix("one of ")) {
        set(sandbox, name, words.rsplit(", ").next().expect("a word"));
    } else if let Some(range) = kept.and_then(|rest| rest.strip_prefix("from ")) {
        set(sandbox, name, range.split(' ').next().expect("a number"));
    } else {
        let value = match form.or(kept).unwrap_or(remedy) {
            "true or false" | "set it to false, or leave it out" => "false",
            "a whole number 0–65535" => "8081",
            "a duration such as 250ms, 30s, 5m or 1h30m" => "250ms",
            "matches v[0-9]+" => "v1",
            "ask for an encrypted and verified connection" => "https://hooks.internal/hook",
            "set it in one of these places" => "db.internal",
            "give MAIL_FROM a value" => "service@mail.internal",
            other => panic!("{name}: nobody could follow this: {other}"),
        };
        set(sandbox, name, value);
    }
}

#[test]
fn each_problem_is_mended_by_its_own_remedy_and_then_it_starts() {
    let sandbox = Sandbox::new().file("reticent.toml", DECLARED).file(".env", BROKEN);
    std::fs::set_permissions(sandbox.path(".env"), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let ran = sandbox.run(&["run", "-e", "production", "--", "echo", "started"]);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    assert!(ran.stderr.lines().filter(|line| line.starts_with("error: ")).count() >= 18, "{}", ran.stderr);
    assert!(!ran.stderr.contains("hidden"), "{}", ran.stderr);

    let first = report(&sandbox);
    let kinds: BTreeSet<&str> = first.iter().map(|item| item["rule"].as_str().expect("a rule")).collect();
    assert!(first.len() >= 18 && kinds.len() >= 12, "{} problems of {kinds:?}", first.len());

    // A value of the right form may still break a rule, so that some are mended twice.
    let mut left = first;
    for _ in 0..4 {
        for item in &left {
            let text = |key: &str| item[key].as_str().expect("a text").to_owned();
            follow(&sandbox, &text("name"), &text("remedy"));
        }
        left = report(&sandbox);
    }
    assert!(left.is_empty(), "{left:#?}");
    // What is merely unwise has a remedy, too.
    let ran = sandbox.run(&["check", "-e", "production", "--json"]);
    let document: Value = serde_json::from_slice(&ran.stdout).expect("one document");
    for item in document["items"].as_array().expect("items") {
        for warning in item["warnings"].as_array().expect("warnings") {
            follow(
                &sandbox,
                item["name"].as_str().expect("a name"),
                warning["remedy"].as_str().expect("a remedy"),
            );
        }
    }
    let ran = sandbox.run(&["check", "-e", "production"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout_text());

    let python = python().get_program().to_string_lossy().into_owned();
    let program = "import os; e = os.environ; \
        print(e['PORT'], e['WORKERS'], e['TIMEOUT'], e['ENVIRONMENT'], len(e['SIGNING_KEY']), len(e['MAIL_PASSWORD']))";
    sandbox.run(&["run", "-e", "production", "--", &python, "-c", program]).is(
        0,
        "8081 1 250ms production 43 24\n",
        "",
    );
}
