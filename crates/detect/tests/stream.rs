//! What is found does not depend on where a text is cut, how it is written or how long its lines are.

use std::io::{self, Read};
use std::ops::{ControlFlow, Range};

use reticent_detect::{Layer, Scanner};

/// A value that nobody uses; in two pieces, so that this file holds none.
fn secret() -> String {
    ["q8Zt0vLw2n", "Xc5Rb7TkPy"].concat()
}

fn spans(text: &[u8], chunk: usize) -> Vec<Range<u64>> {
    let mut spans = Vec::new();
    let read = Scanner::new()
        .scan_reader("", Chunks { text, chunk }, |found| {
            spans.push(found.span());
            ControlFlow::Continue(())
        })
        .expect("memory can be read");
    assert_eq!(read.bytes(), text.len() as u64);
    spans
}

/// A reader that gives so many bytes at a time.
struct Chunks<'t> {
    text: &'t [u8],
    chunk: usize,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.chunk.min(buffer.len()).min(self.text.len());
        buffer[..count].copy_from_slice(&self.text[..count]);
        self.text = &self.text[count..];
        Ok(count)
    }
}

#[test]
fn a_secret_is_found_across_every_border_of_chunks() {
    let text = format!("one\napi_key = \"{}\"\ntwo\n", secret());
    let want = std::iter::once(15..35).collect::<Vec<_>>();
    for chunk in 1..=text.len() {
        assert_eq!(spans(text.as_bytes(), chunk), want, "{chunk}");
    }
}

#[test]
fn a_secret_is_found_wherever_it_stands_in_a_line_of_many_windows() {
    let assignment = format!(" api_key=\"{}\" ", secret());
    for at in [0, 1_048_576, 2_500_000] {
        let mut text = vec![b'.'; 3_000_000];
        text[at..at + assignment.len()].copy_from_slice(assignment.as_bytes());
        let start = at as u64 + 10;
        assert_eq!(spans(&text, 70_000), vec![start..start + 20], "{at}");
    }
}

#[test]
fn a_secret_at_the_border_of_windows_is_told_once() {
    let assignment = format!(" api_key=\"{}\" ", secret());
    // Before, across and behind the end of what the first window answers for.
    for at in
        [1_048_541, 1_048_556, 1_048_576, 1_069_026, 1_069_036, 1_069_041, 1_069_046, 1_069_056, 1_069_057]
    {
        let mut text = vec![b'.'; 1_300_000];
        text[at..at + assignment.len()].copy_from_slice(assignment.as_bytes());
        let start = at as u64 + 10;
        assert_eq!(spans(&text, 1 << 20), vec![start..start + 20], "{at}");
    }
}

#[test]
fn lines_and_columns_are_counted_over_windows() {
    let mut text = "line\n".repeat(300_000).into_bytes();
    text.extend(format!("  token: \"{}\"\n", secret()).bytes());
    let mut places = Vec::new();
    Scanner::new()
        .scan_reader("", &text[..], |found| {
            places.push((found.line(), found.column(), found.secret() == secret().as_bytes()));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(places, [(300_001, 11, true)]);
}

#[test]
fn the_encoding_of_a_text_changes_nothing() {
    let plain = format!("api_key = \"{}\"\r\n", secret());
    let mut little = vec![0xff, 0xfe];
    little.extend(plain.encode_utf16().flat_map(u16::to_le_bytes));
    let mut big = vec![0xfe, 0xff];
    big.extend(plain.encode_utf16().flat_map(u16::to_be_bytes));
    for text in [little, big] {
        let found = Scanner::new().scan_bytes(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].span(), 2 + 11 * 2..2 + 31 * 2);
        assert_eq!((found[0].layers(), found[0].secret(&text)), (&[Layer::Utf16][..], secret().as_bytes()));
    }
}

#[test]
fn whoever_has_seen_enough_can_end_it() {
    let text = format!("a_token=\"{0}\"\nb_token=\"{0}x\"\n", secret());
    let mut count = 0;
    let read = Scanner::new()
        .scan_reader("", text.as_bytes(), |_| {
            count += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!((count, read.is_whole()), (1, false));
}

#[test]
fn a_broken_reader_is_an_error_and_what_was_found_before_is_told() {
    struct Broken(bool);
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, true) { Err(io::Error::other("gone")) } else { Ok(0) }
        }
    }
    let error = Scanner::new().scan_reader("", Broken(true), |_| ControlFlow::Continue(())).unwrap_err();
    assert_eq!(error.to_string(), "gone");
}

#[test]
fn layers_of_encodings_end() {
    // Base64 of base64 of base64 …: each layer is text, and only so many are taken off.
    let mut text = format!("api_key=\"{}\"", secret()).into_bytes();
    let mut depths = Vec::new();
    for _ in 0..6 {
        let found = Scanner::new().scan_bytes(&text);
        depths.push(
            found
                .iter()
                .filter(|finding| !finding.layers().is_empty())
                .map(|finding| finding.layers().len())
                .max(),
        );
        text = base64(&text);
    }
    assert_eq!(depths, [None, Some(1), Some(2), Some(3), None, None]);
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Vec::new();
    for three in bytes.chunks(3) {
        let word =
            three.iter().chain(&[0, 0]).take(3).fold(0_usize, |word, byte| word << 8 | usize::from(*byte));
        let digits = (0..4).map(|place| DIGITS[word >> (18 - 6 * place) & 63]);
        text.extend(digits.take(three.len() + 1).chain(std::iter::repeat_n(b'=', 3 - three.len())));
    }
    text
}

#[test]
fn what_is_found_shows_no_byte_of_the_text() {
    let text = format!("api_key = \"{}\"\n", secret());
    let mut shown = Vec::new();
    Scanner::new()
        .scan_reader("", text.as_bytes(), |found| {
            shown.push(format!("{found:?} {:?}", found.finding()));
            ControlFlow::Continue(())
        })
        .expect("memory can be read");
    let bytes = format!("{:?}", secret().as_bytes());
    let bytes = bytes.trim_matches(['[', ']']);
    assert_eq!(shown.len(), 1);
    assert!(!shown[0].contains(&secret()) && !shown[0].contains(bytes), "the secret is shown");
}
