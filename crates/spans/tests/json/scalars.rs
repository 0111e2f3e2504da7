//! Whole strings and numbers, and the way back from them.

use std::ops::Range;

use proptest::prelude::*;
use reticent_spans::json::{Kind, scalars};

use crate::definition;
use crate::texts::broken;
use crate::token::Token;

/// A scalar as tokens tell it: for each decoded byte, where it was read from.
#[derive(Debug, PartialEq)]
struct Told {
    kind: Kind,
    raw: Range<usize>,
    is_closed: bool,
    bytes: Vec<(u8, Range<usize>)>,
}

fn told(tokens: &[Token]) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    let mut in_number = false;
    for token in tokens {
        match token {
            Token::Start(at, is_key) => {
                let kind = if *is_key { Kind::Key } else { Kind::Text };
                let start = *at as usize + 1;
                all.push(Told { kind, raw: start..start, is_closed: false, bytes: Vec::new() });
            }
            Token::Text(start, text) => same(all.last_mut().expect("a string began"), *start, text),
            Token::Escape(start, length, text) => {
                let raw = *start as usize..*start as usize + usize::from(*length);
                let bytes = text.iter().map(|byte| (*byte, raw.clone()));
                all.last_mut().expect("a string began").bytes.extend(bytes);
            }
            Token::End(at, closed) => {
                let open = all.last_mut().expect("a string began");
                (open.raw.end, open.is_closed) = (*at as usize, *closed);
            }
            Token::Number(start, text, more) => {
                if !in_number {
                    let raw = *start as usize..0;
                    all.push(Told { kind: Kind::Number, raw, is_closed: true, bytes: Vec::new() });
                }
                in_number = *more;
                let open = all.last_mut().expect("a number began");
                same(open, *start, text);
                open.raw.end = *start as usize + text.len();
            }
            Token::Punctuation(..) => {}
        }
    }
    all
}

fn same(open: &mut Told, start: u64, text: &[u8]) {
    let bytes = text.iter().zip(start as usize..).map(|(byte, at)| (*byte, at..at + 1));
    open.bytes.extend(bytes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn scalars_and_the_places_of_their_bytes_are_those_of_the_tokens(text in broken()) {
        let mut found = Vec::new();
        scalars(&text, |scalar, _| {
            let content = scalar.content();
            let place = |(at, byte): (usize, &u8)| (*byte, content.raw_range_of(at..at + 1));
            let bytes: Vec<_> = content.bytes().iter().enumerate().map(place).collect();
            for (first, last) in (0..bytes.len()).zip((0..bytes.len()).rev()).filter(|(first, last)| first <= last) {
                let whole = content.raw_range_of(first..last + 1);
                assert_eq!(whole, bytes[first].1.start..bytes[last].1.end);
            }
            assert_eq!(content.raw_range_of(0..bytes.len()), scalar.raw());
            assert!(content.raw_range_of(bytes.len()..bytes.len()) == (scalar.raw().end..scalar.raw().end));
            assert_eq!(content.is_borrowed(), bytes.iter().all(|(_, raw)| raw.len() == 1));
            found.push(Told { kind: scalar.kind(), raw: scalar.raw(), is_closed: scalar.is_closed(), bytes });
        });
        prop_assert_eq!(found, told(&definition::tokens(&text)));
    }
}

#[test]
fn a_string_without_escapes_is_borrowed() {
    let mut borrowed = Vec::new();
    scalars(br#"{"a": "plain", "b": "\x", "c": "tab\t", "d": 12}"#, |scalar, _| {
        if scalar.kind() != Kind::Key {
            borrowed.push(scalar.content().is_borrowed());
        }
    });
    assert_eq!(borrowed, [true, true, false, true]);
}

#[test]
fn a_long_number_is_one() {
    let text = format!("[{}, 5]", "7".repeat(1000));
    let mut found = Vec::new();
    scalars(text.as_bytes(), |scalar, path| found.push((scalar.raw(), path.to_text())));
    assert_eq!(found, [(1..1001, "[0]".to_owned()), (1003..1004, "[1]".to_owned())]);
}

#[test]
#[should_panic(expected = "a range of the decoded")]
fn a_range_beyond_the_decoded_bytes_is_a_mistake_of_the_caller() {
    scalars(br#"["a\n"]"#, |scalar, _| drop(scalar.content().raw_range_of(1..3)));
}

#[test]
fn debug_shows_nothing() {
    let mut shown = String::new();
    scalars(br#"["pl\u0075m"]"#, |scalar, _| shown = format!("{scalar:?} {:?}", scalar.content()));
    assert_eq!(shown, "Scalar { kind: Text, raw: 2..11, .. } Mapped { len: 4, .. }");
}
