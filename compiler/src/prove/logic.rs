//! Conditions as formulas over atoms, each kept once, so that equal conditions are one number.
//!
//! A formula is in negation normal form: negation stands only in the sets of atoms. What is nested deeper than [`DEEPEST`] is not looked
//! into: the maker of formulas puts a variable of its own there, which is sound for every proof.

use std::collections::HashMap;
use std::sync::Arc;

use super::sets::IntSet;

/// A variable of formulas: a value that atoms speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VarId(pub u32);

impl VarId {
    /// The id as a place in its table.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A formula of a [`Logic`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormulaId(pub u32);

/// The greatest depth of a formula; it bounds every recursion over one.
pub const DEEPEST: u32 = 96;

/// The most parts of a formula among which opposites are looked for.
const MOST_COMPARED: usize = 64;

/// What a formula says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Formula {
    /// Never.
    False,
    /// Always.
    True,
    /// The variable is in the set.
    Atom(VarId, IntSet),
    /// All of them; at least two, none of them itself a conjunction.
    And(Arc<[FormulaId]>),
    /// One of them; at least two, none of them itself a disjunction.
    Or(Arc<[FormulaId]>),
}

/// All formulas of one decision.
#[derive(Debug)]
pub struct Logic {
    formulas: Vec<Formula>,
    places: HashMap<Formula, FormulaId>,
    negations: HashMap<FormulaId, FormulaId>,
    variables: Vec<Arc<[VarId]>>,
    depths: Vec<u32>,
    work: u64,
}

impl Logic {
    /// Never.
    pub const FALSE: FormulaId = FormulaId(0);
    /// Always.
    pub const TRUE: FormulaId = FormulaId(1);

    /// The two constants.
    pub fn new() -> Self {
        let mut logic = Self {
            formulas: Vec::new(),
            places: HashMap::new(),
            negations: HashMap::new(),
            variables: Vec::new(),
            depths: Vec::new(),
            work: 0,
        };
        logic.intern(Formula::False);
        logic.intern(Formula::True);
        logic
    }

    /// How many parts of formulas were looked at to join them.
    pub const fn work(&self) -> u64 {
        self.work
    }

    /// What a formula says.
    pub fn formula(&self, id: FormulaId) -> &Formula {
        &self.formulas[id.0 as usize]
    }

    /// The variables it speaks of, ascending.
    pub fn variables(&self, id: FormulaId) -> &[VarId] {
        &self.variables[id.0 as usize]
    }

    /// How deep it is nested.
    pub fn depth(&self, id: FormulaId) -> u32 {
        self.depths[id.0 as usize]
    }

    /// Whether it speaks of a variable.
    pub fn mentions(&self, id: FormulaId, variable: VarId) -> bool {
        self.variables(id).binary_search(&variable).is_ok()
    }

    /// That a variable is in a set.
    pub fn atom(&mut self, variable: VarId, set: IntSet) -> FormulaId {
        match (set.is_empty(), set.is_all()) {
            (true, _) => Self::FALSE,
            (_, true) => Self::TRUE,
            _ => self.intern(Formula::Atom(variable, set)),
        }
    }

    /// All of them.
    pub fn and(&mut self, parts: impl IntoIterator<Item = FormulaId>) -> FormulaId {
        self.join(parts, true)
    }

    /// One of them.
    pub fn or(&mut self, parts: impl IntoIterator<Item = FormulaId>) -> FormulaId {
        self.join(parts, false)
    }

    /// The opposite.
    pub fn not(&mut self, id: FormulaId) -> FormulaId {
        if let Some(known) = self.negations.get(&id) {
            return *known;
        }
        let negation = match self.formula(id).clone() {
            Formula::False => Self::TRUE,
            Formula::True => Self::FALSE,
            Formula::Atom(variable, set) => self.atom(variable, set.complement()),
            Formula::And(parts) => self.not_each(&parts, false),
            Formula::Or(parts) => self.not_each(&parts, true),
        };
        self.negations.insert(id, negation);
        self.negations.insert(negation, id);
        negation
    }

    /// That both are true, or both false.
    pub fn same(&mut self, left: FormulaId, right: FormulaId) -> FormulaId {
        let (not_left, not_right) = (self.not(left), self.not(right));
        let (both, neither) = (self.and([left, right]), self.and([not_left, not_right]));
        self.or([both, neither])
    }

    /// What is left of a formula once a variable has a value. `known` remembers formulas done for this variable and value.
    pub fn assign(&mut self, id: FormulaId, variable: VarId, value: i128, known: &mut HashMap<FormulaId, FormulaId>) -> FormulaId {
        if !self.mentions(id, variable) {
            return id;
        }
        let constant = |holds: bool| if holds { Self::TRUE } else { Self::FALSE };
        let (parts, all) = match self.formula(id) {
            Formula::Atom(_, set) => return constant(set.contains(value)),
            Formula::And(parts) => (parts.clone(), true),
            Formula::Or(parts) => (parts.clone(), false),
            Formula::False | Formula::True => return id,
        };
        if let Some(left) = known.get(&id) {
            return *left;
        }
        let decisive = constant(!all);
        let mut rest = Vec::with_capacity(parts.len());
        for part in parts.iter() {
            let left = self.assign(*part, variable, value, known);
            if left == decisive {
                known.insert(id, decisive);
                return decisive;
            }
            rest.push(left);
        }
        let left = self.join(rest, all);
        known.insert(id, left);
        left
    }

