//! What compose mode replaces, and with what.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext of the fixtures")]

use reticent_core::Secret;
use reticent_dotenv::{Document, Mode, ParseOptions};

/// Reads `text` in compose mode and compares the last entry; the lookup knows `HOST` and `EMPTY` alone.
fn check(text: &str, want: &str) {
    let options = ParseOptions::default().with_mode(Mode::Compose).with_lookup(|name| match name {
        "HOST" => Some(Secret::copy_of(b"db")),
        "EMPTY" => Some(Secret::copy_of(b"")),
        _ => None,
    });
    let document = Document::parse(text.as_bytes(), &options).expect(text);
    let last = document.entries().last().expect("an entry");
    assert_eq!(last.value().expose_text().expect("a fixture"), want, "{text}");
}

#[test]
fn each_operator_asks_whether_set_or_filled() {
    check("A=${NONE-d}", "d");
    check("A=${NONE:-d}", "d");
    check("A=${EMPTY-d}", "");
    check("A=${EMPTY:-d}", "d");
    check("A=${HOST-d}", "db");
    check("A=${HOST:-d}", "db");
    check("A=[${NONE+a}]", "[]");
    check("A=[${EMPTY+a}]", "[a]");
    check("A=[${EMPTY:+a}]", "[]");
    check("A=[${HOST:+a}]", "[a]");
    check("A=${HOST?m}", "db");
    check("A=${EMPTY?m}", "");
    check("A=${HOST:?m}", "db");
}

#[test]
fn words_nest_and_an_unwanted_word_is_not_evaluated() {
    check("A=${NONE:-${HOST}-${EMPTY:-x}}", "db-x");
    check("A=${HOST:-${NONE:?never}}", "db");
    check("A=${NONE:+${NONE:?never}}", "");
    check("A=\"${NONE:-a \\\"b\\\" \\} c}\"", "a \"b\" \\} c");
}

#[test]
fn the_lookup_comes_before_earlier_lines_and_later_lines_do_not_count() {
    check("HOST=file\nA=$HOST", "db");
    check("X=1\nA=$X", "1");
    check("X=1\nX=2\nA=$X", "2");
    check("A=$A", "");
    check("A.B=1\nC=${A.B}$A.B", "1.B");
}

#[test]
fn text_from_a_variable_is_not_read_again() {
    check("X='$HOST \\n ${'\nA=\"$X\"", "$HOST \\n ${");
    check("X='$(id)'\nA=$X`id`$(id)", "$(id)`id`$(id)");
}

#[test]
fn single_quotes_and_escapes_keep_the_dollar() {
    check("A='$HOST'", "$HOST");
    check("A=\\$HOST", "$HOST");
    check("A=\"\\$HOST $$HOST $ $1 $\"", "$HOST $HOST $ $1 $");
}

#[test]
fn a_colon_separates_as_an_equals_sign_does() {
    check("A: b", "b");
    check("A:b=c", "b=c");
    check("A : 'x: y' # c", "x: y");
}

#[test]
fn without_a_lookup_the_process_environment_is_not_consulted() {
    let options = ParseOptions::default().with_mode(Mode::Compose);
    let document = Document::parse(b"A=[$PATH]", &options).expect("a fixture");
    assert_eq!(document.get("A").expect("a fixture").expose_text().expect("a fixture"), "[]");
}
