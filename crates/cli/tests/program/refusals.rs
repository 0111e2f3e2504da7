//! Mistakes of every kind: each names the option, the place or the key and the remedy, and repeats no value.

use crate::support::Sandbox;

#[test]
fn a_wrong_argument_is_not_repeated() {
    const USAGE_GET: &str = "write reticent get [OPTIONS] <NAME-or-REF>";
    for (arguments, problem, hint) in [
        (&["hunter2"][..], "no such command", "see `reticent --help`"),
        (&["runn"], "no such command", "did you mean `reticent run`?"),
        (
            &["get", "--peek", "hunter2", "A"],
            "--peek: it does not take this value (not shown)",
            "write a whole number",
        ),
        (
            &["-f", "hunter2", "list"],
            "--format: it does not take this value (not shown)",
            "it takes one of human, json",
        ),
        (
            &["--color=hunter2", "list"],
            "--color: it does not take this value (not shown)",
            "it takes one of auto, always, never",
        ),
        (
            &["generate", "hunter2"],
            "<KIND>: it does not take this value (not shown)",
            "it takes one of token, hex, password, fernet-key, aes256-key, session-secret",
        ),
        (&["get", "--revael", "A"], "no such option: --revael", "did you mean --reveal?"),
        (&["get", "-p", "A"], "no such option: -p", USAGE_GET),
        (
            &["run", "hunter2"],
            "one argument too many (not shown, since it may be a value)",
            "put -- before the program: reticent run -- CMD",
        ),
        (&["get"], "missing: <NAME-or-REF>", "write reticent get <NAME-or-REF>"),
        (&["run"], "missing: <CMD>...", "write reticent run -- <CMD>..."),
        (
            &["get", "--reveal", "--peek", "2", "A"],
            "not together: --reveal, --peek <N>",
            "write reticent get --reveal <NAME-or-REF>",
        ),
        (
            &["run", "--watch", "hunter2", "--", "true"],
            "--watch: it does not take this value (not shown)",
            "write restart, or signal=HUP (INT, TERM, USR1, USR2, WINCH)",
        ),
        (
            &["run", "--only", "hunter2!", "--", "true"],
            "--only: not a name: column 8: a name is 1 to 255 letters, digits, _ - . and /, begins with a letter, \
             digit or _, and has no empty, . or .. part",
            "write --only DB_USER,DB_PASSWORD",
        ),
        (&["man", "hunter2"], "no such command", "see `reticent --help`"),
    ] {
        Sandbox::new().run(arguments).is(2, "", &format!("error: {problem}\nhint: {hint}\n"));
    }
}

#[test]
fn a_wrong_variable_is_named_and_not_repeated() {
    for (option, arguments, hint) in [
        ("format", &["list"][..], "it takes one of human, json"),
        ("color", &["list"], "it takes one of auto, always, never"),
        ("json", &["list"], "write 1, true, yes or on; or 0, false, no or off"),
        ("dry-run", &["set", "A"], "write 1, true, yes or on; or 0, false, no or off"),
        ("bytes", &["generate", "hex"], "write a whole number"),
        ("watch", &["run", "--", "true"], "write restart, or signal=HUP (INT, TERM, USR1, USR2, WINCH)"),
    ] {
        let variable = format!("RETICENT_{}", option.to_uppercase().replace('-', "_"));
        for value in [&b"hunter2"[..], b"hunter\xff"] {
            let ran = Sandbox::new().with(&variable, value).run(arguments);
            assert_eq!((ran.code, ran.stdout.len()), (2, 0), "{variable}");
            assert!(!ran.stderr.contains("hunter"), "{}", ran.stderr);
        }
        Sandbox::new().with(&variable, "hunter2").run(arguments).is(
            2,
            "",
            &format!(
                "error: --{option} (from {variable}): it does not take this value (not shown)\nhint: {hint}\n"
            ),
        );
    }
}

#[test]
fn variables_are_read_as_scripts_write_them() {
    let with = |name: &str, value: &str| Sandbox::new().file(".env", "A=x\n").with(name, value);
    for value in ["1", "true", "YES", "on"] {
        with("RETICENT_DRY_RUN", value).run(&["delete", "A"]).is(0, "", "would delete dotenv://.env#A\n");
    }
    for value in ["0", "false", "No", "off", ""] {
        with("RETICENT_DRY_RUN", value).run(&["delete", "A"]).is(0, "", "deleted dotenv://.env#A\n");
    }
    for name in
        ["RETICENT_CONFIG", "RETICENT_ENVIRONMENT", "RETICENT_FORMAT", "RETICENT_ONLY", "RETICENT_WATCH"]
    {
        with(name, "").run(&["run", "--no-redact", "--", "true"]).is(0, "", "");
    }
    // What is typed wins.
    with("RETICENT_JSON", "1").run(&["-f", "human", "get", "A"]).is(0, "x", "");
    with("RETICENT_QUIET", "1").run(&["-v", "run", "--no-redact", "--", "true"]).is(
        0,
        "",
        "A: from dotenv\n",
    );
    with("RETICENT_VERBOSE", "1").run(&["-q", "run", "--", "true"]).is(0, "", "");
}

