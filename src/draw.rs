//! Drawings for people: why a decision was made, and what is wrong with rules or with an input, each on the lines of the rules.
//!
//! ```
//! use axtrace::Level;
//! use axtrace::draw::{Detail, Style};
//!
//! let rules = axtrace::compile_text(
//!     "module desk
//!      decision large(seats: integer in 1..9) gives boolean {
//!        rule many when seats > 4 then true
//!        otherwise false
//!      }",
//! )?;
//! let large = rules.decision("large")?;
//! let trace = large.trace(br#"{"seats": 5}"#, Level::Full)?;
//! let drawn = rules.draw(&trace, Detail::Brief, Style::plain(80));
//! assert!(drawn.starts_with("true   desk.large"));
//! assert!(drawn.contains("●  3 │ "));
//! assert!(drawn.contains("5 ✓"));
//! assert!(rules.page(&trace).starts_with("<!DOCTYPE html>"));
//!
//! let error = large.trace(br#"{"seats": 50}"#, Level::Full).unwrap_err();
//! assert!(error.draw(&rules, Style::plain(80)).contains("integer in 1..9"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use axtrace_render::style::Style;
pub use axtrace_render::trace::Detail;

use axtrace_render::findings::Report;
use axtrace_render::page;
use axtrace_render::trace::Drawing;
use axtrace_runtime::text::format_value;
use axtrace_runtime::trace::Trace;
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;
use axtrace_source::{Finding, Sources};

use crate::{DecideError, Rejected, Rules};

impl Rules {
    /// A decision on its source: the outcome, who decided it and why, then the lines of the rules with the values that they saw. Of a trace at
    /// [`Level::Record`](crate::Level::Record) only the head is there to be drawn. The last line ends with a line break.
    #[must_use]
    pub fn draw(&self, trace: &Trace, detail: Detail, style: Style) -> String {
        self.drawing(|drawing| Drawing { style, detail, ..drawing }.whole(trace))
    }

    /// The same as a page for a browser: one file in HTML that needs no other and asks nobody for anything. What a brief drawing leaves out can
    /// be unfolded.
    #[must_use]
    pub fn page(&self, trace: &Trace) -> String {
        self.drawing(|drawing| {
            let drawing = Drawing { detail: Detail::Folded, ..drawing };
            let title = format!("{} · {}", drawing.outcome(&trace.outcome), trace.decision);
            page::page(&title, &drawing.picture(trace))
        })
    }

    /// The warnings, as `axtrace check` shows them; nothing when there are none.
    #[must_use]
    pub fn draw_warnings(&self, style: Style) -> String {
        if self.warnings().is_empty() { String::new() } else { findings(self.warnings(), &self.meta().sources, style) }
    }

    fn drawing(&self, draw: impl FnOnce(Drawing) -> String) -> String {
        let meta = self.meta();
        let format = |value: &Value, ty: &Type| format_value(value, ty, meta);
        draw(Drawing {
            sources: &meta.sources,
            style: Style::plain(page::WIDTH),
            detail: Detail::Brief,
            format: &format,
            about: &[],
            also: &[],
        })
    }
}

impl Rejected {
    /// The findings, as `axtrace check` shows them: the lines that matter, what is wrong under them, and what to write.
    ///
    /// ```
    /// use axtrace::draw::Style;
    ///
    /// let rejected = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seat > 4").unwrap_err();
    /// assert!(rejected.draw(Style::plain(100)).contains("did you mean `seats`?"));
    /// ```
    #[must_use]
    pub fn draw(&self, style: Style) -> String {
        findings(&self.findings, &self.sources, style)
    }
}

impl DecideError {
    /// What is wrong with an input, each problem with the line of the rules that declares what it does not keep; of another error its message.
    #[must_use]
    pub fn draw(&self, rules: &Rules, style: Style) -> String {
        match self {
            Self::Input(errors) => {
                let problems: Vec<Finding> = errors.problems.iter().cloned().map(Finding::new).collect();
                findings(&problems, &rules.meta().sources, style)
            }
            other => format!("{other}\n"),
        }
    }
}

fn findings(findings: &[Finding], sources: &Sources, style: Style) -> String {
    Report { sources, style, path: "" }.all(findings, usize::MAX)
}
