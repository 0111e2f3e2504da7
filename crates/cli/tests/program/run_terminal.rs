//! `run` at a terminal: the program has one of its own, and works as it would on ours.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, test_kill_process};

use crate::person::{Person, until};
use crate::screen::{on_a_screen, screen};
use crate::support::Sandbox;

const TOKEN: &str = "plum-Garden-42!";

fn project() -> Sandbox {
    Sandbox::new().file(".env", format!("TOKEN={TOKEN}\n")).with("NO_COLOR", "1")
}

/// Runs a script to its end on a terminal.
fn shown(script: &str) -> (Option<i32>, String) {
    let sandbox = project();
    Person::runs_script(&sandbox, script).ends()
}

fn is(script: &str, code: i32, want: &str) {
    assert_eq!(shown(script), (Some(code), want.to_owned()), "{script}");
}

#[test]
fn the_program_has_a_terminal_and_its_values_are_masked() {
    is(
        "test -t 0 && test -t 1 && test -t 2 && echo yes; echo $TOKEN; echo $TOKEN >&2; exit 7",
        7,
        "yes\r\n[REDACTED:TOKEN]\r\n[REDACTED:TOKEN]\r\n",
    );
    is("echo $TOKEN >/dev/tty", 0, "[REDACTED:TOKEN]\r\n");
}

