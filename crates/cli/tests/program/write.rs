//! `set`, `delete`, `copy`, `import`, `list`, `generate --into`: what is written, and what is left alone.

use crate::support::Sandbox;

#[test]
fn set_edits_in_place_and_get_reads_it_back() {
    let sandbox = Sandbox::new().file(".env", "# mine\nA = 1 # one\nexport B='two'\n");
    sandbox.run_with_stdin(&["set", "A"], "p#w $x\n").is(0, "", "wrote dotenv://.env#A\n");
    assert_eq!(sandbox.read(".env"), "# mine\nA = 'p#w $x' # one\nexport B='two'\n");
    sandbox.run(&["get", "A"]).is(0, "p#w $x", "");
}

#[test]
fn set_makes_a_file_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.run_with_stdin(&["set", "NEW"], "v").is(0, "", "wrote dotenv://.env#NEW\n");
    let mode = std::fs::metadata(sandbox.path(".env")).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    sandbox.run_with_stdin(&["set", "file://one"], "line\n").is(0, "", "wrote file://one\n");
    let mode = std::fs::metadata(sandbox.path("one")).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = Sandbox::new().file(".env", "A=1\n");
    sandbox.run_with_stdin(&["set", "--dry-run", "A"], "2").is(0, "", "would write dotenv://.env#A\n");
    sandbox.run(&["delete", "--dry-run", "A"]).is(0, "", "would delete dotenv://.env#A\n");
    assert_eq!(sandbox.read(".env"), "A=1\n");
}

#[test]
fn a_value_on_the_command_line_is_refused_and_not_repeated() {
    let ran = Sandbox::new().run(&["set", "A", "hunter2"]);
    ran.is(
        2,
        "",
        "error: one argument too many (not shown, since it may be a value)\n\
         hint: values come from standard input or a file, never from the command line; see --help\n",
    );
}

#[test]
fn a_place_that_cannot_be_written_is_refused_before_the_value_is_read() {
    let ran = Sandbox::new().run_with_stdin(&["set", "env://A"], "x");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("env://A"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("cannot be written") || ran.stderr.contains("not supported"),
        "{}",
        ran.stderr
    );
}

#[test]
fn delete_takes_out_one_key() {
    let sandbox = Sandbox::new().file(".env", "A=1\nB=2\n");
    sandbox.run(&["delete", "A"]).is(0, "", "deleted dotenv://.env#A\n");
    assert_eq!(sandbox.read(".env"), "B=2\n");
    let again = sandbox.run(&["delete", "A"]);
    assert_eq!(again.code, 1);
}

#[test]
fn copy_does_not_overwrite_unasked() {
    let sandbox = Sandbox::new().file(".env", "A=1\nB=2\n");
    let refused = sandbox.run(&["copy", "A", "dotenv://.env#B"]);
    refused.is(1, "", "error: dotenv://.env#B has another value\nhint: --overwrite replaces it\n");
    sandbox.run(&["copy", "A", "file://a"]).is(0, "", "wrote file://a\n");
    assert_eq!(sandbox.read("a"), "1");
    sandbox.run(&["copy", "A", "file://a"]).is(0, "", "file://a has the same value already\n");
    sandbox.run(&["copy", "--overwrite", "A", "dotenv://.env#B"]).is(
        0,
        "",
        "replacing the value of dotenv://.env#B\nwrote dotenv://.env#B\n",
    );
    assert_eq!(sandbox.read(".env"), "A=1\nB=1\n");
}

#[test]
fn import_plans_first_and_writes_all_or_nothing() {
    let sandbox = Sandbox::new()
        .file(".env", "A=1\nB=2\n")
        .file("in.json", r#"{"A": "1", "B": "other", "C": "new \"quoted\""}"#);
    sandbox.run(&["import", "in.json"]).is(
        1,
        "",
        "same      dotenv://.env#A\ndifferent dotenv://.env#B\nnew       dotenv://.env#C\n\
         error: nothing was written: 1 place has another value\nhint: --overwrite replaces what differs\n",
    );
    assert_eq!(sandbox.read(".env"), "A=1\nB=2\n");
    assert_eq!(sandbox.run(&["import", "--overwrite", "in.json"]).code, 0);
    sandbox.run(&["get", "C"]).is(0, "new \"quoted\"", "");
    sandbox.run(&["get", "B"]).is(0, "other", "");
}

#[test]
fn import_reads_dotenv_into_files() {
    let sandbox = Sandbox::new().file("in.env", "A=1\nA=last\nPEM='-----\nx\n'\n");
    let ran = sandbox.run(&["import", "in.env", "--to", "file://out/{name}"]);
    assert_ne!(ran.code, 0, "the folder is not there: {}", ran.stderr);
    std::fs::create_dir(sandbox.path("out")).expect("a folder");
    let ran = sandbox.run(&["import", "in.env", "--to", "file://out/{name}"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(sandbox.read("out/A"), "last");
    sandbox.run(&["get", "file://out/PEM"]).is(0, "-----\nx\n", "");
}

#[test]
fn import_of_a_broken_file_names_the_place() {
    let sandbox = Sandbox::new().file("in.json", r#"{"A": "hunter2""#).file("in.env", "A='hunter2\n");
    let json = sandbox.run(&["import", "in.json"]);
    assert_eq!(json.code, 1);
    assert!(json.stderr.contains("in.json: the value is not JSON (at byte 15)"), "{}", json.stderr);
    let dotenv = sandbox.run(&["import", "in.env"]);
    assert_eq!(dotenv.code, 1);
    assert!(dotenv.stderr.contains("in.env:1:3"), "{}", dotenv.stderr);
    for ran in [json, dotenv] {
        assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    }
}

#[test]
fn list_shows_names_and_places() {
    let sandbox = Sandbox::new()
        .file(
            "reticent.toml",
            "[secrets]\nDB = \"file:///run/secrets/db\"\nDSN = { optional = true, from = \"env://DSN\" }\n",
        )
        .file(".env", "OTHER=hunter2\n");
    sandbox.run(&["list"]).is(
        0,
        "DB  file:///run/secrets/db\nDSN (optional)  env://DSN\nOTHER  dotenv://.env#OTHER\n",
        "",
    );
    let json = sandbox.run(&["list", "--json", "O"]).stdout_text();
    let entry: serde_json::Value = serde_json::from_str(&json).expect("one line of JSON");
    assert_eq!((&entry["schema"], &entry["name"]), (&"reticent.entry/1".into(), &"OTHER".into()));
}

#[test]
fn generate_prints_once_or_writes() {
    let sandbox = Sandbox::new();
    let token = sandbox.run(&["generate", "token"]);
    assert_eq!((token.code, token.stdout.len(), token.stderr.as_str()), (0, 44, ""));
    sandbox.run(&["generate", "hex", "--bytes", "16", "--into", "KEY"]).is(
        0,
        "",
        "wrote dotenv://.env#KEY\n",
    );
    assert_eq!(sandbox.run(&["get", "KEY"]).stdout.len(), 32);
    let again = sandbox.run(&["generate", "hex", "--into", "KEY"]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("has a value already"), "{}", again.stderr);
    assert_eq!(sandbox.run(&["generate", "fernet-key", "--bytes", "16"]).code, 2);
}
