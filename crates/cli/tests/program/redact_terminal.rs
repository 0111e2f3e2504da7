//! `redact` at a terminal: what a person waits for is let go, and a value is not.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::redact::cases;
use crate::screen::screen;
use crate::support::Sandbox;

/// A little more than the pause after which held bytes are let go.
const PAUSE: Duration = Duration::from_millis(150);

fn texts(case: &Value, key: &str) -> Vec<String> {
    let all = case[key].as_array().expect("a list").iter();
    all.map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// Hands over what is read as it comes.
fn reading(mut from: File) -> Receiver<u8> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut chunk = [0; 1 << 10];
        // A terminal that nobody else holds ends with an error.
        while let Ok(length @ 1..) = from.read(&mut chunk) {
            for byte in &chunk[..length] {
                let _ = sender.send(*byte);
            }
        }
    });
    receiver
}

#[test]
fn every_case_with_pauses_holds() {
    let all = cases("pause_cases");
    assert_eq!(all.len(), 10);
    // Side by side, since most of their time is a pause.
    std::thread::scope(|scope| all.iter().for_each(|case| drop(scope.spawn(|| check(case)))));
}

fn check(case: &Value) {
    let name = case["name"].as_str().expect("a name");
    let sandbox = Sandbox::new().file("known.json", case["known"].to_string());
    let mut command = sandbox.command(&["redact", "--known-from", "known.json"]);
    let (mut child, shown) = if case["pipe"] == true {
        let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
        let output = child.stdout.take().expect("a pipe");
        (child, reading(File::from(std::os::fd::OwnedFd::from(output))))
    } else {
        let (person, program) = screen();
        let child = command.stdin(Stdio::piped()).stdout(program).spawn().expect("it starts");
        // The command holds the other end of the terminal.
        drop(command);
        (child, reading(person))
    };
    let mut input = child.stdin.take().expect("a pipe");
    let mut screen = Vec::new();
    let mut holds = |want: &str, at_least: Duration| {
        let begun = Instant::now();
        loop {
            screen.extend(shown.recv_timeout(Duration::from_millis(5)));
            let text = String::from_utf8_lossy(&screen).replace('\r', "");
            assert!(want.starts_with(&text), "{name}: {text:?} is not {want:?}");
            if begun.elapsed() >= at_least && text == want {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{name}: {text:?} is all of {want:?}");
        }
    };
    let want = texts(case, "shown");
    for (write, want) in texts(case, "writes").iter().zip(&want) {
        input.write_all(write.as_bytes()).expect("it is read");
        holds(want, PAUSE);
    }
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{name}");
    holds(want.last().expect("an end"), Duration::ZERO);
}
