//! Reads typed values out of a TOML tree, and says exactly where one is not as it should be.
//!
//! The decision: no `Deserialize`, since serde's errors repeat the offending value and stop at the first one without
//! its key. The cost is a line of code for each key.

mod error;

use std::time::Duration;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};
use reticent_core::closest;

pub use error::TomlError;

/// A document: its text is kept for places.
///
/// ```
/// use reticent_config::toml::Document;
///
/// let document = Document::parse("[server]\nport = 80\n")?;
/// let server = document.root().item("server").expect("it is there").table()?;
/// assert_eq!(server.item("port").expect("it is there").count()?, 80);
/// let error = server.only(&["prot"]).unwrap_err();
/// assert_eq!(error.to_string(), "2:1: server.port: unknown key");
/// assert_eq!(error.hint(), Some("did you mean `prot`?"));
/// # Ok::<(), reticent_config::toml::TomlError>(())
/// ```
#[derive(Debug)]
pub struct Document<'a> {
    text: &'a str,
    table: Spanned<DeTable<'a>>,
}

/// One table of the document: it knows its own path, and which keys were asked for.
///
/// ```
/// use reticent_config::toml::Document;
///
/// let document = Document::parse("b = 1\na = 2\n")?;
/// let keys: Vec<_> = document.root().items().into_iter().map(|(key, _)| key).collect();
/// assert_eq!(keys, ["b", "a"]);
/// # Ok::<(), reticent_config::toml::TomlError>(())
/// ```
#[derive(Debug)]
pub struct Reader<'a> {
    text: &'a str,
    path: String,
    table: &'a DeTable<'a>,
}

/// One value with its key's full path and its place.
///
/// ```
/// use reticent_config::toml::Document;
///
/// let document = Document::parse("words = [\"a\", \"b\"]")?;
/// let words = document.root().item("words").expect("it is there").texts()?;
/// assert_eq!(words[1].text()?, "b");
/// # Ok::<(), reticent_config::toml::TomlError>(())
/// ```
#[derive(Debug)]
pub struct Item<'a> {
    text: &'a str,
    path: String,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Document<'a> {
    /// Reads a whole document.
    ///
    /// # Errors
    /// [`TomlError`] with the place; the line is not repeated.
    pub fn parse(text: &'a str) -> Result<Self, TomlError> {
        let table = DeTable::parse(text).map_err(|error| {
            let (line, column) = place(text, error.span().map_or(0, |span| span.start));
            TomlError::new(format!("not TOML: {}", error.message())).at(line, column)
        })?;
        Ok(Self { text, table })
    }

    /// Returns the outermost table.
    #[must_use]
    pub fn root(&'a self) -> Reader<'a> {
        Reader { text: self.text, path: String::new(), table: self.table.get_ref() }
    }
}

impl<'a> Reader<'a> {
    /// Refuses keys that are not among `known`, with a suggestion.
    ///
    /// # Errors
    /// [`TomlError`] for the first one.
    pub fn only(&self, known: &[&'static str]) -> Result<(), TomlError> {
        for (key, _) in self.table {
            if known.contains(&key.get_ref().as_ref()) {
                continue;
            }
            let (line, column) = place(self.text, key.span().start);
            let error = TomlError::new("unknown key").for_key(self.path_of(key.get_ref())).at(line, column);
            return Err(match closest(key.get_ref(), known.iter().copied()) {
                Some(meant) => error.with_hint(format!("did you mean `{meant}`?")),
                None => error.with_hint(format!("known here: {}", known.join(", "))),
            });
        }
        Ok(())
    }

    /// Returns the value of `key`, if it is there.
    #[must_use]
    pub fn item(&self, key: &str) -> Option<Item<'a>> {
        let value = self.table.get(key)?;
        Some(Item { text: self.text, path: self.path_of(key), value })
    }

    /// Returns each key with its value, in the order of the document.
    #[must_use]
    pub fn items(&self) -> Vec<(&'a str, Item<'a>)> {
        let mut items: Vec<_> = self
            .table
            .iter()
            .map(|(key, value)| {
                let name: &'a str = key.get_ref();
                (key.span().start, name, Item { text: self.text, path: self.path_of(name), value })
            })
            .collect();
        items.sort_by_key(|(start, ..)| *start);
        items.into_iter().map(|(_, key, item)| (key, item)).collect()
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}

impl<'a> Item<'a> {
    /// Returns the path of its key: `settings.PORT.default`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Makes an error at this value.
    pub fn error(&self, problem: impl Into<String>) -> TomlError {
        let (line, column) = place(self.text, self.value.span().start);
        TomlError::new(problem).for_key(&self.path).at(line, column)
    }

