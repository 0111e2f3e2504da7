//! The forms by name, and the values that the tests know.

use reticent_core::Secret;
use reticent_redact::{Redactor, Values};

/// What the redactor of the tests knows; none of it sounds like a credential.
pub(crate) const KNOWN: [(&str, &str); 4] = [
    ("TOKEN", "plum-Garden-42!"),
    ("PW", "p@ss/word?1"),
    ("SPACED", "tea time & cake"),
    ("HOST", "stone-bridge"),
];

pub(crate) const FORMS: [&str; 8] = [
    "url",
    "query",
    "form",
    "cookies",
    "set-cookie",
    "header:authorization",
    "header:location",
    "header:x-other",
];

pub(crate) fn redactor() -> Redactor {
    let known = KNOWN.iter().map(|(name, value)| (name, Secret::copy_of(value.as_bytes())));
    Redactor::new(&known.collect::<Values>())
}

/// Masks `input` as what `form` says: `url`, `query`, `form`, `cookies`, `set-cookie` or `header:NAME`.
pub(crate) fn redact(redactor: &Redactor, form: &str, input: &str) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text stays text");
    match form {
        "url" => redactor.redact_url(input).into_owned(),
        "query" => redactor.redact_query(input).into_owned(),
        "form" => text(&redactor.redact_form(input.as_bytes())),
        "cookies" => redactor.redact_cookies(input).into_owned(),
        "set-cookie" => redactor.redact_set_cookie(input).into_owned(),
        _ => {
            let name = form.strip_prefix("header:").expect("a form that is known");
            text(&redactor.redact_header(name, input.as_bytes()))
        }
    }
}
