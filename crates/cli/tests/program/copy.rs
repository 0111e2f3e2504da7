//! `copy`: one secret, several, and whole prefixes; what is planned, refused, written and left alone.

use crate::support::{Ran, Sandbox};

fn statuses(ran: &Ran) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    ran.stdout_text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .map(|line: serde_json::Value| {
            assert_eq!(line["schema"], "reticent.copy/1");
            (text(&line["to"]), text(&line["status"]))
        })
        .collect()
}

fn folder() -> Sandbox {
    let sandbox = Sandbox::new()
        .file("from/db/password", "hunter2-db")
        .file("from/db/user", "hunter2-user")
        .file("from/token", "hunter2-token");
    std::fs::create_dir(sandbox.path("to")).expect("a folder");
    sandbox
}

#[test]
fn a_prefix_goes_under_another_one_name_by_name() {
    let sandbox = folder().file(".env", "token=hunter2-token\n");
    sandbox.run(&["copy", "--dry-run", "file://from/", "dotenv://.env"]).is(
        0,
        "",
        "new       dotenv://.env#DB_PASSWORD  from file://from/db/password\n\
         new       dotenv://.env#DB_USER  from file://from/db/user\n\
         same      dotenv://.env#token  from file://from/token\n\
         would write dotenv://.env#DB_PASSWORD\nwould write dotenv://.env#DB_USER\n",
    );
    assert_eq!(sandbox.read(".env"), "token=hunter2-token\n");
    let ran = sandbox.run(&["copy", "file://from/", "dotenv://.env"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.ends_with("wrote dotenv://.env#DB_PASSWORD\nwrote dotenv://.env#DB_USER\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(sandbox.read(".env"), "token=hunter2-token\nDB_PASSWORD=hunter2-db\nDB_USER=hunter2-user\n");
    let again = sandbox.run(&["copy", "--json", "file://from/", "dotenv://.env"]);
    assert_eq!(again.code, 0);
    assert!(statuses(&again).iter().all(|(_, status)| status == "same"), "{}", again.stdout_text());
    assert!(!again.stderr.contains("hunter2") && !again.stdout_text().contains("hunter2"));
}

#[test]
fn nothing_is_written_while_one_place_has_another_value() {
    let sandbox = folder().file(".env", "token=other\nDB_USER=hunter2-user\n");
    let ran = sandbox.run(&["copy", "--json", "file://from/", "dotenv://.env"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.ends_with(
            "different dotenv://.env#token  from file://from/token\n\
             error: nothing was written: 1 place has another value\nhint: --overwrite replaces what differs\n"
        ),
        "{}",
        ran.stderr
    );
    let told = statuses(&ran);
    let told: Vec<&str> = told.iter().map(|(_, status)| status.as_str()).collect();
    assert_eq!(told, ["not_tried", "same", "different"]);
    assert_eq!(sandbox.read(".env"), "token=other\nDB_USER=hunter2-user\n");
    let replaced = sandbox.run(&["copy", "--overwrite", "--json", "file://from/", "dotenv://.env"]);
    assert_eq!(replaced.code, 0, "{}", replaced.stderr);
    let told = statuses(&replaced);
    let told: Vec<&str> = told.iter().map(|(_, status)| status.as_str()).collect();
    assert_eq!(told, ["written", "same", "replaced"]);
    assert_eq!(sandbox.read(".env"), "token=hunter2-token\nDB_USER=hunter2-user\nDB_PASSWORD=hunter2-db\n");
}

#[test]
fn several_go_under_their_own_names() {
    let sandbox = Sandbox::new().file(".env", "A=1\nB_KEY=2\n").file("c.json", r#"{"inner": {"key": "3"}}"#);
    std::fs::create_dir(sandbox.path("to")).expect("a folder");
    let ran = sandbox.run(&["copy", "A", "dotenv://.env#B_KEY", "file://c.json#/inner/key", "file://to/"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        (sandbox.read("to/A"), sandbox.read("to/B_KEY"), sandbox.read("to/key")),
        ("1".into(), "2".into(), "3".into())
    );
}

#[test]
fn two_that_would_meet_are_refused_before_anything_is_written() {
    let sandbox = Sandbox::new().file("from/a-b", "1").file("from/a.b", "2");
    let ran = sandbox.run(&["copy", "file://from/", "dotenv://.env"]);
    ran.is(
        1,
        "",
        "error: dotenv://.env#A_B: conflict in dotenv: both file://from/a-b and file://from/a.b would go there\n\
         hint: copy one of them by itself\n",
    );
    assert!(!sandbox.path(".env").exists());
}

#[test]
fn what_cannot_be_copied_as_it_is_written_says_what_to_write() {
    let sandbox = folder().file(".env", "A=1\nB=2\n");
    for (arguments, code, said) in [
        (
            &["copy", "A", "B", "file://x"][..],
            2,
            "error: several secrets cannot go to one place\nhint: name a prefix",
        ),
        (
            &["copy", "file://from/", "file://x"],
            2,
            "error: file://from/ is a prefix, and the other place is not\n",
        ),
        (&["copy", "file://empty/", "file://to/"], 1, "error: [DIR]/empty/: not found in file"),
        (&["copy", "A", "env://"], 2, "error: env://A: not supported by env: it cannot be written\n"),
        (&["copy", "ABSENT", "A", "file://to/"], 1, "error: ABSENT: not found."),
        (
            &["copy", "file://from/", "file://absent/"],
            1,
            "error: file://absent/db/password: not found in file: there is no folder",
        ),
    ] {
        let ran = sandbox.run(arguments);
        assert_eq!((ran.code, ran.stdout.len()), (code, 0), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.starts_with(said), "{arguments:?}: {}", ran.stderr);
    }
    assert!(std::fs::read_dir(sandbox.path("to")).expect("a folder").next().is_none());
}

#[test]
fn an_empty_prefix_is_told() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("from")).expect("a folder");
    sandbox.run(&["copy", "file://from/", "dotenv://.env"]).is(
        1,
        "",
        "warning: file://from/ holds no secret\nerror: there is no secret to copy, so nothing was written\n",
    );
}

#[test]
fn a_failed_write_says_what_was_done_before_and_after_it() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::new().file("from/a", "1").file("from/b", "2").file("from/c", "3");
    std::fs::create_dir(sandbox.path("to")).expect("a folder");
    // A link that leads into a folder which is not there: it reads as absent, and cannot be written.
    symlink(sandbox.path("nowhere/b"), sandbox.path("to/b")).expect("a link");
    let ran = sandbox.run(&["copy", "--json", "file://from/", "file://to/"]);
    let told = statuses(&ran);
    let told: Vec<&str> = told.iter().map(|(_, status)| status.as_str()).collect();
    assert_eq!(told, ["written", "failed", "written"], "{}", ran.stderr);
    assert!(ran.code != 0 && ran.stderr.contains("2 written, 1 failed, 0 not tried\n"), "{}", ran.stderr);
    assert_eq!((sandbox.read("to/a"), sandbox.read("to/c")), ("1".into(), "3".into()));
}

#[test]
fn a_place_is_listed_without_a_value() {
    let sandbox = folder();
    sandbox.run(&["list", "file://from/"]).is(
        0,
        "db/password  file://from/db/password\ndb/user  file://from/db/user\ntoken  file://from/token\n",
        "",
    );
    let entry = sandbox.run(&["list", "--json", "dotenv://.env"]);
    entry.is(0, "", "dotenv://.env holds no secret\n");
}
