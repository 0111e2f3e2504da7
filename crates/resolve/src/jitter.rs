//! Randomness for waits, as a parameter.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

/// As good as never, and far from where durations overflow.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 100);

/// Spreads waits and lifetimes, so that many processes do not act in step.
///
/// It needs to be uneven, not unguessable: the standard library's seeded hasher serves, and no crate is pulled in.
///
/// ```
/// use reticent_resolve::{Jitter, Resolver};
///
/// let exact = Resolver::builder().jitter(Jitter::fixed(0.5)); // a test that wants exact waits
/// # let _ = exact;
/// ```
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    /// Draws anew each time.
    #[must_use]
    pub fn random() -> Self {
        Self(Arc::new(|| unit(RandomState::new().hash_one(0))))
    }

    /// Always draws `fraction` of the span; 0.5 is its middle. What lies outside 0 to 1 is moved to the nearer end.
    #[must_use]
    pub fn fixed(fraction: f64) -> Self {
        let fraction = if fraction.is_finite() { fraction.clamp(0.0, 1.0) } else { 0.5 };
        Self(Arc::new(move || fraction))
    }

    /// Draws a duration from `low` to `high`.
    pub(crate) fn between(&self, low: Duration, high: Duration) -> Duration {
        low + high.saturating_sub(low).mul_f64((self.0)())
    }

    /// Draws a duration that differs from `middle` by at most `fraction` of it.
    pub(crate) fn around(&self, middle: Duration, fraction: f64) -> Duration {
        let middle = middle.min(LONGEST);
        let width = middle.mul_f64(fraction);
        self.between(middle.saturating_sub(width), middle.saturating_add(width))
    }
}

impl Default for Jitter {
    fn default() -> Self {
        Self::random()
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter(..)")
    }
}

/// The upper 53 bits as a number from 0 to below 1.
fn unit(bits: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit the mantissa exactly")]
    let numerator = (bits >> 11) as f64;
    #[expect(clippy::cast_precision_loss, reason = "a power of two is exact")]
    let denominator = (1_u64 << 53) as f64;
    numerator / denominator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_lies_within_the_span_and_differs_from_the_next() {
        let jitter = Jitter::random();
        let (low, high) = (Duration::from_secs(270), Duration::from_secs(330));
        let draws: Vec<_> = (0..200).map(|_| jitter.around(Duration::from_secs(300), 0.1)).collect();
        assert!(draws.iter().all(|draw| (low..=high).contains(draw)), "{draws:?}");
        assert!(draws.iter().any(|draw| *draw != draws[0]));
    }

    #[test]
    fn a_fixed_draw_is_exact() {
        for (fraction, want) in [(0.0, 90), (0.5, 100), (1.0, 110), (7.0, 110), (-1.0, 90), (f64::NAN, 100)] {
            let drawn = Jitter::fixed(fraction).around(Duration::from_secs(100), 0.1);
            assert_eq!(drawn, Duration::from_secs(want), "{fraction}");
        }
    }
}
