//! Reads typed values out of a TOML tree, and says exactly where one is not as it should be.
//!
//! The decision: no `Deserialize`, since serde's errors repeat the offending value and stop at the first one without
//! its key. The cost is a line of code for each key.

use std::time::Duration;

use reticent_core::closest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::SetupError;

/// One table of the document: it knows its own path, and which keys were asked for.
pub(super) struct Reader<'a> {
    text: &'a str,
    path: String,
    table: &'a DeTable<'a>,
}

/// One value with its key's full path and its place.
pub(super) struct Item<'a> {
    text: &'a str,
    pub(super) path: String,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn of_document(text: &'a str, table: &'a DeTable<'a>) -> Self {
        Self { text, path: String::new(), table }
    }

    /// Refuses keys that are not among `known`, with a suggestion.
    pub(super) fn only(&self, known: &[&'static str]) -> Result<(), SetupError> {
        for (key, _) in self.table {
            if known.contains(&key.get_ref().as_ref()) {
                continue;
            }
            let (line, column) = place(self.text, key.span().start);
            let error = SetupError::new("unknown key").for_key(self.path_of(key.get_ref())).at(line, column);
            return Err(match closest(key.get_ref(), known.iter().copied()) {
                Some(meant) => error.with_hint(format!("did you mean `{meant}`?")),
                None => error.with_hint(format!("known here: {}", known.join(", "))),
            });
        }
        Ok(())
    }

    /// Returns the value of `key`, if it is there.
    pub(super) fn item(&self, key: &str) -> Option<Item<'a>> {
        let value = self.table.get(key)?;
        Some(Item { text: self.text, path: self.path_of(key), value })
    }

    /// Returns each key with its value, in the order of the document.
    pub(super) fn items(&self) -> Vec<(&'a str, Item<'a>)> {
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
    /// Makes an error at this value.
    pub(super) fn error(&self, problem: impl Into<String>) -> SetupError {
        let (line, column) = place(self.text, self.value.span().start);
        SetupError::new(problem).for_key(&self.path).at(line, column)
    }

    pub(super) fn table(&self) -> Result<Reader<'a>, SetupError> {
        match self.value.get_ref() {
            DeValue::Table(table) => Ok(Reader { text: self.text, path: self.path.clone(), table }),
            _ => Err(self.expected("a table")),
        }
    }

    pub(super) fn is_table(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::Table(_))
    }

    pub(super) fn text(&self) -> Result<&'a str, SetupError> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text),
            _ => Err(self.expected("text in quotes")),
        }
    }

    /// Reads one text, or a list of texts.
    pub(super) fn texts(&self) -> Result<Vec<Item<'a>>, SetupError> {
        match self.value.get_ref() {
            DeValue::String(_) => {
                Ok(vec![Item { text: self.text, path: self.path.clone(), value: self.value }])
            }
            DeValue::Array(values) => {
                let items =
                    values.iter().map(|value| Item { text: self.text, path: self.path.clone(), value });
                items.map(|item| item.text().map(|_| item)).collect()
            }
            _ => Err(self.expected("text in quotes, or a list of texts")),
        }
    }

    pub(super) fn flag(&self) -> Result<bool, SetupError> {
        match self.value.get_ref() {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.expected("true or false")),
        }
    }

    pub(super) fn count(&self) -> Result<u32, SetupError> {
        let expected = || self.expected("a whole number from 0 to 4294967295");
        match self.value.get_ref() {
            DeValue::Integer(number) => {
                u32::from_str_radix(number.as_str(), number.radix()).map_err(|_| expected())
            }
            _ => Err(expected()),
        }
    }

    pub(super) fn duration(&self) -> Result<Duration, SetupError> {
        self.text()
            .ok()
            .and_then(duration)
            .ok_or_else(|| self.expected("a duration such as \"250ms\", \"30s\", \"5m\" or \"1h\""))
    }

    /// Reads one of a few words.
    pub(super) fn one_of<T: Copy>(&self, words: &[(&'static str, T)]) -> Result<T, SetupError> {
        let list = words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(" or ");
        let text = self.text().map_err(|_| self.expected(&list))?;
        words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| self.expected(&list))
    }

    fn expected(&self, what: &str) -> SetupError {
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
pub(super) fn place(text: &str, offset: usize) -> (usize, usize) {
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
