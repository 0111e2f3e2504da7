//! Whole numbers and numbers with a fraction, as pydantic reads them from text.

/// A whole number of any size that a Rust integer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    negative: bool,
    magnitude: u128,
}

impl Whole {
    pub(crate) fn is_within(self, least: i128, greatest: u128) -> bool {
        if self.negative && self.magnitude > 0 {
            return least < 0 && self.magnitude <= least.unsigned_abs();
        }
        self.magnitude <= greatest && (least <= 0 || self.magnitude >= least.unsigned_abs())
    }

    /// Returns it where it is not negative.
    pub(crate) fn as_u128(self) -> Option<u128> {
        (!self.negative || self.magnitude == 0).then_some(self.magnitude)
    }

    pub(crate) fn as_i128(self) -> Option<i128> {
        if self.negative {
            return 0_i128.checked_sub_unsigned(self.magnitude);
        }
        i128::try_from(self.magnitude).ok()
    }
}

/// Reads a whole number: blanks around it, one sign, leading zeros, single `_` between digits, and `.0` behind it.
pub(crate) fn whole(bytes: &[u8]) -> Option<Whole> {
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = match digits.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => digits,
    };
    let mut magnitude: u128 = 0;
    let mut before = b'_';
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => magnitude = magnitude.checked_mul(10)?.checked_add(u128::from(byte - b'0'))?,
            b'_' if before != b'_' => {}
            _ => return None,
        }
        before = byte;
    }
    (before != b'_').then_some(Whole { negative, magnitude })
}

/// Reads a number: as Rust does, with blanks around it and single `_` between digits.
pub(crate) fn number(bytes: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    if !text.contains('_') {
        return text.parse().ok();
    }
    if text.starts_with('_') || text.ends_with('_') || text.contains("__") {
        return None;
    }
    let joined = text.replace('_', "");
    joined.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read_as_pydantic_reads_them() {
        for (text, want) in [
            ("0", Some(0)),
            ("007", Some(7)),
            (" 8080\n", Some(8080)),
            ("+5", Some(5)),
            ("-5", Some(-5)),
            ("-0", Some(0)),
            ("1_000", Some(1000)),
            ("3.000", Some(3)),
            ("3.", Some(3)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("+-1", None),
            ("", None),
            ("-", None),
            (".0", None),
            ("3.5", None),
            ("0x10", None),
            ("1e3", None),
            ("\u{663}", None),
            ("999999999999999999999999999999999999999999", None),
        ] {
            assert_eq!(whole(text.as_bytes()).and_then(Whole::as_i128), want, "{text}");
        }
        assert!(whole(b"-128").is_some_and(|whole| whole.is_within(-128, 127)));
        assert!(!whole(b"-129").is_some_and(|whole| whole.is_within(-128, 127)));
        assert!(!whole(b"-1").is_some_and(|whole| whole.is_within(0, 10)));
        assert!(!whole(b"3").is_some_and(|whole| whole.is_within(5, 10)));
        let least = whole(b"-170141183460469231731687303715884105728").and_then(Whole::as_i128);
        assert_eq!(least, Some(i128::MIN));
        assert_eq!(whole(u128::MAX.to_string().as_bytes()).and_then(Whole::as_u128), Some(u128::MAX));
    }

    #[test]
    fn numbers_have_fractions() {
        for (text, want) in [
            ("1.5", Some(1.5)),
            (" -2e3 ", Some(-2000.0)),
            ("1_0.5", Some(10.5)),
            ("1,5", None),
            ("_1", None),
            ("", None),
        ] {
            assert_eq!(number(text.as_bytes()), want, "{text}");
        }
    }
}
