//! The report as `reticent.check/1`.

use reticent_core::Attempt;
use serde_json::{Value, json};

use super::{Item, Problem, Report};

impl Report {
    /// Returns the report as one JSON document of the schema `reticent.check/1`, without a newline at its end.
    ///
    /// Each item has the first problem as `rule` and `message`, and all of them as `problems`.
    ///
    /// ```
    /// use reticent_config::Report;
    ///
    /// assert_eq!(
    ///     Report::new("production").to_json(),
    ///     r#"{"environment":"production","items":[],"ok":true,"schema":"reticent.check/1"}"#,
    /// );
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let items: Vec<Value> = self.items().iter().map(item).collect();
        let document = json!({
            "schema": "reticent.check/1", "environment": self.environment(), "ok": self.is_ok(), "items": items,
        });
        document.to_string()
    }
}

fn item(item: &Item) -> Value {
    let first = item.problems().first().or(item.warnings().first());
    json!({
        "name": item.name(), "kind": item.kind(), "secret": item.is_secret(), "status": item.status().as_str(),
        "ref": item.reference().or(item.place()), "place": item.place(), "version": item.version(),
        "age_days": item.age_days(), "rule": first.map(Problem::rule), "message": first.map(Problem::message),
        "remedy": first.and_then(Problem::remedy),
        "problems": item.problems().iter().map(problem).collect::<Vec<_>>(),
        "warnings": item.warnings().iter().map(problem).collect::<Vec<_>>(),
        "tried": item.tried().iter().map(attempt).collect::<Vec<_>>(),
    })
}

fn problem(problem: &Problem) -> Value {
    json!({ "rule": problem.rule(), "message": problem.message(), "remedy": problem.remedy() })
}

fn attempt(attempt: &Attempt) -> Value {
    json!({
        "ref": attempt.place(), "source": attempt.source(), "status": attempt.kind().as_str(), "note": attempt.note(),
    })
}
