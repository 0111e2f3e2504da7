//! Runs the built program in a folder of its own, with an environment of its own.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder to run in, and the variables to run with.
pub(crate) struct Sandbox {
    folder: TempDir,
    variables: Vec<(String, Vec<u8>)>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder"), variables: Vec::new() }
    }

    /// Sets a variable for the program.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.variables.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Writes a file into the folder, readable by its owner alone.
    pub(crate) fn file(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        self.write(name, contents);
        self
    }

    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(&path, contents).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file of text")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with this sandbox's folder and variables, and nothing of ours but the path.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        use std::os::unix::ffi::OsStrExt as _;
        let mut command = Command::new(env!("CARGO_BIN_EXE_reticent"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (name, value) in &self.variables {
            command.env(name, OsStr::from_bytes(value));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program starts"), self.folder.path())
    }

    pub(crate) fn run_with_stdin(&self, arguments: &[&str], stdin: impl AsRef<[u8]>) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the program starts");
        // A program that does not read its input closes the pipe; that is its right.
        let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_ref());
        Ran::of(child.wait_with_output().expect("the program ends"), self.folder.path())
    }
}

/// What came of a run. The sandbox's folder is shown as `[DIR]`.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    folder: String,
}

impl Ran {
    fn of(output: Output, folder: &Path) -> Self {
        let folder = folder.to_string_lossy().into_owned();
        let stderr = String::from_utf8(output.stderr).expect("talk is text").replace(&folder, "[DIR]");
        Self { code: output.status.code().unwrap_or(-1), stdout: output.stdout, stderr, folder }
    }

    pub(crate) fn stdout_text(&self) -> String {
        String::from_utf8(self.stdout.clone()).expect("text").replace(&self.folder, "[DIR]")
    }

    /// Compares everything that a caller sees.
    #[track_caller]
    pub(crate) fn is(&self, code: i32, stdout: &str, stderr: &str) {
        assert_eq!(
            (self.code, self.stdout_text().as_str(), self.stderr.as_str()),
            (code, stdout, stderr),
            "exit code, stdout, stderr"
        );
    }
}
