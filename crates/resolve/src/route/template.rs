//! A reference with holes for the name.

use reticent_core::{ReferenceError, SecretRef};

/// How a placeholder spells the name.
type Spell = fn(&str) -> String;

/// The placeholders and what they make of a name.
const PLACEHOLDERS: [(&str, Spell); 3] = [("{name}", str::to_owned), ("{NAME}", upper), ("{lower}", lower)];

/// The text of a reference, cut at its placeholders.
#[derive(Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Name(Spell),
}

impl Template {
    /// Cuts `text`; the error is the column of a brace that belongs to no placeholder.
    pub(crate) fn parse(text: &str) -> Result<Self, usize> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(['{', '}']) {
            let (before, from_brace) = rest.split_at(start);
            let column = 1 + text[..text.len() - from_brace.len()].chars().count();
            let known = PLACEHOLDERS.iter().find(|(placeholder, _)| from_brace.starts_with(placeholder));
            let (placeholder, spell) = known.ok_or(column)?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Name(*spell));
            rest = &from_brace[placeholder.len()..];
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// Makes the reference for `name`.
    pub(crate) fn fill(&self, name: &str) -> Result<SecretRef, ReferenceError> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Name(spell) => text.push_str(&spell(name)),
            }
        }
        text.parse()
    }
}

/// `db/api-key` as `DB_API_KEY`.
fn upper(name: &str) -> String {
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    name.chars().map(letter).collect()
}

fn lower(name: &str) -> String {
    upper(name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_placeholder_spells_the_name_in_its_way() {
        for (template, name, want) in [
            ("env://{NAME}", "db/api-key", "env://DB_API_KEY"),
            ("file:///run/secrets/{lower}", "db/api-key", "file:///run/secrets/db_api_key"),
            ("vault://secret/{name}#value", "db/api-key", "vault://secret/db/api-key#value"),
            ("dotenv://.env#{NAME}", "Db.Pass", "dotenv://.env#DB_PASS"),
            ("x://{name}/{name}", "a", "x://a/a"),
            ("x://fixed", "a", "x://fixed"),
        ] {
            let made = Template::parse(template).expect(template).fill(name).expect(template);
            assert_eq!(made.to_string(), want);
        }
    }

    #[test]
    fn a_brace_that_is_no_placeholder_has_its_column() {
        for (template, column) in [("env://{Name}", 7), ("env://{}", 7), ("h\u{e9}://{name}}", 12), ("{", 1)]
        {
            assert_eq!(Template::parse(template).expect_err(template), column, "{template}");
        }
    }
}
