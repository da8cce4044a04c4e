//! The code of the derives.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Error, Fields, GenericParam, Generics, Ident, Result, Type, parse_quote};

use crate::attributes::Attributes;

/// A field of a struct.
struct Field<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    name: String,
    unit: Option<syn::LitStr>,
}

fn fields(item: &DeriveInput) -> Result<Vec<Field<'_>>> {
    let Data::Struct(data) = &item.data else {
        return Err(Error::new_spanned(&item.ident, "only a struct has the fields of a record; of an enum derive `Enum`"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new_spanned(&item.ident, "fields need names, which are those of the rules"));
    };
    let mut all: Vec<Field<'_>> = Vec::new();
    for one in &named.named {
        let Some(ident) = &one.ident else { continue };
        let attributes = Attributes::of(&one.attrs)?;
        let (name, unit) = (attributes.field_name(ident), attributes.unit);
        if all.iter().any(|known| known.name == name) {
            return Err(Error::new_spanned(one, format!("two fields are called `{name}`")));
        }
        all.push(Field { ident, ty: &one.ty, name, unit });
    }
    Ok(all)
}

/// The generics with a bound on every type parameter.
fn bounded(generics: &Generics, bound: &TokenStream) -> Generics {
    let mut generics = generics.clone();
    let bound: syn::TypeParamBound = parse_quote!(#bound);
    generics.type_params_mut().for_each(|param| param.bounds.push(bound.clone()));
    generics
}

/// What the struct means, by a trait that its fields have.
fn meant(item: &DeriveInput, fields: &[Field<'_>], of: &TokenStream) -> TokenStream {
    let rust = item.ident.to_string();
    let fields = fields.iter().map(|field| {
        let (name, ty) = (&field.name, field.ty);
        let unit =
            field.unit.as_ref().map_or_else(|| quote!(::core::option::Option::None), |unit| quote!(::core::option::Option::Some(#unit)));
        quote!(::axtrace::typed::Field { name: #name, unit: #unit, meant: <#ty as #of>::meant })
    });
    quote! {
        fn meant() -> ::axtrace::typed::Meant {
            ::axtrace::typed::Meant::Record { rust: #rust, fields: ::std::vec![#(#fields),*] }
        }
    }
}

/// `impl Input` of a struct.
pub fn input(item: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(item)?;
    let of = quote!(::axtrace::Input);
    let generics = bounded(&item.generics, &of);
    let (implemented, own, wheres) = generics.split_for_impl();
    let (ident, meant) = (&item.ident, meant(item, &fields, &of));
    let writes = fields.iter().map(|field| {
        let ident = field.ident;
        quote!(::axtrace::Input::write(&self.#ident, row)?;)
    });
    let members = fields.iter().enumerate().map(|(place, field)| {
        let (ident, begins) = (field.ident, json_key(place, &field.name));
        quote!(out.push_str(#begins); ::axtrace::Input::json(&self.#ident, out);)
    });
    let form = form(item);
    let opens = if fields.is_empty() { "{" } else { "" };
    Ok(quote! {
        #[automatically_derived]
        impl #implemented ::axtrace::Input for #ident #own #wheres {
            type Form = #form;

            #meant

            #[inline]
            fn write(&self, row: &mut ::axtrace::typed::Row<'_>) -> ::core::result::Result<(), ::axtrace::typed::Refused> {
                #(#writes)*
                ::core::result::Result::Ok(())
            }

            fn json(&self, out: &mut ::std::string::String) {
                out.push_str(#opens);
                #(#members)*
                out.push('}');
            }
        }
    })
}

/// The struct with every lifetime `'static` and every type parameter in its own form.
fn form(item: &DeriveInput) -> TokenStream {
    let ident = &item.ident;
    let arguments = item.generics.params.iter().map(|param| match param {
        GenericParam::Lifetime(_) => quote!('static),
        GenericParam::Type(param) => {
            let param = &param.ident;
            quote!(<#param as ::axtrace::Input>::Form)
        }
        GenericParam::Const(param) => {
            let param = &param.ident;
            quote!(#param)
        }
    });
    quote!(#ident<#(#arguments),*>)
}

/// What stands in JSON before the value of the field at a place.
fn json_key(place: usize, name: &str) -> String {
    let mut key = String::from(if place == 0 { "{\"" } else { ",\"" });
    for letter in name.chars() {
        match letter {
            '"' | '\\' => key.extend(['\\', letter]),
            letter if letter < ' ' => key.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => key.push(letter),
        }
    }
    key.push_str("\":");
    key
}

/// `impl Output` of a struct.
pub fn output(item: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(item)?;
    let of = quote!(::axtrace::Output);
    let generics = bounded(&item.generics, &of);
    let (implemented, own, wheres) = generics.split_for_impl();
    let (ident, meant) = (&item.ident, meant(item, &fields, &of));
    let reads = fields.iter().map(|field| {
        let ident = field.ident;
        quote!(#ident: ::axtrace::Output::read(cells)?,)
    });
    Ok(quote! {
        #[automatically_derived]
        impl #implemented ::axtrace::Output for #ident #own #wheres {
            #meant

            fn read(cells: &mut ::axtrace::typed::Cells<'_>) -> ::core::result::Result<Self, ::axtrace::typed::Unreadable> {
                ::core::result::Result::Ok(Self { #(#reads)* })
            }
        }
    })
}

/// `impl Enum`, `Input` and `Output` of an enum.
pub fn names(item: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &item.data else {
        return Err(Error::new_spanned(&item.ident, "only an enum has names; of a struct derive `Input` or `Output`"));
    };
    if let Some(param) = item.generics.params.first() {
        return Err(Error::new_spanned(param, "an enum of names has no parameters"));
    }
    let (mut idents, mut names): (Vec<&Ident>, Vec<String>) = (Vec::new(), Vec::new());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(variant, "a name has no fields"));
        }
        let attributes = Attributes::of(&variant.attrs)?;
        if let Some(unit) = attributes.unit {
            return Err(Error::new_spanned(unit, "a name has no unit"));
        }
        let name = attributes.variant_name(&variant.ident);
        if names.contains(&name) {
            return Err(Error::new_spanned(variant, format!("two variants are called `{name}`")));
        }
        idents.push(&variant.ident);
        names.push(name);
    }
    if names.is_empty() {
        return Err(Error::new_spanned(item.ident.to_token_stream(), "an enum of the rules has at least one name"));
    }
    let (ident, rust, places) = (&item.ident, item.ident.to_string(), 0..names.len());
    let all_places = places.clone();
    Ok(quote! {
        #[automatically_derived]
        impl ::axtrace::Enum for #ident {
            const RUST: &'static str = #rust;
            const NAMES: &'static [&'static str] = &[#(#names),*];

            #[inline]
            fn place(&self) -> usize {
                match self { #(Self::#idents => #places,)* }
            }

            fn at(place: usize) -> ::core::option::Option<Self> {
                match place {
                    #(#all_places => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        #[automatically_derived]
        impl ::axtrace::Input for #ident {
            type Form = Self;

            fn meant() -> ::axtrace::typed::Meant {
                ::axtrace::typed::meant_of_names::<Self>()
            }

            #[inline]
            fn write(&self, row: &mut ::axtrace::typed::Row<'_>) -> ::core::result::Result<(), ::axtrace::typed::Refused> {
                row.name(::axtrace::Enum::place(self))
            }

            fn json(&self, out: &mut ::std::string::String) {
                ::axtrace::typed::json_of_name(self, out);
            }
        }

        #[automatically_derived]
        impl ::axtrace::Output for #ident {
            fn meant() -> ::axtrace::typed::Meant {
                ::axtrace::typed::meant_of_names::<Self>()
            }

            fn read(cells: &mut ::axtrace::typed::Cells<'_>) -> ::core::result::Result<Self, ::axtrace::typed::Unreadable> {
                <Self as ::axtrace::Enum>::at(cells.name()?).ok_or(::axtrace::typed::Unreadable::NoSuchValue)
            }
        }
    })
}
