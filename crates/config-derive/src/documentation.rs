//! What a doc comment says.

use syn::{Attribute, Expr, Lit, Meta};

/// Returns the lines of a doc comment, joined; the first blank of each line is rustdoc's.
pub(crate) fn of(attributes: &[Attribute]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let Meta::NameValue(pair) = &attribute.meta else { continue };
        let Expr::Lit(literal) = &pair.value else { continue };
        let Lit::Str(text) = &literal.lit else { continue };
        lines.extend(
            text.value().lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned()),
        );
    }
    lines.join("\n").trim().to_owned()
}
