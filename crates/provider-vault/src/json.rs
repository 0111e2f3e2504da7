//! JSON that is sent, written into buffers that are wiped.

use reticent_core::{Secret, SecretBuffer};

/// Writes one JSON object.
pub(crate) struct Object(SecretBuffer);

impl Object {
    pub(crate) fn new() -> Self {
        let mut buffer = SecretBuffer::new();
        buffer.push(b'{');
        Self(buffer)
    }

    /// Adds a text that is no secret.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        let mut object = self.named(name);
        write_text(&mut object.0, value);
        object
    }

    /// Adds a secret, which must be text.
    pub(crate) fn secret(self, name: &str, value: &Secret) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "into the body of a request, which is wiped")]
        let value = value.expose_text().ok()?;
        Some(self.text(name, value))
    }

    pub(crate) fn number(self, name: &str, value: u64) -> Self {
        self.raw(name, value.to_string().as_bytes())
    }

    /// Adds what is JSON already.
    pub(crate) fn raw(self, name: &str, json: &[u8]) -> Self {
        let mut object = self.named(name);
        object.0.extend_from_slice(json);
        object
    }

    /// Adds an object.
    pub(crate) fn object(self, name: &str, inner: Self) -> Self {
        let inner = inner.done();
        #[expect(clippy::disallowed_methods, reason = "into the object around it, which is wiped too")]
        let bytes = inner.expose_bytes();
        self.raw(name, bytes)
    }

    /// Adds a list of objects.
    #[cfg(feature = "transit")]
    pub(crate) fn list(self, name: &str, items: Vec<Self>) -> Self {
        let mut object = self.named(name);
        object.0.push(b'[');
        for (number, item) in items.into_iter().enumerate() {
            if number > 0 {
                object.0.push(b',');
            }
            let item = item.done();
            #[expect(clippy::disallowed_methods, reason = "into the object around it, which is wiped too")]
            object.0.extend_from_slice(item.expose_bytes());
        }
        object.0.push(b']');
        object
    }

    pub(crate) fn done(mut self) -> SecretBuffer {
        self.0.push(b'}');
        self.0
    }

    fn named(mut self, name: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        write_text(&mut self.0, name);
        self.0.push(b':');
        self
    }
}

/// Writes a JSON string (RFC 8259 section 7).
pub(crate) fn write_text(buffer: &mut SecretBuffer, text: &str) {
    buffer.push(b'"');
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if !matches!(byte, b'"' | b'\\' | 0..0x20) {
            continue;
        }
        buffer.extend_from_slice(&bytes[written..at]);
        written = at + 1;
        match byte {
            b'"' => buffer.extend_from_slice(b"\\\""),
            b'\\' => buffer.extend_from_slice(b"\\\\"),
            control => {
                let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
                buffer.extend_from_slice(&[
                    b'\\',
                    b'u',
                    b'0',
                    b'0',
                    digit(control >> 4),
                    digit(control & 15),
                ]);
            }
        }
    }
    buffer.extend_from_slice(&bytes[written..]);
    buffer.push(b'"');
}

/// Undoes the escapes that Go writes for browsers' sake (`\u003c` for `<`), in JSON that is known to be right.
pub(crate) fn without_browser_escapes(json: &[u8]) -> SecretBuffer {
    const ESCAPES: [(&[u8], &str); 5] = [
        (b"\\u003c", "<"),
        (b"\\u003e", ">"),
        (b"\\u0026", "&"),
        (b"\\u2028", "\u{2028}"),
        (b"\\u2029", "\u{2029}"),
    ];
    let mut plain = SecretBuffer::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (before, escape) = rest.split_at(at);
        plain.extend_from_slice(before);
        let known = ESCAPES.iter().find(|(written, _)| escape.starts_with(written));
        let length = known.map_or(2, |(written, _)| written.len()).min(escape.len());
        plain.extend_from_slice(known.map_or(&escape[..length], |(_, character)| character.as_bytes()));
        rest = &escape[length..];
    }
    plain.extend_from_slice(rest);
    plain
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the tests compare plaintext")]

    use super::*;
    use reticent_core::Field;

    #[test]
    fn every_text_survives_the_way_through_json() {
        let texts = ["", "plain", "a\"b\\c/d", "\0\u{1}\u{1f}\u{7f}\n\t\r", "h\u{e9} \u{1f511}\u{2028}"];
        for text in texts {
            let json = Object::new().text("first", "1").text(text, "x").text("t", text).done().into_secret();
            let found = json.field(&Field::parse("t").expect("a field")).expect("it is there");
            assert_eq!(found.expose_bytes(), text.as_bytes());
        }
    }

    #[test]
    fn an_object_is_what_was_added() {
        let inner = Object::new().number("cas", 7);
        let object = Object::new().object("options", inner).raw("data", b"{\"a\":[1]}").done();
        assert_eq!(object.expose_bytes(), br#"{"options":{"cas":7},"data":{"a":[1]}}"#);
        assert_eq!(Object::new().done().expose_bytes(), b"{}");
    }

    #[test]
    fn only_the_escapes_of_browsers_are_undone() {
        let written = br#"{"a":"\u003cb\u003e \u0026 \\u003c \" \u0000 \u2028"}"#;
        let plain = without_browser_escapes(written);
        assert_eq!(plain.expose_bytes(), "{\"a\":\"<b> & \\\\u003c \\\" \\u0000 \u{2028}\"}".as_bytes());
    }
}
