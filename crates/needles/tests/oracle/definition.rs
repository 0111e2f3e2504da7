//! Project, find all, merge: section by section what the specification says, in quadratic time.

/// A merged span and the name that it takes.
pub(crate) type Found = (u64, u64, String);

/// Each seen byte with its offset, in stretches that no match crosses.
fn stretches(text: &[u8]) -> Vec<Vec<(u8, usize)>> {
    let mut all = vec![Vec::new()];
    let (mut at, mut after_break) = (0, false);
    while at < text.len() {
        let rest = &text[at..];
        if let Some(length) = mask(rest) {
            all.push(Vec::new());
            after_break = false;
            at += length;
        } else if let Some(length) = sequence(rest) {
            at += length;
        } else {
            match rest[0] {
                b'\r' | b'\n' => after_break = true,
                b' ' | b'\t' if after_break => {}
                byte => {
                    after_break = false;
                    all.last_mut().expect("one stretch at least").push((byte, at));
                }
            }
            at += 1;
        }
    }
    all
}

pub(crate) fn mask(rest: &[u8]) -> Option<usize> {
    let inside = rest.strip_prefix(b"[REDACTED:")?;
    let end = inside.iter().position(|byte| *byte == b']')?;
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    let (name, mark) = match inside[..end].iter().position(|byte| *byte == b'#') {
        Some(at) => (&inside[..at], Some(&inside[at + 1..end])),
        None => (&inside[..end], None),
    };
    let is_mark = |mark: &[u8]| mark.len() == 5 && mark.iter().all(u8::is_ascii_hexdigit);
    let is_mask = (1..=128).contains(&name.len()) && name.iter().all(fits) && mark.is_none_or(is_mark);
    is_mask.then_some(10 + end + 1)
}

fn sequence(rest: &[u8]) -> Option<usize> {
    rest.strip_prefix(b"\x1b[")?;
    if mask(&rest[1..]).is_some() {
        return None;
    }
    let mut at = 2;
    while at < 34 && matches!(rest.get(at), Some(b'0'..=b'?')) {
        at += 1;
    }
    let last = at + 4;
    while at < last && matches!(rest.get(at), Some(b' '..=b'/')) {
        at += 1;
    }
    matches!(rest.get(at), Some(b'@'..=b'~')).then_some(at + 1)
}

/// An occurrence, ordered by its beginning, then the longest first.
type Occurrence = (usize, usize, String);

fn occurrences(needles: &[(String, Vec<u8>)], stretch: &[(u8, usize)]) -> Vec<Occurrence> {
    let mut all = Vec::new();
    for (name, needle) in needles {
        let needle = seen(needle);
        if needle.len() < 6 {
            continue;
        }
        for window in stretch.windows(needle.len()) {
            if window.iter().map(|(byte, _)| byte).eq(&needle) {
                let (start, end) = (window[0].1, window[window.len() - 1].1 + 1);
                all.push((start, usize::MAX - end, name.clone()));
            }
        }
    }
    all
}

/// A needle as matching sees it.
fn seen(needle: &[u8]) -> Vec<u8> {
    stretches(needle).concat().into_iter().map(|(byte, _)| byte).collect()
}

fn merged(mut all: Vec<Occurrence>) -> Vec<Found> {
    all.sort();
    let mut merged: Vec<Found> = Vec::new();
    for (start, end, name) in all {
        let (start, end) = (start as u64, (usize::MAX - end) as u64);
        match merged.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end, name)),
        }
    }
    merged
}

/// Finds `needles`, pairs of a name and a spelling, in `text`.
pub(crate) fn find(needles: &[(String, Vec<u8>)], text: &[u8]) -> Vec<Found> {
    merged(stretches(text).iter().flat_map(|stretch| occurrences(needles, stretch)).collect())
}

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

/// Where the first byte lies that a later one may still put into a span, or into a longer one, in a text of letters.
pub(crate) fn settled(needles: &[(String, Vec<u8>)], text: &[u8]) -> u64 {
    let begins = |start: &usize| {
        let rest = &text[*start..];
        needles.iter().any(|(_, needle)| needle.len() > rest.len() && needle.starts_with(rest))
    };
    let live = (0..text.len()).find(begins).unwrap_or(text.len()) as u64;
    find(needles, text).iter().find(|(_, end, _)| *end > live).map_or(live, |(start, ..)| live.min(*start))
}
