//! What a stream holds back, as the definition has it.

use super::definition::{Found, mask, merged, occurrences, seen, sequence, stretches};

/// What is held back behind `text`, as long as nobody knows what follows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) settled: u64,
    pub(crate) live: Option<(u64, usize)>,
    pub(crate) open: Vec<Found>,
    pub(crate) undecided: usize,
}

pub(crate) fn held(needles: &[(String, Vec<u8>)], text: &[u8]) -> Held {
    let undecided = undecided(text);
    let judged = &text[..text.len() - undecided];
    let last = stretches(judged).pop().expect("one stretch at least");
    let begins = |length: &usize| {
        let rest = last[last.len() - length..].iter().map(|(byte, _)| byte);
        needles.iter().any(|(_, needle)| {
            let needle = seen(needle);
            needle.len() >= 6 && needle.len() > *length && rest.clone().eq(&needle[..*length])
        })
    };
    let live = (1..=last.len()).rev().find(begins).map(|length| (last[last.len() - length].1 as u64, length));
    let from = live.map_or(u64::MAX, |(start, _)| start);
    let mut open = merged(occurrences(needles, &last));
    open.retain(|(_, end, _)| *end > from);
    let first = open.first().map_or(from, |(start, ..)| from.min(*start));
    Held { settled: first.min(judged.len() as u64), live, open, undecided }
}

/// How many of the last bytes are the beginning of a mask or of a control sequence, and no whole one.
fn undecided(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if begins_mask(rest) || begins_sequence(rest) {
            return rest.len();
        }
        at += mask(rest).or_else(|| sequence(rest)).unwrap_or(1);
    }
    0
}

fn begins_mask(rest: &[u8]) -> bool {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    let Some(inside) = rest.strip_prefix(b"[REDACTED:") else { return b"[REDACTED:".starts_with(rest) };
    let name = inside.iter().take_while(|byte| fits(byte)).count();
    let mark_begins = |mark: &[u8]| {
        name > 0 && mark[0] == b'#' && mark.len() <= 6 && mark[1..].iter().all(u8::is_ascii_hexdigit)
    };
    name <= 128 && (inside.len() == name || mark_begins(&inside[name..]))
}

fn begins_sequence(rest: &[u8]) -> bool {
    if rest == b"\x1b" || (rest[0] == 0x1b && rest[1] == b'[' && begins_mask(&rest[1..])) {
        return true;
    }
    let Some(inside) = rest.strip_prefix(b"\x1b[") else { return false };
    let parameters = inside.iter().take_while(|byte| (b'0'..=b'?').contains(byte)).count();
    let others = &inside[parameters..];
    parameters <= 32 && others.len() <= 4 && others.iter().all(|byte| (b' '..=b'/').contains(byte))
}
