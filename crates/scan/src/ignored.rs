//! What git would leave out: its ignore rules, from the files that belong to the tree.
//!
//! The decision: `.gitignore` of each folder and `.git/info/exclude`, and never a file of the person's own, so that the
//! same tree gives the same result on every machine. A tree that is in no repository is held to its `.gitignore` too.

use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::opened;

/// A longer file of rules is none that a person wrote.
const LONGEST: u64 = 1 << 20;

/// Whether git's ignore rules leave files out.
///
/// ```
/// use reticent_detect::RuleSet;
/// use reticent_scan::{IgnoreRules, Scan};
///
/// let everything = Scan::new(RuleSet::shipped()).with_ignore_rules(IgnoreRules::Disregarded);
/// # let _ = everything;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "complete: they hold or they do not")]
pub enum IgnoreRules {
    /// What they leave out is counted and not read.
    #[default]
    Honoured,
    /// Everything is read.
    Disregarded,
}

/// The rules that hold in a folder: its own, and behind them those of the folders above.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    own: Gitignore,
    above: Rules,
}

impl Rules {
    /// The rules that the folders above `folder` have for it, up to the top of its repository. The path is canonical.
    pub(crate) fn above(folder: &Path) -> Self {
        let Some(top) = folder.ancestors().skip(1).find(|folder| folder.join(".git").exists()) else {
            return Self::default();
        };
        if folder.join(".git").exists() {
            return Self::default();
        }
        let mut folders: Vec<_> =
            folder.ancestors().skip(1).take_while(|folder| folder.starts_with(top)).collect();
        folders.reverse();
        let rules = Self::default().with(top, &top.join(".git/info/exclude"));
        folders.into_iter().fold(rules, |rules, folder| rules.with(folder, &folder.join(".gitignore")))
    }

    /// The rules within `folder`, which holds files of rules or is the top of a repository, as its names say.
    pub(crate) fn within(&self, folder: &Path, is_top: bool, has_rules: bool) -> Self {
        let mut rules = self.clone();
        if is_top {
            rules = Self::default().with(folder, &folder.join(".git/info/exclude"));
        }
        if has_rules {
            rules = rules.with(folder, &folder.join(".gitignore"));
        }
        rules
    }

    /// Adds the rules of a file for what is in `folder`. A line that is no rule is none, as git has it.
    fn with(self, folder: &Path, file: &Path) -> Self {
        let Some(text) = opened::small(file, LONGEST) else { return self };
        let text = String::from_utf8_lossy(&text);
        let mut own = GitignoreBuilder::new(folder);
        for line in text.strip_prefix('\u{feff}').unwrap_or(&text).lines() {
            let _ = own.add_line(None, line);
        }
        match own.build() {
            Ok(own) if !own.is_empty() => Self(Some(Arc::new(Link { own, above: self }))),
            _ => self,
        }
    }

    /// Tells whether `path`, which is canonical, is left out.
    pub(crate) fn leave_out(&self, path: &Path, is_folder: bool) -> bool {
        let mut rules = self;
        while let Some(link) = &rules.0 {
            match link.own.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => rules = &link.above,
            }
        }
        false
    }
}
