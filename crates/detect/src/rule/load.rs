//! Reads rules: those of the crate and those of users go through the same checks.

use std::fmt;

use super::schema::{Entry, RuleFile};
use super::shipped::Data;
use super::{Anchor, Pattern, Role, Rule, Severity};
use crate::judge::checksum::Checksum;
use crate::judge::structure::Structure;

/// No match is longer, so that a stream holds back little.
const LONGEST: u32 = 16 * 1024;

/// Why a rule or a file of rules cannot be used; it names the rule and the field.
///
/// ```
/// use reticent_detect::RuleSet;
///
/// let error = RuleSet::from_toml("schema = 2\nvendor = 'acme'").unwrap_err();
/// assert_eq!(error.to_string(), "schema 2 is not known: this version reads schema 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError(String);

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RuleError {}

/// What is wrong with the rule `id`.
pub(super) fn error(id: &str, what: &str) -> RuleError {
    RuleError(format!("rule {id}: {what}"))
}

/// Reads a file of rules.
pub(crate) fn from_toml(text: &str) -> Result<Vec<Rule>, RuleError> {
    let file: RuleFile = toml::from_str(text).map_err(|error| RuleError(place(text, &error)))?;
    if file.schema != 1 {
        return Err(RuleError(format!("schema {} is not known: this version reads schema 1", file.schema)));
    }
    file.rules.iter().map(|entry| from_entry(&file.vendor, entry)).collect()
}

/// The bare message of a mistake and its line, without the text that stands there.
fn place(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
    format!("line {line}: {}", error.message())
}

/// Takes a rule of a file through every check.
fn from_entry(vendor: &str, entry: &Entry) -> Result<Rule, RuleError> {
    let fail = |what: String| error(&entry.id, &what);
    if !entry.id.strip_prefix(vendor).is_some_and(|rest| rest.starts_with('.') && rest.len() > 1) {
        return Err(fail(format!("an id begins with its vendor and a dot, here `{vendor}.`")));
    }
    if !entry
        .id
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte))
        || entry.id.matches('.').count() != 1
    {
        return Err(fail("an id is of small letters, digits and `-`, with one dot".into()));
    }
    check_pattern(entry, anchor(&entry.anchor).map_err(&fail)?).map_err(&fail)?;
    rule(&Data {
        vendor,
        id: &entry.id,
        title: &entry.title,
        risk: &entry.risk,
        severity: &entry.severity,
        anchor: &entry.anchor,
        pattern: &entry.pattern,
        alphabet: &entry.alphabet,
        run_len: entry.run_len,
        max_len: entry.max_len,
        confidence: entry.confidence,
        role: &entry.role,
        checksum: &entry.checksum,
        structure: &entry.structure,
        fix: &entry.fix,
        reference: &borrowed(&entry.reference),
        keywords: &borrowed(&entry.keywords),
    })
}

