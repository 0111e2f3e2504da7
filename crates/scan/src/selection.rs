//! Which rules may tell.

/// Which rules may tell: all of them, or those that were named.
///
/// A rule is named by its id, or all of a vendor by the vendor's name. Rules that may not tell are matched all the same,
/// so that what they find is masked where it stands beside a finding.
///
/// ```
/// use reticent_scan::Selection;
///
/// let selection = Selection::default().with("github").without("github.oauth");
/// assert!(selection.has("github.pat-classic"));
/// assert!(!selection.has("github.oauth") && !selection.has("generic.password"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Selection {
    with: Vec<String>,
    without: Vec<String>,
}

impl Selection {
    /// Lets only this rule, or this vendor's, tell; and those that are named so besides.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>) -> Self {
        self.with.push(name.into());
        self
    }

    /// Lets this rule, or this vendor's, not tell.
    #[must_use]
    pub fn without(mut self, name: impl Into<String>) -> Self {
        self.without.push(name.into());
        self
    }

    /// Tells whether the rule `id` may tell.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        let is_named = |name: &String| {
            id.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        (self.with.is_empty() || self.with.iter().any(is_named)) && !self.without.iter().any(is_named)
    }
}
