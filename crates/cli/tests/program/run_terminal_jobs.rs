//! `run` under a shell with job control, and a shell under `run`.

use std::time::Duration;

use rustix::process::Signal;

use crate::person::{Person, until};
use crate::support::Sandbox;

const TOKEN: &str = "plum-Garden-42!";

fn project() -> Sandbox {
    Sandbox::new().file(".env", format!("TOKEN={TOKEN}\n")).with("PS1", "$ ").with("TERM", "xterm")
}

/// A shell that has the program as `$r`.
fn shell<'s>(sandbox: &'s Sandbox, shell: &[&str]) -> Person<'s> {
    let (program, arguments) = shell.split_first().expect("a shell");
    let mut person = Person::starts(sandbox, program, arguments);
    person.sees("$ ");
    types(&mut person, &format!("r={}", env!("CARGO_BIN_EXE_reticent")));
    person.sees("$ ");
    person
}

/// Types when the shell asks; what is typed ahead goes to the program that still runs.
fn prompted(person: &mut Person<'_>, line: &str) {
    person.sees("$ ");
    types(person, line);
}

fn types(person: &mut Person<'_>, line: &str) {
    person.types(format!("{line}\r").as_bytes());
}

const BASH: &[&str] = &["bash", "--norc", "--noprofile", "--noediting", "-i"];
const DASH: &[&str] = &["sh", "-i"];

#[test]
fn ctrl_z_stops_the_program_and_fg_continues_it() {
    for kind in [BASH, DASH] {
        let sandbox = project();
        let mut person = shell(&sandbox, kind);
        types(&mut person, "$r run -- sh -c 'echo one; read x; echo \"two $x\"; exit 5'");
        person.sees("one\r\n");
        for _ in 0..2 {
            person.types(b"\x1a");
            person.sees("^Z");
            person.sees("Stopped");
            person.sees("$ ");
            assert!(person.edits_lines(), "the shell has its terminal");
            types(&mut person, "echo shell");
            person.sees("\r\nshell\r\n");
            types(&mut person, "fg");
            person.waits_until_lines_are_edited(false);
        }
        types(&mut person, TOKEN);
        person.sees("two [REDACTED:TOKEN]\r\n");
        prompted(&mut person, "echo code $?");
        person.sees("code 5\r\n");
        prompted(&mut person, "exit 0");
        assert_eq!(person.ends().0, Some(0), "{kind:?}");
    }
}

