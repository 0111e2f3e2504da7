#![doc = include_str!("../README.md")]

mod attributes;
mod documentation;
mod enumeration;
mod literal;
mod structure;

use proc_macro::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

/// Derives `Settings` for a struct, or `FromValue` for an enum of words, for users of `reticent-config`.
#[proc_macro_derive(Settings, attributes(setting, settings))]
pub fn settings(input: TokenStream) -> TokenStream {
    expanded(input, &quote!(::reticent_config))
}

/// The same for users of the facade, which gives it the name `Settings`: a derive cannot know which crate it came by.
#[proc_macro_derive(SettingsOfFacade, attributes(setting, settings))]
pub fn settings_of_facade(input: TokenStream) -> TokenStream {
    expanded(input, &quote!(::reticent::config))
}

fn expanded(input: TokenStream, root: &proc_macro2::TokenStream) -> TokenStream {
    let result = syn::parse(input).and_then(|input| expand(&input, root));
    result.unwrap_or_else(|error| error.to_compile_error()).into()
}

fn expand(input: &DeriveInput, root: &proc_macro2::TokenStream) -> syn::Result<proc_macro2::TokenStream> {
    if let Some(parameter) = input.generics.params.first() {
        return Err(syn::Error::new_spanned(
            parameter,
            "settings have no parameters: their form must be known",
        ));
    }
    match &input.data {
        Data::Struct(data) => structure::expand(input, data, root),
        Data::Enum(data) => enumeration::expand(input, data, root),
        Data::Union(data) => Err(syn::Error::new_spanned(
            data.union_token,
            "settings are a struct of fields or an enum of words",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, want: &str) {
        let input = syn::parse_str(source).expect(source);
        let found = match expand(&input, &quote!(::reticent_config)) {
            Ok(_) => "expands".to_owned(),
            Err(error) => error.into_iter().map(|error| error.to_string()).collect::<Vec<_>>().join("; "),
        };
        assert_eq!(found, want, "{source}");
    }

    #[test]
    fn what_cannot_be_settings_is_refused_with_a_reason() {
        for (source, want) in [
            ("struct A { a: u8 }", "expands"),
            ("struct A {}", "expands"),
            ("enum A { One, TwoWords }", "expands"),
            ("struct A<T> { a: T }", "settings have no parameters: their form must be known"),
            ("struct A(u8);", "settings are a struct with named fields"),
            ("struct A;", "settings are a struct with named fields"),
            ("enum A {}", "an enum of words has at least one word"),
            ("enum A { One(u8) }", "a word holds nothing"),
            ("union A { a: u8 }", "settings are a struct of fields or an enum of words"),
        ] {
            check(source, want);
        }
    }

    #[test]
    fn a_mistaken_attribute_is_refused_with_what_was_meant() {
        for (attribute, want) in [
            ("min_len = 16, not_placeholder", "expands"),
            (
                "min_length = 16",
                "unknown key `min_length`; known here: alias, classes, default, entropy, example, from_str, max, max_len, min, min_len, min_tls, name, nested, not_placeholder, off, one_of, pattern, prefix, rename, required_in, required_when, secret, starts_with, strength, tls, unique, url",
            ),
            ("min_len = \"16\"", "expected integer literal"),
            ("strength = \"strong\"", "expected \"password\", \"lenient-password\", \"token\" or \"key\""),
            (
                "default = 1, required_when = \"X\"",
                "a setting with a default is never missing, so it cannot be required",
            ),
            ("default = f()", "expected a literal"),
            ("name = \"a b\"", "a name is letters, digits, `_`, `-`, `.` and `/`"),
            ("name = \"A\", rename = \"B\"", "`name` is the whole name, so `rename` says nothing"),
            ("one_of()", "unexpected end of input, expected one or more texts"),
            ("min_len = 1, min_len = 2", "`min_len` is given twice"),
        ] {
            check(&format!("struct A {{ #[setting({attribute})] a: Option<u8> }}"), want);
        }
        check("#[settings(prefx = \"X\")] struct A { a: u8 }", "unknown key `prefx`; known here: prefix");
        check("struct A { #[setting = 1] a: u8 }", "expected parentheses: #[setting(...)]");
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        check(
            "struct A { #[setting(a)] a: u8, #[setting(strength = \"x\")] b: u8 }",
            "unknown key `a`; known here: alias, classes, default, entropy, example, from_str, max, max_len, min, \
             min_len, min_tls, name, nested, not_placeholder, off, one_of, pattern, prefix, rename, required_in, \
             required_when, secret, starts_with, strength, tls, unique, url; expected \"password\", \
             \"lenient-password\", \"token\" or \"key\"",
        );
    }
}
