//! Whether a secret is as strong as its purpose asks for.
//!
//! The order is placeholder, equal to a neighbour, length, classes, and guesses last, since estimators of guesses
//! take a placeholder for a good password.

use reticent_core::{Placeholder, SecretBuffer};

use super::{Subject, Verdict, text};
use crate::rule::Strength;

/// The most characters that an estimator is given: its time grows with the square.
#[cfg(feature = "strength")]
const LOOKED_AT: usize = 100;

pub(super) fn judge(strength: Strength, subject: &Subject<'_>) -> Verdict {
    let bytes = subject.bytes();
    if let Some(why) = Placeholder::judge(subject.setting.name(), bytes) {
        return Verdict::Fail(why.to_string());
    }
    if let Some(twin) =
        subject.others().find(|other| other.value.len() >= 3 && other.value.ct_eq(subject.value))
    {
        return Verdict::Fail(format!("the same value as {}", twin.name));
    }
    match strength {
        Strength::Password => password(subject),
        Strength::LenientPassword => match text::length(bytes) {
            12.. => Verdict::Pass,
            8.. => Verdict::Warn("short for a password (12 characters are better)".to_owned()),
            _ => Verdict::fail("too short for a password (need 8 or more characters)"),
        },
        Strength::Token => token(bytes),
        Strength::Key => Verdict::when(is_keys(bytes), || "not a random key of exactly 32 bytes".to_owned()),
    }
}

fn password(subject: &Subject<'_>) -> Verdict {
    let bytes = subject.bytes();
    let (length, classes) = (text::length(bytes), text::classes(bytes));
    if length < 16 {
        return Verdict::fail("too weak for a password (need 16 or more mixed characters)");
    }
    let exponent = guesses(subject);
    if exponent < 12.0 {
        return Verdict::fail("too easy to guess for a password (words, dates, keyboard rows or repetition)");
    }
    match (classes, length) {
        (4, _) => Verdict::Pass,
        (_, 20..) if exponent >= 14.0 => {
            Verdict::Warn("strong by its length alone; fewer than four classes of characters".to_owned())
        }
        _ => Verdict::fail(
            "too uniform for a password (need lower case, upper case, digits and other characters)",
        ),
    }
}

/// The power of ten of the guesses that it takes.
#[cfg(feature = "strength")]
fn guesses(subject: &Subject<'_>) -> f64 {
    let lossy = String::from_utf8_lossy(subject.bytes());
    let end = lossy.char_indices().nth(LOOKED_AT).map_or(lossy.len(), |(offset, _)| offset);
    let mut words: Vec<&str> = subject.setting.name().split('_').collect();
    for other in subject.others().filter(|other| !other.secret && (3..=64).contains(&other.value.len())) {
        #[expect(
            clippy::disallowed_methods,
            reason = "no secret: a user, a host; a word that a guesser tries first"
        )]
        words.extend(other.value.expose_text());
    }
    // The estimator's own copies of the text are not wiped; the README says so.
    zxcvbn::zxcvbn(&lossy[..end], &words).guesses_log10()
}

/// Without an estimator: what differs is worth its entropy, a run of neighbours nothing.
#[cfg(not(feature = "strength"))]
fn guesses(subject: &Subject<'_>) -> f64 {
    let bytes = subject.bytes();
    if is_patterned(bytes) { 0.0 } else { text::entropy(bytes) * std::f64::consts::LOG10_2 }
}

/// A random text: its alphabet gives the bits, and it must look as if drawn from it.
fn token(bytes: &[u8]) -> Verdict {
    let alphabet = alphabet(bytes);
    #[expect(clippy::cast_precision_loss, reason = "the length of a value is far below 2^52")]
    let length = bytes.len() as f64;
    let bits = length * alphabet.log2();
    if bits < 112.0 {
        return Verdict::fail(
            "too short for a token (need 128 bits, such as 32 hex digits or 22 characters of base64)",
        );
    }
    let expected = alphabet * (1.0 - (1.0 - 1.0 / alphabet).powf(length));
    if distinct(bytes) < 0.6 * expected || is_patterned(bytes) {
        return Verdict::fail("not random enough for a token (repeated or sequential)");
    }
    if bits < 128.0 {
        return Verdict::Warn("a little short for a token (128 bits are better)".to_owned());
    }
    Verdict::Pass
}

