//! Each library alone: features that do not compile, trees over budget.

use crate::plot::Plot;

#[test]
fn libraries_that_compile_alone_pass_and_are_counted() {
    let plot = Plot::clean();
    plot.expect("features", &[]);
    assert_eq!(plot.outcome("features").notes, ["2 builds of single libraries"]);
}

#[test]
fn a_feature_that_does_not_compile_alone_is_named() {
    let plot = Plot::clean();
    plot.append("crates/low/Cargo.toml", "\n[features]\nbase = []\nextra = []\n");
    plot.append("crates/low/src/lib.rs", "\n#[cfg(feature = \"base\")]\nconst BASE: u8 = 1;\n");
    plot.append("crates/low/src/lib.rs", "#[cfg(feature = \"extra\")]\nconst _: u8 = BASE;\n");
    plot.expect(
        "features",
        &["`cargo check -p acme-low --no-default-features --features extra` fails; its messages are above"],
    );
    assert!(plot.said().contains("cannot find value `BASE`"), "{}", plot.said());
}

#[test]
fn a_library_that_compiles_only_without_its_features_is_named() {
    let plot = Plot::clean();
    plot.append("crates/low/Cargo.toml", "\n[features]\nbase = []\nextra = []\n");
    let both = "#[cfg(all(feature = \"base\", feature = \"extra\"))]\ncompile_error!(\"not both\");\n";
    plot.append("crates/low/src/lib.rs", both);
    plot.expect("features", &["`cargo check -p acme-low --all-features` fails; its messages are above"]);
}

#[test]
fn a_tree_over_its_budget_is_counted() {
    let plot = Plot::clean();
    plot.append("layers.toml", "\n[budget]\n\"acme-high\" = 2\n");
    plot.expect("features", &[]);
    assert_eq!(plot.outcome("features").notes[0], "acme-high: 2 crates of at most 2");
    plot.edit("layers.toml", "\"acme-high\" = 2", "\"acme-high\" = 1");
    plot.expect(
        "features",
        &["acme-high: its tree has 2 crates, layers.toml grants 1; drop a dependency, or raise the budget and \
           say why in docs/adr/"],
    );
}

#[test]
fn a_crate_that_must_not_be_pulled_in_is_found_behind_a_feature() {
    let plot = Plot::clean();
    plot.third_party("tokio", "tokio", "1.2.3");
    plot.edit("Cargo.toml", "acme-low = {", "tokio = { path = \"../third-party/tokio\" }\nacme-low = {");
    plot.append("layers.toml", "\n[without]\n\"tokio\" = [\"acme-high\"]\n");
    plot.append("crates/low/Cargo.toml", "\n[dev-dependencies]\ntokio.workspace = true\n");
    plot.append("crates/high/Cargo.toml", "\n[features]\nslow = [\"acme-low/slow\"]\n");
    plot.append("crates/low/Cargo.toml", "\n[features]\nslow = []\n");
    plot.expect("features", &[]);
    plot.edit("crates/low/Cargo.toml", "slow = []", "slow = [\"dep:tokio\"]");
    plot.append("crates/low/Cargo.toml", "\n[dependencies]\ntokio = { workspace = true, optional = true }\n");
    plot.expect(
        "features",
        &["acme-high: pulls in tokio 1.2.3, which layers.toml forbids it; see `cargo tree -p acme-high \
           --all-features -e normal -i tokio`"],
    );
}

#[test]
fn a_limit_on_a_crate_that_is_not_there_is_named() {
    let gone = "acme-gone: layers.toml limits its tree, but the workspace has no such crate";
    for limit in ["[budget]\n\"acme-gone\" = 2\n", "[without]\n\"tokio\" = [\"acme-gone\"]\n"] {
        let plot = Plot::clean();
        plot.append("layers.toml", &format!("\n{limit}"));
        plot.expect("features", &[gone]);
    }
}
