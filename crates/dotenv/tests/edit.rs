//! An edit changes the bytes of one value and nothing else.

#![expect(clippy::disallowed_methods, reason = "the tests compare plaintext of the fixtures")]

use reticent_core::{Secret, SecretBuffer};
use reticent_dotenv::{Document, EditError, Mode, ParseOptions, RenderError, render_entry, render_value};

fn parse(text: &str) -> Document {
    Document::parse(text.as_bytes(), &ParseOptions::default()).expect(text)
}

fn shown(buffer: SecretBuffer) -> String {
    buffer.into_secret().expose_text().expect("a fixture").to_owned()
}

fn check_set(text: &str, key: &str, value: &str, want: &str) {
    let mut document = parse(text);
    document.set(key, &Secret::copy_of(value.as_bytes())).expect("a fixture");
    assert_eq!(shown(document.render()), want);
    assert!(document.get(key).expect("a fixture").ct_eq(&Secret::copy_of(value.as_bytes())));
}

fn check_unset(text: &str, key: &str, want: &str) {
    let mut document = parse(text);
    assert!(document.unset(key).expect("a fixture"));
    assert_eq!(shown(document.render()), want);
}

fn check_value(value: &str, want: &str) {
    assert_eq!(shown(render_value(&Secret::copy_of(value.as_bytes())).expect("a fixture")), want);
}

#[test]
fn setting_keeps_everything_around_the_value() {
    check_set("A=1", "A", "2", "A=2");
    check_set("# x\n  export  A =  1   # one\nB=3\n", "A", "2", "# x\n  export  A =  2   # one\nB=3\n");
    check_set("A=1\r\nB=2\r\n", "A", "x y", "A='x y'\r\nB=2\r\n");
    check_set("A='1'#c\n", "A", "2", "A='2'#c\n");
    check_set("A=\"1\"\n", "A", "2", "A=\"2\"\n");
    check_set("A=\"1\"\n", "A", "$2a$", "A='$2a$'\n");
    check_set("A='1'\n", "A", "it's", "A=\"it's\"\n");
    check_set("A=\"1\n2\" # two lines\nB=3", "A", "x", "A=\"x\" # two lines\nB=3");
    check_set("\u{feff}A=1\n", "A", "2", "\u{feff}A=2\n");
}

#[test]
fn setting_an_empty_value_or_from_one_keeps_the_comment_a_comment() {
    check_set("A=1 # c\n", "A", "", "A=\"\" # c\n");
    check_set("A= # c\n", "A", "1", "A=1 # c\n");
    check_set("A=# c\n", "A", "1", "A=1 # c\n");
    check_set("A=1\n", "A", "", "A=\n");
    check_set("A = \n", "A", "1", "A = 1\n");
}

#[test]
fn setting_a_new_key_appends_a_line_in_the_style_of_the_file() {
    check_set("", "A", "1", "A=1\n");
    check_set("\u{feff}", "A", "1", "\u{feff}A=1\n");
    check_set("A=1\n", "B", "2", "A=1\nB=2\n");
    check_set("A=1", "B", "2", "A=1\nB=2");
    check_set("A=1\r\n", "B", "2", "A=1\r\nB=2\r\n");
    check_set("A=1\r", "B", "2", "A=1\rB=2\r");
    check_set("# only a comment", "B", "2", "# only a comment\nB=2");
}

#[test]
fn of_duplicates_the_last_is_set_and_all_are_unset() {
    check_set("A=1\nA=2\n", "A", "3", "A=1\nA=3\n");
    check_unset("A=1\n# c\nA=2\n", "A", "# c\n");
    check_unset("A='x\ny' # c\r\nB=1", "A", "B=1");
    check_unset("  export A=1", "A", "");
}

#[test]
fn unsetting_what_is_not_there_changes_nothing() {
    let mut document = parse("A=1 \n");
    assert!(!document.unset("B").expect("a fixture"));
    assert_eq!(shown(document.render()), "A=1 \n");
}

#[test]
fn a_refused_edit_leaves_the_document_as_it_was() {
    let mut document = parse("A=1\n");
    for (key, value, want) in [
        ("", &b"x"[..], RenderError::Key),
        ("A B", b"x", RenderError::Key),
        ("A=", b"x", RenderError::Key),
        ("A\nB", b"x", RenderError::Key),
        ("A", b"x\0", RenderError::Nul),
        ("A", b"x\xff", RenderError::NotUtf8),
    ] {
        assert_eq!(document.set(key, &Secret::copy_of(value)), Err(EditError::Render(want)));
    }
    assert_eq!(shown(document.render()), "A=1\n");
}

#[test]
fn an_edit_that_breaks_a_dependent_line_is_refused() {
    let options = ParseOptions::default().with_mode(Mode::Compose);
    let mut document = Document::parse(b"A=1\nB=x${A:?}\n", &options).expect("a fixture");
    let error = document.set("A", &Secret::copy_of(b"")).unwrap_err();
    assert!(matches!(&error, EditError::Dependent(errors) if errors.first().line() == 2), "{error:?}");
    document.set("A", &Secret::copy_of(b"2")).expect("a fixture");
    assert!(document.get("B").expect("a fixture").ct_eq(&Secret::copy_of(b"x2")));
}

#[test]
fn a_value_is_quoted_as_most_tools_read_it() {
    check_value("", "");
    check_value("postgres://u:p@h:5432/db", "postgres://u:p@h:5432/db");
    check_value("YWJj+/==", "YWJj+/==");
    check_value("h\u{e9}llo", "h\u{e9}llo");
    check_value("a b", "'a b'");
    check_value("p#w", "'p#w'");
    check_value("$2a$10$Tw", "'$2a$10$Tw'");
    check_value("C:\\Users\\me", "'C:\\Users\\me'");
    check_value("C:\\Users\\", "\"C:\\\\Users\\\\\"");
    check_value("\\\\server\\x", "\"\\\\\\\\server\\\\x\"");
    check_value("it's", "\"it's\"");
    check_value("it's $5", "\"it's \\$5\"");
    check_value("{\"x\": 1}", "'{\"x\": 1}'");
    check_value("a\nb", "'a\nb'");
    check_value("a\r\nb", "\"a\\r\nb\"");
    check_value("`x`", "'`x`'");
    check_value("\u{a0}", "'\u{a0}'");
    assert_eq!(shown(render_entry("A.B-c", &Secret::copy_of(b"x y")).expect("a fixture")), "A.B-c='x y'");
}

#[test]
fn debug_shows_keys_and_places_alone() {
    let document = parse("KEY=hunter2 # hunter2\nKEY=hunter2");
    let shown = format!("{document:?} {:?}", document.entry("KEY"));
    assert!(shown.contains("KEY") && !shown.contains("hunter2"), "{shown}");
}
