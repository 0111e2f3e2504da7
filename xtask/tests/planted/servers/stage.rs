//! A workspace whose one test uses a server, and what is looked at afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::plot::{Plot, shared_tools};

/// The one that is up soonest.
pub(super) const SERVER: &str = "valkey";

/// A workspace that needs one server.
pub(super) struct Stage {
    pub(super) plot: Plot,
}

impl Stage {
    pub(super) fn new() -> Self {
        let plot = Plot::clean();
        plot.put("servers.toml", &format!("needed = [\"{SERVER}\"]\n"));
        plot.append(
            "Cargo.toml",
            "servers-env = \"ACME_SERVERS\"\nxtask-env = \"ACME_XTASK\"\ngiven-server-env-prefix = \"ACME_\"\n",
        );
        plot.put("crates/high/tests/uses.rs", include_str!("uses.rs"));
        share_wheels(plot.project().target());
        fs::create_dir_all(plot.root().join("notes")).expect("a folder can be made");
        Self { plot }
    }

    /// Prepares this tool, to work on the workspace.
    pub(super) fn xtask(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).current_dir(self.plot.root());
        command
            .env("CARGO_TARGET_DIR", self.plot.project().target())
            .env("NOTES", self.plot.root().join("notes"));
        command.env("TMPDIR", self.folder_of_servers()).stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    /// Prepares a run of the one test, which does this to its server.
    pub(super) fn run(&self, deed: &str) -> Command {
        let mut command = self.xtask(&["test", "--", "uses"]);
        command.env("DEED", deed);
        command
    }

    /// Where servers keep their files; nothing else is there.
    pub(super) fn folder_of_servers(&self) -> PathBuf {
        let folder = self.plot.root().join("../servers");
        fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    }

    pub(super) fn note(&self, name: &str) -> PathBuf {
        self.plot.root().join("notes").join(name)
    }

    /// What the one test read about its server.
    pub(super) fn seen(&self) -> serde_json::Value {
        let text = fs::read_to_string(self.note("seen.json")).expect("the test has noted what it read");
        serde_json::from_str(&text).expect("it is JSON")
    }
}

/// Lets a build folder have what this workspace's has; where that is not there yet, it is installed anew.
fn share_wheels(target: &Path) {
    let tools = shared_tools();
    fs::create_dir_all(target).expect("a folder can be made");
    if tools.with_file_name("servers").join("installed.txt").is_file() {
        for name in ["tools", "servers"] {
            std::os::unix::fs::symlink(tools.with_file_name(name), target.join(name))
                .expect("a link can be made");
        }
    }
}

/// A process that has ended and was not looked after is not running either.
pub(super) fn is_running(pid: u64) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

/// Waits until something is so; what takes longer than any machine needs is a failure.
#[track_caller]
pub(super) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "still not so after a minute: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
