//! What is no ordinary file, changes under the reader, or cannot be read.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use reticent_scan::{Event, SkipReason};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::support::{found_in, line, scan, told, told_with, tree, write};

fn pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe");
}

#[test]
fn links_are_counted_and_not_followed() {
    let outside = tree(&["secret.env"]);
    let folder = tree(&["real/a"]);
    symlink(outside.path(), folder.path().join("out")).unwrap();
    symlink(outside.path().join("secret.env"), folder.path().join("out.env")).unwrap();
    symlink(folder.path(), folder.path().join("real/loop")).unwrap();
    symlink("self", folder.path().join("self")).unwrap();
    let told = told(&scan(), folder.path());
    assert_eq!(found_in(&scan(), folder.path()), ["real/a"]);
    assert_eq!((told.coverage.files(), told.coverage.links(), told.coverage.is_whole()), (1, 4, true));
}

#[test]
fn a_link_that_is_asked_for_is_followed() {
    let outside = tree(&["secret.env"]);
    let folder = tree(&[]);
    let link = folder.path().join("link");
    symlink(outside.path(), &link).unwrap();
    assert_eq!(found_in(&scan(), &link), ["secret.env"]);
}

#[test]
fn pipes_and_sockets_are_counted_and_make_nobody_wait() {
    let folder = tree(&["a"]);
    pipe(&folder.path().join("pipe"));
    let _socket = UnixListener::bind(folder.path().join("socket")).unwrap();
    let told = told(&scan(), folder.path());
    assert_eq!((told.findings.len(), told.coverage.files(), told.coverage.special()), (1, 1, 2));
}

#[test]
fn a_pipe_that_is_asked_for_is_read() {
    let folder = tree(&[]);
    let path = folder.path().join("pipe");
    pipe(&path);
    let writer = std::thread::spawn({
        let path = path.clone();
        move || OpenOptions::new().write(true).open(path).unwrap().write_all(line().as_bytes()).unwrap()
    });
    let told = told(&scan(), &path);
    writer.join().unwrap();
    assert_eq!((told.findings.len(), told.coverage.bytes()), (1, line().len() as u64));
}

/// A tree of many files; `change` happens to the last of them when the first was read.
fn last_of_many(change: impl Fn(&Path) + Send + Sync) -> crate::support::Told {
    let names: Vec<String> = (0..300).map(|number| format!("{number:03}")).collect();
    let folder = tree(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let last = folder.path().join("299");
    let mut is_first = true;
    told_with(&scan().with_workers(1), &[folder.path().into()], |_| {
        if std::mem::take(&mut is_first) {
            change(&last);
        }
    })
}

#[test]
fn a_file_that_vanishes_is_told() {
    let told = last_of_many(|last| fs::remove_file(last).unwrap());
    assert_eq!((told.findings.len(), told.coverage.files(), told.coverage.skipped()), (299, 299, 1));
    assert!(matches!(told.skipped[0].reason(), SkipReason::Vanished), "{:?}", told.skipped);
    assert!(told.skipped[0].to_string().ends_with("/299: it was gone before it was read"));
}

#[test]
fn what_takes_a_files_place_is_not_read() {
    for change in [
        (|last: &Path| pipe(last)) as fn(&Path),
        |last| symlink(last.with_file_name("000"), last).unwrap(),
        |last| drop(UnixListener::bind(last).unwrap()),
    ] {
        let told = last_of_many(|last| {
            fs::remove_file(last).unwrap();
            change(last);
        });
        assert_eq!((told.findings.len(), told.coverage.special(), told.coverage.skipped()), (299, 1, 0));
    }
}

#[test]
fn a_file_that_grows_is_read_up_to_what_it_was_and_that_is_told() {
    let folder = tree(&[]);
    let path = folder.path().join("growing.log");
    let text = line().repeat(2000) + &" ".repeat(2 << 20);
    fs::write(&path, &text).unwrap();
    let mut count = 0;
    let told = told_with(&scan(), std::slice::from_ref(&path), |event| {
        count += u32::from(matches!(event, Event::Finding(_)));
        // The first thousand is told while the rest is still to be read.
        if count == 1 {
            OpenOptions::new().append(true).open(&path).unwrap().write_all(line().as_bytes()).unwrap();
        }
    });
    assert_eq!((told.findings.len(), told.coverage.bytes()), (2000, text.len() as u64));
    assert!(matches!(told.skipped[..], [ref skipped] if matches!(skipped.reason(), SkipReason::Grew)));
    assert!(!told.coverage.is_whole());
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    // The memory of a process begins with what is not mapped; even root cannot read it.
    let told = told(&scan(), Path::new("/proc/self/mem"));
    assert_eq!((told.findings.len(), told.coverage.skipped()), (0, 1));
    assert!(matches!(told.skipped[0].reason(), SkipReason::Unreadable(_)), "{:?}", told.skipped);
    assert!(!told.coverage.is_whole());
}

#[test]
fn a_file_whose_length_the_system_does_not_tell_is_read() {
    let told = told(&scan(), Path::new("/proc/self/status"));
    assert!(told.coverage.bytes() > 100 && told.coverage.is_whole(), "{:?}", told.coverage);
}

#[test]
fn a_name_that_is_no_text_is_told_as_it_is() {
    let folder = tree(&[]);
    let name = OsStr::from_bytes(b"a\xff.env");
    fs::write(folder.path().join(name), line()).unwrap();
    let told = told(&scan(), folder.path());
    assert_eq!(told.findings[0].path(), folder.path().join(name));
}

#[test]
fn a_deep_tree_needs_no_stack() {
    let folder = tree(&[]);
    let deep = "d/".repeat(1500);
    write(folder.path(), &format!("{deep}a"), line());
    assert_eq!(found_in(&scan(), folder.path()), [format!("{deep}a")]);
}
