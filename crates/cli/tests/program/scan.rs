//! `scan`: what is told, what is said, and how it ends.

use std::io::Read as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::Sandbox;

/// A value that nobody uses; in two pieces, so that this file holds none.
fn secret() -> String {
    ["q8Zt0vLw2n", "Xc5Rb7TkPy"].concat()
}

/// A line that assigns it.
fn line() -> String {
    format!("api_key=\"{}\"\n", secret())
}

/// What the rule finds that `rules new acme` makes; it is of high severity.
fn acme_token() -> String {
    ["acme_li", "ve_", "q8Zt0vLw2nXc5Rb7TkPy3mJd9Hs1Gu4E"].concat()
}

#[test]
fn a_finding_has_its_place_its_rule_and_its_line_without_the_value() {
    let sandbox = Sandbox::new().file("src/a.env", format!("one\n  {}", line())).file("src/b", "nothing\n");
    let found: Value = serde_json::from_slice(&sandbox.run(&["scan", "--json"]).stdout).expect("one object");
    let word = |name: &str| found[name].as_str().expect("a word").to_owned();
    let (severity, title, confidence) = (word("severity"), word("title"), &found["confidence"]);
    let want = format!(
        "src/a.env:2:12: {severity} generic.secret: {title}, {confidence}\n    api_key=\"[…]\"\n             ^^^\n"
    );
    let said = format!("scanned 2 files, 45 bytes: 1 finding (1 {severity})\n");
    sandbox.run(&["scan", "src"]).is(1, &want, &said);
}

#[test]
fn json_has_every_field_of_the_schema() {
    let sandbox = Sandbox::new().file("a.json", format!("{{\"db\": {{\"api_key\": \"{}\"}}}}\n", secret()));
    let ran = sandbox.run(&["scan", "--json"]);
    let found: Value = serde_json::from_slice(&ran.stdout).expect("one object");
    let want = json!({
        "schema": "reticent.finding/1", "rule": "generic.secret", "title": found["title"],
        "severity": found["severity"], "confidence": found["confidence"], "path": "a.json", "start_byte": 20, "end_byte": 40,
        "line": 1, "column": 21, "end_line": 1, "end_column": 41, "commit": null, "author": null, "date": null,
        "in": [], "context": "{\"db\": {\"api_key\": \"[…]\"}}", "fingerprint": found["fingerprint"],
        "verdict": "finding", "reason": null, "pointer": "/db/api_key",
    });
    assert_eq!((ran.code, &found), (1, &want));
    assert!(found["confidence"].as_f64().is_some_and(|number| number >= 0.5), "{found}");
    assert_eq!(found["fingerprint"].as_str().map(str::len), Some(32));
}

#[test]
fn a_clean_tree_is_told_with_what_was_covered() {
    let sandbox = Sandbox::new().file("a", "x\n").file(".b", "y\n");
    sandbox.run(&["scan"]).is(0, "", "scanned 2 files, 4 bytes: no findings\n");
    sandbox.run(&["scan", "-q"]).is(0, "", "");
}

#[test]
fn what_is_left_out_is_said_aloud() {
    let sandbox = Sandbox::new()
        .file(".gitignore", "*.log\nbuild/\n")
        .file("a.log", line())
        .file("build/b", line())
        .file("c", "x\n");
    std::os::unix::fs::symlink("c", sandbox.path("link")).expect("a link");
    sandbox.run(&["scan"]).is(
        0,
        "",
        "scanned 2 files, 15 bytes: no findings\n\
         left out: 1 ignored file, 1 ignored folder, 1 link; --no-ignore reads what is ignored\n",
    );
    let ran = sandbox.run(&["scan", "--no-ignore", "--json"]);
    let paths: Vec<Value> = ran
        .stdout_text()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["path"].clone())
        .collect();
    assert_eq!((ran.code, paths), (1, vec![json!("a.log"), json!("build/b")]));
}

