//! Turns the rule files of `data/` into constants, so that a program starts without parsing any.

#[path = "src/rule/schema.rs"]
#[expect(dead_code, reason = "samples and examples are for the tests, which read the files themselves")]
mod schema;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use schema::{Entry, RuleFile};

fn main() {
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=src/rule/schema.rs");
    let mut code = String::from("&[\n");
    for path in rule_files() {
        let text = fs::read_to_string(&path).expect("a rule file is UTF-8");
        let file: RuleFile =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(file.schema, 1, "{}: this build knows schema 1", path.display());
        for rule in &file.rules {
            write_rule(&mut code, &file.vendor, rule);
        }
    }
    code.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it")).join("shipped.rs");
    fs::write(out, code).expect("the build folder can be written");
}

/// The rule files, sorted, so that a build is the same everywhere.
fn rule_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = ["data/generic", "data/vendors"]
        .iter()
        .flat_map(|folder| fs::read_dir(Path::new(folder)).expect("the folder is there"))
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

fn write_rule(code: &mut String, vendor: &str, rule: &Entry) {
    let Entry { id, title, risk, severity, anchor, pattern, alphabet, max_len, confidence, .. } = rule;
    let Entry { role, checksum, structure, fix, reference, keywords, run_len, .. } = rule;
    writeln!(
        code,
        "Data {{ vendor: {vendor:?}, id: {id:?}, title: {title:?}, risk: {risk:?}, severity: {severity:?}, \
         anchor: {anchor:?}, pattern: {pattern:?}, alphabet: {alphabet:?}, run_len: {run_len:?}, max_len: {max_len}, \
         confidence: {confidence:?}, role: {role:?}, checksum: {checksum:?}, structure: {structure:?}, \
         fix: {fix:?}, reference: &{reference:?}, keywords: &{keywords:?} }},"
    )
    .expect("a text can be written to");
}
