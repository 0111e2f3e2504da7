//! Rules about single lines: white space, banned code, forbidden words.

use super::rules::{Banned, TidyRules};
use super::{Finding, Source};
use crate::{Error, Project, files};

/// Checks each line of each Rust file, and each text file for forbidden words.
pub(super) fn check(rules: &TidyRules, project: &Project, sources: &[Source]) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    for source in sources {
        found.extend(white_space(source));
        for banned in &rules.banned {
            found.extend(banned_lines(banned, source));
        }
    }
    found.extend(forbidden_words(rules, project)?);
    Ok(found)
}

fn white_space(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in source.rust.lines() {
        let at = format!("{}:{number}", source.path);
        if line.trim_end() != line {
            found.push(Finding::new("white-space", &source.path, format!("{at}: trailing white space")));
        }
        if line.contains('\t') {
            found.push(Finding::new(
                "white-space",
                &source.path,
                format!("{at}: a tab; write `\\t` or spaces"),
            ));
        }
    }
    found
}

fn banned_lines(banned: &Banned, source: &Source) -> Vec<Finding> {
    let in_code = banned
        .code
        .iter()
        .flat_map(|code| source.rust.lines_with_code(code).into_iter().map(move |n| (n, code)));
    let in_text = banned
        .text
        .iter()
        .flat_map(|text| source.rust.lines_with_text(text).into_iter().map(move |n| (n, text)));
    in_code
        .chain(in_text)
        .map(|(number, what)| {
            let message = format!("{}:{number}: `{what}` is banned; {}", source.path, banned.instead);
            Finding::new("banned", &source.path, message)
        })
        .collect()
}

fn forbidden_words(rules: &TidyRules, project: &Project) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    if rules.forbidden_words.is_empty() {
        return Ok(found);
    }
    for path in files::all_below(project.root(), ".")? {
        // The list itself has to write them; bytes that are no text hold no words.
        let Ok(text) = std::fs::read_to_string(project.root().join(&path)) else { continue };
        if path == "tidy.toml" {
            continue;
        }
        for (line, number) in text.lines().zip(1..) {
            let line = line.to_lowercase();
            for word in rules.forbidden_words.iter().filter(|word| line.contains(&word.to_lowercase())) {
                let message = format!("{path}:{number}: the word `{word}` must not appear in the repository");
                found.push(Finding::new("forbidden-word", &path, message));
            }
        }
    }
    Ok(found)
}
