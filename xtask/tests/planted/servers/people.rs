//! `xtask servers up`, `status` and `down`, for people.

use super::stage::{SERVER, Stage, is_running};

/// What a command says, with the paths of this machine left out.
#[track_caller]
fn check(stage: &Stage, arguments: &[&str], want: &[&str]) -> String {
    let output = stage.xtask(arguments).output().expect("the program can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let starts: Vec<&str> = text.lines().map(|line| line.split('=').next().unwrap_or(line)).collect();
    assert_eq!(starts, want, "{text}");
    assert_eq!(output.status.code(), Some(0), "{text}");
    text
}

const UP: [&str; 3] = ["valkey      answers", "export ACME_SERVERS", "export ACME_XTASK"];

#[test]
fn servers_that_a_person_starts_go_on_until_that_person_ends_them() {
    let stage = Stage::new();
    let none = "servers: none is up; `cargo xtask servers up` starts them";
    check(&stage, &["servers", "status"], &[none]);
    let text = check(&stage, &["servers", "up"], &UP);
    let file = text.lines().find_map(|line| line.strip_prefix("export ACME_SERVERS=")).expect("it is told");
    let told: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).expect("the file is there")).expect("it is JSON");
    let pid = told[SERVER]["pid"].as_u64().expect("it has a process");
    assert!(is_running(pid), "whoever started it has ended, and it goes on");
    let again = ["servers: they are up already", UP[0], UP[1], UP[2]];
    check(&stage, &["servers", "up"], &again);
    check(&stage, &["servers", "status"], &UP);
    check(&stage, &["servers", "down"], &["servers: down"]);
    assert!(!is_running(pid));
    check(&stage, &["servers", "down"], &["servers: none is up"]);
    check(&stage, &["servers", "status"], &[none]);
}
