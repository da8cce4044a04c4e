//! Turns what the grammar read into the syntax tree.
//!
//! On arrival a stretch of text matches one rule of the grammar. On leaving it is a node of the tree; clauses out of order, missing or given
//! twice are reported, and so are literals that cannot be.

mod decision;
mod expr;
mod file;
mod items;
mod literal;
mod table;
mod types;

use axtrace_source::{Findings, Span, Spanned};
use pest::Parser;
use unicode_normalization::UnicodeNormalization;

use crate::scan::LONGEST_NAME;
use crate::{
    MAX_CHAIN, MAX_DEPTH, MAX_HEIGHT, MAX_PART,
    ast::{Binder, Docs, Expr, ExprKind, Name, Path},
    errors::SyntaxError,
    explain,
    grammar::{Grammar, Rule},
    mend::{Mend, Texts, mended, place_in_file},
    split::{Stretch, Tokens},
};

pub(crate) use file::{file, snippet, unread};

type Pair<'a> = pest::iterators::Pair<'a, Rule>;

/// How much of the stack must be free before a stretch is parsed, and how much is added otherwise: the deepest nesting that is allowed fits.
const STACK: usize = 8 * 1024 * 1024;

/// Reads stretches of one file.
pub(crate) struct Builder<'a, 'f> {
    tokens: Tokens<'a>,
    findings: &'f mut Findings,
    /// The offset of the file in all sources.
    base: u32,
    /// The offset in the file of the stretch that is read.
    origin: u32,
    /// How many nodes hold the one that is built.
    height: usize,
    /// How many parts the chains have that hold the node that is built.
    chained: usize,
    /// Whether the stretch has been reported as too long.
    too_long: bool,
    /// Where mended texts are kept while they are read.
    texts: &'a Texts,
    /// What is read in place of what was written in the stretch.
    mends: Vec<Mend>,
    /// What is read in place of the word that begins the stretch, if that was reported.
    beginning: Option<Mend>,
    /// The clauses of the stretch that cannot be read, by the words they begin with.
    left_out: Vec<&'a str>,
}

/// How often a stretch is read again after a slip in it.
const MOST_MENDS: usize = 16;

/// The most slips of a stretch, told before it is read, that are read as they were meant.
const MOST_KNOWN: usize = 64;

/// The longest stretch, in bytes, that is read again.
const LONGEST_MENDED: u32 = 64 * 1024;

impl<'a, 'f> Builder<'a, 'f> {
    fn new(tokens: Tokens<'a>, base: u32, texts: &'a Texts, findings: &'f mut Findings) -> Self {
        Self {
            tokens,
            findings,
            base,
            origin: 0,
            height: 0,
            chained: 0,
            too_long: false,
            texts,
            mends: Vec::new(),
            beginning: None,
            left_out: Vec::new(),
        }
    }

