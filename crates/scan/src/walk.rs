//! The files of a tree, in the order of their paths.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, FileType};
use std::io;
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

use crate::coverage::Coverage;
use crate::event::Skipped;
use crate::ignored::{IgnoreRules, Rules};

/// Of a `.git` folder these are read: the URLs of remotes stand there. What else it holds is git's own store.
const OF_GIT: [&str; 2] = ["config", "config.worktree"];

/// A path that was asked for and cannot be read.
///
/// ```
/// use std::ops::ControlFlow;
/// use reticent_detect::RuleSet;
/// use reticent_scan::Scan;
///
/// let error = Scan::new(RuleSet::shipped()).paths(&["/no/such/path".into()], |_| ControlFlow::Continue(())).unwrap_err();
/// assert_eq!(error.path().to_str(), Some("/no/such/path"));
/// assert_eq!(error.to_string(), "cannot read /no/such/path");
/// ```
#[derive(Debug)]
pub struct RootError {
    path: PathBuf,
    error: io::Error,
}

impl RootError {
    /// Returns which.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what the system says.
    #[must_use]
    pub fn io_error(&self) -> &io::Error {
        &self.error
    }
}

impl fmt::Display for RootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}", reticent_core::Visible(&self.path.to_string_lossy()))
    }
}

impl std::error::Error for RootError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// A path that was asked for.
#[derive(Debug)]
pub(crate) struct Root {
    /// As it was asked for, without `.` in it.
    shown: PathBuf,
    /// Where it really is.
    real: PathBuf,
    is_folder: bool,
}

/// A file to be looked at.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Where it is opened.
    pub(crate) real: PathBuf,
    /// How it is told.
    pub(crate) shown: PathBuf,
    /// What of its path tells how it is written.
    pub(crate) hint: String,
    /// Whether it was named by the caller, and may be a pipe or a link.
    pub(crate) is_root: bool,
}

/// What a walk comes by.
pub(crate) enum Step {
    File(Entry),
    Skipped(Skipped),
}

/// Makes sure that all paths can be read before the first is.
pub(crate) fn roots(paths: &[PathBuf]) -> Result<Vec<Root>, RootError> {
    paths.iter().map(|path| root(path).map_err(|error| RootError { path: path.clone(), error })).collect()
}

fn root(path: &Path) -> io::Result<Root> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() || metadata.is_file() {
        File::open(path)?;
    }
    let shown = path.components().filter(|part| *part != Component::CurDir).collect();
    Ok(Root { shown, real: fs::canonicalize(path)?, is_folder: metadata.is_dir() })
}

/// Goes through trees and counts what it passes by.
pub(crate) struct Walk<'w> {
    pub(crate) rules: IgnoreRules,
    pub(crate) coverage: Coverage,
    pub(crate) each: &'w mut dyn FnMut(Step) -> ControlFlow<()>,
    /// The files so far, where several paths may lead to the same.
    seen: Option<HashSet<PathBuf>>,
}

/// A folder whose names are being gone through.
struct Folder {
    real: PathBuf,
    shown: PathBuf,
    rules: Rules,
    /// Sorted backwards, so that the next is the last.
    names: Vec<(OsString, FileType)>,
}

impl<'w> Walk<'w> {
    pub(crate) fn new(rules: IgnoreRules, each: &'w mut dyn FnMut(Step) -> ControlFlow<()>) -> Self {
        Self { rules, coverage: Coverage::default(), each, seen: None }
    }

    pub(crate) fn through(&mut self, roots: &[Root]) -> ControlFlow<()> {
        self.seen = (roots.len() > 1).then(HashSet::new);
        roots.iter().try_for_each(|root| match root.is_folder {
            true => self.tree(root),
            false => {
                let name = root.shown.file_name().map(PathBuf::from).unwrap_or_default();
                let hint = if root.shown.is_absolute() { &name } else { &root.shown };
                self.file(root.real.clone(), root.shown.clone(), hint, true)
            }
        })
    }

    /// Depth is no limit: nothing recurses.
    fn tree(&mut self, root: &Root) -> ControlFlow<()> {
        let is_told = root.shown.components().all(|part| matches!(part, Component::Normal(_)));
        let hidden = if is_told { Path::new("") } else { &root.shown };
        let above = match self.rules {
            IgnoreRules::Honoured => Rules::above(&root.real),
            IgnoreRules::Disregarded => Rules::default(),
        };
        let mut folders = Vec::new();
        self.enter(root.real.clone(), root.shown.clone(), &above, &mut folders)?;
        while let Some(folder) = folders.last_mut() {
            let Some((name, kind)) = folder.names.pop() else {
                folders.pop();
                continue;
            };
            let (real, shown) = (folder.real.join(&name), folder.shown.join(&name));
            if folder.rules.leave_out(&real, kind.is_dir()) {
                *(if kind.is_dir() {
                    &mut self.coverage.ignored_folders
                } else {
                    &mut self.coverage.ignored_files
                }) += 1;
            } else if kind.is_dir() && name == ".git" {
                self.git(&real, &shown)?;
            } else if kind.is_dir() {
                let rules = folder.rules.clone();
                self.enter(real, shown, &rules, &mut folders)?;
            } else if kind.is_file() {
                let hint = shown.strip_prefix(hidden).unwrap_or(&shown).to_owned();
                self.file(real, shown, &hint, false)?;
            } else if kind.is_symlink() {
                self.coverage.links += 1;
            } else {
                self.coverage.special += 1;
            }
        }
        ControlFlow::Continue(())
    }

    fn enter(
        &mut self,
        real: PathBuf,
        shown: PathBuf,
        rules: &Rules,
        folders: &mut Vec<Folder>,
    ) -> ControlFlow<()> {
        let mut names = match names(&real) {
            Ok(names) => names,
            Err(error) => return (self.each)(Step::Skipped(Skipped::of(told(&shown), error))),
        };
        let has = |name: &str| names.iter().any(|(known, _)| known == name);
        let rules = match self.rules {
            IgnoreRules::Honoured => rules.within(&real, has(".git"), has(".gitignore")),
            IgnoreRules::Disregarded => Rules::default(),
        };
        names.sort_by(|left, right| right.0.cmp(&left.0));
        folders.push(Folder { real, shown, rules, names });
        ControlFlow::Continue(())
    }

    fn git(&mut self, real: &Path, shown: &Path) -> ControlFlow<()> {
        OF_GIT.iter().try_for_each(|name| {
            let is_there = fs::symlink_metadata(real.join(name)).is_ok_and(|metadata| metadata.is_file());
            if !is_there {
                return ControlFlow::Continue(());
            }
            self.file(real.join(name), shown.join(name), Path::new(name), false)
        })
    }

    fn file(&mut self, real: PathBuf, shown: PathBuf, hint: &Path, is_root: bool) -> ControlFlow<()> {
        if self.seen.as_mut().is_some_and(|seen| !seen.insert(real.clone())) {
            return ControlFlow::Continue(());
        }
        let hint = hint.to_string_lossy().into_owned();
        (self.each)(Step::File(Entry { real, shown, hint, is_root }))
    }
}

fn names(folder: &Path) -> io::Result<Vec<(OsString, FileType)>> {
    fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name(), entry.file_type()?))
        })
        .collect()
}

/// A folder as it is told; the working directory has no name.
fn told(shown: &Path) -> PathBuf {
    if shown.as_os_str().is_empty() { PathBuf::from(".") } else { shown.to_owned() }
}
