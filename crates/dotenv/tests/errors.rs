//! What is refused, where, and that no text of the file is repeated.

use reticent_dotenv::{Document, Mode, ParseErrors, ParseOptions};

fn errors(text: &[u8], mode: Mode) -> ParseErrors {
    let options = ParseOptions::default().with_mode(mode);
    Document::parse(text, &options).expect_err(&String::from_utf8_lossy(text))
}

fn check(mode: Mode, text: impl AsRef<[u8]>, want: &[&str]) {
    let errors = errors(text.as_ref(), mode);
    let shown: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(shown, want, "{}", String::from_utf8_lossy(text.as_ref()));
    assert!(errors.iter().all(|error| !error.remedy().is_empty()));
}

#[test]
fn every_defect_has_its_place_and_its_key() {
    let check = |text: &str, want: &[&str]| check(Mode::StrictLiteral, text, want);
    check("A", &["1:2 no = after the key"]);
    check("export A", &["1:9 no = after the key"]);
    check("\nhello world", &["2:7 no = after the key"]);
    check("=x", &["1:1 no key before ="]);
    check("A: b", &["1:2 a colon where = belongs"]);
    check("'A'=b", &["1:1 a key cannot hold this character"]);
    check("A$=b", &["1:2 a key cannot hold this character"]);
    check("A=b\0c", &["1:4 A: a value cannot hold NUL"]);
    check("A='b\0c'", &["1:5 A: a value cannot hold NUL"]);
    check("\u{feff}KEY= 'b\nC=d", &["1:6 KEY: the quote opened here is never closed"]);
    check("h\u{e9}llo='b", &["1:7 the quote opened here is never closed"]);
    check("A=\"b\" c", &["1:7 A: text after the closing quote"]);
    check("A='b\nc'd", &["2:3 A: text after the closing quote"]);
}

#[test]
fn all_defects_are_collected_and_the_lines_between_are_read() {
    let text = "A=1\nB\r\nC=\"x\"y\rD='open\nE\nF=2\n";
    check(
        Mode::StrictLiteral,
        text,
        &[
            "2:2 no = after the key",
            "3:6 C: text after the closing quote",
            "4:3 D: the quote opened here is never closed",
            "5:2 no = after the key",
        ],
    );
}

#[test]
fn bytes_that_are_not_utf8_are_refused_at_their_place() {
    check(Mode::StrictLiteral, b"A=1\nB=\xc3\xa9\xff", &["2:4 not UTF-8 text"]);
}

#[test]
fn substitution_that_cannot_be_done_is_refused_where_it_stands() {
    let check = |text: &str, want: &[&str]| check(Mode::Compose, text, want);
    check("A=1\nB=x${ZZ:?boom}", &["2:4 B: a required variable is unset or empty"]);
    check("Z=\nB=${Z?ok}${Z:?boom}", &["2:10 B: a required variable is unset or empty"]);
    check("B=\"1\n2 ${A\"", &["2:3 B: the ${ opened here is never closed"]);
    check("B=${A:-${C}", &["1:3 B: the ${ opened here is never closed"]);
    check("B=${}", &["1:5 B: not a variable that can be substituted"]);
    check("B=${1A}", &["1:5 B: not a variable that can be substituted"]);
    check("B=${A!x}", &["1:6 B: not a variable that can be substituted"]);
    check(&format!("B={}{}", "${A:-".repeat(33), "}".repeat(33)), &["1:163 B: substitutions nest too deep"]);
}

#[test]
fn a_file_that_would_explode_is_refused() {
    let mut text = format!("A0={}\n", "x".repeat(64));
    for line in 1..40 {
        text.push_str(&format!("A{line}=$A{0}$A{0}\n", line - 1));
    }
    check(Mode::Compose, &text, &["15:5 A14: substitution makes too much text"]);
}

#[test]
fn no_defect_repeats_the_text() {
    let secret = ["hunter2", "Secret"].concat();
    for text in [
        secret.clone(),
        format!("A=\"{secret}"),
        format!("A=\"x\"{secret}"),
        format!("A={secret}\0"),
        format!("{secret} {secret}"),
        format!("A: {secret}"),
        format!("A=${{B:?{secret}}}"),
        format!("A=${{B{secret}"),
        format!("'{secret}'=x"),
        format!("MIIE{secret}1234567890\0=x"),
    ] {
        for mode in [Mode::StrictLiteral, Mode::Compose] {
            let options = ParseOptions::default().with_mode(mode);
            let Err(errors) = Document::parse(text.as_bytes(), &options) else { continue };
            let shown = format!("{errors} {errors:?} {:?}", errors.iter().collect::<Vec<_>>());
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
