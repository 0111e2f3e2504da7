//! What holds for any values, texts and cuts.

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_needles::{Builder, Needles};
use reticent_redact::{Redactor, Values};

use crate::definition;

/// Letters that stand in no escape, digits, and what a value may share with the writing of JSON.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let of = |letters: &'static [&'static str], sizes: std::ops::Range<usize>| {
        prop::collection::vec(prop::sample::select(letters), sizes)
            .prop_map(|letters| letters.concat().into_bytes())
    };
    prop_oneof![
        4 => of(&["p", "q"], 6..10),
        2 => of(&["1", "2"], 6..9),
        1 => of(&["p", "q", "1", "\\", "n"], 6..8),
        1 => of(&["p", "q", "\"", ",", ":"], 6..8),
        1 => of(&["p", "q", "\n", " ", "\u{1f389}"], 6..8),
        1 => of(&["p", "1", ",", "["], 6..8),
    ]
}

const PIECES: [&str; 46] = [
    "\"",
    "\"",
    "\"",
    "\",\"",
    "\":\"",
    "\":1",
    "\\\"",
    "\\\\",
    "\\n",
    "\\n",
    "\\r",
    "\\t",
    "\\/",
    "\\u0070",
    "\\u0071",
    "\\u0070",
    "\\u0031",
    "\\u0022",
    "\\u000a",
    "\\u001b[3",
    "\\u001b",
    "\\ud83c\\udf89",
    "\\ud83c",
    "\\udf89",
    "\\u00",
    "\\x",
    "\\",
    "\n",
    "\r",
    " ",
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    "-",
    ".",
    "\u{1b}[31m",
    "\u{1b}[",
    "\u{1b}",
    "[REDACTED:A]",
    "[REDACTED:",
    "\\u005bREDACTED:A]",
    "m",
    "\u{1f389}",
];

/// A piece of a text: one of the fixed ones, or a value of which each character is written in some way.
#[derive(Clone, Debug)]
enum Piece {
    Fixed(&'static str),
    Value { index: usize, ways: Vec<u8> },
}

fn text(sizes: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Piece>> {
    let fixed = |all: &'static [&'static str]| prop::sample::select(all).prop_map(Piece::Fixed);
    let ways = prop::collection::vec(0_u8..40, 12);
    let piece = prop_oneof![
        6 => fixed(&["p", "q", "pq"]),
        3 => fixed(&["1", "2"]),
        7 => fixed(&PIECES),
        3 => (any::<usize>(), ways).prop_map(|(index, ways)| Piece::Value { index, ways }),
    ];
    prop::collection::vec(piece, sizes)
}

fn written(values: &[Vec<u8>], pieces: &[Piece]) -> Vec<u8> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Fixed(fixed) => text.push_str(fixed),
            Piece::Value { index, ways } => {
                let value = std::str::from_utf8(&values[index % values.len()]).expect("text");
                for (character, way) in value.chars().zip(ways.iter().cycle()) {
                    match (way, character) {
                        (0..4, _) => {
                            let units = character.encode_utf16(&mut [0; 2]).to_vec();
                            units.iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
                        }
                        (4, _) => text.push_str(&format!("\\n{character}")),
                        (5, _) => text.push_str(&format!("\u{1b}[1m{character}")),
                        (6, _) => text.push_str(&format!("\n {character}")),
                        (7, _) => text.push_str(&format!("\\u001b[1m{character}")),
                        (8, _) => {}
                        (9..30, '"' | '\\') => text.extend(['\\', character]),
                        (9..30, '\n') => text.push_str("\\n"),
                        _ => text.push(character),
                    }
                }
            }
        }
    }
    text.into_bytes()
}

fn named(values: &[Vec<u8>]) -> Vec<(String, Secret)> {
    values.iter().enumerate().map(|(at, value)| (format!("N{at}"), Secret::copy_of(value))).collect()
}

fn needles(values: &[Vec<u8>]) -> Needles {
    let learn = |builder: Builder, (name, secret): &(String, Secret)| builder.learn(name.as_str(), secret);
    named(values).iter().fold(Needles::builder(), learn).build()
}

fn redactor(values: &[Vec<u8>]) -> Redactor {
    Redactor::new(&named(values).into_iter().collect::<Values>())
}

/// Streams `text` in chunks of the given lengths, the rest as one.
pub(crate) fn streamed(redactor: &Redactor, text: &[u8], cuts: &[usize]) -> Vec<u8> {
    let (mut stream, mut shown, mut at) = (redactor.json(), Vec::new(), 0);
    for cut in cuts {
        let end = (at + cut).min(text.len());
        stream.push(&text[at..end], |bytes| shown.extend_from_slice(bytes));
        at = end;
    }
    stream.push(&text[at..], |bytes| shown.extend_from_slice(bytes));
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    shown
}

/// More of them in the long form of the tests.
fn cases() -> u32 {
    if std::env::var_os("RETICENT_TEST_LONG").is_some() { 300_000 } else { 1_000 }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_what_the_definition_shows(
        values in prop::collection::vec(value(), 1..8),
        pieces in text(0..80),
        cuts in prop::collection::vec(0_usize..20, 0..30),
    ) {
        let text = written(&values, &pieces);
        let want = definition::masked(&needles(&values), &text);
        let redactor = redactor(&values);
        prop_assert_eq!(shown(&streamed(&redactor, &text, &[])), shown(&want));
        prop_assert_eq!(&streamed(&redactor, &text, &[]), &want);
        prop_assert_eq!(shown(&streamed(&redactor, &text, &cuts)), shown(&want), "cut");
        prop_assert_eq!(shown(&streamed(&redactor, &text, &vec![1; text.len()])), shown(&want), "byte by byte");
    }

    #[test]
    fn what_is_masked_is_not_changed_again(
        values in prop::collection::vec("[pq]{6,9}|[12]{6,8}", 1..6),
        pieces in text(0..80),
    ) {
        let values: Vec<Vec<u8>> = values.into_iter().map(String::into_bytes).collect();
        let redactor = redactor(&values);
        // In the decoded text a control sequence or a mask may hide a part of what the written text shows; a mask that
        // is put there cuts it in two, and it hides less than before.
        let text = shown(&written(&values, &pieces)).replace("\\u001b", "\\u0041");
        let text = text.replace('\u{1b}', "").replace("REDACTED:", "RED:");
        let once = streamed(&redactor, text.as_bytes(), &[]);
        prop_assert_eq!(shown(&streamed(&redactor, &once, &[])), shown(&once));
    }
}
