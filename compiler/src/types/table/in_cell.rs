//! What is wrong in a cell, shown with its column.

use std::fmt;

use axtrace_source::Span;
use miette::{Diagnostic, LabeledSpan, Severity};

use crate::types::Checker;

/// A finding in a cell, which also shows the header.
#[derive(Debug)]
struct InCell {
    what: Box<dyn Diagnostic + Send + Sync>,
    header: Span,
}

impl fmt::Display for InCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.fmt(f)
    }
}

impl std::error::Error for InCell {}

impl Diagnostic for InCell {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.what.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.what.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.what.help()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let mut labels: Vec<LabeledSpan> = self.what.labels().into_iter().flatten().collect();
        // A label that is alone is what the finding is about, which it has to say when it is not alone any more.
        if let [only] = &mut labels[..] {
            *only = LabeledSpan::new_primary_with_span(only.label().map(str::to_owned), *only.inner());
        }
        labels.push(LabeledSpan::new_with_span(Some("its column".to_owned()), self.header));
        Some(Box::new(labels.into_iter()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        self.what.related()
    }
}

impl Checker<'_, '_> {
    /// Checks a cell: whatever is found wrong there also shows the header.
    pub(in crate::types) fn in_cell<T>(&mut self, header: Span, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.findings.kept();
        let result = work(self);
        self.findings.amend(before, |mut finding| {
            let shown = |label: LabeledSpan| label.offset() == header.start as usize;
            if !finding.diagnostic.labels().into_iter().flatten().any(shown) {
                finding.diagnostic = Box::new(InCell { what: finding.diagnostic, header });
            }
            finding
        });
        result
    }
}
