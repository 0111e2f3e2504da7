//! Single rules of the lexer, and texts that want to cost more than they are.

use reticent_spans::json::{Event, Lexer};

use crate::definition;
use crate::token::{Token, read};

/// What the strings of a text mean, with a bar behind each that is not closed.
fn check(text: &str, want: &[&str]) {
    let mut found: Vec<String> = Vec::new();
    for token in read(text.as_bytes().chunks(1)) {
        match token {
            Token::Start(..) => found.push(String::new()),
            Token::Text(_, bytes) | Token::Escape(_, _, bytes) => {
                found.last_mut().expect("a string began").push_str(&String::from_utf8_lossy(&bytes));
            }
            Token::End(_, false) => found.last_mut().expect("a string began").push('|'),
            _ => {}
        }
    }
    assert_eq!(found, want, "{text:?}");
}

#[test]
fn escapes_mean_what_the_standard_says() {
    check(r#""\"\\\/\b\f\n\r\t""#, &["\"\\/\u{8}\u{c}\n\r\t"]);
    check(r#""\u0041\u00e9\u20AC""#, &["Aé€"]);
    check(r#""\ud83d\ude00\uD83D\uDE00""#, &["😀😀"]);
    check(r#""\u0000""#, &["\0"]);
}

#[test]
fn an_escape_that_is_none_means_itself() {
    check(r#""\x\u12\u00zz""#, &[r"\x\u12\u00zz"]);
    check(r#""\u12" "b""#, &[r"\u12", "b"]);
    check(r#""\u""#, &[r"\u"]);
}

#[test]
fn half_of_a_surrogate_pair_means_itself() {
    check(r#""\ud83d""#, &[r"\ud83d"]);
    check(r#""\ude00!""#, &[r"\ude00!"]);
    check(r#""\ud83d\ud83d\ude00""#, &[r"\ud83d😀"]);
    check(r#""\ud83d\u0041\ud83d\n\ud83dx\ud83d\"""#, &["\\ud83dA\\ud83d\n\\ud83dx\\ud83d\""]);
    check(r#""\ud83d\u00" "b""#, &[r"\ud83d\u00", "b"]);
}

#[test]
fn a_line_feed_ends_a_string() {
    check("{\"a\": \"cut o\n{\"a\": \"b\"}\n", &["a", "cut o|", "a", "b"]);
    check("\"a\\\n\"b\"", &["a\\|", "b"]);
    check("\"\\ud83d\n\"b\"", &["\\ud83d|", "b"]);
    check("\"a\r\n\"b\"", &["a\r|", "b"]);
}

#[test]
fn the_end_of_the_text_ends_a_string() {
    check("[\"a", &["a|"]);
    check("[\"", &["|"]);
    check("\"a\\", &["a\\|"]);
    check("\"a\\u00", &["a\\u00|"]);
    check("\"a\\ud83d\\ude0", &["a\\ud83d\\ude0|"]);
}

#[test]
fn a_run_of_any_length_ends_at_the_first_special_byte() {
    // The neighbours of the special bytes, and those with a further bit.
    for fill in [0x00, 0x09, 0x0b, 0x21, 0x23, 0x5b, 0x5d, 0x8a, 0xa2, 0xdc, 0xff] {
        for special in [b'"', b'\\', b'\n'] {
            for length in 0..140 {
                let text = [b"\"", &vec![fill; length][..], &[special, fill, fill, b'"', b'[']].concat();
                assert_eq!(read([&text[..]]), definition::tokens(&text), "{fill} {special} {length}");
            }
        }
    }
}

#[test]
fn blanks_of_any_length_end_at_the_next_byte() {
    for length in 0..40 {
        for text in ["1\"", "\"", "[", "!\"", "\r\n 2", "\t3", ""] {
            let text = format!("[{}{text}", " ".repeat(length));
            assert_eq!(read([text.as_bytes()]), definition::tokens(text.as_bytes()), "{text:?}");
        }
    }
}

fn keys(text: &str) -> Vec<bool> {
    let tokens = read([text.as_bytes()]);
    let is_key = |token: &Token| if let Token::Start(_, is_key) = token { Some(*is_key) } else { None };
    tokens.iter().filter_map(is_key).collect()
}

#[test]
fn a_key_is_the_first_string_behind_a_brace_or_a_comma_of_an_object() {
    assert_eq!(
        keys(r#"{"a": "b", "c": ["d", "e", {"f": "g"}], "h": "i"}"#),
        [true, false, true, false, false, true, false, true, false]
    );
    assert_eq!(keys(r#"{"a" "b", 1 "c""#), [true, false, true]);
    assert_eq!(keys(r#""a", "b""#), [false, false]);
    assert_eq!(keys("{]\"a\", \"b\""), [false, false]);
}

#[test]
fn a_number_comes_whole_up_to_256_bytes_and_in_such_pieces_beyond() {
    for length in [1, 255, 256, 257, 512, 513] {
        for after in ["", ",", "x"] {
            let text = format!("[{}{after}", "9".repeat(length));
            let defined = definition::tokens(text.as_bytes());
            let pieces = defined.iter().filter(|token| matches!(token, Token::Number(..))).count();
            assert_eq!(pieces, length.div_ceil(256));
            for chunk in [1, 7, 255, 256, 257, 1000] {
                assert_eq!(read(text.as_bytes().chunks(chunk)), defined, "{length} {after:?} {chunk}");
            }
        }
    }
}

#[test]
fn a_million_levels_are_a_million_bits() {
    let deep = "{\"\":[".repeat(500_000);
    let mut lexer = Lexer::default();
    lexer.push(deep.as_bytes(), |_| {});
    assert_eq!(lexer.depth(), 1_000_000);
    for level in (0..500_000).rev() {
        let mut is_key = None;
        lexer.push(b"],\"\":0}", |event| {
            if let Event::StringStart { is_key: told, .. } = event {
                is_key = Some(told);
            }
        });
        assert_eq!(is_key, Some(true));
        assert_eq!(lexer.depth(), 2 * level);
    }
    lexer.push(b"}}]", |_| {});
    assert_eq!(lexer.depth(), 0);
}

#[test]
fn the_worst_texts_make_no_more_events_than_they_have_bytes_and_hold_little() {
    let texts = ["[", "\\", "\"\\", "\"\\ud83d", "{\"", "-", "\\\\\\\"", "\"\n", "\",\"", "\\u"];
    for text in texts {
        for start in ["", "\""] {
            let text = format!("{start}{}", text.repeat(300_000 / text.len()));
            for chunk in [1, 13, 65_536] {
                let (mut lexer, mut events) = (Lexer::default(), 0);
                for chunk in text.as_bytes().chunks(chunk) {
                    lexer.push(chunk, |_| events += 1);
                    assert!(lexer.held().len() <= 256);
                }
                lexer.finish(|_| events += 1);
                assert!(events <= text.len() + 2, "{events} of {}", text.len());
            }
        }
    }
}

#[test]
fn debug_shows_nothing() {
    let mut shown = String::new();
    let mut lexer = Lexer::default();
    lexer.push(br#"{"plum": "p\u006cum", "n": 424242, "x": 4242"#, |event| shown += &format!("{event:?} "));
    shown += &format!("{lexer:?}");
    assert!(!shown.contains("plum") && !shown.contains("4242"), "{shown}");
    assert!(shown.contains("Text(2, 4 bytes)") && shown.ends_with("Lexer { settled: 40, .. }"), "{shown}");
}
