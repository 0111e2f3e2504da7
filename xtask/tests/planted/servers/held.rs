//! What holds servers: `xtask servers own`, and the program behind it with a planted server.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use super::stage::{SERVER, Stage, is_running, wait_until};
use crate::plot::shared_tools;

/// A holder with its first line read.
struct Held {
    child: Child,
    output: BufReader<ChildStdout>,
    told: serde_json::Value,
}

impl Held {
    fn start(command: &mut Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program can be started");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it says something");
        let told = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        Self { child, output, told }
    }

    fn number(&self, server: &str, key: &str) -> u64 {
        self.told[server][key].as_u64().expect("it is told")
    }

    fn order(&mut self, order: &str) -> String {
        let input = self.child.stdin.as_mut().expect("it is piped");
        writeln!(input, "{order}").expect("it reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        line.trim_end().to_owned()
    }

    /// Closes its input, and returns all else that it says.
    fn end(mut self) -> (String, Option<i32>) {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("it says what it has to say");
        (rest, self.child.wait().expect("it was started by us").code())
    }
}

/// Prepares the program with planted servers, in a Python that need not have any wheel.
fn planted(stage: &Stage, names: &[&str]) -> Command {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = shared_tools().with_file_name("servers").join("bin/python");
    let mut command = Command::new(if installed.is_file() { installed } else { "python3".into() });
    command.arg(here.join("tests/planted/servers/planted.py")).arg(here.join("servers")).args(names);
    command.env("TMPDIR", stage.folder_of_servers()).stdin(Stdio::piped());
    command
}

fn run(command: &mut Command) -> Output {
    // Its input stays open until it has ended.
    let child = command.stdout(Stdio::piped()).spawn().expect("the program can be started");
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_server_that_does_not_come_up_fails_with_the_end_of_its_log() {
    let stage = Stage::new();
    for (name, want) in [
        ("broken", "error: broken ended by itself with 3; the end of its log:\n  the disk is full\n"),
        ("mute", "error: mute did not answer within 3 s; the end of its log:\n  still thinking\n"),
    ] {
        let mut command = planted(&stage, &["listening", name]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program can be started");
        let _input = child.stdin.take();
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout), want);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(std::fs::read_dir(stage.folder_of_servers()).expect("a folder").count(), 0, "{name}");
    }
}

#[test]
fn a_port_that_somebody_else_has_is_tried_again_with_another() {
    let stage = Stage::new();
    let held = Held::start(&mut planted(&stage, &["beaten"]));
    assert_ne!(held.number("beaten", "port"), held.number("beaten", "taken"));
    assert_eq!(held.end(), (String::new(), Some(0)));
}

#[test]
fn two_at_once_do_not_meet() {
    let stage = Stage::new();
    let start = || Held::start(&mut stage.xtask(&["servers", "own", SERVER]));
    let (first, second) = (start(), start());
    assert_ne!(first.told["folder"], second.told["folder"]);
    for key in ["port", "pid"] {
        assert_ne!(first.number(SERVER, key), second.number(SERVER, key));
    }
    let pid = second.number(SERVER, "pid");
    assert_eq!(first.end(), (String::new(), Some(0)));
    assert!(is_running(pid));
    assert_eq!(second.end(), (String::new(), Some(0)));
    assert!(!is_running(pid));
}

#[test]
fn servers_end_with_what_holds_them_even_when_it_is_killed() {
    let stage = Stage::new();
    let mut held = Held::start(&mut stage.xtask(&["servers", "own", SERVER]));
    let pid = held.number(SERVER, "pid");
    held.child.kill().expect("it is running");
    held.child.wait().expect("it was started by us");
    wait_until("the server has ended", || !is_running(pid));
}

