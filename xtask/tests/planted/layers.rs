//! Edges between layers, and confined crates.

use crate::plot::Plot;

/// A third crate, in a place that the test gives it.
fn with_third_crate(place: &str) -> Plot {
    let plot = Plot::clean();
    plot.edit("Cargo.toml", "acme-high = {", "acme-third = { path = \"crates/third\" }\nacme-high = {");
    let manifest = plot.read("crates/low/Cargo.toml").replace("acme-low", "acme-third");
    plot.put("crates/third/Cargo.toml", &manifest);
    plot.put("crates/third/src/lib.rs", "//! The third crate.\n");
    plot.append("layers.toml", place);
    plot
}

const TEST_SUPPORT: &str = "\n[[beside]]\nname = \"kit\"\nabout = \"for tests\"\ncrates = [\"acme-third\"]\nmay-use = [\"acme-low\"]\nfor-tests = true\n";

#[test]
fn edges_that_go_down_pass() {
    Plot::clean().expect("layers", &[]);
}

#[test]
fn an_upward_edge_is_refused_even_from_tests() {
    for (table, kind) in [("dependencies", ""), ("dev-dependencies", ", dev-dependency")] {
        let plot = Plot::clean();
        // Upward both ways would be a cycle, which cargo itself refuses.
        plot.edit("crates/high/Cargo.toml", "[dependencies]\nacme-low.workspace = true\n", "");
        plot.append("crates/low/Cargo.toml", &format!("\n[{table}]\nacme-high.workspace = true\n"));
        let want = format!(
            "acme-low (0 bottom) → acme-high (1 top{kind}): upward edge; a crate depends on strictly lower \
             layers only: put a trait in a lower layer that the upper crate implements"
        );
        plot.expect("layers", &[&want]);
    }
}

#[test]
fn a_sideways_edge_is_refused() {
    let plot = with_third_crate("");
    plot.edit("layers.toml", "[\"acme-low\"]", "[\"acme-low\", \"acme-third\"]");
    plot.expect("layers", &[]);
    plot.append("crates/third/Cargo.toml", "\n[dependencies]\nacme-low.workspace = true\n");
    plot.expect(
        "layers",
        &["acme-third (0 bottom) → acme-low (0 bottom): sideways edge; a crate depends on strictly lower \
           layers only: move what both need into a lower crate"],
    );
}

#[test]
fn an_optional_edge_for_another_platform_is_an_edge() {
    let plot = with_third_crate("");
    plot.edit("layers.toml", "[\"acme-low\"]", "[\"acme-low\", \"acme-third\"]");
    plot.append(
        "crates/third/Cargo.toml",
        "\n[target.'cfg(windows)'.dependencies]\nacme-low = { workspace = true, optional = true }\n",
    );
    assert_eq!(plot.outcome("layers").violations.len(), 1);
}

#[test]
fn a_crate_for_tests_is_named_by_tests_only() {
    let plot = with_third_crate(TEST_SUPPORT);
    plot.append("crates/high/Cargo.toml", "\n[dev-dependencies]\nacme-third.workspace = true\n");
    plot.expect("layers", &[]);
    plot.edit("crates/high/Cargo.toml", "[dev-dependencies]\n", "[build-dependencies]\n");
    plot.expect(
        "layers",
        &["acme-high (1 top) → acme-third (beside: kit, build-dependency): this crate serves tests; name it \
           under [dev-dependencies] only"],
    );
    plot.edit("layers.toml", "for-tests = true\n", "");
    plot.expect(
        "layers",
        &["acme-high (1 top) → acme-third (beside: kit, build-dependency): no crate may depend on this one; \
           move what is needed into a layer"],
    );
}

#[test]
fn a_crate_beside_the_layers_sees_what_it_is_granted() {
    let plot = with_third_crate(TEST_SUPPORT);
    plot.append("crates/third/Cargo.toml", "\n[dependencies]\nacme-low.workspace = true\n");
    plot.expect("layers", &[]);
    plot.append("crates/third/Cargo.toml", "acme-high.workspace = true\n");
    plot.expect(
        "layers",
        &["acme-third (beside: kit) → acme-high (1 top): this crate sees only what `may-use` in layers.toml \
           grants it"],
    );
    plot.edit("layers.toml", "may-use = [\"acme-low\"]", "may-use = [\"*\"]");
    plot.expect("layers", &[]);
}

#[test]
fn the_file_and_the_workspace_list_the_same_crates() {
    let plot = with_third_crate("");
    plot.expect("layers", &["acme-third: not in layers.toml; give it a layer"]);
    plot.edit(
        "layers.toml",
        "[\"acme-high\"]",
        "[\"acme-high\", \"acme-gone\", \"acme-third\", \"acme-low\"]",
    );
    plot.expect(
        "layers",
        &[
            "acme-gone: layers.toml places it, but the workspace has no such crate",
            "acme-low: layers.toml places it twice; leave one place",
        ],
    );
}

#[test]
fn a_confined_crate_is_named_by_its_owner_only() {
    let plot = Plot::clean();
    plot.third_party("gix", "gix-hash", "1.0.0");
    plot.append("layers.toml", "\n[confine]\n\"gix-*\" = [\"acme-high\", \"acme-planned\"]\n");
    plot.edit("Cargo.toml", "acme-low = {", "gix-hash = { path = \"../third-party/gix\" }\nacme-low = {");
    plot.append("crates/high/Cargo.toml", "gix-hash.workspace = true\n");
    plot.expect("layers", &[]);
    plot.append("crates/low/Cargo.toml", "\n[dependencies]\ngix-hash.workspace = true\n");
    plot.expect(
        "layers",
        &["acme-low → gix-hash: confined to acme-high, acme-planned by layers.toml; reach it through that crate"],
    );
}

#[test]
fn a_confined_path_is_written_by_its_owner_only() {
    let plot = Plot::clean();
    plot.append("layers.toml", "\n[confine-paths]\n\"std::process\" = [\"acme-high\"]\n");
    plot.append("crates/high/src/lib.rs", "use std::process as _;\n");
    plot.append("crates/low/src/lib.rs", "// std::process is not for us\n");
    plot.expect("layers", &[]);
    plot.append("crates/low/src/lib.rs", "use std::process as _;\n");
    let line = plot.read("crates/low/src/lib.rs").lines().count();
    let want =
        format!("crates/low/src/lib.rs:{line}: `std::process` is confined to acme-high by layers.toml");
    plot.expect("layers", &[&want]);
}

#[test]
fn a_key_that_nobody_reads_is_an_error() {
    let plot = Plot::clean();
    plot.append("layers.toml", "\n[confines]\n");
    let gate = xtask::gate("layers").expect("the check exists");
    let report = (gate.run)(&plot.project()).expect_err("the file is refused").report();
    assert!(report.starts_with("cannot read layers.toml: TOML parse error"), "{report}");
    assert!(report.contains("unknown field `confines`"), "{report}");
}
