//! The licence expressions that manifests hold: names, `OR`, `AND`, `WITH`, parentheses, and the old `/`.

use crate::Error;

/// Tells whether the expression can be met with licences for which `allowed` holds.
///
/// A licence `WITH` an exception is looked up as one name: `Apache-2.0 WITH LLVM-exception`.
pub(super) fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, Error> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, allowed };
    match parser.any() {
        Some(met) if parser.words.is_empty() => Ok(met),
        _ => Err(Error::new(format!("cannot read the licence expression `{expression}`"))),
    }
}

struct Parser<'a> {
    words: &'a [&'a str],
    allowed: &'a dyn Fn(&str) -> bool,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Option<bool> {
        let mut met = self.all()?;
        while self.eat("OR") {
            met |= self.all()?;
        }
        Some(met)
    }

    fn all(&mut self) -> Option<bool> {
        let mut met = self.one()?;
        while self.eat("AND") {
            met &= self.one()?;
        }
        Some(met)
    }

    fn one(&mut self) -> Option<bool> {
        if self.eat("(") {
            let met = self.any()?;
            return self.eat(")").then_some(met);
        }
        let name = self.next()?;
        if self.eat("WITH") {
            let exception = self.next()?;
            return Some((self.allowed)(&format!("{name} WITH {exception}")));
        }
        Some((self.allowed)(name))
    }

    fn eat(&mut self, word: &str) -> bool {
        let eaten = self.words.first() == Some(&word);
        if eaten {
            self.words = &self.words[1..];
        }
        eaten
    }

    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        (!["OR", "AND", "WITH", "(", ")"].contains(first)).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::satisfied;

    #[track_caller]
    fn check(expression: &str, want: Option<bool>) {
        let allowed = |name: &str| ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].contains(&name);
        assert_eq!(satisfied(expression, &allowed).ok(), want, "{expression}");
    }

    #[test]
    fn expressions_are_met_by_allowed_names_only() {
        check("MIT", Some(true));
        check("GPL-3.0", Some(false));
        check("GPL-3.0 OR MIT", Some(true));
        check("MIT/Apache-2.0", Some(true));
        check("Apache-2.0 AND ISC", Some(false));
        check("MIT AND (GPL-3.0 OR ISC)", Some(true));
        check("Apache-2.0 WITH LLVM-exception", Some(true));
        check("Apache-2.0 WITH Other-exception", Some(false));
    }

    #[test]
    fn a_broken_expression_is_an_error() {
        check("MIT OR", None);
        check("(MIT", None);
        check("MIT ISC", None);
        check("", None);
    }
}
