//! Project, find all, merge: section by section what the specification says, in quadratic time.

/// A merged span and the name that it takes.
pub(crate) type Found = (u64, u64, String);

/// Each seen byte with its offset, in stretches that no match crosses.
pub(crate) fn stretches(text: &[u8]) -> Vec<Vec<(u8, usize)>> {
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

pub(crate) fn sequence(rest: &[u8]) -> Option<usize> {
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
pub(crate) type Occurrence = (usize, usize, String);

pub(crate) fn occurrences(needles: &[(String, Vec<u8>)], stretch: &[(u8, usize)]) -> Vec<Occurrence> {
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
pub(crate) fn seen(needle: &[u8]) -> Vec<u8> {
    stretches(needle).concat().into_iter().map(|(byte, _)| byte).collect()
}

pub(crate) fn merged(mut all: Vec<Occurrence>) -> Vec<Found> {
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

/// Where the first byte lies that a later one may still put into a span, or into a longer one, in a text of letters.
pub(crate) fn settled(needles: &[(String, Vec<u8>)], text: &[u8]) -> u64 {
    let begins = |start: &usize| {
        let rest = &text[*start..];
        needles.iter().any(|(_, needle)| needle.len() > rest.len() && needle.starts_with(rest))
    };
    let live = (0..text.len()).find(begins).unwrap_or(text.len()) as u64;
    find(needles, text).iter().find(|(_, end, _)| *end > live).map_or(live, |(start, ..)| live.min(*start))
}
