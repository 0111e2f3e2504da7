//! An answer of the server, whose body is a secret until a part of it is known not to be one.

use std::fmt;
use std::time::Duration;

use reticent_core::{Field, FieldError, Secret};

use crate::error::{Outcome, malformed};

/// One answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    body: Secret,
}

impl Reply {
    pub(crate) fn new(status: u16, retry_after: Option<Duration>, body: Secret) -> Self {
        Self { status, retry_after, body }
    }

    #[cfg(test)]
    pub(crate) fn of(status: u16, body: &[u8]) -> Self {
        Self::new(status, None, Secret::copy_of(body))
    }

    /// Tells whether the server's message, or a warning of it, holds this text.
    pub(crate) fn says(&self, text: &str) -> bool {
        #[expect(clippy::disallowed_methods, reason = "compared with fixed texts, and kept nowhere")]
        let said = ["/errors", "/warnings"].map(|place| {
            let found = self.pick(place).ok().flatten()?;
            let bytes = found.expose_bytes();
            Some(bytes.windows(text.len()).any(|window| window == text.as_bytes()))
        });
        said.contains(&Some(true))
    }

    /// Returns what stands at a JSON pointer; absent and `null` are the same to Vault.
    pub(crate) fn pick(&self, pointer: &str) -> Outcome<Option<Secret>> {
        pick(&self.body, pointer)
    }

    /// Returns what stands there as something to be read on its own, so that the whole is not gone through again.
    pub(crate) fn part(&self, pointer: &str) -> Outcome<Option<Self>> {
        let part = self.pick(pointer)?;
        Ok(part.map(|body| Self { status: self.status, retry_after: self.retry_after, body }))
    }

    /// Returns what must stand there.
    pub(crate) fn need(&self, pointer: &str) -> Outcome<Secret> {
        self.pick(pointer)?.ok_or_else(|| malformed("a part of the answer is missing"))
    }

    /// Returns a text that is no secret.
    pub(crate) fn text(&self, pointer: &str) -> Outcome<Option<String>> {
        self.pick(pointer)?.map(|found| plain(&found)).transpose()
    }

    pub(crate) fn number(&self, pointer: &str) -> Outcome<Option<u64>> {
        let Some(text) = self.text(pointer)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| malformed("a number of the answer is none"))
    }

    /// Returns a list of texts that are no secrets.
    pub(crate) fn texts(&self, pointer: &str) -> Option<Vec<String>> {
        let list = self.pick(pointer).ok()??;
        #[expect(clippy::disallowed_methods, reason = "into names, which are no secrets")]
        let mut rest = list.expose_bytes().strip_prefix(b"[")?.trim_ascii_start();
        let mut texts = Vec::new();
        while rest.first() == Some(&b'"') {
            let end = end_of_text(rest)?;
            // One name as a JSON text of its own, to be read by the one reader there is.
            let single = Secret::from_vec([b"{\"t\":", &rest[..end], b"}"].concat());
            texts.push(plain(&pick(&single, "/t").ok()??).ok()?);
            rest = rest[end..].trim_ascii_start();
            rest = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
        }
        (rest == b"]").then_some(texts)
    }

    pub(crate) fn is_true(&self, pointer: &str) -> Outcome<bool> {
        Ok(self.text(pointer)?.as_deref() == Some("true"))
    }

    pub(crate) fn seconds(&self, pointer: &str) -> Outcome<Duration> {
        Ok(Duration::from_secs(self.number(pointer)?.unwrap_or(0)))
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Finds where the text ends that begins here, with its quotation marks.
fn end_of_text(json: &[u8]) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in json.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Takes what stands at a JSON pointer out of a JSON text.
pub(crate) fn pick(json: &Secret, pointer: &str) -> Outcome<Option<Secret>> {
    let field = Field::parse(pointer).expect("the pointers of this crate are pointers");
    match json.field(&field) {
        Ok(found) => Ok(Some(found)),
        Err(FieldError::NotJson { .. }) => Err(malformed("the answer is not JSON")
            .with_hint("something between here and the server answers in its place")),
        Err(_) => Ok(None),
    }
}

/// Takes a part for text that may be shown.
pub(crate) fn plain(part: &Secret) -> Outcome<String> {
    #[expect(clippy::disallowed_methods, reason = "into names, numbers and times, which are no secrets")]
    let text = part.expose_text();
    Ok(text.map_err(|_| malformed("a text of the answer is none"))?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_names_is_read_whole() {
        let texts = |body: &str| Reply::of(200, body.as_bytes()).texts("/keys");
        let of = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(texts(r#"{"keys":["a","b/","c\"]\u00e9"]}"#), of(&["a", "b/", "c\"]\u{e9}"]));
        assert_eq!(texts(r#"{"keys":[ "a" , "b" ]}"#), of(&["a", "b"]));
        assert_eq!(texts(r#"{"keys":[]}"#), of(&[]));
        for wrong in ["{}", r#"{"keys":null}"#, r#"{"keys":"a"}"#, r#"{"keys":[1]}"#, r#"{"keys":["a",2]}"#] {
            assert_eq!(texts(wrong), None, "{wrong}");
        }
    }
}
