//! `export NAME='value'` for a POSIX shell, to be sourced or evaluated.

use reticent::core::{Secret, SecretBuffer};

use super::page::Unfit;

/// Variables that bash or zsh set themselves or keep from being set, so that a value would be lost or refused.
const SHELLS_OWN: [&str; 34] = [
    "_",
    "ARGC",
    "BASHOPTS",
    "BASHPID",
    "BASH_COMMAND",
    "BASH_SUBSHELL",
    "BASH_VERSINFO",
    "DIRSTACK",
    "EGID",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GID",
    "GROUPS",
    "HISTCMD",
    "IFS",
    "LINENO",
    "PPID",
    "RANDOM",
    "SECONDS",
    "SHELLOPTS",
    "SRANDOM",
    "UID",
    "ZSH_SUBSHELL",
    "argv",
    "cdpath",
    "fpath",
    "histchars",
    "mailpath",
    "manpath",
    "path",
    "pipestatus",
    "status",
];

/// Writes one assignment. Within single quotes nothing is special but the quote itself.
pub(super) fn entry(name: &str, value: &Secret, out: &mut SecretBuffer) -> Result<(), Unfit> {
    check(name)?;
    #[expect(clippy::disallowed_methods, reason = "into the page, which wipes itself")]
    let bytes = value.expose_bytes();
    if bytes.contains(&0) {
        return Err(Unfit::nul());
    }
    out.extend_from_slice(b"export ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"='");
    for byte in bytes {
        match byte {
            b'\'' => out.extend_from_slice(b"'\\''"),
            other => out.push(*other),
        }
    }
    out.push(b'\'');
    Ok(())
}

fn check(name: &str) -> Result<(), Unfit> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if !name.bytes().all(fits) || !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
    {
        return Err(Unfit {
            problem: "no name of a shell variable, which has ASCII letters, digits and _ and begins with no digit",
            hint: "rename it, or name the others with --only",
        });
    }
    if SHELLS_OWN.contains(&name) {
        return Err(Unfit {
            problem: "a variable that shells keep for themselves",
            hint: "rename it, or name the others with --only",
        });
    }
    Ok(())
}
