//! `encrypt` and `decrypt` of files: any size, whole or not at all, whatever happens meanwhile.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::encrypt::keys;
use crate::support::Sandbox;

/// The most memory that a file of any size takes, in KiB.
const MEMORY: u64 = 32 << 10;

fn sandbox() -> Sandbox {
    Sandbox::new().with("ENCRYPTION_KEY", format!("k1:{}", keys().0))
}

/// Encrypts `plain` into `sealed`.
fn sealed(sandbox: &Sandbox) -> Vec<u8> {
    sandbox.run(&["encrypt", "--in", "plain", "--out", "sealed"]).is(0, "", "");
    std::fs::read(sandbox.path("sealed")).expect("a file")
}

/// The names in the folder, hidden ones as well.
fn names(sandbox: &Sandbox) -> Vec<String> {
    let entries = std::fs::read_dir(sandbox.path("")).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[test]
fn files_of_every_size_survive() {
    let sandbox = sandbox();
    for size in [0, 1, 16_383, 16_384, 16_385, 65_536, 1_000_000] {
        let plain: Vec<u8> = (0..size).map(|at: usize| (at * 7 % 251) as u8).collect();
        sandbox.write("plain", &plain);
        assert!(sealed(&sandbox).starts_with(b"RTC1\x02k1"));
        sandbox.run(&["decrypt", "--in", "sealed", "--out", "opened"]).is(0, "", "");
        assert!(std::fs::read(sandbox.path("opened")).expect("a file") == plain, "{size}");
        let stdin = File::open(sandbox.path("sealed")).expect("a file");
        let piped = sandbox.command(&["decrypt"]).stdin(stdin).output().expect("it runs");
        assert!(piped.status.success() && piped.stdout == plain, "{size}");
        let told = sandbox.run(&["decrypt", "--dry-run", "--in", "sealed"]).stdout_text();
        assert!(
            told.starts_with("authentic: ") && told.ends_with(" of aes256 under the key \"k1\"\n"),
            "{told}"
        );
    }
}

#[test]
fn a_file_that_is_cut_or_changed_leaves_nothing_new() {
    let sandbox = sandbox().file("plain", vec![7; 50_000]).file("opened", "as it was");
    let whole = sealed(&sandbox);
    let before = names(&sandbox);
    let mut broken: Vec<Vec<u8>> =
        [4, 20, 63, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec()).into();
    // At the end of a chunk: what is there is authentic, and the end is missing.
    broken.push(whole[..whole.len() - (50_000 - 3 * 16_384) - 16].to_vec());
    broken.push([&whole[..], b"x"].concat());
    let mut flipped = whole.clone();
    flipped[40_000] ^= 1;
    broken.push(flipped);
    for broken in broken {
        sandbox.write("sealed", &broken);
        let ran = sandbox.run(&["decrypt", "--in", "sealed", "--out", "opened"]);
        assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{}", ran.stderr);
        assert!(ran.stderr.starts_with("error: [DIR]/sealed: not a"), "{}", ran.stderr);
        assert_eq!(sandbox.read("opened"), "as it was");
        assert_eq!(names(&sandbox), before);
        let new = sandbox.run(&["decrypt", "--in", "sealed", "--out", "new"]);
        assert_eq!((new.code, names(&sandbox)), (1, before.clone()));
        assert_eq!(sandbox.run(&["decrypt", "--dry-run", "--in", "sealed"]).code, 1);
    }
}

#[test]
fn another_context_opens_no_file() {
    let sandbox = sandbox().file("plain", "value");
    sandbox.run(&["encrypt", "--in", "plain", "--out", "sealed", "--context", "of=this"]).is(0, "", "");
    let ran = sandbox.run(&["decrypt", "--in", "sealed", "--out", "new", "--context", "of=that"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(!sandbox.path("new").exists());
    sandbox.run(&["decrypt", "--in", "sealed", "--context", "of=this"]).is(0, "value", "");
}

#[test]
fn a_place_that_cannot_be_written_is_told_before_anything_is_read() {
    let sandbox = sandbox().file("plain", "value").file("folder/file", "");
    for (out, code) in [("nowhere/out", 1), ("folder", 2), ("/dev/full", 2)] {
        // Nothing waits for this input: it never ends.
        let mut child = sandbox
            .command(&["encrypt", "--binary", "--out", out])
            .stdin(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdin = child.stdin.take();
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{out}");
        drop(stdin);
    }
    let absent = sandbox.run(&["encrypt", "--in", "absent", "--out", "out"]);
    assert_eq!((absent.code, sandbox.path("out").exists()), (1, false), "{}", absent.stderr);
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = sandbox().file("plain", "value");
    let before = names(&sandbox);
    sandbox.run(&["encrypt", "--in", "plain", "--out", "sealed", "--dry-run"]).is(
        0,
        "",
        "would encrypt under \"k1\" into sealed\n",
    );
    assert_eq!(names(&sandbox), before);
    sealed(&sandbox);
    let before = names(&sandbox);
    sandbox.run(&["decrypt", "--in", "sealed", "--out", "new", "--dry-run"]).is(
        0,
        "authentic: 5 bytes of aes256 under the key \"k1\"\n",
        "",
    );
    assert_eq!(names(&sandbox), before);
}

/// A program in the middle of a file that does not end, which has written its beginning.
fn in_the_middle(sandbox: &Sandbox, arguments: &[&str], beginning: &[u8]) -> Child {
    let mut child = sandbox.command(arguments).stdin(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(beginning).expect("it reads");
    child.stdin = Some(stdin);
    let begun = Instant::now();
    while new_file(sandbox).is_none_or(|length| length == 0) {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never wrote");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

/// The length of the file that is not in place yet.
fn new_file(sandbox: &Sandbox) -> Option<u64> {
    let name = names(sandbox).into_iter().find(|name| name.ends_with(".reticent-new"))?;
    Some(std::fs::metadata(sandbox.path(&name)).ok()?.len())
}

#[test]
fn whoever_is_killed_leaves_the_old_file() {
    let sandbox = sandbox().file("plain", vec![7; 200_000]).file("target", "as it was");
    let sealed = sealed(&sandbox);
    for (command, input) in [("encrypt", &vec![7; 200_000]), ("decrypt", &sealed[..150_000].to_vec())] {
        let binary: &[&str] = if command == "encrypt" { &["--binary"] } else { &[] };
        let mut child = in_the_middle(&sandbox, &[&[command, "--out", "target"], binary].concat(), input);
        child.kill().expect("it runs");
        assert_eq!(child.wait().expect("it ends").signal(), Some(9));
        assert_eq!(sandbox.read("target"), "as it was");
    }
    // The next one cleans up.
    sandbox.run(&["encrypt", "--in", "plain", "--out", "target"]).is(0, "", "");
    assert_eq!(names(&sandbox), ["plain", "sealed", "target"]);
}

#[test]
fn an_interrupted_program_takes_back_what_it_wrote() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let sandbox = sandbox().file("plain", vec![7; 200_000]).file("target", "as it was");
        let sealed = sealed(&sandbox);
        let mut child = in_the_middle(&sandbox, &["decrypt", "--out", "target"], &sealed[..150_000]);
        kill_process(Pid::from_child(&child), signal).expect("it runs");
        assert_eq!(child.wait().expect("it ends").code(), Some(code));
        let mut said = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
        assert_eq!(said, format!("error: stopped by signal {}\n", code - 128));
        assert_eq!(sandbox.read("target"), "as it was");
        assert_eq!(names(&sandbox), ["plain", "sealed", "target"]);
    }
}

/// Starts a program, waits until it is over, and returns the most memory that it had, in KiB.
fn memory(sandbox: &Sandbox, arguments: &[&str]) -> u64 {
    let mut child = sandbox.command(arguments).spawn().expect("it starts");
    let path = format!("/proc/{}/status", child.id());
    let mut most = 0;
    loop {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(number.unwrap_or(0));
        if let Some(status) = child.try_wait().expect("ours") {
            assert_eq!(status.code(), Some(0));
            return most;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_file_of_a_gibibyte_takes_little_memory() {
    const SIZE: u64 = 1 << 30;
    let sandbox = sandbox();
    let plain = File::create(sandbox.path("plain")).expect("a file");
    plain.set_len(SIZE).expect("a sparse file");
    plain.write_at(b"end", SIZE - 3).expect("a file");
    let encrypting = memory(&sandbox, &["encrypt", "--in", "plain", "--out", "sealed"]);
    std::fs::remove_file(sandbox.path("plain")).expect("a file");
    let decrypting = memory(&sandbox, &["decrypt", "--in", "sealed", "--out", "opened"]);
    assert!(encrypting > 0 && encrypting < MEMORY, "{encrypting} KiB");
    assert!(decrypting > 0 && decrypting < MEMORY, "{decrypting} KiB");
    let opened = File::open(sandbox.path("opened")).expect("a file");
    assert_eq!(opened.metadata().expect("a file").len(), SIZE);
    let mut end = [0; 4];
    opened.read_exact_at(&mut end, SIZE - 4).expect("a file");
    assert_eq!(&end, b"\0end");
}