    /// The sets that atoms of a formula ask of a variable.
    pub fn sets_of(&self, id: FormulaId, variable: VarId, seen: &mut std::collections::HashSet<FormulaId>, sets: &mut Vec<IntSet>) {
        if !self.mentions(id, variable) || !seen.insert(id) {
            return;
        }
        match self.formula(id) {
            Formula::Atom(_, set) => sets.push(set.clone()),
            Formula::And(parts) | Formula::Or(parts) => parts.iter().for_each(|part| self.sets_of(*part, variable, seen, sets)),
            Formula::False | Formula::True => {}
        }
    }

    fn not_each(&mut self, parts: &[FormulaId], all: bool) -> FormulaId {
        let parts: Vec<_> = parts.iter().map(|part| self.not(*part)).collect();
        self.join(parts, all)
    }

    /// Joins parts by `and` (`all`) or `or`: flat, without repetitions, and with one atom at most for each variable.
    fn join(&mut self, parts: impl IntoIterator<Item = FormulaId>, all: bool) -> FormulaId {
        let parts: Vec<FormulaId> = parts.into_iter().collect();
        let (neutral, decisive) = if all { (Self::TRUE, Self::FALSE) } else { (Self::FALSE, Self::TRUE) };
        if self.opposed(&parts) {
            return decisive;
        }
        let mut flat = Vec::new();
        for part in parts {
            match (self.formula(part), all) {
                (Formula::And(inner), true) | (Formula::Or(inner), false) => flat.extend_from_slice(inner),
                _ => flat.push(part),
            }
        }
        self.work += flat.len() as u64;
        let mut flat = self.merge_atoms(flat, all);
        if flat.contains(&decisive) {
            return decisive;
        }
        flat.retain(|part| *part != neutral);
        flat.sort_unstable();
        flat.dedup();
        let opposed = self.opposed(&flat);
        match (flat.as_slice(), all) {
            _ if opposed => decisive,
            ([], _) => neutral,
            ([only], _) => *only,
            (_, true) => self.intern(Formula::And(flat.into())),
            (_, false) => self.intern(Formula::Or(flat.into())),
        }
    }

    /// Whether one of the parts is known to be the opposite of another.
    fn opposed(&self, parts: &[FormulaId]) -> bool {
        parts.len() <= MOST_COMPARED && parts.iter().any(|part| self.negations.get(part).is_some_and(|negation| parts.contains(negation)))
    }

    fn merge_atoms(&mut self, parts: Vec<FormulaId>, all: bool) -> Vec<FormulaId> {
        let mut rest = Vec::with_capacity(parts.len());
        let mut atoms: Vec<(VarId, FormulaId)> = Vec::new();
        for part in parts {
            match self.formula(part) {
                Formula::Atom(variable, _) => atoms.push((*variable, part)),
                _ => rest.push(part),
            }
        }
        atoms.sort_unstable();
        atoms.dedup();
        for group in atoms.chunk_by(|left, right| left.0 == right.0) {
            rest.push(self.merge_group(group, all));
        }
        rest
    }

    fn merge_group(&mut self, group: &[(VarId, FormulaId)], all: bool) -> FormulaId {
        if let [(_, only)] = group {
            return *only;
        }
        let sets = group.iter().filter_map(|(_, id)| match self.formula(*id) {
            Formula::Atom(_, set) => Some(set),
            _ => None,
        });
        // In one go, however many there are: what is in all sets is outside of none.
        let merged = match all {
            true => IntSet::any_of(&sets.map(IntSet::complement).collect::<Vec<_>>()).complement(),
            false => IntSet::any_of(sets),
        };
        self.atom(group[0].0, merged)
    }

    fn intern(&mut self, formula: Formula) -> FormulaId {
        if let Some(known) = self.places.get(&formula) {
            return *known;
        }
        let id = FormulaId(self.formulas.len() as u32);
        let (variables, depth) = match &formula {
            Formula::False | Formula::True => (Vec::new(), 0),
            Formula::Atom(variable, _) => (vec![*variable], 0),
            Formula::And(parts) | Formula::Or(parts) => self.summary(parts),
        };
        self.variables.push(variables.into());
        self.depths.push(depth);
        self.formulas.push(formula.clone());
        self.places.insert(formula, id);
        id
    }

    fn summary(&self, parts: &[FormulaId]) -> (Vec<VarId>, u32) {
        let mut variables: Vec<_> = parts.iter().flat_map(|part| self.variables(*part)).copied().collect();
        variables.sort_unstable();
        variables.dedup();
        (variables, 1 + parts.iter().map(|part| self.depth(*part)).max().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_and_its_opposite_leave_nothing() {
        let mut logic = Logic::new();
        let low = logic.atom(VarId(0), IntSet::between(i128::MIN, 4));
        let flag = logic.atom(VarId(1), IntSet::point(1));
        let both = logic.and([low, flag]);
        let not_both = logic.not(both);
        assert_eq!(logic.and([both, not_both]), Logic::FALSE);
        assert_eq!(logic.or([both, not_both]), Logic::TRUE);
        assert_eq!(logic.not(not_both), both);
    }

    #[test]
    fn a_value_decides_the_atoms_of_its_variable() {
        let mut logic = Logic::new();
        let low = logic.atom(VarId(0), IntSet::between(i128::MIN, 4));
        let flag = logic.atom(VarId(1), IntSet::point(1));
        let both = logic.and([low, flag]);
        assert_eq!(logic.assign(both, VarId(0), 3, &mut HashMap::new()), flag);
        assert_eq!(logic.assign(both, VarId(0), 5, &mut HashMap::new()), Logic::FALSE);
    }
}
