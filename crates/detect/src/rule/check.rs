//! Whether a rule keeps its word: each of its examples is found exactly, and nothing that it excludes.

use super::load;
use super::sample;
use super::schema::{Entry, RuleFile};
use super::{Anchor, Rule, RuleError};
use crate::judge::checksum::Checksum;
use crate::scanner::Scanner;
use crate::set::RuleSet;

/// Where the secret stands in an example.
pub(super) const HOLE: &str = "{{secret}}";
/// Where the part of the secret behind its keyword stands in a counter-example.
const TAIL: &str = "{{tail}}";
/// A rule has at least so many examples and counter-examples.
const EXAMPLES: usize = 3;

impl RuleSet {
    /// Checks a TOML text of rules as those of this crate are checked, and returns what is wrong with each.
    ///
    /// Each rule has a reference, three examples and three counter-examples; what it finds in an example is the
    /// secret and nothing else; counter-examples and near misses are not found.
    ///
    /// ```
    /// use reticent_detect::RuleSet;
    ///
    /// let problems = RuleSet::check_toml("schema = 1\nvendor = 'acme'\nrules = 3");
    /// assert!(problems[0].to_string().starts_with("line 3: unknown field `rules`"));
    /// ```
    #[must_use]
    pub fn check_toml(text: &str) -> Vec<RuleError> {
        let set = match Self::from_toml(text) {
            Ok(set) => set,
            Err(error) => return vec![error],
        };
        let Ok(file) = toml::from_str::<RuleFile>(text) else { return Vec::new() };
        let scanner = Scanner::with_rules(set).with_min_confidence(0.0);
        file.rules
            .iter()
            .filter(|entry| entry.anchor != "form")
            .flat_map(|entry| check(&scanner, entry))
            .collect()
    }
}

fn check(scanner: &Scanner, entry: &Entry) -> Vec<RuleError> {
    let mut problems = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            problems.push(load::error(&entry.id, what));
        }
    };
    let counts = [entry.reference.len(), entry.examples.len() / EXAMPLES, entry.counter.len() / EXAMPLES];
    expect(
        counts.iter().all(|count| *count > 0),
        "it needs a reference, three examples and three counter-examples",
    );
    let Some(rule) = scanner.rules().get(&entry.id) else { return problems };
    let secret = match sample::expand(&entry.sample, Checksum::parse(&entry.checksum), &entry.id) {
        Ok(secret) => secret,
        Err(what) => return vec![load::error(&entry.id, &what)],
    };
    for (example, number) in entry.examples.iter().zip(1..) {
        expect(
            holds_a_keyword(rule, &example.replace(HOLE, &secret)),
            &format!("example {number} holds no keyword, so that nothing would look there"),
        );
        let is_exact = rule.role == super::Role::Public || finds_exactly(scanner, rule, example, &secret);
        expect(is_exact, &format!("example {number} is not found exactly"));
    }
    let tail = entry
        .keywords
        .iter()
        .filter_map(|word| secret.strip_prefix(word.as_str()))
        .min_by_key(|tail| tail.len());
    for (counter, number) in entry.counter.iter().zip(1..) {
        let text = counter.replace(TAIL, tail.unwrap_or(&secret)).replace(HOLE, &secret);
        expect(!finds(scanner, rule, &text), &format!("counter-example {number} is found"));
    }
    for miss in &entry.near_miss {
        match near(&secret, miss) {
            Some(text) => expect(
                !finds(scanner, rule, &entry.examples[0].replace(HOLE, &text)),
                &format!("a {miss} one is found"),
            ),
            None => expect(false, "near_miss is of shorter, longer and bad-checksum"),
        }
    }
    problems
}

/// Whether that stands in `text` which leads to the rule: a keyword, or for names its letters and digits.
fn holds_a_keyword(rule: &Rule, text: &str) -> bool {
    let joined: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    rule.keywords.is_empty()
        || rule.keywords.iter().any(|word| match rule.anchor {
            Anchor::Name => joined.contains(&**word),
            Anchor::Keyword => text.to_ascii_lowercase().contains(&word.to_ascii_lowercase()),
            _ => text.contains(&**word),
        })
}

fn finds_exactly(scanner: &Scanner, rule: &Rule, example: &str, secret: &str) -> bool {
    let Some(start) = example.find(HOLE) else { return false };
    let text = example.replace(HOLE, secret);
    let found = scanner.scan_bytes(text.as_bytes());
    found
        .iter()
        .any(|finding| finding.rule().id() == rule.id() && finding.span() == (start..start + secret.len()))
}

fn finds(scanner: &Scanner, rule: &Rule, text: &str) -> bool {
    scanner.scan_bytes(text.as_bytes()).iter().any(|finding| finding.rule().id() == rule.id())
}

/// A token that is nearly the right one.
fn near(secret: &str, miss: &str) -> Option<String> {
    Some(match miss {
        "shorter" => secret[..secret.len() / 2].to_owned(),
        "longer" => format!("{secret}{}", if secret.ends_with('a') { 'b' } else { 'a' }),
        "bad-checksum" => {
            let at = secret.len() / 2;
            let other = if secret.as_bytes()[at] == b'7' { "8" } else { "7" };
            format!("{}{other}{}", &secret[..at], &secret[at + 1..])
        }
        _ => return None,
    })
}
