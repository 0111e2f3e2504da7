//! `import` of files that somebody else wrote, and the checks before a write.

use crate::support::Sandbox;

#[test]
fn a_name_that_climbs_out_of_the_destination_is_refused_and_nothing_is_written() {
    for name in ["../escaped", "/tmp/escaped", "..", ".", "", "a/b", "a b", "a=b", "a\\nb", "a%2fb"] {
        let sandbox = Sandbox::new()
            .file("in.json", format!(r#"{{"fine": "x", "{name}": "hunter2"}}"#))
            .file("out/keep", "");
        for dry in [&["--dry-run"][..], &[]] {
            let ran = sandbox.run(&[&["import", "in.json", "--to", "file://out/{name}"], dry].concat());
            let start = format!("error: \"{name}\" cannot be the name of a secret\n");
            assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{name}");
            assert!(ran.stderr.starts_with(&start), "{}", ran.stderr);
        }
        assert!(!sandbox.path("escaped").exists() && !sandbox.path("out/fine").exists(), "{name}");
    }
}

#[test]
fn a_name_that_stands_twice_in_json_is_refused() {
    Sandbox::new()
        .file("in.json", r#"{"A": "hunter1", "B": "x", "A": "hunter2"}"#)
        .run(&["import", "in.json"])
        .is(1, "", "error: dotenv://.env#A stands more than once in the file\nhint: leave one of them\n");
}

#[test]
fn one_value_that_cannot_be_written_keeps_all_from_being_written() {
    let sandbox = Sandbox::new().file("in.json", r#"{"A": "fine", "B": "hun\u0000ter2"}"#);
    for dry in [&["--dry-run"][..], &[]] {
        sandbox.run(&[&["import", "in.json"], dry].concat()).is(
            2,
            "",
            "error: dotenv://.env#B: not supported by dotenv: a value with NUL cannot be written to a .env file\n",
        );
    }
    assert!(!sandbox.path(".env").exists());
}

#[test]
fn an_overridden_line_is_warned_of_and_an_empty_file_is_said() {
    let sandbox = Sandbox::new().file("in.env", "A=1\nA=2\n").file("empty.json", "{}");
    sandbox.run(&["import", "in.env"]).is(
        0,
        "",
        "warning: [DIR]/in.env:2: A is set again; line 1 is not used\nnew       dotenv://.env#A\nwrote dotenv://.env#A\n",
    );
    sandbox.run(&["import", "empty.json"]).is(0, "", "the file holds no secret, so nothing was written\n");
}

#[test]
fn a_dry_run_stumbles_over_what_the_write_would() {
    let sandbox = Sandbox::new().file("v", "x");
    for command in
        [&["set", "file://absent/x", "--from-file", "v"][..], &["copy", "file://v", "file://absent/x"]]
    {
        for dry in [&["--dry-run"][..], &[]] {
            sandbox.run(&[command, dry].concat()).is(
                1,
                "",
                "error: file://absent/x: not found in file: there is no folder [DIR]/absent\nhint: make the folder first\n",
            );
        }
    }
}

#[test]
fn an_empty_value_is_warned_of_and_no_value_is_none() {
    let sandbox = Sandbox::new().file(".env", "A=kept\n");
    // Standard input is /dev/null here, as in a service or a script with a closed input.
    sandbox.run(&["set", "A"]).is(
        2,
        "",
        "error: no value came from standard input, so nothing was written\n\
         hint: printf '' | reticent set NAME writes an empty value\n",
    );
    assert_eq!(sandbox.read(".env"), "A=kept\n");
    sandbox.run_with_stdin(&["set", "A"], "").is(
        0,
        "",
        "warning: the value is empty\nwrote dotenv://.env#A\n",
    );
    assert_eq!(sandbox.read(".env"), "A=\n");
}
