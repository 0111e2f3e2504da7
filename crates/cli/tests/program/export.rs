//! `export`: each format is read by the program that it is for, and every value arrives byte for byte.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::foreign::{Read, by_docker, with_eval, with_python, with_shell};
use crate::screen::on_a_screen;
use crate::support::Sandbox;

/// Values that other tools change, on one line.
const LINES: [&str; 44] = [
    "123456",
    "007",
    "0123456",
    "0o17",
    "0x1F",
    "1_000",
    "true",
    "on",
    "No",
    "y",
    "null",
    "~",
    "3.14",
    "1e3",
    ".inf",
    "12:30:45",
    "2024-01-01",
    "[a,b]",
    "{k=v}",
    "{\"k\": \"v\"}",
    "\"dq\"",
    "'sq'",
    "it's",
    "''",
    "  padded  ",
    "\ttab\t",
    "$2a$10$TwoviNHS27abcdefghijk",
    "${HOME} $(id) `id` $$",
    "p#w",
    "p #w",
    "#p",
    "a: b",
    "- a",
    "a=b=c==",
    "%25 %0A 100%",
    "!important *x &y |z >w @v ?u",
    "C:\\new\\table\\",
    "\\n\\'\\\"",
    "\u{feff}mark",
    "n\u{85}l\u{2028}l\u{2029}p\u{a0}s",
    "h\u{e9}llo \u{1f600} \u{202e}",
    "\u{1b}[31m\u{7f}\u{1}",
    "",
    "<<EOF",
];

/// Values of several lines.
const TEXTS: [&str; 7] = [
    "-----BEGIN X-----\nabc\n-----END X-----\n",
    "\n",
    "\n\nA=1\nA<<B\n",
    "carriage\rreturn",
    "crlf\r\nlines\r\n",
    "ends with\r",
    "  indented:\n\t- x\n\n",
];

/// Secrets `V00`, `V01`, … of these values, in a source that takes nothing off them.
fn planted<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> (Sandbox, Read) {
    let sandbox = Sandbox::new();
    let mut read = Read::new();
    let mut configuration = "[secrets]\n".to_owned();
    for (index, value) in values.into_iter().enumerate() {
        let name = format!("V{index:02}");
        configuration.push_str(&format!("{name} = \"systemd://{name}\"\n"));
        sandbox.write(&format!("credentials/{name}"), value);
        read.insert(name, value.to_vec());
    }
    let folder = sandbox.path("credentials").to_string_lossy().into_owned();
    (sandbox.file("reticent.toml", configuration).with("CREDENTIALS_DIRECTORY", folder), read)
}

fn texts<'a>() -> impl Iterator<Item = &'a [u8]> {
    LINES.into_iter().chain(TEXTS).map(str::as_bytes)
}

