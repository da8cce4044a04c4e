//! The grammar of AxTrace: source text becomes a syntax tree, and syntax errors become findings in words.

pub mod ast;
mod build;
mod errors;
mod explain;
mod scan;
mod similar;
mod split;

use axtrace_source::{Findings, SourceFile};
pub use errors::SyntaxError;

/// How deeply brackets, texts with expressions and unbracketed `if`, `some` and `every` may be nested.
pub const MAX_DEPTH: usize = 128;

/// How many nodes may lie between an expression and its deepest part. Chains of `and`, `or`, `or else` and `else if` are one node each;
/// every operator of a chain of arithmetic counts.
pub const MAX_HEIGHT: usize = 512;

/// Reads one file. What cannot be read is reported and has an error node in the tree.
#[must_use]
pub fn parse(file: &SourceFile, findings: &mut Findings) -> ast::File {
    let scanned = scan::scan(file.text(), file.base(), findings);
    build::file(file, &scanned, findings)
}

/// The rules of the grammar.
mod grammar {
    #![allow(missing_docs, reason = "pest derives an enum of all rules, which the grammar documents")]

    #[derive(pest_derive::Parser)]
    #[grammar = "axtrace.pest"]
    pub(crate) struct Grammar;
}

#[cfg(test)]
mod tests;
