//! What holds for every text.

use std::ops::Range;

use proptest::prelude::*;
use reticent_spans::Mapped;
use reticent_spans::encodings::{base64, escapes, hex, percent, utf16};

use crate::encode;

/// Checks, for units that are each written as one piece, that every range leads to the pieces it touches.
fn check_pieces(decoded: &Mapped<'_>, units: &[(Vec<u8>, Vec<u8>)]) {
    let mut places: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for (meaning, written) in units {
        // A run of bytes that mean themselves has a place for each.
        let is_plain = meaning == written;
        for nth in 0..meaning.len() {
            places.push(if is_plain { at + nth..at + nth + 1 } else { at..at + written.len() });
        }
        at += written.len();
    }
    let bytes: Vec<u8> = units.iter().flat_map(|(meaning, _)| meaning.clone()).collect();
    assert_eq!(decoded.bytes(), bytes);
    for start in 0..places.len() {
        for end in start + 1..=places.len() {
            assert_eq!(decoded.raw_range_of(start..end), places[start].start..places[end - 1].end);
        }
        assert_eq!(decoded.raw_range_of(start..start), places[start].start..places[start].start);
    }
    assert_eq!(decoded.raw_range_of(bytes.len()..bytes.len()), at..at);
}

/// Checks that the place of each byte is what changes with its bits: from the first to the last such byte.
fn check_changes(decoded: &Mapped<'_>, bytes: &[u8], encode: impl Fn(&[u8]) -> Vec<u8>) {
    assert_eq!(decoded.bytes(), bytes);
    let text = encode(bytes);
    let changes = |at: usize| {
        let mut places = Vec::new();
        for bit in 0..8 {
            let mut other = bytes.to_vec();
            other[at] ^= 1 << bit;
            let other = encode(&other);
            assert_eq!(other.len(), text.len());
            places.extend((0..text.len()).filter(|place| text[*place] != other[*place]));
        }
        let first = places.iter().min().copied().expect("a bit changes a digit");
        first..places.iter().max().expect("a bit changes a digit") + 1
    };
    let places: Vec<_> = (0..bytes.len()).map(changes).collect();
    for start in 0..bytes.len() {
        for end in start + 1..=bytes.len() {
            assert_eq!(decoded.raw_range_of(start..end), places[start].start..places[end - 1].end);
        }
    }
}

fn breaks(text: &[u8], width: usize, ending: &str) -> Vec<u8> {
    text.chunks(width).collect::<Vec<_>>().join(ending.as_bytes())
}

proptest! {
    #[test]
    fn base64_reads_back_and_each_byte_is_where_its_bits_are(
        bytes in proptest::collection::vec(any::<u8>(), 0..24),
        width in 1..40_usize,
        ending in proptest::sample::select(vec!["\n", "\r\n", "\n  ", "\n\n\t"]),
    ) {
        for digits in [encode::STANDARD, encode::URL] {
            let plain = |bytes: &[u8]| encode::base64(bytes, digits);
            let bare = |bytes: &[u8]| encode::without_padding(encode::base64(bytes, digits));
            let lines = |bytes: &[u8]| [breaks(&bare(bytes), width, ending), b"\r\n".to_vec()].concat();
            check_changes(&base64::decode(&plain(&bytes)).expect("base64"), &bytes, plain);
            check_changes(&base64::decode(&bare(&bytes)).expect("base64"), &bytes, bare);
            check_changes(&base64::decode(&lines(&bytes)).expect("base64"), &bytes, lines);
        }
    }

    #[test]
    fn what_base64_decodes_to_encodes_to_the_text(text in "[AB/+_=\n-]{0,9}") {
        if let Some(decoded) = base64::decode(text.as_bytes()) {
            let bare: Vec<u8> = text.bytes().filter(|byte| !b"=\n".contains(byte)).collect();
            let again = |digits| encode::without_padding(encode::base64(decoded.bytes(), digits));
            prop_assert!(bare == again(encode::STANDARD) || bare == again(encode::URL));
        }
    }

    #[test]
    fn hex_reads_back_and_each_byte_is_its_two_digits(bytes in proptest::collection::vec(any::<u8>(), 0..24)) {
        let upper = |bytes: &[u8]| encode::hex(bytes).to_ascii_uppercase();
        check_changes(&hex::decode(&encode::hex(&bytes)).expect("hex"), &bytes, encode::hex);
        check_changes(&hex::decode(&upper(&bytes)).expect("hex"), &bytes, upper);
    }

    #[test]
    fn percent_reads_back_and_each_byte_is_where_it_was_written(
        bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'a')], 1..24),
    ) {
        let written = encode::percent(&bytes);
        match percent::decode(&written.concat()) {
            None => prop_assert!(bytes.iter().all(u8::is_ascii_alphanumeric)),
            Some(decoded) => {
                let units: Vec<_> = bytes.iter().map(|byte| vec![*byte]).zip(written).collect();
                check_pieces(&decoded, &units);
            }
        }
    }

    #[test]
    fn utf16_reads_back_and_each_character_is_where_it_was_written(text in "[a-cé東😀\n]{0,16}") {
        let meanings = || text.chars().map(|character| character.to_string().into_bytes());
        let big: fn(u16) -> [u8; 2] = u16::to_be_bytes;
        let orders = [(utf16::Endian::Little, u16::to_le_bytes as _), (utf16::Endian::Big, big)];
        for (endian, to_bytes) in orders {
            let written = encode::utf16(&text, to_bytes);
            let decoded = utf16::decode(&written.concat(), endian).expect("UTF-16");
            check_pieces(&decoded, &meanings().zip(written).collect::<Vec<_>>());
        }
    }

    #[test]
    fn escapes_read_back_and_each_character_is_where_it_was_written(text in "[a-cé東😀\n\"\\\\\u{1}]{1,16}") {
        let written = encode::json(&text);
        match escapes::decode(&written.concat()) {
            None => prop_assert!(!written.concat().contains(&b'\\')),
            Some(decoded) => {
                let meanings = text.chars().map(|character| character.to_string().into_bytes());
                check_pieces(&decoded, &meanings.zip(written).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn nothing_panics_and_every_decoded_byte_has_a_place(text in proptest::collection::vec(any::<u8>(), 0..60)) {
        check_places(&text);
    }

    #[test]
    fn what_is_nearly_encoded_has_places_too(text in "[\\\\u0-9dD%+=A-C/\n \"n-]{0,40}") {
        check_places(text.as_bytes());
    }
}

/// Checks that the places of successive bytes lie in the text, in order and without a byte between them that is no
/// line break, and that plain text is left alone.
fn check_places(text: &[u8]) {
    let decoded = [
        base64::decode(text),
        hex::decode(text),
        percent::decode(text),
        percent::decode_form(text),
        utf16::decode(text, utf16::Endian::Little),
        utf16::decode(text, utf16::Endian::Big),
        escapes::decode(text),
    ];
    for decoded in decoded.iter().flatten() {
        let mut last = 0..0;
        for at in 0..decoded.bytes().len() {
            let place = decoded.raw_range_of(at..at + 1);
            assert!(last.start <= place.start && last.end <= place.end && place.start < place.end);
            assert!(place.end <= text.len());
            last = place;
        }
        let len = decoded.bytes().len();
        assert_eq!(decoded.raw_range_of(len..len).end, last.end);
    }
}
