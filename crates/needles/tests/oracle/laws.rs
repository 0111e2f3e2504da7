//! The engine finds what the definition finds, however the text is cut.

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_needles::{Needles, Span};

use crate::definition::{self, Found};
use crate::held;

/// So many cases make a million over all laws here when there is time.
fn cases() -> u32 {
    if std::env::var_os("RETICENT_TEST_LONG").is_some() { 170_000 } else { 400 }
}

fn found(span: Span<'_>) -> Found {
    (span.start(), span.end(), span.name().to_owned())
}

/// The engine's answer over `cuts`; between the chunks it must not have let go of a byte that a span takes.
pub(crate) fn engine(needles: &Needles, text: &[u8], cuts: &[usize]) -> Vec<Found> {
    let (mut all, mut settled, mut at) = (Vec::new(), 0, 0);
    let mut finder = needles.finder();
    for cut in cuts.iter().map(|cut| (at + cut).min(text.len())).chain([text.len()]).collect::<Vec<_>>() {
        let cut = cut.max(at);
        let before = all.len();
        finder.push(&text[at..cut], |span| all.push(found(span)));
        assert!(all[before..].iter().all(|(start, ..)| *start >= settled), "a byte was let go too early");
        assert!(finder.settled() >= settled && finder.settled() <= cut as u64);
        (settled, at) = (finder.settled(), cut);
    }
    let before = all.len();
    finder.finish(|span| all.push(found(span)));
    assert!(all[before..].iter().all(|(start, ..)| *start >= settled), "a byte was let go too early");
    all
}

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
        "[REDACTED:A#0a1b2]",
        "[REDACTED:A#",
        "#",
        "[REDACTED:",
        "]",
    ];
    let letter = prop::sample::select(&["a", "b"][..]);
    let piece = prop_oneof![12 => letter, 1 => prop::sample::select(noise.to_vec())];
    prop::collection::vec(piece, sizes).prop_map(|pieces| pieces.concat().into_bytes())
}

fn check(values: &[Vec<u8>], text: &[u8], cuts: &[usize]) {
    let named = named(values);
    let needles = built(&named);
    let want = definition::find(&named, text);
    assert_eq!(engine(&needles, text, &[]), want, "whole");
    assert_eq!(engine(&needles, text, cuts), want, "cut");
    assert_eq!(engine(&needles, text, &vec![1; text.len()]), want, "byte by byte");
}

fn named(values: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
    values.iter().enumerate().map(|(at, value)| (format!("N{at:02}"), value.clone())).collect()
}

fn built(named: &[(String, Vec<u8>)]) -> Needles {
    let learn = |builder: reticent_needles::Builder, (name, value): &(String, Vec<u8>)| {
        builder.learn(name.as_str(), &Secret::copy_of(value))
    };
    named.iter().fold(Needles::builder(), learn).build()
}

/// Pushes each piece and perhaps puts a border behind it; what is held is as defined after each of these.
fn check_held(values: &[Vec<u8>], pieces: &[(Vec<u8>, bool)]) {
    let named = named(values);
    let needles = built(&named);
    let (mut finder, mut all, mut want) = (needles.finder(), Vec::new(), Vec::new());
    let (mut base, mut text) = (0, Vec::new());
    let moved = |base: u64, (start, end, name): Found| (start + base, end + base, name);
    for (piece, border) in pieces {
        finder.push(piece, |span| all.push(found(span)));
        text.extend_from_slice(piece);
        let held = held::held(&named, &text);
        assert_eq!(finder.undecided().len(), held.undecided);
        assert_eq!(finder.live(), held.live.map(|(start, length)| (base + start, length)));
        assert_eq!(finder.settled(), base + held.settled);
        let open: Vec<Found> = held.open.into_iter().map(|span| moved(base, span)).collect();
        assert_eq!(finder.open().map(found).collect::<Vec<_>>(), open);
        if *border {
            finder.border(|span| all.push(found(span)));
            want.extend(definition::find(&named, &text).into_iter().map(|span| moved(base, span)));
            (base, text) = (base + text.len() as u64, Vec::new());
            assert_eq!((finder.settled(), finder.live(), finder.open().count()), (base, None, 0));
            assert_eq!(all, want, "at a border");
        }
    }
    finder.finish(|span| all.push(found(span)));
    want.extend(definition::find(&named, &text).into_iter().map(|span| moved(base, span)));
    assert_eq!(all, want, "at the end");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_finds_what_the_definition_finds(
        values in prop::collection::vec(letters(6..12), 1..6),
        text in letters(0..300),
        cuts in prop::collection::vec(0_usize..20, 0..30),
    ) {
        check(&values, &text, &cuts);
    }

    #[test]
    fn nothing_is_held_back_that_no_byte_can_change(
        values in prop::collection::vec(letters(6..11), 1..6),
        text in letters(0..80),
    ) {
        let named = named(&values);
        let needles = built(&named);
        let mut finder = needles.finder();
        for at in 0..text.len() {
            finder.push(&text[at..=at], |_| {});
            prop_assert_eq!(finder.settled(), definition::settled(&named, &text[..=at]));
        }
    }

    #[test]
    fn wraps_colours_and_masks_are_as_defined(
        values in prop::collection::vec(letters(6..9), 1..8),
        text in noisy(0..300),
        cuts in prop::collection::vec(0_usize..20, 0..30),
    ) {
        check(&values, &text, &cuts);
    }

    #[test]
    fn what_is_held_and_what_a_border_ends_are_as_defined(
        values in prop::collection::vec(letters(6..10), 1..6),
        pieces in prop::collection::vec((noisy(0..12), prop::bool::weighted(0.15)), 0..20),
    ) {
        check_held(&values, &pieces);
    }

    #[test]
    fn long_values_and_long_texts_agree(
        values in prop::collection::vec(letters(6..80), 1..40),
        mut text in letters(0..400),
        cuts in prop::collection::vec(0_usize..90, 0..30),
    ) {
        text.extend(values.concat());
        check(&values, &text, &cuts);
    }

    #[test]
    fn any_bytes_are_searched(
        value in prop::collection::vec(any::<u8>(), 12..40),
        before in prop::collection::vec(any::<u8>(), 0..99),
        after in prop::collection::vec(any::<u8>(), 0..99),
        cuts in prop::collection::vec(0_usize..20, 0..30),
    ) {
        let needles = Needles::builder().learn("A", &Secret::copy_of(&value)).build();
        let text = [&before[..], &value, &after].concat();
        prop_assert_eq!(engine(&needles, &text, &cuts), engine(&needles, &text, &[]));
        let hides = value.trim_ascii() != value || value.iter().any(|byte| b"\r\n\x1b[".contains(byte));
        let around = before.iter().chain(&after).any(|byte| b"\r\n\x1b[".contains(byte));
        if needles.refused().is_empty() && !hides && !around {
            let start = before.len() as u64;
            let end = start + value.len() as u64;
            let all = engine(&needles, &text, &cuts);
            prop_assert!(all.iter().any(|(from, to, _)| *from <= start && *to >= end));
        }
    }
}

