//! What holds for any values, texts and cuts.

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_redact::{Redactor, Values};

use crate::cases::streamed;
use crate::definition;

/// Values of two letters cannot take any other spelling that a text of two letters shows.
fn letters(sizes: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(&b"ab"[..]), sizes)
}

fn noisy(sizes: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let noise = [
        "\n",
        "\r\n  ",
        " ",
        "\t",
        "\x1b[31m",
        "\x1b[",
        "\x1b",
        "[",
        "[REDACTED:A]",
        "[REDACTED:",
        "]",
        "\0",
    ];
    let letter = prop::sample::select(&["a", "b"][..]);
    let piece = prop_oneof![12 => letter, 1 => prop::sample::select(noise.to_vec())];
    prop::collection::vec(piece, sizes).prop_map(|pieces| pieces.concat().into_bytes())
}

pub(crate) fn named(values: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    values.iter().enumerate().map(|(at, value)| (format!("N{at:02}"), value.clone())).collect()
}

pub(crate) fn learnt(named: &[(String, Vec<u8>)]) -> Values {
    named.iter().map(|(name, value)| (name, Secret::copy_of(value))).collect()
}

/// Writes the mask of each span over a text.
pub(crate) fn masked(spans: &[definition::Found], text: &[u8]) -> Vec<u8> {
    let place = |at: u64| usize::try_from(at).expect("in the text");
    let (mut shown, mut at) = (Vec::new(), 0);
    for (start, end, name) in spans {
        shown.extend_from_slice(&text[at..place(*start)]);
        shown.extend_from_slice(format!("[REDACTED:{name}]").as_bytes());
        at = place(*end);
    }
    shown.extend_from_slice(&text[at..]);
    shown
}

/// Tells whether the slow forms of tests are asked for.
fn is_long() -> bool {
    std::env::var_os("RETICENT_TEST_LONG").is_some()
}

/// A small generator: a million cases are too many for one that can shrink them.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn letters(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| b"ab"[self.below(2)]).collect()
    }

    /// Some letters, and here and there what matching sees through or stops at.
    fn text(&mut self) -> Vec<u8> {
        let noise =
            ["\n", "\r\n  ", " ", "\t", "\x1b[1m", "\x1b[", "\x1b", "[", "[REDACTED:A]", "[REDACTED:", "]"];
        let mut text = Vec::new();
        for _ in 0..self.below(40) {
            match self.below(10) {
                0 => text.extend_from_slice(noise[self.below(noise.len())].as_bytes()),
                _ => text.push(b"ab"[self.below(2)]),
            }
        }
        text
    }
}

#[test]
fn many_small_texts_are_shown_as_the_definition_shows_them() {
    let (sets, texts) = if is_long() { (20_000, 50) } else { (60, 50) };
    for seed in 0..sets {
        let mut numbers = Numbers(seed);
        let count = 1 + numbers.below(4);
        let mut value = || {
            let length = 6 + numbers.below(5);
            numbers.letters(length)
        };
        let values: Vec<Vec<u8>> = (0..count).map(|_| value()).collect();
        let named = named(&values);
        let redactor = Redactor::new(&learnt(&named));
        for nth in 0..texts {
            let text = numbers.text();
            let want = masked(&definition::find(&named, &text), &text);
            let cuts = [numbers.below(9), numbers.below(9), numbers.below(9)];
            let how = || format!("seed {seed}, text {nth}: {:?}", String::from_utf8_lossy(&text));
            assert_eq!(redactor.redact(&text), want, "{}", how());
            assert_eq!(streamed(redactor.stream(), &text, &cuts), want, "{cuts:?}, {}", how());
            assert_eq!(streamed(redactor.stream(), &text, &[1; 400]), want, "{}", how());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if is_long() { 3_000 } else { 300 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_shown_is_what_the_definition_shows(
        values in prop::collection::vec(letters(6..14), 1..8),
        text in noisy(0..300),
        cuts in prop::collection::vec(0_usize..20, 0..30),
    ) {
        let named = named(&values);
        let redactor = Redactor::new(&learnt(&named));
        let want = masked(&definition::find(&named, &text), &text);
        prop_assert_eq!(&redactor.redact(&text), &want);
        prop_assert_eq!(&streamed(redactor.stream(), &text, &cuts), &want);
        prop_assert_eq!(&streamed(redactor.stream(), &text, &vec![1; text.len()]), &want);
    }

    #[test]
    fn a_masked_text_is_not_changed_again(
        values in prop::collection::vec(letters(6..10), 1..8),
        text in noisy(0..200),
    ) {
        let redactor = Redactor::new(&learnt(&named(&values)));
        let once = redactor.redact(&text).into_owned();
        prop_assert_eq!(&redactor.redact(&once), &once);
    }

    #[test]
    fn everything_is_out_that_no_byte_can_change(
        values in prop::collection::vec(letters(6..11), 1..6),
        text in letters(0..80),
    ) {
        let named = named(&values);
        let mut stream = Redactor::new(&learnt(&named)).stream();
        let mut shown = Vec::new();
        for at in 0..text.len() {
            let seen = &text[..=at];
            stream.push(&text[at..=at], |bytes| shown.extend_from_slice(bytes));
            let settled = usize::try_from(definition::settled(&named, seen)).expect("in the text");
            let mut spans = definition::find(&named, seen);
            spans.retain(|(start, ..)| *start < settled as u64);
            prop_assert_eq!(&shown, &masked(&spans, &seen[..settled]));
        }
    }

    #[test]
    fn a_terminal_shows_three_bytes_of_a_value_at_most(
        values in prop::collection::vec(letters(8..14), 1..6),
        text in letters(0..80),
        pauses in prop::collection::vec(any::<bool>(), 80),
    ) {
        let mut stream = Redactor::new(&learnt(&named(&values))).stream();
        let mut shown = Vec::new();
        for (byte, pause) in text.iter().zip(pauses) {
            stream.push(&[*byte], |bytes| shown.extend_from_slice(bytes));
            if pause {
                stream.pause(|bytes| shown.extend_from_slice(bytes));
            }
        }
        stream.finish(|bytes| shown.extend_from_slice(bytes));
        for value in &values {
            prop_assert!(!shown.windows(value.len()).any(|window| window == value));
        }
        let left: Vec<u8> = String::from_utf8(shown).expect("text").split("[REDACTED:").flat_map(|piece| {
            piece.split_once(']').map_or(piece, |(_, rest)| rest).bytes().collect::<Vec<_>>()
        }).collect();
        prop_assert!(left.len() <= text.len());
    }
}

#[test]
fn a_span_that_goes_on_and_on_is_held_in_little_memory() {
    let named = named(&[b"abababab".to_vec(), b"babababababa".to_vec()]);
    let mut stream = Redactor::new(&learnt(&named)).stream();
    let text = [b"xa".to_vec(), [b'b', b'a'].repeat(200_000), b"y".to_vec()].concat();
    let mut shown = Vec::new();
    for chunk in text.chunks(4_096) {
        stream.push(chunk, |bytes| shown.extend_from_slice(bytes));
        let debug = format!("{stream:?}");
        let held =
            debug.trim_start_matches("Stream { held: ").split(',').next().and_then(|held| held.parse().ok());
        assert!(held.is_some_and(|held: usize| held <= 80_000), "{debug}");
    }
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    assert_eq!(String::from_utf8_lossy(&shown), "x[REDACTED:N00]y");
}
