//! At a terminal: values that are asked for, and values that are shown.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use rustix::termios::{LocalModes, tcgetattr};

use crate::screen::screen;
use crate::support::Sandbox;

/// A pseudo-terminal: what a person holds, and what the program is given.
struct Terminal {
    person: File,
    program: File,
}

impl Terminal {
    fn new() -> Self {
        let (person, program) = screen();
        Self { person, program }
    }

    fn end(&self) -> Stdio {
        Stdio::from(self.program.try_clone().expect("a copy"))
    }

    fn echoes(&self) -> bool {
        tcgetattr(&self.program).expect("modes").local_modes.contains(LocalModes::ECHO)
    }

    /// Starts `set A` and waits until it listens.
    fn asked(&self, sandbox: &Sandbox) -> Child {
        let child = sandbox.command(&["set", "A"]).stdin(self.end()).spawn().expect("the program starts");
        let begun = Instant::now();
        while self.echoes() {
            assert!(begun.elapsed() < Duration::from_secs(10), "it never asked");
            std::thread::sleep(Duration::from_millis(5));
        }
        child
    }

    /// Answers, and returns how it ended and what it said.
    fn answer(&mut self, sandbox: &Sandbox, typed: &[u8]) -> (ExitStatus, String) {
        let child = self.asked(sandbox);
        for piece in typed.chunks(1024) {
            self.person.write_all(piece).expect("it is typed");
        }
        let output = child.wait_with_output().expect("it ends");
        assert!(self.echoes(), "the terminal has its echo again");
        (output.status, String::from_utf8(output.stderr).expect("text"))
    }
}

#[test]
fn a_value_is_asked_for_and_not_echoed() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::new();
    let (status, said) = terminal.answer(&sandbox, b"lost\x15hun\xc3\xa9\x7f\x7fnter2\r");
    assert_eq!((status.code(), said.as_str()), (Some(0), "value of A: \nwrote dotenv://.env#A\n"));
    assert_eq!(sandbox.read(".env"), "A=hunter2\n");
    drop(terminal.program);
    let mut shown = Vec::new();
    let _ = terminal.person.read_to_end(&mut shown);
    assert_eq!(shown, b"", "nothing was echoed");
}

#[test]
fn a_long_value_is_not_torn() {
    // A terminal that edits lines itself drops what goes beyond 4095 bytes, without a word.
    let sandbox = Sandbox::new();
    let value = "x".repeat(9_000);
    let (status, said) = Terminal::new().answer(&sandbox, format!("{value}\n").as_bytes());
    assert_eq!(status.code(), Some(0), "{said}");
    assert_eq!(sandbox.read(".env"), format!("A={value}\n"));
}

#[test]
fn no_answer_writes_nothing() {
    for typed in [&b"\r"[..], b"\x04"] {
        let sandbox = Sandbox::new().file(".env", "A=kept\n");
        let (status, said) = Terminal::new().answer(&sandbox, typed);
        assert_eq!(status.code(), Some(2));
        assert!(
            said.contains("error: no value came from standard input, so nothing was written\n"),
            "{said}"
        );
        assert_eq!(sandbox.read(".env"), "A=kept\n");
    }
}

#[test]
fn a_signal_at_the_prompt_gives_the_echo_back_and_ends_the_program() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT] {
        let sandbox = Sandbox::new().file(".env", "A=kept\n");
        let mut terminal = Terminal::new();
        let child = terminal.asked(&sandbox);
        terminal.person.write_all(b"half a va").expect("it is typed");
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process")).expect("not zero");
        kill_process(pid, signal).expect("it is there");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.signal(), Some(signal.as_raw()));
        assert!(terminal.echoes(), "{signal:?}");
        assert_eq!(sandbox.read(".env"), "A=kept\n");
    }
}

#[test]
fn get_shows_a_value_only_when_asked_and_never_lets_it_act_on_the_terminal() {
    let sandbox = Sandbox::new().with("A", "hunter2\u{1b}]0;title\u{7}\n\tend");
    for (arguments, want) in [
        (&["get", "A"][..], "A: present, from env\r\n"),
        (&["get", "--reveal", "A"], "hunter2\\u{1b}]0;title\\u{7}\r\n\tend\r\n"),
        (&["get", "--peek", "8", "A"], "hunter2\\u{1b}…\r\n"),
        (
            &["get", "--json", "A"],
            "{\"name\":\"A\",\"schema\":\"reticent.secret/1\",\"source\":\"env\",\"version\":null}\r\n",
        ),
    ] {
        let mut terminal = Terminal::new();
        let status = sandbox.command(arguments).stdout(terminal.end()).status().expect("it runs");
        assert_eq!(status.code(), Some(0));
        drop(terminal.program);
        let mut shown = Vec::new();
        // A terminal that nobody else holds ends with an error, after what was written.
        let _ = terminal.person.read_to_end(&mut shown);
        // Whether the terminal widens tabs is its affair.
        let shown = String::from_utf8(shown).expect("text").replace("        end", "\tend");
        assert_eq!(shown, want, "{arguments:?}");
    }
}

#[test]
fn run_stops_with_its_child_and_both_go_on() {
    let terminal = Terminal::new();
    let sandbox = Sandbox::new();
    // `setsid` makes the pseudo-terminal the controlling one, as a shell's is; then it becomes our program.
    let script = "echo before; kill -STOP $$; echo after; exit 5";
    let reticent = env!("CARGO_BIN_EXE_reticent");
    let child = std::process::Command::new("setsid")
        .args(["--ctty", reticent, "run", "--", "sh", "-c", script])
        .current_dir(sandbox.path(""))
        .stdin(terminal.end())
        .stdout(Stdio::piped())
        .spawn()
        .expect("setsid runs");
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process")).expect("not zero");
    // A shell waits in this way, and takes its terminal back.
    let stopped =
        waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
    assert!(stopped.expect("it is ours").is_some_and(|status| status.stopped()));
    kill_process(pid, Signal::CONT).expect("as fg does");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(5), &b"before\nafter\n"[..]));
}

#[test]
fn a_stopped_question_is_put_again_from_the_beginning() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::new();
    let mut child = terminal.asked(&sandbox);
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process")).expect("not zero");
    terminal.person.write_all(b"half").expect("it is typed");
    std::thread::sleep(Duration::from_millis(50));
    kill_process(pid, Signal::TSTP).expect("it is there");
    let stopped = waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT);
    assert!(stopped.expect("it is ours").is_some_and(|status| status.stopped()));
    assert!(terminal.echoes(), "the shell has its echo");
    kill_process(pid, Signal::CONT).expect("as fg does");
    let begun = Instant::now();
    while terminal.echoes() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it never asked again");
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.person.write_all(b"whole\n").expect("it is typed");
    assert!(child.wait().expect("it ends").success());
    assert_eq!(sandbox.read(".env"), "A=whole\n");
}
