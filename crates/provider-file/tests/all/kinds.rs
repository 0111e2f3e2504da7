//! What is no regular file is refused at once, and what is wrong is told apart.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use futures_util::FutureExt as _;
use reticent_core::{ErrorKind, Secret, SecretRef, SecretSource, SourceError};
use reticent_provider_file::{FileOptions, FileSource, MountSource, Newline, SystemdSource, Warning};

use crate::support::{become_ordinary, become_powerful};

fn get(source: &dyn SecretSource, at: &str) -> Result<Secret, SourceError> {
    let at: SecretRef = at.parse().expect("a reference");
    source.get(&at).now_or_never().expect("files are read at once")
}

fn check(folder: &Path, at: &str, want: (ErrorKind, &str)) {
    let error = get(&FileSource::new(folder), at).expect_err(at);
    assert_eq!((error.kind(), error.to_string().as_str()), want, "{at}");
}

#[test]
fn what_is_wrong_is_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).expect("a folder");
    fs::write(at("file"), "{\"password\": \"x\"}").expect("a file");
    fs::write(at("plain"), "hunter2").expect("a file");
    fs::write(at("large"), vec![b'x'; 1024 * 1024 + 1]).expect("a file");
    symlink("nowhere", at("dangling")).expect("a link");
    symlink("loop", at("loop")).expect("a link");
    rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), 0o600.into()).expect("a pipe");
    let _listener = UnixListener::bind(at("socket")).expect("a socket");
    use ErrorKind::{InvalidReference, Malformed, NotFound};
    for (name, kind, text) in [
        ("absent", NotFound, "not found in file"),
        ("dangling", NotFound, "not found in file: the link leads to something that is not there"),
        ("dangling/x", NotFound, "not found in file: the link leads to something that is not there"),
        ("file/x", NotFound, "not found in file: a part of the path is not a folder"),
        ("folder", InvalidReference, "not a valid reference for file: it is a folder, not a regular file"),
        ("folder/", InvalidReference, "not a valid reference for file: it is a folder, not a regular file"),
        ("pipe", InvalidReference, "not a valid reference for file: it is a named pipe, not a regular file"),
        ("socket", InvalidReference, "not a valid reference for file: it is a socket, not a regular file"),
        ("loop", InvalidReference, "not a valid reference for file"),
        ("large", Malformed, "malformed in file: the file has more than 1048576 bytes"),
        ("file#pasword", NotFound, "not found in file"),
        ("plain#password", Malformed, "malformed in file"),
        (
            "file?version=2",
            InvalidReference,
            "not a valid reference for file: a file has no other version than the current one",
        ),
    ] {
        let at = format!("file://{name}");
        check(folder.path(), &at, (kind, &format!("{at}: {text}")));
    }
    let device = "file:///dev/null: not a valid reference for file: it is a device, not a regular file";
    check(folder.path(), "file:///dev/null", (InvalidReference, device));
    let scheme = "env://A: not a valid reference for file: its scheme is not file";
    check(folder.path(), "env://A", (InvalidReference, scheme));
    let hint = get(&FileSource::new(folder.path()), "file://file#pasword").expect_err("misspelt");
    assert_eq!(hint.hint(), Some("did you mean password?"));
}

#[test]
fn an_unreadable_file_is_denied_and_a_group_may_be_let_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    fs::write(&path, "x").expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("a mode");
    become_ordinary();
    let denied = get(&FileSource::new(folder.path()), "file://db");
    become_powerful();
    let error = denied.expect_err("nobody may read it");
    assert_eq!(error.to_string(), "file://db: access denied by file");
    assert_eq!(
        std::error::Error::source(&error).expect("a cause").to_string(),
        "Permission denied (os error 13)"
    );
}

#[test]
fn one_newline_is_stripped_unless_it_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let kept = FileOptions::default().with_newline(Newline::Kept);
    for (stored, stripped) in
        [("", ""), ("\n", ""), ("\r\n", ""), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a\r", "a\r")]
    {
        fs::write(folder.path().join("db"), stored).expect("a file");
        let source = FileSource::new(folder.path());
        let value = get(&source, "file://db").expect("it is there");
        assert!(value.ct_eq(&Secret::copy_of(stripped.as_bytes())), "{stored:?}");
        let value = get(&source.with_options(kept), "file://db").expect("it is there");
        assert!(value.ct_eq(&Secret::copy_of(stored.as_bytes())), "{stored:?}");
    }
}

#[test]
fn the_limit_is_the_largest_size_that_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("ten"), "0123456789").expect("a file");
    let source =
        |limit| FileSource::new(folder.path()).with_options(FileOptions::default().with_limit(limit));
    assert_eq!(get(&source(10), "file://ten").expect("it fits").len(), 10);
    assert_eq!(get(&source(9), "file://ten").expect_err("too large").kind(), ErrorKind::Malformed);
}

#[test]
fn no_name_leads_out_of_a_confined_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("in/sub")).expect("a folder");
    fs::write(at("outside"), "x").expect("a file");
    fs::write(at("in/inside"), "y").expect("a file");
    symlink("../outside", at("in/link")).expect("a link");
    symlink("..", at("in/up")).expect("a link");
    let source = MountSource::new(at("in"));
    let outside = format!("file://{}", at("outside").display());
    for name in [
        "file://../outside",
        "file://sub/../../outside",
        "file://link",
        "file://up/outside",
        outside.as_str(),
    ] {
        let error = get(&source, name).expect_err(name);
        assert!(matches!(error.kind(), ErrorKind::InvalidReference | ErrorKind::NotFound), "{name}: {error}");
    }
    assert!(get(&source, "file://inside").is_ok());
    assert!(get(&source, &format!("file://{}", at("in/inside").display())).is_ok());
    // A volume whose `..data` leads out of it was not made by a kubelet.
    symlink("../", at("in/sub/..data")).expect("a link");
    assert_eq!(get(&source, "file://sub/outside").expect_err("out").kind(), ErrorKind::InvalidReference);
}

#[test]
fn a_credential_is_one_file_name() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("db"), "line\n").expect("a file");
    let source = SystemdSource::at(folder.path());
    assert_eq!(get(&source, "systemd://db").expect("it is there").len(), 5);
    for name in ["systemd://..", "systemd://.", "systemd://a/b", "systemd:///etc/passwd"] {
        assert_eq!(get(&source, name).expect_err(name).kind(), ErrorKind::InvalidReference, "{name}");
    }
}

#[test]
fn modes_are_warned_of_as_documented() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    fs::write(&path, "x").expect("a file");
    let source = FileSource::new(folder.path());
    let at = "file://db".parse().expect("a reference");
    let (readable, writable) =
        (|mode| Warning::ReadableByOthers { mode }, |mode| Warning::WritableByOthers { mode });
    for (mode, want) in [
        (0o400, vec![]),
        (0o440, vec![]),
        (0o444, vec![readable(0o444)]),
        (0o644, vec![readable(0o644)]),
        (0o666, vec![readable(0o666), writable(0o666)]),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("a mode");
        assert_eq!(source.warnings(&at).expect("it is there"), want, "{mode:o}");
    }
}
