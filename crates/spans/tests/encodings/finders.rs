//! What may be worth decoding.

use std::ops::Range;

use proptest::prelude::*;
use reticent_spans::encodings::base64::{self, Alphabet};
use reticent_spans::encodings::utf16::{self, Endian};
use reticent_spans::encodings::{escapes, hex, percent};

use crate::encode;

fn texts(text: &str, runs: impl Iterator<Item = Range<usize>>) -> Vec<&str> {
    runs.map(|run| &text[run]).collect()
}

#[test]
fn a_run_of_base64_takes_the_padding_that_it_needs() {
    let runs = |text| texts(text, base64::runs(text.as_bytes(), Alphabet::Standard, 4));
    assert_eq!(runs("a=Zm9v, Zm9vYg== Zm9vYmE="), ["Zm9v", "Zm9vYg==", "Zm9vYmE="]);
    assert_eq!(runs("Zm9vYg=x Zm9v==x secret=Zm9v"), ["Zm9vYg", "Zm9v", "secret", "Zm9v"]);
    assert_eq!(runs("Zm9vY="), ["Zm9vY"]);
    assert_eq!(runs("abc ab= a a, a"), [""; 0]);
    assert_eq!(runs("Zm9_Ym-y Zm9v"), ["Zm9v"]);
}

#[test]
fn a_run_of_base64_goes_on_behind_long_lines_alone() {
    let line = "A".repeat(64);
    let check = |text: String, want: &[(usize, usize)]| {
        let runs = base64::runs(text.as_bytes(), Alphabet::Standard, 10).map(|run| (run.start, run.end));
        assert_eq!(runs.collect::<Vec<_>>(), want, "{text:?}");
    };
    check(format!("-- {line}\n{line}\nAAA=\n--"), &[(3, 137)]);
    check(format!("{line}\r\n  {line}\r\n\r\n--"), &[(0, 132)]);
    check(format!("{line}A\n{line}"), &[(0, 65), (66, 130)]);
    check(format!("{}\n{line}", "A".repeat(56)), &[(0, 56), (57, 121)]);
    check(format!("{line}\n-{line}"), &[(0, 64), (66, 130)]);
}

#[test]
fn a_run_of_hex_is_even() {
    let runs = |text| texts(text, hex::runs(text.as_bytes(), 4));
    assert_eq!(runs("0xdeadbeef DEADBEEFx abc abcde ab"), ["deadbeef", "DEADBEEF"]);
    assert_eq!(texts("ab", hex::runs(b"ab", 0)), ["ab"]);
}

#[test]
fn a_run_of_percent_has_its_escapes() {
    let runs = |text| texts(text, percent::runs(text.as_bytes(), 2));
    assert_eq!(runs("a%20b%20c %41%4 \"%41%42\" 100%%"), ["a%20b%20c", "%41%42"]);
    assert_eq!(texts("a b", percent::runs(b"a b", 0)), [""; 0]);
}

#[test]
fn a_run_of_escapes_is_a_line() {
    let runs = |text| texts(text, escapes::runs(text.as_bytes(), 2));
    assert_eq!(runs("a\\nb\\nc\r\n\\n\n\\x\\x\n\\\"a\\\""), ["a\\nb\\nc\r", "\\\"a\\\""]);
}

#[test]
fn a_run_of_utf16_is_in_one_order() {
    let check = |text: &[u8], want: &[(Range<usize>, Endian)]| {
        assert_eq!(utf16::runs(text, 2).collect::<Vec<_>>(), want, "{text:?}");
    };
    check(b"a\0b\0", &[(0..4, Endian::Little)]);
    check(b"\0a\0b", &[(0..4, Endian::Big)]);
    check(b"\xff\xfea\0b\0\xe9\0c\0d\0", &[(2..6, Endian::Little), (8..12, Endian::Little)]);
    check(b"\xfe\xff\0a\0b\0", &[(2..6, Endian::Big)]);
    check(b"\0a\0b\0", &[(1..5, Endian::Little)]);
    check(b"xx\0a\0b", &[(2..6, Endian::Big)]);
    check(b"x\0a\0b", &[(0..4, Endian::Little)]);
    check(b"a\0b\0xx", &[(0..4, Endian::Little)]);
    check(b"xa\0b\0xx", &[(1..5, Endian::Little)]);
    check(b"\0\0\0\0ab", &[]);
    check(b"plain", &[]);
    check(b"", &[]);
}

proptest! {
    #[test]
    fn what_is_encoded_within_other_text_is_found(
        bytes in proptest::collection::vec(any::<u8>(), 6..200),
        text in "[a-z]{6,30}",
    ) {
        let find = |encoded: &[u8], found: Vec<Range<usize>>| {
            assert!(found.contains(&(7..7 + encoded.len())), "{}", String::from_utf8_lossy(encoded));
        };
        let within = |encoded: &[u8]| [b"## key:", encoded, b"; end"].concat();
        for (alphabet, digits) in [(Alphabet::Standard, encode::STANDARD), (Alphabet::Url, encode::URL)] {
            let padded = encode::base64(&bytes, digits);
            find(&padded, base64::runs(&within(&padded), alphabet, 8).collect());
            let lines = padded.chunks(64).collect::<Vec<_>>().join(&b'\n');
            find(&lines, base64::runs(&within(&lines), alphabet, 8).collect());
        }
        let encoded = encode::hex(&bytes);
        find(&encoded, hex::runs(&within(&encoded), 12).collect());
        for (endian, to_bytes) in [(Endian::Little, u16::to_le_bytes as fn(u16) -> _), (Endian::Big, u16::to_be_bytes)] {
            let encoded = encode::utf16(&text, to_bytes).concat();
            let around = [b"\x01\x02 key: ", &encoded[..], b"\x01"].concat();
            let found: Vec<_> = utf16::runs(&around, 6).collect();
            prop_assert_eq!(found, [(8..8 + encoded.len(), endian)]);
        }
    }

    #[test]
    fn runs_are_in_order_apart_and_long_enough(text in "[A-Ca-z0-9+/=_%\\\\n\n\0 -]{0,200}", least in 0..12_usize) {
        let bytes = text.as_bytes();
        let all: [Vec<_>; 6] = [
            base64::runs(bytes, Alphabet::Standard, least).collect(),
            base64::runs(bytes, Alphabet::Url, least).collect(),
            hex::runs(bytes, least).collect(),
            percent::runs(bytes, least).collect(),
            escapes::runs(bytes, least).collect(),
            utf16::runs(bytes, least).map(|(run, _)| run).collect(),
        ];
        for runs in &all {
            prop_assert!(runs.iter().all(|run| run.len() >= least.max(1) && run.end <= bytes.len()));
            prop_assert!(runs.windows(2).all(|two| two[0].end <= two[1].start));
        }
        for run in &all[2] {
            prop_assert!(hex::decode(&bytes[run.clone()]).is_some());
        }
        for run in &all[3] {
            prop_assert_eq!(percent::decode(&bytes[run.clone()]).is_some(), true);
        }
        for run in &all[4] {
            prop_assert_eq!(escapes::decode(&bytes[run.clone()]).is_some(), true);
        }
        for (run, endian) in utf16::runs(bytes, least) {
            prop_assert!(utf16::decode(&bytes[run], endian).is_some());
        }
    }
}
