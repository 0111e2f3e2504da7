//! A set of rules with the tables by which their candidates are found.

mod prefixes;

use std::sync::{Arc, OnceLock};

pub(crate) use prefixes::Prefixes;

use crate::form::name::Words;
use crate::rule::{self, Anchor, Rule, RuleError};

/// The rules of a scanner.
///
/// ```
/// use reticent_detect::RuleSet;
///
/// let rules = RuleSet::shipped();
/// assert!(rules.iter().any(|rule| rule.id() == "generic.password"));
/// ```
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    pub(crate) prefixes: Prefixes,
    pub(crate) inner: Prefixes,
    pub(crate) urls: Prefixes,
    /// How far before a run the literals of inner rules begin.
    pub(crate) leads: Vec<usize>,
    pub(crate) runs: Vec<u32>,
    named: Vec<u32>,
    pub(crate) keywords: Option<Keywords>,
    pub(crate) forms: Forms,
}

/// The rules that parsers in code answer for, by their place in the set.
#[derive(Debug)]
pub(crate) struct Forms {
    pub(crate) secret: u32,
    pub(crate) password: u32,
    pub(crate) weak_password: u32,
    pub(crate) url_password: u32,
    pub(crate) authorization: u32,
    pub(crate) private_key: u32,
    pub(crate) encrypted_key: u32,
    pub(crate) password_hash: u32,
}

/// An automaton over the keywords of rules that have no better anchor.
pub(crate) struct Keywords {
    pub(crate) automaton: aho_corasick::AhoCorasick,
    pub(crate) rules: Vec<u32>,
}

impl std::fmt::Debug for Keywords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keywords").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl RuleSet {
    /// Returns the rules that come with the crate; they are built once in a process.
    #[must_use]
    pub fn shipped() -> Arc<Self> {
        static SHIPPED: OnceLock<Arc<RuleSet>> = OnceLock::new();
        Arc::clone(SHIPPED.get_or_init(|| Arc::new(Self::of(rule::shipped()))))
    }

    /// Adds the rules of a TOML text to those that come with the crate; one with a known id replaces it.
    ///
    /// # Errors
    /// What is wrong with the first rule that cannot be used, by its id or its line.
    pub fn from_toml(text: &str) -> Result<Arc<Self>, RuleError> {
        let own = rule::from_toml(text)?;
        let mut rules = rule::shipped();
        rules.retain(|rule| !own.iter().any(|own| own.id() == rule.id()));
        rules.extend(own);
        Ok(Arc::new(Self::of(rules)))
    }

    fn of(rules: Vec<Rule>) -> Self {
        let of = |anchor: Anchor| -> Vec<u32> {
            rules.iter().zip(0..).filter(|(rule, _)| rule.anchor == anchor).map(|(_, at)| at).collect()
        };
        let index = |anchor: Anchor| Prefixes::new(&rules, &of(anchor));
        Self {
            prefixes: index(Anchor::Prefix),
            leads: index(Anchor::Inner).leads().collect(),
            inner: index(Anchor::Inner),
            urls: index(Anchor::Url),
            runs: of(Anchor::Run),
            named: of(Anchor::Name),
            keywords: Keywords::new(&rules, &of(Anchor::Keyword)),
            forms: Forms::new(&rules),
            rules,
        }
    }

    /// Returns the rule with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id() == id)
    }

    /// Returns the rules in the order of their files.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    pub(crate) fn rule(&self, at: u32) -> &Rule {
        &self.rules[at as usize]
    }

    /// The rule of a vendor whose word is in the name and whose form the whole value has.
    pub(crate) fn named(&self, name: &Words, value: &[u8]) -> Option<(u32, f32)> {
        let joined = name.joined();
        self.named.iter().copied().find_map(|at| {
            let rule = self.rule(at);
            let is_meant =
                rule.keywords.iter().any(|word| memchr::memmem::find(joined, word.as_bytes()).is_some());
            let fits = is_meant && rule.pattern.find(value).is_some_and(|span| span == (0..value.len()));
            fits.then_some((at, rule.confidence))
        })
    }
}

impl Keywords {
    fn new(rules: &[Rule], of: &[u32]) -> Option<Self> {
        let words = of.iter().flat_map(|at| rules[*at as usize].keywords.iter().map(move |word| (*at, word)));
        let (rules, words): (Vec<u32>, Vec<&[u8]>) = words.map(|(at, word)| (at, word.as_bytes())).unzip();
        let automaton = aho_corasick::AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&words)
            .expect("a few short keywords are within every limit");
        (!rules.is_empty()).then_some(Self { automaton, rules })
    }
}

impl Forms {
    fn new(rules: &[Rule]) -> Self {
        let at = |id: &str| {
            let at = rules.iter().position(|rule| rule.id() == id);
            at.expect("every form has its rule in data/generic, as the tests prove") as u32
        };
        Self {
            secret: at("generic.secret"),
            password: at("generic.password"),
            weak_password: at("generic.weak-password"),
            url_password: at("generic.url-password"),
            authorization: at("generic.authorization"),
            private_key: at("generic.private-key"),
            encrypted_key: at("generic.encrypted-private-key"),
            password_hash: at("generic.password-hash"),
        }
    }
}
