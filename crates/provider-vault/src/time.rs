//! Times as Vault writes them (RFC 3339), without a library for calendars.

use std::time::{Duration, SystemTime};

/// Reads `2026-11-25T08:03:03.845429299Z`, or the same with an offset; `None` for anything else, and before 1970.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let (date, rest) = text.split_once('T')?;
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let zone_at = rest.find(['Z', '+', '-'])?;
    let (clock, zone) = rest.split_at(zone_at);
    let (whole, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut whole = whole.splitn(3, ':').map(str::parse::<i64>);
    let (hour, minute, second) = (whole.next()?.ok()?, whole.next()?.ok()?, whole.next()?.ok()?);
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0..=60).contains(&second) {
        return None;
    }
    let seconds = days(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second - offset(zone)?;
    let since = Duration::new(u64::try_from(seconds).ok()?, nanoseconds(fraction)?);
    SystemTime::UNIX_EPOCH.checked_add(since)
}

fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (hours, minutes) = zone[1..].split_once(':')?;
    let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    if !(0..24).contains(&hours) || !(0..60).contains(&minutes) {
        return None;
    }
    let seconds = hours * 3_600 + minutes * 60;
    Some(if zone.starts_with('-') { -seconds } else { seconds })
}

fn nanoseconds(fraction: &str) -> Option<u32> {
    if fraction.is_empty() {
        return Some(0);
    }
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    digits.parse().ok()
}

/// Counts days since 1970 in the Gregorian calendar; years begin in March, so that the leap day is their last.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: Option<(u64, u32)>) {
        let want = want.map(|(seconds, nanos)| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos));
        assert_eq!(parse(text), want, "{text}");
    }

    #[test]
    fn times_are_read_to_the_nanosecond() {
        check("1970-01-01T00:00:00Z", Some((0, 0)));
        check("2000-02-29T23:59:59Z", Some((951_868_799, 0)));
        check("2026-11-25T08:03:03.845429299Z", Some((1_795_593_783, 845_429_299)));
        check("2026-11-25T08:03:03.5Z", Some((1_795_593_783, 500_000_000)));
        check("2026-11-25T10:03:03+02:00", Some((1_795_593_783, 0)));
        check("2026-11-25T06:33:03-01:30", Some((1_795_593_783, 0)));
        for none in [
            "",
            "2026-11-25",
            "T",
            "2026-13-01T00:00:00Z",
            "2026-11-25T08:03Z",
            "0001-01-01T00:00:00Z",
            "xT1",
            "2026-11-25T9223372036854775807:00:00Z",
            "2026-11-25T08:03:03+9223372036854775807:00",
            "2026-11-25T24:00:00Z",
            "2026-11-25T-1:00:00Z",
        ] {
            check(none, None);
        }
    }
}
