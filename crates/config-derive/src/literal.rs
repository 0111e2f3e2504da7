//! Literals as the text that a source would hold.

use syn::parse::ParseStream;
use syn::{Expr, ExprUnary, Lit, LitStr, Token, UnOp, parenthesized};

/// Reads a text, a number, or `true` or `false`.
pub(crate) fn text_of(expression: &Expr) -> syn::Result<String> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Ok(text.value()),
            Lit::Int(number) => Ok(number.base10_digits().to_owned()),
            Lit::Float(number) => Ok(number.base10_digits().to_owned()),
            Lit::Bool(flag) => Ok(flag.value.to_string()),
            other => Err(syn::Error::new_spanned(other, "expected a text, a number, true or false")),
        },
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => Ok(format!("-{}", text_of(expr)?)),
        Expr::Group(group) => text_of(&group.expr),
        other => Err(syn::Error::new_spanned(other, "expected a literal")),
    }
}

/// Reads `= "a"` or `("a", "b")`.
pub(crate) fn texts(input: ParseStream<'_>) -> syn::Result<Vec<String>> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(vec![input.parse::<LitStr>()?.value()]);
    }
    let content;
    parenthesized!(content in input);
    let list = content.parse_terminated(|input: ParseStream<'_>| input.parse::<LitStr>(), Token![,])?;
    if list.is_empty() {
        return Err(content.error("expected one or more texts"));
    }
    Ok(list.iter().map(LitStr::value).collect())
}
