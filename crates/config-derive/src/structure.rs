//! The derive for a struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DataStruct, DeriveInput, Fields, GenericArgument, PathArguments, Type};

use crate::attributes::{self, FieldAttributes};
use crate::documentation;

pub(crate) fn expand(input: &DeriveInput, data: &DataStruct, root: &TokenStream) -> syn::Result<TokenStream> {
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(&input.ident, "settings are a struct with named fields"));
    };
    let prefix = attributes::prefix(&input.attrs)?;
    let (mut parts, mut mistakes) = (Vec::new(), None::<syn::Error>);
    for field in &fields.named {
        match Part::of(field, root) {
            Ok(part) => parts.push(part),
            Err(error) => match &mut mistakes {
                Some(mistakes) => mistakes.combine(error),
                None => mistakes = Some(error),
            },
        }
    }
    if let Some(mistakes) = mistakes {
        return Err(mistakes);
    }
    let name = &input.ident;
    let declared = parts.iter().map(|part| part.declare(root));
    let extracted = parts.iter().map(|part| part.extract(root));
    let assertions = parts.iter().flat_map(|part| part.assertions(root));
    let names: Vec<_> = parts.iter().map(|part| &part.ident).collect();
    Ok(quote! {
        #[automatically_derived]
        impl #root::Settings for #name {
            const PREFIX: &'static str = #prefix;

            fn declare(group: &#root::Group, schema: &mut #root::Schema) {
                let _ = (group, &schema);
                #(#declared)*
            }

            fn extract(group: &#root::Group, values: &mut #root::Values) -> ::std::option::Option<Self> {
                let _ = (group, &values);
                #(#extracted)*
                ::std::option::Option::Some(Self { #(#names: #names?),* })
            }
        }

        #[automatically_derived]
        impl #root::FromSetting for #name {
            fn declare(field: #root::Field, schema: &mut #root::Schema) {
                #root::nested::declare::<Self>(field, schema);
            }

            fn is_present(field: &#root::Field, values: &#root::Values) -> bool {
                #root::nested::is_present(field, values)
            }

            fn extract(field: &#root::Field, values: &mut #root::Values) -> ::std::option::Option<Self> {
                #root::nested::extract(field, values)
            }
        }

        #(#assertions)*
    })
}

/// One field.
struct Part<'a> {
    ident: &'a syn::Ident,
    ty: &'a Type,
    attributes: FieldAttributes,
    about: String,
}

impl<'a> Part<'a> {
    fn of(field: &'a syn::Field, root: &TokenStream) -> syn::Result<Self> {
        Ok(Self {
            ident: field.ident.as_ref().expect("the fields are named"),
            ty: &field.ty,
            attributes: FieldAttributes::of(&field.attrs, root)?,
            about: documentation::of(&field.attrs),
        })
    }

    /// `group.field("port").with_default("8080")`: the same for both directions.
    fn field(&self) -> TokenStream {
        let (identifier, calls, about) = (self.ident.to_string(), &self.attributes.calls, &self.about);
        quote!(group.field(#identifier) #(#calls)* .with_about(#about))
    }

    /// The type that reads the field: its own, or a wrapper that asks `FromStr`.
    fn reading_type(&self, root: &TokenStream) -> TokenStream {
        let ty = self.ty;
        if !self.attributes.is_from_text {
            return quote!(#ty);
        }
        match wrapped(ty) {
            Some((wrapper, inner)) => quote!(#wrapper<#root::ByText<#inner>>),
            None => quote!(#root::ByText<#ty>),
        }
    }

    fn declare(&self, root: &TokenStream) -> TokenStream {
        let (ty, field) = (self.reading_type(root), self.field());
        quote_spanned!(self.ty.span()=> <#ty as #root::FromSetting>::declare(#field, schema);)
    }

    fn extract(&self, root: &TokenStream) -> TokenStream {
        let (ident, ty, field) = (self.ident, self.reading_type(root), self.field());
        let taken = quote_spanned!(self.ty.span()=> <#ty as #root::FromSetting>::extract(&#field, values));
        if !self.attributes.is_from_text {
            return quote!(let #ident = #taken;);
        }
        match wrapped(self.ty) {
            Some(_) => {
                quote!(let #ident = #taken.map(|read| read.into_iter().map(|read| read.0).collect::<::std::vec::Vec<_>>())
                .map(#root::FromVec::from_vec);)
            }
            None => quote!(let #ident = #taken.map(|read| read.0);),
        }
    }

    /// What only the compiler can see: whether the type fits its attributes.
    fn assertions(&self, root: &TokenStream) -> Vec<TokenStream> {
        let ty = self.reading_type(root);
        let mut assertions = Vec::new();
        if self.attributes.is_conditional {
            let message = format!("`{}` is required only sometimes, so it is an `Option`", self.ident);
            assertions.push(quote_spanned! {self.ty.span()=>
                const _: () = ::std::assert!(<#ty as #root::FromSetting>::MAY_BE_ABSENT, #message);
            });
        }
        if self.attributes.is_secret {
            let message =
                format!("`{}` is a secret, and `Debug` of its type shows it; use `Secret`", self.ident);
            assertions.push(quote_spanned! {self.ty.span()=>
                const _: () = ::std::assert!(!<#ty as #root::FromSetting>::SHOWS_VALUE, #message);
            });
        }
        assertions
    }
}

/// `Option<T>` and `Vec<T>`, by their last name.
fn wrapped(ty: &Type) -> Option<(&syn::Ident, &Type)> {
    let path = match ty {
        Type::Path(path) => path,
        // What a macro by example has put in.
        Type::Group(group) => return wrapped(&group.elem),
        Type::Paren(group) => return wrapped(&group.elem),
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) if last.ident == "Option" || last.ident == "Vec" => {
            Some((&last.ident, inner))
        }
        _ => None,
    }
}
