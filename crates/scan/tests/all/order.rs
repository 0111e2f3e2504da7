//! Many workers: the same events in the same order, and an end when somebody has seen enough.

use std::ops::ControlFlow;

use reticent_scan::{Event, Progress};

use crate::support::{line, scan, told, tree, write};

#[test]
fn the_number_of_workers_changes_nothing() {
    let names: Vec<String> = (0..300).map(|number| format!("{:02}/{number:03}.env", number % 17)).collect();
    let folder = tree(&names.iter().map(String::as_str).collect::<Vec<_>>());
    // One that is slow and stands at the beginning: all others are done before it.
    let slow = format!("{}{}", line(), " ".repeat(3 << 20));
    write(folder.path(), "00/000.env", slow);
    let one = told(&scan().with_workers(1), folder.path());
    assert_eq!(one.findings.len(), 300);
    let mut sorted = one.paths();
    sorted.sort();
    assert_eq!(one.paths(), sorted);
    let several = told(&scan().with_workers(8), folder.path());
    assert_eq!((several.paths(), several.coverage), (one.paths(), one.coverage));
}

#[test]
fn a_file_with_more_findings_than_are_kept_tells_them_all_in_order() {
    let folder = tree(&["a", "z"]);
    write(folder.path(), "many", line().repeat(3000));
    let told = told(&scan().with_workers(3), folder.path());
    assert_eq!(told.findings.len(), 3002);
    let lines: Vec<u64> = told.findings[1..3001].iter().map(|finding| finding.line()).collect();
    assert_eq!(lines, (1..=3000).collect::<Vec<u64>>());
}

#[test]
fn whoever_has_seen_enough_ends_it() {
    let names: Vec<String> = (0..3000).map(|number| format!("{number:04}")).collect();
    let folder = tree(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut count = 0;
    let coverage = scan().paths(&[folder.path().into()], |_| {
        count += 1;
        if count == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let coverage = coverage.unwrap();
    assert_eq!((count, coverage.is_whole()), (5, false));
    assert!(coverage.files() < 2000, "{coverage:?}");
}

#[test]
fn progress_counts_what_coverage_counts() {
    let folder = tree(&["a", "b/c"]);
    let progress = Progress::default();
    let told = told(&scan().with_progress(progress.clone()), folder.path());
    assert_eq!((progress.files(), progress.bytes()), (told.coverage.files(), told.coverage.bytes()));
}

#[test]
#[should_panic(expected = "a scoped thread panicked")]
fn a_panic_of_the_caller_ends_the_scan_and_hangs_nobody() {
    let names: Vec<String> = (0..200).map(|number| format!("{number:03}")).collect();
    let folder = tree(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let _ = scan().with_workers(4).paths(&[folder.path().into()], |event| match event {
        Event::Finding(_) => panic!("the caller's own"),
        _ => ControlFlow::Continue(()),
    });
}
