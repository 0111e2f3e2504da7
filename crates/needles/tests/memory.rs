//! Searches this process's own memory for a value, in three spellings, after the needles that knew it are gone.
//!
//! Each step runs in a child process of its own, so that nothing else leaves copies behind. The child builds needles
//! around a canary in a wiped buffer, does one thing with them, drops all, and looks through every writable mapping.

#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "the test must see plaintext to search for it")]
#![expect(clippy::print_stdout, reason = "the child reports to its parent")]

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use reticent_core::SecretBuffer;
use reticent_needles::{Finder, Needles};
use reticent_testkit::copies_in_memory;

const STEP: &str = "RETICENT_NEEDLES_MEMORY_STEP";
const LENGTH: usize = 96;

/// How many bytes of each spelling are looked for, from the middle of it: an allocator writes its own notes over the
/// start of freed memory.
const PART: usize = 48;

/// The steps, and in which spellings each leaves the canary: raw, base64, hex.
const STEPS: [(&str, [bool; 3]); 8] = [
    ("hold", [true; 3]),  // a control: live needles are found in every spelling
    ("plain", [true; 3]), // a control: freed memory that nobody wiped is found
    ("build", [false; 3]),
    ("grow", [false; 3]),
    ("find", [false; 3]),
    ("break off", [false; 3]),
    ("wrap", [false; 3]),
    ("structured", [false; 3]),
];

#[test]
fn a_dropped_needle_is_gone_from_memory_in_every_spelling() {
    if let Ok(step) = std::env::var(STEP) {
        return child(&step);
    }
    for (step, remains) in STEPS {
        assert_eq!(found_after(step), remains, "in memory after step {step:?}");
    }
}

fn found_after(step: &str) -> [bool; 3] {
    let test = "a_dropped_needle_is_gone_from_memory_in_every_spelling";
    let mut child = Command::new(std::env::current_exe().expect("own path"))
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(STEP, step)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the test can start itself");
    child.stdin.take().expect("a pipe").write_all(&masked_canary()).expect("the child reads");
    let output = child.wait_with_output().expect("the child ends");
    let text = String::from_utf8_lossy(&output.stdout);
    let counts = text.lines().find_map(|line| line.split("copies=").nth(1)).expect("the child reports");
    let mut counts = counts.split(' ').map(|count| count.parse::<usize>().expect("a number") > 0);
    std::array::from_fn(|_| counts.next().expect("three numbers"))
}

/// The canary with every bit turned, so that the pipe and the reader hold no copy of it.
fn masked_canary() -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..LENGTH).map(|index| !LETTERS[(index * index * 31 + index * 17) % LETTERS.len()]).collect()
}

fn child(step: &str) {
    let mut masked = [0; LENGTH];
    std::io::stdin().read_exact(&mut masked).expect("the parent writes");
    let kept = perform(step, &masked);
    let copies = spellings(&masked).map(|spelling| copies_in_memory(&spelling).to_string());
    println!("copies={}", copies.join(" "));
    drop(kept);
}

/// The middle of each spelling, with every bit turned from the first moment on.
fn spellings(masked: &[u8]) -> [Vec<u8>; 3] {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |at: usize| usize::from(!masked[at / 8] >> (7 - at % 8) & 1);
    let digit = |first: usize| (0..6).fold(0, |digit, at| digit * 2 + bit(first * 6 + at));
    let hex = |at: usize| !b"0123456789abcdef"[(0..4).fold(0, |digit, bits| digit * 2 + bit(at * 4 + bits))];
    let middle = LENGTH / 3;
    [
        masked[middle..middle + PART].to_vec(),
        (middle..middle + PART).map(|at| !digits[digit(at)]).collect(),
        (middle..middle + PART).map(hex).collect(),
    ]
}

/// A text around the canary; what is between its bytes is `between` after each third.
fn text(before: &str, masked: &[u8], between: &str, after: &str) -> SecretBuffer {
    let mut text = SecretBuffer::new();
    text.extend_from_slice(before.as_bytes());
    for third in masked.chunks(LENGTH / 3) {
        third.iter().for_each(|byte| text.push(!byte));
        text.extend_from_slice(between.as_bytes());
    }
    text.extend_from_slice(after.as_bytes());
    text
}

fn perform(step: &str, masked: &[u8]) -> Option<Needles> {
    let learnt =
        |before, after| Needles::builder().learn("A", &text(before, masked, "", after).into_secret()).build();
    let found = |needles: &Needles, text: SecretBuffer| {
        let (mut finder, mut count) = (Finder::new(needles), 0);
        text.expose_bytes().chunks(40).for_each(|chunk| finder.push(chunk, |_| count += 1));
        finder.finish(|_| count += 1);
        count
    };
    match step {
        "hold" => return Some(learnt("", "")),
        "plain" => {
            // Far behind the start of its memory, which is soon taken again.
            let mut spelt = Vec::with_capacity(40_000);
            spelt.resize(20_000, 0);
            spellings(masked).iter().for_each(|part| spelt.extend(part.iter().map(|byte| !byte)));
            drop(std::hint::black_box(spelt));
        }
        "build" => drop(learnt("", "")),
        // So many lines that the buffer of all spellings is too small at first.
        "grow" => drop(learnt(&"a line\n\"of\" <many> & 'more'\n".repeat(9), "\n{}\\[]$`!")),
        "find" => assert_eq!(found(&learnt("", ""), text("x", masked, "", "y")), 1),
        // All but the last byte is there, so that everything is held, and then falls back.
        "break off" => {
            let mut short = text("x", masked, "", "");
            short.truncate(LENGTH);
            short.extend_from_slice(&b"!".repeat(50_000));
            assert_eq!(found(&learnt("", ""), short), 0);
        }
        "wrap" => assert_eq!(found(&learnt("", ""), text("x", masked, "\r\n \x1b[1m", "[REDACTED:")), 1),
        _ => {
            let json = learnt("{\"password\": \"", "\"}");
            let url = learnt("scheme://user:", "%21@host/");
            let header = learnt("Bearer ", "");
            let all = [json, url, header].map(|needles| found(&needles, text("\"", masked, "", "!\"")));
            assert_eq!(all, [1; 3]);
        }
    }
    None
}
