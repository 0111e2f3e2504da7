//! Which selections of features are worth a build of their own.

use crate::metadata::Package;

/// Returns cargo's arguments for each selection: none, each feature alone, all; redundant ones left out.
pub(super) fn selections(package: &Package) -> Vec<Vec<String>> {
    let named: Vec<&String> = package.features.keys().filter(|name| *name != "default").collect();
    let mut selections = vec![vec!["--no-default-features".to_owned()]];
    for name in &named {
        selections.push(vec!["--no-default-features".to_owned(), "--features".to_owned(), (*name).clone()]);
    }
    // Of one feature, "all" is "that one".
    if named.len() > 1 {
        selections.push(vec!["--all-features".to_owned()]);
    }
    selections
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::selections;
    use crate::metadata::Package;

    #[track_caller]
    fn check(features: &[&str], want: &[&str]) {
        let features: BTreeMap<_, _> = features.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
        let text = String::new;
        let package = Package {
            id: text(),
            name: text(),
            version: text(),
            license: None,
            dependencies: Vec::new(),
            features,
            targets: Vec::new(),
        };
        let got: Vec<_> = selections(&package).into_iter().map(|words| words.join(" ")).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn redundant_selections_are_left_out() {
        check(&[], &["--no-default-features"]);
        check(&["default", "a"], &["--no-default-features", "--no-default-features --features a"]);
        check(
            &["a", "b"],
            &[
                "--no-default-features",
                "--no-default-features --features a",
                "--no-default-features --features b",
                "--all-features",
            ],
        );
    }
}
