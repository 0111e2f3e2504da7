//! Rules about a Rust file as a whole: its first line, its size, its functions.

use super::rules::TidyRules;
use super::{Finding, Source};

/// Checks each file.
pub(super) fn check(rules: &TidyRules, sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for source in sources {
        found.extend(module_doc(source));
        found.extend(file_length(rules, source));
        found.extend(function_length(rules, source));
    }
    found
}

/// A module's first line says what it is for; files beside `src` (tests, build scripts) need none.
fn module_doc(source: &Source) -> Option<Finding> {
    let in_src = source.path.split('/').any(|folder| folder == "src");
    let first = source.rust.lines().map(|(_, line)| line).find(|line| !line.trim().is_empty())?;
    let documented = first.starts_with("//!") || first.starts_with("#![doc");
    let message = || format!("{}: begins without a `//!` line that says what the module is for", source.path);
    (in_src && !documented).then(|| Finding::new("module-doc", &source.path, message()))
}

fn file_length(rules: &TidyRules, source: &Source) -> Option<Finding> {
    let (lines, limit) = (source.rust.code_lines(), rules.limits.file_code_lines);
    let message = || format!("{}: {lines} code lines, the limit is {limit}; split it by idea", source.path);
    (lines > limit).then(|| Finding::new("file-length", &source.path, message()))
}

fn function_length(rules: &TidyRules, source: &Source) -> Vec<Finding> {
    let limit = rules.limits.function_lines;
    let long = source.rust.functions().into_iter().filter(|function| function.length > limit);
    long.map(|function| {
        let message = format!(
            "{}:{}: function `{}` has {} lines, the limit is {limit}; give its steps names",
            source.path, function.line, function.name, function.length
        );
        Finding::new("function-length", &source.path, message)
    })
    .collect()
}
