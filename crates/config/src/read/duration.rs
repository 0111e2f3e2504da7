//! Lengths of time.

use std::time::Duration;

/// Reads `250ms`, `30s`, `1h30m`, `[days ]hh:mm[:ss]`, ISO 8601 (`PT30S`), or seconds as a number; nothing negative.
pub(crate) fn duration(bytes: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(bytes.trim_ascii()).ok()?;
    if let Some(seconds) = super::number(text.as_bytes()) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    if let Some(rest) = text.strip_prefix(['P', 'p']) {
        return iso(rest);
    }
    if text.contains(':') {
        return clock(text);
    }
    parts(text, |unit| match unit {
        "ms" => Some(0.001),
        "s" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3_600.0),
        "d" => Some(86_400.0),
        "w" => Some(604_800.0),
        _ => None,
    })
}

/// What follows the `P`: days or weeks, then `T` and hours, minutes, seconds.
fn iso(rest: &str) -> Option<Duration> {
    let upper = rest.to_ascii_uppercase();
    let (date, time) =
        upper.split_once('T').map_or((upper.as_str(), None), |(date, time)| (date, Some(time)));
    let date = parts(date, |unit| match unit {
        "D" => Some(86_400.0),
        "W" => Some(604_800.0),
        _ => None,
    });
    let time = time.map(|time| {
        parts(time, |unit| match unit {
            "H" => Some(3_600.0),
            "M" => Some(60.0),
            "S" => Some(1.0),
            _ => None,
        })
    });
    match (rest.starts_with(['T', 't']), date, time) {
        (true, _, Some(time)) => time,
        (false, Some(date), Some(time)) => date.checked_add(time?),
        (false, date, None) => date,
        _ => None,
    }
}

/// `hh:mm` or `hh:mm:ss`, with days before it or not.
fn clock(text: &str) -> Option<Duration> {
    let (days, rest) = match text.split_once(' ') {
        Some((days, rest)) => (days.parse::<u32>().ok()?, rest),
        None => (0, text),
    };
    let mut fields = rest.split(':');
    let hours: u32 = fields.next()?.parse().ok()?;
    let minutes: u32 = fields.next()?.parse().ok().filter(|minutes| *minutes < 60)?;
    let seconds: f64 = match fields.next() {
        Some(seconds) => seconds.parse().ok().filter(|seconds| (0.0..60.0).contains(seconds))?,
        None => 0.0,
    };
    if fields.next().is_some() {
        return None;
    }
    let whole = f64::from(days) * 86_400.0 + f64::from(hours) * 3_600.0 + f64::from(minutes) * 60.0;
    Duration::try_from_secs_f64(whole + seconds).ok()
}

/// One or more numbers, each with its unit.
fn parts(text: &str, unit_of: impl Fn(&str) -> Option<f64>) -> Option<Duration> {
    let mut rest = text;
    let mut sum = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let count: f64 = rest[..digits].parse().ok()?;
        let behind = &rest[digits..];
        let end = behind.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(behind.len());
        let seconds = count * unit_of(&behind[..end])?;
        sum = sum.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?;
        rest = &behind[end..];
    }
    (!text.is_empty()).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_or_are_seconds() {
        for (text, want) in [
            ("250ms", Some(250)),
            ("30s", Some(30_000)),
            ("1h30m", Some(5_400_000)),
            ("1.5h", Some(5_400_000)),
            ("2d", Some(172_800_000)),
            (" 45 ", Some(45_000)),
            ("0.5", Some(500)),
            ("00:05:00", Some(300_000)),
            ("1 00:00", Some(86_400_000)),
            ("PT30S", Some(30_000)),
            ("P1DT2H", Some(93_600_000)),
            ("P1D", Some(86_400_000)),
            ("P", None),
            ("PT", None),
            ("", None),
            ("-1", None),
            ("s", None),
            ("5 parsecs", None),
            ("nan", None),
            ("inf", None),
            ("1:99", None),
            ("1:2:3:4", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(duration(text.as_bytes()).map(|found| found.as_millis()), want, "{text}");
        }
    }
}