#[test]
fn a_size_that_changed_while_it_was_stopped_is_seen() {
    let sandbox = project();
    let mut person = shell(&sandbox, BASH);
    types(&mut person, "$r run -- sh -c 'stty size; read x; stty size'");
    person.sees("33 101\r\n");
    person.types(b"\x1a");
    person.sees("Stopped");
    person.resizes(50, 132);
    types(&mut person, "fg");
    person.waits_until_lines_are_edited(false);
    person.types(b"\r");
    person.sees("50 132\r\n");
    prompted(&mut person, "exit 0");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn a_stopped_program_goes_on_in_the_background_and_comes_back() {
    let sandbox = project();
    let mut person = shell(&sandbox, BASH);
    types(
        &mut person,
        "$r run -- bash -c 'echo one; until test -e go; do sleep 0.01; done; echo >gone; read x; echo two'",
    );
    person.sees("one\r\n");
    person.types(b"\x1a");
    person.sees("Stopped");
    prompted(&mut person, "bg");
    prompted(&mut person, "echo shell; >go");
    person.sees("shell\r\n");
    until("it goes on", || sandbox.path("gone").exists());
    assert!(person.edits_lines(), "the shell keeps its terminal");
    types(&mut person, "fg");
    person.waits_until_lines_are_edited(false);
    person.types(b"\r");
    person.sees("two\r\n");
    prompted(&mut person, "exit 0");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn a_program_in_the_background_leaves_the_terminal_alone() {
    let sandbox = project();
    let mut person = shell(&sandbox, BASH);
    types(&mut person, "$r run -- sh -c 'echo back $TOKEN; until test -e go; do sleep 0.01; done; exit 4' &");
    person.sees("back [REDACTED:TOKEN]");
    assert!(person.edits_lines());
    types(&mut person, "echo shell; jobs");
    person.sees("\r\nshell\r\n");
    person.sees("Running");
    types(&mut person, ">go; wait %1; echo code $?");
    person.sees("code 4\r\n");
    prompted(&mut person, "exit 0");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn a_program_in_the_background_that_reads_waits_for_fg() {
    let sandbox = project();
    let mut person = shell(&sandbox, BASH);
    types(&mut person, "$r run -- sh -c 'read x; echo \"got $x\"' &");
    person.sees("$ ");
    // The shell tells when it shows its next prompt.
    until("it stops", || {
        types(&mut person, "jobs; echo told");
        person.sees("\r\ntold\r\n");
        person.text().contains("Stopped")
    });
    assert!(person.edits_lines());
    types(&mut person, "fg");
    person.waits_until_lines_are_edited(false);
    types(&mut person, TOKEN);
    person.sees("got [REDACTED:TOKEN]\r\n");
    prompted(&mut person, "exit 0");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn a_killed_job_gives_the_terminal_back() {
    let sandbox = project();
    let mut person = shell(&sandbox, DASH);
    types(&mut person, "$r run -- sh -c 'echo $PPID; kill -TERM $(ps -o ppid= -p $PPID); exec sleep 60'");
    prompted(&mut person, "echo code $?");
    person.sees("code 143\r\n");
    prompted(&mut person, "exit 0");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn a_pager_at_the_end_of_a_pipeline_has_the_keyboard() {
    let lines: String = (0..200).map(|n| format!("line {n} {TOKEN}.\n")).collect();
    let sandbox = project().file("lines", lines);
    let mut person = shell(&sandbox, BASH);
    for command in ["cat lines | $r run -- more", "$r run -- more lines"] {
        types(&mut person, command);
        person.sees("line 0 [REDACTED:TOKEN].\r\n");
        person.sees("More");
        let shown = person.text();
        assert!(
            !shown[shown.rfind("line 0 ").expect("it is there")..].contains("line 40 "),
            "it waits for a key"
        );
        person.types(b" ");
        person.sees("line 40 [REDACTED:TOKEN].\r\n");
        person.types(b"q");
        until("it ends", || person.edits_lines());
        prompted(&mut person, "echo code $?");
        person.sees("code 0\r\n");
    }
    prompted(&mut person, "exit 0");
    let (code, said) = person.ends();
    assert_eq!((code, said.contains(TOKEN)), (Some(0), false));
}

#[test]
fn a_pipeline_that_wants_no_keys_leaves_the_terminal_to_the_others() {
    let sandbox = project();
    let mut person = shell(&sandbox, BASH);
    types(&mut person, "cat | $r run -- sed 's/^/got /'");
    types(&mut person, TOKEN);
    // The echo is the outer terminal's own: nobody but `cat` reads here.
    person.sees(TOKEN);
    person.types(b"\x04");
    person.sees("got [REDACTED:TOKEN]");
    prompted(&mut person, "sleep 60 | $r run -- sh -c 'echo ready; exec sleep 60'");
    person.sees("\nready");
    person.types(b"\x1a");
    person.sees("Stopped");
    types(&mut person, "fg");
    person.sees("sleep 60 | ");
    std::thread::sleep(Duration::from_millis(100));
    person.types(b"\x03");
    person.sees("^C");
    prompted(&mut person, "echo code $?");
    person.sees("code 130\r\n");
    prompted(&mut person, "exit 0");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn a_password_prompt_deep_in_a_pipeline_has_the_keyboard() {
    // As `ssh` does, it catches the stop to mend the terminal, and then stops itself.
    let prompt = "trap 'trap - TTIN; kill -TTIN $$' TTIN\nprintf 'password: ' >/dev/tty\n\
                  until read x </dev/tty; do :; done\necho \"got $x\"\n";
    let sandbox = project().file("prompt", prompt);
    let mut person = shell(&sandbox, BASH);
    types(&mut person, "true | $r run -- sh -c 'sh prompt; exit 6'");
    person.sees("password: ");
    person.waits_until_lines_are_edited(false);
    types(&mut person, "secret");
    person.sees("got secret\r\n");
    prompted(&mut person, "echo code $?");
    person.sees("code 6\r\n");
    prompted(&mut person, "exit 0");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn a_shell_has_its_own_job_control() {
    let sandbox = project();
    let arguments = [&["--"][..], BASH].concat();
    let mut person = Person::runs(&sandbox, &arguments);
    person.sees("$ ");
    types(&mut person, "echo $TOKEN; sleep 60");
    person.sees("[REDACTED:TOKEN]\r\n");
    std::thread::sleep(Duration::from_millis(100));
    person.types(b"\x1a");
    person.sees("Stopped");
    types(&mut person, "fg");
    person.sees("sleep 60\r\n");
    std::thread::sleep(Duration::from_millis(100));
    person.types(b"\x03");
    person.sees("^C");
    prompted(&mut person, "echo code $?");
    person.sees("code 130\r\n");
    prompted(&mut person, "exit 3");
    assert_eq!(person.ends().0, Some(3));
}

#[test]
fn ctrl_z_does_nothing_where_nobody_could_continue_us() {
    // `setsid` made us the leader of the session: there is no shell above.
    let sandbox = project();
    let mut person = Person::runs_script(&sandbox, "echo ready; read x; echo \"got $x\"");
    person.sees("ready\r\n");
    person.types(b"\x1a");
    person.sees("^Z");
    types(&mut person, "typed");
    person.sees("got typed\r\n");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn a_run_that_is_stopped_from_outside_gives_the_terminal_back_and_takes_it_again() {
    let sandbox = project();
    let mut person = shell(&sandbox, DASH);
    types(&mut person, "$r run -- sh -c 'echo $(ps -o ppid= -p $PPID) ready; read x; echo two'");
    person.sees("ready\r\n");
    let text = person.text();
    let run = text.lines().find_map(|line| line.strip_suffix(" ready")).expect("a line").trim();
    let run = rustix::process::Pid::from_raw(run.parse().expect("a number")).expect("not zero");
    rustix::process::kill_process(run, Signal::TSTP).expect("it is there");
    person.sees("Stopped");
    person.waits_until_lines_are_edited(true);
    types(&mut person, "fg");
    person.waits_until_lines_are_edited(false);
    person.types(b"\r");
    person.sees("two\r\n");
    prompted(&mut person, "exit 0");
    assert_eq!(person.ends().0, Some(0));
}
