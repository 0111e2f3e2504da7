//! The credentials in the value of one header, by the header's name.

use super::named::Named;
use super::names::{self, Section};
use super::{authorization, cookies, url};

/// Finds what the header called `name` shows that it must not.
pub(crate) fn named(name: &[u8], shape: &[u8]) -> Vec<Named> {
    if name.eq_ignore_ascii_case(b"cookie") {
        cookies::sent(shape)
    } else if name.eq_ignore_ascii_case(b"set-cookie") {
        cookies::set(shape)
    } else if names::is_header(name) {
        authorization::named(name, shape)
    } else if names::is_in(Section::UrlHeaders, name) {
        url::named(shape)
    } else {
        url::among_words(shape, 0)
    }
}
