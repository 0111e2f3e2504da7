//! The architecture document, held to what is there: a paragraph for each crate, an enforcer for each invariant.

use std::collections::BTreeSet;

use super::rules::TidyRules;
use super::{Finding, Source};
use crate::{Error, Project, cli, manifest};

/// The document's path, relative to the root.
pub(super) const FILE: &str = "docs/architecture.md";

const ENFORCED: &str = "enforced by:";

/// Checks the document; its absence is one finding.
pub(super) fn check(rules: &TidyRules, project: &Project, sources: &[Source]) -> Result<Vec<Finding>, Error> {
    let Ok(text) = project.read(FILE) else {
        let message = format!("{FILE}: missing; it explains each crate and states the invariants");
        return Ok(vec![Finding::new("architecture", FILE, message)]);
    };
    let mut messages = Vec::new();
    for member in manifest::members(project)? {
        let Some(folder) = member.folder.strip_prefix("crates/") else { continue };
        let unprefixed = member.name.strip_prefix(&rules.package_prefix).unwrap_or(&member.name);
        if !text.lines().any(|line| introduces(line, &[folder, unprefixed, &member.name])) {
            messages.push(format!("{FILE}: no paragraph `### {folder}` for crates/{folder}"));
        }
    }
    let tests = enforcers(sources);
    for (number, line) in text.lines().enumerate() {
        messages.extend(
            invariant_without_enforcer(line, &tests).map(|why| format!("{FILE}:{}: {why}", number + 1)),
        );
    }
    Ok(messages.into_iter().map(|message| Finding::new("architecture", FILE, message)).collect())
}

/// A heading `### name`, or a paragraph or list entry that begins with `**name**`; backticks do not matter.
fn introduces(line: &str, names: &[&str]) -> bool {
    let plain = line.replace('`', "");
    let plain = plain.trim_start_matches(['-', '*', ' ']);
    let heading = plain.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim());
    let bold = line.contains("**").then(|| plain.split("**").next().unwrap_or_default().trim());
    names.iter().any(|name| heading == Some(*name) || bold == Some(*name))
}

/// The names that enforce something: tests, and each function as `law NAME`, since a law becomes a test only
/// where a macro expands.
fn enforcers(sources: &[Source]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for function in sources.iter().flat_map(|source| source.rust.functions()) {
        names.insert(format!("law {}", function.name));
        if function.is_test {
            names.insert(function.name);
        }
    }
    names
}

/// Reads a line `I7. … — enforced by: NAME, NAME`; says what is wrong with it, if it is an invariant at all.
fn invariant_without_enforcer(line: &str, tests: &BTreeSet<String>) -> Option<String> {
    let plain = line.trim_start_matches(['-', '*', ' ']);
    let (name, rest) = plain.split_once('.')?;
    let digits = name.strip_prefix('I').filter(|digits| !digits.is_empty())?;
    digits.chars().all(|digit| digit.is_ascii_digit()).then_some(())?;
    let Some((_, enforcers)) = rest.split_once(ENFORCED) else {
        return Some(format!("{name} ends without `— {ENFORCED} NAME`"));
    };
    let unknown = enforcers.split(',').map(|enforcer| enforcer.trim().trim_end_matches('.').replace('`', ""));
    let unknown: Vec<String> = unknown.filter(|enforcer| !is_known(enforcer, tests)).collect();
    (!unknown.is_empty()).then(|| {
        format!("{name} is enforced by `{}`, which is no xtask command, test or law", unknown.join("`, `"))
    })
}

fn is_known(enforcer: &str, tests: &BTreeSet<String>) -> bool {
    let command = enforcer.strip_prefix("cargo ").unwrap_or(enforcer).strip_prefix("xtask ");
    match command {
        Some(command) => cli::knows(command),
        None => {
            let name = enforcer.rsplit([':', ' ']).next().unwrap_or(enforcer);
            let law = enforcer.strip_prefix("law ").map(|_| format!("law {name}"));
            tests.contains(law.as_deref().unwrap_or(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{introduces, invariant_without_enforcer};

    #[test]
    fn a_heading_or_a_bold_beginning_introduces_a_crate() {
        for line in ["### core", "- **core**: nouns", "**`core`** holds", "#### `core`", "* **core** — x"] {
            assert!(introduces(line, &["core"]), "{line}");
        }
        for line in ["core", "### core and more", "see **core**", "- uses **core**"] {
            assert!(!introduces(line, &["core"]), "{line}");
        }
    }

    #[test]
    fn an_enforcer_is_a_command_or_a_test() {
        let tests = BTreeSet::from(["it_holds".to_owned(), "law it_rules".to_owned()]);
        let check = |line: &str| invariant_without_enforcer(line, &tests);
        assert_eq!(check("I1. A. — enforced by: xtask layers"), None);
        assert_eq!(check("- **I1.** A. — enforced by: `module::it_holds`, `cargo xtask tidy`."), None);
        assert_eq!(check("I1. A. — enforced by: law read::it_rules"), None);
        assert_eq!(check("In general. Nothing."), None);
        assert_eq!(check("I2. B."), Some("I2 ends without `— enforced by: NAME`".to_owned()));
        let want = "I3 is enforced by `nobody`, which is no xtask command, test or law";
        assert_eq!(check("I3. C. — enforced by: nobody"), Some(want.to_owned()));
    }
}
