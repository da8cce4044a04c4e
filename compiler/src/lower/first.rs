//! Rules under `first`: stretches of them without branches.
//!
//! In a stretch every condition is evaluated, in order, as if its rule were reached. What is recorded of it depends on nothing but which
//! rule decides: so the bits of all of them are put together once, and masked by a word that a table gives for that rule.

use std::collections::BTreeMap;

use axtrace_runtime::meta::SiteId;

use super::Lower;
use super::outcome::Candidate;
use super::pattern::{Pattern, Term, WordId, place_of, unite};
use crate::graph::Rule;
use crate::mir::{Binary, Inst, SiteBits, Value, Width};

/// A stretch has no more rules than fit a word of flags with one more for none of them.
const MOST: usize = 60;
const ALWAYS: u64 = u64::MAX;

/// Rules that are evaluated without branches, as far as they are known.
#[derive(Default)]
struct Stretch {
    rules: Vec<Reached>,
    parts: Vec<Part>,
}

/// A rule of a stretch.
struct Reached {
    candidate: Candidate,
    /// Its site, unless what is set there is among the parts.
    site: Option<SiteId>,
    /// Whether it is reached; whether it then applies.
    open: Value,
    applied: Value,
}

/// What is recorded only where certain rules decide.
struct Part {
    pattern: Pattern,
    /// The places of those rules in the stretch; one place more is for none of them.
    deciders: u64,
    /// The same as a flag.
    flag: Value,
}

/// Which rule decides, as an index into tables.
struct Deciding {
    index: Value,
    /// The index of each rule; last, that of none.
    places: Vec<usize>,
    /// A word that was put together to find it.
    united: Option<(WordId, Value)>,
}

/// What is recorded of one word: terms, each with the deciders it counts for.
type Masked = Vec<(Term, u64)>;

