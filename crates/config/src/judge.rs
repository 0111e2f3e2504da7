//! Whether a value keeps the rules of its setting.
//!
//! The decision: a judgement is a pure function of bytes, and its words come from the rule and never from the value:
//! not a prefix, not a character, not even the length of what was found.

mod connection;
mod strength;
mod text;

use reticent_core::{Placeholder, Secret};

use crate::read;
use crate::rule::{Rule, Strength};
use crate::schema::{Kind, Setting};

/// What a rule says about a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is kept.
    Pass,
    /// It is kept, and something is unwise.
    Warn(String),
    /// It is broken: what is wrong.
    Fail(String),
}

impl Verdict {
    fn fail(message: impl Into<String>) -> Self {
        Self::Fail(message.into())
    }

    fn when(kept: bool, message: impl FnOnce() -> String) -> Self {
        if kept { Self::Pass } else { Self::Fail(message()) }
    }
}

/// A value and what stands beside it.
pub(crate) struct Subject<'a> {
    pub(crate) setting: &'a Setting,
    pub(crate) value: &'a Secret,
    pub(crate) neighbours: &'a [Neighbour],
}

/// Another setting's value.
pub(crate) struct Neighbour {
    pub(crate) name: String,
    pub(crate) value: Secret,
    pub(crate) secret: bool,
}

impl Subject<'_> {
    fn bytes(&self) -> &[u8] {
        #[expect(clippy::disallowed_methods, reason = "borrowed for one judgement, which keeps no copy")]
        self.value.expose_bytes()
    }

    fn others(&self) -> impl Iterator<Item = &Neighbour> {
        self.neighbours.iter().filter(|other| other.name != self.setting.name())
    }
}

/// Judges a value by one rule; of a list each entry.
pub(crate) fn judge(rule: &Rule, subject: &Subject<'_>) -> Verdict {
    let entries = match subject.setting.kind() {
        Kind::List(_) => read::list(subject.value),
        _ => None,
    };
    let Some(entries) = entries else { return judge_one(rule, subject) };
    let of_entry = |value| judge_one(rule, &Subject { value, ..*subject });
    let mut verdicts: Vec<Verdict> = entries.iter().map(of_entry).collect();
    let worst = verdicts.iter().position(|verdict| matches!(verdict, Verdict::Fail(_)));
    let worst = worst.or_else(|| verdicts.iter().position(|verdict| *verdict != Verdict::Pass));
    worst.map_or(Verdict::Pass, |index| verdicts.swap_remove(index))
}

fn judge_one(rule: &Rule, subject: &Subject<'_>) -> Verdict {
    let bytes = subject.bytes();
    match rule {
        Rule::MinLen(count) => Verdict::when(text::length(bytes) >= *count, || {
            format!("too short (need {count} or more characters)")
        }),
        Rule::MaxLen(count) => {
            Verdict::when(text::length(bytes) <= *count, || format!("too long (at most {count} characters)"))
        }
        Rule::Classes(count) => Verdict::when(text::classes(bytes) >= *count, || {
            format!("too uniform (need {count} of: lower case, upper case, digits, other characters)")
        }),
        Rule::Entropy(bits) => Verdict::when(text::entropy(bytes) >= f64::from(*bits), || {
            format!("too predictable (need {bits} bits of entropy)")
        }),
        Rule::Pattern(pattern) => text::pattern(pattern, bytes),
        Rule::OneOf(words) => Verdict::when(words.iter().any(|word| word.as_bytes() == bytes), || {
            format!("expected one of {}", words.join(", "))
        }),
        Rule::Prefix(prefix) => Verdict::when(bytes.starts_with(prefix.as_bytes()), || {
            format!("expected it to begin with {prefix}")
        }),
        Rule::Range(least, greatest) => Verdict::when(text::is_in_range(bytes, *least, *greatest), || {
            format!("out of range (allowed: {rule})")
        }),
        Rule::Url => Verdict::when(read::Url::parse(bytes).is_some(), || {
            "expected a URL such as scheme://host:port/path".to_owned()
        }),
        Rule::Tls => connection::tls(subject),
        Rule::MinTls => connection::least_version(bytes),
        Rule::NotPlaceholder => not_placeholder(subject),
        Rule::Strength(strength) => strength::judge(*strength, subject),
        Rule::Unique => unique(subject),
        Rule::Off => Verdict::when(read::flag(bytes) == Some(false), || "must be off here".to_owned()),
    }
}

fn not_placeholder(subject: &Subject<'_>) -> Verdict {
    let (setting, bytes) = (subject.setting, subject.bytes());
    if setting.example().is_some_and(|example| example.as_bytes() == bytes) {
        return Verdict::fail("the example from the documents of this setting");
    }
    if setting.is_secret() && setting.default().is_some_and(|default| default.as_bytes() == bytes) {
        return Verdict::fail("the documented default of this setting");
    }
    match Placeholder::judge(setting.name(), bytes) {
        // `POSTGRES_USER=postgres` is no secret, and `HOST=host` may be right.
        Some(Placeholder::Default | Placeholder::OwnName | Placeholder::Repeated) if !setting.is_secret() => {
            Verdict::Pass
        }
        Some(why) => Verdict::Fail(why.to_string()),
        None => url_password(bytes),
    }
}

/// `postgres://app:postgres@db` is no placeholder as a whole; its password is.
fn url_password(bytes: &[u8]) -> Verdict {
    let password = read::Url::parse(bytes).and_then(read::Url::password);
    match password.and_then(|password| Placeholder::judge("", password.as_bytes())) {
        Some(why) => Verdict::Fail(format!("the password of this URL is {why}")),
        None => Verdict::Pass,
    }
}