#[track_caller]
fn exported(sandbox: &Sandbox, format: &str) -> Vec<u8> {
    let ran = sandbox.run(&["export", "--format", format]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{format}");
    ran.stdout
}

#[test]
fn python_reads_every_value_of_json() {
    let (sandbox, want) = planted(texts().chain([&b"nul\0"[..]]));
    let read = "import json\nfor pair in json.loads(data).items(): show(*pair)";
    assert_eq!(with_python(read, &exported(&sandbox, "json")), want);
}

#[test]
fn yaml_parsers_of_both_versions_read_every_value() {
    let (sandbox, want) = planted(texts().chain([&b"nul\0"[..]]));
    let yaml = exported(&sandbox, "yaml");
    for load in [
        "import yaml\nread = yaml.safe_load(data)",
        "import yaml\nread = yaml.load(data, yaml.CSafeLoader)",
        "import ruamel.yaml\nread = ruamel.yaml.YAML(typ='safe', pure=True).load(data.decode())",
    ] {
        let read = with_python(&format!("{load}\nfor pair in read.items(): show(*pair)"), &yaml);
        assert_eq!(read, want, "{load}");
    }
}

#[test]
fn names_that_are_truths_to_yaml_stay_names() {
    let sandbox = Sandbox::new().file(".env", "ON=1\nNO=2\nnull=3\n1e3=4\n");
    let read = "import yaml\nfor name, value in yaml.safe_load(data)['data'].items(): show(name, value)";
    let names: Vec<String> = with_python(read, &exported(&sandbox, "k8s")).into_keys().collect();
    assert_eq!(names, ["1e3", "NO", "ON", "null"]);
}

#[test]
fn shells_read_every_value() {
    let every_byte: Vec<u8> = (1..=255).collect();
    let (sandbox, want) = planted(texts().chain([&every_byte[..]]));
    sandbox.write("out.sh", exported(&sandbox, "shell"));
    let names: Vec<String> = want.keys().cloned().collect();
    for shell in ["sh", "dash", "bash"] {
        assert_eq!(with_shell(shell, &sandbox.path("out.sh"), &names), want, "{shell}");
        assert_eq!(with_eval(shell, &sandbox.path("out.sh"), &names), want, "{shell}, evaluated");
    }
}

#[test]
fn docker_reads_every_value_of_one_line() {
    let (sandbox, want) = planted(LINES.map(str::as_bytes));
    assert_eq!(by_docker(&exported(&sandbox, "docker")), want);
}

#[test]
fn kubernetes_reads_every_value() {
    let every_byte: Vec<u8> = (0..=255).collect();
    let (sandbox, want) = planted(texts().chain([&every_byte[..]]));
    let read = "import base64, yaml\nsecret = yaml.safe_load(data)\n\
        data = secret.pop('data')\n\
        assert secret == {'apiVersion': 'v1', 'kind': 'Secret', 'type': 'Opaque', 'metadata': {'name': 'reticent'}}\n\
        for name, value in data.items(): show(name, base64.b64decode(value, validate=True))";
    assert_eq!(with_python(read, &exported(&sandbox, "k8s")), want);
}

#[test]
fn a_manifest_has_the_name_that_was_asked_for() {
    let sandbox = Sandbox::new().file(".env", "A=x\n");
    sandbox.run(&["export", "-f", "k8s", "--name", "0.my-app"]).is(
        0,
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"0.my-app\"\ntype: Opaque\ndata:\n  \"A\": \"eA==\"\n",
        "",
    );
    assert_eq!(sandbox.run(&["export", "-f", "k8s", "--name", "My_App"]).code, 2);
    sandbox.run(&["export", "-f", "json", "--name", "app"]).is(
        2,
        "",
        "error: --name is the name of a Kubernetes Secret\nhint: it goes with --format k8s alone\n",
    );
}

#[test]
fn a_dotenv_file_reads_every_value() {
    let (sandbox, want) = planted(texts());
    let reader = Sandbox::new().file(".env", exported(&sandbox, "dotenv"));
    for (name, value) in want {
        let reference = format!("dotenv://.env#{name}");
        assert_eq!(reader.run(&["get", &reference]).stdout, value, "{name}");
    }
}

#[test]
fn without_secrets_every_format_is_still_itself() {
    let sandbox = Sandbox::new();
    for (format, want) in [
        ("dotenv", ""),
        ("json", "{}\n"),
        ("yaml", "{}\n"),
        ("shell", ""),
        ("docker", ""),
        ("k8s", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"reticent\"\ntype: Opaque\ndata: {}\n"),
        ("gha", ""),
    ] {
        sandbox.run(&["export", "--format", format]).is(0, want, "warning: there are no secrets here\n");
    }
}

#[test]
fn the_secrets_are_those_of_run_under_their_variables() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\n\"db/password\" = \"file://db\"\nGONE = { optional = true }\n")
        .file("db", "declared\n")
        .file(".env", "A=from-file\nB=b\nDB_PASSWORD=shadowed\n")
        .with("A", "from-environment");
    let all = "{\"DB_PASSWORD\":\"declared\",\"A\":\"from-environment\",\"B\":\"b\"}\n";
    sandbox.run(&["export", "--json"]).is(0, all, "");
    sandbox.run(&["export", "--json", "--only", "B,db/password"]).is(
        0,
        "{\"B\":\"b\",\"DB_PASSWORD\":\"declared\"}\n",
        "",
    );
    let ran = sandbox.run(&["export", "--json", "-v", "--only", "B"]);
    ran.is(0, "{\"B\":\"b\"}\n", "B: from dotenv\n");
}

