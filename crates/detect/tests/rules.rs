//! Every rule that is shipped keeps its word, by the checks that rules of users go through as well.

use std::fs;
use std::path::{Path, PathBuf};

use reticent_detect::RuleSet;

fn files() -> Vec<PathBuf> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let folders =
        ["generic", "vendors"].map(|folder| fs::read_dir(data.join(folder)).expect("the folder is there"));
    let mut files: Vec<_> =
        folders.into_iter().flatten().map(|entry| entry.expect("the folder can be listed").path()).collect();
    files.sort();
    files
}

#[test]
fn every_rule_finds_its_examples_exactly_and_nothing_that_it_excludes() {
    let problems: Vec<String> = files()
        .iter()
        .flat_map(|path| RuleSet::check_toml(&fs::read_to_string(path).unwrap()))
        .map(|problem| problem.to_string())
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_file_is_called_as_its_vendor() {
    for path in files() {
        let text = fs::read_to_string(&path).unwrap();
        let vendor = format!("vendor = \"{}\"", path.file_stem().unwrap().to_str().unwrap());
        assert!(text.contains(&vendor), "{}", path.display());
    }
}

#[test]
fn ids_are_unique() {
    let mut ids: Vec<_> = RuleSet::shipped().iter().map(|rule| rule.id().to_owned()).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn the_rule_of_the_guide_keeps_its_word() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides/write-a-rule.md");
    let guide = fs::read_to_string(guide).unwrap();
    let rule = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(RuleSet::check_toml(rule), []);
    let broken = rule.replace("{32})", "{31})");
    assert_eq!(
        RuleSet::check_toml(&broken)[0].to_string(),
        "rule acme.api-key: example 1 is not found exactly"
    );
}