#[test]
fn nothing_scanned_is_said_aloud_and_is_an_error_where_that_is_asked_for() {
    let sandbox = Sandbox::new();
    let said = "scanned 0 files, 0 bytes: no findings\nwarning: nothing was scanned\n";
    sandbox.run(&["scan"]).is(0, "", said);
    sandbox.run(&["scan", "--strict"]).is(2, "", &format!("{said}error: nothing was scanned\n"));
}

#[test]
fn what_cannot_be_read_is_told_and_is_an_error_where_that_is_asked_for() {
    let sandbox = Sandbox::new().file("a", line());
    let said = "warning: /proc/self/mem: cannot be read: Input/output error (os error 5)\n\
                scanned 1 file, 0 bytes: no findings\n\
                left out: 1 unread file or folder\n\
                warning: nothing was scanned\n";
    sandbox.run(&["scan", "/proc/self/mem"]).is(0, "", said);
    let error = "error: one file or folder was not scanned whole\n";
    sandbox.run(&["scan", "/proc/self/mem", "--strict"]).is(3, "", &format!("{said}{error}"));
    let ran = sandbox.run(&["scan", "/proc/self/mem", "a", "--strict"]);
    assert_eq!(ran.code, 1, "findings come first: {}", ran.stderr);
}

#[test]
fn a_path_that_is_not_there_is_no_finding() {
    Sandbox::new().file("a", line()).run(&["scan", "a", "b"]).is(
        2,
        "",
        "error: cannot scan b: it is not there\n",
    );
}

#[test]
fn standard_input_is_a_text() {
    let ran = Sandbox::new().run_with_stdin(&["scan", "--stdin", "--json"], line());
    let found: Value = serde_json::from_slice(&ran.stdout).expect("one object");
    assert_eq!((ran.code, &found["path"], &found["start_byte"]), (1, &json!("-"), &json!(9)));
    Sandbox::new().run_with_stdin(&["scan", "--stdin", "a"], "").is(
        2,
        "",
        "error: not together: --stdin, [PATH]...\nhint: write reticent scan --stdin [PATH]...\n",
    );
}

#[test]
fn severity_and_confidence_decide_how_it_ends() {
    let sandbox = Sandbox::new().file("a", acme_token());
    assert_eq!(sandbox.run(&["rules", "new", "acme", "--out", "acme.toml"]).code, 0);
    for (arguments, code) in [
        (&["scan", "a", "--rules", "acme.toml", "--fail-on", "high"][..], 1),
        (&["scan", "a", "--rules", "acme.toml", "--fail-on", "critical"], 0),
        (&["scan", "a", "--rules", "acme.toml", "--min-confidence", "1"], 0),
        (&["scan", "a", "--rules", "acme.toml", "--min-confidence", "0"], 1),
        (&["scan", "a", "--rules", "acme.toml", "--min-confidence", "2"], 2),
        (&["scan", "a", "--rules", "acme.toml", "--fail-on", "huge"], 2),
        (&["scan", "a", "--rules", "acme.toml", "--git"], 2),
    ] {
        assert_eq!(sandbox.run(arguments).code, code, "{arguments:?}");
    }
    assert_eq!(
        sandbox
            .run(&["scan", "a", "--rules", "acme.toml", "--fail-on", "critical"])
            .stdout_text()
            .lines()
            .count(),
        3,
        "it is told"
    );
}

#[test]
fn rules_are_chosen_by_id_and_by_vendor_and_a_slip_is_an_error() {
    let sandbox = Sandbox::new().file("a", line());
    assert_eq!(sandbox.run(&["scan", "--rule", "generic"]).code, 1);
    assert_eq!(sandbox.run(&["scan", "--rule", "github"]).code, 0);
    assert_eq!(sandbox.run(&["scan", "--not-rule", "generic.secret"]).code, 0);
    sandbox.run(&["scan", "--rule", "generic.secrt"]).is(
        2,
        "",
        "error: no such rule: generic.secrt\nhint: did you mean generic.secret?\n",
    );
}