#[test]
fn a_batch_is_no_border() {
    let needles = Needles::builder().learn("A", &Secret::copy_of(b"plum-Garden-42!")).build();
    for before in (1 << 16) - 40..(1 << 16) + 40 {
        let text = [vec![b'x'; before], b"plum-Garden\r\n -42!".to_vec()].concat();
        let want = vec![(before as u64, text.len() as u64, "A".to_owned())];
        assert_eq!(engine(&needles, &text, &[]), want);
        assert_eq!(engine(&needles, &text, &[before + 3]), want);
    }
}

#[test]
fn blanks_of_a_wrap_may_come_in_another_chunk_and_a_colour_behind_them() {
    let text = b"xbaab\r\n  \x1b[31maa";
    for cut in 0..text.len() {
        check(&[b"baabaa".to_vec()], text, &[cut]);
    }
}

#[test]
fn what_is_collected_of_many_lines_is_no_border() {
    let needles = Needles::builder().learn("A", &Secret::copy_of(b"plum-Garden-42!")).build();
    let wrapped = |bytes: &[u8], at| bytes.chunks(at).map(<[u8]>::to_vec).collect::<Vec<_>>().join(&b'\n');
    let value = wrapped(b"plum-Garden-42!", 1);
    for before in (1 << 14) - 40..(1 << 14) + 40 {
        let lines = wrapped(&vec![b'x'; before], 90);
        let text = [&lines[..], &value, b"\n", &lines, b"\n"].concat();
        let start = lines.len() as u64;
        let want = [(start, start + value.len() as u64, "A".to_owned())];
        assert_eq!(engine(&needles, &text, &[]), want, "{before}");
    }
}

/// What is collected before it is looked through, and what is looked through where it lies, meets here in all orders.
#[test]
fn large_texts_are_found_as_byte_by_byte() {
    let mut numbers = 7_u64;
    let mut below = |end: u64| {
        numbers = numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (numbers >> 33) % end
    };
    let values: Vec<Vec<u8>> =
        (6..90).step_by(7).map(|length| (0..length).map(|_| b"ab"[below(2) as usize]).collect()).collect();
    let needles = built(&named(&values));
    let noise: [&[u8]; 7] = [b"\n", b"\r\n  ", b"\x1b[1m", b"[", b"[REDACTED:A]", b"\x1b", b"\t"];
    for round in 0..30 {
        let mut text = Vec::new();
        while text.len() < 100_000 {
            let length = if below(60) == 0 { below(20_000) } else { below(200) };
            let letters: &[u8] = if round % 3 == 0 { b"ab" } else { b"abcdefghij" };
            text.extend((0..length).map(|_| letters[below(letters.len() as u64) as usize]));
            let value = &values[below(values.len() as u64) as usize];
            let cut = below(value.len() as u64) as usize;
            text.extend_from_slice(&value[..cut]);
            text.extend_from_slice(noise[below(7) as usize]);
            text.extend_from_slice(&value[cut..]);
        }
        let want = engine(&needles, &text, &vec![1; text.len()]);
        assert!(want.len() > 50);
        assert_eq!(engine(&needles, &text, &[]), want);
        for size in [100, 4_095, 4_096, 16_384, 65_536] {
            assert_eq!(engine(&needles, &text, &vec![size; text.len() / size + 1]), want);
        }
    }
}

#[test]
fn a_finished_value_is_reported_at_once() {
    let needles = Needles::builder().learn("A", &Secret::copy_of(b"plum-Garden-42!")).build();
    let (mut finder, mut all) = (needles.finder(), Vec::new());
    finder.push(b"pw: plum-Garden-42!", |span| all.push(found(span)));
    assert_eq!((finder.settled(), all), (19, vec![(4, 19, "A".to_owned())]));
}
