//! `#[setting(…)]` of a field and `#[settings(…)]` of a struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, LitFloat, LitInt, LitStr};

use crate::literal;

/// The keys of a field, in alphabetical order.
const KEYS: [&str; 27] = [
    "alias",
    "classes",
    "default",
    "entropy",
    "example",
    "from_str",
    "max",
    "max_len",
    "min",
    "min_len",
    "min_tls",
    "name",
    "nested",
    "not_placeholder",
    "off",
    "one_of",
    "pattern",
    "prefix",
    "rename",
    "required_in",
    "required_when",
    "secret",
    "starts_with",
    "strength",
    "tls",
    "unique",
    "url",
];

const STRENGTHS: [(&str, &str); 4] =
    [("password", "Password"), ("lenient-password", "LenientPassword"), ("token", "Token"), ("key", "Key")];

/// What the attributes of one field say.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    /// Calls of `Field`'s builder, in order.
    pub(crate) calls: Vec<TokenStream>,
    pub(crate) is_secret: bool,
    pub(crate) is_conditional: bool,
    pub(crate) is_from_text: bool,
    has_default: bool,
    least: Option<String>,
    greatest: Option<String>,
    seen: Vec<String>,
}

impl FieldAttributes {
    pub(crate) fn of(attributes: &[Attribute], root: &TokenStream) -> syn::Result<Self> {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("setting")) {
            attribute.parse_nested_meta(|meta| read.key(&meta, root))?;
            read.check(attribute)?;
        }
        if read.least.is_some() || read.greatest.is_some() {
            let (least, greatest) = (bound(read.least.as_deref())?, bound(read.greatest.as_deref())?);
            read.rule(root, quote!(Range(#least, #greatest)));
        }
        Ok(read)
    }

    fn key(&mut self, meta: &ParseNestedMeta<'_>, root: &TokenStream) -> syn::Result<()> {
        let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        if !KEYS.contains(&key.as_str()) {
            return Err(unknown(meta, &KEYS));
        }
        let repeats = !matches!(key.as_str(), "alias" | "required_when");
        if repeats && self.seen.contains(&key) {
            return Err(meta.error(format!("`{key}` is given twice")));
        }
        match key.as_str() {
            "name" | "rename" | "prefix" | "alias" | "default" | "example" => self.naming(&key, meta)?,
            "required_when" | "required_in" => self.condition(&key, meta, root)?,
            "secret" => {
                self.is_secret = true;
                self.calls.push(quote!(.as_secret()));
            }
            "from_str" => self.is_from_text = true,
            "nested" => {}
            "min" => self.least = Some(literal::text_of(&meta.value()?.parse::<Expr>()?)?),
            "max" => self.greatest = Some(literal::text_of(&meta.value()?.parse::<Expr>()?)?),
            _ => {
                let rule = rule(&key, meta, root)?;
                self.rule(root, rule);
            }
        }
        self.seen.push(key);
        Ok(())
    }

    fn naming(&mut self, key: &str, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        match key {
            "alias" => {
                for alias in literal::texts(meta.input)? {
                    check_name(meta, &alias)?;
                    self.calls.push(quote!(.with_alias(#alias)));
                }
            }
            "default" => {
                let default = literal::text_of(&meta.value()?.parse::<Expr>()?)?;
                self.has_default = true;
                self.calls.push(quote!(.with_default(#default)));
            }
            "example" => {
                let example = literal::text_of(&meta.value()?.parse::<Expr>()?)?;
                self.calls.push(quote!(.with_example(#example)));
            }
            "name" => {
                let name = meta.value()?.parse::<LitStr>()?.value();
                check_name(meta, &name)?;
                self.calls.push(quote!(.named(#name)));
            }
            _ => {
                let part = meta.value()?.parse::<LitStr>()?.value();
                if !part.is_empty() {
                    check_name(meta, &part)?;
                }
                self.calls.push(quote!(.renamed(#part)));
            }
        }
        Ok(())
    }

    fn condition(&mut self, key: &str, meta: &ParseNestedMeta<'_>, root: &TokenStream) -> syn::Result<()> {
        self.is_conditional = true;
        let texts = literal::texts(meta.input)?;
        if key == "required_in" {
            self.calls.push(quote!(.required_when(#root::Condition::in_environments([#(#texts),*]))));
        } else {
            let conditions =
                texts.iter().map(|text| quote!(.required_when(#root::Condition::on_setting(#text))));
            self.calls.extend(conditions);
        }
        Ok(())
    }

    fn rule(&mut self, root: &TokenStream, rule: TokenStream) {
        self.calls.push(quote!(.with_rule(#root::Rule::#rule)));
    }

    fn check(&self, attribute: &Attribute) -> syn::Result<()> {
        let has = |key: &str| self.seen.iter().any(|seen| seen == key);
        if self.has_default && self.is_conditional {
            let message = "a setting with a default is never missing, so it cannot be required";
            return Err(syn::Error::new_spanned(attribute, message));
        }
        if has("name") && (has("rename") || has("prefix")) {
            let message = "`name` is the whole name, so `rename` says nothing";
            return Err(syn::Error::new_spanned(attribute, message));
        }
        Ok(())
    }
}

/// Reads the prefix of `#[settings(prefix = "APP")]`.
pub(crate) fn prefix(attributes: &[Attribute]) -> syn::Result<String> {
    let mut prefix = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("settings")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("prefix") {
                return Err(unknown(&meta, &["prefix"]));
            }
            prefix = meta.value()?.parse::<LitStr>()?.value();
            check_name(&meta, &prefix)
        })?;
    }
    Ok(prefix)
}

fn rule(key: &str, meta: &ParseNestedMeta<'_>, root: &TokenStream) -> syn::Result<TokenStream> {
    Ok(match key {
        "url" => quote!(Url),
        "tls" => quote!(Tls),
        "min_tls" => quote!(MinTls),
        "not_placeholder" => quote!(NotPlaceholder),
        "unique" => quote!(Unique),
        "off" => quote!(Off),
        "one_of" => {
            let words = literal::texts(meta.input)?;
            quote!(OneOf(::std::vec![#(::std::string::String::from(#words)),*]))
        }
        "pattern" => {
            let pattern = meta.value()?.parse::<LitStr>()?;
            quote!(Pattern(::std::string::String::from(#pattern)))
        }
        "starts_with" => {
            let start = meta.value()?.parse::<LitStr>()?;
            quote!(Prefix(::std::string::String::from(#start)))
        }
        "strength" => {
            let text = meta.value()?.parse::<LitStr>()?;
            let known = STRENGTHS.iter().find(|(word, _)| *word == text.value());
            let wanted = "expected \"password\", \"lenient-password\", \"token\" or \"key\"";
            let (_, variant) = known.ok_or_else(|| syn::Error::new_spanned(&text, wanted))?;
            let variant = quote::format_ident!("{variant}");
            quote!(Strength(#root::Strength::#variant))
        }
        counted => {
            let count = meta.value()?.parse::<LitInt>()?;
            let variant = quote::format_ident!(
                "{}",
                match counted {
                    "min_len" => "MinLen",
                    "max_len" => "MaxLen",
                    "classes" => "Classes",
                    _ => "Entropy",
                }
            );
            quote!(#variant(#count))
        }
    })
}

/// A bound as `Option<f64>`.
fn bound(text: Option<&str>) -> syn::Result<TokenStream> {
    let Some(text) = text else { return Ok(quote!(::std::option::Option::None)) };
    let (sign, digits) = text.strip_prefix('-').map_or((quote!(), text), |digits| (quote!(-), digits));
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    let digits = if is_whole { format!("{digits}.0") } else { digits.to_owned() };
    let number = syn::parse_str::<LitFloat>(&digits)
        .map_err(|_| syn::Error::new(proc_macro2::Span::call_site(), "a bound is a number"))?;
    Ok(quote!(::std::option::Option::Some(#sign #number)))
}

fn unknown(meta: &ParseNestedMeta<'_>, known: &[&str]) -> syn::Error {
    let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
    meta.error(format!("unknown key `{key}`; known here: {}", known.join(", ")))
}

fn check_name(meta: &ParseNestedMeta<'_>, name: &str) -> syn::Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    if !name.is_empty() && name.bytes().all(fits) {
        return Ok(());
    }
    Err(meta.error("a name is letters, digits, `_`, `-`, `.` and `/`"))
}
