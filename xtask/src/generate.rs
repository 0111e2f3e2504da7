//! The parts of the documents that are made from data, so that nobody keeps a list by hand.
//!
//! A part stands between `<!-- generated: NAME -->` and `<!-- /generated -->`; the rest of the file is prose and
//! is not touched.

mod crates_table;
mod errors_table;
mod layer_drawing;
mod markers;
mod rules_table;
mod sources_table;

use crate::{Error, Outcome, Project};

/// A part of a document, and what makes it.
struct Part {
    file: &'static str,
    name: &'static str,
    render: fn(&Project) -> Result<String, Error>,
}

const PARTS: [Part; 5] = [
    Part { file: "docs/architecture.md", name: "layers", render: layer_drawing::render },
    Part { file: "README.md", name: "crates", render: crates_table::render },
    Part { file: "docs/reference/errors.md", name: "errors", render: errors_table::render },
    Part { file: "docs/reference/rules.md", name: "rules", render: rules_table::render },
    Part { file: "docs/reference/sources.md", name: "sources", render: sources_table::render },
];

/// Compares each part with what would be written.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    each_part(project, |part, _, is_fresh| {
        let stale =
            || format!("{}: the part `{}` is stale; run `cargo xtask generate`", part.file, part.name);
        Ok((!is_fresh).then(stale))
    })
}

/// Writes each part that is stale.
pub(crate) fn write(project: &Project) -> Result<Outcome, Error> {
    each_part(project, |part, text, is_fresh| {
        if is_fresh {
            return Ok(None);
        }
        project.console().line(&format!("  wrote the part `{}` of {}", part.name, part.file));
        std::fs::write(project.root().join(part.file), text)
            .map_err(|cause| Error::new(format!("cannot write {}", part.file)).because(cause))?;
        Ok(None)
    })
}

fn each_part(
    project: &Project,
    mut visit: impl FnMut(&Part, &str, bool) -> Result<Option<String>, Error>,
) -> Result<Outcome, Error> {
    let mut violations = Vec::new();
    for part in &PARTS {
        let Ok(old) = project.read(part.file) else {
            violations.push(format!(
                "{}: missing; write it, with `<!-- generated: {} -->` and `<!-- /generated -->` where the part goes",
                part.file, part.name
            ));
            continue;
        };
        match markers::replace(&old, part.name, &(part.render)(project)?) {
            Some(new) => violations.extend(visit(part, &new, new == old)?),
            None => violations.push(format!(
                "{}: no `<!-- generated: {} -->` followed by `<!-- /generated -->`",
                part.file, part.name
            )),
        }
    }
    Ok(Outcome::of(violations))
}