#[test]
fn the_code_of_the_program_is_ours() {
    let sandbox = project();
    is("exit 255", 255, "");
    is("kill -TERM $$", 143, "");
    is("kill -KILL $$", 137, "");
    let absent = Person::runs(&sandbox, &["--", "no-such-program-anywhere"]);
    let want = "error: cannot start no-such-program-anywhere: No such file or directory (os error 2)\r\n\
                hint: it is in no folder of PATH; a program in this folder begins with ./\r\n";
    assert_eq!(absent.ends(), (Some(127), want.to_owned()));
    let plain = project().file("plain", "no program");
    let plain = Person::runs(&plain, &["--", "./plain"]);
    let want = "error: cannot start ./plain: Permission denied (os error 13)\r\n";
    assert_eq!(plain.ends(), (Some(126), want.to_owned()));
    let huge = project().file(".env", format!("K={}\n", "hunter2".repeat(20_000)));
    let (code, said) = Person::runs(&huge, &["--", "true"]).ends();
    assert_eq!(code, Some(126));
    assert!(said.contains("hint: Linux takes at most 128 KiB") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_large_environment_arrives() {
    let values: String = (0..20).map(|n| format!("K{n}={}\n", "garden-42!".repeat(9_000))).collect();
    let sandbox = Sandbox::new().file(".env", values);
    let (code, said) = Person::runs_script(&sandbox, "echo ${#K0} ${#K19}; exit 3").ends();
    assert_eq!((code, said.as_str()), (Some(3), "90000 90000\r\n"));
}

#[test]
fn a_prompt_is_there_at_once_and_typing_is_echoed_masked() {
    let sandbox = project();
    let mut person = Person::runs_script(&sandbox, "printf 'name? '; read x; echo \"got $x\"");
    person.sees("name? ");
    person.types(b"ada ");
    person.sees("ada ");
    person.types(TOKEN.as_bytes());
    person.types(b"\r");
    let want = "name? ada [REDACTED:TOKEN]\r\ngot ada [REDACTED:TOKEN]\r\n";
    assert_eq!(person.ends(), (Some(0), want.to_owned()));
}

#[test]
fn a_prompt_that_ends_like_the_beginning_of_a_value_is_let_go() {
    let sandbox = project();
    let mut person = Person::runs_script(&sandbox, "printf 'continue? pl'; read x");
    let begun = Instant::now();
    person.sees("continue? pl");
    assert!(begun.elapsed() >= Duration::from_millis(100), "it was held for a pause");
    person.types(b"\r");
    assert_eq!(person.ends(), (Some(0), "continue? pl\r\n".to_owned()));
}

#[test]
fn a_password_is_not_echoed() {
    let sandbox = project();
    let ask = "printf 'password: '; stty -echo; read x; stty echo; echo; echo \"${#x} $x\"";
    let mut person = Person::runs_script(&sandbox, ask);
    person.sees("password: ");
    let terminal = Duration::from_millis(100);
    std::thread::sleep(terminal);
    person.types(b"plum-Garden-42!\r");
    let want = "password: \r\n15 [REDACTED:TOKEN]\r\n";
    assert_eq!(person.ends(), (Some(0), want.to_owned()));
}

#[test]
fn colours_are_unchanged_and_a_coloured_value_is_masked() {
    is(
        "printf '\\033[31mred\\033[0m \\033[1mplum-\\033[32mGarden\\033[0m-42!\\033[0m\\n'",
        0,
        "\u{1b}[31mred\u{1b}[0m \u{1b}[1m[REDACTED:TOKEN]\u{1b}[0m\r\n",
    );
}

#[test]
fn a_full_screen_program_passes_byte_for_byte() {
    let screen = "\u{1b}[?1049h\u{1b}[?1h\u{1b}=\u{1b}[?25l\u{1b}[H\u{1b}[2J\u{1b}(0lqk\u{1b}(B\u{1b}[12;40Hx\u{1b}7\
                  \u{1b}[1;33r\u{1b}8\u{1b}]0;title\u{7}\u{1b}P$qm\u{1b}\\\u{1b}[?2004h\u{1b}[?1006h\u{fe}é漢\u{1b}[?25h\u{1b}[?1049l";
    let sandbox = project().file("screen", screen);
    let script = "old=$(stty -g); stty raw -echo; cat screen; stty \"$old\"";
    assert_eq!(Person::runs_script(&sandbox, script).ends(), (Some(0), screen.to_owned()));
}

#[test]
fn the_size_is_that_of_our_terminal_and_follows_it() {
    let sandbox = project();
    let script = "trap 'stty size' WINCH; stty size; echo ready; while :; do read x; done";
    let mut person = Person::runs_script(&sandbox, script);
    person.sees("33 101\r\nready\r\n");
    person.resizes(50, 132);
    person.sees("50 132\r\n");
    person.resizes(24, 80);
    person.sees("24 80\r\n");
    person.sends(Signal::TERM);
    assert_eq!(person.ends().0, Some(143));
}

#[test]
fn the_modes_are_those_of_our_terminal() {
    let sandbox = project();
    let script = "stty intr ^T erase ^H; exec \"$0\" run -- stty -a";
    let person = Person::starts(&sandbox, "sh", &["-c", script, env!("CARGO_BIN_EXE_reticent")]);
    let (code, said) = person.ends();
    assert_eq!(code, Some(0));
    for mode in ["intr = ^T;", "erase = ^H;", "rows 33; columns 101;", " icanon ", " echo ", "\nopost "] {
        assert!(said.contains(mode), "{mode} in {said}");
    }
}

#[test]
fn ctrl_c_interrupts_the_program_alone() {
    let sandbox = project();
    let mut person = Person::runs_script(&sandbox, "echo ready; exec sleep 60");
    person.sees("ready\r\n");
    person.types(b"\x03");
    assert_eq!(person.ends(), (Some(130), "ready\r\n^C".to_owned()));
    let mut person = Person::runs_script(&sandbox, "trap 'echo got; exit 5' INT; echo ready; read x");
    person.sees("ready\r\n");
    person.types(b"\x03");
    assert_eq!(person.ends(), (Some(5), "ready\r\n^Cgot\r\n".to_owned()));
    let mut person = Person::runs_script(&sandbox, "trap 'echo quit; exit 6' QUIT; echo ready; read x");
    person.sees("ready\r\n");
    person.types(b"\x1c");
    assert_eq!(person.ends(), (Some(6), "ready\r\n^\\quit\r\n".to_owned()));
}

#[test]
fn signals_are_handed_on() {
    let sandbox = project();
    for (name, signal) in [
        ("TERM", Signal::TERM),
        ("HUP", Signal::HUP),
        ("INT", Signal::INT),
        ("USR1", Signal::USR1),
        ("USR2", Signal::USR2),
        ("QUIT", Signal::QUIT),
    ] {
        let code = signal.as_raw();
        let script = format!("trap 'echo got; exit {code}' {name}; echo ready; read x");
        let mut person = Person::runs_script(&sandbox, &script);
        person.sees("ready\r\n");
        person.sends(signal);
        assert_eq!(person.ends(), (Some(code), "ready\r\ngot\r\n".to_owned()), "{name}");
    }
}

#[test]
fn a_slow_writer_shows_at_most_three_leading_bytes() {
    let sandbox = project();
    for (pause, begun) in [("0.01", ""), ("0.15", "plu")] {
        let slowly =
            format!("for c in p l u m - G a r d e n - 4 2 !; do printf %s $c; sleep {pause}; done; read x");
        let mut person = Person::runs_script(&sandbox, &slowly);
        // What was shown before the mask came stays on the screen.
        person.sees("[REDACTED:TOKEN]");
        assert_eq!(person.text(), format!("{begun}[REDACTED:TOKEN]"), "{pause}");
        person.types(b"\r");
        assert_eq!(person.ends().0, Some(0));
    }
}

#[test]
fn the_end_of_input_arrives() {
    let sandbox = project();
    let mut person = Person::runs(&sandbox, &["--", "cat"]);
    person.waits_until_lines_are_edited(false);
    person.types(b"line\r");
    person.sees("line\r\nline\r\n");
    person.types(b"\x04");
    assert_eq!(person.ends(), (Some(0), "line\r\nline\r\n".to_owned()));
}

#[test]
fn much_output_and_a_last_line_without_its_end_arrive_whole() {
    let (code, said) = shown("yes garden | head -n 40000; printf 'the end'");
    assert_eq!(code, Some(0));
    assert_eq!(said.len(), 40_000 * "garden\r\n".len() + "the end".len());
    assert!(said.ends_with("garden\r\nthe end"));
}

#[test]
fn a_long_paste_arrives_whole() {
    let sandbox = project();
    let script = "stty raw -echo; echo ready; head -c 200000 | wc -c; stty -raw";
    let mut person = Person::runs_script(&sandbox, script);
    person.sees("ready");
    person.types(&b"0123456789".repeat(20_000));
    person.sees("200000");
    assert_eq!(person.ends().0, Some(0));
}

#[test]
fn what_was_left_running_does_not_hold_us() {
    let sandbox = project();
    let begun = Instant::now();
    let mut person = Person::runs_script(&sandbox, "trap '' HUP; sleep 60 & echo $!; exit 4");
    person.sees("\r\n");
    let left: i32 = person.text().trim().parse().expect("a number");
    assert_eq!(person.ends().0, Some(4));
    assert!(begun.elapsed() < Duration::from_secs(20));
    let left = Pid::from_raw(left).expect("not zero");
    test_kill_process(left).expect("it goes on");
    rustix::process::kill_process(left, Signal::KILL).expect("it is there");
    // What writes for as long as it can does not hold us either; it ends when nobody is left to read it.
    let (code, said) = shown("trap '' HUP; (while echo $TOKEN; do sleep 0.02; done) & exit 4");
    assert_eq!((code, said.contains(TOKEN)), (Some(4), false));
}

#[test]
fn what_was_left_running_is_hung_up() {
    let script = "sh -c 'trap \"echo >hung; exit\" HUP; echo ready; while :; do sleep 0.01; done' & read x";
    let sandbox = project();
    let mut person = Person::runs_script(&sandbox, script);
    person.sees("ready\r\n");
    person.types(b"\r");
    assert_eq!(person.ends().0, Some(0));
    until("it is hung up", || sandbox.path("hung").exists());
}

#[test]
fn a_killed_run_hangs_its_program_up() {
    let sandbox = project();
    let script = "trap 'echo >hung; exit' HUP; echo $$; echo ready; while :; do sleep 0.01; done";
    let mut person = Person::runs_script(&sandbox, script);
    person.sees("ready\r\n");
    let program: i32 = person.text().lines().next().expect("a line").parse().expect("a number");
    let program = Pid::from_raw(program).expect("not zero");
    person.sends(Signal::KILL);
    until("it is hung up", || sandbox.path("hung").exists());
    until("it ends", || test_kill_process(program).is_err());
}

#[test]
fn a_stopped_program_of_a_killed_run_is_hung_up_too() {
    let sandbox = project();
    let mut person = Person::runs_script(&sandbox, "echo $$; echo ready; kill -STOP $$; sleep 60");
    person.sees("ready\r\n");
    let program: i32 = person.text().lines().next().expect("a line").parse().expect("a number");
    person.sends(Signal::KILL);
    until("it ends", || test_kill_process(Pid::from_raw(program).expect("not zero")).is_err());
}

#[test]
fn a_closed_window_hangs_the_program_up() {
    let sandbox = project();
    let script = "trap 'echo >hung; exit 8' HUP; echo ready; while :; do sleep 0.01; done";
    let mut person = Person::runs_script(&sandbox, script);
    person.sees("ready\r\n");
    person.goes_away();
    until("it is hung up", || sandbox.path("hung").exists());
}

#[test]
fn a_screen_that_is_gone_stops_the_program() {
    // A screen that controls nobody: no signal tells of its end.
    let sandbox = project();
    let (mut person, program) = screen();
    let script = "trap 'echo >hung; exit 8' HUP; while :; do echo line 2>/dev/null; done";
    let mut command = Command::new("setsid");
    command.arg(env!("CARGO_BIN_EXE_reticent")).args(["run", "--", "sh", "-c", script]);
    command.current_dir(sandbox.path("")).stdin(Stdio::null()).stdout(program).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    drop(command);
    person.read_exact(&mut [0; 4]).expect("a line");
    drop(person);
    let output = child.wait_with_output().expect("it ends");
    assert!(sandbox.path("hung").exists());
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(8), &b""[..]));
}

