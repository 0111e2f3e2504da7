//! `diff`: two environments side by side, without a value.

use crate::support::Sandbox;

const CONFIGURATION: &str = "\
[secrets]
COMMON = {}

[environments.staging.secrets]
SAME = \"file://staging/same\"
OTHER = \"file://staging/other\"
STAGING = \"file://staging/own\"
NEITHER = \"file://staging/neither\"
SPARE = { optional = true }
BROKEN = \"file://staging/data.json#key\"

[environments.production.secrets]
SAME = \"file://production/same\"
OTHER = \"file://production/other\"
PRODUCTION = \"file://production/own\"
NEITHER = \"file://production/neither\"
SPARE = { optional = true }
BROKEN = \"file://production/data.json#key\"

[environments.twin.secrets]
SAME = \"file://production/same\"
SPARE = { optional = true }

[environments.twin2.secrets]
SAME = \"file://staging/same\"
SPARE = { optional = true }
";

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("reticent.toml", CONFIGURATION)
        .file("staging/same", "hunter2")
        .file("staging/other", "hunter2")
        .file("staging/own", "hunter2")
        .file("staging/data.json", "{\"key\": \"hunter2\"}")
        .file("production/same", "hunter2\n")
        .file("production/other", "hunter2 ")
        .file("production/own", "hunter2")
        .file("production/data.json", "hunter2")
        .with("COMMON", "hunter2")
}

#[test]
fn every_secret_of_both_is_told_and_no_value() {
    let ran = sandbox().run(&["diff", "staging", "production"]);
    let table = "\
COMMON      same
SAME        same
OTHER       different
STAGING     only in staging
NEITHER     in neither
SPARE       in neither (optional)
BROKEN      unreadable (production: malformed)
PRODUCTION  only in production
";
    assert_eq!((ran.code, ran.stdout_text().as_str()), (1, table));
    assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("file://production/data.json#key"));
    assert_eq!(ran.stderr.matches("error: ").count(), 1, "{}", ran.stderr);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn json_has_a_line_for_each_secret() {
    let ran = sandbox().run(&["diff", "--json", "staging", "production"]);
    let lines: Vec<serde_json::Value> =
        ran.stdout_text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told: Vec<[&str; 4]> = lines
        .iter()
        .map(|line| {
            assert_eq!(line["schema"], "reticent.diff/1");
            assert_eq!(
                (&line["a"]["environment"], &line["b"]["environment"]),
                (&"staging".into(), &"production".into())
            );
            [&line["name"], &line["status"], &line["a"]["status"], &line["b"]["status"]]
                .map(|value| value.as_str().expect("text"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ["COMMON", "same", "found", "found"],
            ["SAME", "same", "found", "found"],
            ["OTHER", "different", "found", "found"],
            ["STAGING", "only_in_a", "found", "not_found"],
            ["NEITHER", "missing", "not_found", "not_found"],
            ["SPARE", "missing", "not_found", "not_found"],
            ["BROKEN", "unreadable", "found", "malformed"],
            ["PRODUCTION", "only_in_b", "not_found", "found"],
        ]
    );
    let optional: Vec<&str> = lines
        .iter()
        .filter(|line| line["optional"] == true)
        .map(|line| line["name"].as_str().expect("text"))
        .collect();
    assert_eq!(optional, ["SPARE"]);
    assert!(!ran.stdout_text().contains("hunter2"));
}

#[test]
fn two_that_agree_end_with_0() {
    sandbox().run(&["diff", "twin", "twin2"]).is(
        0,
        "COMMON  same\nSAME    same\nSPARE   in neither (optional)\n",
        "",
    );
}

#[test]
fn what_cannot_be_reached_has_its_own_code() {
    let denied = "[environments.a.secrets]\nX = \"file://x\"\n[environments.b.secrets]\nX = \"file://b/x\"\n";
    let sandbox = Sandbox::new().file("reticent.toml", denied).file("x", "hunter2").file("b/x/y", "");
    // A folder where a file should be: the reference is wrong, and nothing is known about the value.
    let ran = sandbox.run(&["diff", "a", "b"]);
    assert_eq!((ran.code, ran.stdout_text().as_str()), (2, "X  unreadable (b: invalid reference)\n"));
}

#[test]
fn a_warning_of_both_is_given_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = sandbox().file(".env", "COMMON=x\n");
    std::fs::set_permissions(sandbox.path(".env"), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let ran = sandbox.run(&["diff", "twin", "twin2"]);
    assert_eq!((ran.code, ran.stderr.matches("warning: ").count()), (0, 1), "{}", ran.stderr);
}

#[test]
fn an_unknown_environment_is_an_error_with_the_known_ones() {
    let ran = sandbox().run(&["diff", "staging", "preview"]);
    assert_eq!((ran.code, ran.stdout.len()), (2, 0));
    assert!(ran.stderr.contains("preview") && ran.stderr.contains("production"), "{}", ran.stderr);
}

#[test]
fn places_are_compared_name_by_name() {
    let sandbox = sandbox()
        .file("a/json", r#"{"user": "hunter2", "port": 1}"#)
        .file("b/json", r#"{"port":1,"user":"hunter2"}"#)
        .file("a/x", "hunter2")
        .file("b/x", "hunter2 ")
        .file("b/y", "hunter2");
    sandbox.run(&["diff", "file://a/", "file://b/"]).is(
        1,
        "json  same\nx     different\ny     only in file://b/\n",
        "",
    );
    sandbox.run(&["diff", "file://a/json", "file://b/json"]).is(
        0,
        "file://a/json and file://b/json  same\n",
        "",
    );
    let json = sandbox.run(&["diff", "--json", "file://a/x", "file://b/y"]);
    let line: serde_json::Value = serde_json::from_str(&json.stdout_text()).expect("one line of JSON");
    assert_eq!((json.code, &line["status"], &line["a"]["place"]), (0, &"same".into(), &"file://a/x".into()));
    assert!(line["a"]["environment"].is_null());
}

#[test]
fn an_environment_is_compared_with_a_place() {
    let sandbox = sandbox().file("place/SAME", "hunter2\n").file("place/COMMON", "other");
    let ran = sandbox.run(&["diff", "twin", "file://place/"]);
    ran.is(1, "COMMON  different\nSAME    same\nSPARE   in neither (optional)\n", "");
}

#[test]
fn one_secret_and_many_are_no_pair() {
    let ran = sandbox().file("place/x", "x").run(&["diff", "file://place/", "file://place/x"]);
    ran.is(
        2,
        "",
        "error: file://place/x is one secret, and the other side is many\n\
         hint: end it with / to compare all that stands behind it\n",
    );
}
