//! Each rule of the house.

use crate::plot::Plot;

const LOW: &str = "crates/low/src/lib.rs";

/// Plants with `plant`, and expects one violation; then excuses it, and expects none.
#[track_caller]
fn check(plant: impl Fn(&Plot), rule: &str, path: &str, want: &str) {
    let plot = Plot::clean();
    plot.expect("tidy", &[]);
    plant(&plot);
    plot.expect("tidy", &[want]);
    let exception = format!("\n[[exception]]\nrule = \"{rule}\"\npath = \"{path}\"\nreason = \"a test\"\n");
    plot.append("tidy.toml", &exception);
    plot.expect("tidy", &[]);
}

#[test]
fn a_module_begins_with_its_purpose() {
    let want = "crates/low/src/lib.rs: begins without a `//!` line that says what the module is for";
    check(|plot| plot.edit(LOW, "//! The low crate.\n", "// The low crate.\n"), "module-doc", LOW, want);
}

#[test]
fn a_file_has_at_most_as_many_code_lines_as_the_limit() {
    let constants = |count: usize| "const _: u8 = 1;\n".repeat(count);
    let plant = |plot: &Plot, count| plot.put(LOW, &format!("//! Doc.\n\n{}", constants(count)));
    let plot = Plot::clean();
    plot.edit("docs/architecture.md", "`next_is_one_more`", "xtask clippy");
    plant(&plot, 20);
    plot.expect("tidy", &[]);
    plant(&plot, 21);
    plot.expect("tidy", &["crates/low/src/lib.rs: 21 code lines, the limit is 20; split it by idea"]);
}

#[test]
fn a_function_has_at_most_as_many_lines_as_the_limit() {
    let long = |lines: usize| format!("\nfn long() {{\n{}}}\n", "    // A step.\n".repeat(lines));
    let plot = Plot::clean();
    plot.append(LOW, &long(8));
    plot.expect("tidy", &[]);
    let want =
        "crates/low/src/lib.rs:17: function `long` has 11 lines, the limit is 10; give its steps names";
    check(|plot| plot.append(LOW, &long(9)), "function-length", LOW, want);
}

#[test]
fn white_space_is_clean() {
    let want = "crates/low/src/lib.rs:17: trailing white space";
    check(|plot| plot.append(LOW, "\n// A line. \n"), "white-space", LOW, want);
    let want = "crates/low/src/lib.rs:17: a tab; write `\\t` or spaces";
    check(|plot| plot.append(LOW, "\n//\tA line.\n"), "white-space", LOW, want);
}

#[test]
fn banned_code_is_found_in_code_only() {
    let want = "crates/low/src/lib.rs:19: `todo!` is banned; finish it";
    let text = "\n// todo!\nconst _: &str = \"todo!\";\nfn a() { todo!() }\n";
    check(|plot| plot.append(LOW, text), "banned", LOW, want);
}

#[test]
fn banned_text_is_found_in_comments_too() {
    let want = "crates/low/src/lib.rs:17: `LATER` is banned; do it now";
    check(|plot| plot.append(LOW, "\n// LATER: more. RELATER is a word.\n"), "banned", LOW, want);
}

#[test]
fn forbidden_words_are_found_in_any_file() {
    let want = "README.md:11: the word `abracadabra` must not appear in the repository";
    let plant = |plot: &Plot| {
        plot.edit("tidy.toml", "[limits]", "forbidden-words = [\"abracadabra\"]\n\n[limits]");
        plot.append("README.md", "Abracadabra!\n");
    };
    check(plant, "forbidden-word", "README.md", want);
}

#[test]
fn a_folder_is_called_as_its_package() {
    let want =
        "crates/low/Cargo.toml: package `acme-lower` lies in `crates/low`; its folder is `crates/lower`";
    let plant = |plot: &Plot| plot.edit("crates/low/Cargo.toml", "acme-low", "acme-lower");
    check(plant, "manifest", "crates/low/Cargo.toml", want);
}

