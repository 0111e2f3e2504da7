//! How far long work has come: a line that is renewed on a terminal, and one line a minute elsewhere.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use crate::output::Output;

/// Work that takes less shows nothing.
const SHORT: Duration = Duration::from_secs(1);

/// How often a terminal shows the next state.
const FRAME: Duration = Duration::from_millis(100);

/// How often anything else does.
const MINUTE: Duration = Duration::from_secs(60);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Bytes,
    Files,
}

/// The progress of one piece of work.
#[derive(Debug)]
pub(crate) struct Progress {
    output: Output,
    doing: &'static str,
    unit: Unit,
    begun: Instant,
    next: Duration,
    is_terminal: bool,
    is_shown: bool,
}

impl Progress {
    pub(crate) fn new(doing: &'static str, unit: Unit, output: Output) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let next = if is_terminal { SHORT } else { MINUTE };
        Self { output, doing, unit, begun: Instant::now(), next, is_terminal, is_shown: false }
    }

    /// Shows how far it is, if it is time to.
    pub(crate) fn at(&mut self, done: u64, total: Option<u64>) {
        let elapsed = self.begun.elapsed();
        if elapsed < self.next || self.output.is_quiet() {
            return;
        }
        let line = line(self.doing, self.unit, done, total, elapsed);
        self.output.error(if self.is_terminal { format!("\r{line}\u{1b}[K") } else { format!("{line}\n") });
        self.next = elapsed + if self.is_terminal { FRAME } else { MINUTE };
        self.is_shown = true;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown && self.is_terminal {
            self.output.error("\r\u{1b}[K");
        }
    }
}

fn line(doing: &str, unit: Unit, done: u64, total: Option<u64>, elapsed: Duration) -> String {
    let rate = u128::from(done) * 1_000 / elapsed.as_millis().max(1);
    let rate = u64::try_from(rate).unwrap_or(u64::MAX);
    let mut line = format!("{doing}: {}", count(unit, done));
    if let Some(total) = total {
        write!(line, " of {}", count(unit, total)).expect("a string takes all text");
    }
    write!(line, ", {}/s", count(unit, rate)).expect("a string takes all text");
    if let Some(left) = total.map(|total| total.saturating_sub(done)).filter(|_| rate > 0) {
        write!(line, ", {} left", duration(left / rate)).expect("a string takes all text");
    }
    line
}

fn count(unit: Unit, number: u64) -> String {
    match unit {
        Unit::Bytes => size(number),
        Unit::Files if number == 1 => "1 file".to_owned(),
        Unit::Files => format!("{number} files"),
    }
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// Writes a number of bytes in its largest unit, with one decimal.
pub(crate) fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1_024 {
        return format!("{bytes} bytes");
    }
    let power = (bytes.ilog2() / 10) as usize;
    let tenths = (u128::from(bytes) * 10) >> (10 * power);
    format!("{}.{} {}", tenths / 10, tenths % 10, units[power - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_count_rate_and_time_left() {
        let seconds = Duration::from_secs;
        for (unit, done, total, elapsed, want) in [
            (Unit::Bytes, 512 << 20, Some(1 << 30), 2, "doing: 512.0 MiB of 1.0 GiB, 256.0 MiB/s, 2 s left"),
            (Unit::Bytes, 1_000, None, 1, "doing: 1000 bytes, 1000 bytes/s"),
            (Unit::Files, 10, Some(7_210), 1, "doing: 10 files of 7210 files, 10 files/s, 12 min 0 s left"),
            (Unit::Files, 0, Some(1), 1, "doing: 0 files of 1 file, 0 files/s"),
            (Unit::Files, 9, Some(8), 9, "doing: 9 files of 8 files, 1 file/s, 0 s left"),
        ] {
            assert_eq!(line("doing", unit, done, total, seconds(elapsed)), want);
        }
    }

    #[test]
    fn a_size_has_its_largest_unit() {
        for (bytes, want) in
            [(1_023, "1023 bytes"), (1_024, "1.0 KiB"), (1_048_575, "1023.9 KiB"), (u64::MAX, "15.9 EiB")]
        {
            assert_eq!(size(bytes), want);
        }
    }
}
