//! A folder in which a program finds its secrets, and keys for it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use reticent::core::Secret;
use reticent::crypto::Key;
use reticent::setup::{Config, Setup};

/// A folder whose `.env` is the only place where names are found.
pub(crate) struct Scene(pub(crate) tempfile::TempDir);

impl Scene {
    pub(crate) fn new(env: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(".env"), env).expect("a file");
        fs::set_permissions(folder.path().join(".env"), fs::Permissions::from_mode(0o600)).expect("a mode");
        Self(folder)
    }

    pub(crate) fn setup(&self) -> Setup {
        self.setup_with("")
    }

    /// With more in `reticent.toml`.
    pub(crate) fn setup_with(&self, more: &str) -> Setup {
        let text = format!("[sources]\norder = [\"dotenv://.env#{{name}}\"]\n{more}");
        let config = Config::parse(&text, self.0.path().join("reticent.toml")).expect("a configuration");
        Setup::of(config, None).expect("sources")
    }
}

#[expect(clippy::disallowed_methods, reason = "into the file that the test reads, or to be compared")]
pub(crate) fn shown(secret: &Secret) -> String {
    secret.expose_text().expect("text").to_owned()
}

pub(crate) fn key() -> String {
    shown(&Key::generate().expect("randomness").to_text())
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(future)
}
