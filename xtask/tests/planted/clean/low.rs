//! The low crate.

/// Adds one.
#[must_use]
pub fn next(number: u8) -> u8 {
    number.wrapping_add(1)
}

#[cfg(test)]
mod tests {
    #[test]
    fn next_is_one_more() {
        assert_eq!(super::next(1), 2);
    }
}