#[test]
fn a_manifest_inherits() {
    let file = "crates/low/Cargo.toml";
    for key in ["version", "edition", "rust-version", "license"] {
        let want = format!("{file}: write `{key}.workspace = true`");
        let plant = |plot: &Plot| plot.edit(file, &format!("\n{key}.workspace = true"), "");
        check(plant, "manifest", file, &want);
    }
    let want = "crates/low/Cargo.toml: write `[lints]` with `workspace = true`";
    check(|plot| plot.edit(file, "[lints]\nworkspace = true\n", ""), "manifest", file, want);
}

#[test]
fn a_dependency_is_stated_in_the_workspace() {
    let file = "crates/high/Cargo.toml";
    let want = "crates/high/Cargo.toml: `acme-low` states its own source; put it under \
                [workspace.dependencies] and write `acme-low.workspace = true`";
    let inherited = "[dependencies]\nacme-low.workspace = true";
    for table in ["dependencies", "dev-dependencies", "target.'cfg(unix)'.dependencies"] {
        for own in ["acme-low = \"1\"", "acme-low = { path = \"../low\", version = \"1\" }"] {
            let plant = |plot: &Plot| plot.edit(file, inherited, &format!("[{table}]\n{own}"));
            check(plant, "manifest", file, want);
        }
    }
}

const ARCHITECTURE: &str = "docs/architecture.md";

#[test]
fn the_architecture_document_is_there() {
    let want = "docs/architecture.md: missing; it explains each crate and states the invariants";
    check(|plot| plot.remove(ARCHITECTURE), "architecture", ARCHITECTURE, want);
}

#[test]
fn each_crate_has_its_paragraph() {
    let want = "docs/architecture.md: no paragraph `### high` for crates/high";
    check(|plot| plot.edit(ARCHITECTURE, "### high", "### other"), "architecture", ARCHITECTURE, want);
}

#[test]
fn each_invariant_has_an_enforcer_that_exists() {
    let want =
        "docs/architecture.md:20: I1 is enforced by `xtask wishes`, which is no xtask command, test or law";
    let plant = |plot: &Plot| plot.edit(ARCHITECTURE, "xtask layers", "xtask wishes");
    check(plant, "architecture", ARCHITECTURE, want);

    let want = "docs/architecture.md:21: I2 is enforced by `next_is_one_more`, which is no xtask command, test or law";
    let plant = |plot: &Plot| plot.edit(LOW, "    #[test]\n", "");
    check(plant, "architecture", ARCHITECTURE, want);

    let want = "docs/architecture.md:20: I1 ends without `— enforced by: NAME`";
    let plant = |plot: &Plot| plot.edit(ARCHITECTURE, " — enforced by: xtask layers", "");
    check(plant, "architecture", ARCHITECTURE, want);
}

#[test]
fn decisions_are_numbered_once_named_and_linked() {
    let link = |plot: &Plot, name: &str| plot.append(ARCHITECTURE, &format!("[x](adr/{name})\n"));
    for name in ["0002-Upper.md", "2-short.md", "0002.md"] {
        let path = format!("docs/adr/{name}");
        let plant = |plot: &Plot| {
            plot.put(&path, "");
            link(plot, name);
        };
        let want = format!("{path}: call it `NNNN-title-in-lower-case.md`");
        check(plant, "decision", &path, &want);
    }

    let path = "docs/adr/0001-another.md";
    let plant = |plot: &Plot| {
        plot.put(path, "");
        link(plot, "0001-another.md");
    };
    let want = "docs/adr/0001-another.md: docs/adr/0001-a-decision.md has the number 0001 too";
    check(plant, "decision", path, want);

    let want = "docs/adr/0002-lost.md: not linked from docs/architecture.md";
    check(|plot| plot.put("docs/adr/0002-lost.md", ""), "decision", "docs/adr/0002-lost.md", want);
}

#[test]
fn an_exception_that_is_not_needed_or_gives_no_reason_is_refused() {
    let plot = Plot::clean();
    plot.append("tidy.toml", "\n[[exception]]\nrule = \"banned\"\npath = \"a.rs\"\nreason = \"old\"\n");
    plot.expect("tidy", &["tidy.toml: the exception banned for a.rs is not needed; remove it"]);
    plot.edit("tidy.toml", "\"old\"", "\" \"");
    plot.expect_error("tidy", "tidy.toml: the exception banned for a.rs gives no reason");
}
