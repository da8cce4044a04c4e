//! The bits of sites, put together on the way.
//!
//! What an evaluation sets is a [`Pattern`]: for each word of a frame's bits, the terms whose union it is. Patterns are values like any other.
//! Evaluating under a condition without a branch masks the pattern by the condition; using a local twice unites the same pattern twice,
//! which changes nothing; after branches join, their words are parameters. So nothing has to remember what was evaluated, and each word is
//! stored once, when its frame is left.

use axtrace_runtime::meta::{DecisionMeta, FrameId, SiteId};

use crate::mir::{Binary, Builder, Inst, Value, Width};

/// A word of a frame's bits: the frame, and the byte where the word begins.
pub type WordId = (FrameId, u32);

/// What sites are set to.
#[derive(Debug, Clone, Default)]
pub struct Pattern(Vec<(WordId, Vec<Term>)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term {
    /// The site, what it is set to if the flag is 0 or absent, what a flag of 1 adds.
    Site(SiteId, u8, u8, Option<Value>),
    Word(Value),
}

impl Pattern {
    /// One site: `base`, plus `factor` if the flag is 1.
    pub fn site(meta: &DecisionMeta, site: SiteId, base: u8, factor: u8, flag: Option<Value>) -> Self {
        let place = &meta.sites[site.index()];
        let word = (place.frame, place.place / 32 * 8);
        Self(vec![(word, vec![Term::Site(site, base, factor, flag)])])
    }

    /// Words that are known already.
    pub fn words(words: Vec<(WordId, Value)>) -> Self {
        Self(words.into_iter().map(|(id, value)| (id, vec![Term::Word(value)])).collect())
    }

    /// Unites it with another.
    pub fn add(&mut self, other: Self) {
        for (id, terms) in other.0 {
            match self.0.iter_mut().find(|(mine, _)| *mine == id) {
                Some((_, mine)) => {
                    let new: Vec<Term> = terms.into_iter().filter(|term| !mine.contains(term)).collect();
                    mine.extend(new);
                }
                None => self.0.push((id, terms)),
            }
        }
    }

    /// What is set if the flag is 1; else nothing is.
    pub fn mask(self, flag: Value, b: &mut Builder) -> Self {
        match b.known(flag) {
            Some(true) => return self,
            Some(false) => return Self::default(),
            None => {}
        }
        Self(self.0.into_iter().map(|(id, terms)| (id, vec![mask_terms(&terms, flag, b)])).collect())
    }

    /// Puts each word together.
    pub fn finish(self, b: &mut Builder) -> Vec<(WordId, Value)> {
        self.0.into_iter().map(|(id, terms)| (id, unite(&terms, b))).collect()
    }

    /// Takes out the words of a frame.
    pub fn take(&mut self, frame: FrameId) -> Self {
        let all = std::mem::take(&mut self.0);
        let (taken, rest) = all.into_iter().partition(|((of, _), _)| *of == frame);
        self.0 = rest;
        Self(taken)
    }
}

fn mask_terms(terms: &[Term], flag: Value, b: &mut Builder) -> Term {
    match terms {
        [Term::Site(site, base, _, None)] => Term::Site(*site, 0, *base, Some(flag)),
        terms => {
            let (word, mask) = (unite(terms, b), b.make(Inst::Mask(flag), Width::Word));
            Term::Word(b.binary(Binary::And, word, mask))
        }
    }
}

fn unite(terms: &[Term], b: &mut Builder) -> Value {
    let words: Vec<Value> = terms.iter().map(|term| word_of(*term, b)).collect();
    words.into_iter().reduce(|left, right| b.binary(Binary::Or, left, right)).unwrap_or_else(|| b.word(0))
}

fn word_of(term: Term, b: &mut Builder) -> Value {
    match term {
        Term::Word(word) => word,
        Term::Site(site, base, factor, flag) => b.make(Inst::Bits { site, base, factor, flag }, Width::Word),
    }
}
