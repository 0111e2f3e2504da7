//! `run`: what the program prints through pipes is masked, to the end and whatever breaks.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Ran, Sandbox};

const TOKEN: &str = "plum-Garden-42!";

fn project() -> Sandbox {
    Sandbox::new().file(".env", format!("TOKEN={TOKEN}\n"))
}

fn script(sandbox: &Sandbox, script: &str) -> Ran {
    sandbox.run(&["run", "--", "sh", "-c", script])
}

#[test]
fn a_value_is_masked_on_both_ways_out() {
    script(&project(), "echo out $TOKEN; echo err $TOKEN >&2; printf %s plum-Gar").is(
        0,
        "out [REDACTED:TOKEN]\nplum-Gar",
        "err [REDACTED:TOKEN]\n",
    );
    script(&project(), "printf %s \"$TOKEN\" | base64; exit 9").is(9, "[REDACTED:TOKEN]\n", "");
}

#[test]
fn all_other_bytes_are_as_they_were() {
    let ran = script(&project(), "printf 'a\\000b\\377\\r\\n\\033[1mc'");
    assert_eq!((ran.code, ran.stdout.as_slice()), (0, &b"a\0b\xff\r\n\x1b[1mc"[..]));
    let ran = script(&project(), "yes \"$TOKEN\" | head -n 20000");
    assert_eq!((ran.code, ran.stdout), (0, b"[REDACTED:TOKEN]\n".repeat(20_000)));
}

#[test]
fn a_value_that_comes_byte_by_byte_is_masked() {
    let slowly = "for c in p l u m - G a r d e n - 4 2 !; do printf %s $c; sleep 0.01; done; echo .";
    script(&project(), slowly).is(0, "[REDACTED:TOKEN].\n", "");
}

#[test]
fn no_redact_shows_all_as_it_is() {
    let sandbox = project();
    sandbox.run(&["run", "--no-redact", "--", "printenv", "TOKEN"]).is(0, &format!("{TOKEN}\n"), "");
}

#[test]
fn no_variable_turns_masking_off() {
    let sandbox = project().with("RETICENT_NO_REDACT", "1");
    sandbox.run(&["run", "--", "printenv", "TOKEN"]).is(0, "[REDACTED:TOKEN]\n", "");
}

#[test]
fn what_cannot_be_masked_is_named_once() {
    let sandbox = Sandbox::new().file(".env", "PIN=1234\nWORD=production\nTOKEN=plum-Garden-42!\nB=x\n");
    let say = "echo $PIN $WORD $TOKEN $B";
    script(&sandbox, say).is(
        0,
        "1234 production [REDACTED:TOKEN] x\n",
        "warning: each of \"B\", \"PIN\" is not masked: it has fewer than 6 bytes\n\
         warning: \"WORD\" is not masked: it is a common word\n",
    );
    sandbox.run(&["-q", "run", "--", "true"]).is(0, "", "");
    sandbox.run(&["run", "--no-redact", "--", "true"]).is(0, "", "");
    let part = Sandbox::new().file(".env", "URL=postgres://ada:pw@db.example/garden\n");
    script(&part, "echo $URL pw").is(
        0,
        "[REDACTED:URL] pw\n",
        "warning: a part of \"URL\" is not masked: it has fewer than 6 bytes\n",
    );
}

#[test]
fn nothing_to_mask_is_said_when_asked() {
    let ran = Sandbox::new().file(".env", "PIN=1234\n").run(&["-v", "run", "--", "echo", "1234"]);
    ran.is(
        0,
        "1234\n",
        "PIN: from dotenv\n\
         warning: \"PIN\" is not masked: it has fewer than 6 bytes\n\
         nothing that is handed over can be masked, so all is shown as it is\n",
    );
}

#[test]
fn a_setting_that_is_no_secret_is_shown_and_one_that_is_is_masked() {
    let config = "[settings.REGION]\ntype = \"text\"\n[settings.KEY]\ntype = \"secret\"\n";
    let sandbox = Sandbox::new().file("reticent.toml", config);
    let sandbox = sandbox.with("REGION", "north-garden-west").with("KEY", TOKEN);
    script(&sandbox, "echo $REGION $KEY").is(0, "north-garden-west [REDACTED:KEY]\n", "");
}

