//! The values that other tools change or leak, read from every source and handed to a child: changed 0, leaked 0.

#![expect(clippy::disallowed_methods, reason = "the test compares plaintext")]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use reticent::core::Secret;
use reticent::dotenv::render_entry;
use tempfile::TempDir;

const VALUES: [&str; 22] = [
    "123456",
    "007",
    "true",
    "null",
    "3.14",
    "[a,b]",
    "{k=v}",
    "{\"k\": \"v\"}",
    "\"dq\"",
    "'sq'",
    "it's",
    "  padded  ",
    "\ttab\t",
    "$2a$10$TwoviNHS27abcdefghijk",
    "${HOME} $(id) `id`",
    "p#w",
    "p #w",
    "C:\\new\\table",
    "a=b=c==",
    "-----BEGIN X-----\nabc\n-----END X-----\n",
    "h\u{e9}llo \u{1f600}",
    "",
];

fn program() -> PathBuf {
    std::env::var_os("RETICENT_BIN")
        .map(PathBuf::from)
        .expect("RETICENT_BIN is not set: use `cargo xtask test`")
}

struct Place {
    folder: TempDir,
    variable: Option<(String, String)>,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder"), variable: None }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if let Some((name, value)) = &self.variable {
            command.env(name, OsStr::from_bytes(value.as_bytes()));
        }
        command
    }
}

/// Plants `value` as the secret V in one kind of source, and says where it is, as `reticent.toml` would.
type Plant = fn(&mut Place, &str) -> String;

const SOURCES: [(&str, Plant); 7] = [
    ("environment", |place, value| {
        place.variable = Some(("V".to_owned(), value.to_owned()));
        "env://V".to_owned()
    }),
    ("variable naming a file", |place, value| {
        write(&place.path("v"), with_newline(value));
        place.variable = Some(("V_FILE".to_owned(), place.path("v").to_string_lossy().into_owned()));
        "env://V".to_owned()
    }),
    ("dotenv", |place, value| {
        let line = render_entry("V", &Secret::copy_of(value.as_bytes())).expect("a value without NUL");
        write(&place.path(".env"), line.expose_bytes().to_vec());
        "dotenv://.env#V".to_owned()
    }),
    ("file", |place, value| {
        write(&place.path("v"), with_newline(value));
        "file://v".to_owned()
    }),
    ("mounted volume", |place, value| {
        std::fs::create_dir_all(place.path("mount/..1")).expect("a folder");
        write(&place.path("mount/..1/v"), with_newline(value));
        std::os::unix::fs::symlink("..1", place.path("mount/..data")).expect("a link");
        std::os::unix::fs::symlink("..data/v", place.path("mount/v")).expect("a link");
        "file://mount/v".to_owned()
    }),
    ("field of a JSON file", |place, value| {
        let escaped: String = value.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        write(&place.path("v.json"), format!("{{\"a\": {{\"v\": \"{escaped}\"}}}}").into_bytes());
        "file://v.json#/a/v".to_owned()
    }),
    ("systemd credential", |place, value| {
        std::fs::create_dir_all(place.path("credentials")).expect("a folder");
        write(&place.path("credentials/v"), value.as_bytes().to_vec());
        let folder = place.path("credentials").to_string_lossy().into_owned();
        place.variable = Some(("CREDENTIALS_DIRECTORY".to_owned(), folder));
        "systemd://v".to_owned()
    }),
];

/// What a person's editor would have written: one newline at the end, which reading takes off.
fn with_newline(value: &str) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}

fn write(path: &Path, bytes: Vec<u8>) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, bytes).expect("a file");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

#[test]
fn every_value_survives_every_source_and_reaches_the_child() {
    let mut changed = Vec::new();
    for (source, plant) in SOURCES {
        for value in VALUES {
            let mut place = Place::new();
            let reference = plant(&mut place, value);
            let got = run(&mut place.command(&["get", &reference]));
            if got.stdout != value.as_bytes() || !got.stderr.is_empty() {
                changed.push((source, value, "get", String::from_utf8_lossy(&got.stderr).into_owned()));
            }
            write(&place.path("reticent.toml"), format!("[secrets]\nV = '{reference}'\n").into_bytes());
            let child = run(&mut place.command(&["run", "--no-redact", "--", "printenv", "-0", "V"]));
            let want = [value.as_bytes(), b"\0"].concat();
            if child.stdout != want {
                changed.push((source, value, "run", String::from_utf8_lossy(&child.stderr).into_owned()));
            }
        }
    }
    assert_eq!(changed, [], "values that were changed on their way");
}

#[test]
fn no_value_leaks_into_what_is_said() {
    const CANARY: &str = "cAnArY-9b1f#4e \"x\"";
    let mut leaks = Vec::new();
    for (source, plant) in SOURCES {
        let mut place = Place::new();
        let reference = plant(&mut place, CANARY);
        write(&place.path("reticent.toml"), format!("[secrets]\nV = '{reference}'\n").into_bytes());
        for arguments in [
            &["where", "V"][..],
            &["where", "--json", &reference],
            &["list", "-v"],
            &["get", "--json", "V"],
            &["get", &format!("{reference}?version=7").replace("#/a/v?version=7", "?version=7#/a/v")],
            &["--explain", "-v", "run", "--", "true"],
            &["run", "--", "no-such-program"],
            &["copy", "--dry-run", "V", "dotenv://other#V"],
            &["delete", "--dry-run", &reference],
            &["env", "lint", ".env"],
        ] {
            let output = run(&mut place.command(arguments));
            let said = [output.stdout, output.stderr].concat();
            if String::from_utf8_lossy(&said).contains("cAnArY") {
                leaks.push((source, arguments.join(" ")));
            }
        }
    }
    assert_eq!(leaks, [], "outputs that hold the value");
}
