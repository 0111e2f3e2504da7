//! Files, mounted volumes and credentials keep the laws of a source.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use reticent_core::{SecretList, SecretRef, SecretSink, SecretSource};
use reticent_provider_file::{FileSource, MountSource, SystemdSource};
use reticent_testkit::{Harness, Part, SideDoorError, TrailingNewline, Trouble};

use crate::support::{Volume, become_ordinary, become_powerful, write_file};

/// One byte more than any of the sources reads.
const TOO_MUCH: usize = 1024 * 1024 + 1;

/// What no file has.
fn never() -> Vec<(Part, &'static str)> {
    vec![
        (Part::Stages, "files have no stages"),
        (Part::Versions, "a file has one version"),
        (Part::Expiry, "a file does not end"),
        (Part::Credential, "files are read with the rights of the process"),
        (Part::Trouble(Trouble::BadCredentials), "files are read with the rights of the process"),
        (Part::Trouble(Trouble::Unreachable), "no server stands between"),
        (Part::Trouble(Trouble::Throttled), "no server stands between"),
        (Part::Trouble(Trouble::TruncatedReply), "no server stands between"),
        (Part::Trouble(Trouble::Hanging), "no server stands between"),
    ]
}

fn deny(path: &Path) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o000))
        .expect("a mode can be set");
    become_ordinary();
}

mod file {
    use super::*;

    struct Files {
        folder: tempfile::TempDir,
        source: Arc<FileSource>,
    }

    impl Files {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            fs::create_dir_all(folder.path().join("sub/folder")).expect("a folder");
            let source = Arc::new(FileSource::new(folder.path()));
            Self { folder, source }
        }

        fn path(&self, at: &SecretRef) -> PathBuf {
            self.folder.path().join(at.path())
        }
    }

    #[async_trait]
    impl Harness for Files {
        fn label(&self) -> &str {
            "file"
        }

        fn source(&self) -> Arc<dyn SecretSource> {
            self.source.clone()
        }

        fn sink(&self) -> Option<Arc<dyn SecretSink>> {
            Some(self.source.clone())
        }

        /// A path may be written in many ways; the laws ask for one place a name.
        fn place_for(&self, name: &str) -> Option<SecretRef> {
            let is_plain = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
            SecretRef::new("file", &format!("sub/folder/{name}")).ok().filter(|_| is_plain)
        }

        async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
            Ok(write_file(&self.path(at), value)?)
        }

        async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
            Ok(fs::remove_file(self.path(at))?)
        }

        fn trailing_newline(&self) -> TrailingNewline {
            TrailingNewline::OneStripped
        }

        fn lacks(&self) -> Vec<(Part, &'static str)> {
            let mut lacks = never();
            lacks.push((Part::List, "it names files anywhere; a mounted folder is listed"));
            lacks
        }

        async fn inflict(&self, trouble: Trouble, at: &SecretRef) {
            let path = self.path(at);
            match trouble {
                Trouble::Denied => deny(&path),
                Trouble::MalformedReply => write_file(&path, &[b'x'; TOO_MUCH]).expect("a file"),
                Trouble::FailingWrites => {
                    let folder = path.parent().expect("a folder");
                    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o555))
                        .expect("a mode can be set");
                    become_ordinary();
                }
                other => unreachable!("{other:?} is lacking"),
            }
        }

        async fn relieve(&self) {
            become_powerful();
            let folder = self.folder.path().join("sub/folder");
            fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755))
                .expect("a mode can be set");
        }
    }

    reticent_testkit::conformance!(Files::new());
}

mod mount {
    use super::*;

    /// A Kubernetes volume, below a folder that holds others too.
    struct Mounted {
        folder: tempfile::TempDir,
        volume: Mutex<(Volume, Files)>,
    }

    type Files = Vec<(String, Vec<u8>)>;

    impl Mounted {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let mut volume = Volume::new(&folder.path().join("app"));
            volume.publish(&[]).expect("a volume");
            Self { folder, volume: Mutex::new((volume, Vec::new())) }
        }

        fn list_source(&self) -> Arc<MountSource> {
            Arc::new(MountSource::new(self.folder.path()))
        }