#[test]
fn colour_is_for_those_who_ask() {
    let plain = "error: no such command\nhint: see `reticent --help`\n";
    let coloured =
        "\u{1b}[1;31merror:\u{1b}[0m no such command\n\u{1b}[1mhint:\u{1b}[0m see `reticent --help`\n";
    Sandbox::new().run(&["nonsense"]).is(2, "", plain);
    Sandbox::new().run(&["--color", "always", "nonsense"]).is(2, "", coloured);
    Sandbox::new().with("CLICOLOR_FORCE", "1").run(&["nonsense"]).is(2, "", coloured);
    Sandbox::new().with("CLICOLOR_FORCE", "1").with("NO_COLOR", "1").run(&["nonsense"]).is(2, "", plain);
    let never = Sandbox::new().with("CLICOLOR_FORCE", "1").with("RETICENT_COLOR", "never");
    never.run(&["nonsense"]).is(2, "", plain);
    assert!(!never.run(&["--help"]).stdout.contains(&0x1b));
    assert!(Sandbox::new().run(&["--help", "--color=always"]).stdout.contains(&0x1b));
}

#[test]
fn help_fits_a_terminal_of_80_columns() {
    for command in ["", "run", "get", "set", "where", "import", "generate", "list", "init", "copy", "delete"]
    {
        let words: Vec<&str> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let help = Sandbox::new().run(&words).stdout_text();
        let longest = help.lines().max_by_key(|line| line.chars().count()).unwrap_or_default();
        assert!(longest.chars().count() <= 80, "{command}: {longest}");
    }
    for command in
        [&["run"][..], &["get"], &["set"], &["where"], &["import"], &["generate"], &["env", "lint"]]
    {
        let help = Sandbox::new().run(&[command, &["--help"]].concat()).stdout_text();
        assert!(help.contains("\nExamples:\n  reticent "), "{command:?}");
    }
}

#[test]
fn a_disk_that_is_full_is_said_whatever_is_printed() {
    for arguments in [&["--help"][..], &["--version"], &["man"], &["generate", "token"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let output = Sandbox::new().command(arguments).stdout(full).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        let talk = String::from_utf8(output.stderr).expect("text");
        assert!(talk.starts_with("error: cannot write to stdout: "), "{talk}");
    }
}

#[test]
fn a_configuration_that_is_no_file_is_not_passed_over() {
    let folder = Sandbox::new().file("reticent.toml/keep", "");
    folder.run(&["list"]).is(2, "", "error: [DIR]/reticent.toml: the configuration is not a regular file\n");
    let dangling = Sandbox::new();
    std::os::unix::fs::symlink("nowhere", dangling.path("reticent.toml")).expect("a link");
    let ran = dangling.run(&["list"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("error: [DIR]/reticent.toml: the configuration cannot be looked for: "));
    // A device without an end.
    Sandbox::new().run(&["--config", "/dev/zero", "list"]).is(
        2,
        "",
        "error: /dev/zero: the configuration is larger than 1 MiB\n",
    );
}

#[test]
fn hostile_text_in_the_configuration_stays_one_harmless_line() {
    for (text, message) in [
        (&b"[secrets]\nA = \"hunter\xff2\"\n"[..], "error: [DIR]/reticent.toml:2:12: not UTF-8 text\n"),
        (
            b"[environments.\"a\\u001b[31m\\nb\"]\n",
            "error: [DIR]/reticent.toml: no environment \"x\"\nhint: declared: a\\u{1b}[31m\\nb\n",
        ),
        (
            b"[sources]\norder = []\n",
            "error: [DIR]/reticent.toml:2:9: sources.order: no place at all, so no secret would be found\n\
             hint: leave the key out for the usual order\n",
        ),
    ] {
        Sandbox::new().file("reticent.toml", text).run(&["-e", "x", "list"]).is(2, "", message);
    }
}

#[test]
fn references_that_lead_in_a_circle_are_said_by_where() {
    let sandbox = Sandbox::new().with("A", "env://B").with("B", "env://A");
    let ran = sandbox.run(&["where", "A"]);
    assert_eq!((ran.code, ran.stdout_text().lines().next()), (2, Some("A")));
    assert!(ran.stderr.contains("more than four references lead from one to the next"), "{}", ran.stderr);
    let json: serde_json::Value =
        serde_json::from_slice(&sandbox.run(&["where", "--json", "A"]).stdout).expect("JSON");
    assert!(json["message"].as_str().is_some_and(|message| message.contains("more than four references")));
}

#[test]
fn list_says_why_it_is_empty() {
    Sandbox::new().run(&["list"]).is(
        0,
        "",
        "no secrets are declared here, and there is no .env; `reticent init` begins\n",
    );
    Sandbox::new().file("reticent.toml", "").run(&["list"]).is(
        0,
        "",
        "reticent.toml declares no secrets, and .env has none; `reticent set NAME` keeps one in .env\n",
    );
    Sandbox::new().file(".env", "A=1\n").run(&["list", "Z"]).is(0, "", "no secret begins with that\n");
}
