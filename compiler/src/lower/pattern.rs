//! The bits of sites, put together on the way.
//!
//! What an evaluation sets is a [`Pattern`]: for each word of a frame's bits, the terms whose union it is. Patterns are values like any other.
//! Evaluating under a condition without a branch masks the pattern by the condition; using a local twice unites the same pattern twice,
//! which changes nothing; after branches join, their words are parameters. So nothing has to remember what was evaluated, and each word is
//! stored once, when its frame is left.

use axtrace_runtime::meta::{DecisionMeta, FrameId, SiteId};

use crate::mir::{Binary, Builder, Inst, SiteBits, Value, Width};

/// A word of a frame's bits: the frame, and the byte where the word begins.
pub type WordId = (FrameId, u32);

/// Up to so many sites are masked one by one, by what they are made of; more are masked as a word.
const FEW: usize = 2;

/// What sites are set to.
#[derive(Debug, Clone, Default)]
pub struct Pattern(Vec<(WordId, Vec<Term>)>);

/// A part of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// A site, and where its bits begin in their word.
    Site(SiteBits, u32),
    /// A word that is known already.
    Word(Value),
}

impl Term {
    /// Which bits of its word it can set.
    pub fn support(&self, b: &Builder) -> u64 {
        match self {
            Self::Site(_, shift) => 3 << shift,
            Self::Word(word) => b.support(*word),
        }
    }
}

impl Pattern {
    /// One site: `base`, plus `factor` if the flag is 1.
    pub fn site(meta: &DecisionMeta, site: SiteId, base: u8, factor: u8, flag: Option<Value>) -> Self {
        let (id, shift) = place_of(meta, site);
        let bits = SiteBits { site, base, open: None, factor, flag, read: false };
        Self(vec![(id, vec![Term::Site(bits, shift)])])
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
        Self(self.0.into_iter().map(|(id, terms)| (id, mask_terms(&terms, flag, b))).collect())
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

    /// Its terms, with the word that each is part of.
    pub fn terms(&self) -> impl Iterator<Item = (WordId, Term)> {
        self.0.iter().flat_map(|(id, terms)| terms.iter().map(|term| (*id, *term)))
    }
}

/// The word of a site's bits, and where in it they begin.
pub fn place_of(meta: &DecisionMeta, site: SiteId) -> (WordId, u32) {
    let place = &meta.sites[site.index()];
    ((place.frame, place.place / 32 * 8), place.place % 32 * 2)
}

fn mask_terms(terms: &[Term], flag: Value, b: &mut Builder) -> Vec<Term> {
    if terms.len() <= FEW && terms.iter().all(|term| matches!(term, Term::Site(..))) {
        return terms.iter().map(|term| mask_site(*term, flag, b)).collect();
    }
    let (word, mask) = (unite(terms, b), b.make(Inst::Mask(flag), Width::Word));
    let masked = b.binary(Binary::And, word, mask);
    b.supports(masked, b.support(word));
    vec![Term::Word(masked)]
}

fn mask_site(term: Term, flag: Value, b: &mut Builder) -> Term {
    let Term::Site(bits, shift) = term else { return term };
    let both = |other: Option<Value>, b: &mut Builder| other.map_or(flag, |other| b.and(flag, other));
    let open = (bits.base > 0).then(|| both(bits.open, b));
    let flag = bits.flag.map(|other| both(Some(other), b));
    Term::Site(SiteBits { open, flag, ..bits }, shift)
}

/// The union of terms.
pub fn unite(terms: &[Term], b: &mut Builder) -> Value {
    let mut words: Vec<Value> = Vec::new();
    let (mut sites, mut taken) = (Vec::new(), 0);
    for term in terms {
        match term {
            // What is summed must not share a site.
            Term::Site(bits, shift) if taken & (3 << shift) == 0 => {
                taken |= 3 << shift;
                sites.push(*bits);
            }
            Term::Site(bits, shift) => words.push(bits_of(vec![*bits], 3 << shift, b)),
            Term::Word(word) => words.push(*word),
        }
    }
    if !sites.is_empty() {
        words.insert(0, bits_of(sites, taken, b));
    }
    let support = words.iter().fold(0, |all, word| all | b.support(*word));
    let united = words.into_iter().reduce(|left, right| b.binary(Binary::Or, left, right)).unwrap_or_else(|| b.word(0));
    b.supports(united, support);
    united
}

fn bits_of(sites: Vec<SiteBits>, support: u64, b: &mut Builder) -> Value {
    let word = b.make(Inst::Bits(sites), Width::Word);
    b.supports(word, support);
    word
}