/// How many characters its alphabet has, taken as small as what occurs allows.
fn alphabet(bytes: &[u8]) -> f64 {
    let all = |fits: fn(&u8) -> bool| bytes.iter().all(fits);
    if all(u8::is_ascii_digit) {
        10.0
    } else if all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
        || all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'))
    {
        16.0
    } else if all(|byte| byte.is_ascii_lowercase()) || all(|byte| byte.is_ascii_uppercase()) {
        26.0
    } else if all(|byte| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte)) {
        64.0
    } else if all(u8::is_ascii_graphic) {
        94.0
    } else {
        256.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 256")]
fn distinct(bytes: &[u8]) -> f64 {
    let mut seen = [false; 256];
    for byte in bytes {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count() as f64
}

/// Half of its neighbours follow on each other, or it is a shorter text again and again.
fn is_patterned(bytes: &[u8]) -> bool {
    let follows = |pair: &&[u8]| pair[0].abs_diff(pair[1]) <= 1;
    let sequential = bytes.windows(2).filter(follows).count() * 2 >= bytes.len().max(2);
    let repeated = (1..=bytes.len() / 2)
        .any(|period| bytes.iter().skip(period).eq(bytes.iter().take(bytes.len() - period)));
    sequential || repeated
}

/// A key, or several with commas while one takes over from the other.
fn is_keys(bytes: &[u8]) -> bool {
    is_random_key(bytes) || bytes.split(|byte| *byte == b',').all(|key| is_random_key(key.trim_ascii()))
}

/// 32 bytes as they are, as hex or as base64 in either alphabet, with twenty distinct ones.
fn is_random_key(bytes: &[u8]) -> bool {
    let mut key = SecretBuffer::with_capacity(33);
    let decoded = match bytes.len() {
        32 => {
            key.extend_from_slice(bytes);
            Some(())
        }
        64 => hex(bytes, &mut key),
        43 | 44 => base64(bytes, &mut key),
        _ => None,
    };
    #[expect(clippy::disallowed_methods, reason = "counted, and wiped with the buffer")]
    let key = key.expose_bytes();
    decoded.is_some() && key.len() == 32 && distinct(key) >= 20.0
}

fn hex(bytes: &[u8], key: &mut SecretBuffer) -> Option<()> {
    for pair in bytes.chunks_exact(2) {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        key.push(u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?);
    }
    Some(())
}

fn base64(bytes: &[u8], key: &mut SecretBuffer) -> Option<()> {
    let digits = bytes.strip_suffix(b"=").unwrap_or(bytes);
    let mut bits: u32 = 0;
    for (index, byte) in digits.iter().enumerate() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        if index % 4 != 0 {
            key.push((bits >> (6 - 2 * (index % 4)) & 0xff) as u8);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::rule::{Rule, Strength};
    use crate::schema::{Kind, Setting};

    #[test]
    fn passwords_are_long_mixed_and_hard_to_guess() {
        let setting = Setting::new("DB_PASSWORD", Kind::Secret);
        let rule = || Rule::Strength(Strength::Password);
        check(&setting, rule(), "q8Zt0vLw2n-c5Rb7", "pass");
        check(&setting, rule(), "short-1A", "too weak for a password (need 16 or more mixed characters)");
        check(&setting, rule(), "your_password_goes-Here1", "a placeholder");
        check(&setting, rule(), "other-secret-value", "the same value as OTHER");
        check(
            &setting,
            rule(),
            "aA1-aA1-aA1-aA1-",
            "too easy to guess for a password (words, dates, keyboard rows or repetition)",
        );
        check(
            &setting,
            rule(),
            "q8zt0vlw2nwc5rb7",
            "too uniform for a password (need lower case, upper case, digits and other characters)",
        );
    }

    #[cfg(feature = "strength")]
    #[test]
    fn four_classes_of_a_common_word_are_not_enough() {
        let setting = Setting::new("DB_PASSWORD", Kind::Secret);
        for value in ["Password1234567!", "QwErTy123456!@#$", "Company2026!Prod"] {
            check(
                &setting,
                Rule::Strength(Strength::Password),
                value,
                "too easy to guess for a password (words, dates, keyboard rows or repetition)",
            );
        }
        check(
            &setting,
            Rule::Strength(Strength::Password),
            "correct horse battery staple",
            "warn: strong by its length alone; fewer than four classes of characters",
        );
    }

    #[test]
    fn elsewhere_a_password_may_be_shorter() {
        let setting = Setting::new("DB_PASSWORD", Kind::Secret);
        let rule = || Rule::Strength(Strength::LenientPassword);
        check(&setting, rule(), "q8Zt0vLw2nXc", "pass");
        check(&setting, rule(), "q8Zt0vLw", "warn: short for a password (12 characters are better)");
        check(&setting, rule(), "q8Zt", "too short for a password (need 8 or more characters)");
    }

    #[test]
    fn tokens_are_random() {
        let setting = Setting::new("SESSION_SECRET", Kind::Secret);
        let rule = || Rule::Strength(Strength::Token);
        check(&setting, rule(), "9f86d081884c7d659a2feaa0c55ad015", "pass");
        check(
            &setting,
            rule(),
            "9f86d081884c7d659a2feaa0c55ad",
            "warn: a little short for a token (128 bits are better)",
        );
        check(&setting, rule(), "vW3kQ8Zt0vLw2nXc5Rb7mK4p", "pass");
        check(
            &setting,
            rule(),
            "9f86d081",
            "too short for a token (need 128 bits, such as 32 hex digits or 22 characters of base64)",
        );
        for value in [
            "abcdefghijklmnopqrstuvwxyz",
            "0123456789abcdef0123456789abcdef",
            "aabbaabbaabbccddaabbaabbaabbccdd",
        ] {
            check(&setting, rule(), value, "not random enough for a token (repeated or sequential)");
        }
    }

    #[test]
    fn keys_have_32_bytes_in_any_spelling() {
        let setting = Setting::new("ENCRYPTION_KEY", Kind::Secret);
        let rule = || Rule::Strength(Strength::Key);
        for value in [
            "8f14e45fceea167a5a36dedd4bea2543c4ca4238a0b923820dcc509a6f75849b",
            "jxTkX87qFnpaNt7dS-olQ8TKQjigtSOCDcxQmm91hJs=",
            "jxTkX87qFnpaNt7dS+olQ8TKQjigtSOCDcxQmm91hJs",
            "jxTkX87qFnpaNt7dS+olQ8TKQjigtSOCDcxQmm91hJs, jxTkX87qFnpaNt7dS-olQ8TKQjigtSOCDcxQmm91hJs=",
        ] {
            check(&setting, rule(), value, "pass");
        }
        let plain = "not a random key of exactly 32 bytes";
        check(&setting, rule(), "correct horse battery staple 123", plain);
        check(&setting, rule(), &"ab".repeat(32), plain);
    }
}
