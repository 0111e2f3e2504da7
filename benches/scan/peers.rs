//! The programs that are compared: ours, the floor of reading, and other scanners as their makers publish them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::{Program, python};

/// Names our program, if it is not to be built.
const PROGRAM: &str = "RETICENT_BIN";

/// Ours, in the release profile.
pub(crate) fn ours() -> Result<Program, String> {
    let path = match std::env::var_os(PROGRAM) {
        Some(path) => PathBuf::from(path),
        None => built()?,
    };
    let arguments = vec!["scan", "--no-ignore", "--quiet"];
    Ok(Program { name: "reticent scan", path, arguments, behind: vec![] })
}

fn built() -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--release", "--package", "reticent-cli", "--no-default-features"])
        .current_dir(&root);
    match build.status() {
        Ok(status) if status.success() => {}
        Ok(_) => return Err("it does not build".into()),
        Err(error) => return Err(format!("cannot start cargo: {error}")),
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release/reticent"))
}

/// ripgrep with a text that is nowhere: what it takes to read everything.
pub(crate) fn floor() -> Program {
    let path = std::env::var_os("RETICENT_RG").map_or_else(|| "rg".into(), PathBuf::from);
    let arguments =
        vec!["--no-ignore", "--hidden", "--text", "--quiet", "-F", "no such text stands anywhere"];
    Program { name: "ripgrep, absent text", path, arguments, behind: vec![] }
}

pub(crate) fn kingfisher() -> Program {
    let arguments = vec!["scan", "--no-validate", "--no-update-check", "--git-history=none", "--quiet"];
    Program { name: "Kingfisher", path: beside("kingfisher"), arguments, behind: vec![] }
}

pub(crate) fn betterleaks() -> Program {
    let arguments = vec!["--no-banner", "--log-level=error"];
    Program { name: "Betterleaks", path: beside("betterleaks"), arguments, behind: vec![] }
}

pub(crate) fn detect_secrets() -> Program {
    let arguments = vec!["scan", "--all-files", "--no-verify"];
    Program { name: "detect-secrets", path: beside("detect-secrets"), arguments, behind: vec![] }
}

/// A program of a Python package: the binary that the package brings, else its script.
fn beside(name: &str) -> PathBuf {
    let python = python();
    let folder = python.parent().unwrap_or(Path::new(""));
    let library = std::fs::read_dir(folder.join("../lib")).into_iter().flatten().flatten();
    let binary = library
        .map(|entry| entry.path().join("site-packages").join(name).join("bin").join(name))
        .find(|path| path.is_file());
    binary.unwrap_or_else(|| folder.join(name))
}
