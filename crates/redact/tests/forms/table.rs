//! The table of cases, `cases.txt`: a line names the form, the next is the input, and the third what is shown.

use std::borrow::Cow;

use reticent_core::{FingerprintKey, Secret};
use reticent_redact::{Mask, Redactor, Values};

use crate::form::{redact, redactor};

/// The cases: the form, the input, and what is shown; `=` says that it is the input. `M(x)` is the mask of `x`.
fn cases() -> Vec<(&'static str, String, String)> {
    let file = include_str!("cases.txt");
    let lines: Vec<&str> = file.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
    let unfold = |line: &str| {
        line.replace("M(", "[REDACTED:").replace(")M", "]").replace("\\t", "\t").replace("\\n", "\n")
    };
    let (cases, rest) = lines.as_chunks::<3>();
    assert!(rest.is_empty(), "a case has three lines");
    let case = |[form, input, want]: &[&'static str; 3]| {
        (*form, unfold(input), unfold(if *want == "=" { input } else { want }))
    };
    cases.iter().map(case).collect()
}

#[test]
fn every_case_is_shown_as_the_table_says() {
    let redactor = redactor();
    let wrong: Vec<String> = cases()
        .iter()
        .filter_map(|(form, input, want)| {
            let shown = redact(&redactor, form, input);
            (shown != *want).then(|| format!("{form}\n{input}\n{want}\n{shown}\n"))
        })
        .collect();
    assert!(wrong.is_empty(), "form, input, wanted, shown:\n{}", wrong.join("\n"));
    assert!(cases().len() > 100, "the table is read");
}

#[test]
fn no_case_is_masked_again_by_any_mask() {
    let keyed = Mask::name().with_fingerprint(FingerprintKey::from_bytes(&[7; 32]));
    for mask in [Mask::name(), Mask::fixed(), keyed] {
        let redactor = redactor().with_mask(mask);
        for (form, input, _) in cases() {
            let once = redact(&redactor, form, &input);
            assert_eq!(redact(&redactor, form, &once), once, "{form}: {input}");
        }
    }
}

#[test]
fn what_shows_nothing_is_borrowed() {
    let redactor = redactor();
    assert!(matches!(redactor.redact_url("https://example.org/?q=a%20b"), Cow::Borrowed(_)));
    assert!(matches!(redactor.redact_query("token=&q=1"), Cow::Borrowed(_)));
    assert!(matches!(redactor.redact_form(b"token=[REDACTED:token]"), Cow::Borrowed(_)));
    assert!(matches!(redactor.redact_cookies("a=; b="), Cow::Borrowed(_)));
    assert!(matches!(redactor.redact_set_cookie("a=; Path=/"), Cow::Borrowed(_)));
    assert!(matches!(redactor.redact_header("Accept", b"\xff"), Cow::Borrowed(_)));
}

#[test]
fn bytes_that_are_no_text_are_masked_and_kept() {
    let redactor = redactor();
    assert_eq!(redactor.redact_header("X-Api-Key", b"\xff\xfe"), &b"[REDACTED:x-api-key]"[..]);
    assert_eq!(
        redactor.redact_form(b"a=\xff&token=\xfe&b=\xfd"),
        &b"a=\xff&token=[REDACTED:token]&b=\xfd"[..]
    );
}

#[test]
fn a_name_that_holds_a_value_is_not_repeated_by_a_mask() {
    let values: Values = [("A", Secret::copy_of(b"Plum.42"))].into_iter().collect();
    let redactor = Redactor::new(&values);
    assert_eq!(redactor.redact_query("Plum.42-token=abc"), "[REDACTED:A]-token=[REDACTED:value]");
    assert_eq!(redactor.redact_header("X-Plum.42-Token", b"abc"), &b"[REDACTED:value]"[..]);
}

#[test]
fn a_mask_cuts_no_escape() {
    let values: Values = [("A", Secret::copy_of(b"before%4"))].into_iter().collect();
    let redactor = Redactor::new(&values);
    assert_eq!(redactor.redact_query("q=before%41x"), "q=[REDACTED:A]x");
    assert_eq!(redactor.redact_query("q=before%4"), "q=[REDACTED:A]");
}
