//! A folder with a `reticent.toml` that names the servers, and the program run in it.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use reticent_testkit::servers::Servers;
use tempfile::TempDir;

use crate::admin::exposed;

/// The region that everything is in.
pub(crate) const REGION: &str = "eu-west-1";

/// A project, and the variables of its program.
pub(crate) struct Project {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    /// One that reaches OpenBao as root, ministack as the account's owner, and moto as `aws-sm+moto`.
    pub(crate) fn new(servers: &Servers, more: &str) -> Self {
        let (openbao, ministack) = (servers.openbao(), servers.ministack());
        let configuration = format!(
            "[sources.vault]\naddress = \"{}\"\nca-file = \"{}\"\n\n\
             [sources.aws]\nregion = \"{REGION}\"\nendpoint = \"{}\"\nca-file = \"{}\"\nrecovery-days = 0\n\n\
             [sources.aws.instances.moto]\nregion = \"{REGION}\"\nendpoint = \"{}\"\nrecovery-days = 0\n\n{more}",
            openbao.address,
            openbao.ca.display(),
            ministack.endpoint,
            ministack.ca.display(),
            servers.moto().endpoint,
        );
        Self::with(&configuration)
            .set("VAULT_TOKEN", exposed(&openbao.token))
            .set("AWS_ACCESS_KEY_ID", ministack.access_key_id.clone())
            .set("AWS_SECRET_ACCESS_KEY", exposed(&ministack.secret_access_key))
    }

    /// One with this configuration, and no credential.
    pub(crate) fn with(configuration: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        std::fs::write(folder.path().join("reticent.toml"), configuration).expect("a file");
        // Without it a program that finds no credentials waits for the machine's own.
        Self { folder, variables: Vec::new() }.set("AWS_EC2_METADATA_DISABLED", "true")
    }

    /// Sets a variable of the program, instead of an earlier one of the name.
    pub(crate) fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Writes a file that its owner alone can read.
    pub(crate) fn file(&self, name: &str, contents: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.folder.path().join(name);
        std::fs::write(&path, contents).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let program =
            std::env::var_os("RETICENT_BIN").expect("RETICENT_BIN is not set: use `cargo xtask test`");
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("the program starts"))
    }

    pub(crate) fn run_with_stdin(&self, arguments: &[&str], stdin: &str) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the program starts");
        let pipe = child.stdin.take();
        pipe.expect("a pipe").write_all(stdin.as_bytes()).expect("the program reads");
        Ran::of(child.wait_with_output().expect("the program ends"))
    }
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Compares everything that a caller sees.
    #[track_caller]
    pub(crate) fn is(&self, code: i32, stdout: &str, stderr: &str) {
        assert_eq!((self.code, self.stdout.as_str(), self.stderr.as_str()), (code, stdout, stderr));
    }

    /// Returns the lines of JSON.
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}
