//! A file is written whole or not at all.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use futures_util::FutureExt as _;
use reticent_core::{
    DeleteOptions, ErrorKind, Expected, PutOptions, Secret, SecretRef, SecretSink, SecretSource, SourceError,
};
use reticent_provider_file::FileSource;

use crate::support::{Volume, become_ordinary, become_powerful};

fn put(folder: &Path, at: &str, value: &[u8], options: &PutOptions) -> Result<(), SourceError> {
    let at: SecretRef = at.parse().expect("a reference");
    let source = FileSource::new(folder);
    let put = source.put(&at, &Secret::copy_of(value), options).now_or_never();
    put.expect("files are written at once").map(drop)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_new_file_is_the_owners_alone_and_an_old_one_keeps_its_mode() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    put(folder.path(), "file://db", b"one", &PutOptions::default()).expect("written");
    assert_eq!(mode(&path), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("a mode");
    put(folder.path(), "file://db", b"two\n", &PutOptions::default()).expect("written");
    assert_eq!((mode(&path), fs::read(&path).expect("a file")), (0o640, b"two\n\n".to_vec()));
    assert_eq!(names(folder.path()), ["db"]);
}

#[test]
fn a_failed_write_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    fs::write(&path, "old").expect("a file");
    let create = PutOptions::default().expecting(Expected::Absent);
    let conflict = put(folder.path(), "file://db", b"new", &create).expect_err("something is there");
    assert_eq!(conflict.kind(), ErrorKind::Conflict);
    let large = vec![b'x'; 1024 * 1024 + 1];
    let refused = put(folder.path(), "file://db", &large, &PutOptions::default()).expect_err("too large");
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).expect("a mode");
    become_ordinary();
    let denied = put(folder.path(), "file://db", b"new", &PutOptions::default());
    become_powerful();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a mode");
    assert_eq!(denied.expect_err("the folder is read-only").kind(), ErrorKind::AccessDenied);
    assert_eq!(
        (fs::read(&path).expect("a file"), names(folder.path())),
        (b"old".to_vec(), vec!["db".to_owned()])
    );
}

#[test]
fn a_link_stays_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("real"), "old").expect("a file");
    symlink("real", folder.path().join("link")).expect("a link");
    put(folder.path(), "file://link", b"new", &PutOptions::default()).expect("written");
    assert_eq!(fs::read(folder.path().join("real")).expect("a file"), b"new");
    assert_eq!(fs::read_link(folder.path().join("link")).expect("a link"), Path::new("real"));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("sub")).expect("a folder");
    let mut volume = Volume::new(&folder.path().join("app"));
    volume.publish(&[("db".to_owned(), b"x".to_vec())]).expect("a volume");
    for (at, kind) in [
        ("file://db#field", ErrorKind::InvalidReference),
        ("file://db?version=1", ErrorKind::InvalidReference),
        ("file://sub", ErrorKind::InvalidReference),
        ("file://absent/db", ErrorKind::NotFound),
        ("file://app/db", ErrorKind::Unsupported),
    ] {
        let error = put(folder.path(), at, b"new", &PutOptions::default()).expect_err(at);
        assert_eq!(error.kind(), kind, "{at}: {error}");
    }
    let at = "file://app/db".parse().expect("a reference");
    let source = FileSource::new(folder.path());
    let deleted = source.delete(&at, &DeleteOptions::default()).now_or_never().expect("at once");
    let error = deleted.expect_err("a volume");
    assert_eq!(error.to_string(), "file://app/db: not supported by file: it lies in a mounted volume");
    assert!(error.hint().is_some());
}

#[test]
fn of_two_that_create_one_wins() {
    let folder = tempfile::tempdir().expect("a folder");
    let create = PutOptions::default().expecting(Expected::Absent);
    let kinds: Vec<Option<ErrorKind>> = std::thread::scope(|scope| {
        let write = |number: u8| {
            let (folder, create) = (folder.path(), &create);
            scope
                .spawn(move || put(folder, "file://db", &[number; 9], create).err().map(|error| error.kind()))
        };
        let writers: Vec<_> = (0..8).map(write).collect();
        writers.into_iter().map(|writer| writer.join().expect("no panic")).collect()
    });
    assert_eq!(kinds.iter().filter(|kind| kind.is_none()).count(), 1, "{kinds:?}");
    assert!(kinds.iter().flatten().all(|kind| *kind == ErrorKind::Conflict), "{kinds:?}");
}

#[test]
fn a_reader_never_sees_half_a_write() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "file://db", &[b'a'; 65536], &PutOptions::default()).expect("written");
    let at: SecretRef = "file://db".parse().expect("a reference");
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..200_u8 {
                let value = vec![b'a' + number % 2; 65536];
                put(folder.path(), "file://db", &value, &PutOptions::default()).expect("written");
            }
        });
        let whole = [[b'a'; 65536], [b'b'; 65536]].map(|value| Secret::copy_of(&value));
        while !writer.is_finished() {
            let source = FileSource::new(folder.path());
            let value = source.get(&at).now_or_never().expect("at once").expect("it is always there");
            assert!(whole.iter().any(|one| one.ct_eq(&value)), "half a write was read");
        }
    });
}
