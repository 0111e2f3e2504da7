//! `cargo xtask test` with a server.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output};

use super::stage::{SERVER, Stage, is_running, wait_until};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn tests_have_their_server_and_it_ends_with_the_run() {
    let stage = Stage::new();
    let output = stage.run("nothing").output().expect("the program can be started");
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("\nend of the servers: ok ("), "{}", said(&output));
    let pid = stage.seen()[SERVER]["pid"].as_u64().expect("it has a process");
    assert!(!is_running(pid));
    let left: Vec<_> = std::fs::read_dir(stage.folder_of_servers()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_server_that_ends_under_its_tests_fails_the_run() {
    let stage = Stage::new();
    let output = stage.run("kill").output().expect("the program can be started");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let why = "\nend of the servers failed:\n  valkey ended by itself with -9; the end of its log:\n";
    assert!(said(&output).contains(why), "{}", said(&output));
}

/// Breaks a run off while its test is at work, and waits until nothing of it is left.
#[track_caller]
fn check_that_nothing_is_left(break_off: impl FnOnce(&mut Child)) {
    let stage = Stage::new();
    // A group of its own, as a shell gives to what a person starts.
    let mut run = stage.run("wait").process_group(0).spawn().expect("the program can be started");
    wait_until("the test is at work", || stage.note("waiting").exists());
    let pid = stage.seen()[SERVER]["pid"].as_u64().expect("it has a process");
    assert!(is_running(pid));
    break_off(&mut run);
    run.wait().expect("it was started by us");
    wait_until("the server has ended", || !is_running(pid));
    wait_until("its folder is gone", || {
        std::fs::read_dir(stage.folder_of_servers()).expect("a folder").count() == 0
    });
}

#[test]
fn nothing_is_left_running_when_the_run_is_killed() {
    // SIGKILL, which nobody can answer.
    check_that_nothing_is_left(|run| run.kill().expect("it is running"));
}

#[test]
fn nothing_is_left_running_after_ctrl_c() {
    check_that_nothing_is_left(|run| {
        let group = format!("-{}", run.id());
        let sent =
            Command::new("kill").args(["-INT", "--", &group]).status().expect("there is such a program");
        assert!(sent.success());
    });
}

#[test]
fn a_server_that_the_environment_names_is_used_and_left_alone() {
    let stage = Stage::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let file = stage.note("given.json");
    let tell = |port: u16| format!("{{\"host\": \"127.0.0.1\", \"port\": {port}, \"password\": \"none\"}}");
    std::fs::write(&file, tell(port)).expect("a file can be written");
    let output = stage.run("nothing").env("ACME_VALKEY", &file).output().expect("the program can be started");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(stage.seen()[SERVER]["port"], port);
    assert!(stage.seen()[SERVER]["pid"].is_null(), "somebody else's process");

    drop(listener);
    let output = stage.run("nothing").env("ACME_VALKEY", &file).output().expect("the program can be started");
    let why = format!(
        "\nservers failed:\n  the servers did not come up: valkey, which is given, does not answer at 127.0.0.1:{port}\n"
    );
    assert!(said(&output).contains(&why), "{}", said(&output));
    assert_eq!(output.status.code(), Some(1));
}
