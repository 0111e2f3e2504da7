//! The program as a whole: its help, its exit codes, and that it knows no product.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::plot::Plot;

fn xtask(plot: &Plot, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .current_dir(plot.root())
        .env("CARGO_TARGET_DIR", plot.project().target())
        .output()
        .expect("the program can be started")
}

#[track_caller]
fn check(plot: &Plot, arguments: &[&str], code: i32, last_line: &str) {
    let output = xtask(plot, arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text.lines().last(), Some(last_line), "{text}");
    assert_eq!(output.status.code(), Some(code), "{text}");
}

#[test]
fn exit_codes_tell_fine_failed_and_usage_apart() {
    let plot = Plot::clean();
    let last_of_help = "`cargo xtask COMMAND --help` says more. Exit codes: 0 fine, 1 failed, 2 usage.";
    check(&plot, &["--help"], 0, last_of_help);
    check(&plot, &["nonsense"], 2, last_of_help);
    check(&plot, &["layers", "extra"], 2, "Checks one thing: edges and confined crates as in layers.toml");
    check(&plot, &["servers", "status"], 0, "servers: no test needs a server yet (servers.toml lists none)");
    check(&plot, &["test", "--", "no_such_test"], 1, "0 passed, 0 failed, 2 skipped");
    check(&plot, &["test", "--", "next"], 0, "2 passed, 0 failed, 0 skipped");
}

#[test]
fn lint_runs_every_check_and_passes_a_clean_workspace() {
    let plot = Plot::clean();
    assert!(xtask::lint(&plot.project()), "{}", plot.said());
    for gate in xtask::LINT {
        // With a database at hand, advisories are checked; else it is said that they are not.
        let verdicts = ["ok", "not checked (no database)"].map(|word| format!("\n{}: {word} (", gate.name));
        assert!(verdicts.iter().any(|verdict| plot.said().contains(verdict)), "{}", plot.said());
    }
}

#[test]
fn lint_goes_on_after_a_failure_and_lists_all_at_the_end() {
    let plot = Plot::clean();
    plot.edit("crates/low/src/lib.rs", "    number.wrapping", "  number.wrapping");
    plot.edit("README.md", "| The low crate |", "| The lowest crate |");
    assert!(!xtask::lint(&plot.project()));
    let end = "\n\nfmt failed:\n  crates/low/src/lib.rs: not formatted; run `cargo fmt --all`\n\
               \ngenerate failed:\n  README.md: the part `crates` is stale; run `cargo xtask generate`\n";
    assert!(plot.said().contains(end), "{}", plot.said());
}

#[test]
fn generate_writes_what_its_check_asks_for() {
    let plot = Plot::clean();
    plot.edit("crates/low/Cargo.toml", "The low crate", "Another line");
    assert_eq!(xtask(&plot, &["generate", "--check"]).status.code(), Some(1));
    assert_eq!(xtask(&plot, &["generate"]).status.code(), Some(0));
    assert!(plot.read("README.md").contains("| Another line |"));
    assert_eq!(xtask(&plot, &["generate", "--check"]).status.code(), Some(0));
}

#[test]
fn advisories_that_are_not_checked_are_said_aloud() {
    let plot = Plot::clean();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("advisories")
        .current_dir(plot.root())
        .env("CARGO_HOME", plot.root().join("no-home"))
        .output()
        .expect("the program can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("\nadvisories: not checked (no database) ("), "{text}");
}

#[test]
fn demo_builds_and_runs_what_the_manifest_says() {
    let plot = Plot::clean();
    check(&plot, &["demo"], 1, "hint: write [workspace.metadata.xtask.demo] in Cargo.toml");
    let demo = "program = \"acme-high\"\n[workspace.metadata.xtask.demo]\nbuild = [\"build\", \"-q\", \"-p\", \"acme-high\"]\nrun = [\"run\", \"-q\", \"-p\", \"acme-high\"]\n";
    plot.append("Cargo.toml", demo);
    let program = "//! Says where it is.\n\nfn main() {\n    println!(\"{}\", std::env::var(\"ACME_BIN\").unwrap());\n}\n";
    plot.put("crates/high/src/main.rs", program);
    let built = plot.project().target().join("debug/acme-high");
    check(&plot, &["demo"], 0, &built.to_string_lossy());
}

#[test]
fn bench_runs_the_package_that_the_manifest_names() {
    let plot = Plot::clean();
    check(&plot, &["bench"], 1, "hint: name `bench-package` in [workspace.metadata.xtask]");
    plot.append("Cargo.toml", "bench-package = \"acme-high\"\n");
    plot.append("crates/high/Cargo.toml", "\n[[bench]]\nname = \"speed\"\nharness = false\n");
    let program = "fn main() {\n    println!(\"{:?}\", std::env::args().skip(1).collect::<Vec<_>>());\n}\n";
    plot.put("crates/high/benches/speed.rs", program);
    check(&plot, &["bench", "speed", "--", "fast"], 0, "[\"fast\", \"--bench\"]");
}

#[test]
fn bench_runs_without_a_python_and_says_so() {
    let plot = Plot::clean();
    let names =
        "bench-package = \"acme-high\"\npython-env = \"ACME_PYTHON\"\nbench-requirements = \"none.txt\"\n";
    plot.append("Cargo.toml", names);
    plot.append("crates/high/Cargo.toml", "\n[[bench]]\nname = \"speed\"\nharness = false\n");
    let program = "fn main() {\n    println!(\"{:?}\", std::env::var(\"ACME_PYTHON\").ok());\n}\n";
    plot.put("crates/high/benches/speed.rs", program);
    let output = xtask(&plot, &["bench"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.starts_with("no peer in Python is timed: cannot read none.txt: "), "{text}");
    assert!(text.ends_with("\nNone\n"), "{text}");
}

#[test]
fn fuzz_lists_its_targets_and_says_what_is_missing() {
    let plot = Plot::clean();
    plot.put("fuzz/Cargo.toml", "[[bin]]\nname = \"parse\"\n[[bin]]\nname = \"render\"\n");
    check(&plot, &["fuzz"], 0, "fuzz targets: parse, render");
    check(
        &plot,
        &["fuzz", "absent"],
        2,
        "Needs cargo-fuzz. Without --seconds it runs until it finds something or is stopped.",
    );
}

#[test]
fn no_source_of_this_tool_names_a_crate_of_the_workspace() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root: toml::Table = fs::read_to_string(here.join("../Cargo.toml"))
        .expect("the root manifest")
        .parse()
        .expect("it is TOML");
    let dependencies = root["workspace"]["dependencies"].as_table().expect("it lists dependencies");
    let own = dependencies.iter().filter(|(_, source)| source.get("path").is_some()).map(|(name, _)| name);
    let own: Vec<&String> = own.collect();
    assert!(!own.is_empty());
    let mut folders = vec![here.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source");
            for name in &own {
                assert!(!text.contains(name.as_str()), "{} names {name}", path.display());
            }
        }
    }
}
