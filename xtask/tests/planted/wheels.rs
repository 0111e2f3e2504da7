//! typos and taplo, and what is said when they cannot be installed.

use std::path::Path;

use crate::plot::Plot;

#[test]
fn a_misspelt_word_is_refused() {
    let plot = Plot::clean();
    plot.expect("typos", &[]);
    let misspelt = ["rec", "ieve"].concat();
    plot.append("README.md", &format!("\nWe {misspelt} it.\n"));
    let want = format!("README.md:12:4: error: `{misspelt}` should be `receive`");
    plot.expect("typos", &[&want]);
}

#[test]
fn an_unformatted_toml_file_is_refused() {
    let plot = Plot::clean();
    plot.expect("taplo", &[]);
    plot.edit("servers.toml", "needed = []", "needed=[]");
    let violations = plot.outcome("taplo").violations;
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].starts_with("servers.toml: not formatted; run `"), "{violations:?}");
    assert!(violations[0].ends_with("taplo fmt`"), "{violations:?}");
}

#[test]
fn a_toml_file_that_does_not_parse_is_refused() {
    let plot = Plot::clean();
    plot.put("servers.toml", "needed = [\n");
    plot.edit("conformance.toml", "# ", "#\n\n\n\n# ");
    let violations = plot.outcome("taplo").violations;
    assert_eq!(violations.len(), 2, "{violations:?}");
    assert!(violations[0].starts_with("conformance.toml: not formatted; run `"), "{violations:?}");
    assert_eq!(violations[1], "servers.toml:2:1: does not parse as TOML");
}

#[test]
fn without_python_both_fail_and_say_what_to_install() {
    let plot = Plot::clean();
    let tools = plot.root().join("../no-tools");
    let project = plot.project().with_tools(&tools).with_python(Path::new("/nonexistent/python3"));
    for name in ["typos", "taplo"] {
        let gate = xtask::gate(name).expect("the check exists");
        let report = (gate.run)(&project).expect_err("nothing can be installed").report();
        assert!(
            report.starts_with(
                "cannot install the wheels of xtask/requirements.txt: cannot run `/nonexistent/python3`: "
            ),
            "{report}"
        );
        let remedy = "\nhint: install python3 (3.10 or later) with its venv module; Debian and Ubuntu: \
                      `apt-get install python3-venv`";
        assert!(report.ends_with(remedy), "{report}");
    }
}
