//! Patterns that a whole text matches or not, as the Rust `regex` crate reads them.
//!
//! They are matched in time proportional to the text, whatever the pattern: there are no references back and no looking around. What a pattern
//! means does not depend on the machine: letters and classes are those of the Unicode tables of [`VERSION`].

use std::ops::Range;
use std::sync::Arc;

use regex_automata::meta::{Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Hir, Look};
use thiserror::Error;

/// The engine of `regex` 1.13 and the tables it reads patterns with; part of the digest of a program.
pub const VERSION: &str = "regex-automata 0.4.18, regex-syntax 0.8.11";

/// The most bytes of a pattern's text.
const LONGEST: usize = 10_000;
/// The most bytes that the automaton of one pattern takes: that of 80 letters of any script is a little smaller.
pub const LARGEST: usize = 5 << 20;
/// The bytes that matching may remember of what it has seen, for each direction and thread.
const REMEMBERED: usize = 1 << 18;
/// How deep groups of a pattern are nested.
const DEEPEST: u32 = 100;

/// A pattern, ready to be matched.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: Arc<str>,
    meaning: Hir,
    regex: Regex,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    /// It is none by the rules of patterns.
    #[error("{says}")]
    Syntax {
        /// What is wrong, in the words of `regex`.
        says: String,
        /// The bytes of the pattern that it is about.
        at: Range<usize>,
    },
    /// It or its automaton would be too large.
    #[error("the pattern is too large")]
    TooLarge,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When the text is no pattern, is longer than 10,000 bytes, or takes more than [`LARGEST`] bytes to match.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        if source.len() > LONGEST {
            return Err(PatternError::TooLarge);
        }
        let meaning = meaning(source)?;
        let whole = Hir::concat(vec![Hir::look(Look::Start), meaning.clone(), Hir::look(Look::End)]);
        let config = Config::new()
            .nfa_size_limit(Some(LARGEST))
            .onepass_size_limit(Some(LARGEST))
            .hybrid_cache_capacity(REMEMBERED)
            .which_captures(WhichCaptures::None);
        let regex = Regex::builder().configure(config).build_from_hir(&whole).map_err(|_| PatternError::TooLarge)?;
        Ok(Self { source: source.into(), meaning, regex })
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it means, for those who look for texts that match.
    #[must_use]
    pub const fn meaning(&self) -> &Hir {
        &self.meaning
    }

    /// The bytes that it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.source.len() + self.regex.memory_usage()
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(Input::new(text).anchored(Anchored::Yes))
    }
}

fn meaning(source: &str) -> Result<Hir, PatternError> {
    let mut parser = regex_syntax::ParserBuilder::new().nest_limit(DEEPEST).build();
    parser.parse(source).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => syntax(error.kind(), error.span()),
        regex_syntax::Error::Translate(error) => syntax(error.kind(), error.span()),
        other => PatternError::Syntax { says: other.to_string(), at: 0..source.len() },
    })
}

fn syntax(says: impl ToString, span: &regex_syntax::ast::Span) -> PatternError {
    PatternError::Syntax { says: says.to_string(), at: span.start.offset..span.end.offset }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(text))
    }

    #[test]
    fn the_whole_text_matches_or_nothing_does() {
        assert!(matches("a|ab", "ab"));
        assert!(!matches("a|ab", "abc"));
        assert!(!matches("b", "ab"));
        assert!(matches("", "") && !matches("", "a"));
        assert!(matches("(?x) [A-Z]{2} # two letters", "DE"));
        assert!(matches(r"\d+", "١٢"), "digits are those of Unicode");
        assert!(matches(r"\p{L}+", "Łódź"));
        assert!(!matches("a$", "a\n"));
    }

    #[test]
    fn a_pattern_that_is_none_says_where() {
        let at = |pattern: &str| match Pattern::new(pattern) {
            Err(PatternError::Syntax { at, .. }) => Some(at),
            _ => None,
        };
        assert_eq!(at("ab(c"), Some(2..3));
        assert_eq!(at("a[z-b]"), Some(2..5));
        assert_eq!(at(r"(a)\1"), Some(3..5));
        assert_eq!(at(r"(?-u)\xff"), Some(5..9));
    }

    #[test]
    fn hostile_patterns_are_refused_or_matched_in_time() {
        for large in [r"\w{500}{500}", r"\w{200}", "((((a{99}){99}){99}){99}){99}", &"x".repeat(LONGEST + 1)] {
            assert_eq!(Pattern::new(large).err(), Some(PatternError::TooLarge), "{large:.20}");
        }
        assert!(Pattern::new(&"(".repeat(9_000)).is_err());
        let text = "a".repeat(30_000);
        for slow in ["(a+)+b", "(a|a)*b", "(.*)(.*)(.*)(.*)c", "(a?){100}a{100}b"] {
            assert!(!matches(slow, &text), "{slow}");
        }
    }

    #[test]
    fn the_version_is_the_one_that_is_locked() {
        let lock = include_str!("../../Cargo.lock");
        for part in VERSION.split(", ") {
            let (name, version) = part.split_once(' ').expect("a name and a version");
            assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"")), "{part}");
        }
    }
}
