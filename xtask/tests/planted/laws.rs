//! The count of conformance laws.

use crate::plot::Plot;

impl Plot {
    /// Reports a law as a test run would.
    fn report(&self, source: &str, law: &str, reason: Option<&str>) {
        let status = if reason.is_some() { "not-applicable" } else { "passed" };
        let reason = reason.map_or("null".to_owned(), |reason| format!("\"{reason}\""));
        self.put(
            &format!("../target/conformance/{source}/{law}.json"),
            &format!(
                r#"{{"schema":"acme.law/1","source":"{source}","law":"{law}","status":"{status}","reason":{reason}}}"#
            ),
        );
    }
}

/// Two laws pinned, two laws run, one of them not applicable.
fn held() -> Plot {
    let plot = Plot::clean();
    plot.put("conformance.toml", "[disk]\nlaws = 2\n[disk.not_applicable]\nold = \"no versions\"\n");
    plot.report("disk", "read", None);
    plot.report("disk", "old", Some("no versions"));
    plot
}

#[test]
fn the_pinned_laws_pass() {
    held().expect("laws", &[]);
}

#[test]
fn that_no_law_is_asked_yet_is_said_aloud() {
    let outcome = Plot::clean().outcome("laws");
    assert_eq!(outcome.unchecked.as_deref(), Some("no source is pinned in conformance.toml"));
}

#[test]
fn a_missing_law_is_counted() {
    let plot = held();
    plot.remove("../target/conformance/disk/read.json");
    plot.expect("laws", &["disk: 1 laws ran, conformance.toml pins 2"]);
}

#[test]
fn a_new_law_is_counted() {
    let plot = held();
    plot.report("disk", "write", None);
    plot.expect("laws", &["disk: 3 laws ran, conformance.toml pins 2"]);
}

#[test]
fn a_source_that_ran_no_law_is_named() {
    let plot = held();
    plot.append("conformance.toml", "[memory]\nlaws = 2\n");
    plot.expect("laws", &["memory: no law ran, conformance.toml pins 2"]);
}

#[test]
fn a_source_that_is_not_pinned_is_named() {
    let plot = held();
    plot.report("memory", "read", None);
    plot.expect(
        "laws",
        &["memory: 1 laws ran and conformance.toml does not know it; add `[memory]` with `laws = 1`"],
    );
}

#[test]
fn what_does_not_apply_is_pinned_with_its_reason() {
    let plot = held();
    plot.report("disk", "old", Some("too hard"));
    plot.expect(
        "laws",
        &["disk: law `old` does not apply because \"too hard\"; conformance.toml says \"no versions\""],
    );
    plot.report("disk", "old", None);
    plot.expect("laws", &["disk: conformance.toml says that law `old` does not apply; it did not report so"]);
    plot.edit("conformance.toml", "[disk.not_applicable]\nold = \"no versions\"\n", "");
    plot.expect("laws", &[]);
    plot.report("disk", "read", Some("too hard"));
    plot.expect(
        "laws",
        &["disk: law `read` does not apply (\"too hard\"), and conformance.toml does not say so"],
    );
}

#[test]
fn a_report_of_another_schema_is_an_error() {
    let plot = held();
    plot.edit("../target/conformance/disk/read.json", "acme.law/1", "acme.law/2");
    plot.expect_error(
        "laws",
        "cannot read the law's report disk/read.json: its schema is `acme.law/2` and not `acme.law/1`",
    );
}

#[test]
fn a_law_reported_twice_is_an_error() {
    let plot = held();
    let text = plot.read("../target/conformance/disk/read.json");
    plot.put("../target/conformance/disk/read-again.json", &text);
    plot.expect_error(
        "laws",
        "cannot read the law's report disk/read.json: another file reports the same law of the same source",
    );
}
