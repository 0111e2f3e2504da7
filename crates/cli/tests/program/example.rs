//! `example`: the `.env.example` that is declared, written whole, and how a committed one has drifted.

use crate::support::Sandbox;

const DECLARED: &str = "\
[secrets]
GATEWAY_KEY = { about = \"Key of the API gateway\" }

[settings.PORT]
type = \"port\"
default = 8080
about = \"Where the service listens\"

[settings.SESSION_SECRET]
type = \"secret\"
default = \"hidden-default-of-development\"
strength = \"token\"
";

const EXAMPLE: &str = "\
# Made from the settings of this program; do not edit.
# Copy it to .env and fill it in there; .env is never committed.

# Where the service listens
# a whole number 0–65535; optional
PORT=8080

# a secret; optional; random, at least 128 bits
# SESSION_SECRET=

# Key of the API gateway
# a secret; required
GATEWAY_KEY=
";

#[test]
fn it_has_names_comments_and_defaults_and_no_secret() {
    let sandbox = Sandbox::new().file("reticent.toml", DECLARED).file(".env", "GATEWAY_KEY=hidden-key\n");
    sandbox.run(&["example"]).is(0, EXAMPLE, "");
    sandbox.run(&["example", "-e", "production"]).is(0, EXAMPLE, "");
}

#[test]
fn a_file_is_written_whole_for_everybody_or_not_at_all() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new().file("reticent.toml", DECLARED);
    sandbox.run(&["example", "--out", ".env.example"]).is(0, "", "wrote .env.example\n");
    assert_eq!(sandbox.read(".env.example"), EXAMPLE);
    let mode = std::fs::metadata(sandbox.path(".env.example")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    sandbox.run(&["example", "--check"]).is(0, "", "");
    let nowhere = sandbox.run(&["example", "--out", "no/folder"]);
    assert_eq!((nowhere.code, nowhere.stdout.len()), (1, 0), "{}", nowhere.stderr);
    // A mistake in what is declared leaves the file as it is.
    sandbox.write("reticent.toml", "[settings.PORT]\ntype = \"prot\"\n");
    assert_eq!(sandbox.run(&["example", "--out", ".env.example"]).code, 2);
    assert_eq!(sandbox.read(".env.example"), EXAMPLE);
}

#[test]
fn each_way_to_drift_is_told_by_name_and_without_a_value() {
    for (from, to, drift) in [
        ("PORT=8080\n", "", "PORT is missing"),
        ("PORT=8080\n", "PORT=8080\nOLD=hidden\n", "line 7: OLD is no setting"),
        ("PORT=8080\n", "PORT=9090\n", "line 6: the default of PORT differs"),
        ("service listens", "server listens", "line 6: the comment of PORT differs"),
        (
            "GATEWAY_KEY=\n",
            "GATEWAY_KEY=hidden-Zt0vLw2nXc5R\n",
            "line 13: GATEWAY_KEY has a value that may be a real one",
        ),
        ("do not edit", "edit", "line 1: differs from what the settings say"),
    ] {
        let sandbox = Sandbox::new().file("reticent.toml", DECLARED);
        sandbox.write(".env.example", EXAMPLE.replace(from, to));
        sandbox.run(&["example", "--check"]).is(
            1,
            &format!(".env.example: {drift}\n"),
            "hint: reticent example --out .env.example\n",
        );
    }
}

#[test]
fn the_committed_file_stands_beside_the_configuration() {
    let sandbox = Sandbox::new().file("reticent.toml", DECLARED).file("src/main.py", "");
    let below = |arguments: &[&str]| {
        let output = sandbox.command(arguments).current_dir(sandbox.path("src")).output().expect("it runs");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let (code, told) = below(&["example", "--check"]);
    assert_eq!(code, Some(1));
    assert!(told.ends_with("/.env.example: there is no such file\n"), "{told}");
    sandbox.write(".env.example", EXAMPLE);
    assert_eq!(below(&["example", "--check"]), (Some(0), String::new()));
}

#[test]
fn to_compare_and_to_write_are_not_asked_for_together() {
    let ran = Sandbox::new().run(&["example", "--check", "--out", "x"]);
    assert_eq!((ran.code, ran.stdout.len()), (2, 0));
    assert!(ran.stderr.starts_with("error: not together: "), "{}", ran.stderr);
}

#[test]
fn the_worked_example_for_other_languages_is_current() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/settings");
    let ran = Sandbox::new().command(&["example", "--check"]).current_dir(folder).output().expect("runs");
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(0), &b""[..]));
}
