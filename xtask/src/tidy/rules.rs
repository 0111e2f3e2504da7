//! `tidy.toml` as data: this file is its schema.

use serde::Deserialize;

use super::Finding;
use crate::{Error, Project};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TidyRules {
    /// What a package's name begins with and its folder's does not.
    pub(super) package_prefix: String,
    /// The folders whose Rust files are read.
    pub(super) sources: Vec<String>,
    pub(super) limits: Limits,
    #[serde(default)]
    pub(super) banned: Vec<Banned>,
    /// Words that may stand in no file of the repository, in any case.
    #[serde(default)]
    pub(super) forbidden_words: Vec<String>,
    #[serde(default, rename = "exception")]
    pub(super) exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Limits {
    pub(super) file_code_lines: usize,
    pub(super) function_lines: usize,
}

/// Something that no Rust file may hold: in its code, or anywhere in its text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Banned {
    pub(super) code: Option<String>,
    pub(super) text: Option<String>,
    pub(super) instead: String,
}

/// A place where a rule does not hold, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exception {
    pub(super) rule: String,
    pub(super) path: String,
    pub(super) reason: String,
}

impl TidyRules {
    pub(super) fn load(project: &Project) -> Result<Self, Error> {
        let rules: Self = project.read_toml("tidy.toml")?;
        if let Some(silent) = rules.exceptions.iter().find(|exception| exception.reason.trim().is_empty()) {
            let Exception { rule, path, .. } = silent;
            return Err(Error::new(format!("tidy.toml: the exception {rule} for {path} gives no reason")));
        }
        Ok(rules)
    }
}

/// The exceptions, and whether each was needed.
pub(super) struct Exceptions<'a> {
    all: Vec<(&'a Exception, bool)>,
}

impl<'a> Exceptions<'a> {
    pub(super) fn new(rules: &'a TidyRules) -> Self {
        Self { all: rules.exceptions.iter().map(|exception| (exception, false)).collect() }
    }

    /// Tells whether an exception covers the finding, and remembers that it was needed.
    pub(super) fn cover(&mut self, finding: &Finding) -> bool {
        let fitting =
            |exception: &Exception| exception.rule == finding.rule && exception.path == finding.path;
        match self.all.iter_mut().find(|(exception, _)| fitting(exception)) {
            Some((_, used)) => {
                *used = true;
                true
            }
            None => false,
        }
    }

    /// Reports the exceptions that covered nothing.
    pub(super) fn stale(&self) -> impl Iterator<Item = String> {
        self.all.iter().filter(|(_, used)| !used).map(|(exception, _)| {
            let Exception { rule, path, .. } = exception;
            format!("tidy.toml: the exception {rule} for {path} is not needed; remove it")
        })
    }
}
