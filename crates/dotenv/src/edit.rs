//! Changing one value and nothing else.

use std::ops::Range;

use reticent_core::{Secret, SecretBuffer};

use crate::document::{Document, Entry, Quoting};
use crate::error::EditError;
use crate::render;

impl Document {
    /// Sets `key` to `value`: in place, keeping `export`, spacing, comment and line ending, or on a new line at the end.
    ///
    /// Of several entries with this key the last one is changed, which is the one that counts. A quoted value stays
    /// quoted. A file without a line ending at its end stays so.
    ///
    /// # Errors
    /// [`EditError`]; the document is then as it was.
    ///
    /// ```
    /// use reticent_core::Secret;
    /// use reticent_dotenv::{Document, ParseOptions};
    ///
    /// let mut document = Document::parse(b"A=1 # one\r\n", &ParseOptions::default())?;
    /// document.set("A", &Secret::copy_of(b"2"))?;
    /// document.set("B", &Secret::copy_of(b"3"))?;
    /// assert_eq!(document.render().len(), "A=2 # one\r\nB=3\r\n".len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(&mut self, key: &str, value: &Secret) -> Result<(), EditError> {
        render::check_key(key)?;
        let edited = match self.entry(key) {
            Some(entry) => self.replaced(entry, value)?,
            None => self.appended(key, value)?,
        };
        self.become_text(edited)
    }

    /// Removes every entry with this key, each with its whole lines, and tells whether there was one.
    ///
    /// Every one, since otherwise an overridden value would come back to life.
    ///
    /// # Errors
    /// [`EditError`]; the document is then as it was.
    ///
    /// ```
    /// use reticent_dotenv::{Document, ParseOptions};
    ///
    /// let mut document = Document::parse(b"A=1\nB=2\nA=3\n", &ParseOptions::default())?;
    /// assert!(document.unset("A")?);
    /// assert_eq!(document.render().len(), "B=2\n".len());
    /// assert!(!document.unset("A")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unset(&mut self, key: &str) -> Result<bool, EditError> {
        if self.entry(key).is_none() {
            return Ok(false);
        }
        let text = self.text().as_bytes();
        let mut edited = SecretBuffer::with_capacity(text.len());
        let mut kept_to = 0;
        for entry in self.entries().filter(|entry| entry.key() == key) {
            edited.extend_from_slice(&text[kept_to..entry.lines.start]);
            kept_to = entry.lines.end;
        }
        edited.extend_from_slice(&text[kept_to..]);
        self.become_text(edited)?;
        Ok(true)
    }

    fn replaced(&self, entry: &Entry, value: &Secret) -> Result<SecretBuffer, EditError> {
        let text = self.text().as_bytes();
        let Range { start, end } = entry.value_span();
        let mut edited = SecretBuffer::with_capacity(text.len() + value.len() + 8);
        edited.extend_from_slice(&text[..start]);
        let comment_follows = text[end..entry.lines.end].contains(&b'#');
        if value.is_empty() && comment_follows {
            // A bare empty value before a comment is the comment to some tools.
            edited.extend_from_slice(b"\"\"");
        } else {
            render::write_value(value, entry.quoting(), &mut edited)?;
        }
        if start == end && text.get(end) == Some(&b'#') {
            edited.push(b' ');
        }
        edited.extend_from_slice(&text[end..]);
        Ok(edited)
    }

    fn appended(&self, key: &str, value: &Secret) -> Result<SecretBuffer, EditError> {
        let text = self.text();
        let line_end = line_end_of(text);
        let mut edited = SecretBuffer::with_capacity(text.len() + key.len() + value.len() + 16);
        edited.extend_from_slice(text.as_bytes());
        let open_end = !text.trim_start_matches('\u{feff}').is_empty() && !text.ends_with(['\n', '\r']);
        if open_end {
            edited.extend_from_slice(line_end);
        }
        edited.extend_from_slice(key.as_bytes());
        edited.push(b'=');
        render::write_value(value, Quoting::Unquoted, &mut edited)?;
        if !open_end {
            edited.extend_from_slice(line_end);
        }
        Ok(edited)
    }

    fn become_text(&mut self, edited: SecretBuffer) -> Result<(), EditError> {
        *self = Self::from_buffer(edited, &self.options).map_err(EditError::Dependent)?;
        Ok(())
    }
}

/// Returns what ends the first line, or `\n`.
fn line_end_of(text: &str) -> &'static [u8] {
    let bytes = text.as_bytes();
    match bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map(|at| &bytes[at..]) {
        Some([b'\r', b'\n', ..]) => b"\r\n",
        Some([b'\r', ..]) => b"\r",
        _ => b"\n",
    }
}