#[test]
fn orders_are_carried_out_and_answered() {
    let stage = Stage::new();
    let mut held = Held::start(&mut planted(&stage, &["listening"]));
    let pid = held.number("listening", "pid");
    for (order, want) in [
        ("status", r#"{"listening": "answers"}"#.to_owned()),
        ("pause listening", format!(r#"{{"done": "pause listening", "pid": {pid}}}"#)),
        ("status", r#"{"listening": "paused"}"#.to_owned()),
        ("resume listening", format!(r#"{{"done": "resume listening", "pid": {pid}}}"#)),
        ("kill listening", format!(r#"{{"done": "kill listening", "pid": {pid}}}"#)),
        ("status", r#"{"listening": "ended"}"#.to_owned()),
        ("pause listening", r#"{"error": "listening is not running"}"#.to_owned()),
        ("restart nothing", r#"{"error": "cannot understand `restart nothing`"}"#.to_owned()),
        ("do listening", r#"{"error": "cannot understand `do listening`"}"#.to_owned()),
    ] {
        assert_eq!(held.order(order), want);
    }
    assert!(held.order("restart listening").starts_with(r#"{"done": "restart listening", "pid": "#));
    assert_eq!(held.order("status"), r#"{"listening": "answers"}"#);
    assert_eq!(held.end(), (String::new(), Some(0)));
}

#[test]
fn an_openbao_that_was_killed_comes_back_unsealed_and_with_its_data() {
    let stage = Stage::new();
    let mut held = Held::start(&mut stage.xtask(&["servers", "own", "openbao"]));
    let told = held.told.to_string();
    let ask = |arguments: &[&str]| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted/servers/ask.py");
        let mut child = Command::new("python3")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a Python");
        let mut input = child.stdin.take().expect("it is piped");
        input.write_all(told.as_bytes()).expect("it reads");
        drop(input);
        let output = child.wait_with_output().expect("it ends");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    };
    assert_eq!(ask(&["POST", "sys/mounts/kept", r#"{"type": "kv"}"#]), "204");
    assert_eq!(ask(&["POST", "kept/word", r#"{"is": "kept"}"#]), "204");
    held.order("kill openbao");
    assert_eq!(held.order("status"), r#"{"openbao": "ended"}"#);
    assert!(held.order("restart openbao").starts_with(r#"{"done": "restart openbao", "pid": "#));
    let answer = ask(&["GET", "kept/word"]);
    assert!(answer.starts_with("200 ") && answer.contains(r#""data":{"is":"kept"}"#), "{answer}");
    assert_eq!(ask(&["PUT", "sys/seal"]), "204");
    assert_eq!(held.order("status"), r#"{"openbao": "sealed"}"#);
    assert!(held.order("restart openbao").starts_with(r#"{"done": "restart openbao", "pid": "#));
    assert_eq!(held.order("status"), r#"{"openbao": "answers"}"#);
    assert_eq!(held.end(), (String::new(), Some(0)));
}

#[test]
fn without_wheels_and_packages_it_says_what_is_missing() {
    let stage = Stage::new();
    let programs = bare_programs(&stage);
    std::fs::remove_file(stage.plot.project().target().join("servers")).ok();
    let output = run(stage.xtask(&["servers", "own", SERVER]).env("PATH", programs));
    let want = "error: no program for valkey: cannot install the wheels of xtask/servers-requirements.txt: no venv here\n\
                hint: install python3 (3.10 or later) with its venv module; Debian and Ubuntu: \
                `apt-get install python3-venv`; and no package of the system brings it\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), want);
    assert_eq!(output.status.code(), Some(1));
}

/// A folder with a Python that makes no environments and sees no wheel, with cargo, and with nothing else.
fn bare_programs(stage: &Stage) -> PathBuf {
    let folder = stage.plot.root().join("programs");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let told = |program: &str, arguments: &[&str]| {
        let output = run(Command::new(program).args(arguments));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    };
    let python = told("python3", &["-c", "import sys; print(sys.executable)"]);
    let cargo = told("sh", &["-c", "command -v cargo"]);
    let python = format!("[ \"$2\" = venv ] && {{ echo no venv here; exit 1; }}\nexec {python} -S \"$@\"\n");
    for (name, text) in [("python3", python), ("cargo", format!("exec {cargo} \"$@\"\n"))] {
        let file = folder.join(name);
        std::fs::write(&file, format!("#!/bin/sh\n{text}")).expect("a file can be written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&file, mode).expect("it is ours");
    }
    folder
}