/// Short values are equal by chance, and are told by other rules.
fn unique(subject: &Subject<'_>) -> Verdict {
    if subject.value.len() < 8 {
        return Verdict::Pass;
    }
    let twin = subject.others().find(|other| other.secret && other.value.ct_eq(subject.value));
    twin.map_or(Verdict::Pass, |other| Verdict::Fail(format!("the same value as {}", other.name)))
}

/// What to do about a broken rule.
pub(crate) fn remedy(rule: &Rule) -> String {
    match rule {
        Rule::NotPlaceholder => "set a value of its own; `reticent generate` makes fresh secrets".to_owned(),
        Rule::Unique => "give each secret a value of its own".to_owned(),
        Rule::Strength(Strength::Key) => fresh("aes256-key"),
        Rule::Strength(Strength::Password | Strength::LenientPassword) | Rule::Classes(_) => {
            fresh("password")
        }
        Rule::Strength(Strength::Token) | Rule::MinLen(_) | Rule::Entropy(_) => fresh("token"),
        Rule::Tls => "ask for an encrypted and verified connection".to_owned(),
        Rule::MinTls => "set TLSv1.2 or TLSv1.3".to_owned(),
        Rule::Off => "set it to false, or leave it out".to_owned(),
        rule => format!("set a value that keeps the rule: {rule}"),
    }
}

/// Names the kind of secret that keeps the rule, as the program makes it.
fn fresh(kind: &str) -> String {
    format!("make a fresh one with `reticent generate {kind}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn check(setting: &Setting, rule: Rule, value: &str, want: &str) {
        let value = Secret::copy_of(value.as_bytes());
        let neighbours = [
            Neighbour { name: "OTHER".into(), value: Secret::copy_of(b"other-secret-value"), secret: true },
            Neighbour { name: "DB_USER".into(), value: Secret::copy_of(b"application"), secret: false },
        ];
        let subject = Subject { setting, value: &value, neighbours: &neighbours };
        let found = match judge(&rule, &subject) {
            Verdict::Pass => "pass".to_owned(),
            Verdict::Warn(message) => format!("warn: {message}"),
            Verdict::Fail(message) => message,
        };
        assert_eq!(found, want, "{rule:?}");
    }

    #[test]
    fn each_rule_has_a_value_that_keeps_it_and_one_that_breaks_it() {
        let secret = Setting::new("DB_PASSWORD", Kind::Secret)
            .with_default("dev-only-value")
            .with_example("s3cr3t-here");
        let text = Setting::new("POSTGRES_USER", Kind::Text);
        for (rule, kept, broken, message) in [
            (Rule::MinLen(4), "\u{e9}\u{e9}\u{e9}\u{e9}", "abc", "too short (need 4 or more characters)"),
            (Rule::MaxLen(3), "abc", "abcd", "too long (at most 3 characters)"),
            (
                Rule::Classes(3),
                "aA1",
                "aA",
                "too uniform (need 3 of: lower case, upper case, digits, other characters)",
            ),
            (Rule::Entropy(20), "qZ7-xW3_kP", "aaaaaaaaaaaa", "too predictable (need 20 bits of entropy)"),
            (Rule::OneOf(vec!["a".into(), "b".into()]), "b", "B", "expected one of a, b"),
            (Rule::Prefix("sk_live_".into()), "sk_live_x", "sk_test_x", "expected it to begin with sk_live_"),
            (Rule::Range(Some(1.0), Some(5.0)), "5", "6", "out of range (allowed: from 1 to 5)"),
            (Rule::Range(Some(1.0), None), "5", "x", "out of range (allowed: 1 or more)"),
            (Rule::Url, "redis://h:1", "h:1", "expected a URL such as scheme://host:port/path"),
            (Rule::Off, "no", "yes", "must be off here"),
            (Rule::Unique, "another-value", "other-secret-value", "the same value as OTHER"),
            (Rule::NotPlaceholder, "q8Zt0vLw2nXc5Rb7", "changeme", "a placeholder"),
            (
                Rule::NotPlaceholder,
                "q8Zt0vLw2nXc5Rb7",
                "dev-only-value",
                "the documented default of this setting",
            ),
            (
                Rule::NotPlaceholder,
                "q8Zt0vLw2nXc5Rb7",
                "s3cr3t-here",
                "the example from the documents of this setting",
            ),
            (Rule::NotPlaceholder, "q8Zt0vLw2nXc5Rb7", "postgres", "a shipped default"),
            (
                Rule::NotPlaceholder,
                "postgres://postgres:q8Zt0vLw@h/x",
                "postgres://app:postgres@h/x",
                "the password of this URL is a shipped default",
            ),
            (Rule::MinTls, "TLSv1.3", "TLSv1.1", "allows TLS before 1.2"),
            (
                Rule::Strength(Strength::Key),
                "q8Zt0vLw2nXc5Rb7mK4pJ9sD6fG1hY3u",
                "a passphrase",
                "not a random key of exactly 32 bytes",
            ),
        ] {
            check(&secret, rule.clone(), kept, "pass");
            check(&secret, rule, broken, message);
        }
        let list = Setting::new("API_KEYS", Kind::List(Box::new(Kind::Secret)));
        check(&list, Rule::MinLen(3), "abc,abcd", "pass");
        check(&list, Rule::MinLen(3), "abc,ab", "too short (need 3 or more characters)");
        check(&list, Rule::MinLen(3), "", "pass");
        check(&text, Rule::NotPlaceholder, "postgres", "pass");
        check(&text, Rule::NotPlaceholder, "your-token-here", "a placeholder");
    }
}
