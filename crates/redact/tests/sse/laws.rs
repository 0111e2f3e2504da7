//! What holds for any texts, however they are cut into pieces and the stream into chunks.

use proptest::prelude::*;
use reticent_core::Secret;
use reticent_redact::{Redactor, Values};

use crate::forms::{FORMS, Form, events};

pub(crate) fn redactor(known: &[(&str, &str)]) -> Redactor {
    let secret = |(name, value): &(&str, &str)| (name.to_string(), Secret::copy_of(value.as_bytes()));
    Redactor::new(&known.iter().map(secret).collect::<Values>())
}

/// Streams `text` in chunks of the given lengths, the rest as one.
pub(crate) fn streamed(redactor: &Redactor, text: &str, cuts: &[usize]) -> String {
    let (mut stream, mut shown, mut at) = (redactor.events(), Vec::new(), 0);
    for cut in cuts {
        let end = (at + cut).min(text.len());
        stream.push(&text.as_bytes()[at..end], |bytes| shown.extend_from_slice(bytes));
        at = end;
    }
    stream.push(&text.as_bytes()[at..], |bytes| shown.extend_from_slice(bytes));
    stream.finish(|bytes| shown.extend_from_slice(bytes));
    String::from_utf8(shown).expect("text")
}

/// What a channel's text is to become.
fn masked(redactor: &Redactor, text: &str, is_json: bool) -> String {
    if !is_json {
        return redactor.redact_text(text).into_owned();
    }
    let (mut json, mut shown) = (redactor.json(), Vec::new());
    json.push(text.as_bytes(), |bytes| shown.extend_from_slice(bytes));
    json.finish(|bytes| shown.extend_from_slice(bytes));
    String::from_utf8(shown).expect("text")
}

/// Checks one stream: each channel says what masking its text says, and all else is as it was.
fn check(form: &Form, redactor: &Redactor, pieces: &[(usize, String)], every: usize, cuts: &[usize]) {
    let mut input: String =
        pieces.iter().map(|(channel, piece)| form.piece(*channel, piece, every)).collect();
    (0..3).for_each(|channel| input.push_str(&form.end(channel)));
    let output = streamed(redactor, &input, cuts);
    let (before, after) = (events(&input), events(&output));
    assert_eq!(before.len(), after.len(), "{}: {output}", form.name);
    let mut shown = [String::new(), String::new(), String::new()];
    for (at, ((lines, data), (lines_after, data_after))) in before.into_iter().zip(after).enumerate() {
        let (mut data, mut data_after) = (data.expect("JSON"), data_after.expect("it stays JSON"));
        let (piece, piece_after) = (form.take(&mut data), form.take(&mut data_after));
        assert_eq!((lines, data), (lines_after, data_after), "{}", form.name);
        assert_eq!(piece.is_some(), piece_after.is_some());
        if let Some((channel, _)) = pieces.get(at) {
            shown[*channel].push_str(&piece_after.expect("a piece"));
        }
    }
    for (channel, shown) in shown.iter().enumerate() {
        let own = pieces.iter().filter(|(other, _)| *other == channel);
        let text: String = own.map(|(_, piece)| piece.as_str()).collect();
        assert_eq!(*shown, masked(redactor, &text, form.is_json), "{}, channel {channel}", form.name);
    }
}

/// All ways to cut a text once, and twice.
fn pieces(text: &str) -> Vec<Vec<(usize, String)>> {
    let mut all = Vec::new();
    for first in 0..=text.len() {
        for second in (first..=text.len()).filter(|second| second - first < 5 || second % 4 == 0) {
            let parts = [&text[..first], &text[first..second], &text[second..]];
            all.push(parts.iter().map(|part| (0, (*part).to_owned())).collect());
        }
    }
    all.push(text.chars().map(|character| (0, character.to_string())).collect());
    all
}

#[test]
fn a_value_is_found_wherever_it_is_cut() {
    let redactor = redactor(&[("A", "plum-Garden-42!")]);
    for form in &FORMS {
        for pieces in pieces("x plum-Garden-42! y") {
            check(form, &redactor, &pieces, 100, &[]);
        }
    }
}

#[test]
fn an_escape_of_a_fragment_is_found_wherever_it_is_cut() {
    let redactor = redactor(&[("A", "plum-Garden-42!"), ("N", "90210867")]);
    for form in FORMS.iter().filter(|form| form.is_json) {
        for pieces in pieces(r#"{"p": "\u0070lum-Garden\u002d42!", "n": [190210867]}"#) {
            check(form, &redactor, &pieces, 7, &[]);
        }
    }
}

fn piece() -> impl Strategy<Value = (usize, String)> {
    let letter = prop_oneof![
        12 => prop::sample::select(&["p", "q", "pq"][..]),
        2 => prop::sample::select(&["1", "2"][..]),
        1 => prop::sample::select(&["\"", "\\", "\n", "\u{1f389}", "[", "\\u0070", "\u{1b}[1m"][..]),
    ];
    (0_usize..3, prop::collection::vec(letter, 0..5).prop_map(|letters| letters.concat()))
}

/// More of them in the long form of the tests.
fn cases() -> u32 {
    if std::env::var_os("RETICENT_TEST_LONG").is_some() { 50_000 } else { 500 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_channel_says_what_masking_its_text_says(
        form in 0..FORMS.len(),
        values in prop::collection::vec("[pq]{6,8}|[12]{6,7}", 1..5),
        pieces in prop::collection::vec(piece(), 0..40),
        every in 2_usize..9,
        cuts in prop::collection::vec(0_usize..200, 0..20),
    ) {
        let named: Vec<String> = (0..values.len()).map(|at| format!("N{at}")).collect();
        let known: Vec<(&str, &str)> = named.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
        check(&FORMS[form], &redactor(&known), &pieces, every, &cuts);
    }

    #[test]
    fn text_that_is_no_json_is_one_text(
        values in prop::collection::vec("[pq]{6,8}", 1..5),
        pieces in prop::collection::vec("[pq \\[{]{0,5}", 0..40),
        cuts in prop::collection::vec(0_usize..60, 0..20),
    ) {
        let named: Vec<String> = (0..values.len()).map(|at| format!("N{at}")).collect();
        let known: Vec<(&str, &str)> = named.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
        let redactor = redactor(&known);
        let input: String = pieces.iter().map(|piece| format!("data: {piece}\r\n\r\n")).collect();
        let output = streamed(&redactor, &input, &cuts);
        let texts: Vec<&str> = output.split_terminator("\r\n\r\n").map(|event| &event["data: ".len()..]).collect();
        prop_assert_eq!(texts.len(), pieces.len());
        let text = pieces.concat();
        prop_assert_eq!(texts.concat(), redactor.redact_text(&text).into_owned());
        prop_assert_eq!(streamed(&redactor, &input, &vec![1; input.len()]), output);
    }

    #[test]
    fn without_a_value_nothing_changes(
        lines in prop::collection::vec("(data: |event: |id:|:|)[a-z{}\\[\\]\"\\\\,:0-9]{0,12}(\n|\r|\r\n|\n\n|\r\n\r\n)", 0..40),
        cuts in prop::collection::vec(0_usize..60, 0..20),
    ) {
        let input = lines.concat();
        prop_assert_eq!(streamed(&redactor(&[("A", "plum-Garden-42!")]), &input, &cuts), input);
    }
}
