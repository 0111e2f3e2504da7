//! `run`: the child's environment, its signals and its end.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::support::Sandbox;

#[test]
fn the_child_gets_declared_secrets_and_the_keys_of_dotenv() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\nDB_PASSWORD = \"file://db\"\nNONE = { optional = true }\n")
        .file("db", "from file\n")
        .file(".env", "LOG_LEVEL=debug\nHOME_PAGE=in-file\n")
        .with("HOME_PAGE", "from-environment");
    let script = "printf '%s|%s|%s|%s' \"$DB_PASSWORD\" \"$LOG_LEVEL\" \"$HOME_PAGE\" \"${NONE-absent}\"";
    let ran = sandbox.run(&["run", "--no-redact", "--", "sh", "-c", script]);
    ran.is(0, "from file|debug|from-environment|absent", "");
}

#[test]
fn without_any_file_the_child_runs_as_it_would_alone() {
    Sandbox::new().with("A", "kept").run(&["run", "--", "sh", "-c", "printf %s \"$A\""]).is(0, "kept", "");
}

#[test]
fn only_hands_over_what_it_names() {
    let sandbox = Sandbox::new().file(".env", "A=1\nB=2\n");
    let script = "printf '%s|%s' \"${A-absent}\" \"${B-absent}\"";
    sandbox.run(&["run", "--no-redact", "--only", "A", "--", "sh", "-c", script]).is(0, "1|absent", "");
    let missing = sandbox.run(&["run", "--only", "A,C", "--", "sh", "-c", "echo started"]);
    assert_eq!((missing.code, missing.stdout.len()), (1, 0));
    assert!(missing.stderr.starts_with("error: C: not found. Looked in "), "{}", missing.stderr);
}

#[test]
fn all_that_is_missing_is_in_one_report_and_nothing_starts() {
    let sandbox =
        Sandbox::new().file("reticent.toml", "[secrets]\nA = {}\nB = \"env://B\"\nC = {}\n").with("C", "x");
    let ran = sandbox.run(&["run", "--", "sh", "-c", "echo started"]);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    let errors: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 2, "{}", ran.stderr);
    assert!(errors[0].starts_with("error: A: not found"), "{}", ran.stderr);
    assert_eq!(errors[1], "error: B: not found. Looked in env://B.");
}

#[test]
fn a_pristine_child_has_nothing_else() {
    let sandbox = Sandbox::new().file(".env", "A=1\n").with("LEFT_BEHIND", "x").with("LC_ALL", "C");
    let ran = sandbox.run(&["run", "--pristine", "--", "env"]);
    let mut names: Vec<String> = ran
        .stdout_text()
        .lines()
        .filter_map(|line| line.split_once('=').map(|(name, _)| name.to_owned()))
        .collect();
    names.sort();
    assert_eq!(names, ["A", "LC_ALL", "PATH"]);
}

#[test]
fn a_variable_read_from_its_file_replaces_it() {
    let sandbox = Sandbox::new().file("reticent.toml", "[secrets]\nDB = {}\n").file("db", "value\n");
    let file = sandbox.path("db").to_string_lossy().into_owned();
    let sandbox = sandbox.with("DB_FILE", file);
    let script = "printf '%s|%s' \"$DB\" \"${DB_FILE-gone}\"";
    sandbox.run(&["run", "--no-redact", "--", "sh", "-c", script]).is(0, "value|gone", "");
}

#[test]
fn the_code_of_the_child_is_ours() {
    let sandbox = Sandbox::new();
    for (script, code) in
        [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
    {
        assert_eq!(sandbox.run(&["run", "--", "sh", "-c", script]).code, code, "{script}");
    }
}

#[test]
fn a_program_that_is_not_there_is_127_and_one_that_cannot_run_is_126() {
    let sandbox = Sandbox::new().file("plain", "no program");
    let absent = sandbox.run(&["run", "--", "no-such-program-anywhere"]);
    assert_eq!(absent.code, 127, "{}", absent.stderr);
    assert!(absent.stderr.starts_with("error: cannot start no-such-program-anywhere: "), "{}", absent.stderr);
    assert_eq!(sandbox.run(&["run", "--", "./plain"]).code, 126);
}

#[test]
fn standard_input_reaches_the_child() {
    let ran = Sandbox::new().run_with_stdin(&["run", "--", "cat"], b"any \xff bytes");
    assert_eq!((ran.code, ran.stdout), (0, b"any \xff bytes".to_vec()));
}

#[test]
fn a_value_with_a_nul_byte_is_refused_by_name() {
    let sandbox =
        Sandbox::new().file("reticent.toml", "[secrets]\nKEY = \"file://key\"\n").file("key", b"hun\0ter2");
    sandbox.run(&["run", "--", "true"]).is(
        1,
        "",
        "error: KEY: a value with a NUL byte cannot be a variable\n\
         hint: hand it over as a file, and name the file in a variable\n",
    );
}

#[test]
fn signals_are_handed_on() {
    for (signal, code) in [("TERM", 15), ("HUP", 1), ("INT", 2), ("USR1", 10), ("USR2", 12), ("QUIT", 3)] {
        let script =
            format!("trap 'echo got; exit {code}' {signal}; echo ready; while :; do sleep 0.01; done");
        let sandbox = Sandbox::new();
        let mut child = sandbox
            .command(&["run", "--", "sh", "-c", &script])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        assert_eq!(lines.next().expect("a line").expect("text"), "ready");
        let killed = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        assert_eq!(lines.next().expect("a line").expect("text"), "got", "{signal}");
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{signal}");
    }
}

#[test]
fn watch_restarts_the_child_with_the_new_value() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\nDB = \"file://db\"\n[sources]\npoll = \"50ms\"\n")
        .file("db", "one");
    let script = "echo \"$DB\"; while :; do sleep 0.01; done";
    let mut child = sandbox
        .command(&["run", "-q", "--watch", "restart", "--", "sh", "-c", script])
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "one");
    sandbox.write("db.new", "two");
    std::fs::rename(sandbox.path("db.new"), sandbox.path("db")).expect("a swap");
    assert_eq!(lines.next().expect("a line").expect("text"), "two");
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
}

