//! The credentials of backends, read from places of this machine.

use std::sync::Arc;

use reticent_core::{ErrorKind, Secret, SecretRef, SecretSource as _, SourceError};
use reticent_provider_env::{DotenvSource, EnvSource};
use reticent_provider_file::{FileSource, SystemdSource};

/// The places of this machine, without a cache and without the hooks of a program's secrets: a login is not one of them.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) env: Arc<EnvSource>,
    pub(super) dotenv: Arc<DotenvSource>,
    pub(super) file: Arc<FileSource>,
    pub(super) systemd: Arc<SystemdSource>,
}

impl Credentials {
    pub(super) async fn read(&self, at: &SecretRef) -> Result<Secret, SourceError> {
        match at.scheme() {
            "env" => self.env.get(at).await,
            "dotenv" => self.dotenv.get(at).await,
            "file" => self.file.get(at).await,
            "systemd" => self.systemd.get(at).await,
            other => Err(SourceError::new(ErrorKind::InvalidReference, other.to_owned())
                .for_key(at.to_string())
                .with_detail("a credential is on this machine")),
        }
    }
}

/// The credential cannot be read: we cannot make ourselves known, which is no absent secret.
pub(super) fn unread(label: &str, error: &SourceError) -> SourceError {
    SourceError::new(ErrorKind::Unauthenticated, label.to_owned())
        .with_detail(format!("the credential of its login cannot be read: {error}"))
        .with_hint(error.hint().unwrap_or("see [sources] in reticent.toml").to_owned())
}
