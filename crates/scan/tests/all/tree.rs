//! Which files of a tree are read.

use std::fs;
use std::path::PathBuf;

use crate::support::{found_in, line, scan, told, told_with, tree, write};

#[test]
fn hidden_files_are_read_and_paths_come_in_their_order() {
    let folder = tree(&["b/.env", ".hidden/deep/x.txt", "a.py", "b/a/z", "b.txt", "c"]);
    let want = [".hidden/deep/x.txt", "a.py", "b/.env", "b/a/z", "b.txt", "c"];
    assert_eq!(found_in(&scan(), folder.path()), want);
}

#[test]
fn a_path_is_told_as_it_was_asked_for() {
    let folder = tree(&["src/a.env"]);
    let root = folder.path().join("./src/.");
    assert_eq!(told(&scan(), &root).findings[0].path(), folder.path().join("src/a.env"));
}

#[test]
fn of_a_git_folder_the_configuration_alone_is_read() {
    let folder = tree(&[".git/objects/ab/cd", ".git/COMMIT_EDITMSG", "a"]);
    write(folder.path(), ".git/config", line());
    write(folder.path(), ".git/HEAD", "ref: refs/heads/main\n");
    let told = told(&scan(), folder.path());
    let want = [folder.path().join(".git/config"), folder.path().join("a")];
    assert_eq!(told.findings.iter().map(|finding| finding.path()).collect::<Vec<_>>(), want);
    assert_eq!((told.coverage.files(), told.coverage.ignored_files()), (2, 0));
    assert_eq!(
        found_in(&scan(), &folder.path().join(".git")).len(),
        3,
        "one that is asked for is read whole"
    );
}

#[test]
fn a_file_to_which_several_paths_lead_is_read_once() {
    let folder = tree(&["a/b/c", "a/d"]);
    let path = |name: &str| folder.path().join(name);
    let told = told_with(&scan(), &[path("a/b"), path("a"), path("a/d"), path("a/b/c")], |_| {});
    let found: Vec<PathBuf> = told.findings.iter().map(|finding| finding.path().to_owned()).collect();
    assert_eq!(found, [path("a/b/c"), path("a/d")]);
    assert_eq!(told.coverage.files(), 2);
}

#[test]
fn a_path_that_is_not_there_is_an_error_and_nothing_is_read() {
    let folder = tree(&["a"]);
    let missing = folder.path().join("missing");
    let roots = [folder.path().to_owned(), missing.clone()];
    let mut count = 0;
    let error = scan()
        .paths(&roots, |_| {
            count += 1;
            std::ops::ControlFlow::Continue(())
        })
        .unwrap_err();
    assert_eq!((error.path(), error.io_error().kind(), count), (&*missing, std::io::ErrorKind::NotFound, 0));
}

#[test]
fn coverage_counts_files_bytes_and_what_is_no_text() {
    let folder = tree(&["a"]);
    write(folder.path(), "empty", "");
    write(folder.path(), "image", [b"\x89PNG\0\0\0\x01".as_slice(), line().as_bytes()].concat());
    let utf16: Vec<u8> = line().encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(folder.path(), "utf16", [b"\xff\xfe".as_slice(), &utf16].concat());
    let told = told(&scan(), folder.path());
    assert_eq!((told.coverage.files(), told.coverage.binary(), told.findings.len()), (4, 1, 3));
    let bytes: u64 =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert_eq!(told.coverage.bytes(), bytes);
    assert!(told.coverage.is_whole());
}

#[test]
fn an_empty_tree_covers_nothing() {
    let folder = tree(&[]);
    assert_eq!(told(&scan(), folder.path()).coverage, reticent_scan::Coverage::default());
}
