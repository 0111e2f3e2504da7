//! What is started: a program, its arguments, its environment.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use reticent::core::Visible;
use rustix::io::Errno;
use zeroize::Zeroizing;

use super::super::wanted::Variable;
use super::RunArgs;
use crate::failure::Failure;

/// What a pristine environment keeps, so that a program can find itself, its home and its terminal.
const KEPT: [&str; 11] =
    ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "COLORTERM", "TMPDIR", "TZ", "LANG", "PWD"];

/// A program and everything that it begins with.
pub(super) struct Plan<'a> {
    pub(super) program: &'a OsStr,
    pub(super) arguments: &'a [OsString],
    /// The whole environment; values are wiped.
    pub(super) environment: BTreeMap<OsString, Zeroizing<Vec<u8>>>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(args: &'a RunArgs, variables: &[Variable]) -> Self {
        let (program, arguments) = args.command.split_first().expect("clap requires one");
        let is_kept = |name: &OsStr| {
            !args.pristine || KEPT.iter().any(|known| name == *known) || name.as_bytes().starts_with(b"LC_")
        };
        let inherited = std::env::vars_os().filter(|(name, _)| is_kept(name));
        let mut environment: BTreeMap<_, _> =
            inherited.map(|(name, value)| (name, Zeroizing::new(value.into_encoded_bytes()))).collect();
        for Variable { name, value } in variables {
            #[expect(
                clippy::disallowed_methods,
                reason = "to the child's environment, which is what `run` is for"
            )]
            let value = Zeroizing::new(value.expose_bytes().to_vec());
            environment.insert(name.into(), value);
            // A program that follows the same rule would refuse to see both.
            environment.remove(OsStr::new(&format!("{name}_FILE")));
        }
        Self { program, arguments, environment }
    }

    /// Says why it could not be started, as a shell's exit code does.
    pub(super) fn not_started(&self, error: &io::Error) -> Failure {
        let shown = self.program.to_string_lossy();
        let failure = Failure::usage(format!("cannot start {}: {error}", Visible(&shown)));
        let is_path = self.program.as_bytes().contains(&b'/');
        let hint = match Errno::from_io_error(error) {
            Some(Errno::NOENT) if is_path && Path::new(self.program).exists() => {
                "it is there, but the interpreter that its first line names is not"
            }
            Some(Errno::NOENT) if !is_path => {
                "it is in no folder of PATH; a program in this folder begins with ./"
            }
            Some(Errno::NOEXEC) => "a script begins with #! and the path of its interpreter",
            Some(Errno::TOOBIG) => {
                "Linux takes at most 128 KiB for one variable, and a few MiB for all; --only hands over fewer secrets"
            }
            _ => "",
        };
        let failure = if hint.is_empty() { failure } else { failure.with_hint(hint) };
        failure.with_code(if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 })
    }
}
