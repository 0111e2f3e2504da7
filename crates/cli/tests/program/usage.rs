//! The surface itself: help, options as variables, configuration errors, closed pipes.

use std::process::Stdio;

use crate::support::Sandbox;

const COMMANDS: [&str; 24] = [
    "get",
    "set",
    "list",
    "delete",
    "where",
    "run",
    "copy",
    "import",
    "generate",
    "env",
    "init",
    "completions",
    "man",
    "check",
    "example",
    "export",
    "diff",
    "redact",
    "schema",
    "encrypt",
    "decrypt",
    "inspect",
    "rewrap",
    "key",
];

#[test]
fn help_names_every_command_and_each_has_its_own() {
    let sandbox = Sandbox::new();
    let help = sandbox.run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    for command in COMMANDS {
        assert!(help.stdout_text().contains(&format!("\n  {command} ")), "{command}");
        let own = sandbox.run(&[command, "--help"]);
        assert_eq!((own.code, own.stderr.as_str()), (0, ""), "{command}");
        assert!(own.stdout_text().contains("Usage: reticent"), "{command}");
    }
}

#[test]
fn an_unknown_option_is_a_usage_error_without_its_value() {
    let ran = Sandbox::new().run(&["get", "A", "--plain-text=hunter2"]);
    assert_eq!((ran.code, ran.stdout.len()), (2, 0));
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
    assert_eq!(Sandbox::new().run(&[]).code, 2);
}

#[test]
fn a_variable_stands_for_an_option() {
    let sandbox = Sandbox::new().with("RETICENT_FORMAT", "json").with("A", "x");
    assert!(sandbox.run(&["get", "A"]).stdout_text().starts_with('{'));
    // What shows a value is never taken from a variable.
    let sandbox = Sandbox::new().with("RETICENT_REVEAL", "true").with("A", "x");
    assert!(!sandbox.run(&["get", "--json", "A"]).stdout_text().contains("\"value\""));
}

#[test]
fn explain_says_where_settings_came_from() {
    let sandbox = Sandbox::new()
        .with("RETICENT_ENVIRONMENT", "production")
        .with("A", "x")
        .file("reticent.toml", "[environments.production.secrets]\nA = \"env://A\"\n");
    let ran = sandbox.run(&["--explain", "--json", "get", "A"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for line in [
        "explain: configuration from [DIR]/reticent.toml\n",
        "explain: environment from RETICENT_ENVIRONMENT\n",
        "explain: json from the command line\n",
    ] {
        assert!(ran.stderr.contains(line), "{line} in {}", ran.stderr);
    }
}

#[test]
fn the_configuration_is_found_upwards_and_its_folder_is_the_base() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\nA = \"file://a\"\n")
        .file("a", "found")
        .file("deep/er/keep", "");
    let ran = sandbox.command(&["get", "A"]).current_dir(sandbox.path("deep/er")).output().expect("runs");
    assert_eq!(ran.stdout, b"found");
}

#[test]
fn an_environment_has_its_own_declarations() {
    let sandbox = Sandbox::new()
        .file("reticent.toml", "[secrets]\nA = \"file://a\"\n[environments.prod.secrets]\nA = \"file://b\"\n")
        .file("a", "dev")
        .file("b", "prod");
    sandbox.run(&["get", "A"]).is(0, "dev", "");
    sandbox.run(&["-e", "prod", "get", "A"]).is(0, "prod", "");
    sandbox.run(&["-e", "prdo", "get", "A"]).is(
        2,
        "",
        "error: [DIR]/reticent.toml: no environment \"prdo\"\nhint: declared: prod\n",
    );
}

#[test]
fn a_mistake_in_the_configuration_has_its_place_and_remedy_and_no_value() {
    for (text, message) in [
        ("[secrts]\n", "[DIR]/reticent.toml:1:2: secrts: unknown key\nhint: did you mean `secrets`?\n"),
        (
            "[secrets]\nA = 7\n",
            "[DIR]/reticent.toml:2:5: secrets.A: expected text in quotes, or a list of texts\n",
        ),
        (
            "[secrets]\nA = { form = \"x\" }\n",
            "[DIR]/reticent.toml:2:7: secrets.A.form: unknown key\nhint: did you mean `from`?\n",
        ),
        (
            "[cache]\nttl = 300\n",
            "[DIR]/reticent.toml:2:7: cache.ttl: expected a duration such as \"250ms\", \"30s\", \"5m\" or \"1h\"\n",
        ),
        (
            "[sources]\norder = [\"env://X\"]\n",
            "[DIR]/reticent.toml:2:10: sources.order: no {name}, {NAME} or {lower} in this place, so every secret would be the same\n",
        ),
        (
            "A = hunter2\n",
            "[DIR]/reticent.toml:1:5: not TOML: string values must be quoted, expected literal string\n",
        ),
    ] {
        let ran = Sandbox::new().file("reticent.toml", text).run(&["list"]);
        ran.is(2, "", &format!("error: {message}"));
    }
    let ran = Sandbox::new().file("reticent.toml", "[secrets]\nA = \"hunter2\"\n").run(&["list"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("reticent.toml:2:5: secrets.A: not a reference to a secret"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn a_configuration_that_is_not_there_is_an_error() {
    let ran = Sandbox::new().run(&["--config", "absent.toml", "list"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.starts_with("error: [DIR]/absent.toml: the configuration cannot be read: "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_closed_pipe_is_no_error() {
    let sandbox = Sandbox::new();
    let mut child = sandbox.command(&["man"]).stdout(Stdio::piped()).spawn().expect("starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn completions_and_manual_pages_cover_the_commands() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = sandbox.run(&["completions", shell]);
        assert_eq!(script.code, 0);
        for command in COMMANDS {
            assert!(script.stdout_text().contains(command), "{shell} {command}");
        }
    }
    assert!(sandbox.run(&["man"]).stdout_text().contains(".TH reticent"));
    assert!(sandbox.run(&["man", "run"]).stdout_text().contains("pristine"));
    assert_eq!(sandbox.run(&["man", "nonsense"]).code, 2);
}

#[test]
fn bash_accepts_its_completions() {
    let sandbox = Sandbox::new();
    let script = sandbox.run(&["completions", "bash"]);
    sandbox.write("c.bash", &script.stdout);
    let status = std::process::Command::new("bash").arg("-n").arg(sandbox.path("c.bash")).status();
    assert!(status.expect("bash runs").success());
}
