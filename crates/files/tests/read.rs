//! What is read, and what is refused at once.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext of the fixtures")]

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use reticent_core::ErrorKind;
use reticent_files::{FileError, FileState, Links, Newline, OpenFile, read, read_at};

fn check_error(path: &Path, want: FileError, kind: ErrorKind) {
    let error = read(path, 16).expect_err("it is refused");
    assert_eq!((error, error.kind()), (want, kind), "{}", path.display());
    assert_eq!(OpenFile::open(path).map(drop), Err(want), "{}", path.display());
}

#[test]
fn what_is_no_regular_file_is_refused_without_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    rustix::fs::mkfifoat(rustix::fs::CWD, at("pipe"), 0o600.into()).expect("a pipe");
    let _listener = UnixListener::bind(at("socket")).expect("a socket");
    symlink("pipe", at("link")).expect("a link");
    for (path, what) in [
        (at("pipe"), "a named pipe"),
        (at("link"), "a named pipe"),
        (at("socket"), "a socket"),
        (folder.path().to_owned(), "a folder"),
        ("/dev/null".into(), "a device"),
    ] {
        check_error(&path, FileError::NotRegular(what), ErrorKind::InvalidReference);
        assert_eq!(FileState::of(&path), Err(FileError::NotRegular(what)), "{}", path.display());
    }
}

#[test]
fn absent_dangling_looping_and_misplaced_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "x").expect("a file");
    symlink("nowhere", at("dangling")).expect("a link");
    symlink("loop", at("loop")).expect("a link");
    let system = |name: &str| FileError::from(fs::read(at(name)).expect_err(name));
    check_error(&at("absent"), system("absent"), ErrorKind::NotFound);
    check_error(&at("dangling"), FileError::DanglingLink, ErrorKind::NotFound);
    check_error(&at("loop"), system("loop"), ErrorKind::InvalidReference);
    check_error(&at("file/x"), system("file/x"), ErrorKind::NotFound);
    let is_absent = |name: &str| read(&at(name), 1).expect_err(name).is_absent();
    assert_eq!(["absent", "dangling", "file/x"].map(is_absent), [true, false, false]);
}

#[test]
fn a_link_is_followed_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("real"), "x\n").expect("a file");
    symlink("real", folder.path().join("link")).expect("a link");
    let open = File::open(folder.path()).expect("a folder");
    let content = |links| read_at(open.as_fd(), "link".as_ref(), links, 16);
    assert_eq!(content(Links::Followed).expect("followed").into_buffer().expose_bytes(), b"x\n");
    assert_eq!(content(Links::Refused).map(drop), Err(FileError::Link));
}

#[test]
fn the_limit_is_the_largest_size_that_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ten");
    fs::write(&path, "012345678\n").expect("a file");
    assert_eq!(read(&path, 10).expect("it fits").into_secret(Newline::Kept).len(), 10);
    assert_eq!(read(&path, 9).map(drop), Err(FileError::TooLarge(9)));
    // A file whose length the system does not know is bounded as it is read.
    let endless = read("/proc/self/mountinfo".as_ref(), 9);
    assert_eq!(endless.map(drop), Err(FileError::TooLarge(9)));
}

#[test]
fn what_is_read_is_told_with_its_state_and_mode() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    fs::write(&path, "hunter2\r\n").expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o4640)).expect("a mode");
    let content = read(&path, 16).expect("a file");
    assert_eq!((content.state().mode(), content.state().size()), (0o4640, 9));
    assert_eq!(FileState::of(&path).as_ref(), Ok(content.state()));
    assert!(!format!("{content:?}").contains("hunter2"));
    assert_eq!(content.into_secret(Newline::OneStripped).expose_bytes(), b"hunter2");
}

#[test]
fn each_write_is_another_state_even_with_its_times_set_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    let times = fs::FileTimes::new().set_modified(std::time::SystemTime::UNIX_EPOCH);
    let mut seen: Vec<FileState> = Vec::new();
    for value in ["one", "two", "six"] {
        // Away from what the clock of the file system takes for the same time.
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&path, value).expect("a file");
        File::options().write(true).open(&path).and_then(|file| file.set_times(times)).expect("a time");
        let state = FileState::of(&path).expect("a file");
        assert!(seen.iter().all(|old| *old != state && old.to_string() != state.to_string()), "{value}");
        seen.push(state);
    }
}

#[test]
fn a_file_that_is_written_in_place_is_never_read_as_a_mixture() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("db");
    fs::write(&path, [b'a'; 8192]).expect("a file");
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..30_u8 {
                // Away from what the clock of the file system takes for the same time.
                std::thread::sleep(std::time::Duration::from_millis(20));
                fs::write(&path, [b'a' + number % 2; 8192]).expect("written");
            }
        });
        while !writer.is_finished() {
            match read(&path, 8192) {
                Ok(content) => {
                    let bytes = content.into_buffer();
                    let first = bytes.expose_bytes().first();
                    // Between the writer's truncation and its write the file is empty, and stands still.
                    assert!(bytes.is_empty() || bytes.len() % 4096 == 0, "{} bytes", bytes.len());
                    assert!(bytes.expose_bytes().iter().all(|byte| Some(byte) == first), "half a write");
                }
                Err(error) => assert_eq!(error, FileError::KeepsChanging),
            }
        }
    });
}