    /// Reads a stretch by a rule and builds it. Where it cannot be read, that is reported, unless the scanner reported the cause.
    fn read<T>(&mut self, rule: Rule, stretch: &Stretch, build: impl FnOnce(&mut Self, Pair<'a>) -> T) -> Option<T> {
        let (start, end) = self.tokens.bounds(stretch);
        if self.tokens.scanned.is_too_deep(start, end) {
            return None;
        }
        if stretch.len() > MAX_PART {
            self.report(SyntaxError::PartTooLong { at: self.token_span(stretch.start) });
            return None;
        }
        stacker::maybe_grow(STACK, 2 * STACK, || self.read_text(rule, start, end, build))
    }

    fn read_text<T>(&mut self, rule: Rule, start: u32, end: u32, build: impl FnOnce(&mut Self, Pair<'a>) -> T) -> Option<T> {
        let mut mends = self.known_mends(start, end);
        self.left_out.clear();
        let mut complete = None;
        for _ in 0..=MOST_MENDS {
            let error = match self.parse(rule, start, end, &mends) {
                // Without its condition a rule would mean something else.
                Ok(_) if self.left_out.iter().any(|word| matches!(*word, "when" | "let" | "for")) => return None,
                Ok(pair) => return Some(build(self, pair)),
                Err(error) => error,
            };
            let failed = place_in_file(start, &self.mends, explain::offset(&error), false);
            let follows = mends.iter().any(|mend| failed <= mend.end && mend.start <= failed && !mend.instead.is_empty());
            let told = self.tokens.scanned.reported_in(start, end).is_some() || self.tokens.scanned.mends_in(start, end).len() > MOST_KNOWN;
            if follows || told {
                return None;
            }
            let context = explain::Context { tokens: self.tokens, base: self.base, start, end, failed, rule };
            let explained = explain::explain(&context, &error);
            self.findings.report(explained.finding);
            complete = explained.complete.filter(|before| *before > start);
            let mut new = explained.mends;
            if new.is_empty() {
                new.extend(self.leave_out(&context));
                mends.retain(|known| !new.iter().any(|mend| known.touches(mend)));
            }
            let again = new.iter().any(|mend| mends.iter().any(|known| known.touches(mend)));
            if new.is_empty() || again || complete.is_some() || end - start > LONGEST_MENDED || self.texts.is_full() {
                break;
            }
            mends.extend(new);
            mends.sort_by_key(|mend| mend.start);
        }
        // What stands before a new line that means nothing may be complete by itself.
        let before = complete?;
        mends.retain(|mend| mend.end <= before);
        let pair = self.parse(rule, start, before, &mends).ok()?;
        Some(build(self, pair))
    }

    /// What was reported in a stretch before it is read, and how it was meant.
    fn known_mends(&self, start: u32, end: u32) -> Vec<Mend> {
        let inside = |mend: &&Mend| start <= mend.start && mend.end <= end;
        let mut mends: Vec<Mend> = self.beginning.iter().filter(inside).cloned().collect();
        mends.extend(self.tokens.scanned.mends_in(start, end).iter().take(MOST_KNOWN).filter(inside).cloned());
        mends.sort_by_key(|mend| mend.start);
        mends
    }

    /// The clause of a rule that reading stopped in, to be left out.
    fn leave_out(&mut self, context: &explain::Context<'a>) -> Option<Mend> {
        if !matches!(context.rule, Rule::only_rule | Rule::only_replace) {
            return None;
        }
        let (word, start, end) = context.clause()?;
        self.left_out.push(word);
        Some(Mend::new(start, end, ""))
    }

    fn parse(&mut self, rule: Rule, start: u32, end: u32, mends: &[Mend]) -> Result<Pair<'a>, Box<pest::error::Error<Rule>>> {
        let written = &self.tokens.text[start as usize..end as usize];
        self.mends.clear();
        let mut text = written;
        if !mends.is_empty()
            && let Some(kept) = self.texts.keep(mended(self.tokens.text, start, end, mends))
        {
            text = kept;
            self.mends.extend_from_slice(mends);
        }
        self.origin = start;
        self.height = 0;
        self.chained = 0;
        self.too_long = false;
        let mut pairs = Grammar::parse(rule, text).map_err(Box::new)?;
        #[cfg(test)]
        crate::tests::page::used::note(&pairs);
        pairs.next().ok_or_else(|| Box::new(explain::nothing(text)))
    }

    fn report(&mut self, problem: SyntaxError) {
        self.findings.report(problem);
    }

    /// Where a pair stands, without the blanks and comments behind it.
    fn span(&self, pair: &Pair) -> Span {
        let found = pair.as_span();
        let place = |at: usize, ends| place_in_file(self.origin, &self.mends, at as u32, ends);
        let (start, end) = (place(found.start(), false), place(found.end(), true));
        let blank = found.as_str().ends_with([' ', '\t', '\r', '\n']);
        let end = if blank { self.trimmed(start, end) } else { end };
        Span::new(self.base + start, self.base + end)
    }

    /// The end of the last token that ends in the stretch.
    fn trimmed(&self, start: u32, end: u32) -> u32 {
        let tokens = &self.tokens.scanned.tokens;
        let behind = tokens.partition_point(|token| token.end <= end);
        behind.checked_sub(1).map_or(end, |last| tokens[last].end).max(start)
    }

    fn global(&self, start: u32, end: u32) -> Span {
        Span::new(self.base + start, self.base + end)
    }

    fn token_span(&self, index: usize) -> Span {
        match self.tokens.get(index) {
            Some(token) => self.global(token.start, token.end),
            None => self.global(self.tokens.text.len() as u32, self.tokens.text.len() as u32),
        }
    }

    fn stretch_span(&self, stretch: &Stretch) -> Span {
        let (start, end) = self.tokens.bounds(stretch);
        self.global(start, end)
    }

    fn name(&self, pair: &Pair) -> Name {
        Name { text: name_text(pair.as_str()), span: self.span(pair) }
    }

    /// The name that a token is.
    fn name_of_token(&self, index: usize) -> Option<Name> {
        let named = self.tokens.is_name(index);
        named.then(|| Name { text: name_text(self.tokens.word(index)), span: self.token_span(index) })
    }

    fn no_name(&self, at: Span) -> Name {
        Name { text: String::new(), span: Span::new(at.start, at.start) }
    }

    /// All names directly inside of a pair.
    fn names(&self, pair: Pair) -> Vec<Name> {
        pair.into_inner().filter(|inner| inner.as_rule() == Rule::name).map(|inner| self.name(&inner)).collect()
    }

    fn path(&self, pair: Pair) -> Path {
        let span = self.span(&pair);
        Path { names: self.names(pair), span }
    }

    /// The documentation before an offset of the file.
    fn docs_before(&self, start: u32) -> Docs {
        let all = &self.tokens.scanned.docs;
        let from = all.partition_point(|doc| doc.next < start);
        let own = all[from..].iter().take_while(|doc| doc.next == start).filter(|doc| doc.after.is_none());
        Docs { lines: own.map(|doc| self.doc_line(doc.start, doc.end)).collect() }
    }

    /// The documentation of something at a span: before it, or behind it on its line.
    fn docs_around(&self, at: Span) -> Docs {
        let (start, end) = (at.start - self.base, at.end - self.base);
        let mut docs = self.docs_before(start);
        let all = &self.tokens.scanned.docs;
        let behind = all.get(all.partition_point(|doc| doc.start < end));
        if let Some(doc) = behind.filter(|doc| doc.after == Some(end)) {
            docs.lines.push(self.doc_line(doc.start, doc.end));
        }
        docs
    }

    fn doc_line(&self, start: u32, end: u32) -> Spanned<String> {
        let start = start.min(end);
        Spanned::new(self.tokens.text[start as usize..end as usize].trim_end().to_owned(), self.global(start, end))
    }

    /// Builds what lies `by` nodes deeper, unless that is too deep for the passes that follow.
    fn deeper(&mut self, by: usize, at: Span, build: impl FnOnce(&mut Self) -> Expr) -> Expr {
        if self.height + by > MAX_HEIGHT {
            if !self.too_long {
                self.too_long = true;
                self.report(SyntaxError::TooLong { at });
            }
            return error_at(at);
        }
        self.height += by;
        let built = build(self);
        self.height -= by;
        built
    }

    /// Builds a chain of so many parts, each of which later passes find within the one before.
    fn chain(&mut self, parts: usize, at: Span, build: impl FnOnce(&mut Self) -> Expr) -> Expr {
        if self.chained + parts > MAX_CHAIN {
            if !self.too_long {
                self.too_long = true;
                self.report(SyntaxError::ChainTooLong { at });
            }
            return error_at(at);
        }
        self.chained += parts;
        let built = build(self);
        self.chained -= parts;
        built
    }

    /// As many binders as may stand in each other.
    fn bounded(&mut self, mut binders: Vec<Binder>) -> Vec<Binder> {
        if let Some(beyond) = binders.get(MAX_DEPTH) {
            self.report(SyntaxError::TooDeep { at: beyond.span });
            binders.truncate(MAX_DEPTH);
        }
        binders
    }
}

fn error_at(span: Span) -> Expr {
    Expr { kind: ExprKind::Error, span }
}

/// A name as it is compared.
fn name_text(written: &str) -> String {
    let bare = written.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or(written);
    // A longer one was reported; its beginning is enough to go on with.
    let bare = bare.char_indices().nth(LONGEST_NAME).map_or(bare, |(end, _)| &bare[..end]);
    if bare.is_ascii() { bare.to_owned() } else { bare.nfc().collect() }
}

/// The first pair of a rule inside of another.
fn find<'a>(pair: &Pair<'a>, rule: Rule) -> Option<Pair<'a>> {
    pair.clone().into_inner().find(|inner| inner.as_rule() == rule)
}
