//! The keys that are rules, the same for a setting and for a policy.

use crate::rule::{Rule, Strength};
use crate::toml::{Item, Reader, TomlError};

/// The keys of rules.
pub(super) const KEYS: [&str; 16] = [
    "min-len",
    "max-len",
    "classes",
    "entropy",
    "pattern",
    "one-of",
    "starts-with",
    "min",
    "max",
    "url",
    "tls",
    "min-tls",
    "not-placeholder",
    "strength",
    "unique",
    "off",
];

const STRENGTHS: [(&str, Strength); 4] = [
    ("password", Strength::Password),
    ("lenient-password", Strength::LenientPassword),
    ("token", Strength::Token),
    ("key", Strength::Key),
];

/// Reads the rules of a table.
pub(super) fn read(table: &Reader<'_>) -> Result<Vec<Rule>, TomlError> {
    let mut rules = Vec::new();
    for (key, item) in table.items() {
        rules.extend(rule(key, &item)?);
    }
    let bound = |key: &str| table.item(key).map(|item| item.number()).transpose();
    let (least, greatest) = (bound("min")?, bound("max")?);
    if least.is_some() || greatest.is_some() {
        rules.push(Rule::Range(least, greatest));
    }
    Ok(rules)
}

fn rule(key: &str, item: &Item<'_>) -> Result<Option<Rule>, TomlError> {
    let count = || item.count().map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    Ok(Some(match key {
        "min-len" => Rule::MinLen(count()?),
        "max-len" => Rule::MaxLen(count()?),
        "classes" => match item.count()? {
            wanted @ 1..=4 => Rule::Classes(u8::try_from(wanted).unwrap_or(4)),
            _ => return Err(item.error("expected a whole number from 1 to 4")),
        },
        "entropy" => Rule::Entropy(item.count()?),
        "pattern" => Rule::Pattern(pattern(item)?),
        "one-of" => Rule::OneOf(words(item)?),
        "starts-with" => Rule::Prefix(item.text()?.to_owned()),
        "strength" => Rule::Strength(item.one_of(&STRENGTHS)?),
        "url" => return when(item, Rule::Url),
        "tls" => return when(item, Rule::Tls),
        "min-tls" => return when(item, Rule::MinTls),
        "not-placeholder" => return when(item, Rule::NotPlaceholder),
        "unique" => return when(item, Rule::Unique),
        "off" => return when(item, Rule::Off),
        _ => return Ok(None),
    }))
}

/// A rule without a measure: `true` asks for it.
fn when(item: &Item<'_>, rule: Rule) -> Result<Option<Rule>, TomlError> {
    Ok(item.flag()?.then_some(rule))
}

pub(super) fn words(item: &Item<'_>) -> Result<Vec<String>, TomlError> {
    item.texts()?.iter().map(|item| item.text().map(str::to_owned)).collect()
}

#[cfg(feature = "pattern")]
fn pattern(item: &Item<'_>) -> Result<String, TomlError> {
    let text = item.text()?;
    // The error of the parser repeats the pattern, which is no secret, over several lines.
    regex::bytes::Regex::new(text)
        .map(|_| text.to_owned())
        .map_err(|_| item.error("not a regular expression"))
}

#[cfg(not(feature = "pattern"))]
fn pattern(item: &Item<'_>) -> Result<String, TomlError> {
    Err(item.error("this build cannot judge patterns").with_hint("enable the feature `pattern`"))
}
