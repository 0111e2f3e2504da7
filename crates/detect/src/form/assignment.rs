//! Settings: a name that means a secret, and its value.

use std::ops::Range;

use reticent_core::Placeholder;

use super::name::{Meaning, Words};
use super::value::{self, Separator, Value};
use crate::hits::Hit;
use crate::judge::randomness::Makeup;
use crate::judge::shape;
use crate::judge::structure::{Fit, Structure};
use crate::reason::Reason;
use crate::set::RuleSet;
use crate::text::{Syntax, Text};

/// No name goes further to either side of its secret word.
const NAME: usize = 64;

/// Looks at the word that stands at `word`, and returns where its name ends.
pub(crate) fn at(set: &RuleSet, text: &Text<'_>, word: Range<usize>, hits: &mut Vec<Hit>) -> usize {
    let name = extend(text.bytes, word);
    if let Some(value) = value_of(text, &name) {
        judge(set, text, &name, value, hits);
    }
    name.end
}

/// The name around a word of it.
pub(crate) fn extend(bytes: &[u8], word: Range<usize>) -> Range<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let left = bytes[word.start.saturating_sub(NAME)..word.start]
        .iter()
        .rev()
        .take_while(|byte| is_part(byte))
        .count();
    let right =
        bytes[word.end..bytes.len().min(word.end + NAME)].iter().take_while(|byte| is_part(byte)).count();
    let mut name = word.start - left..word.end + right;
    // `\n` of an escaped text is no letter of the name.
    if name.start > 0 && bytes[name.start - 1] == b'\\' && b"nrt".contains(&bytes[name.start]) && left > 0 {
        name.start += 1;
    }
    name
}

fn value_of(text: &Text<'_>, name: &Range<usize>) -> Option<Value> {
    let is_option = text.bytes[name.start] == b'-';
    value::behind(text, name, is_option).or_else(|| compared_before(text, name))
}

/// `"value" == password`.
fn compared_before(text: &Text<'_>, name: &Range<usize>) -> Option<Value> {
    let before = text.bytes[name.start.saturating_sub(4)..name.start].trim_ascii_end();
    if !before.ends_with(b"=") {
        return None;
    }
    let head = &text.bytes[name.start.saturating_sub(200)..name.start];
    let head = head.trim_ascii_end();
    let head = head
        .strip_suffix(b"===")
        .or(head.strip_suffix(b"!=="))
        .or(head.strip_suffix(b"=="))
        .or(head.strip_suffix(b"!="))?;
    let quoted = head.trim_ascii_end();
    let (quote, inner) = quoted.split_last()?;
    if !b"\"'".contains(quote) {
        return None;
    }
    let length = inner.iter().rev().position(|byte| byte == quote)?;
    let end = name.start.saturating_sub(200) + inner.len();
    Some(Value {
        span: end - length..end,
        separator: Separator::Compares,
        is_quoted: true,
        is_wrapped: false,
    })
}

/// Judges a whole text as the value of `name`.
#[cfg(feature = "json")]
pub(crate) fn named(set: &RuleSet, text: &Text<'_>, name: &[u8], hits: &mut Vec<Hit>) {
    let words = Words::of(name);
    let span = 0..text.bytes.len();
    let separator = Separator::Assigns;
    let value = Value { span, separator, is_quoted: true, is_wrapped: false };
    let meaning = words.meaning();
    judge_as(set, text, &words, meaning, value, hits);
}

fn judge(set: &RuleSet, text: &Text<'_>, name: &Range<usize>, value: Value, hits: &mut Vec<Hit>) {
    let words = Words::of(&text.bytes[name.clone()]);
    let mut meaning = words.meaning();
    if meaning == Meaning::Key {
        meaning = with_word_before(text.bytes, name);
    }
    judge_as(set, text, &words, meaning, value, hits);
}

fn judge_as(
    set: &RuleSet,
    text: &Text<'_>,
    words: &Words,
    meaning: Meaning,
    value: Value,
    hits: &mut Vec<Hit>,
) {
    if text.syntax == Syntax::Lock || value.span.is_empty() {
        return;
    }
    let span = without_scheme(text.bytes, value.span.clone());
    let bytes = &text.bytes[span.clone()];
    let about = About { meaning, words, value: &value, syntax: text.syntax };
    if is_authorization(words) {
        hits.push(authorization(set, bytes, span, &about));
        return;
    }
    match weigh(bytes, &about) {
        Weight::Nothing => {}
        Weight::Suppressed(reason) => hits.push(Hit::suppressed(set.forms.secret, span, reason)),
        Weight::Secret(confidence) => {
            let (rule, confidence) = set.named(words, bytes).unwrap_or((set.forms.secret, confidence));
            hits.push(Hit::new(rule, span, in_tests(text, bytes, confidence)));
        }
        Weight::Password(confidence) => {
            hits.push(Hit::new(set.forms.password, span, in_tests(text, bytes, confidence)));
        }
        Weight::Weak(confidence) => hits.push(Hit::new(set.forms.weak_password, span, confidence)),
    }
}

