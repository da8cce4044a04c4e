//! The derives of AxTrace: `Input` and `Output` of a struct with named fields, `Enum` of an enum of plain names.
//!
//! They write what one would write by hand: what the type means, and one visit of each field in its order. Their documentation, with
//! examples, is that of the traits of the same names in `axtrace`.

mod attributes;
mod expand;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// A struct as the input of a decision, or as a record in one.
#[proc_macro_derive(Input, attributes(axtrace))]
pub fn input(tokens: TokenStream) -> TokenStream {
    let item = parse_macro_input!(tokens as DeriveInput);
    expand::input(&item).unwrap_or_else(|error| error.into_compile_error()).into()
}

/// A struct as the outcome of a decision, or as a record in one.
#[proc_macro_derive(Output, attributes(axtrace))]
pub fn output(tokens: TokenStream) -> TokenStream {
    let item = parse_macro_input!(tokens as DeriveInput);
    expand::output(&item).unwrap_or_else(|error| error.into_compile_error()).into()
}

/// An enum as one of the rules, in inputs, outcomes and sets.
#[proc_macro_derive(Enum, attributes(axtrace))]
pub fn names(tokens: TokenStream) -> TokenStream {
    let item = parse_macro_input!(tokens as DeriveInput);
    expand::names(&item).unwrap_or_else(|error| error.into_compile_error()).into()
}
