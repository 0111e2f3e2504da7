//! The value of a setting: whether it was generated or chosen, is a word, stands for another, or is something else.

use reticent_core::Placeholder;
use reticent_spans::encodings::base64;
use zeroize::Zeroizing;

use super::randomness::Makeup;
use super::shape;
use crate::form::name::{Meaning, Words};
use crate::form::value::{Separator, Value};
use crate::reason::Reason;
use crate::text::Syntax;

/// A shorter value under the name of any key is none of a secret's.
const KEY: usize = 20;

/// What is known about a value besides its bytes.
pub(crate) struct About<'a> {
    pub(crate) meaning: Meaning,
    pub(crate) words: &'a Words,
    pub(crate) value: &'a Value,
    pub(crate) syntax: Syntax,
    /// Whether the value stands in a text in quotes with other things.
    pub(crate) is_in_quotes: bool,
}

/// What a value is under its name, and how sure that is.
pub(crate) enum Weight {
    Nothing,
    Suppressed(Reason),
    Secret(f32),
    Password(f32),
    Weak(f32),
}

/// Judges a value under its name.
pub(crate) fn weigh(value: &[u8], about: &About<'_>) -> Weight {
    match about.meaning {
        Meaning::Nothing => return Weight::Nothing,
        Meaning::Key if value.len() < KEY => return Weight::Nothing,
        Meaning::Public => return Weight::Suppressed(Reason::Public),
        _ if value.len() < 3 => return Weight::Nothing,
        _ => {}
    }
    let makeup = Makeup::of(value);
    if let Some(reason) = refuted(value, &makeup, about) {
        return Weight::Suppressed(reason);
    }
    match about.meaning {
        Meaning::Password => password(value, &makeup, about),
        Meaning::Secret => secret(value, &makeup, about),
        Meaning::Key => key(value, &makeup),
        Meaning::Public | Meaning::Nothing => Weight::Nothing,
    }
}

/// What speaks against a value, whatever its name.
pub(crate) fn refuted(value: &[u8], makeup: &Makeup, about: &About<'_>) -> Option<Reason> {
    if let Some(reason) = shape::stands_for_another(value) {
        return Some(reason);
    }
    if !about.value.is_quoted {
        let is_expression = about.syntax == Syntax::Code
            && about.value.separator != Separator::Element
            && !about.is_in_quotes;
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
    if memchr::memmem::find_iter(value, b"\\x").take(4).count() == 4 {
        // Bytes of a program's own, as tests of ciphers have them.
        return Some(Reason::Code);
    }
    if let Some(reason) = encodes_nothing(value) {
        return Some(reason);
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

/// Why what a value encodes is no secret: words, an example, a placeholder, or what is encrypted or cut.
fn encodes_nothing(value: &[u8]) -> Option<Reason> {
    if value.len() < 8 {
        return None;
    }
    let is_cut_token = value.starts_with(b"eyJ") && !value.contains(&b'.') && value.len() < 48;
    let decoded = base64::decode(value).or_else(|| base64::decode(&value[..value.len() / 4 * 4]))?;
    let plain = decoded.bytes();
    if is_cut_token && plain.starts_with(b"{\"") && !plain.ends_with(b"}") {
        return Some(Reason::Structure);
    }
    if !plain.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return None;
    }
    if let Some(reason) = shape::stands_for_another(plain) {
        return Some(reason);
    }
    let lower = Zeroizing::new(plain.to_ascii_lowercase());
    let says_so = [&b"12345"[..], b"changeme", b"change_me", b"example"];
    if shape::is_marked_example(plain)
        || says_so.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
    {
        return Some(Reason::Documented);
    }
    let is_words = plain.iter().all(|byte| byte.is_ascii_alphabetic() || b" _-".contains(byte));
    (is_words && Makeup::of(plain).reads_as_words()).then_some(Reason::Words)
}

/// Words that stand where a password would, and say that there is none.
const NONE: &[&[u8]] = &[
    b"none",
    b"null",
    b"nil",
    b"undefined",
    b"true",
    b"false",
    b"empty",
    b"required",
    b"optional",
    b"string",
    b"text",
    b"hidden",
    b"prompt",
    b"changed",
    b"disabled",
    b"enabled",
    b"invalid",
    b"missing",
    b"unknown",
    b"token",
    b"default",
];

/// A plain word as a password: told where the name leaves no doubt that it is one.
fn plain(value: &[u8], about: &About<'_>) -> Weight {
    let is_none = NONE.iter().any(|word| value.eq_ignore_ascii_case(word));
    let says_so = [&b"fake"[..], b"dummy", b"example", b"sample", b"your", b"version"]
        .iter()
        .any(|word| value.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word)));
    if is_none || says_so {
        return Weight::Suppressed(Reason::Placeholder);
    }
    let last = about.words.get(about.words.len() - 1);
    let is_certain =
        [&b"password"[..], b"passwd", b"passphrase", b"pwd"].iter().any(|word| last.ends_with(word))
            && !about.value.is_wrapped
            && matches!(about.value.separator, Separator::Assigns | Separator::Element)
            && value.len() >= 5
            && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-!@.#$&*".contains(byte));
    Weight::Weak(if is_certain { 0.5 } else { 0.3 })
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
        } else if makeup.evidence() >= 6.0 && makeup.digits > 0 {
            Weight::Password(0.6)
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
        plain(value, about)
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
pub(crate) fn secret(value: &[u8], makeup: &Makeup, about: &About<'_>) -> Weight {
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
    let is_generated = value.len() >= KEY
        && makeup.evidence() >= 8.0
        && makeup.digits > 0
        && (!value.contains(&b' ') || makeup.evidence() >= 25.0)
        && !shape::is_pattern(value, makeup)
        && !shape::is_numbered_name(value)
        && !shape::is_hex(value)
        && !shape::is_uuid(value);
    if is_generated { Weight::Secret(0.5) } else { Weight::Nothing }
}
