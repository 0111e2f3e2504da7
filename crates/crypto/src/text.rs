//! The text form of a sealed value: `rt1.<key id>.<base64url>`.

use std::ops::Range;

use base64_simd::URL_SAFE_NO_PAD;
use reticent_core::{Secret, SecretBuffer};
use zeroize::Zeroizing;

use crate::chunked::{self, Message};
use crate::context::Context;
use crate::error::Error;
use crate::key::{Key, KeyId};

/// What names the format; it is bound into the context, too.
const FORMAT: &str = "rt1";

/// What ends the plaintext before its padding of zeros (ISO/IEC 7816-4).
const END: u8 = 0x80;

/// The most bytes to whose multiple a value is padded; no sum of lengths overflows with it.
pub(crate) const LARGEST_BLOCK: usize = 1 << 20;

/// Encrypts `plaintext` under the key that `id` names, padded with zeros to a multiple of `block` bytes.
pub(crate) fn seal(
    key: &Key,
    id: &KeyId,
    context: &Context,
    plaintext: &[u8],
    block: usize,
) -> Result<String, Error> {
    let length = (plaintext.len() + 1).next_multiple_of(block.clamp(1, LARGEST_BLOCK));
    let mut sealed = Vec::with_capacity(chunked::sealed_length(length));
    let message = Message::begin(key, &context.bytes(FORMAT, id.as_str())?)?;
    let put = |out: &mut Vec<u8>, place: Range<usize>| {
        let end = plaintext.len();
        out.extend_from_slice(&plaintext[place.start.min(end)..place.end.min(end)]);
        if place.contains(&end) {
            out.push(END);
        }
        let zeros = place.end.saturating_sub(place.start.max(end + 1));
        out.resize(out.len() + zeros, 0);
    };
    chunked::seal_with(&mut sealed, length, put, message)?;
    let start = FORMAT.len() + id.as_str().len() + 2;
    let mut text = String::with_capacity(start + URL_SAFE_NO_PAD.encoded_length(sealed.len()));
    text.extend([FORMAT, ".", id.as_str(), "."]);
    URL_SAFE_NO_PAD.encode_append(&sealed, &mut text);
    Ok(text)
}

/// Splits a text into the identifier of its key and its body, if it has this form.
pub(crate) fn parse(text: &str) -> Option<(KeyId, &str)> {
    let (id, body) = text.strip_prefix(FORMAT)?.strip_prefix('.')?.split_once('.')?;
    Some((id.parse().ok()?, body))
}

/// Decrypts the body of a text.
pub(crate) fn open(key: &Key, id: &KeyId, context: &Context, body: &str) -> Result<Secret, Error> {
    let mut sealed = Zeroizing::new(URL_SAFE_NO_PAD.decode_to_vec(body).map_err(|_| Error::Malformed)?);
    let length = chunked::open_in_place(key, &context.bytes(FORMAT, id.as_str())?, &mut sealed)?;
    let end = sealed[..length].iter().rposition(|byte| *byte != 0).ok_or(Error::NotAuthentic)?;
    if sealed[end] != END {
        return Err(Error::NotAuthentic);
    }
    let mut plaintext = SecretBuffer::with_capacity(end);
    plaintext.extend_from_slice(&sealed[..end]);
    Ok(plaintext.into_secret())
}
