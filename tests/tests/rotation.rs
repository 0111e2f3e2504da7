//! A secret that is rotated on disk is seen within the polling interval, on every local source, by its handle.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reticent::core::Secret;
use reticent::provider_env::{DotenvSource, EnvSource};
use reticent::provider_file::{FileSource, SystemdSource};
use reticent::resolve::{Resolver, ResolverBuilder, SourcePolicy};
use tempfile::TempDir;

/// Far more than the interval: a loaded machine is no failure, and an unseen rotation never ends.
const PATIENCE: Duration = Duration::from_secs(20);

fn local(builder: ResolverBuilder, folder: &Path) -> ResolverBuilder {
    let path = folder.join("v").into_os_string();
    let variables = BTreeMap::from([("V_FILE".to_owned(), path)] as [(String, OsString); 1]);
    let policy = || SourcePolicy::default().uncached();
    builder
        .source_with("env", Arc::new(EnvSource::new(variables)), policy())
        .source_with("dotenv", Arc::new(DotenvSource::new(folder)), policy())
        .source_with("file", Arc::new(FileSource::new(folder)), policy())
        .source_with("systemd", Arc::new(SystemdSource::at(folder.join("credentials"))), policy())
}

/// Replaces a file as a careful writer does.
fn replace(path: &Path, contents: &str) {
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    let next = path.with_extension("next");
    std::fs::write(&next, contents).expect("a file");
    std::fs::rename(next, path).expect("a rename");
}

/// Turns a volume to a new state as Kubernetes does: a new folder, and one link that is renamed into place.
fn turn_volume(mount: &Path, state: &str, contents: &str) {
    replace(&mount.join(state).join("v"), contents);
    let next = mount.join("..data_tmp");
    std::os::unix::fs::symlink(state, &next).expect("a link");
    std::fs::rename(next, mount.join("..data")).expect("a rename");
    if !mount.join("v").exists() {
        std::os::unix::fs::symlink("..data/v", mount.join("v")).expect("a link");
    }
}

async fn check(reference: &str, rotate: impl Fn(&Path, usize)) {
    let folder = TempDir::new().expect("a folder");
    rotate(folder.path(), 0);
    let builder = local(Resolver::builder(), folder.path()).poll_every(Duration::from_millis(10));
    let resolver = builder.build().expect("a resolver");
    tokio::spawn(resolver.keep_fresh());
    let mut handle = resolver.watch(reference).await.expect("the first value");
    for turn in 1..=20 {
        rotate(folder.path(), turn);
        let seen = tokio::time::timeout(PATIENCE, handle.changed()).await;
        let seen = seen.unwrap_or_else(|_| panic!("{reference}: turn {turn} was never seen"));
        let want = Secret::from_string(value(turn));
        assert!(
            seen.expect("the resolver is there").ct_eq(&want),
            "{reference}: turn {turn} was mixed or half-written"
        );
    }
}

/// Values of one length: a size alone must not be what tells them apart.
fn value(turn: usize) -> String {
    format!("value {turn:02}")
}

#[tokio::test]
async fn a_variable_that_names_a_file_is_followed() {
    check("env://V", |folder, turn| replace(&folder.join("v"), &format!("{}\n", value(turn)))).await;
}

#[tokio::test]
async fn a_dotenv_file_is_followed() {
    check("dotenv://.env#V", |folder, turn| {
        replace(&folder.join(".env"), &format!("A=1\nV='{}'\n", value(turn)))
    })
    .await;
}

#[tokio::test]
async fn a_file_is_followed() {
    check("file://v", |folder, turn| replace(&folder.join("v"), &value(turn))).await;
}

#[tokio::test]
async fn a_mounted_volume_is_followed() {
    let turn =
        |folder: &Path, turn| turn_volume(&folder.join("mount"), &format!("..state{turn}"), &value(turn));
    check("file://mount/v", turn).await;
}

#[tokio::test]
async fn a_systemd_credential_is_followed() {
    check("systemd://v", |folder, turn| replace(&folder.join("credentials/v"), &value(turn))).await;
}
