//! The grammar of AxTrace: source text becomes a syntax tree, and syntax errors become findings in words.
//!
//! [`parse`] reads one file in four steps. `scan` cuts it into tokens and reports what no rule file may hold: characters that mean nothing,
//! brackets without a partner, digits that are no literal, operators of other languages. `split` cuts the tokens into declarations, and the
//! body of a decision into its parts, so that one broken rule hides no error in the next. The pest grammar, `axtrace.pest`, reads each stretch
//! by itself, and `build` turns what it read into the [tree](ast), checking what the grammar leaves open: the order of clauses, dates that
//! exist, binders. Where a stretch cannot be read, `explain` turns the furthest place that was reached into a finding.
//!
//! The grammar knows the whole language; a construct in the tree is not a promise that the compiler can already use it.
//!
//! What is true of every file:
//! - Nothing panics or overflows the stack. Time grows in proportion to the text.
//! - Where something is reported there is an error node, or the part is left out, or it is read as it was meant; nothing is reported twice
//!   because of it.
//! - Brackets nest up to [`MAX_DEPTH`], the tree up to [`MAX_HEIGHT`]; what goes beyond is a finding.
//! - A declaration or part of a decision has up to [`MAX_PART`] words and signs, a file up to [`MAX_TOKENS`]; of one with more nothing is read.
//! - A text ends on its line. In the pattern behind `matches` a backslash takes the next character along, and only `\"` is read as another.
//! - Names that look alike and are not are told.
//! - A misspelt word is compared with those that could stand there, and with the words of some other languages.
//!
//! Absent on purpose: names are not looked up, units not told apart, cells not compared with the types of their columns, nothing is formatted.

mod alike;
pub mod ast;
mod build;
mod errors;
mod explain;
mod mend;
mod scan;
mod similar;
mod split;

use axtrace_source::{Findings, SourceFile};
pub use errors::SyntaxError;
pub use split::RESERVED;

/// How deeply brackets, texts with expressions and unbracketed `if`, `some` and `every` may be nested.
pub const MAX_DEPTH: usize = 128;

/// How many nodes may lie between an expression and its deepest part. Chains of `and`, `or`, `or else` and `else if` are one node each;
/// every operator of a chain of arithmetic counts.
pub const MAX_HEIGHT: usize = 512;

/// How many words, numbers and signs a declaration, or a part of a decision, may have: each is read as a whole.
pub const MAX_PART: usize = 250_000;

/// How many parts the chains of `or else` and `else if` may have that an expression stands in.
pub const MAX_CHAIN: usize = 10_000;

/// How many words, numbers and signs all files of a program may have together.
pub const MAX_TOKENS: usize = 1_500_000;

/// Reads one file. What cannot be read is reported and has an error node in the tree.
#[must_use]
pub fn parse(file: &SourceFile, findings: &mut Findings) -> ast::File {
    let mut problems = Findings::new();
    let scanned = scan::scan(file.text(), file.base(), &mut problems);
    if scanned.tokens.len() > MAX_TOKENS {
        return build::unread(file, scanned.tokens.len());
    }
    findings.append(problems);
    alike::check(file.text(), &scanned, file.base(), findings);
    build::file(file, &scanned, findings)
}

/// Reads a cell of conditions that stands in a spreadsheet, as one of a table in a rule file is read. `base` is where the text begins.
#[must_use]
pub fn parse_condition(text: &str, base: u32, findings: &mut Findings) -> Option<ast::CellKind> {
    let scanned = scan::scan(text, base, findings);
    build::snippet(text, base, &scanned, findings, |it, cell| it.condition_cell(cell))
}

/// Reads a cell with an outcome that stands in a spreadsheet. `base` is where the text begins.
#[must_use]
pub fn parse_outcome(text: &str, base: u32, findings: &mut Findings) -> Option<ast::CellKind> {
    let scanned = scan::scan(text, base, findings);
    build::snippet(text, base, &scanned, findings, |it, cell| it.outcome_cell(cell))
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
