//! Text of values while it is read as another tool would read it.

use reticent_core::SecretBuffer;

/// Text that grows in a wiped buffer.
#[derive(Default)]
pub(super) struct Plain(SecretBuffer);

impl Plain {
    pub(super) fn of(text: &str) -> Self {
        let mut plain = Self::default();
        plain.push_str(text);
        plain
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn push(&mut self, character: char) {
        self.push_str(character.encode_utf8(&mut [0; 4]));
    }

    pub(super) fn as_str(&self) -> &str {
        #[expect(
            clippy::disallowed_methods,
            reason = "stays inside this module, compared and copied into the like"
        )]
        let bytes = self.0.expose_bytes();
        std::str::from_utf8(bytes).expect("only text was pushed")
    }

    /// Returns a copy in which each `from` is `to`.
    pub(super) fn replaced(&self, from: &str, to: &str) -> Self {
        let mut out = Self::default();
        let mut rest = self.as_str();
        while let Some(at) = rest.find(from) {
            out.push_str(&rest[..at]);
            out.push_str(to);
            rest = &rest[at + from.len()..];
        }
        out.push_str(rest);
        out
    }
}

/// Returns a copy in which every line ends with `\n`.
pub(super) fn with_plain_line_ends(text: &str) -> Plain {
    Plain::of(text).replaced("\r\n", "\n").replaced("\r", "\n")
}
