//! A whole file: its head, what it uses, and its declarations, each by itself.

use axtrace_source::{Findings, SourceFile, Span, Spanned};

use super::{Builder, Pair, find};
use crate::{
    ast::{Docs, File, Item, Param, Path, Use, VariantHead},
    errors::SyntaxError,
    explain,
    grammar::Rule,
    mend::Texts,
    scan::Scanned,
    split::{Stretch, Tokens},
};

/// Reads a file that has been cut into tokens.
pub(crate) fn file(source: &SourceFile, scanned: &Scanned, findings: &mut Findings) -> File {
    let tokens = Tokens { text: source.text(), scanned };
    let texts = Texts::new();
    let mut builder = Builder::new(tokens, source.base(), &texts, findings);
    let mut file = unread(source, scanned.tokens.len());
    let mut heads = Heads::default();
    let stretches = tokens.declarations();
    for stretch in &stretches {
        builder.declaration(&mut file, &mut heads, stretch);
    }
    let named = file.module.as_ref().map(Path::text).or_else(|| file.variant.as_ref().map(|head| head.name.text()));
    let headless = heads.module.is_none() && heads.variant.is_none();
    if headless || stretches.first().is_some_and(|first| builder.precedes_module(first)) {
        builder.no_module(source, named, stretches.first());
    }
    if file.variant.is_none() {
        builder.params_have_types(&file.items);
    }
    file.comments = scanned.comments.iter().map(|(start, end)| Span::new(source.base() + start, source.base() + end)).collect();
    file
}

/// A file of so many tokens, none of which has been read.
pub(crate) fn unread(source: &SourceFile, tokens: usize) -> File {
    File {
        span: source.span(),
        docs: Docs::default(),
        module: None,
        variant: None,
        owner: None,
        version: None,
        uses: Vec::new(),
        items: Vec::new(),
        comments: Vec::new(),
        tokens,
    }
}

/// Where the lines that stand once in a file were seen.
#[derive(Default)]
struct Heads {
    module: Option<Span>,
    variant: Option<Span>,
    owner: Option<Span>,
    version: Option<Span>,
}

impl<'a> Builder<'a, '_> {
    fn declaration(&mut self, file: &mut File, heads: &mut Heads, stretch: &Stretch) {
        let word = match self.tokens.word(stretch.start) {
            word @ ("workflow" | "variant") => word,
            word if explain::PARTS.contains(&word) || explain::CHANGES.contains(&word) => word,
            _ => self.beginning(stretch, "declaration", &explain::DECLARATIONS),
        };
        match word {
            "module" | "variant" => self.head_line(file, heads, stretch, word),
            "owner" if self.first_time(&mut heads.owner, stretch) => {
                file.owner = self.read(Rule::only_owner, stretch, |it, pair| it.text_in(&pair)).flatten();
            }
            "version" if self.first_time(&mut heads.version, stretch) => {
                file.version = self.read(Rule::only_version, stretch, |it, pair| it.text_in(&pair)).flatten();
            }
            "owner" | "version" => {}
            "use" => file.uses.extend(self.read(Rule::only_use, stretch, |it, pair| it.use_item(&pair)).flatten()),
            _ => {
                let item = self.known_item(word, stretch).unwrap_or_else(|| Item::Broken(self.broken(stretch)));
                file.items.push(item);
            }
        }
    }

    fn known_item(&mut self, word: &str, stretch: &Stretch) -> Option<Item> {
        match word {
            "rule" | "shadow" | "group" | "table" | "otherwise" | "let" | "may" | "steps" | "replace" | "without" => {
                let finding = explain::outside(word, self.token_span(stretch.start));
                self.report(finding);
                None
            }
            _ if word == "workflow" || explain::DECLARATIONS.contains(&word) => self.item(word, stretch),
            _ => self.stranger(stretch, "declaration", &explain::DECLARATIONS),
        }
    }

    fn text_in(&self, pair: &Pair) -> Option<Spanned<String>> {
        find(&pair.clone(), Rule::plain_text).map(|text| self.plain_text(&text))
    }

    /// Whether a line stands for the first time; otherwise it is reported.
    fn first_time(&mut self, first: &mut Option<Span>, stretch: &Stretch) -> bool {
        let at = self.stretch_span(stretch);
        let Some(first) = *first else {
            *first = Some(at);
            return true;
        };
        let word = self.tokens.word(stretch.start).to_owned();
        self.report(SyntaxError::Twice { word, place: "this file".to_owned(), at, first, help: None });
        false
    }

    fn head_line(&mut self, file: &mut File, heads: &mut Heads, stretch: &Stretch, word: &str) {
        let seen = if word == "module" { &mut heads.module } else { &mut heads.variant };
        if !self.first_time(seen, stretch) {
            return;
        }
        file.docs = self.docs_before(self.tokens.bounds(stretch).0);
        if word == "module" {
            file.module = self.read(Rule::only_module, stretch, |it, pair| find(&pair, Rule::path).map(|path| it.path(path))).flatten();
        } else {
            file.variant = self.read(Rule::only_variant, stretch, |it, pair| it.variant_head(pair)).flatten();
        }
    }

    fn variant_head(&mut self, pair: Pair<'a>) -> Option<VariantHead> {
        let span = self.span(&pair);
        let mut paths = pair.into_inner().filter(|inner| inner.as_rule() == Rule::path).map(|path| self.path(path));
        Some(VariantHead { name: paths.next()?, of: paths.next()?, span })
    }

    fn use_item(&mut self, pair: &Pair<'a>) -> Option<Use> {
        let module = self.path(find(pair, Rule::path)?);
        let list = find(pair, Rule::name_list_in_parens).and_then(|parens| find(&parens, Rule::name_list));
        Some(Use { module, names: list.map(|list| self.names(list)).unwrap_or_default(), span: self.span(pair) })
    }

    /// A variant takes the types of parameters over; all others say them.
    fn params_have_types(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Param(Param { name, ty: None, .. }) = item {
                let (what, at) = (format!("parameter `{}`", name.text), name.span);
                let help = Some(format!("write its type: `param {} : integer in 0..100 = …`", name.text));
                self.report(SyntaxError::MissingClause { what, word: ":", at, label: "its type is not said", help });
            }
        }
    }

    /// Whether a stretch is a declaration that may stand only behind `module`.
    fn precedes_module(&self, stretch: &Stretch) -> bool {
        let word = self.tokens.word(stretch.start);
        explain::DECLARATIONS.contains(&word) && word != "module"
    }

    fn no_module(&mut self, source: &SourceFile, named: Option<String>, first: Option<&Stretch>) {
        let at = first.map_or_else(|| Span::new(self.base, self.base), |stretch| self.token_span(stretch.start));
        let stem = source.path().strip_suffix(".ax").unwrap_or(source.path());
        let names: Vec<&str> = stem.split('/').filter(|name| !name.is_empty() && !name.starts_with('.')).collect();
        let name = named.unwrap_or_else(|| names[names.len().saturating_sub(2)..].join("."));
        self.report(SyntaxError::NoModule { name, at });
    }
}

/// Reads a text that is no file of its own, such as a cell of a spreadsheet, as the stretch it is.
pub(crate) fn snippet<T>(
    text: &str,
    base: u32,
    scanned: &Scanned,
    findings: &mut Findings,
    read: impl FnOnce(&mut Builder<'_, '_>, &Stretch) -> Option<T>,
) -> Option<T> {
    let tokens = Tokens { text, scanned };
    let texts = Texts::new();
    let mut builder = Builder::new(tokens, base, &texts, findings);
    read(&mut builder, &(0..scanned.tokens.len()))
}