#[test]
fn a_file_of_rules_finds_what_it_says() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["rules", "new", "acme", "--out", "acme.toml"]).code, 0);
    let token = acme_token();
    sandbox.write("a.txt", format!("see {token}\n"));
    sandbox.run(&["scan", "a.txt"]).is(0, "", "scanned 1 file, 47 bytes: no findings\n");
    sandbox.run(&["scan", "a.txt", "--rules", "acme.toml", "-q"]).is(
        1,
        "a.txt:1:5: high acme.api-key: acme API key, 0.9\n    see […]\n        ^^^\n",
        "",
    );
    sandbox.write("bad.toml", "schema = 1\nvendor = \"acme\"\nrules = 3\n");
    let ran = sandbox.run(&["scan", "--rules", "bad.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("error: bad.toml: line 3: unknown field `rules`"), "{}", ran.stderr);
    assert!(
        ran.stderr.ends_with("hint: reticent rules check bad.toml says all that is wrong\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_value_is_shown_only_where_that_is_asked_for() {
    let sandbox = Sandbox::new().file("a", line());
    for arguments in
        [&["scan"][..], &["scan", "--json"], &["scan", "--show-suppressed", "--min-confidence", "0"]]
    {
        let ran = sandbox.run(arguments);
        assert!(!ran.stdout_text().contains(&secret()) && !ran.stderr.contains(&secret()), "{arguments:?}");
    }
    let shown = sandbox.run(&["scan", "--reveal"]).stdout_text();
    assert!(shown.ends_with(&format!("    value: {}\n", secret())), "{shown}");
    let found: Value =
        serde_json::from_slice(&sandbox.run(&["scan", "--reveal", "--json"]).stdout).expect("JSON");
    assert_eq!(found["secret"], secret());
    // A forgotten variable does not show it.
    let sandbox = Sandbox::new().file("a", line()).with("RETICENT_REVEAL", "1");
    assert!(!sandbox.run(&["scan"]).stdout_text().contains(&secret()));
}

#[test]
fn what_is_allowed_on_its_line_is_suppressed_with_its_reason() {
    let sandbox = Sandbox::new().file("a", format!("{} # reticent:allow\n", line().trim_end()));
    sandbox.run(&["scan"]).is(0, "", "scanned 1 file, 48 bytes: no findings\n");
    let ran = sandbox.run(&["scan", "--show-suppressed", "--json"]);
    let found: Value = serde_json::from_slice(&ran.stdout).expect("one object");
    assert_eq!((ran.code, &found["verdict"], &found["reason"]), (0, &json!("suppressed"), &json!("allowed")));
    assert_eq!(ran.stderr, "scanned 1 file, 48 bytes: no findings, 1 suppressed\n");
}

#[test]
fn what_acts_on_a_terminal_is_escaped_in_text_and_whole_in_json() {
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    let name = std::ffi::OsStr::from_bytes(b"a\x1b[31m\xff");
    std::fs::write(sandbox.path("").join(name), format!("\u{1b}[2J{}", line())).expect("a file");
    let shown = sandbox.run(&["scan", "-q"]).stdout_text();
    assert!(shown.starts_with("a\\u{1b}[31m\u{fffd}:1:14: "), "{shown}");
    assert!(!shown.contains('\u{1b}'), "{shown}");
    let found: Value = serde_json::from_slice(&sandbox.run(&["scan", "--json"]).stdout).expect("JSON");
    assert_eq!(
        (&found["path"], &found["path_bytes"]),
        (&json!("a\u{1b}[31m\u{fffd}"), &json!("611b5b33316dff"))
    );
}

#[test]
fn a_closed_pipe_ends_it_without_an_error() {
    let sandbox = Sandbox::new().file("a", line().repeat(20_000));
    let mut child =
        sandbox.command(&["scan", "--json"]).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0; 10]).expect("a beginning");
    drop(stdout);
    let ran = child.wait_with_output().expect("the program ends");
    assert_eq!((ran.status.code(), String::from_utf8_lossy(&ran.stderr).as_ref()), (Some(1), ""));
}
