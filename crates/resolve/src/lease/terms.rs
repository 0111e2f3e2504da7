//! When a lease is renewed, when it is replaced, and when it is over: arithmetic alone.
//!
//! The decision: a lease is renewed when two thirds of what was granted are over. A grant that is clearly shorter than
//! the first one is a cap: no renewal will move that end, so the lease is replaced while two thirds of the first grant
//! are left, in which its users move to the next one.

use std::time::Duration;

use tokio::time::Instant;

use crate::jitter::Jitter;

/// How far the length of the last third may differ, as a fraction of it.
const SPREAD: f64 = 0.1;

/// A grant of less than this part of the first one is capped; what a server rounds down is not.
const FULL_GRANT: f64 = 0.95;

/// The shortest and the longest wait after an attempt that failed.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_millis(1500);

/// The least time that a renewal is given to answer.
const SHORTEST_LIMIT: Duration = Duration::from_millis(250);

/// As good as never, and far from where instants overflow.
const LONGEST: Duration = Duration::from_secs(60 * 60 * 24 * 365 * 30);

/// The moments in the life of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    /// What was granted at first, and is asked for with each renewal.
    pub(crate) first: Duration,
    pub(crate) ends_at: Instant,
    /// When it is renewed, or replaced if a renewal would not help.
    pub(crate) due_at: Instant,
    pub(crate) renewable: bool,
}

impl Terms {
    /// Reckons for a lease that was granted for `granted`, of which `left` is left at `now`.
    pub(crate) fn first(
        now: Instant,
        granted: Duration,
        left: Duration,
        renewable: bool,
        jitter: &Jitter,
    ) -> Self {
        let (first, ends_at) = (granted.min(LONGEST), now + left.min(LONGEST));
        Self { first, ends_at, due_at: last_third(now, ends_at, first, jitter), renewable }
    }

    /// Reckons after a renewal.
    pub(crate) fn renewed(&self, now: Instant, granted: Duration, left: Duration, jitter: &Jitter) -> Self {
        let (granted, ends_at) = (granted.min(LONGEST), now + left.min(LONGEST));
        let is_full = granted >= self.first.mul_f64(FULL_GRANT);
        // A known end costs nothing to be early for, and its users have the more time to move.
        let left_over = if is_full { granted } else { self.first.saturating_mul(2) };
        let due_at = last_third(now, ends_at, left_over, jitter);
        Self { first: self.first, ends_at, due_at, renewable: is_full }
    }

    /// Until when a reader is served without asking for another lease, should nobody tend this one. A sixth of the
    /// first grant is half of what tending has for replacing it.
    pub(crate) fn serves_until(&self, margin: Duration) -> Instant {
        before(self.ends_at, self.margin(margin))
    }

    /// How long before its end a lease is let go of: what the policy says, and little of a short one.
    pub(crate) fn margin(&self, margin: Duration) -> Duration {
        margin.min(self.first / 6)
    }

    /// Draws the wait after `failures` attempts in a row.
    pub(crate) fn wait_after(&self, failures: u32, jitter: &Jitter) -> Duration {
        let base = (self.first / 40).clamp(SHORTEST_WAIT, LONGEST_WAIT);
        let longest = base.saturating_mul(1 << failures.min(5)).min(LONGEST_WAIT);
        jitter.between(longest / 2, longest)
    }

    /// How long one renewal may take, so that others fit in before the end.
    pub(crate) fn limit(&self, now: Instant) -> Duration {
        (self.ends_at.saturating_duration_since(now) / 3).max(SHORTEST_LIMIT)
    }
}

/// When the last third of `granted` begins, more or less.
fn last_third(now: Instant, ends_at: Instant, granted: Duration, jitter: &Jitter) -> Instant {
    before(ends_at, jitter.around(granted / 3, SPREAD)).max(now)
}

fn before(moment: Instant, by: Duration) -> Instant {
    moment.checked_sub(by).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    /// The renewals that are granted to a lease: what is due after each, in milliseconds from its grant.
    fn due(first: u64, granted: u64) -> (u128, bool) {
        let (now, jitter) = (Instant::now(), Jitter::fixed(0.5));
        let (first, granted) = (seconds(first), seconds(granted));
        let terms = Terms::first(now, first, first, true, &jitter).renewed(now, granted, granted, &jitter);
        ((terms.due_at - now).as_millis(), terms.renewable)
    }

    #[test]
    fn a_full_grant_is_renewed_at_two_thirds_and_a_capped_one_replaced_with_two_thirds_of_the_first_left() {
        for (first, granted, want) in [
            (60, 60, (40_000, true)),
            (60, 58, (38_666, true)),
            (60, 55, (15_000, false)),
            (60, 50, (10_000, false)),
            (60, 40, (0, false)),
            (60, 20, (0, false)),
            (60, 1, (0, false)),
        ] {
            assert_eq!(due(first, granted), want, "{granted} of {first}");
        }
    }

    #[test]
    fn moments_are_spread() {
        let (now, ttl) = (Instant::now(), seconds(300));
        for (fraction, want) in [(0.0, 210), (0.5, 200), (1.0, 190)] {
            let terms = Terms::first(now, ttl, ttl, true, &Jitter::fixed(fraction));
            assert_eq!((terms.due_at - now).as_secs(), want);
        }
    }

    #[test]
    fn a_grant_that_was_long_under_way_is_due_as_much_sooner() {
        let now = Instant::now();
        let terms = Terms::first(now, seconds(60), seconds(45), true, &Jitter::fixed(0.5));
        assert_eq!(((terms.due_at - now).as_secs(), (terms.ends_at - now).as_secs()), (25, 45));
    }

    #[test]
    fn a_lease_without_end_is_no_overflow() {
        let (now, jitter) = (Instant::now(), Jitter::random());
        let terms = Terms::first(now, Duration::MAX, Duration::MAX, true, &jitter);
        let terms = terms.renewed(now, Duration::MAX, Duration::MAX, &jitter);
        assert!(terms.due_at < terms.ends_at);
        assert!(terms.wait_after(u32::MAX, &jitter) <= LONGEST_WAIT);
    }

    #[test]
    fn a_lease_of_no_time_serves_nobody() {
        let now = Instant::now();
        let terms = Terms::first(now, Duration::ZERO, Duration::ZERO, true, &Jitter::random());
        assert!(terms.serves_until(seconds(10)) <= now);
    }
}
