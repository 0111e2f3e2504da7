//! Searches this process's own memory for a value that was dropped.
//!
//! Each step runs in a child process of its own, so that nothing else leaves copies behind. The child reads a canary
//! from standard input straight into a [`SecretBuffer`], does one thing with it, drops it, and then looks through
//! every writable mapping for the canary. The parent knows what may remain, and says why.

#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "the test must see plaintext to search for it")]
#![expect(clippy::print_stdout, reason = "the child reports to its parent")]

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use reticent_core::{Field, FingerprintKey, Placeholder, Secret, SecretBuffer};
use reticent_testkit::copies_in_memory;

const STEP: &str = "RETICENT_MEMORY_STEP";
const LENGTH: usize = 96;

/// How much of the canary's end is looked for: an allocator writes its own notes over the start of freed memory.
const TAIL: usize = 64;

/// The steps, and how many copies each leaves. Anything but zero needs its reason here and in the docs of `Secret`.
const STEPS: [(&str, usize); 8] = [
    ("hold", 1),  // a control: a live secret is found exactly once
    ("plain", 1), // a control: freed memory that nobody wiped is found
    ("drop", 0),
    ("grow", 0),
    ("clone", 0),
    ("field", 0),
    ("judge", 0),
    ("error", 0),
];

#[test]
fn a_dropped_secret_is_gone_from_memory() {
    if let Ok(step) = std::env::var(STEP) {
        return child(&step);
    }
    for (step, remaining) in STEPS {
        assert_eq!(copies_left_by(step), remaining, "copies in memory after step {step:?}");
    }
}

fn copies_left_by(step: &str) -> usize {
    let mut child = Command::new(std::env::current_exe().expect("own path"))
        .args(["--exact", "a_dropped_secret_is_gone_from_memory", "--nocapture", "--test-threads=1"])
        .env(STEP, step)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the test can start itself");
    child.stdin.take().expect("a pipe").write_all(&masked_canary()).expect("the child reads");
    let output = child.wait_with_output().expect("the child ends");
    let text = String::from_utf8_lossy(&output.stdout);
    let count = text.lines().find_map(|line| line.split("copies=").nth(1)).expect("the child reports");
    count.trim().parse().expect("a number")
}

/// The canary with every bit turned, so that the pipe and the reader hold no copy of it. It never repeats itself.
fn masked_canary() -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..LENGTH).map(|index| !LETTERS[(index * index * 31 + index * 17) % LETTERS.len()]).collect()
}

fn child(step: &str) {
    let mut masked = [0; LENGTH];
    std::io::stdin().read_exact(&mut masked).expect("the parent writes");
    let kept = perform(step, &masked);
    println!("copies={}", copies_in_memory(&masked[LENGTH - TAIL..]));
    drop(kept);
}

fn perform(step: &str, masked: &[u8]) -> Option<Secret> {
    let mut buffer = SecretBuffer::with_capacity(if step == "grow" { 1 } else { 256 });
    if step == "field" {
        buffer.extend_from_slice(b"{\"sibling\":1,\"it\":\"");
    }
    masked.iter().for_each(|byte| buffer.push(!byte));
    if step == "field" {
        buffer.extend_from_slice(b"\"}");
    }
    let secret = buffer.into_secret();
    match step {
        "hold" => return Some(secret),
        "plain" => drop(secret.expose_bytes().to_vec()),
        "clone" => drop(secret.clone()),
        "field" => drop(secret.field(&Field::parse("it").expect("a field")).expect("it is there")),
        "judge" => {
            assert_eq!(FingerprintKey::from_bytes(&[1; 32]).fingerprint(&secret).to_string().len(), 32);
            assert_eq!(Placeholder::judge("KEY", secret.expose_bytes()), None);
        }
        "error" => {
            let error = secret.field(&Field::parse("it").expect("a field")).expect_err("not JSON");
            assert_eq!(error.to_string(), "the value is not JSON (at byte 0), so it has no fields");
        }
        _ => {}
    }
    None
}
