//! How wide a report may be, and whether it has colour. Colour adds and never carries: marks and words say the same without it.

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

impl Style {
    /// Reports are never laid out for fewer columns.
    pub const LEAST_WIDTH: usize = 40;
    /// The columns of a report that does not go to a terminal.
    pub const DEFAULT_WIDTH: usize = 120;

    /// A look without colour.
    #[must_use]
    pub fn plain(width: usize) -> Self {
        Self { colour: false, width: width.max(Self::LEAST_WIDTH) }
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
