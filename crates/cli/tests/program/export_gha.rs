//! `export --format gha`: masks first, variables that end where they should, and the file of the runner.

use std::fs::OpenOptions;

use crate::foreign::{by_runner, masks};
use crate::support::{Ran, Sandbox};

const PEM: &str = "-----BEGIN X-----\nMIIEvQIBADANBgkq\n-----END X-----\n";

fn sandbox() -> Sandbox {
    Sandbox::new()
        .file("reticent.toml", "[secrets]\nTOKEN = {}\nPEM = \"file://pem\"\nJSON = \"file://json\"\n")
        .file("pem", format!("{PEM}\n"))
        .file("json", r#"{"user": "admin-user", "nested": {"pass\u0077ord": "p%w\nsecond-line"}}"#)
        .with("TOKEN", "100%-token")
}

#[track_caller]
fn gha(sandbox: &Sandbox, more: &[&str]) -> Ran {
    let ran = sandbox.run(&[&["export", "--format", "gha", "--quiet"], more].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran
}

/// What must be masked of the secrets in the sandbox.
const MASKED: [&str; 7] = [
    "100%-token",
    "-----BEGIN X-----",
    "MIIEvQIBADANBgkq",
    "-----END X-----",
    "{\"user\": \"admin-user\", \"nested\": {\"pass\\u0077ord\": \"p%w\\nsecond-line\"}}",
    "admin-user",
    "second-line",
];

#[test]
fn masks_come_before_variables_on_stdout() {
    let stdout = gha(&sandbox(), &[]).stdout_text();
    let begin = stdout.find("TOKEN<<").expect("the first variable");
    assert_eq!(masks(&stdout[..begin]), MASKED);
    assert_eq!(masks(&stdout[begin..]), Vec::<String>::new());
    let read = by_runner(&stdout.as_bytes()[begin..]);
    assert_eq!(read["TOKEN"], b"100%-token");
    assert_eq!(read["PEM"], PEM.as_bytes());
    assert_eq!(read.len(), 3);
}

#[test]
fn a_value_cannot_end_itself_or_set_another_variable() {
    for value in ["\nEVIL=1\n", "x\nEVIL<<y\nz\ny", "reticent_\nEOF\n", "", "\n", "a\r\nb\r", "a=b<<c"] {
        let sandbox = Sandbox::new().file("reticent.toml", "[secrets]\nV = {}\n").with("V", value);
        gha(&sandbox, &["--out", "env"]);
        let read = by_runner(sandbox.read("env").as_bytes());
        assert_eq!(read.into_iter().collect::<Vec<_>>(), [("V".to_owned(), value.as_bytes().to_vec())]);
    }
}

#[test]
fn each_value_has_a_delimiter_of_its_own_that_is_drawn_anew() {
    let delimiters = || -> Vec<String> {
        let stdout = gha(&sandbox(), &[]).stdout_text();
        stdout.lines().filter_map(|line| Some(line.split_once("<<")?.1.to_owned())).collect()
    };
    let mut all = [delimiters(), delimiters()].concat();
    assert!(all.iter().all(|delimiter| delimiter.len() == "reticent_".len() + 32), "{all:?}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 6);
}

#[test]
fn variables_are_appended_to_the_file_of_the_runner() {
    // An earlier step has left its line open.
    let sandbox = sandbox().file("github.env", "EARLIER=kept");
    let path = sandbox.path("github.env").to_string_lossy().into_owned();
    let sandbox = sandbox.with("GITHUB_ENV", path);
    let stdout = gha(&sandbox, &[]).stdout_text();
    assert_eq!(masks(&stdout), MASKED);
    assert_eq!(stdout.lines().count(), 7, "nothing but masks");
    gha(&sandbox, &["--only", "TOKEN"]);
    let text = sandbox.read("github.env");
    let read = by_runner(text.as_bytes());
    assert_eq!(read["EARLIER"], b"kept");
    assert_eq!(read["TOKEN"], b"100%-token");
    assert_eq!(read["PEM"], PEM.as_bytes());
    assert_eq!(text.matches("TOKEN<<").count(), 2);
    sandbox.run(&["export", "--format", "gha", "--dry-run", "--only", "TOKEN"]).is(
        0,
        "",
        "would write TOKEN to [DIR]/github.env\n",
    );
    assert_eq!(sandbox.read("github.env"), text);
}

#[test]
fn a_file_that_is_asked_for_wins_over_that_of_the_runner() {
    let sandbox = sandbox().file("github.env", "").with("GITHUB_ENV", "github.env");
    let stdout = gha(&sandbox, &["--out", "env"]).stdout_text();
    assert_eq!(masks(&stdout), MASKED);
    assert_eq!(by_runner(sandbox.read("env").as_bytes()).len(), 3);
    assert_eq!(sandbox.read("github.env"), "");
    // Other formats know nothing of the runner.
    assert_eq!(
        sandbox.run(&["export", "--json", "--only", "TOKEN"]).stdout_text(),
        "{\"TOKEN\":\"100%-token\"}\n"
    );
    assert_eq!(sandbox.read("github.env"), "");
}

#[test]
fn nobody_gets_variables_whose_masks_were_not_read() {
    for more in [&[][..], &["--out", "github.env"]] {
        let sandbox = sandbox().file("github.env", "").with("GITHUB_ENV", "github.env");
        let full = OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let arguments = [&["export", "--format", "gha", "--quiet"], more].concat();
        let output = sandbox.command(&arguments).stdout(full).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(3));
        let said = String::from_utf8(output.stderr).expect("text");
        assert!(said.starts_with("error: nothing was written, since stdout takes no masks: "), "{said}");
        assert_eq!(sandbox.read("github.env"), "");
    }
}

#[test]
fn what_is_too_short_to_mask_is_warned_of() {
    let sandbox = Sandbox::new().file(".env", "PIN=123\nLONG=long-enough\n");
    let ran = sandbox.run(&["export", "--format", "gha"]);
    let warning = "warning: PIN: a line or field of it is too short to be masked, so logs may show it\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (0, warning));
    assert_eq!(masks(&ran.stdout_text()), ["long-enough"]);
    assert_eq!(by_runner(ran.stdout_text().split_once('\n').expect("masks").1.as_bytes())["PIN"], b"123");
}
