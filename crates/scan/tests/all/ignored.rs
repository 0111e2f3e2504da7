//! Git's ignore rules: what they leave out, and that it is counted.

use reticent_scan::IgnoreRules;

use crate::support::{found_in, scan, told, tree, write};

#[test]
fn what_the_rules_leave_out_is_counted() {
    let folder = tree(&["a.log", "b.log", "build/x", "build/y", "keep.log", "src/a.log", "src/b.rs"]);
    write(folder.path(), ".gitignore", "# outputs\n*.log\n!keep.log\n/build/\n");
    let told = told(&scan(), folder.path());
    assert_eq!(found_in(&scan(), folder.path()), ["keep.log", "src/b.rs"]);
    assert_eq!((told.coverage.ignored_files(), told.coverage.ignored_folders()), (3, 1));
    assert!(told.coverage.is_whole());
}

#[test]
fn everything_is_read_where_the_rules_are_disregarded() {
    let folder = tree(&["a.log", "build/x"]);
    write(folder.path(), ".gitignore", "*.log\nbuild\n");
    let all = scan().with_ignore_rules(IgnoreRules::Disregarded);
    assert_eq!(found_in(&all, folder.path()), ["a.log", "build/x"]);
    assert_eq!(told(&all, folder.path()).coverage.ignored_files(), 0);
}

#[test]
fn a_deeper_file_of_rules_goes_before_one_above() {
    let folder = tree(&["a.txt", "in/a.txt", "in/b.txt", "in/deep/a.txt"]);
    write(folder.path(), ".gitignore", "*.txt\n");
    write(folder.path(), "in/.gitignore", "\u{feff}!a.txt\r\n");
    write(folder.path(), "in/deep/.gitignore", "/a.txt\n");
    assert_eq!(found_in(&scan(), folder.path()), ["in/a.txt"]);
}

#[test]
fn the_rules_of_the_repository_hold_below_its_top() {
    let folder = tree(&["sub/in/a.log", "sub/in/b.tmp", "sub/in/c"]);
    write(folder.path(), ".git/HEAD", "ref: refs/heads/main\n");
    write(folder.path(), ".git/info/exclude", "*.tmp\n");
    write(folder.path(), ".gitignore", "sub/in/*.log\n");
    assert_eq!(found_in(&scan(), &folder.path().join("sub/in")), ["c"]);
    assert_eq!(found_in(&scan(), folder.path()), ["sub/in/c"]);
}

#[test]
fn the_rules_of_a_repository_do_not_hold_in_one_within_it() {
    let folder = tree(&["a.log", "inner/a.log"]);
    write(folder.path(), ".git/HEAD", "ref: refs/heads/main\n");
    write(folder.path(), ".gitignore", "*.log\n");
    write(folder.path(), "inner/.git/HEAD", "ref: refs/heads/main\n");
    assert_eq!(found_in(&scan(), folder.path()), ["inner/a.log"]);
    assert_eq!(found_in(&scan(), &folder.path().join("inner")), ["a.log"]);
}

#[test]
fn what_is_asked_for_by_name_is_read_though_it_is_ignored() {
    let folder = tree(&[".env", "build/x"]);
    write(folder.path(), ".gitignore", ".env\nbuild\n");
    assert_eq!(found_in(&scan(), &folder.path().join(".env")), [""]);
    assert_eq!(found_in(&scan(), &folder.path().join("build")), ["x"]);
}

#[test]
fn lines_that_are_no_rules_and_bytes_that_are_no_text_hide_nothing() {
    let folder = tree(&["a", "b.log"]);
    write(folder.path(), ".gitignore", b"[\n\xff\xfe\n{a\n*.log\n");
    assert_eq!(found_in(&scan(), folder.path()), ["a"]);
}
