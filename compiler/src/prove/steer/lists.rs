//! Lists that are steered: elements are added, left out and changed, so that some satisfy a condition, or as many, or their sum is a number.

use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::{MOST_ELEMENTS, Steering, read};
use crate::graph::Quantifier;
use crate::prove::logic::FormulaId;
use crate::prove::scene::Path;
use crate::prove::terms::{ClassId, Term};

impl Steering<'_, '_> {
    /// Makes a list have an element that satisfies a condition, or none.
    pub(super) fn exists(&mut self, list: ClassId, body: FormulaId, wish: bool, depth: u32) -> bool {
        let Some((path, least, _)) = self.list(list) else { return false };
        let length = self.length_of(&path);
        let keeping = self.kept_by_elements(list);
        // Elements that do not keep their relations are mended; those that do something else are left out, or mended where that did not help.
        let mended = keeping.is_some_and(|keeping| keeping.1 == body) || (!self.simple && self.random.below(2) == 0);
        if !wish && least == 0 && !mended {
            return self.resize(&path, 0);
        }
        if length == 0 && !self.resize(&path, 1) {
            return false;
        }
        if wish {
            // Two wishes may need an element each.
            let length = self.length_of(&path);
            let place = match self.random.below(3) {
                _ if self.simple => 0,
                0 => self.random.below(length.clamp(1, MOST_ELEMENTS) as usize) as i128,
                _ if self.resize(&path, length + 1) => length,
                _ => self.random.below(length.clamp(1, MOST_ELEMENTS) as usize) as i128,
            };
            return self.element(&path, place, |steering| steering.element_formula(keeping, body, depth));
        }
        let places = self.length_of(&path).min(MOST_ELEMENTS);
        (0..places).filter(|place| !self.element(&path, *place, |steering| steering.formula(body, wish, depth + 1))).count() == 0
    }

    /// What the elements of a list keep, for the loop that is entered next, and the opposite.
    fn kept_by_elements(&self, list: ClassId) -> Option<(FormulaId, FormulaId)> {
        self.scene.model.keeping.get(&(list, self.scene.elements.len() as u32)).copied()
    }

    /// Makes a condition on an element true, and what the element keeps.
    fn element_formula(&mut self, keeping: Option<(FormulaId, FormulaId)>, body: FormulaId, depth: u32) -> bool {
        for _ in 0..2 {
            let done = self.formula(body, true, depth + 1);
            if keeping.is_none_or(|keeping| self.formula(keeping.0, true, depth + 1)) && self.scene.holds(body) != Some(false) {
                return done;
            }
        }
        false
    }

    /// Does something inside of a loop that is at an element.
    pub(super) fn element<T>(&mut self, list: &Path, place: i128, action: impl FnOnce(&mut Self) -> T) -> T {
        let mut path = list.clone();
        path.push(place as u32);
        let value = read(&self.scene.input, &path).unwrap_or(Value::Missing);
        self.scene.elements.push((value, Some(path)));
        let done = action(self);
        self.scene.elements.pop();
        done
    }

    /// The path of a list, and its least and greatest lengths.
    pub(super) fn list(&self, class: ClassId) -> Option<(Path, i128, i128)> {
        let path = self.path(class, 0)?;
        match &self.scene.model.classes.get(class).ty {
            Type::List { min, max, .. } => Some((path, (*min).into(), (*max).into())),
            _ => None,
        }
    }

    pub(super) fn length_of(&self, path: &Path) -> i128 {
        match read(&self.scene.input, path) {
            Some(Value::List(elements)) => elements.len() as i128,
            _ => 0,
        }
    }

    pub(super) fn resize(&mut self, path: &Path, length: i128) -> bool {
        let Some(Type::List { element, min, max }) = self.type_at(path) else { return false };
        if length < i128::from(min) || length > i128::from(max) || length > MOST_ELEMENTS.max(min.into()) {
            return false;
        }
        let Some(Value::List(old)) = read(&self.scene.input, path) else { return false };
        let Some(fresh) = self.defaults.of(&element) else { return false };
        let elements = (0..length as usize).map(|place| old.get(place).cloned().unwrap_or_else(|| fresh.clone())).collect::<Vec<_>>();
        self.write(path, Value::List(elements.into()))
    }