/// Test material is less likely to be real, and hex in it least of all.
fn in_tests(text: &Text<'_>, value: &[u8], confidence: f32) -> f32 {
    match text.is_test {
        true if shape::is_hex(value) => confidence * 0.6,
        true => (confidence * 0.85).max(confidence.min(0.5)),
        false => confidence,
    }
}

/// Whether a name is that of the header of credentials.
fn is_authorization(words: &Words) -> bool {
    words.joined().ends_with(b"authorization") || matches!(words.joined(), b"auth" | b"npmauth")
}

/// Credentials of a header, or of a file that keeps them as a header has them.
fn authorization(set: &RuleSet, value: &[u8], span: Range<usize>, about: &About<'_>) -> Hit {
    let rule = set.forms.authorization;
    let makeup = Makeup::of(value);
    if let Some(reason) = refuted(value, &makeup, about) {
        return Hit::suppressed(rule, span, reason);
    }
    if value.starts_with(b"AWS4-") {
        // A signature over one request: its key cannot be read from it.
        return Hit::suppressed(rule, span, Reason::Public);
    }
    if let Fit::Holds(confidence) = Structure::Userinfo.judge(value) {
        return Hit::new(rule, span, confidence);
    }
    match secret(value, &makeup, about) {
        Weight::Secret(confidence) => Hit::new(rule, span, confidence.max(0.7)),
        Weight::Suppressed(reason) => Hit::suppressed(rule, span, reason),
        _ => Hit::suppressed(rule, span, Reason::Words),
    }
}

/// `API key`, `secret key`: the word before, where a name is written with blanks.
fn with_word_before(bytes: &[u8], name: &Range<usize>) -> Meaning {
    let Some(before) = name.start.checked_sub(1).filter(|at| bytes[*at] == b' ') else { return Meaning::Key };
    let length = bytes[before.saturating_sub(16)..before]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let both = Words::of(&bytes[before - length..name.end]);
    both.meaning()
}

/// The credential behind `Bearer `, `Basic `, `Token `.
pub(crate) fn without_scheme(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let value = &bytes[span.clone()];
    let scheme = value::SCHEMES.iter().find(|scheme| {
        value.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
            && value.get(scheme.len()) == Some(&b' ')
    });
    let skip = scheme.map_or(0, |scheme| {
        scheme.len() + value[scheme.len()..].iter().take_while(|byte| **byte == b' ').count()
    });
    span.start + skip..span.end
}

/// What is known about a value besides its bytes.
struct About<'a> {
    meaning: Meaning,
    words: &'a Words,
    value: &'a Value,
    syntax: Syntax,
}

enum Weight {
    Nothing,
    Suppressed(Reason),
    Secret(f32),
    Password(f32),
    Weak(f32),
}

fn weigh(value: &[u8], about: &About<'_>) -> Weight {
    if matches!(about.meaning, Meaning::Nothing) || value.len() < 3 {
        return Weight::Nothing;
    }
    let makeup = Makeup::of(value);
    if let Some(reason) = refuted(value, &makeup, about) {
        return Weight::Suppressed(reason);
    }
    match about.meaning {
        Meaning::Password => password(value, &makeup, about),
        Meaning::Secret => secret(value, &makeup, about),
        Meaning::Key => key(value, &makeup),
        Meaning::Public => Weight::Suppressed(Reason::Public),
        Meaning::Nothing => Weight::Nothing,
    }
}

/// What speaks against a value, whatever its name.
fn refuted(value: &[u8], makeup: &Makeup, about: &About<'_>) -> Option<Reason> {
    if let Some(reason) = shape::stands_for_another(value) {
        return Some(reason);
    }
    if !about.value.is_quoted {
        let is_expression = about.syntax == Syntax::Code && about.value.separator != Separator::Element;
        if is_expression || shape::is_code(value, makeup) {
            return Some(Reason::Code);
        }
    } else if shape::is_code(value, makeup) && makeup.evidence() < 2.0 {
        return Some(Reason::Code);
    }
    if value.first() == Some(&b'{') && value.contains(&b':') {
        return Some(Reason::Code);
    }
    if shape::is_marked_example(value) {
        return Some(Reason::Documented);
    }
    if shape::is_redacted(value) {
        return Some(Reason::Placeholder);
    }
    let own = about.words.joined();
    match Placeholder::judge(std::str::from_utf8(own).unwrap_or_default(), value) {
        Some(Placeholder::Documented) => return Some(Reason::Documented),
        Some(Placeholder::Default) | None => {}
        Some(_) => return Some(Reason::Placeholder),
    }
    if shape::is_place(value, makeup) {
        return Some(Reason::Place);
    }
    let is_odd = value.iter().any(|byte| !(0x20..0x7f).contains(byte));
    (is_odd && about.meaning != Meaning::Password).then_some(Reason::Words)
}

