//! At a terminal: passphrases that are asked for, and progress that is shown.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::encrypt::keys;
use crate::key::KEYRING;
use crate::person::Person;
use crate::support::Sandbox;

const PASSPHRASE: &[u8] = b"correct horse battery staple\r";

fn at_a_terminal<'s>(sandbox: &'s Sandbox, arguments: &[&str]) -> Person<'s> {
    Person::starts(sandbox, env!("CARGO_BIN_EXE_reticent"), arguments)
}

/// Answers a question, once the terminal listens: what was typed before does not count.
fn answer(person: &mut Person<'_>, question: &str, typed: &[u8]) {
    person.sees(question);
    person.waits_until_lines_are_edited(false);
    person.types(typed);
}

#[test]
fn a_new_passphrase_is_asked_for_twice_and_opens_the_keyring_again() {
    let sandbox = Sandbox::new();
    let make = ["key", "generate", "--ask-passphrase"];
    let mut person = at_a_terminal(&sandbox, &make);
    answer(&mut person, "keyring.json: ", PASSPHRASE);
    answer(&mut person, "the same again: ", b"another one that is long enough\r");
    let (code, shown) = person.ends();
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("the two passphrases differ") && !sandbox.path(KEYRING).exists(), "{shown}");

    let mut person = at_a_terminal(&sandbox, &make);
    answer(&mut person, "keyring.json: ", b"short\r");
    assert_eq!(person.ends().0, Some(2));
    assert!(!sandbox.path(KEYRING).exists());

    let mut person = at_a_terminal(&sandbox, &make);
    answer(&mut person, "keyring.json: ", PASSPHRASE);
    answer(&mut person, "the same again: ", PASSPHRASE);
    let (code, shown) = person.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains("horse"), "{shown}");

    // It asks by itself, whatever standard input is.
    sandbox.write("input", "value");
    let script = format!("exec {} encrypt --out sealed < input", env!("CARGO_BIN_EXE_reticent"));
    let mut person = Person::starts(&sandbox, "sh", &["-c", &script]);
    answer(&mut person, "keyring.json: ", PASSPHRASE);
    let (code, shown) = person.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(sandbox.read("sealed").starts_with("rt1.k1."));

    let mut person = at_a_terminal(&sandbox, &["decrypt", "--reveal", "--in", "sealed"]);
    answer(&mut person, "keyring.json: ", b"correct horse battery stable\r");
    let (code, shown) = person.ends();
    assert_eq!(code, Some(1), "{shown}");
    assert!(!shown.contains("horse") && !shown.contains("value"), "{shown}");

    // Without a terminal nothing waits for an answer, and who can do without a key does.
    let inspected = in_no_session(&sandbox, &["inspect", "--in", "sealed"]);
    assert_eq!(inspected.status.code(), Some(0));
    assert!(String::from_utf8(inspected.stdout).expect("text").contains("key   k1 (not here)\n"));
    let ran = in_no_session(&sandbox, &["decrypt", "--in", "sealed"]);
    assert_eq!(ran.status.code(), Some(2));
    let said = String::from_utf8(ran.stderr).expect("text");
    assert!(said.starts_with("error: the passphrase cannot be asked for: "), "{said}");
}

fn in_no_session(sandbox: &Sandbox, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("setsid");
    command.args(["--wait", env!("CARGO_BIN_EXE_reticent")]).args(arguments);
    command
        .current_dir(sandbox.path(""))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.stdin(Stdio::null()).output().expect("setsid runs")
}

#[test]
fn long_work_shows_how_far_it_is_and_nothing_stays() {
    let sandbox = Sandbox::new().with("ENCRYPTION_KEY", keys().0).file("input", vec![7; 100_000]);
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        sandbox.path("slow"),
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
    )
    .expect("a pipe");
    let mut person = at_a_terminal(&sandbox, &["encrypt", "--in", "slow", "--out", "sealed"]);
    let mut slow = std::fs::File::options().write(true).open(sandbox.path("slow")).expect("a pipe");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(1_500) {
        std::io::Write::write_all(&mut slow, &[7; 4_096]).expect("it reads");
        std::thread::sleep(Duration::from_millis(20));
    }
    person.sees("encrypting: ");
    drop(slow);
    let (code, shown) = person.ends();
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains(" KiB, ") && shown.contains(" KiB/s"), "{shown:?}");
    assert!(shown.ends_with("\r\u{1b}[K"), "{shown:?}");
}
