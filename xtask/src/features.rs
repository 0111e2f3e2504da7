//! Each library alone: what a team gets that picks one crate, with the features it picks.
//!
//! A workspace build unites features, so a crate may compile there and nowhere else.

mod budgets;
mod matrix;

use crate::layers::LayerRules;
use crate::metadata::{Metadata, Platforms};
use crate::{Error, Outcome, Project, process};

/// Compiles each library with each feature alone, and counts the trees that have a budget.
pub(crate) fn check(project: &Project) -> Result<Outcome, Error> {
    let rules = LayerRules::load(project)?;
    let metadata = Metadata::load(project, &Platforms::One(&rules.platform))?;
    let mut outcome = budgets::check(project, &rules, &metadata)?;
    let mut builds = 0_usize;
    for package in metadata.members().filter(|package| package.is_library()) {
        for selection in matrix::selections(package) {
            let mut command = project.cargo(["check", "--quiet", "--lib", "--package", &package.name]);
            command.args(&selection);
            let shown = [&["cargo check -p".to_owned(), package.name.clone()], selection.as_slice()].concat();
            if !process::stream(&mut command, project.console(), |_| {})?.success() {
                outcome.violations.push(format!("`{}` fails; its messages are above", shown.join(" ")));
            }
            builds += 1;
        }
    }
    outcome.notes.push(format!("{builds} builds of single libraries"));
    Ok(outcome)
}
