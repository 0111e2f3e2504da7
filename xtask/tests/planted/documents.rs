//! The generated parts of the documents.

use crate::plot::Plot;

#[test]
fn fresh_documents_pass() {
    Plot::clean().expect("generate", &[]);
}

#[test]
fn each_part_that_drifted_is_named() {
    let drifts: [(&str, &str, &str, &str); 3] = [
        ("layers.toml", "what all stand on", "another line", "docs/architecture.md: the part `layers`"),
        ("crates/low/Cargo.toml", "The low crate", "Another line", "README.md: the part `crates`"),
        (
            "conformance.toml",
            "# No source is pinned yet.",
            "[disk]\nlaws = 3\n",
            "docs/reference/sources.md: the part `sources`",
        ),
    ];
    for (file, old, new, part) in drifts {
        let plot = Plot::clean();
        plot.edit(file, old, new);
        plot.expect("generate", &[&format!("{part} is stale; run `cargo xtask generate`")]);
    }
}

#[test]
fn a_part_edited_by_hand_is_named() {
    let plot = Plot::clean();
    plot.edit("README.md", "| The low crate |", "| The lowest crate |");
    plot.expect("generate", &["README.md: the part `crates` is stale; run `cargo xtask generate`"]);
}

#[test]
fn a_document_or_a_marker_that_is_missing_is_named() {
    let plot = Plot::clean();
    plot.remove("README.md");
    plot.edit("docs/architecture.md", "<!-- /generated -->", "");
    plot.expect(
        "generate",
        &[
            "docs/architecture.md: no `<!-- generated: layers -->` followed by `<!-- /generated -->`",
            "README.md: missing; write it, with `<!-- generated: crates -->` and `<!-- /generated -->` where \
             the part goes",
        ],
    );
}

#[test]
fn the_table_of_sources_tells_what_does_not_apply_and_why() {
    let plot = Plot::clean();
    plot.put(
        "conformance.toml",
        "[disk]\nlaws = 3\n[disk.not_applicable]\n\"version::old\" = \"a file has no versions\"\n[memory]\nlaws = 4\n",
    );
    let table = "| source | laws that hold | not applicable |\n|---|---|---|\n| `disk` | 2 of 3 | 1 |\n\
                 | `memory` | 4 of 4 | 0 |\n\nNot applicable, and why:\n\n\
                 - `disk`, `version::old`: a file has no versions\n";
    plot.edit("docs/reference/sources.md", "No source is pinned yet.\n", table);
    plot.expect("generate", &[]);
}

#[test]
fn the_table_of_rules_has_each_rule_of_each_file() {
    let plot = Plot::clean();
    let rule = |id: &str, more: &str| {
        format!("[[rule]]\nid = \"{id}\"\ntitle = \"Key\"\nseverity = \"high\"\n{more}")
    };
    let file = |vendor: &str, rule: &str| format!("schema = 1\nvendor = \"{vendor}\"\n\n{rule}");
    plot.put(
        "crates/detect/data/generic/generic.toml",
        &file("generic", &rule("generic.key", "confidence = 0.5\n")),
    );
    plot.put(
        "crates/detect/data/vendors/acme.toml",
        &file("acme", &rule("acme.key", "checksum = \"crc32-hex\"\n")),
    );
    let table = "1 or 2 rules";
    plot.edit("docs/reference/rules.md", "No rule is shipped yet.\n", table);
    plot.expect(
        "generate",
        &["docs/reference/rules.md: the part `rules` is stale; run `cargo xtask generate`"],
    );
    let table = "Rules: 2. Vendors: 1.\n\n| vendor | rule | finds | severity | confidence | verified by |\n\
                 |---|---|---|---|---|---|\n| generic | `generic.key` | Key | high | 0.5 | – |\n\
                 | acme | `acme.key` | Key | high | 0.9 | `crc32-hex` |\n";
    plot.edit("docs/reference/rules.md", "1 or 2 rules", table);
    plot.expect("generate", &[]);
}

#[test]
fn the_tables_of_errors_have_each_row_of_each_crate() {
    let row = |situation: &str| {
        format!(
            "[[row]]\nsituation = \"{situation}\"\nshown_by = \"fake:x\"\nkind = \"NotFound\"\n\
             transient = false\nhint = \"look at <name> by `cat <name>`\"\nexit = 1\n"
        )
    };
    let plot = Plot::clean();
    plot.put("crates/low/tests/errors.toml", &row("this | that"));
    plot.put("crates/high/tests/errors.toml", &(row("one") + &row("two")));
    let head =
        "| situation | kind | tried again | exit code | hint | shown by |\n|---|---|---|---|---|---|\n";
    let line = |situation: &str| {
        format!("| {situation} | `NotFound` | no | 1 | look at &lt;name> by `cat <name>` | fake:x |\n")
    };
    let tables =
        format!("## high\n\n{head}{}{}\n## low\n\n{head}{}", line("one"), line("two"), line("this \\| that"));
    plot.edit("docs/reference/errors.md", "No crate has rows yet.\n", &tables);
    plot.expect("generate", &[]);
    plot.put("crates/low/tests/errors.toml", &row("another"));
    plot.expect(
        "generate",
        &["docs/reference/errors.md: the part `errors` is stale; run `cargo xtask generate`"],
    );
}