#[test]
fn watch_sends_a_signal_on_a_change() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\nDB = \"file://db\"\n[sources]\npoll = \"50ms\"\n")
        .file("db", "one");
    let script = "trap 'echo reloaded; exit 0' HUP; echo ready; while :; do sleep 0.01; done";
    let mut child = sandbox
        .command(&["run", "-q", "--watch", "signal=HUP", "--", "sh", "-c", script])
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "ready");
    sandbox.write("db", "two, longer");
    assert_eq!(lines.next().expect("a line").expect("text"), "reloaded");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn two_secrets_that_become_one_variable_are_refused() {
    let config = "[secrets]\n\"db.pass\" = \"file://one\"\n\"db/pass\" = \"file://two\"\n";
    let sandbox = Sandbox::new()
        .file("reticent.toml", config)
        .file("one", "1")
        .file("two", "2")
        .file(".env", "DB_PASS=from-file\n");
    sandbox.run(&["run", "--", "true"]).is(
        2,
        "",
        "error: db.pass and db/pass would both become the variable DB_PASS\n\
         hint: rename one of them, or hand over one with --only\n",
    );
    let shown = ["run", "--no-redact", "--only", "db/pass,db/pass", "--", "printenv", "DB_PASS"];
    sandbox.run(&shown).is(0, "2\n", "");
    // What is declared wins over a key of `.env` that has the variable's name.
    sandbox.write("reticent.toml", "[secrets]\n\"db.pass\" = \"file://one\"\n");
    sandbox.run(&["run", "--no-redact", "--", "printenv", "DB_PASS"]).is(0, "1\n", "");
}

#[test]
fn a_program_that_cannot_be_started_has_a_remedy_and_shows_no_value() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new().file("torn", "#!/nowhere/sh\n").file("plain", "echo no\n");
    for name in ["torn", "plain"] {
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(sandbox.path(name), mode).expect("a mode");
    }
    for (program, code, hint) in [
        ("./torn", 127, "it is there, but the interpreter that its first line names is not"),
        ("./plain", 126, "a script begins with #! and the path of its interpreter"),
        ("plain", 127, "it is in no folder of PATH; a program in this folder begins with ./"),
    ] {
        let ran = sandbox.run(&["run", "--", program]);
        assert_eq!(ran.code, code, "{program}");
        assert_eq!(ran.stderr.lines().nth(1), Some(format!("hint: {hint}").as_str()), "{program}");
    }
    let huge = Sandbox::new().file(".env", format!("K={}\n", "hunter2".repeat(20_000)));
    let ran = huge.run(&["run", "--", "true"]);
    assert_eq!(ran.code, 126);
    assert!(ran.stderr.contains("hint: Linux takes at most 128 KiB") && !ran.stderr.contains("hunter2"));
}

#[test]
fn an_end_that_comes_during_a_restart_is_the_end() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\nDB = \"file://db\"\n[sources]\npoll = \"50ms\"\n")
        .file("db", "one");
    // The program takes its time to end, and the interrupt comes meanwhile.
    let script = "trap 'echo stopping; sleep 0.5; exit 9' TERM; trap : INT; echo \"$DB\"; while :; do sleep 0.01; done";
    let mut child = sandbox
        .command(&["run", "-q", "--watch", "restart", "--", "sh", "-c", script])
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "one");
    sandbox.write("db", "two, longer");
    assert_eq!(lines.next().expect("a line").expect("text"), "stopping");
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert_eq!(child.wait().expect("it ends").code(), Some(9));
    assert!(lines.next().is_none(), "it was not started again");
}