#[test]
fn the_format_may_stand_anywhere_and_only_export_takes_it() {
    let sandbox = Sandbox::new().file(".env", "A=x\n");
    for arguments in
        [&["export", "-f", "shell"][..], &["-f", "shell", "export"], &["export", "--format=shell"]]
    {
        sandbox.run(arguments).is(0, "export A='x'\n", "");
    }
    let with_variable = Sandbox::new().file(".env", "A=x\n").with("RETICENT_FORMAT", "docker");
    with_variable.run(&["export"]).is(0, "A=x\n", "");
    with_variable.run(&["export", "--json"]).is(0, "{\"A\":\"x\"}\n", "");
    let refused = sandbox.run(&["list", "-f", "shell"]);
    assert_eq!((refused.code, refused.stdout.len()), (2, 0));
    assert!(refused.stderr.ends_with("hint: it takes one of human, json\n"), "{}", refused.stderr);
    let none = "error: export has no form for people; name the one to write\n\
                hint: write --format with one of dotenv, json, yaml, shell, docker, k8s, gha\n";
    sandbox.run(&["export"]).is(2, "", none);
    sandbox.run(&["-f", "human", "export"]).is(2, "", none);
    sandbox.run(&["export", "--json", "-f", "yaml"]).is(
        2,
        "",
        "error: not together: --json, --format with another form\n",
    );
}

#[test]
fn all_that_is_missing_or_unfit_is_in_one_report_and_nothing_is_written() {
    let sandbox = Sandbox::new()
        .file(
            "reticent.toml",
            "[secrets]\nGOOD = \"file://good\"\nGONE = \"file://gone\"\nRAW = \"file://raw\"\nPEM = \"file://pem\"\n",
        )
        .file("good", "hunter2")
        .file("raw", b"hunter2\xff")
        .file("pem", "hunter2\nhunter2\n")
        .file("out", "old");
    let ran = sandbox.run(&["export", "--format", "docker", "--out", "out"]);
    assert_eq!((ran.code, ran.stdout.len(), sandbox.read("out").as_str()), (1, 0, "old"));
    let problems: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(problems.len(), 3, "{}", ran.stderr);
    assert!(problems[0].contains("GONE") && problems[0].contains("file://gone"), "{}", problems[0]);
    assert_eq!(
        problems[1..],
        [
            "error: RAW: the value is not UTF-8 text, which this format cannot hold",
            "error: PEM: the value has a line break, which an --env-file cannot hold",
        ]
    );
    for format in ["dotenv", "json", "yaml", "shell", "docker", "k8s", "gha"] {
        let ran = sandbox.run(&["export", "--format", format]);
        assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{format}");
        assert!(!ran.stderr.contains("hunter2"), "{format}: {}", ran.stderr);
    }
}

#[test]
fn what_a_format_cannot_hold_is_refused_with_a_remedy() {
    let long = "x".repeat(65_534);
    let rename = "rename it, or name the others with --only";
    let file = "hand it over as a file, and name the file in a variable";
    let encode = "--format k8s holds any bytes; else keep it encoded, as base64";
    let nul = "a value with a NUL byte cannot be a variable";
    let not_text = "the value is not UTF-8 text, which this format cannot hold";
    let break_hint = "mount it as a file, or hand it over with: reticent run -- docker run --env NAME …";
    let line_break = "the value has a line break, which an --env-file cannot hold";
    let shells =
        "no name of a shell variable, which has ASCII letters, digits and _ and begins with no digit";
    for (format, name, value, problem, hint) in [
        ("dotenv", "A", &b"a\0"[..], nul, file),
        ("dotenv", "A", b"\xff", not_text, encode),
        ("json", "A", b"\xff", not_text, encode),
        ("yaml", "A", b"\xff", not_text, encode),
        ("shell", "A", b"a\0", nul, file),
        ("shell", "a.b", b"x", shells, rename),
        ("shell", "1A", b"x", shells, rename),
        ("shell", "h\u{e9}", b"x", shells, rename),
        ("shell", "RANDOM", b"x", "a variable that shells keep for themselves", rename),
        ("docker", "A", b"a\nb", line_break, break_hint),
        ("docker", "A", b"a\r", line_break, break_hint),
        ("docker", "A", b"a\0", nul, file),
        (
            "docker",
            "A",
            long.as_bytes(),
            "name and value have more than 65535 bytes, the longest line that docker reads",
            "mount it as a file, and name the file in a variable",
        ),
        ("k8s", "h\u{e9}", b"x", "no key of a Secret, which has ASCII letters, digits, - . and _", rename),
        ("k8s", "..a", b"x", "no key of a Secret, which has ASCII letters, digits, - . and _", rename),
        ("gha", "A", b"a\0", nul, file),
        (
            "gha",
            "node_options",
            b"x",
            "a variable that runners refuse, since it changes what actions run",
            rename,
        ),
        ("gha", "GITHUB_X", b"x", "a variable that runners keep for themselves", rename),
        ("gha", "Runner_X", b"x", "a variable that runners keep for themselves", rename),
    ] {
        // A key of `.env` is a variable as it stands, and what it refers to is read in its place.
        let sandbox = Sandbox::new().file(".env", format!("{name}=systemd://value\n")).file("value", value);
        let folder = sandbox.path("").to_string_lossy().into_owned();
        let sandbox = sandbox.with("CREDENTIALS_DIRECTORY", folder);
        let ran = sandbox.run(&["export", "--format", format]);
        ran.is(1, "", &format!("error: {name}: {problem}\nhint: {hint}\n"));
    }
}

