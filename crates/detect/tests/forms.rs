//! The forms in which secrets stand in text: each value is found exactly, and what is none is left alone.

use std::ops::Range;

use reticent_detect::Scanner;

const OPEN: char = '«';
const CLOSE: char = '»';

/// Takes the marks out of a text and says where they stood.
fn unmark(marked: &str) -> (String, Vec<Range<usize>>) {
    let (mut text, mut spans, mut start) = (String::new(), Vec::new(), 0);
    for character in marked.chars() {
        match character {
            OPEN => start = text.len(),
            CLOSE => spans.push(start..text.len()),
            _ => text.push(character),
        }
    }
    (text, spans)
}

fn unescape(text: &str) -> String {
    text.replace("\\\\", "\u{1}")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\r", "\r")
        .replace('\u{1}', "\\")
}

#[test]
fn every_form_is_found_exactly_and_nothing_else_is() {
    let cases =
        include_str!("cases/forms.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut wrong = Vec::new();
    for case in cases {
        let (path, marked) = case.split_once(" | ").expect("a case is a path, a bar and a text");
        let (text, want) = unmark(&unescape(marked));
        let found = Scanner::new().scan_named(path, text.as_bytes());
        let spans: Vec<_> = found.iter().map(|finding| finding.span()).collect();
        if spans != want {
            let told: Vec<_> = found
                .iter()
                .map(|finding| format!("{} `{}`", finding.rule().id(), &text[finding.span()]))
                .collect();
            wrong.push(format!("{case}\n    found {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
