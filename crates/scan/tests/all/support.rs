//! Trees to scan, and what was told of them.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use reticent_detect::RuleSet;
use reticent_scan::{Coverage, Event, Finding, Scan, Skipped};
use tempfile::TempDir;

/// A value that nobody uses; in two pieces, so that this file holds none.
pub(crate) fn secret() -> String {
    ["q8Zt0vLw2n", "Xc5Rb7TkPy"].concat()
}

/// A line that assigns it.
pub(crate) fn line() -> String {
    format!("api_key=\"{}\"\n", secret())
}

/// What a scan told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) findings: Vec<Finding>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) coverage: Coverage,
}

impl Told {
    pub(crate) fn paths(&self) -> Vec<String> {
        self.findings.iter().map(|finding| finding.path().to_string_lossy().into_owned()).collect()
    }
}

pub(crate) fn scan() -> Scan {
    Scan::new(RuleSet::shipped())
}

/// A folder with files that hold [`line()`].
pub(crate) fn tree(files: &[&str]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for file in files {
        write(folder.path(), file, line());
    }
    folder
}

pub(crate) fn write(folder: &Path, file: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    std::fs::write(path, text).expect("a file");
}

/// Scans and calls `each` before an event is kept.
pub(crate) fn told_with(scan: &Scan, roots: &[PathBuf], mut each: impl FnMut(&Event) + Send) -> Told {
    let (mut findings, mut skipped) = (Vec::new(), Vec::new());
    let coverage = scan.paths(roots, |event| {
        each(&event);
        match event {
            Event::Finding(finding) => findings.push(finding),
            Event::Skipped(what) => skipped.push(what),
            _ => panic!("another event"),
        }
        ControlFlow::Continue(())
    });
    let coverage = coverage.expect("the roots are there");
    Told { findings, skipped, coverage }
}

pub(crate) fn told(scan: &Scan, root: &Path) -> Told {
    told_with(scan, &[root.to_owned()], |_| {})
}

/// The paths below `root` in which something was found.
pub(crate) fn found_in(scan: &Scan, root: &Path) -> Vec<String> {
    let told = told(scan, root);
    let below = |finding: &Finding| {
        finding.path().strip_prefix(root).expect("below the root").to_string_lossy().into_owned()
    };
    told.findings.iter().map(below).collect()
}

/// Scans a text that comes through a pipe.
pub(crate) fn read(scan: &Scan, name: &str, text: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    scan.reader(name, text, |event| {
        let Event::Finding(finding) = event else { panic!("memory can be read: {event:?}") };
        findings.push(finding);
        ControlFlow::Continue(())
    });
    findings
}