impl<'g> Lower<'g, '_> {
    /// A stretch of rules, then the rest behind a branch, where none of the stretch applied. Gives tag, value and time of the outcome.
    ///
    /// A stretch ends before the first rule whose condition costs too much to be evaluated in vain. On the way into the rest it is certain
    /// that its first rule is asked for.
    /// Shadows are evaluated where they are reached, before the stretch behind them, and stop nothing.
    pub fn first_rules(&mut self, rules: &'g [Rule]) -> (Vec<Value>, Pattern) {
        let mut pattern = Pattern::default();
        let (shadows, mut rest) = rules.split_at(rules.iter().take_while(|rule| self.rule_meta(rule).shadow).count());
        let none = self.b.flag(false);
        for rule in shadows {
            self.rule(rule, none, &mut pattern);
        }
        let mut stretch = Stretch::default();
        let mut any = self.b.flag(false);
        while let Some((rule, others)) = rest.split_first() {
            let place = stretch.rules.len();
            if place == MOST || place > 0 && !self.is_cheap_rule(rule) || self.rule_meta(rule).shadow {
                break;
            }
            let before = self.b.at(Some(self.rule_meta(rule).site));
            self.reach(rule, any, &mut stretch);
            self.b.at(before);
            any = stretch.rules.last().map_or(any, |done| self.b.or(any, done.candidate.decides));
            rest = others;
        }
        let candidates: Vec<Candidate> = stretch.rules.iter().map(|done| done.candidate.clone()).collect();
        let chosen = self.first_of(&candidates);
        let values = self.candidate_values(chosen);
        let (recorded, found) = self.recorded(stretch);
        pattern.add(recorded);
        let values = found.map_or(values.clone(), |found| self.values_by_tables(&candidates, &found, values));
        if rest.is_empty() {
            return (values, pattern);
        }
        let (values, found) = self.diamond(any, false, |_| (values, Pattern::default()), |this| this.first_rules(rest));
        pattern.add(found);
        (values, pattern)
    }

    fn is_cheap_rule(&self, rule: &Rule) -> bool {
        let group = rule.group.and_then(|index| self.graph.groups[index].when);
        let nodes = [group, rule.when, rule.outcome.value, rule.outcome.within];
        rule.each.is_empty() && nodes.into_iter().flatten().all(|node| self.is_cheap(node))
    }

    /// Evaluates one rule more; `any` says whether one before it applied.
    fn reach(&mut self, rule: &'g Rule, any: Value, stretch: &mut Stretch) {
        let open = self.b.not(any);
        if !rule.each.is_empty() {
            return self.reach_instances(rule, open, stretch);
        }
        let place = stretch.rules.len();
        let (holds, found) = if place == 0 { self.holds(rule) } else { self.in_vain(|this| this.holds(rule)) };
        stretch.parts.push(Part { pattern: found, deciders: ALWAYS << place, flag: open });
        let applied = self.b.and(open, holds);
        let mut candidate = self.consequences(rule, applied, place, stretch);
        // The choice asks earlier rules first, so that it need not know which rules were reached.
        candidate.decides = holds;
        stretch.rules.push(Reached { candidate, site: Some(self.rule_meta(rule).site), open, applied });
    }

    /// A rule for each element stands first in its stretch.
    fn reach_instances(&mut self, rule: &'g Rule, open: Value, stretch: &mut Stretch) {
        let mut pattern = Pattern::default();
        let none = self.b.flag(false);
        let done = self.rule(rule, none, &mut pattern);
        pattern.add(Pattern::site(&self.graph.meta, self.rule_meta(rule).site, 0, 1, Some(done.applied)));
        stretch.parts.push(Part { pattern, deciders: ALWAYS, flag: open });
        stretch.rules.push(Reached { candidate: done.candidate, site: None, open, applied: done.applied });
    }

    /// Outcome and reason. What is cheap is evaluated for every input and recorded where the rule decides.
    fn consequences(&mut self, rule: &Rule, applied: Value, place: usize, stretch: &mut Stretch) -> Candidate {
        let always = self.b.flag(true);
        let outcome = [rule.outcome.value, rule.outcome.within];
        let ty = self.outcome_type(rule);
        let cheap = outcome.into_iter().flatten().all(|node| self.is_cheap(node));
        let mut pattern = Pattern::default();
        let candidate = self.candidate(&rule.outcome, if cheap { always } else { applied }, ty, &mut pattern);
        let (deciders, flag) = if cheap { (1 << place, applied) } else { (ALWAYS, always) };
        stretch.parts.push(Part { pattern, deciders, flag });
        if !rule.because.is_empty() {
            let cheap = rule.because.iter().all(|node| self.is_cheap(*node));
            let mut pattern = Pattern::default();
            self.because(rule, if cheap { always } else { applied }, &mut pattern);
            let (deciders, flag) = if cheap { (1 << place, applied) } else { (ALWAYS, always) };
            stretch.parts.push(Part { pattern, deciders, flag });
        }
        candidate
    }

    /// Evaluates something before it is known whether it is needed.
    fn in_vain<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        self.conditional += 1;
        let done = evaluate(self);
        self.conditional -= 1;
        done
    }

    /// What the stretch sets sites to, and where tables have what depends on the deciding rule.
    fn recorded(&mut self, stretch: Stretch) -> (Pattern, Option<Deciding>) {
        match self.masked_words(&stretch) {
            Some(mut words) if stretch.rules.len() > 1 => {
                let found = self.deciding(&stretch.rules, &mut words);
                (self.by_tables(&stretch.rules, words, &found), Some(found))
            }
            _ => (self.by_flags(stretch), None),
        }
    }

    /// The terms of each word, if no site stands in two that count for different deciders.
    fn masked_words(&self, stretch: &Stretch) -> Option<BTreeMap<WordId, Masked>> {
        let mut words: BTreeMap<WordId, Masked> = BTreeMap::new();
        for part in &stretch.parts {
            for (id, term) in part.pattern.terms() {
                let terms = words.entry(id).or_default();
                match terms.iter_mut().find(|(known, _)| *known == term) {
                    Some((_, deciders)) => *deciders |= part.deciders,
                    None => terms.push((term, part.deciders)),
                }
            }
        }
        for (id, shift) in stretch.rules.iter().filter_map(|rule| Some(place_of(&self.graph.meta, rule.site?))) {
            let terms = words.entry(id).or_default();
            if terms.iter().any(|(term, _)| term.support(&self.b) & (3 << shift) != 0) {
                return None;
            }
        }
        words.values().all(|terms| self.are_apart(terms)).then_some(words)
    }

    fn are_apart(&self, terms: &Masked) -> bool {
        let mut taken: BTreeMap<u64, u64> = BTreeMap::new();
        for (term, deciders) in terms {
            *taken.entry(*deciders).or_default() |= term.support(&self.b);
        }
        let all = taken.values().fold(0u64, |all, bits| all | bits);
        taken.values().map(|bits| bits.count_ones()).sum::<u32>() == all.count_ones()
    }

    /// Masks each part by its flag.
    fn by_flags(&mut self, stretch: Stretch) -> Pattern {
        let mut pattern = Pattern::default();
        for part in stretch.parts {
            pattern.add(part.pattern.mask(part.flag, &mut self.b));
        }
        for rule in stretch.rules {
            let Some(site) = rule.site else { continue };
            let state = Pattern::site(&self.graph.meta, site, 1, 2, Some(rule.applied));
            pattern.add(state.mask(rule.open, &mut self.b));
        }
        pattern
    }

    /// Masks each word by a table, and adds the states of the rules from another.
    fn by_tables(&mut self, rules: &[Reached], words: BTreeMap<WordId, Masked>, found: &Deciding) -> Pattern {
        let mut done = Vec::with_capacity(words.len());
        for (id, terms) in words {
            let masks: Vec<u64> = (0..=rules.len()).map(|place| self.mask_of(&terms, place)).collect();
            let states: Vec<u64> = (0..=rules.len()).map(|place| self.states_of(rules, id, place)).collect();
            let support = masks.iter().chain(&states).fold(0, |all, bits| all | bits);
            let word = match found.united {
                Some((same, word)) if same == id => word,
                _ => self.unite(&terms),
            };
            let mask = self.table(&masks, found);
            let word = self.b.binary(Binary::And, word, mask);
            let state = self.table(&states, found);
            let word = self.b.binary(Binary::Or, word, state);
            self.b.supports(word, support);
            done.push((id, word));
        }
        Pattern::words(done)
    }

    fn unite(&mut self, terms: &Masked) -> Value {
        let terms: Vec<Term> = terms.iter().map(|(term, _)| *term).collect();
        unite(&terms, &mut self.b)
    }

    /// Where recordings look the outcome up: its leaves that are constants for all rules.
    fn values_by_tables(&mut self, candidates: &[Candidate], found: &Deciding, chosen: Vec<Value>) -> Vec<Value> {
        let all: Vec<Vec<Value>> = candidates.iter().map(|candidate| self.candidate_values(Some(candidate.clone()))).collect();
        let choose = |(leaf, value): (usize, Value)| {
            let numbers = all.iter().map(|values| u64_of(self.b.number(*values.get(leaf)?)?)).collect::<Option<Vec<u64>>>();
            match numbers {
                Some(mut numbers) if self.b.width(value) == Width::Word && self.b.number(value).is_none() => {
                    numbers.push(0);
                    let known = self.table(&numbers, found);
                    self.b.make(Inst::Either(known, value), Width::Word)
                }
                _ => value,
            }
        };
        chosen.into_iter().enumerate().map(choose).collect()
    }

    /// Finds the rule that decides: from the bits of conditions if each rule has one in the same word, else from flags.
    fn deciding(&mut self, rules: &[Reached], words: &mut BTreeMap<WordId, Masked>) -> Deciding {
        let last = rules.iter().position(|rule| self.b.known(rule.candidate.decides) == Some(true)).unwrap_or(rules.len());
        match self.bits_of_rules(&rules[..last], words) {
            Some((id, bits)) => self.by_bits(id, bits, last, &words[&id]),
            None => self.by_place(rules),
        }
    }

    fn by_bits(&mut self, id: WordId, bits: Vec<u32>, none: usize, terms: &Masked) -> Deciding {
        let word = self.unite(terms);
        let mask = bits.iter().fold(0u64, |mask, bit| mask | 1 << bit);
        let mask = self.b.word(mask as i64);
        let hits = self.b.binary(Binary::And, word, mask);
        let index = self.b.make(Inst::Lowest(hits), Width::Word);
        let mut places: Vec<usize> = bits.into_iter().map(|bit| bit as usize).collect();
        places.resize(none + 1, 64);
        Deciding { index, places, united: Some((id, word)) }
    }

    /// By a word of flags, with one more for none.
    fn by_place(&mut self, rules: &[Reached]) -> Deciding {
        let one = self.b.word(1);
        let flags = rules.iter().rev().fold(one, |rest, rule| {
            let flag = self.b.fit(rule.candidate.decides, Width::Word);
            let rest = self.b.binary(Binary::ShiftLeft, rest, one);
            self.b.binary(Binary::Add, flag, rest)
        });
        let index = self.b.make(Inst::Lowest(flags), Width::Word);
        Deciding { index, places: (0..=rules.len()).collect(), united: None }
    }

    /// For each rule a bit that says whether it would apply, all in one word and in order.
    fn bits_of_rules(&self, rules: &[Reached], words: &mut BTreeMap<WordId, Masked>) -> Option<(WordId, Vec<u32>)> {
        let mut found: Vec<(WordId, u32)> = Vec::with_capacity(rules.len());
        for rule in rules {
            let holds = rule.candidate.decides;
            let known = words.iter_mut().find_map(|(id, terms)| Some((*id, self.bit_of(holds, terms)?)));
            found.push(match known {
                Some(known) => known,
                None => self.add_bit(rule, words)?,
            });
        }
        let (id, _) = *found.first()?;
        let in_order = found.is_sorted_by(|(one, bit), (other, next)| one == other && bit < next);
        in_order.then(|| (id, found.into_iter().map(|(_, bit)| bit).collect()))
    }

    /// The upper bit of a condition that is evaluated and holds exactly where a flag is 1.
    fn bit_of(&self, holds: Value, terms: &mut Masked) -> Option<u32> {
        let own = |(term, _): &(Term, u64)| match term {
            Term::Site(bits, shift) if bits.flag == Some(holds) && bits.base == 1 && bits.factor == 1 => Some(*shift),
            _ => None,
        };
        let (place, shift) = terms.iter().enumerate().find_map(|(place, term)| Some((place, own(term)?)))?;
        let alone = terms.iter().enumerate().all(|(other, (term, _))| other == place || term.support(&self.b) & (3 << shift) == 0);
        if let (true, Term::Site(bits, _)) = (alone, &mut terms[place].0) {
            bits.read = true;
            return Some(shift + 1);
        }
        None
    }

    /// A bit of its own, in the place of the rule's state, which no mask lets through.
    fn add_bit(&self, rule: &Reached, words: &mut BTreeMap<WordId, Masked>) -> Option<(WordId, u32)> {
        let site = rule.site?;
        let (id, shift) = place_of(&self.graph.meta, site);
        let bits = SiteBits { site, base: 0, open: None, factor: 2, flag: Some(rule.candidate.decides), read: true };
        words.entry(id).or_default().push((Term::Site(bits, shift), 0));
        Some((id, shift + 1))
    }

    fn mask_of(&self, terms: &Masked, place: usize) -> u64 {
        let counting = terms.iter().filter(|(_, deciders)| deciders >> place & 1 == 1);
        counting.fold(0, |bits, (term, _)| bits | term.support(&self.b))
    }

    /// 1 for each rule before the deciding one, and 3 for itself.
    fn states_of(&self, rules: &[Reached], id: WordId, deciding: usize) -> u64 {
        let reached = rules.iter().enumerate().take(deciding + 1);
        reached.fold(0, |bits, (place, rule)| match rule.site.map(|site| place_of(&self.graph.meta, site)) {
            Some((word, shift)) if word == id => bits | if place == deciding { 3 } else { 1 } << shift,
            _ => bits,
        })
    }

    /// What `words` has for the deciding rule.
    fn table(&mut self, words: &[u64], found: &Deciding) -> Value {
        let mut table = vec![0; found.places.iter().max().map_or(0, |most| most + 1)];
        for (place, word) in found.places.iter().zip(words) {
            table[*place] = *word;
        }
        match self.constants.table(&table) {
            Ok(offset) => self.b.make(Inst::Table(offset, found.index), Width::Word),
            Err(error) => {
                self.failed = Some(error);
                self.b.word(0)
            }
        }
    }
}

/// The bits of a number that fits a word.
fn u64_of(number: i128) -> Option<u64> {
    i64::try_from(number).ok().map(i64::cast_unsigned)
}
