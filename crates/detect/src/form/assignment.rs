//! Settings: a name that means a secret, and its value.

use std::ops::Range;

use super::name::{Meaning, Words};
use super::value::{self, Separator, Value};
use crate::hits::Hit;
use crate::judge::randomness::Makeup;
use crate::judge::setting::{self, About, Weight};
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

/// Judges the quoted text behind words that always stand before a password.
pub(crate) fn quoted_password(set: &RuleSet, text: &Text<'_>, words: Range<usize>, hits: &mut Vec<Hit>) {
    let at = words.end + value::blanks(text.bytes, words.end);
    let Some(value) = value::read(text, at, Separator::Blank).filter(|value| value.is_quoted) else { return };
    judge_as(set, text, &Words::of(b"password"), Meaning::Password, value, hits);
}

/// Judges a whole text as the value of `name`.
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
    let is_in_quotes =
        text.syntax == Syntax::Code && !value.is_quoted && value::is_in_quotes(text.bytes, value.span.start);
    if is_badge(text.bytes, span.start) || is_in_arn(text.bytes, span.start) {
        hits.push(Hit::suppressed(set.forms.secret, span, Reason::Public));
        return;
    }
    let about = About { meaning, words, value: &value, syntax: text.syntax, is_in_quotes };
    if is_authorization(words) {
        hits.push(authorization(set, bytes, span, &about));
        return;
    }
    match setting::weigh(bytes, &about) {
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

/// Whether a value stands in the address of a badge: what shows a badge may do nothing else.
fn is_badge(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[start.saturating_sub(24)..start];
    memchr::memmem::find(before, b"badge").is_some()
}

/// Whether a value is the name of a secret at the end of an ARN.
fn is_in_arn(bytes: &[u8], start: usize) -> bool {
    let before = &bytes[start.saturating_sub(120)..start];
    let word =
        before.rsplit(|byte| byte.is_ascii_whitespace() || b"\"'`".contains(byte)).next().unwrap_or_default();
    memchr::memmem::find(word, b"arn:").is_some()
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
    if let Some(reason) = setting::refuted(value, &makeup, about) {
        return Hit::suppressed(rule, span, reason);
    }
    if value.starts_with(b"AWS4-") {
        // A signature over one request: its key cannot be read from it.
        return Hit::suppressed(rule, span, Reason::Public);
    }
    if let Fit::Holds(confidence) = Structure::Userinfo.judge(value) {
        return Hit::new(rule, span, confidence);
    }
    match setting::secret(value, &makeup, about) {
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
