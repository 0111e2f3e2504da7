//! The ground that violations are planted in: a clean workspace in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xtask::{Console, Outcome, Project, gate};

/// Two crates, `low` under `high`, and every file that a check reads; no check finds anything in it.
const CLEAN: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("clean/root.toml")),
    ("layers.toml", include_str!("clean/layers.toml")),
    ("tidy.toml", include_str!("clean/tidy.toml")),
    ("conformance.toml", "# No source is pinned yet.\n"),
    ("servers.toml", "needed = []\n"),
    ("crates/low/Cargo.toml", include_str!("clean/low.toml")),
    ("crates/low/src/lib.rs", include_str!("clean/low.rs")),
    ("crates/high/Cargo.toml", include_str!("clean/high.toml")),
    ("crates/high/src/lib.rs", include_str!("clean/high.rs")),
    ("docs/architecture.md", include_str!("clean/architecture.md")),
    ("docs/adr/0001-a-decision.md", "# A decision\n"),
    ("docs/reference/errors.md", include_str!("clean/errors.md")),
    ("docs/reference/rules.md", include_str!("clean/rules.md")),
    ("docs/reference/sources.md", include_str!("clean/sources.md")),
    ("README.md", include_str!("clean/readme.md")),
];

/// A workspace to plant something in.
pub(crate) struct Plot {
    folder: TempDir,
    console: Console,
}

impl Plot {
    /// Lays out the clean workspace.
    pub(crate) fn clean() -> Self {
        let plot = Self { folder: TempDir::new().expect("a temporary folder"), console: Console::memory() };
        CLEAN.iter().for_each(|(file, text)| plot.put(file, text));
        plot
    }

    /// Writes a file, relative to the workspace's root.
    pub(crate) fn put(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    /// Adds text at the end of a file.
    pub(crate) fn append(&self, file: &str, text: &str) {
        self.put(file, &(self.read(file) + text));
    }

    /// Replaces text that must be there.
    pub(crate) fn edit(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} holds no {old:?}");
        self.put(file, &text.replace(old, new));
    }

    /// Removes a file.
    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.root().join(file)).expect("the file is there");
    }

    /// Puts a crate outside the workspace, under a name and version of one that would come from a registry.
    pub(crate) fn third_party(&self, folder: &str, name: &str, version: &str) {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\nlicense = \"MIT\"\n[workspace]\n"
        );
        self.put(&format!("../third-party/{folder}/Cargo.toml"), &manifest);
        self.put(&format!("../third-party/{folder}/src/lib.rs"), "");
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root().join(file)).expect("the file is there")
    }

    /// The workspace's root; a folder inside, so that third-party crates can lie beside it.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    pub(crate) fn project(&self) -> Project {
        Project::at(&self.root(), &self.folder.path().join("target"), self.console.clone())
            .with_tools(&shared_tools())
    }

    /// What was said so far.
    pub(crate) fn said(&self) -> String {
        self.console.text()
    }

    /// Runs a check that must be able to run.
    #[track_caller]
    pub(crate) fn outcome(&self, name: &str) -> Outcome {
        let gate = gate(name).expect("a check of this name");
        (gate.run)(&self.project()).unwrap_or_else(|error| panic!("{name} could not run: {}", error.report()))
    }

    /// Asserts that the check finds exactly these violations; none is the clean twin.
    #[track_caller]
    pub(crate) fn expect(&self, name: &str, violations: &[&str]) {
        assert_eq!(self.outcome(name).violations, violations, "{name} also said:\n{}", self.said());
    }

    /// Asserts why the check cannot even run.
    #[track_caller]
    pub(crate) fn expect_error(&self, name: &str, want: &str) {
        let gate = gate(name).expect("a check of this name");
        let error = (gate.run)(&self.project()).expect_err("the check cannot run");
        assert_eq!(error.report(), want);
    }
}

/// The wheels of the workspace that is being tested: installing them takes seconds, so once is enough.
pub(crate) fn shared_tools() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("it lies in the build folder").join("tools")
}
