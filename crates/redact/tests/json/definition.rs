//! What masking JSON means, over a whole text and step by step: the spans of the written text and of the decoded text
//! together, whole escapes and whole numbers, and a mask that keeps the quotes even.

use reticent_needles::Needles;

/// One escape: where it is written, and what it means.
struct Escape {
    start: usize,
    end: usize,
    means: Vec<u8>,
}

#[derive(Default)]
struct Tokens {
    /// The opening quote and the offset of what ends the string.
    strings: Vec<(usize, usize)>,
    escapes: Vec<Escape>,
    numbers: Vec<(usize, usize)>,
}

fn tokens(text: &[u8]) -> Tokens {
    let (mut all, mut at) = (Tokens::default(), 0);
    while at < text.len() {
        match text[at] {
            b'"' => {
                let end = string(text, at + 1, &mut all.escapes);
                all.strings.push((at, end));
                at = end + 1;
            }
            b'0'..=b'9' | b'-' => {
                let part = |byte: &&u8| b"0123456789+-.eE".contains(byte);
                let end = at + text[at..].iter().take_while(part).count();
                if end - at <= 256 {
                    all.numbers.push((at, end));
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    all
}

/// Reads a string up to its closing quote, a line feed or the end, and returns that offset.
fn string(text: &[u8], mut at: usize, escapes: &mut Vec<Escape>) -> usize {
    while at < text.len() && text[at] != b'"' && text[at] != b'\n' {
        if text[at] != b'\\' {
            at += 1;
            continue;
        }
        let (length, means) = escape(&text[at..]);
        if let Some(means) = means {
            escapes.push(Escape { start: at, end: at + length, means });
        }
        at += length;
    }
    at
}

/// How long the escape is, and what it means unless it means itself.
fn escape(rest: &[u8]) -> (usize, Option<Vec<u8>>) {
    let one = |byte: u8| (2, Some(vec![byte]));
    match rest.get(1) {
        None | Some(b'\n') => (1, None),
        Some(b'b') => one(8),
        Some(b'f') => one(12),
        Some(b'n') => one(10),
        Some(b'r') => one(13),
        Some(b't') => one(9),
        Some(byte @ (b'"' | b'\\' | b'/')) => one(*byte),
        Some(b'u') => {
            let unit = |digits: Option<&[u8]>| {
                let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
                u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
            };
            let Some(first) = unit(rest.get(2..6)) else {
                let digits = rest[2..].iter().take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
                return (2 + digits, None);
            };
            let second = unit(rest.get(8..12).filter(|_| rest[6..8] == *b"\\u"));
            if let Some(Ok(character)) = char::decode_utf16([first]).next() {
                return (6, Some(character.to_string().into_bytes()));
            }
            match second.and_then(|second| char::decode_utf16([first, second]).next()) {
                Some(Ok(character)) => (12, Some(character.to_string().into_bytes())),
                _ => (6, None),
            }
        }
        Some(_) => (2, None),
    }
}

/// A span in the order in which names are given: where it begins, how little short of endless it is, its name, and
/// where it ends.
type Found = (usize, usize, String, usize);

/// Finds in `text`, of which each byte has the written bytes from `of(at).0` to `of(at).1`.
///
/// At a quote of the document a control sequence that is not whole is none.
fn find(
    needles: &Needles,
    text: &[u8],
    quotes: &[usize],
    of: impl Fn(usize) -> (usize, usize),
) -> Vec<Found> {
    let (mut all, mut begin) = (Vec::new(), 0);
    for end in quotes.iter().copied().chain([text.len()]) {
        if end < text.len() && !ends_in_sequence(&text[begin..end]) {
            continue;
        }
        for span in needles.find_all(&text[begin..end]) {
            let place = |at: u64| begin + usize::try_from(at).expect("in the text");
            let (first, last) = (of(place(span.start())), of(place(span.end()) - 1));
            all.push((first.0, usize::MAX - span.length(), span.name().to_owned(), last.1));
        }
        begin = end;
    }
    all
}

/// Tells whether a control sequence has begun, and has no last byte yet.
fn ends_in_sequence(text: &[u8]) -> bool {
    let Some(start) = text.iter().rposition(|byte| *byte == 0x1b) else { return false };
    let rest = &text[start + 1..];
    let Some(rest) = rest.strip_prefix(b"[") else { return rest.is_empty() };
    let parameters = rest.iter().take(32).take_while(|byte| (b'0'..=b'?').contains(*byte)).count();
    let others = rest[parameters..].iter().take(4).take_while(|byte| (b' '..=b'/').contains(*byte)).count();
    parameters + others == rest.len() || is_mask_begun(rest)
}

fn is_mask_begun(rest: &[u8]) -> bool {
    let head = b"REDACTED:";
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-".contains(byte);
    match rest.strip_prefix(head) {
        Some(rest) => {
            let (name_part, mark) = match rest.iter().position(|byte| *byte == b'#') {
                Some(at) => (&rest[..at], &rest[at + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            name_part.iter().all(name) && mark.len() <= 5 && mark.iter().all(u8::is_ascii_hexdigit)
        }
        None => head.starts_with(rest),
    }
}

/// Masks a whole text.
pub(crate) fn masked(needles: &Needles, text: &[u8]) -> Vec<u8> {
    let tokens = tokens(text);
    let quotes: Vec<usize> = tokens
        .strings
        .iter()
        .flat_map(|(open, close)| [*open, *close])
        .filter(|at| text.get(*at) == Some(&b'"'))
        .collect();
    let mut found = find(needles, text, &quotes, |at| (at, at + 1));
    let (mut decoded, mut places, mut at) = (Vec::new(), Vec::new(), 0);
    for escape in &tokens.escapes {
        decoded.extend_from_slice(&text[at..escape.start]);
        places.extend((at..escape.start).map(|at| (at, at + 1)));
        decoded.extend_from_slice(&escape.means);
        places.extend(escape.means.iter().map(|_| (escape.start, escape.end)));
        at = escape.end;
    }
    decoded.extend_from_slice(&text[at..]);
    places.extend((at..text.len()).map(|at| (at, at + 1)));
    let moved: Vec<usize> = quotes
        .iter()
        .map(|quote| places.iter().position(|place| place.0 == *quote).expect("a quote stays"))
        .collect();
    found.extend(find(needles, &decoded, &moved, |at| places[at]));
    written(&tokens, text, found)
}

/// Writes one mask over all spans that overlap, once each takes its escapes and numbers whole.
fn written(tokens: &Tokens, text: &[u8], mut found: Vec<Found>) -> Vec<u8> {
    found.sort();
    let whole = |start: usize, end: usize| {
        let escapes = tokens.escapes.iter().map(|escape| (escape.start, escape.end));
        let touched =
            escapes.chain(tokens.numbers.iter().copied()).filter(|(from, to)| *from < end && start < *to);
        touched.fold((start, end), |(start, end), (from, to)| (start.min(from), end.max(to)))
    };
    let in_string = |at: usize| tokens.strings.iter().any(|(open, close)| *open < at && at <= *close);
    let mut merged: Vec<(usize, usize, String)> = Vec::new();
    for (start, _, name, end) in found {
        let (start, end) = whole(start, end);
        match merged.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end, name)),
        }
    }
    let (mut shown, mut at) = (Vec::new(), 0);
    for (start, end, name) in merged {
        shown.extend_from_slice(&text[at..start]);
        let quote = |at: usize| if in_string(at) { "" } else { "\"" };
        shown.extend_from_slice(format!("{}[REDACTED:{name}]{}", quote(start), quote(end)).as_bytes());
        at = end;
    }
    shown.extend_from_slice(&text[at..]);
    shown
}
