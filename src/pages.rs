//! The pages of the findings, as they stand in `docs/findings`. `tests/tidy.rs` holds this list and writes it anew when told to.

/// Each code with its page, by code.
const PAGES: &[(&str, &str)] = &[];

/// The page of a code.
pub fn page(code: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == code).map(|(_, page)| *page)
}

/// All codes that have a page.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(code, _)| *code)
}
