//! The high crate.

/// Adds two.
///
/// ```
/// assert_eq!(acme_high::after_next(1), 3);
/// ```
#[must_use]
pub fn after_next(number: u8) -> u8 {
    acme_low::next(acme_low::next(number))
}