#[test]
fn a_secret_of_kubernetes_holds_no_more_than_its_server_takes() {
    let half = "x".repeat(1 << 19);
    let (sandbox, _) = planted([half.as_bytes(), half.as_bytes()]);
    exported(&sandbox, "k8s");
    let (sandbox, _) = planted([half.as_bytes(), half.as_bytes(), b"x"]);
    sandbox.run(&["export", "-f", "k8s"]).is(
        1,
        "",
        "error: V02: with it the values have more than 1 MiB, the most that one Secret holds\n\
         hint: write several, each with --only and a --name\n",
    );
}

#[test]
fn the_longest_line_of_docker_is_written() {
    let (sandbox, want) = planted(["x".repeat(65_531).as_bytes()]);
    assert_eq!(by_docker(&exported(&sandbox, "docker")), want);
}

#[test]
fn a_file_is_readable_by_its_owner_alone_whatever_was_there() {
    let sandbox = Sandbox::new().file(".env", "A=hunter2\n").file("out", "old");
    let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    std::fs::set_permissions(sandbox.path("out"), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    for name in ["out", "new"] {
        let ran = sandbox.run(&["export", "-f", "dotenv", "--out", name]);
        ran.is(0, "", &format!("wrote 1 secrets to [DIR]/{name}\n"));
        assert_eq!(sandbox.read(name), "A=hunter2\n");
        assert_eq!(mode(&sandbox.path(name)), 0o600, "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(sandbox.path("")).expect("a folder").collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_dry_run_names_what_it_would_write_and_writes_nothing() {
    let sandbox = Sandbox::new().file(".env", "A=hunter2\nB=hunter2\n");
    sandbox.run(&["export", "-f", "shell", "--out", "out", "--dry-run"]).is(
        0,
        "",
        "would write A to [DIR]/out\nwould write B to [DIR]/out\n",
    );
    assert!(!sandbox.path("out").exists());
    sandbox.run(&["export", "-f", "shell", "--dry-run", "--only", "A"]).is(
        0,
        "",
        "would write A to stdout\n",
    );
    let nowhere = sandbox.run(&["export", "-f", "shell", "--out", "no/folder", "--dry-run"]);
    assert_eq!((nowhere.code, nowhere.stdout.len()), (1, 0), "{}", nowhere.stderr);
}

#[test]
fn a_terminal_shows_values_only_when_that_is_asked_for_and_is_not_acted_on() {
    let sandbox = Sandbox::new().file(".env", "A='hunter2\u{1b}'\n");
    let refused = "error: values are not shown on a terminal\n";
    let hint = "hint: let a pipe receive them, or write them with --out FILE; --reveal shows them\n";
    let gha_hint = "hint: let a pipe receive them; --reveal shows them\n";
    for (arguments, code, stdout, stderr) in [
        (&["-f", "json"][..], 2, "", [refused, hint].concat()),
        (&["-f", "gha", "--out", "out"], 2, "", [refused, gha_hint].concat()),
        (&["-f", "json", "--dry-run"], 0, "", "would write A to stdout\n".to_owned()),
        (&["-f", "json", "--quiet", "--out", "out"], 0, "", String::new()),
        (&["-f", "json", "--reveal"], 0, "{\"A\":\"hunter2\\u001b\"}\r\n", String::new()),
        (&["-f", "shell", "--reveal"], 0, "export A='hunter2\\u{1b}'\r\n", String::new()),
    ] {
        let output = on_a_screen(sandbox.command(&[&["export"], arguments].concat()));
        let (shown, said) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
        assert_eq!(
            (output.status.code(), shown.as_deref(), said),
            (Some(code), Ok(stdout), Ok(stderr)),
            "{arguments:?}"
        );
    }
    assert_eq!(sandbox.read("out"), "{\"A\":\"hunter2\\u001b\"}\n");
}
