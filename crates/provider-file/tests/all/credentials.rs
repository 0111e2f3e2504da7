//! Our reader and systemd's own agree on a folder of credentials.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use futures_util::FutureExt as _;
use reticent_core::{ErrorKind, Secret, SecretInfo, SecretList, SecretRef, SecretSource};
use reticent_provider_file::SystemdSource;

/// A folder as systemd makes it: 0500, its files 0400.
fn credentials(values: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, value) in values {
        let path = folder.path().join(name);
        fs::write(&path, value).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("a mode");
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).expect("a mode");
    folder
}

fn systemd_creds(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let mut command = Command::new("systemd-creds");
    command.env_clear().env("PATH", "/usr/bin:/bin").env("CREDENTIALS_DIRECTORY", folder).args(arguments);
    let output = command.output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

#[test]
fn systemd_and_we_read_the_same_bytes() {
    let values: [(&str, &[u8]); 4] =
        [("db", b"correct horse"), ("line", b"line\n"), ("bytes", b"\0\xff\x01"), ("empty", b"")];
    let folder = credentials(&values);
    let source = SystemdSource::from_lookup(|name| {
        (name == "CREDENTIALS_DIRECTORY").then(|| folder.path().as_os_str().to_owned())
    });
    let mut peers = 0;
    for (name, value) in values {
        let at = SecretRef::new("systemd", name).expect("a reference");
        let ours = source.get(&at).now_or_never().expect("at once").expect("it is there");
        assert!(ours.ct_eq(&Secret::copy_of(value)), "{name}");
        if let Some(theirs) = systemd_creds(folder.path(), &["cat", "--newline=no", name]) {
            assert!(ours.ct_eq(&Secret::copy_of(&theirs)), "systemd reads {name} otherwise");
            peers += 1;
        }
    }
    let listed = source.list("").now_or_never().expect("at once").expect("it is there");
    let names: Vec<&str> = listed.iter().map(SecretInfo::reference).map(SecretRef::path).collect();
    assert_eq!(names, ["bytes", "db", "empty", "line"]);
    if peers == 0 {
        println!("systemd-creds is not on this machine: our reader was compared with the stored bytes alone");
    }
    // So that the folder can be removed by a user who is not root.
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("a mode");
}

#[test]
fn without_the_variable_every_credential_is_absent() {
    for folder in [None, Some(std::ffi::OsString::new())] {
        let source = SystemdSource::from_lookup(|_| folder);
        let at = "systemd://db".parse().expect("a reference");
        let error = source.get(&at).now_or_never().expect("at once").expect_err("no folder");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.to_string(), "systemd://db: not found in systemd: CREDENTIALS_DIRECTORY is not set");
        assert_eq!(error.hint(), Some("run it as a systemd service with LoadCredential=db:…"));
        assert!(source.check().now_or_never().expect("at once").is_err());
    }
}