    pub(super) fn count(&mut self, list: ClassId, filter: FormulaId, number: i128, depth: u32) -> bool {
        let Some((path, least, greatest)) = self.list(list) else { return false };
        let length = number.clamp(least, greatest);
        if !self.resize(&path, length) {
            return false;
        }
        let keeping = self.kept_by_elements(list);
        let steer = |steering: &mut Self, counts: bool| match counts {
            true => steering.element_formula(keeping, filter, depth),
            false => steering.formula(filter, false, depth + 1),
        };
        (0..length).filter(|place| !self.element(&path, *place, |steering| steer(steering, *place < number))).count() == 0
    }

    /// What an average is that of: the list, which elements count, and their values.
    pub(super) fn average_of(&self, class: ClassId) -> Option<(ClassId, FormulaId, ClassId)> {
        match &self.scene.model.classes.get(class).term {
            Term::Gone(Quantifier::Average, list, filter, Some(body), _) => Some((*list, *filter, *body)),
            Term::Unwrap(of) => self.average_of(*of),
            _ => None,
        }
    }

    /// Reaches an average through the sum over as few elements as can have it.
    pub(super) fn average(&mut self, (list, filter, body): (ClassId, FormulaId, ClassId), number: i128, places: u32, depth: u32) -> bool {
        let Some((path, least, greatest)) = self.list(list) else { return false };
        let scale = self.scene.model.classes.get(body).ty.scalar().map_or(0, |scalar| scalar.kind.scale());
        let power = |exponent: u32| 10i128.checked_pow(exponent);
        let sum = |count: i128| {
            let (above, below) = (number.checked_mul(count)?.checked_mul(power(scale)?)?, power(places)?);
            (above.rem_euclid(below) == 0).then_some(above / below)
        };
        let reached = (least.max(1)..=greatest.min(MOST_ELEMENTS)).find_map(|count| Some((count, sum(count)?)));
        reached.is_some_and(|(count, sum)| self.resize(&path, count) && self.total(list, filter, body, sum, depth))
    }

    /// Reaches the least or the greatest of a list by making it that of each element.
    pub(super) fn extreme(&mut self, list: ClassId, filter: FormulaId, body: ClassId, number: i128, depth: u32) -> bool {
        let Some((path, ..)) = self.list(list) else { return false };
        if self.length_of(&path) == 0 && !self.resize(&path, 1) {
            return false;
        }
        let keeping = self.kept_by_elements(list);
        let places = self.length_of(&path).min(MOST_ELEMENTS);
        let reach = |steering: &mut Self| steering.element_formula(keeping, filter, depth) && steering.number(body, number, depth);
        (0..places).filter(|place| !self.element(&path, *place, reach)).count() == 0
    }

    /// Reaches a sum over a list by changing its elements, and adding some.
    pub(super) fn total(&mut self, list: ClassId, filter: FormulaId, body: ClassId, number: i128, depth: u32) -> bool {
        let Some((path, least, greatest)) = self.list(list) else { return false };
        if number == 0 && least == 0 {
            return self.resize(&path, 0);
        }
        for place in 0..greatest.min(12) {
            if place >= self.length_of(&path) && !self.resize(&path, place + 1) {
                return false;
            }
            let keeping = self.kept_by_elements(list);
            self.element(&path, place, |steering| steering.element_formula(keeping, filter, depth));
            let Some(total) = self.scene_total(list, filter, body) else { return false };
            if total == number || self.element(&path, place, |steering| steering.add(body, number - total, depth)) {
                return true;
            }
        }
        false
    }

    fn scene_total(&mut self, list: ClassId, filter: FormulaId, body: ClassId) -> Option<i128> {
        let Some(Value::List(elements)) = self.scene.value(list) else { return None };
        let mut sum = 0i128;
        for element in elements.iter() {
            self.scene.elements.push((element.clone(), None));
            let counts = self.scene.holds(filter);
            let part = self.scene.number(body);
            self.scene.elements.pop();
            if counts? {
                sum = sum.checked_add(part?)?;
            }
        }
        Some(sum)
    }
}