/// Builds a rule whose pattern is known to be good: one of the crate, or one that was checked.
pub(super) fn rule(data: &Data<'_>) -> Result<Rule, RuleError> {
    let fail = |what: String| error(data.id, &what);
    let anchor = anchor(data.anchor).map_err(&fail)?;
    Ok(Rule {
        vendor: data.vendor.into(),
        id: data.id.into(),
        title: data.title.into(),
        risk: data.risk.into(),
        fix: data.fix.into(),
        references: data.reference.iter().map(|page| (*page).into()).collect(),
        severity: Severity::parse(data.severity)
            .ok_or_else(|| fail("severity is one of low, medium, high, critical".into()))?,
        anchor,
        pattern: Pattern::new(data.pattern, is_anchored(anchor)),
        keywords: data.keywords.iter().map(|word| (*word).into()).collect(),
        alphabet: data.alphabet.into(),
        run_len: data.run_len.map_or(0..=usize::MAX, |[least, most]| least as usize..=most as usize),
        max_len: data.max_len as usize,
        confidence: data.confidence.clamp(0.05, 0.99),
        role: role(data.role).map_err(&fail)?,
        checksum: named("checksum", data.checksum, Checksum::parse).map_err(&fail)?,
        structure: named("structure", data.structure, Structure::parse).map_err(&fail)?,
    })
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn is_anchored(anchor: Anchor) -> bool {
    matches!(anchor, Anchor::Prefix | Anchor::Run | Anchor::Url | Anchor::Name)
}

fn anchor(word: &str) -> Result<Anchor, String> {
    Ok(match word {
        "prefix" => Anchor::Prefix,
        "inner" => Anchor::Inner,
        "run" => Anchor::Run,
        "url" => Anchor::Url,
        "name" => Anchor::Name,
        "form" => Anchor::Form,
        "keyword" => Anchor::Keyword,
        _ => return Err("anchor is one of prefix, inner, run, url, name, keyword".into()),
    })
}

fn role(word: &str) -> Result<Role, String> {
    Ok(match word {
        "secret" => Role::Secret,
        "identifier" => Role::Identifier,
        "public" => Role::Public,
        _ => return Err("role is one of secret, identifier, public".into()),
    })
}

fn named<T>(field: &str, word: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, String> {
    if word.is_empty() {
        return Ok(None);
    }
    parse(word).map(Some).ok_or_else(|| format!("{field} `{word}` is not known"))
}

/// Refuses what would be slow or could never be found.
fn check_pattern(entry: &Entry, anchor: Anchor) -> Result<(), String> {
    if anchor == Anchor::Form {
        return Ok(());
    }
    let regex = Pattern::compile(&entry.pattern, is_anchored(anchor))
        .map_err(|_| "pattern is no expression that this version compiles within its limit".to_owned())?;
    if regex.captures_len() != 2 {
        return Err("pattern has one capture, which is the secret".into());
    }
    if opens_without_limit(&entry.pattern) {
        return Err(
            "pattern begins with a repetition without a limit or with any character: begin with a literal"
                .into(),
        );
    }
    if entry.max_len == 0 || entry.max_len > LONGEST {
        return Err(format!("max_len is from 1 to {LONGEST}"));
    }
    if anchor == Anchor::Run && entry.run_len.is_none() {
        return Err("a rule with the anchor run needs run_len, the shortest and the longest run".into());
    }
    let least = match anchor {
        Anchor::Prefix | Anchor::Inner | Anchor::Name => 2,
        Anchor::Url | Anchor::Keyword => 3,
        Anchor::Run | Anchor::Form => return Ok(()),
    };
    if entry.keywords.is_empty() || entry.keywords.iter().any(|word| word.len() < least) {
        return Err(format!("keywords are needed, of {least} bytes at least"));
    }
    Ok(())
}

/// Whether something without a limit, or that matches anything, stands before the first literal: the slow trap.
fn opens_without_limit(pattern: &str) -> bool {
    let mut rest = pattern.trim_start_matches("(?i:");
    loop {
        rest = rest.trim_start_matches("\\b").trim_start_matches("(?:").trim_start_matches('(');
        let class = match rest.as_bytes() {
            [b'.', ..] => return true,
            [b'[', ..] => rest.find(']').map_or(rest.len(), |end| end + 1),
            [b'\\', b'd' | b'w' | b's' | b'D' | b'W' | b'S', ..] => 2,
            _ => return false,
        };
        rest = &rest[class..];
        let count = rest.strip_prefix('{').and_then(|count| count.split_once('}'));
        rest = match (rest.as_bytes().first(), count) {
            (Some(b'*' | b'+'), _) => return true,
            (_, Some((count, _))) if count.ends_with(',') => return true,
            (_, Some((_, behind))) => behind,
            (Some(b'?'), None) => &rest[1..],
            _ => rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::opens_without_limit;

    #[test]
    fn a_pattern_may_not_open_without_a_limit() {
        for open in ["([a-z]+_key)", "(.abc)", "\\b([0-9]{8,}:x)", r"(\w*abc)", "(?i:[ab]{2}[c]+x)"] {
            assert!(opens_without_limit(open), "{open}");
        }
        for closed in ["(ab[a-z]+)", "\\b([0-9]{8,10}:AA[a-z]+)", "([a-f]{8}-x+)", r"(\w?abc)", "((?:a|b)x)"]
        {
            assert!(!opens_without_limit(closed), "{closed}");
        }
    }
}
