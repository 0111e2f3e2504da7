//! `env lint|parse|set|unset` and `init`.

use crate::support::Sandbox;

#[test]
fn parse_shows_keys_and_values_only_when_asked() {
    let sandbox = Sandbox::new().file("a.env", "A=one # note\nexport B='t w o'\n");
    sandbox.run(&["env", "parse", "a.env"]).is(0, "A\nB\n", "");
    sandbox.run(&["env", "parse", "a.env", "--reveal"]).is(0, "A=one\nB='t w o'\n", "");
    let json = sandbox.run(&["env", "parse", "a.env", "--json", "--reveal"]);
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(document["schema"], "reticent.env/1");
    assert_eq!(document["entries"][1]["value"], "t w o");
    assert_eq!(
        (&document["entries"][1]["line"], &document["entries"][1]["exported"]),
        (&2.into(), &true.into())
    );
    let hidden = sandbox.run(&["env", "parse", "a.env", "--json"]).stdout_text();
    assert!(!hidden.contains("t w o"), "{hidden}");
}

#[test]
fn parse_has_two_dialects() {
    let sandbox = Sandbox::new().file("a.env", "A=x\nB=${A}y\n");
    sandbox.run(&["env", "parse", "a.env", "--reveal"]).is(0, "A=x\nB='${A}y'\n", "");
    sandbox.run(&["env", "parse", "a.env", "--reveal", "--mode", "compose"]).is(0, "A=x\nB=xy\n", "");
}

#[test]
fn parse_reports_every_error_and_no_text() {
    let sandbox = Sandbox::new().file("a.env", "A=1\nhunter2 line\nB='x' hunter2\n");
    let ran = sandbox.run(&["env", "parse", "a.env"]);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    assert!(ran.stderr.contains("a.env:2:") && ran.stderr.contains("a.env:3:"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn lint_names_the_tools_that_differ_and_no_value() {
    let sandbox = Sandbox::new().file("a.env", "OK=plain\nAPI_KEY=hunter#2\n");
    let ran = sandbox.run(&["env", "lint", "a.env"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    let text = ran.stdout_text();
    assert!(text.starts_with("a.env:2:"), "{text}");
    assert!(text.contains("API_KEY") && !text.contains("hunter"), "{text}");
    let json = sandbox.run(&["env", "lint", "--json", "a.env"]).stdout_text();
    let finding: serde_json::Value =
        serde_json::from_str(json.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&finding["schema"], &finding["line"]), (&"reticent.env-lint/1".into(), &2.into()));
    Sandbox::new().file("b.env", "OK=plain\n").run(&["env", "lint", "b.env"]).is(0, "", "");
}

#[test]
fn set_and_unset_edit_one_key() {
    let sandbox = Sandbox::new().file("a.env", "# top\r\nA=1\r\nB=2 # two\r\n");
    let ran = sandbox.run_with_stdin(&["env", "set", "a.env", "B"], "x y");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(sandbox.read("a.env"), "# top\r\nA=1\r\nB='x y' # two\r\n");
    assert_eq!(sandbox.run(&["env", "unset", "a.env", "A"]).code, 0);
    assert_eq!(sandbox.read("a.env"), "# top\r\nB='x y' # two\r\n");
    assert_eq!(sandbox.run(&["env", "unset", "a.env", "A"]).code, 1);
}

#[test]
fn a_missing_file_is_said() {
    let ran = Sandbox::new().run(&["env", "parse", "absent.env"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.starts_with("error: cannot read [DIR]/absent.env: "), "{}", ran.stderr);
}

#[test]
fn init_begins_a_project_and_overwrites_nothing() {
    let sandbox =
        Sandbox::new().file(".env", "DB_PASSWORD=hunter2\nodd key=1\n".replace("odd key", "ODD.KEY"));
    let dry = sandbox.run(&["init", "--dry-run"]);
    assert_eq!(dry.code, 0);
    assert!(!sandbox.path("reticent.toml").exists() && !sandbox.path(".gitignore").exists());
    let first = sandbox.run(&["init"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    for file in ["reticent.toml", ".env.example", ".gitignore"] {
        assert!(!sandbox.read(file).contains("hunter2"), "{file}");
    }
    assert_eq!(sandbox.read(".gitignore"), ".env\n.env.*\n!.env.example\n.reticent/\n");
    assert!(sandbox.read(".env.example").ends_with("DB_PASSWORD=\nODD.KEY=\n"));
    let show = ["run", "--no-redact", "--", "sh", "-c", "printf %s \"$DB_PASSWORD\""];
    sandbox.run(&show).is(0, "hunter2", "");
    sandbox.write("reticent.toml", "[secrets]\n");
    let second = sandbox.run(&["init"]);
    assert_eq!(second.code, 0);
    assert!(
        second.stderr.contains("kept reticent.toml") && second.stderr.contains("kept .gitignore"),
        "{}",
        second.stderr
    );
    assert_eq!(sandbox.read("reticent.toml"), "[secrets]\n");
}

#[test]
fn init_that_finds_no_room_leaves_no_half_file() {
    let sandbox = Sandbox::new();
    let mut limited = std::process::Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" init";
    limited.args(["-c", script, env!("CARGO_BIN_EXE_reticent")]).current_dir(sandbox.path("")).env_clear();
    let output = limited.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let left: Vec<_> = std::fs::read_dir(sandbox.path("")).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_hostile_file_name_does_not_reach_the_terminal() {
    let sandbox = Sandbox::new().file("a\u{1b}[31m.env", "A=1\nA=2\n");
    sandbox.run(&["env", "parse", "a\u{1b}[31m.env"]).is(
        0,
        "A\nA\n",
        "warning: a\\u{1b}[31m.env:2: A is set again; line 1 is not used\n",
    );
}

#[test]
fn init_reads_any_gitignore_and_a_dry_run_stumbles_over_a_folder_that_is_closed() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new().file(".gitignore", b"h\xe9\n.env\n");
    assert_eq!(sandbox.run(&["init"]).code, 0);
    let bytes = std::fs::read(sandbox.path(".gitignore")).expect("there");
    assert_eq!(bytes, b"h\xe9\n.env\n.env.*\n!.env.example\n.reticent/\n");
    let closed = Sandbox::new().file("in/keep", "");
    std::fs::set_permissions(closed.path("in"), std::fs::Permissions::from_mode(0o500)).expect("a mode");
    // Whoever may write anywhere is told that the write would succeed, as it would.
    let want = if std::fs::write(closed.path("in/probe"), "").is_ok() { 0 } else { 4 };
    for arguments in [&["init", "--dry-run"][..], &["generate", "hex", "--into", "A", "--dry-run"]] {
        let output = closed.command(arguments).current_dir(closed.path("in")).output().expect("runs");
        assert_eq!(output.status.code(), Some(want), "{arguments:?}");
    }
}
