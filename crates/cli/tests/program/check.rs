//! `check`, and `run` by what it finds: every problem in one report, and never a value.

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
    sandbox.run(&["run", "--no-redact", "-e", "production", "--", "sh", "-c", script]).is(
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
fn a_document_has_the_fields_of_the_contract() {
    let config = "[secrets]\nTOKEN = \"file://token\"\n[settings.PORT]\ntype = \"port\"\n[settings.MODE]\ntype = \"text\"\n";
    let sandbox = Sandbox::new().file("reticent.toml", config).file("token", "hidden-Zt0vLw2nXc5R");
    let ran = sandbox.with("PORT", "hidden-port").run(&["check", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    shows_no_value(&ran);
    let tried = |place: &str, source: &str| serde_json::json!({ "ref": place, "source": source, "status": "not_found", "note": null });
    let document: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("one document");
    let withheld = "expected a whole number 0–65535";
    let missing = "not found; looked in env MODE, env MODE_FILE, /run/secrets/MODE, .env";
    let remedy = "set it in one of these places";
    assert_eq!(
        document,
        serde_json::json!({
            "schema": "reticent.check/1", "environment": "development", "ok": false,
            "items": [
                {
                    "name": "PORT", "kind": "integer", "secret": false, "status": "invalid", "ref": "env://PORT",
                    "place": "env PORT", "version": null, "age_days": null, "rule": "type", "message": withheld,
                    "remedy": "set PORT to a whole number 0–65535",
                    "problems": [{
                        "rule": "type", "message": withheld, "remedy": "set PORT to a whole number 0–65535",
                    }],
                    "warnings": [], "tried": [],
                },
                {
                    "name": "MODE", "kind": "text", "secret": false, "status": "missing", "ref": null, "place": null,
                    "version": null, "age_days": null, "rule": "required", "message": missing, "remedy": remedy,
                    "problems": [{ "rule": "required", "message": missing, "remedy": remedy }], "warnings": [],
                    "tried": [
                        tried("env MODE", "env"), tried("env MODE_FILE", "env"),
                        tried("/run/secrets/MODE", "mounted secrets"), tried(".env", "dotenv"),
                    ],
                },
                {
                    "name": "TOKEN", "kind": "secret", "secret": true, "status": "ok", "ref": "file://token",
                    "place": "reticent.toml", "version": null, "age_days": null, "rule": null, "message": null, "remedy": null,
                    "problems": [], "warnings": [], "tried": [],
                },
            ],
        })
    );
}

#[test]
fn what_is_unwise_is_told_on_stderr_and_is_no_problem() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new().file("reticent.toml", "[settings.PORT]\ntype = \"port\"\n");
    let sandbox = sandbox.file(".env", "PORT=1\n");
    std::fs::set_permissions(sandbox.path(".env"), std::fs::Permissions::from_mode(0o640)).expect("a mode");
    sandbox.run(&["check"]).is(
        0,
        "PORT  ok           .env:1\n1 item for development: 1 ok, 0 with problems\n",
        "warning: .env: its group can read it\nhint: chmod 600 .env\n",
    );
}

#[test]
fn an_environment_that_nobody_knows_is_a_mistake_of_the_caller() {
    for command in ["check", "example", "schema"] {
        project(MENDED).run(&[command, "-e", "elsewhere"]).is(
            2,
            "",
            "error: no environment \"elsewhere\"\n\
             hint: known: development, production, staging; [policies.NAME] in reticent.toml declares another\n",
        );
    }
}

#[test]
fn a_mistake_in_the_configuration_is_no_finding() {
    for (config, place) in [
        ("[settings.PORT]\ntype = \"hidden\"\n", "2:8"),
        ("[settings.PORT]\ntype = \"port\"\ndefault = \"hidden\"\n", "3:11"),
        ("[settings.PORT]\nkind = \"hidden\"\n", "2:1"),
        ("[settings]\nPORT = \"hidden\"\n", "2:8"),
    ] {
        for command in
            [&["check"][..], &["check", "--json"], &["example"], &["schema"], &["run", "--", "true"]]
        {
            let ran = Sandbox::new().file("reticent.toml", config).run(command);
            assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{command:?} of {config}: {}", ran.stderr);
            shows_no_value(&ran);
            assert!(ran.stderr.contains(&format!("reticent.toml:{place}: ")), "{config}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_secret_is_looked_for_in_its_declared_places_alone() {
    let sandbox =
        Sandbox::new().file("reticent.toml", "[secrets]\nTOKEN = [\"env://NOPE\", \"file://token\"]\n");
    let sandbox = sandbox.file(".env", "TOKEN=hidden-elsewhere\n");
    sandbox.run(&["check"]).is(
        1,
        "TOKEN  MISSING\n  TOKEN: not found; looked in env://NOPE, file://token\n    \
         hint: set it in one of these places, or run: reticent set TOKEN\n\
         1 item for development: 0 ok, 1 with problems\n",
        "",
    );
    sandbox.write("token", "hidden-Zt0vLw2nXc5R");
    let found = sandbox.run(&["check", "--explain"]);
    let want = "TOKEN  ok           file://token\n  tried env://NOPE: not found\n\
        1 item for development: 1 ok, 0 with problems\n";
    assert_eq!((found.code, found.stdout_text().as_str()), (0, want));
}

#[test]
fn what_one_environment_declares_is_asked_for_there_alone() {
    let config = "[environments.production.secrets]\nTOKEN = \"file://token\"\n";
    let sandbox = Sandbox::new().file("reticent.toml", config);
    let elsewhere = "TOKEN  ok           not set\n1 item for development: 1 ok, 0 with problems\n";
    sandbox.run(&["check"]).is(0, elsewhere, "");
    let ran = sandbox.run(&["check", "-e", "production"]);
    assert_eq!(ran.code, 1);
    let told = ran.stdout_text();
    assert!(
        told.contains("TOKEN: not found; looked in file://token (required when in production)"),
        "{told}"
    );
}

#[test]
fn no_command_shows_a_value_whatever_is_wrong() {
    let reference = "PORT=file://hidden\x01\nSIGNING_KEY=gcp-sm://hidden\nRELEASE=postgres://u:hidden@h/d\n";
    for env in [
        BROKEN,
        "PORT='hidden\n",
        "hidden\n",
        "PORT=hidden\nport=hidden\n",
        "PORT=\"hidden\" hidden\n",
        "ENVIRONMENT=hidden\nPORT=1\n",
        reference,
    ] {
        let sandbox = project(env)
            .with("WORKERS", b"hidden\xff")
            .with("TIMEOUT_FILE", "hidden-path")
            .with("TIMEOUT", "hidden");
        for arguments in [
            &["check"][..],
            &["check", "--explain"],
            &["check", "--json"],
            &["check", "-e", "production"],
            &["run", "-v", "--", "true"],
            &["example"],
            &["example", "--check"],
            &["schema"],
            &["schema", "-f", "markdown"],
        ] {
            let ran = sandbox.run(arguments);
            let said = format!("{}{}", ran.stdout_text(), ran.stderr).replace("hidden-path", "");
            assert!(!said.contains("hidden") && !said.contains("changeme"), "{arguments:?} of {env}: {said}");
        }
    }
}

#[test]
fn an_environment_that_changes_optional_is_judged_as_run_takes_it() {
    let sandbox = Sandbox::new().file(
        "reticent.toml",
        "[secrets]\nDSN = { optional = true }\nKEY = {}\n\
         [environments.production.secrets]\nDSN = {}\nKEY = { optional = true }\n",
    );
    for (environment, missing) in [("production", "DSN"), ("development", "KEY")] {
        let checked = sandbox.run(&["check", "-e", environment]);
        assert_eq!(checked.code, 1, "{environment}: {}", checked.stdout_text());
        let text = checked.stdout_text();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("MISSING")).collect();
        assert_eq!(lines.len(), 1, "{environment}: {text}");
        assert!(lines[0].starts_with(missing), "{environment}: {text}");
    }
    let run = sandbox.run(&["run", "-e", "production", "--", "echo", "started"]);
    assert_eq!((run.code, run.stdout.len()), (1, 0));
    assert!(run.stderr.starts_with("error: DSN: not found"), "{}", run.stderr);
}
