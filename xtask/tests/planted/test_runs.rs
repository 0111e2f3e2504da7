//! Whole test runs: the count, a failing test, no test at all, a program that is not there.

use xtask::{Runner, Tested, test};

use crate::plot::Plot;

/// cargo's own runner always, and nextest where this machine has it: same tests, same count.
fn runners(plot: &Plot) -> Vec<Runner> {
    let found = Runner::find(&plot.project()).expect("cargo can be started");
    if found == Runner::Cargo { vec![Runner::Cargo] } else { vec![Runner::Cargo, found] }
}

#[track_caller]
fn check(plot: &Plot, filter: &[&str], counts: &str, violations: &[&str]) {
    let filter: Vec<String> = filter.iter().map(|word| (*word).to_owned()).collect();
    for runner in runners(plot) {
        let tested: Tested = test(&plot.project(), runner, false, &filter);
        let context = format!("{runner:?} said:\n{}", plot.said());
        assert_eq!(tested.counts.to_string(), counts, "{context}");
        assert_eq!(tested.violations, violations, "{context}");
    }
}

#[test]
fn unit_and_documentation_tests_are_added_up() {
    check(&Plot::clean(), &[], "2 passed, 0 failed, 0 skipped", &[]);
}

#[test]
fn a_filter_skips_the_rest_and_says_that_laws_are_not_counted() {
    let plot = Plot::clean();
    plot.put("conformance.toml", "[disk]\nlaws = 2\n");
    check(&plot, &["next_is_one"], "1 passed, 0 failed, 1 skipped", &[]);
    assert!(plot.said().contains("\nlaws: not counted (a filter was given)\n"), "{}", plot.said());
}

#[test]
fn a_failing_test_fails_the_run() {
    let plot = Plot::clean();
    plot.edit("crates/low/src/lib.rs", "next(1), 2", "next(1), 3");
    check(&plot, &[], "1 passed, 1 failed, 0 skipped", &["1 tests failed"]);
}

#[test]
fn a_failing_documentation_test_fails_the_run() {
    let plot = Plot::clean();
    plot.edit("crates/high/src/lib.rs", "after_next(1), 3", "after_next(1), 4");
    check(&plot, &[], "1 passed, 1 failed, 0 skipped", &["1 tests failed"]);
}

#[test]
fn a_run_of_no_test_fails() {
    check(&Plot::clean(), &["no_such_test"], "0 passed, 0 failed, 2 skipped", &["no test ran"]);
}

#[test]
fn laws_are_counted_after_the_run() {
    let plot = Plot::clean();
    plot.put("conformance.toml", "[disk]\nlaws = 2\n");
    check(&plot, &[], "2 passed, 0 failed, 0 skipped", &["disk: no law ran, conformance.toml pins 2"]);
}

#[test]
fn laws_of_an_older_run_do_not_count() {
    let plot = Plot::clean();
    let report = r#"{"schema":"acme.law/1","source":"disk","law":"read","status":"passed","reason":null}"#;
    plot.put("../target/conformance/disk/read.json", report);
    check(&plot, &[], "2 passed, 0 failed, 0 skipped", &[]);
}

#[test]
fn tests_that_do_not_compile_fail_the_run() {
    let plot = Plot::clean();
    plot.edit("crates/low/src/lib.rs", "next(1), 2", "missing(1), 2");
    let broken = "the run broke off before it could count; its messages are above";
    check(&plot, &[], "1 passed, 0 failed, 0 skipped", &[broken]);
}

#[test]
fn a_program_that_does_not_build_fails_the_run() {
    let plot = Plot::clean();
    plot.put("crates/high/src/main.rs", "//! Broken.\n\nfn main() {\n    missing();\n}\n");
    let violations = test(&plot.project(), Runner::Cargo, false, &[]).violations;
    assert_eq!(violations[0], "the programs do not build; the messages are above", "{violations:?}");
}

#[test]
fn tests_are_told_where_the_program_is_and_where_to_report() {
    let plot = Plot::clean();
    plot.append("Cargo.toml", "program = \"acme-high\"\npython-env = \"ACME_PYTHON\"\n");
    let missing = "no program `acme-high` was built\nhint: `program` in [workspace.metadata.xtask] names a binary \
                   of the workspace";
    check(&plot, &[], "0 passed, 0 failed, 0 skipped", &[missing, missing, "no test ran"]);

    plot.put("crates/high/src/main.rs", "//! A program.\n\nfn main() {}\n");
    plot.put("crates/high/tests/told.rs", include_str!("clean/told.rs"));
    check(
        &plot,
        &[],
        "3 passed, 0 failed, 0 skipped",
        &["disk: 1 laws ran and conformance.toml does not know it; add `[disk]` with `laws = 1`"],
    );
}

#[test]
fn a_server_that_tests_need_is_never_passed_over() {
    let plot = Plot::clean();
    plot.put("servers.toml", "needed = [\"vault\"]\n");
    let violations = test(&plot.project(), Runner::Cargo, false, &[]).violations;
    let want = "servers.toml names vault, which is no server that can be started\n\
                hint: there are openbao, postgres, moto, ministack, valkey";
    assert_eq!(violations, [want]);
}
