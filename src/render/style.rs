//! How wide a report may be, and whether it has colour. Colour adds and never carries: marks and words say the same without it.

use std::io::IsTerminal;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColourChoice {
    /// On a terminal, unless `NO_COLOR` is set; elsewhere too if `CLICOLOR_FORCE` is.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a piece of a report is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Source text and plain words.
    Plain,
    /// The first line of a report.
    Headline,
    /// The code of an error, the label that matters most, whatever is false or failed.
    Bad,
    /// The code of a warning, whatever is between good and bad.
    Unsure,
    /// Whatever is true or passed.
    Good,
    /// A label that says more, and values under source text.
    Second,
    /// Line numbers, rulers, and what only frames the rest.
    Faint,
}

impl Role {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Headline => Some("1"),
            Self::Bad => Some("1;31"),
            Self::Unsure => Some("1;33"),
            Self::Good => Some("32"),
            Self::Second => Some("36"),
            Self::Faint => Some("2"),
        }
    }
}

/// The look of one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether there is colour.
    pub colour: bool,
    /// The columns that a line may take, at least [`Style::LEAST_WIDTH`].
    pub width: usize,
}

/// Where a report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl Style {
    /// Reports are never laid out for fewer columns.
    pub const LEAST_WIDTH: usize = 40;
    /// The columns of a report that does not go to a terminal.
    pub const DEFAULT_WIDTH: usize = 120;

    /// A look without colour.
    #[must_use]
    #[cfg(test)]
    pub fn plain(width: usize) -> Self {
        Self { colour: false, width: width.max(Self::LEAST_WIDTH) }
    }

    /// The look for a stream of this process. `COLUMNS` wins over the terminal's own width.
    #[must_use]
    pub fn of(stream: Stream, choice: ColourChoice) -> Self {
        let (terminal, size) = match stream {
            Stream::Out => (std::io::stdout().is_terminal(), console::Term::stdout().size_checked()),
            Stream::Err => (std::io::stderr().is_terminal(), console::Term::stderr().size_checked()),
        };
        let named = environment("COLUMNS").and_then(|text| text.parse().ok());
        let own = size.filter(|_| terminal).map(|(_, columns)| usize::from(columns));
        let width = named.or(own).unwrap_or(Self::DEFAULT_WIDTH).clamp(Self::LEAST_WIDTH, 400);
        Self { colour: wants_colour(choice, terminal), width }
    }

    /// The text, coloured for what it is.
    #[must_use]
    pub fn paint(self, text: &str, role: Role) -> String {
        match role.code().filter(|_| self.colour && !text.is_empty()) {
            Some(code) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            None => text.to_owned(),
        }
    }
}

fn wants_colour(choice: ColourChoice, terminal: bool) -> bool {
    match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto => {
            let refused = environment("NO_COLOR").is_some_and(|value| !value.is_empty());
            let forced = environment("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
            !refused && (forced || terminal && environment("TERM").as_deref() != Some("dumb"))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how a report looks may depend on the terminal; what is decided never does")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
