//! Runs of token characters: most bytes are never looked at, since a run of sixteen covers every sixteenth byte.

use std::ops::Range;

/// No shorter run is a token.
pub(crate) const SHORTEST: usize = 16;

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_token = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_' || byte as u8 == b'-';
        table[byte] = is_token;
        byte += 1;
    }
    table
};

#[inline]
pub(crate) fn is_token(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// Calls `each` with every run of at least sixteen letters, digits, `_` and `-`.
pub(crate) fn runs(bytes: &[u8], mut each: impl FnMut(Range<usize>)) {
    let mut end_of_last = 0;
    let mut at = SHORTEST - 1;
    while at < bytes.len() {
        if !is_token(bytes[at]) {
            at += SHORTEST;
            continue;
        }
        let left = bytes[end_of_last..at].iter().rev().take_while(|byte| is_token(**byte)).count();
        let right = bytes[at..].iter().take_while(|byte| is_token(**byte)).count();
        let run = at - left..at + right;
        end_of_last = run.end;
        if run.len() >= SHORTEST {
            each(run);
        }
        at = end_of_last + SHORTEST;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_found_wherever_it_stands() {
        for length in 14..40 {
            for offset in 0..40 {
                let text = [" ".repeat(offset), "a".repeat(length), " ".repeat(20)].concat();
                let mut found = Vec::new();
                runs(text.as_bytes(), |run| found.push(run));
                let want: Vec<_> =
                    (length >= SHORTEST).then_some(offset..offset + length).into_iter().collect();
                assert_eq!(found, want, "{offset} {length}");
            }
        }
    }
}
