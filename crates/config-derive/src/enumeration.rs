//! The derive for an enum of words.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Fields, LitStr, Variant};

pub(crate) fn expand(input: &DeriveInput, data: &DataEnum, root: &TokenStream) -> syn::Result<TokenStream> {
    if data.variants.is_empty() {
        return Err(syn::Error::new_spanned(&input.ident, "an enum of words has at least one word"));
    }
    if let Some(full) = data.variants.iter().find(|variant| !matches!(variant.fields, Fields::Unit)) {
        return Err(syn::Error::new_spanned(full, "a word holds nothing"));
    }
    let words = data.variants.iter().map(word).collect::<syn::Result<Vec<String>>>()?;
    let (name, variants) = (&input.ident, data.variants.iter().map(|variant| &variant.ident));
    let indices = 0..words.len();
    Ok(quote! {
        #[automatically_derived]
        impl #root::FromValue for #name {
            const SHOWS_VALUE: bool = true;

            fn kind() -> #root::Kind {
                #root::Kind::Choice(::std::vec![#(::std::string::String::from(#words)),*])
            }

            fn from_value(value: &#root::core::Secret) -> ::std::result::Result<Self, #root::Expected> {
                match #root::from_words(value, &[#(#words),*])? {
                    #(#indices => ::std::result::Result::Ok(Self::#variants),)*
                    _ => ::std::result::Result::Err(#root::Expected),
                }
            }
        }
    })
}

/// The word of a variant: `VeryLoud` is `very-loud`, unless `#[setting(rename = "…")]` says otherwise.
fn word(variant: &Variant) -> syn::Result<String> {
    let mut word = String::new();
    for character in variant.ident.to_string().trim_start_matches("r#").chars() {
        if character.is_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.extend(character.to_lowercase());
    }
    for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("setting")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("rename") {
                return Err(meta.error("a word has one key, `rename`"));
            }
            word = meta.value()?.parse::<LitStr>()?.value();
            Ok(())
        })?;
    }
    Ok(word)
}
