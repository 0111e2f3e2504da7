//! Searches this process's own memory for a value after the document that held it is gone.
//!
//! Each step runs in a child process of its own, so that nothing else leaves copies behind. The child builds a file
//! around a canary in a wiped buffer, does one thing with it, drops it, and looks through every writable mapping.

#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "the test must see plaintext to search for it")]
#![expect(clippy::print_stdout, reason = "the child reports to its parent")]

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use reticent_core::{Secret, SecretBuffer};
use reticent_dotenv::{Document, Mode, ParseOptions, lint};
use reticent_testkit::copies_in_memory;

const STEP: &str = "RETICENT_DOTENV_MEMORY_STEP";
const LENGTH: usize = 96;

/// How much of the canary's end is looked for: an allocator writes its own notes over the start of freed memory.
const TAIL: usize = 64;

/// The steps, and whether each leaves the canary in memory.
const STEPS: [(&str, bool); 9] = [
    ("hold", true),  // a control: a live document is found
    ("plain", true), // a control: freed memory that nobody wiped is found
    ("bare", false),
    ("escaped", false),
    ("compose", false),
    ("edit", false),
    ("error", false),
    ("render", false),
    ("lint", false),
];

#[test]
fn a_dropped_document_is_gone_from_memory() {
    if let Ok(step) = std::env::var(STEP) {
        return child(&step);
    }
    for (step, remains) in STEPS {
        assert_eq!(copies_left_by(step) > 0, remains, "in memory after step {step:?}");
    }
}

fn copies_left_by(step: &str) -> usize {
    let mut child = Command::new(std::env::current_exe().expect("own path"))
        .args(["--exact", "a_dropped_document_is_gone_from_memory", "--nocapture", "--test-threads=1"])
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

/// The canary with every bit turned, so that the pipe and the reader hold no copy of it.
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

/// A file whose first value ends with the canary.
fn file(before: &str, masked: &[u8], after: &str) -> SecretBuffer {
    let mut text = SecretBuffer::new();
    text.extend_from_slice(before.as_bytes());
    masked.iter().for_each(|byte| text.push(!byte));
    text.extend_from_slice(after.as_bytes());
    text
}

fn perform(step: &str, masked: &[u8]) -> Option<Document> {
    let options = ParseOptions::default();
    let parse = |before, after| Document::from_buffer(file(before, masked, after), &options).expect("a file");
    match step {
        "hold" => return Some(parse("A=", "\n")),
        "plain" => drop(std::hint::black_box(file("", masked, "").expose_bytes().to_vec())),
        "bare" => drop(parse("A=", " # note\nB=2\n")),
        "escaped" => drop(parse("A=\"\\t", "\"\nB=2\n")),
        "compose" => {
            let options = options.clone().with_mode(Mode::Compose);
            let text = file("A=", masked, "\nB=${A}$A\nC=${NONE:-${B}}\n");
            drop(Document::from_buffer(text, &options).expect("a file"));
        }
        "edit" => {
            let mut document = parse("A=", "\n");
            let value = document.get("A").expect("it is there").clone();
            document.set("B", &value).expect("set");
            document.set("A", &Secret::copy_of(b"x y")).expect("set");
            assert!(document.unset("B").expect("unset"));
        }
        "error" => drop(Document::from_buffer(file("A=", masked, "\nB"), &options).expect_err("a defect")),
        "render" => drop(parse("A='", "'").render()),
        _ => {
            let text = file("A=\"\\t$", masked, "#\"\nB=${A}x#y\nC='a\\'b'\n");
            assert!(!lint(text.expose_bytes()).is_empty());
        }
    }
    None
}
