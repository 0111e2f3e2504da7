//! Adds up what test runners print.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed, failed and were skipped.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Ran and passed.
    pub passed: usize,
    /// Ran and failed, timed out or could not be started.
    pub failed: usize,
    /// Ignored, or filtered out.
    pub skipped: usize,
}

impl Counts {
    /// Reads one line of a runner's output; a line that is no summary changes nothing.
    pub(super) fn read(&mut self, line: &str) {
        if let Some(summary) = line.strip_prefix("test result: ") {
            // `ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s`
            self.read_parts(summary.split_once(". ").map_or("", |(_, parts)| parts), ';');
        } else if let Some(summary) = line.trim_start().strip_prefix("Summary [") {
            // `   0.012s] 4/5 tests run: 2 passed (1 slow), 1 failed, 1 timed out, 1 skipped`
            self.read_parts(summary.split_once(" run: ").map_or("", |(_, parts)| parts), ',');
        }
    }

    fn read_parts(&mut self, parts: &str, separator: char) {
        for part in without_parentheses(parts).split(separator) {
            let Some((number, what)) = part.trim().split_once(' ') else { continue };
            let Ok(number) = number.parse::<usize>() else { continue };
            match what.trim() {
                "passed" => self.passed += number,
                "failed" | "timed out" | "exec failed" => self.failed += number,
                "ignored" | "skipped" | "filtered out" => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Says what is wrong with these numbers.
    pub(super) fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        if self.failed > 0 {
            violations.push(format!("{} tests failed", self.failed));
        }
        if self.passed + self.failed == 0 {
            violations.push("no test ran".to_owned());
        }
        violations
    }
}

/// Drops the remarks: `2 passed (1 slow, 1 leaky), 1 failed`.
fn without_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(character),
            _ => {}
        }
    }
    kept
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[track_caller]
    fn check(lines: &[&str], want: &str) {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.read(line));
        assert_eq!(counts.to_string(), want);
    }

    #[test]
    fn libtest_lines_add_up() {
        check(
            &[
                "running 3 tests",
                "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
                "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 4 filtered out; finished in 0.00s",
            ],
            "4 passed, 2 failed, 5 skipped",
        );
    }

    #[test]
    fn the_nextest_summary_is_read() {
        check(&["     Summary [   0.012s] 1 test run: 1 passed, 0 skipped"], "1 passed, 0 failed, 0 skipped");
        check(
            &[
                "     Summary [  60.012s] 5/6 tests run: 2 passed (1 slow, 1 leaky), 1 failed, 1 timed out, 1 exec failed, 7 skipped",
            ],
            "2 passed, 3 failed, 7 skipped",
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        check(
            &["Summary of 3 passed", "  test result: ok. 3 passed", "3 passed, 0 failed"],
            "0 passed, 0 failed, 0 skipped",
        );
    }
}
