//! Finds names that look alike and are not the same: `раy` with two Cyrillic letters beside `pay`.
//!
//! Names look alike if they have the same skeleton (Unicode Technical Standard #39). Between names of ASCII alone nothing is said: `modern` and
//! `modem` have one skeleton, and everybody tells them apart. The words of the language count as names.

use std::collections::{BTreeMap, HashMap};

use axtrace_source::{Findings, Span};
use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::SyntaxError;
use crate::scan::{Kind, Scanned};

/// A name as names are compared, and where it is first written.
type Named<'a> = (&'a str, u32);

/// The most bytes of a name that is looked at.
const LONGEST: usize = 1_000;

/// Reports the names of a file that look like others. `base` is the offset of the text in the sources.
pub(crate) fn check(text: &str, scanned: &Scanned, base: u32, findings: &mut Findings) {
    let names = names(text, scanned);
    if names.keys().all(|name| name.is_ascii()) {
        return;
    }
    let mut looks: HashMap<String, Vec<Named<'_>>> = HashMap::new();
    for (name, at) in &names {
        looks.entry(skeleton(name).collect()).or_default().push((name, *at));
    }
    let mut found: Vec<_> = looks.into_values().flat_map(alike).collect();
    found.sort_unstable_by_key(|(_, (_, at))| *at);
    for ((other, first), (name, at)) in found {
        let span = |name: &str, at: u32| Span::new(base + at, base + at + written(text, at, name));
        let (first, at) = (span(other, first), span(name, at));
        findings.report(SyntaxError::LooksLike { name: name.to_owned(), other: other.to_owned(), at, first });
    }
}

/// Each name of a file, as names are compared, with where it is first written.
fn names(text: &str, scanned: &Scanned) -> BTreeMap<String, u32> {
    let mut names = BTreeMap::new();
    for token in &scanned.tokens {
        let written = text.get(token.start as usize..token.end as usize).unwrap_or("");
        let bare = match token.kind {
            Kind::Word => written,
            Kind::Backtick => written.trim_matches('`'),
            _ => continue,
        };
        if bare.len() <= LONGEST {
            let name = if bare.is_ascii() { bare.to_owned() } else { bare.nfc().collect() };
            names.entry(name).or_insert(token.start);
        }
    }
    names
}

/// Of names that look alike, those that are said to look like the first: the first of ASCII, if there is one.
fn alike(mut names: Vec<Named<'_>>) -> Vec<(Named<'_>, Named<'_>)> {
    names.sort_unstable_by_key(|(name, at)| (!name.is_ascii(), *at));
    let Some((first, others)) = names.split_first() else { return Vec::new() };
    others.iter().filter(|(name, _)| !name.is_ascii()).map(|other| (*first, *other)).collect()
}

/// How many bytes a name takes where it is written.
fn written(text: &str, at: u32, name: &str) -> u32 {
    let rest = text.get(at as usize..).unwrap_or("");
    match rest.strip_prefix('`').and_then(|inside| inside.find('`')) {
        Some(length) => length as u32 + 2,
        None => rest.find(|sign: char| !crate::scan::continues_name(sign)).unwrap_or(name.len()) as u32,
    }
}
