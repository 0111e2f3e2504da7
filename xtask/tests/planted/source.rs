//! fmt and clippy.

use crate::plot::Plot;

#[test]
fn fmt_names_the_file_that_is_not_formatted() {
    let plot = Plot::clean();
    plot.expect("fmt", &[]);
    plot.edit("crates/low/src/lib.rs", "    number.wrapping", "  number.wrapping");
    plot.expect("fmt", &["crates/low/src/lib.rs: not formatted; run `cargo fmt --all`"]);
}

#[test]
fn fmt_looks_at_fuzz_targets_too() {
    let plot = Plot::clean();
    let manifest = "[package]\nname = \"acme-fuzz\"\nedition = \"2024\"\n[[bin]]\nname = \"parse\"\npath = \"parse.rs\"\n[workspace]\n";
    plot.put("fuzz/Cargo.toml", manifest);
    plot.put("fuzz/parse.rs", "fn main() {}\n");
    plot.edit("Cargo.toml", "[workspace]\n", "[workspace]\nexclude = [\"fuzz\"]\n");
    plot.expect("fmt", &[]);
    plot.put("fuzz/parse.rs", "fn main(){}\n");
    let want = "fuzz/parse.rs: not formatted; run `cargo fmt --all --manifest-path fuzz/Cargo.toml`";
    plot.expect("fmt", &[want]);
}

#[test]
fn fmt_does_not_pass_when_rustfmt_cannot_read_the_file() {
    let plot = Plot::clean();
    plot.append("crates/low/src/lib.rs", "fn fn\n");
    let violations = plot.outcome("fmt").violations;
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].starts_with("rustfmt failed: error: expected identifier"), "{violations:?}");
}

#[test]
fn clippy_refuses_a_warning() {
    let plot = Plot::clean();
    plot.expect("clippy", &[]);
    plot.append("crates/low/src/lib.rs", "\npub fn undocumented() {}\n");
    plot.expect("clippy", &["clippy refuses the code; its messages are above"]);
    assert!(plot.said().contains("error: missing documentation for a function"), "{}", plot.said());
}

#[test]
fn clippy_looks_at_tests_too() {
    let plot = Plot::clean();
    plot.put(
        "crates/low/tests/planted.rs",
        "//! A test.\n\n#[test]\nfn unused() {\n    let number = 1;\n}\n",
    );
    plot.expect("clippy", &["clippy refuses the code; its messages are above"]);
    assert!(plot.said().contains("error: unused variable: `number`"), "{}", plot.said());
}
