//! How reports look on the streams of this process: as wide as the terminal, with colour if it is wanted.

use std::io::IsTerminal;

use axtrace_render::style::Style;

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

/// Where a report goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// The look for a stream of this process. `COLUMNS` wins over the terminal's own width.
#[must_use]
pub fn style_of(stream: Stream, choice: ColourChoice) -> Style {
    let (terminal, size) = match stream {
        Stream::Out => (std::io::stdout().is_terminal(), console::Term::stdout().size_checked()),
        Stream::Err => (std::io::stderr().is_terminal(), console::Term::stderr().size_checked()),
    };
    let named = environment("COLUMNS").and_then(|text| text.parse().ok());
    let own = size.filter(|_| terminal).map(|(_, columns)| usize::from(columns));
    let width = named.or(own).unwrap_or(Style::DEFAULT_WIDTH).clamp(Style::LEAST_WIDTH, 400);
    Style { colour: wants_colour(choice, terminal), width }
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
