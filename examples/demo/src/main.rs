//! The main job of the program, shown on real files in a folder of its own: no account, no server, nothing left behind.
//!
//! `cargo xtask demo` builds the program and starts this with `RETICENT_BIN` naming it. Each step is checked, so the
//! demonstration fails when the program does not do what it shows.

#![expect(clippy::print_stdout, reason = "a demonstration talks")]

use std::error::Error;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The files of the small project that the demonstration works on.
const FILES: [(&str, &str); 4] = [
    (
        "reticent.toml",
        "[secrets]\nDB_PASSWORD = \"file://secrets/db.json#/login/password\"\nAPI_KEY = {}\n\
         SENTRY_DSN = { optional = true }\n",
    ),
    ("secrets/db.json", "{\"login\": {\"user\": \"app\", \"password\": \"p#w $2a$10$ \\\"quoted\\\"\"}}\n"),
    (".env", "# local settings\nAPI_KEY=made-up-for-the-demo\nLOG_LEVEL=debug # verbose\n"),
    ("server.sh", "printf 'server: db=%s key=%s log=%s\\n' \"$DB_PASSWORD\" \"$API_KEY\" \"$LOG_LEVEL\"\n"),
];

/// What is typed, why, and the exit code that it must have.
const STEPS: [(&str, &str, i32); 9] = [
    ("What this project needs, and where it lives:", "reticent list", 0),
    ("Start a program with its secrets:", "reticent run -- sh server.sh", 0),
    ("What was tried for one of them:", "reticent where API_KEY", 0),
    ("One that is nowhere says everything that was tried:", "reticent get STRIPE_KEY", 1),
    ("A pipe receives the exact bytes:", "reticent get DB_PASSWORD | wc -c", 0),
    (
        "A fresh one goes into .env, and the comments stay:",
        "reticent generate token --into STRIPE_KEY && cut -c1-20 .env",
        0,
    ),
    ("A value in the wrong place is not repeated:", "reticent get postgres://app:hunter2@db/app", 2),
    (
        "Which lines of a file do other tools read differently?",
        "printf 'K=a#b\\n' > other.env; reticent env lint other.env",
        1,
    ),
    ("Nothing starts while a secret is missing:", "mv secrets/db.json gone; reticent run -- sh server.sh", 1),
];

fn main() -> Result<(), Box<dyn Error>> {
    let program =
        std::env::var("RETICENT_BIN").map_err(|_| "RETICENT_BIN is not set; run `cargo xtask demo`")?;
    let program = std::fs::canonicalize(program)?;
    let folder = tempfile::tempdir()?;
    for (name, contents) in FILES {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has a folder"))?;
        std::fs::write(&path, contents)?;
        std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
    }
    for (why, line, code) in STEPS {
        println!("\n# {why}\n$ {line}");
        let ended = shell(&program, folder.path(), line)?;
        if ended != Some(code) {
            return Err(format!("`{line}` ended with {ended:?}, and should with {code}").into());
        }
        if code != 0 {
            println!("(exit code {code})");
        }
    }
    Ok(())
}

/// Runs one line in the folder, with nothing of our own environment but the path.
fn shell(program: &Path, folder: &Path, line: &str) -> std::io::Result<Option<i32>> {
    let script = format!("exec 2>&1; reticent() {{ \"$RETICENT_BIN\" \"$@\"; }}; {line}");
    Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("RETICENT_BIN", program)
        .stdin(Stdio::null())
        .status()
        .map(|status| status.code())
}
