//! The heads of requests and responses: what is asked for, what is refused, and what is left out.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{StatusCode, response};

use crate::redactor::Redactor;

/// Headers that tell about the bytes of a body before it is masked.
const OF_THE_BYTES: [HeaderName; 7] = [
    header::CONTENT_LENGTH,
    header::ETAG,
    header::ACCEPT_RANGES,
    HeaderName::from_static("content-md5"),
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
];

/// Asks for the whole body, without an encoding.
pub(super) fn ask_for_all(headers: &mut HeaderMap) {
    headers.remove(header::RANGE);
    headers.remove(header::IF_RANGE);
    // Without the header a server may use any encoding (RFC 9110, section 12.5.3).
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
}

/// Returns why a response cannot be masked, if it cannot.
pub(super) fn refusal(head: &response::Parts, is_connect: bool) -> Option<&'static str> {
    let is_other = |name: HeaderName, plain: &str| {
        let values = head.headers.get_all(name).into_iter();
        let mut codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        codings.any(|coding| {
            let coding = coding.trim_ascii();
            !coding.is_empty() && !coding.eq_ignore_ascii_case(plain.as_bytes())
        })
    };
    if head.status == StatusCode::SWITCHING_PROTOCOLS || is_connect && head.status.is_success() {
        Some("it leaves HTTP")
    } else if head.status == StatusCode::PARTIAL_CONTENT {
        Some("it is a part of a body")
    } else if is_other(header::CONTENT_ENCODING, "identity") || is_other(header::TRANSFER_ENCODING, "chunked")
    {
        Some("its body is encoded")
    } else {
        None
    }
}

/// Masks the values of headers, and leaves out what tells about the bytes of the body.
pub(super) fn mask(redactor: &Redactor, headers: &mut HeaderMap) {
    for name in OF_THE_BYTES {
        headers.remove(name);
    }
    mask_values(redactor, headers);
}

/// Masks the values of headers or trailers.
pub(super) fn mask_values(redactor: &Redactor, headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        if let std::borrow::Cow::Owned(shown) = redactor.redact(value.as_bytes()) {
            let is_sensitive = value.is_sensitive();
            // The mask of a value in UTF-16 has zeros, which no header may have.
            *value = HeaderValue::from_bytes(&shown).unwrap_or(HeaderValue::from_static("[REDACTED:header]"));
            value.set_sensitive(is_sensitive);
        }
    }
}
