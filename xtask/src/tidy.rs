//! The rules of the house that no compiler knows; limits and exceptions are data, in `tidy.toml`.
//!
//! Everything here is reading files: it takes a second, and works while the product does not compile.

mod architecture;
mod decisions;
mod lines;
mod manifests;
mod rules;
mod sources;

use crate::rust_source::RustSource;
use crate::{Error, Outcome, Project, files};
use rules::{Exceptions, TidyRules};

/// Checks sources, manifests and the architecture document.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let rules = TidyRules::load(project)?;
    let sources = rust_files(project, &rules)?;
    let mut found = sources::check(&rules, &sources);
    found.extend(lines::check(&rules, project, &sources)?);
    found.extend(manifests::check(&rules, project)?);
    found.extend(architecture::check(&rules, project, &sources)?);
    found.extend(decisions::check(project)?);
    let mut exceptions = Exceptions::new(&rules);
    let mut violations: Vec<String> = found
        .into_iter()
        .filter(|finding| !exceptions.cover(finding))
        .map(|finding| finding.message)
        .collect();
    violations.extend(exceptions.stale());
    let notes = vec![format!("{} source files", sources.len())];
    Ok(Outcome { violations, notes, ..Outcome::default() })
}

/// A Rust file of the workspace.
struct Source {
    path: String,
    rust: RustSource,
}

/// A broken rule, in a form that an exception can be matched with.
struct Finding {
    rule: &'static str,
    path: String,
    message: String,
}

impl Finding {
    fn new(rule: &'static str, path: &str, message: String) -> Self {
        Self { rule, path: path.to_owned(), message }
    }
}

fn rust_files(project: &Project, rules: &TidyRules) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    for folder in &rules.sources {
        for path in files::below(project.root(), folder, "rs")? {
            let rust = RustSource::new(project.read(&path)?);
            sources.push(Source { path, rust });
        }
    }
    Ok(sources)
}