#[test]
fn what_was_left_running_is_waited_for_and_masked() {
    let late = "(sleep 0.3; echo late $TOKEN) & echo first; exit 4";
    script(&project(), late).is(4, "first\nlate [REDACTED:TOKEN]\n", "");
}

#[test]
fn whoever_does_not_wait_for_what_was_left_running_ends_it_all() {
    let sandbox = project();
    // The full stop: a last digit could begin the hex digits of the value, and would be held until more comes.
    let mut command = sandbox.command(&["run", "--", "sh", "-c", "sleep 60 & echo $! ."]);
    let mut child = command.spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let left = lines.next().expect("a line").expect("text");
    // The signal is for us alone once the program has ended.
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(child.try_wait().expect("it is ours"), None);
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    let left = left.trim_end_matches(" .");
    assert!(Command::new("kill").arg(left).status().expect("kill runs").success(), "it was left running");
}

#[test]
fn a_closed_pipe_ends_the_program_as_it_would_without_us() {
    for arguments in [&["run", "--", "yes"][..], &["run", "--no-redact", "--", "yes"]] {
        let sandbox = project();
        let mut child = sandbox.command(arguments).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        assert_eq!(lines.next().expect("a line").expect("text"), "y");
        drop(lines);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(141), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_stops_the_program_and_is_reported() {
    let sandbox = project();
    let full = File::options().write(true).open("/dev/full").expect("it opens");
    let begun = Instant::now();
    let output = sandbox.command(&["run", "--", "yes"]).stdout(full).output().expect("it runs");
    assert_eq!(
        (output.status.code(), String::from_utf8(output.stderr).expect("text").as_str()),
        (Some(3), "error: cannot write to stdout: No space left on device (os error 28)\n")
    );
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_broken_stderr_leaves_stdout_alone() {
    let sandbox = project();
    let full = File::options().write(true).open("/dev/full").expect("it opens");
    let both = "trap '' PIPE; echo lost >&2; sleep 0.1; echo lost >&2; echo $TOKEN";
    let output = sandbox.command(&["run", "--", "sh", "-c", both]).stderr(full).output().expect("it runs");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), &b"[REDACTED:TOKEN]\n"[..]));
}

fn watched() -> Sandbox {
    Sandbox::new()
        .file("reticent.toml", "[secrets]\nDB = \"file://db\"\n[sources]\npoll = \"50ms\"\n")
        .file("db", TOKEN)
}

#[test]
fn a_new_value_is_masked_and_so_is_the_old_one() {
    let wait = "while :; do sleep 0.01; done";
    for (watch, script) in [
        ("restart", format!("echo \"$DB\" $(cat db) {TOKEN}; {wait}")),
        ("signal=HUP", format!("say() {{ echo $(cat db) {TOKEN}; }}; trap say HUP; say; {wait}")),
    ] {
        let sandbox = watched();
        let mut command = sandbox.command(&["run", "-q", "--watch", watch, "--", "sh", "-c", &script]);
        let mut child = command.spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut line = || lines.next().expect("a line").expect("text").replace("[REDACTED:DB]", "*");
        let want = if watch == "restart" { "* * *" } else { "* *" };
        assert_eq!(line(), want, "{watch}");
        sandbox.write("db.new", "fig-Meadow-77?");
        std::fs::rename(sandbox.path("db.new"), sandbox.path("db")).expect("a swap");
        assert_eq!(line(), want, "{watch}");
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
        assert_eq!(child.wait().expect("it ends").code(), Some(143), "{watch}");
    }
}

#[test]
fn a_value_that_cannot_be_masked_at_first_may_be_masked_later() {
    let sandbox = watched();
    sandbox.write("db", "1");
    let script = "echo \"$DB\"; while :; do sleep 0.01; done";
    let mut command = sandbox.command(&["run", "-q", "--watch", "restart", "--", "sh", "-c", script]);
    let mut child = command.stderr(Stdio::null()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "1");
    sandbox.write("db", TOKEN);
    assert_eq!(lines.next().expect("a line").expect("text"), "[REDACTED:DB]");
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
}
