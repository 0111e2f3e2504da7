//! The schema of a rule file, as TOML spells it; the build script and the loader read with the same types.

use serde::Deserialize;

/// One file: the rules of one vendor, or of one form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    pub(crate) schema: u32,
    pub(crate) vendor: String,
    #[serde(rename = "rule", default)]
    pub(crate) rules: Vec<Entry>,
}

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) risk: String,
    #[serde(default)]
    pub(crate) reference: Vec<String>,
    pub(crate) severity: String,
    /// How candidates are found: `prefix`, `inner`, `run`, `url`, `name`, `form` or `keyword`.
    pub(crate) anchor: String,
    /// An expression with one capture, the secret; none for a form.
    #[serde(default)]
    pub(crate) pattern: String,
    #[serde(default)]
    pub(crate) keywords: Vec<String>,
    /// What a token may hold besides letters and digits.
    #[serde(default)]
    pub(crate) alphabet: String,
    /// The shortest and the longest run that a rule is tried on whose anchor is `run`.
    #[serde(default)]
    pub(crate) run_len: Option<[u32; 2]>,
    /// The longest match in bytes.
    #[serde(default = "default_max_len")]
    pub(crate) max_len: u32,
    #[serde(default = "default_confidence")]
    pub(crate) confidence: f32,
    #[serde(default = "default_role")]
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) checksum: String,
    #[serde(default)]
    pub(crate) structure: String,
    #[serde(default)]
    pub(crate) sample: String,
    #[serde(default)]
    pub(crate) examples: Vec<String>,
    #[serde(default)]
    pub(crate) counter: Vec<String>,
    #[serde(default)]
    pub(crate) near_miss: Vec<String>,
    pub(crate) fix: String,
}

fn default_max_len() -> u32 {
    256
}

fn default_confidence() -> f32 {
    0.9
}

fn default_role() -> String {
    "secret".into()
}
