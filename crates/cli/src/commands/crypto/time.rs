//! Points in time for people.

use std::time::{Duration, SystemTime};

/// The seconds of a day.
const DAY: u64 = 86_400;

/// Returns now, in seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

/// Writes seconds since 1970 as a date and a time in UTC; what lies beyond the year 9999, as a number.
pub(crate) fn utc(seconds: u64) -> String {
    let (days, rest) = (seconds / DAY, seconds % DAY);
    match date(days) {
        Some((year, month, day)) => {
            let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
        }
        None => format!("{seconds} seconds after 1970"),
    }
}

/// Writes how long ago a time is, in its largest unit.
pub(crate) fn ago(seconds: u64, now: u64) -> String {
    let (distance, direction) =
        if seconds > now { (seconds - now, "from now") } else { (now - seconds, "ago") };
    let (count, unit) = match distance {
        0..60 => (distance, "second"),
        60..3_600 => (distance / 60, "minute"),
        3_600..DAY => (distance / 3_600, "hour"),
        _ => (distance / DAY, "day"),
    };
    format!("{count} {unit}{} {direction}", if count == 1 { "" } else { "s" })
}

/// Counts days since 1970-01-01 through years of 365 or 366 days.
fn date(days: u64) -> Option<(u64, u64, u64)> {
    let is_leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let (mut year, mut rest) = (1970, days);
    while rest >= 365 + u64::from(is_leap(year)) {
        rest -= 365 + u64::from(is_leap(year));
        year += 1;
        if year > 9_999 {
            return None;
        }
    }
    let lengths = [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if rest < length {
            break;
        }
        rest -= length;
        month += 1;
    }
    Some((year, month, rest + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, want) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_798_761_599, "2026-12-31 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59:59 UTC"),
            (253_402_300_800, "253402300800 seconds after 1970"),
            (u64::MAX, "18446744073709551615 seconds after 1970"),
        ] {
            assert_eq!(utc(seconds), want);
        }
    }

    #[test]
    fn a_distance_has_its_direction() {
        assert_eq!(ago(100, 101), "1 second ago");
        assert_eq!(ago(0, 2 * DAY), "2 days ago");
        assert_eq!(ago(u64::MAX, 0), "213503982334601 days from now");
    }
}
