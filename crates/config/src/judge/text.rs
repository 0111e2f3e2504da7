//! Length, classes, entropy, range and pattern.

use super::Verdict;
use crate::read;

/// Characters where the value is text, else bytes.
pub(super) fn length(bytes: &[u8]) -> usize {
    std::str::from_utf8(bytes).map_or(bytes.len(), |text| text.chars().count())
}

/// How many of lower case, upper case, digits and others occur.
pub(super) fn classes(bytes: &[u8]) -> u8 {
    let has = |fits: fn(&u8) -> bool| u8::from(bytes.iter().any(fits));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric())
}

/// Shannon's entropy of the bytes over the whole value, in bits.
#[expect(clippy::cast_precision_loss, reason = "counts of bytes in a value are far below 2^52")]
pub(super) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_usize; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let length = bytes.len() as f64;
    let bits = |count: &usize| {
        let count = *count as f64;
        count * (length / count).log2()
    };
    counts.iter().filter(|count| **count > 0).map(bits).sum()
}

pub(super) fn is_in_range(bytes: &[u8], least: Option<f64>, greatest: Option<f64>) -> bool {
    // A length of time is compared in seconds.
    let number = read::number(bytes).or_else(|| read::duration(bytes).map(|time| time.as_secs_f64()));
    number.is_some_and(|number| {
        least.is_none_or(|least| number >= least) && greatest.is_none_or(|greatest| number <= greatest)
    })
}

#[cfg(feature = "pattern")]
pub(super) fn pattern(pattern: &str, bytes: &[u8]) -> Verdict {
    let whole = format!("^(?:{pattern})$");
    match regex::bytes::RegexBuilder::new(&whole).size_limit(1 << 20).build() {
        Ok(regex) => Verdict::when(regex.is_match(bytes), || format!("does not match the pattern {pattern}")),
        Err(_) => Verdict::fail("the pattern of this setting is no regular expression"),
    }
}

/// A rule that cannot be judged is broken: a check that silently passes is none.
#[cfg(not(feature = "pattern"))]
pub(super) fn pattern(_: &str, _: &[u8]) -> Verdict {
    Verdict::fail("this build cannot judge patterns; enable the feature `pattern`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_counts_what_differs() {
        assert!(entropy(b"aaaaaaaaaaaaaaaa") < 1.0);
        assert!((entropy(b"abcdefgh") - 24.0).abs() < 0.001);
        assert!(entropy(b"") < 0.001);
    }

    #[cfg(feature = "pattern")]
    #[test]
    fn a_pattern_is_over_the_whole_value() {
        assert_eq!(pattern("[a-z]+", b"abc"), Verdict::Pass);
        for value in [&b"abc1"[..], b"1abc", b"abc\n", b"\xff"] {
            assert_eq!(pattern("[a-z]+", value), Verdict::fail("does not match the pattern [a-z]+"));
        }
        assert_eq!(pattern("(", b"x"), Verdict::fail("the pattern of this setting is no regular expression"));
    }
}
