//! Panics of another process, which is this test with a variable set.

use std::panic::{self, panic_any};
use std::process::Command;

use crate::form::redactor;

/// Which panic the other process makes.
const WHICH: &str = "RETICENT_TEST_PANIC";

/// Runs `child` in a process of its own, and returns what it says to standard error from its first panic on.
fn said_by(which: &str, backtrace: &str) -> String {
    let program = std::env::current_exe().expect("the test's own path");
    let output = Command::new(program)
        .args(["--exact", "panics::child", "--nocapture", "--test-threads=1"])
        .env(WHICH, which)
        .env("RUST_BACKTRACE", backtrace)
        .output()
        .expect("the test's own program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).expect("text")
}

#[test]
fn child() {
    let Ok(which) = std::env::var(WHICH) else { return };
    if which.starts_with("own") {
        panic::set_hook(Box::new(|info| eprintln!("own hook: {}", info.payload_as_str().unwrap_or("-"))));
    }
    redactor().install_panic_hook();
    let secret = "plum-Garden-42!";
    let thread = std::thread::Builder::new().name("worker".to_owned());
    let panics: Box<dyn FnOnce() + Send> = match which.as_str() {
        "value" | "own value" => Box::new(move || panic!("cannot log in with {secret}\nnor without")),
        "debug" => Box::new(move || login(secret).expect("a login")),
        "plain" | "own plain" => Box::new(|| panic!("nothing to hide")),
        "any" | "own any" => Box::new(move || panic_any((secret, 42))),
        "display" => {
            panic::set_hook(Box::new(|info| eprint!("{}", redactor().display_panic(info))));
            Box::new(move || panic!("{secret}"))
        }
        other => unreachable!("no such panic: {other}"),
    };
    let ended = thread.spawn(panics).expect("a thread").join();
    assert!(ended.is_err(), "it panics");
}

fn login(secret: &str) -> Result<(), String> {
    Err(format!("a \"quoted\" {secret}"))
}

/// What was said, with a word for the place, which is checked here.
fn without_place(said: &str) -> String {
    let mut lines: Vec<String> = said.lines().map(str::to_owned).collect();
    for line in lines.iter_mut().filter(|line| line.contains("panicked at ")) {
        let (thread, place) = line.split_once(" panicked at ").expect("it is in the line");
        let [file, .., last] = place.split(':').collect::<Vec<_>>()[..] else { panic!("no place: {place}") };
        assert!(file.ends_with("panics.rs") && last.is_empty(), "{place}");
        *line = format!("{thread} panicked at PLACE:");
    }
    lines.join("\n")
}

#[test]
fn a_value_in_a_panic_is_masked_and_its_place_and_thread_are_kept() {
    let want = "\nthread 'worker' panicked at PLACE:\ncannot log in with [REDACTED:TOKEN]\nnor without";
    assert_eq!(without_place(&said_by("value", "0")), want);
    let want = "\nthread 'worker' panicked at PLACE:\na login: \"a \\\"quoted\\\" [REDACTED:TOKEN]\"";
    assert_eq!(without_place(&said_by("debug", "0")), want);
}

#[test]
fn a_backtrace_stands_where_it_is_asked_for() {
    let said = said_by("value", "1");
    assert!(said.contains("[REDACTED:TOKEN]\nnor without\nstack backtrace:\n   0: "), "{said}");
    assert!(said.contains("forms::panics::child"), "{said}");
    assert!(!said.contains("plum-Garden"), "{said}");
}

#[test]
fn a_panic_without_a_value_goes_to_the_hook_before() {
    assert_eq!(said_by("own plain", "0"), "own hook: nothing to hide\n");
    let said = said_by("plain", "0");
    assert!(said.contains("nothing to hide\nnote: run with `RUST_BACKTRACE=1`"), "{said}");
}

#[test]
fn the_hook_before_never_sees_a_value_or_what_is_no_text() {
    let want = "\nthread 'worker' panicked at PLACE:\ncannot log in with [REDACTED:TOKEN]\nnor without";
    assert_eq!(without_place(&said_by("own value", "0")), want);
    for which in ["any", "own any"] {
        assert_eq!(without_place(&said_by(which, "0")), "\nthread 'worker' panicked at PLACE:\nBox<dyn Any>");
    }
}

#[test]
fn a_hook_of_ones_own_shows_what_is_masked() {
    assert_eq!(
        without_place(&said_by("display", "0")),
        "thread 'worker' panicked at PLACE:\n[REDACTED:TOKEN]"
    );
}