#[test]
fn a_keyboard_that_is_gone_hangs_the_program_up() {
    let sandbox = project();
    let (mut person, program) = screen();
    let end = || Stdio::from(program.try_clone().expect("a copy"));
    let mut command = Command::new("setsid");
    command.arg(env!("CARGO_BIN_EXE_reticent")).args([
        "run",
        "--",
        "sh",
        "-c",
        "trap 'exit 8' HUP; echo ready; read x; exit 8",
    ]);
    command.current_dir(sandbox.path("")).stdin(end()).stdout(end()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    drop((command, program));
    person.read_exact(&mut [0; 5]).expect("a line");
    drop(person);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(8), &b""[..]));
}

#[test]
fn a_screen_without_a_keyboard_shows_lines_as_they_are() {
    let sandbox = project();
    let output = on_a_screen(sandbox.command(&["run", "--", "sh", "-c", "test -t 1; echo $? $TOKEN; cat"]));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "0 [REDACTED:TOKEN]\r\n");
}

#[test]
fn a_stderr_that_is_no_terminal_is_masked_on_its_own() {
    let sandbox = project();
    let program = env!("CARGO_BIN_EXE_reticent");
    let script = "test -t 2; echo $? $TOKEN; echo err $TOKEN >&2";
    let file = std::fs::File::create(sandbox.path("errors")).expect("a file");
    let person = Person::starts_with(&sandbox, program, &["run", "--", "sh", "-c", script], |command| {
        command.stderr(file);
    });
    assert_eq!(person.ends(), (Some(0), "1 [REDACTED:TOKEN]\r\n".to_owned()));
    assert_eq!(sandbox.read("errors"), "err [REDACTED:TOKEN]\n");
}

