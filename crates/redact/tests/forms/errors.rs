//! Errors and their causes as one line.

use std::error::Error;
use std::fmt;

use crate::form::redactor;

/// An error whose cause is the next one.
#[derive(Debug)]
struct Linked(String, Option<Box<Linked>>);

impl fmt::Display for Linked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Linked {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

fn chain(texts: &[&str]) -> Linked {
    let mut texts = texts.iter().rev().map(|text| (*text).to_owned());
    let last = Linked(texts.next().expect("an error"), None);
    texts.fold(last, |cause, text| Linked(text, Some(Box::new(cause))))
}

fn shown(error: &dyn Error) -> String {
    redactor().display_error(error).to_string()
}

#[test]
fn each_error_of_a_chain_is_masked() {
    let error = chain(&["cannot start", "no login as me:plum-Garden-42!", "stone-bridge is down"]);
    assert_eq!(shown(&error), "cannot start: no login as me:[REDACTED:TOKEN]: [REDACTED:HOST] is down");
    assert_eq!(format!("{:?}", redactor().display_error(&error)), shown(&error));
    assert_eq!(shown(&chain(&["alone"])), "alone");
}

/// An error that is its own cause.
#[derive(Debug)]
struct Circle;

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("again")
    }
}

impl Error for Circle {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&Circle)
    }
}

#[test]
fn a_circle_ends() {
    assert_eq!(shown(&Circle), format!("{}...", "again: ".repeat(64)));
    assert_eq!(shown(&chain(&["a"; 64])), vec!["a"; 64].join(": "));
    assert_eq!(shown(&chain(&["a"; 65])), format!("{}...", "a: ".repeat(64)));
}

#[test]
fn a_long_text_ends_before_a_value_that_it_would_cut() {
    let room = 64 << 10;
    let fill = "x".repeat(room - 10);
    assert_eq!(shown(&chain(&[&format!("{fill}plum-Garde")])), format!("{fill}plum-Garde"));
    assert_eq!(shown(&chain(&[&format!("{fill}plum-Garden-42!")])), format!("{fill}..."));
    assert_eq!(shown(&chain(&[&format!("{fill}0123456789a")])), format!("{fill}0123456789..."));
}

/// An error that cannot be shown to its end.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("token plum-Gar")?;
        Err(fmt::Error)
    }
}

impl Error for Broken {}

#[test]
fn a_text_that_breaks_off_shows_no_part_of_a_value() {
    assert_eq!(shown(&Broken), "token ...");
}
