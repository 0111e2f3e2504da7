//! What is accepted and what is not.

use reticent_spans::encodings::{base64, escapes, hex, percent, utf16};

#[test]
fn the_vectors_of_rfc_4648_decode() {
    let vectors = [
        ("", "", ""),
        ("Zg==", "66", "f"),
        ("Zm8=", "666F", "fo"), // typos: on purpose
        ("Zm9v", "666F6F", "foo"),
        ("Zm9vYg==", "666F6F62", "foob"),
        ("Zm9vYmE=", "666F6F6261", "fooba"),
        ("Zm9vYmFy", "666F6F626172", "foobar"),
    ];
    for (in_base64, in_hex, text) in vectors {
        assert_eq!(base64::decode(in_base64.as_bytes()).expect("base64").bytes(), text.as_bytes());
        assert_eq!(hex::decode(in_hex.as_bytes()).expect("hex").bytes(), text.as_bytes());
    }
}

#[test]
fn base64_that_no_encoder_writes_is_none() {
    let refused = [
        ("Z", "a digit too many"),
        ("Zm9vY", "a digit too many"),
        ("Zh==", "bits that carry nothing and are set"),
        ("Zm9=", "bits that carry nothing and are set"),
        ("Zm9v=", "padding where none is due"),
        ("Zg=", "too little padding"),
        ("Zg===", "too much padding"),
        ("Zg==Zg==", "padding within"),
        ("Zg=\n=", "padding over a line break"),
        ("=", "padding alone"),
        ("Zm 9v", "a blank without a line break"),
        (" Zm9v", "a blank without a line break"),
        ("Zm9v \n", "a blank before the line break"),
        ("Zm9v*", "no digit"),
        ("ab+_", "digits of two alphabets"),
        ("Zm9v\u{c}", "no line break"),
    ];
    for (text, why) in refused {
        assert!(base64::decode(text.as_bytes()).is_none(), "{text:?}: {why}");
    }
}

#[test]
fn base64_may_be_wrapped_and_unpadded_in_either_alphabet() {
    let accepted: [(&str, &[u8]); 7] = [
        ("Zg", b"f"),
        ("Zm8", b"fo"), // typos: on purpose
        ("\nZm\r\n9v\n\n", b"foo"),
        ("Zm9v\n  Yg==\n\t", b"foob"),
        ("+/+/", b"\xfb\xff\xbf"),
        ("-_-_", b"\xfb\xff\xbf"),
        ("\n", b""),
    ];
    for (text, want) in accepted {
        assert_eq!(base64::decode(text.as_bytes()).expect("base64").bytes(), want, "{text:?}");
    }
}

#[test]
fn hex_is_pairs_of_digits_and_nothing_else() {
    for text in ["6", "666", "0x66", "66 66", "6g", "66\n"] {
        assert!(hex::decode(text.as_bytes()).is_none(), "{text:?}");
    }
    assert_eq!(hex::decode(b"aAbB").expect("hex").bytes(), b"\xaa\xbb");
}

#[test]
fn a_broken_percent_escape_means_itself() {
    for (text, want) in
        [("%41%", "A%"), ("%41%4", "A%4"), ("%%41", "%A"), ("%g1%41", "%g1A"), ("a+%41", "a+A")]
    {
        assert_eq!(percent::decode(text.as_bytes()).expect("an escape").bytes(), want.as_bytes());
    }
    for text in ["", "plain", "100%", "%4", "%zz", "a+b"] {
        assert!(percent::decode(text.as_bytes()).is_none(), "{text:?}");
    }
    let form = percent::decode_form(b"a+b%2B%+c").expect("escapes");
    assert_eq!(form.bytes(), b"a b+% c");
    assert_eq!(form.raw_range_of(1..4), 1..6);
}

#[test]
fn utf16_is_whole_characters() {
    use utf16::Endian::{Big, Little};
    for text in [&b"a"[..], b"a\0b", b"\x3d\xd8", b"\x3d\xd8a\0", b"\0\xde"] {
        assert!(utf16::decode(text, Little).is_none(), "{text:?}");
    }
    assert_eq!(utf16::decode(b"\x3d\xd8\0\xde", Little).expect("a pair").bytes(), "😀".as_bytes());
    assert_eq!(utf16::decode(b"\xd8\x3d\xde\0", Big).expect("a pair").bytes(), "😀".as_bytes());
    assert_eq!(utf16::decode(b"\xfe\xff\0a", Big).expect("with a mark").bytes(), b"a");
    assert_eq!(utf16::decode(b"\xff\xfe", Little).expect("a mark alone").bytes(), b"");
    assert_eq!(utf16::decode(b"", Little).expect("nothing").bytes(), b"");
}

#[test]
fn an_escape_that_is_none_means_itself() {
    let cases = [
        (r"\n\x", "\n\\x"),
        (r"\n\", "\n\\"),
        (r"\n\u12", "\n\\u12"),
        (r"\n\ud83d", "\n\\ud83d"),
        (r"\n\ud83d\ude0", "\n\\ud83d\\ude0"),
        ("\\n\\\n\"", "\n\\\n\""),
    ];
    for (text, want) in cases {
        assert_eq!(escapes::decode(text.as_bytes()).expect("an escape").bytes(), want.as_bytes(), "{text:?}");
    }
    for text in ["", "plain", "\\", r"\x", r"\u12", r"\ud83d", "a\"b"] {
        assert!(escapes::decode(text.as_bytes()).is_none(), "{text:?}");
    }
}

#[test]
fn places_in_places_lead_to_the_text() {
    let inner = r#"{"pin": "plum\u002d42"}"#;
    let outer = crate::encode::base64(inner.as_bytes(), crate::encode::STANDARD);
    let decoded = base64::decode(&outer).expect("base64");
    let mut found = None;
    reticent_spans::json::scalars(decoded.bytes(), |scalar, _| {
        if let Some(at) = scalar.content().bytes().windows(3).position(|bytes| bytes == b"-42") {
            found = Some(decoded.raw_range_of(scalar.content().raw_range_of(at..at + 3)));
        }
    });
    // `\u002d42` is 13..21 of the text.
    assert_eq!(found, Some(17..28));
}