#[test]
fn no_redact_leaves_the_program_on_our_own_terminal() {
    let sandbox = project();
    let both = "tty; \"$0\" run --no-redact -- sh -c 'tty; echo $TOKEN'; \"$0\" run -- tty";
    let person = Person::starts(&sandbox, "sh", &["-c", both, env!("CARGO_BIN_EXE_reticent")]);
    let (code, said) = person.ends();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!((code, lines.len()), (Some(0), 4), "{said}");
    assert_eq!((lines[0], lines[2]), (lines[1], TOKEN));
    assert_ne!(lines[0], lines[3]);
}

#[test]
fn no_helper_has_a_value() {
    let sandbox = project();
    let mut person = Person::runs_script(&sandbox, "echo $PPID; echo ready; read x");
    person.sees("ready\r\n");
    let monitor: u32 = person.text().lines().next().expect("a line").parse().expect("a number");
    let of = |pid: u32, what: &str| std::fs::read(format!("/proc/{pid}/{what}")).expect("it is ours");
    assert_eq!(of(monitor, "environ"), b"");
    assert_eq!(of(monitor, "cmdline"), b"reticent\0run:monitor\0front\0");
    let memory = regions(monitor);
    assert!(!memory.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes()), "in the monitor's memory");
    person.types(b"\r");
    assert_eq!(person.ends().0, Some(0));
}

/// Reads what a process of ours has written in its memory.
fn regions(pid: u32) -> Vec<u8> {
    use std::os::unix::fs::FileExt as _;
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).expect("it is ours");
    let memory = std::fs::File::open(format!("/proc/{pid}/mem")).expect("it is ours");
    let mut all = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (from, to) = line.split_once(' ').and_then(|(range, _)| range.split_once('-')).expect("a range");
        let at = |text| u64::from_str_radix(text, 16).expect("a number");
        let mut region = vec![0; usize::try_from(at(to) - at(from)).expect("it fits")];
        if memory.read_exact_at(&mut region, at(from)).is_ok() {
            all.extend(region);
        }
    }
    assert!(all.len() > 100_000, "something was read");
    all
}

#[test]
fn a_program_is_started_anew_on_the_same_terminal() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\nDB = \"file://db\"\n[sources]\npoll = \"50ms\"\n")
        .file("db", TOKEN);
    let script =
        "stty -echo; echo \"at $(stty -a | grep -o '[-]*echo ') $DB $0\"; while :; do sleep 0.01; done";
    let mut person =
        Person::runs(&sandbox, &["--watch", "restart", "--", "sh", "-c", script, "fig-Meadow-77?"]);
    person.sees("at -echo  [REDACTED:DB] fig-Meadow-77?\r\n");
    sandbox.write("db.new", "fig-Meadow-77?");
    std::fs::rename(sandbox.path("db.new"), sandbox.path("db")).expect("a swap");
    person.sees("DB has changed\r\n");
    person.sees("at -echo  [REDACTED:DB] [REDACTED:DB]\r\n");
    person.types(b"\x03");
    assert_eq!(person.ends().0, Some(130));
}

#[test]
fn a_helper_that_somebody_types_does_nothing() {
    for arguments in [&["run:gate"][..], &["run:monitor", "front"], &["run:monitor", "back"]] {
        let ran = Sandbox::new().run(arguments);
        assert_eq!((ran.code, ran.stdout_text().as_str(), ran.stderr.as_str()), (1, "", ""), "{arguments:?}");
    }
}
