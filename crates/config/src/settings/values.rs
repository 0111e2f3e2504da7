//! The values that a struct takes its fields from.

use std::fmt;

use super::{Expected, FromValue};
use crate::loader::Found;
use crate::report::{Item, Problem, Report, Status};
use crate::schema::{Condition, Kind};

/// What a loader found, on its way into a struct. `Debug` shows the report.
///
/// ```
/// use reticent_config::Values;
///
/// fn show(values: &Values) -> bool {
///     values.has("PORT")
/// }
/// ```
pub struct Values {
    report: Report,
    found: Vec<Found>,
}

impl Values {
    pub(crate) fn new(report: Report, found: Vec<Found>) -> Self {
        Self { report, found }
    }

    /// Tells whether the setting has a value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Reads the value of a setting; a failure is told once, whether it is the form or the absence.
    pub fn take<T: FromValue>(&mut self, name: &str) -> Option<T> {
        match self.find(name).map(|found| T::from_value(&found.value)) {
            Some(Ok(value)) => return Some(value),
            Some(Err(Expected)) => {
                let expected = T::kind();
                let remedy = format!("set {name} to {expected}");
                let problem = Problem::new("type", format!("expected {expected}")).about_value();
                self.add(name, Status::Invalid, problem.with_remedy(remedy));
            }
            None => self.add(
                name,
                Status::Missing,
                Problem::new("required", "not found").with_remedy(format!("give {name} a value")),
            ),
        }
        None
    }

    pub(crate) fn holds_all(&self, conditions: &[Condition]) -> bool {
        let found: Vec<&Found> = self.found.iter().collect();
        crate::loader::hold(conditions, self.report.environment(), &found)
    }

    pub(crate) fn into_report(self) -> Report {
        self.report
    }

    fn find(&self, name: &str) -> Option<&Found> {
        self.found.iter().find(|found| found.name == name)
    }

    /// Adds a problem where the judgement has found none.
    fn add(&mut self, name: &str, status: Status, problem: Problem) {
        if self.report.find_mut(name).is_none() {
            self.report.push(Item::new(name, Kind::Text.as_str()));
        }
        let item = self.report.find_mut(name).expect("it was just added");
        if item.problems().is_empty() {
            item.add_problem(status, problem);
        }
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").field("report", &self.report).finish_non_exhaustive()
    }
}