        fn republish(&self, at: &SecretRef, value: Option<&[u8]>) -> Result<(), SideDoorError> {
            let mut guard = self.volume.lock().expect("no panic before");
            let (volume, files) = &mut *guard;
            let name = at.path().rsplit_once("/app/").ok_or("outside the volume")?.1.to_owned();
            if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
                return Err("no key of a Secret".into());
            }
            let before = files.clone();
            files.retain(|(present, _)| *present != name);
            if let Some(value) = value {
                files.push((name, value.to_vec()));
            }
            let published = volume.publish(files);
            if published.is_err() {
                *files = before;
            }
            Ok(published?)
        }

        fn path(&self, at: &SecretRef) -> PathBuf {
            fs::canonicalize(at.path()).expect("it was seeded")
        }
    }

    #[async_trait]
    impl Harness for Mounted {
        fn label(&self) -> &str {
            "mount"
        }

        fn source(&self) -> Arc<dyn SecretSource> {
            self.list_source()
        }

        fn list(&self) -> Option<Arc<dyn SecretList>> {
            Some(self.list_source())
        }

        fn place_for(&self, name: &str) -> Option<SecretRef> {
            SecretRef::new("file", &format!("{}/app/{name}", self.folder.path().display())).ok()
        }

        async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
            self.republish(at, Some(value))
        }

        async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
            self.republish(at, None)
        }

        fn trailing_newline(&self) -> TrailingNewline {
            TrailingNewline::OneStripped
        }

        fn lacks(&self) -> Vec<(Part, &'static str)> {
            let mut lacks = never();
            lacks.push((Part::Sink, "its platform alone writes a mounted folder"));
            lacks.push((Part::Trouble(Trouble::FailingWrites), "its platform alone writes a mounted folder"));
            lacks
        }

        async fn inflict(&self, trouble: Trouble, at: &SecretRef) {
            match trouble {
                Trouble::Denied => deny(&self.path(at)),
                Trouble::MalformedReply => fs::write(self.path(at), [b'x'; TOO_MUCH]).expect("a file"),
                other => unreachable!("{other:?} is lacking"),
            }
        }

        async fn relieve(&self) {
            become_powerful();
        }
    }

    reticent_testkit::conformance!(Mounted::new());
}

mod systemd {
    use super::*;

    struct Credentials(tempfile::TempDir);

    impl Credentials {
        fn source_of_folder(&self) -> Arc<SystemdSource> {
            Arc::new(SystemdSource::at(self.0.path()))
        }

        fn path(&self, at: &SecretRef) -> PathBuf {
            self.0.path().join(at.path())
        }
    }

    #[async_trait]
    impl Harness for Credentials {
        fn label(&self) -> &str {
            "systemd"
        }

        fn source(&self) -> Arc<dyn SecretSource> {
            self.source_of_folder()
        }

        fn list(&self) -> Option<Arc<dyn SecretList>> {
            Some(self.source_of_folder())
        }

        fn place_for(&self, name: &str) -> Option<SecretRef> {
            SecretRef::new("systemd", name).ok()
        }

        async fn seed(&self, at: &SecretRef, value: &[u8]) -> Result<(), SideDoorError> {
            if at.path().contains('/') {
                return Err("no name of a credential".into());
            }
            Ok(write_file(&self.path(at), value)?)
        }

        async fn wipe(&self, at: &SecretRef) -> Result<(), SideDoorError> {
            Ok(fs::remove_file(self.path(at))?)
        }

        fn lacks(&self) -> Vec<(Part, &'static str)> {
            let mut lacks = never();
            lacks.push((Part::Sink, "systemd alone writes credentials"));
            lacks.push((Part::Trouble(Trouble::FailingWrites), "systemd alone writes credentials"));
            lacks
        }

        async fn inflict(&self, trouble: Trouble, at: &SecretRef) {
            match trouble {
                Trouble::Denied => deny(&self.path(at)),
                Trouble::MalformedReply => write_file(&self.path(at), &[b'x'; TOO_MUCH]).expect("a file"),
                other => unreachable!("{other:?} is lacking"),
            }
        }

        async fn relieve(&self) {
            become_powerful();
        }
    }

    reticent_testkit::conformance!(Credentials(tempfile::tempdir().expect("a folder")));
}
