//! What lies in `data/` beside the rules: texts that hold no secret, and ids that are used no more.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reticent_detect::{RuleSet, Scanner};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data")
}

#[test]
fn nothing_is_found_in_texts_that_hold_no_secret() {
    let scanner = Scanner::new();
    let mut files = 0;
    let mut found = Vec::new();
    for entry in fs::read_dir(data().join("not-secrets")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        files += 1;
        found.extend(scanner.scan_named(name, &text).iter().map(|finding| {
            let value = String::from_utf8_lossy(&text[finding.span()]).into_owned();
            format!("{name}: {} {} {value}", finding.rule().id(), finding.confidence())
        }));
    }
    assert!(files >= 9, "only {files} files were looked at");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What is wrong with a list of retired ids, given those that are in use.
fn problems(list: &str, used: &BTreeSet<String>) -> Vec<String> {
    let table: toml::Table = toml::from_str(list).expect("the list is TOML");
    let rows = table.get("retired").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let text =
        |row: &toml::Value, field: &str| row.get(field).and_then(toml::Value::as_str).map(str::to_owned);
    rows.iter()
        .flat_map(|row| {
            let id = text(row, "id").unwrap_or_default();
            let is_used = used.contains(&id).then(|| format!("{id} is retired and used"));
            let successor = text(row, "successor").filter(|next| !used.contains(next));
            let is_lost = successor.map(|next| format!("{id} is followed by {next}, which is no rule"));
            let has_reason = text(row, "reason").is_none().then(|| format!("{id} has no reason"));
            [is_used, is_lost, has_reason].into_iter().flatten()
        })
        .collect()
}

#[test]
fn a_retired_id_is_not_used_again_and_its_successor_is_a_rule() {
    let used: BTreeSet<String> = RuleSet::shipped().iter().map(|rule| rule.id().to_owned()).collect();
    let list = fs::read_to_string(data().join("retired.toml")).unwrap();
    assert_eq!(problems(&list, &used), Vec::<String>::new());
}

#[test]
fn a_list_that_retires_what_is_used_is_refused() {
    let used = BTreeSet::from(["a.b".to_owned()]);
    let list = "[[retired]]\nid = 'a.b'\nsuccessor = 'a.c'\n";
    assert_eq!(
        problems(list, &used),
        ["a.b is retired and used", "a.b is followed by a.c, which is no rule", "a.b has no reason"]
    );
}