    /// Reads a table.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn table(&self) -> Result<Reader<'a>, TomlError> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(Reader { text: self.text, path: self.path.clone(), table }),
            _ => Err(self.expected("a table")),
        }
    }

    /// Tells whether it is a table.
    #[must_use]
    pub fn is_table(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Table(_))
    }

    /// Reads a list; its entries have the path of the list.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn list(&self) -> Result<Vec<Self>, TomlError> {
        match self.value.get_ref() {
            DeValue::Array(values) => Ok(values
                .iter()
                .map(|value| Self { text: self.text, path: self.path.clone(), value })
                .collect()),
            _ => Err(self.expected("a list")),
        }
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn text(&self) -> Result<&'a str, TomlError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.expected("text in quotes")),
        }
    }

    /// Reads one text, or a list of texts.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn texts(&self) -> Result<Vec<Self>, TomlError> {
        match self.value.get_ref() {
            DeValue::String(_) => {
                Ok(vec![Self { text: self.text, path: self.path.clone(), value: self.value }])
            }
            DeValue::Array(_) => self.list()?.into_iter().map(|item| item.text().map(|_| item)).collect(),
            _ => Err(self.expected("text in quotes, or a list of texts")),
        }
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn flag(&self) -> Result<bool, TomlError> {
        match self.value.get_ref() {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.expected("true or false")),
        }
    }

    /// Reads a count.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn count(&self) -> Result<u32, TomlError> {
        let expected = || self.expected("a whole number from 0 to 4294967295");
        match self.value.get_ref() {
            DeValue::Integer(number) => {
                u32::from_str_radix(number.as_str(), number.radix()).map_err(|_| expected())
            }
            _ => Err(expected()),
        }
    }

    /// Reads a number, whole or not.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn number(&self) -> Result<f64, TomlError> {
        let text = match self.value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return Err(self.expected("a number")),
        };
        text.parse().map_err(|_| self.expected("a number"))
    }

    /// Reads a text, a number, or `true` or `false`, as a source would hold it.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn plain(&self) -> Result<String, TomlError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text.clone().into_owned()),
            DeValue::Boolean(flag) => Ok(flag.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            DeValue::Float(number) => Ok(number.as_str().to_owned()),
            _ => Err(self.expected("text in quotes, a number, true or false")),
        }
    }

    /// Reads a length of time.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn duration(&self) -> Result<Duration, TomlError> {
        self.text()
            .ok()
            .and_then(duration)
            .ok_or_else(|| self.expected("a duration such as \"250ms\", \"30s\", \"5m\" or \"1h\""))
    }

    /// Reads one of a few words.
    ///
    /// # Errors
    /// [`TomlError`] for anything else.
    pub fn one_of<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T, TomlError> {
        let list = words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(" or ");
        let text = self.text().map_err(|_| self.expected(&list))?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| self.expected(&list))
    }

    fn expected(&self, what: &str) -> TomlError {
        self.error(format!("expected {what}"))
    }
}

/// Reads a whole number with a unit: `ms`, `s`, `m`, `h` or `d`.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let seconds = match &text[digits..] {
        "ms" => return Some(Duration::from_millis(number)),
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// Returns the line and column of a byte offset, counted from 1; columns count characters.
///
/// ```
/// assert_eq!(reticent_config::toml::place("a = 1\nb = 2", 6), (2, 1));
/// ```
#[must_use]
pub fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, want) in [
            ("250ms", Some(Duration::from_millis(250))),
            ("30s", Some(Duration::from_secs(30))),
            ("5m", Some(Duration::from_secs(300))),
            ("1h", Some(Duration::from_secs(3_600))),
            ("2d", Some(Duration::from_secs(172_800))),
            ("30", None),
            ("s", None),
            ("-1s", None),
            ("1.5h", None),
            ("99999999999999999999s", None),
            ("18446744073709551615d", None),
        ] {
            assert_eq!(duration(text), want, "{text}");
        }
    }

    #[test]
    fn a_place_counts_characters() {
        assert_eq!(place("a\n\u{e9}\u{e9}x", 6), (2, 3));
        assert_eq!(place("", 0), (1, 1));
    }
}
