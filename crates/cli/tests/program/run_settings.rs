//! `run` and what `[settings]` declares: nothing starts that `check` finds wrong, and the child sees what was checked.

use crate::support::{Ran, Sandbox};

const DECLARED: &str = "\
[secrets]
\"db/password\" = { optional = true }
TOKEN = {}

[settings.PORT]
type = \"port\"
default = 8080

[settings.MODE]
type = \"choice\"
words = [\"fast\", \"safe\"]
alias = \"service-mode\"
default = \"safe\"
";

const SHOW: &str = "printf '%s|%s' \"$PORT\" \"$MODE\"";

fn project() -> Sandbox {
    Sandbox::new().file("reticent.toml", DECLARED).with("TOKEN", "q8Zt0vLw2nXc5Rb7kM4p")
}

fn show(sandbox: &Sandbox, options: &[&str]) -> Ran {
    let arguments = [&["run"], options, &["--", "sh", "-c", SHOW]].concat();
    sandbox.run(&arguments)
}

#[test]
fn what_is_missing_and_what_is_invalid_are_in_one_report() {
    let sandbox =
        Sandbox::new().file("reticent.toml", DECLARED).with("PORT", "hidden").with("MODE", "hidden");
    let ran = show(&sandbox, &[]);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    let told: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(told.len(), 6, "{}", ran.stderr);
    assert_eq!(told[0], "error: PORT: expected a whole number 0–65535 (from env PORT; value withheld)");
    assert_eq!(told[1], "hint: set PORT to a whole number 0–65535");
    assert_eq!(told[2], "error: MODE: expected one of fast, safe (from env MODE; value withheld)");
    assert!(told[4].starts_with("error: TOKEN: not found; looked in env TOKEN, "), "{}", ran.stderr);
    assert!(told[5].ends_with("reticent set TOKEN"), "{}", ran.stderr);
}

#[test]
fn no_check_starts_it_and_a_missing_secret_still_stops_it() {
    let wrong = project().with("PORT", "wrong");
    assert_eq!(show(&wrong, &[]).code, 1);
    show(&wrong, &["--no-check"]).is(0, "wrong|safe", "");
    let missing = Sandbox::new().file("reticent.toml", DECLARED);
    let ran = show(&missing, &["--no-check"]);
    assert_eq!((ran.code, ran.stdout.len()), (1, 0));
    assert!(ran.stderr.starts_with("error: TOKEN: not found. Looked in "), "{}", ran.stderr);
}

#[test]
fn the_child_sees_what_was_checked() {
    show(&project(), &[]).is(0, "8080|safe", "");
    show(&project().with("PORT", "9000"), &[]).is(0, "9000|safe", "");
    show(&project().with("PORT", "9000"), &["--pristine"]).is(0, "9000|safe", "");
    // Under another name, in another case, behind a reference, in a file, and in the `.env` of one environment.
    show(&project().with("service-mode", "fast"), &[]).is(0, "8080|fast", "");
    show(&project().with("mode", "fast"), &[]).is(0, "8080|fast", "");
    let reference = project().file("port", "7000\n").with("PORT", "file://port");
    show(&reference, &[]).is(0, "7000|safe", "");
    let file = project().file("port", "7000\n");
    let path = file.path("port").to_string_lossy().into_owned();
    let file = file.with("PORT_FILE", path);
    file.run(&["run", "--", "sh", "-c", "printf %s \"$PORT${PORT_FILE-gone}\""]).is(0, "7000gone", "");
    let own = project().file(".env", "PORT=1\nMODE=fast\n").file(".env.production", "PORT=2\n");
    show(&own, &[]).is(0, "1|fast", "");
    show(&own, &["-e", "production"]).is(0, "2|fast", "");
}

#[test]
fn where_each_setting_is_from_is_said_when_asked() {
    let ran = show(&project().with("service-mode", "fast"), &["-v"]);
    assert_eq!(ran.stderr, "TOKEN: from env\nPORT: from default\nMODE: from env service-mode\n");
}

#[test]
fn only_hands_over_no_settings_and_checks_none() {
    let sandbox = project().with("PORT", "wrong");
    sandbox
        .run(&["run", "--only", "TOKEN", "--", "sh", "-c", "echo \"${MODE-absent}\""])
        .is(0, "absent\n", "");
}

#[test]
fn a_secret_is_handed_over_under_its_variable_alone() {
    let sandbox = project().with("DB_PASSWORD", "Rb7q8kM4pZt0vLw2nXc5");
    let names = sandbox.run(&["run", "--pristine", "--", "env"]).stdout_text();
    assert!(names.contains("DB_PASSWORD=") && !names.contains("db/password"), "{names}");
}

#[test]
fn a_setting_with_a_nul_byte_is_refused_by_name() {
    let config = "[settings.NOTE]\ntype = \"text\"\n";
    let sandbox = Sandbox::new().file("reticent.toml", config).file("note", b"hun\0ter2");
    let sandbox = sandbox.with("NOTE", "file://note");
    sandbox.run(&["run", "--", "true"]).is(
        1,
        "",
        "error: NOTE: a value with a NUL byte cannot be a variable\n\
         hint: hand it over as a file, and name the file in a variable\n",
    );
}

#[test]
fn an_open_file_is_warned_about_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = project().file(".env", "MODE=fast\n");
    std::fs::set_permissions(sandbox.path(".env"), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let ran = show(&sandbox, &[]);
    assert_eq!((ran.code, ran.stdout_text().as_str()), (0, "8080|fast"));
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("warning: "), "{}", ran.stderr);
}
