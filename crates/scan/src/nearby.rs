//! What stands around a secret on its line, without that secret and without any other.

use std::ops::Range;

use reticent_core::Visible;
use zeroize::Zeroizing;

/// How much is shown before a secret.
pub(crate) const BEFORE: usize = 80;
/// How much is shown behind it.
pub(crate) const AFTER: usize = 80;
/// What stands in the place of a secret.
const MASK: &str = "[…]";
/// What stands where a line is cut.
const CUT: &str = "…";
/// A shorter value is not looked for beside itself: it would be found in every other word.
const SHORTEST_REPEATED: usize = 4;

/// The bytes on both sides of a secret, up to the ends of its line.
pub(crate) struct Nearby {
    before: Side,
    after: Side,
}

struct Side {
    bytes: Zeroizing<Vec<u8>>,
    /// Where they begin in the file.
    start: u64,
    is_cut: bool,
}

impl Nearby {
    /// Keeps what belongs to the line of the secret at `span`. `before` and `after` are one byte longer than what is
    /// shown, where there is one.
    pub(crate) fn new(before: &[u8], after: &[u8], span: &Range<u64>) -> Self {
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let line = before.iter().rposition(is_break).map_or(0, |at| at + 1);
        // An indentation tells nothing.
        let indented = before[line..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let from = (line + indented).max(before.len().saturating_sub(BEFORE));
        let to = after.iter().position(is_break).unwrap_or(after.len());
        let shown_to = to.min(AFTER);
        Self {
            before: Side {
                bytes: before[from..].to_vec().into(),
                start: span.start - (before.len() - from) as u64,
                is_cut: from > line + indented,
            },
            after: Side { bytes: after[..shown_to].to_vec().into(), start: span.end, is_cut: to > shown_to },
        }
    }

    /// Returns the line with `[…]` for the secret, for its repetitions and for all `spans`; and where, in characters,
    /// the mask of the secret itself begins.
    pub(crate) fn shown(&self, secret: &[u8], spans: &[Range<u64>]) -> (String, usize) {
        let mut before = self.before.is_masked(secret, spans);
        let mut after = self.after.is_masked(secret, spans);
        // A span that ends too early would show the rest of its secret.
        let rest = self.after.bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        after[..rest].fill(true);
        // A mask that touches that of the secret is one with it.
        let touching = before.iter().rev().take_while(|masked| **masked).count();
        before.truncate(before.len() - touching);
        let touching = after.iter().take_while(|masked| **masked).count();

        let mut line = self.before.render(0, &before);
        if self.before.is_cut {
            line.insert_str(0, CUT);
        }
        let mask_at = line.chars().count();
        line.push_str(MASK);
        line.push_str(&self.after.render(touching, &after));
        if self.after.is_cut {
            line.push_str(CUT);
        }
        (line, mask_at)
    }
}

impl Side {
    /// Tells for each byte whether it must not be shown.
    fn is_masked(&self, secret: &[u8], spans: &[Range<u64>]) -> Vec<bool> {
        let mut masked = vec![false; self.bytes.len()];
        let end = self.start + self.bytes.len() as u64;
        for span in spans.iter().filter(|span| span.start < end && self.start < span.end) {
            let from = (span.start.max(self.start) - self.start) as usize;
            let to = (span.end.min(end) - self.start) as usize;
            let rest = self.bytes[to..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            masked[from..to + rest].fill(true);
        }
        if secret.len() >= SHORTEST_REPEATED {
            for at in memchr::memmem::find_iter(&self.bytes, secret) {
                masked[at..at + secret.len()].fill(true);
            }
        }
        masked
    }

    /// Writes the bytes from `from` on, as far as `masked` goes, with a mask for each run that is masked.
    fn render(&self, from: usize, masked: &[bool]) -> String {
        let mut text = String::new();
        let mut at = from;
        while at < masked.len() {
            let run = masked[at..].iter().take_while(|is| **is == masked[at]).count();
            if masked[at] {
                text.push_str(MASK);
            } else {
                text.push_str(&readable(&self.bytes[at..at + run]));
            }
            at += run;
        }
        text
    }
}

/// Text of any bytes: a character that is cut at either end is left out, and so are the zeros of UTF-16.
fn readable(bytes: &[u8]) -> String {
    let bytes: Zeroizing<Vec<u8>> =
        bytes.iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>().into();
    let head = bytes.iter().take(3).take_while(|byte| (0x80..0xc0).contains(*byte)).count();
    let text = String::from_utf8_lossy(&bytes[head..]);
    let shown = Visible(text.trim_end_matches(char::REPLACEMENT_CHARACTER)).to_string();
    let _wiped = Zeroizing::new(text.into_owned());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shows the place of `secret` in `text`, where `others` are secrets as well.
    fn shown(text: &str, secret: &str, others: &[&str]) -> (String, usize) {
        let span_of = |part: &str| {
            let at = text.find(part).unwrap() as u64;
            at..at + part.len() as u64
        };
        let span = span_of(secret);
        let spans: Vec<_> = others.iter().map(|other| span_of(other)).collect();
        let (start, end) = (span.start as usize, span.end as usize);
        let before = &text.as_bytes()[start.saturating_sub(BEFORE + 1)..start];
        let after = &text.as_bytes()[end..text.len().min(end + AFTER + 1)];
        Nearby::new(before, after, &span).shown(secret.as_bytes(), &spans)
    }

    #[test]
    fn the_line_is_shown_without_any_secret() {
        for (text, secret, others, want, at) in [
            ("a=1\n  b=plum  # old\nc=2", "plum", vec![], "b=[…]  # old", 2),
            ("one:plum two:pear\r\n", "plum", vec!["pear"], "one:[…] two:[…]", 4),
            ("one:plum two:pear", "pear", vec!["plum"], "one:[…] two:[…]", 12),
            ("plum=plum plum", "plum", vec![], "[…]=[…] […]", 0),
            // A span that is too short, and one that goes on beyond what is shown.
            ("k=plumTree9;x", "plum", vec![], "k=[…];x", 2),
            ("k=plumpear;x", "plum", vec!["pear"], "k=[…];x", 2),
            ("é\u{1b}[31m\tplum\u{202e}", "plum", vec![], "é\\u{1b}[31m\\t[…]\\u{202e}", 13),
        ] {
            assert_eq!(shown(text, secret, &others), (want.to_owned(), at), "{text}");
        }
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let text = format!("{}é={}plum;{}", "a".repeat(300), "b".repeat(78), "-".repeat(300));
        let want = format!("…={}[…];{}…", "b".repeat(78), "-".repeat(79));
        assert_eq!(shown(&text, "plum", &[]), (want, 80));
    }
}