/// A password that somebody chose.
fn password(value: &[u8], makeup: &Makeup, about: &About<'_>) -> Weight {
    if shape::is_pattern(value, makeup) || Placeholder::judge("", value).is_some() {
        return Weight::Weak(0.2);
    }
    let blanks = value.iter().filter(|byte| **byte == b' ').count();
    if blanks > 0 {
        return if makeup.reads_as_words() || blanks > 1 {
            Weight::Suppressed(Reason::Words)
        } else {
            Weight::Weak(0.3)
        };
    }
    if shape::is_number(value) {
        return if value.len() >= 6 { Weight::Weak(0.3) } else { Weight::Suppressed(Reason::Identifier) };
    }
    if about.value.is_wrapped && makeup.reads_as_words() {
        return Weight::Suppressed(Reason::Words);
    }
    if makeup.letters() + makeup.digits < 2 {
        return Weight::Suppressed(Reason::Words);
    }
    let is_bare = !about.value.is_quoted;
    let classes =
        [makeup.upper, makeup.lower, makeup.digits, makeup.others].iter().filter(|count| **count > 0).count();
    let evidence = makeup.evidence();
    if evidence >= 4.0 && value.len() >= 8 {
        Weight::Password(0.75)
    } else if classes >= 3 && value.len() >= 8 && makeup.others + makeup.digits >= 2 && !names_itself(value) {
        Weight::Password(if is_bare && about.syntax == Syntax::Unknown { 0.55 } else { 0.65 })
    } else if is_varied(value, makeup) {
        Weight::Password(0.5)
    } else if names_itself(value) || value.len() < 4 {
        Weight::Suppressed(Reason::Words)
    } else {
        Weight::Weak(0.3)
    }
}

/// Whether a value is more than a word: digits in it, or little of a word and some other character.
fn is_varied(value: &[u8], makeup: &Makeup) -> bool {
    let has_digits = makeup.digits >= 1 && makeup.letters() >= 3 && value.len() >= 6 && !names_itself(value);
    has_digits || makeup.evidence() >= 1.0 && value.len() >= 8 && makeup.digits + makeup.others > 0
}

/// Whether a value is itself the name of something secret: `new_password`, `api_token_field`.
fn names_itself(value: &[u8]) -> bool {
    let words = Words::of(value);
    let makeup = Makeup::of(value);
    makeup.digits == 0 && words.meaning() != Meaning::Nothing && (words.len() > 1 || makeup.others > 0)
}

/// A value that a machine generated.
fn secret(value: &[u8], makeup: &Makeup, about: &About<'_>) -> Weight {
    if shape::is_pattern(value, makeup) {
        return Weight::Suppressed(Reason::Pattern);
    }
    if shape::is_uuid(value) {
        return Weight::Secret(0.5);
    }
    if shape::is_number(value) {
        return Weight::Suppressed(Reason::Identifier);
    }
    if shape::is_hex(value) {
        let is_long = value.len() >= 16 && makeup.distinct >= 6;
        return if is_long { Weight::Secret(0.65) } else { Weight::Suppressed(Reason::Identifier) };
    }
    if value.contains(&b' ') && makeup.evidence() < 12.0 {
        return Weight::Suppressed(Reason::Words);
    }
    let evidence = makeup.evidence();
    let needed = if about.value.is_wrapped { 6.0 } else { 3.0 };
    if value.len() >= 10 && evidence >= needed {
        Weight::Secret(if evidence >= 10.0 && value.len() >= 16 { 0.8 } else { 0.65 })
    } else if shape::is_numbered_name(value) {
        Weight::Suppressed(Reason::Identifier)
    } else if value.len() >= 8 && makeup.digits >= 2 && makeup.letters() >= 2 && evidence > -2.0 {
        Weight::Secret(0.5)
    } else {
        Weight::Suppressed(Reason::Words)
    }
}

/// A key of whatever: only what was surely generated.
fn key(value: &[u8], makeup: &Makeup) -> Weight {
    let is_generated = value.len() >= 20
        && makeup.evidence() >= 8.0
        && makeup.digits > 0
        && (!value.contains(&b' ') || makeup.evidence() >= 25.0)
        && !shape::is_pattern(value, makeup)
        && !shape::is_numbered_name(value)
        && !shape::is_hex(value)
        && !shape::is_uuid(value);
    if is_generated { Weight::Secret(0.5) } else { Weight::Nothing }
}
