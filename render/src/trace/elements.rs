//! Which elements of a list are drawn: those that decided, applied or counted, and enough of the others to see what became of them.

use axtrace_runtime::trace::{Element, Elements, SHOWN_ENDS, Status, TraceKind, TraceNode};

use super::Detail;
use crate::findings::grouped;

/// Elements that are drawn if there are no more that matter.
const FEW: usize = 4;

/// The elements of a list that are drawn.
pub(super) struct Chosen<'a> {
    /// In their order.
    pub(super) shown: Vec<&'a Element>,
    /// How many were visited.
    visited: u32,
    /// Whether more of them can be asked for.
    more: bool,
}

impl<'a> Chosen<'a> {
    pub(super) fn of(list: &TraceNode, elements: &'a Elements, detail: Detail) -> Self {
        let all: Vec<&Element> = elements.shown.iter().collect();
        let shown = if detail == Detail::Brief { brief(list, &all) } else { all };
        let more = shown.len() < elements.shown.len();
        Self { shown, visited: elements.visited, more }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.visited == 0
    }

    /// What is said of those between two that are drawn, if everything is.
    pub(super) fn before(&self, place: usize) -> Option<String> {
        let before = place.checked_sub(1).and_then(|before| self.shown.get(before))?;
        let left = self.shown.get(place)?.index.saturating_sub(before.index + 1);
        (left > 0 && !self.more).then(|| format!("… {} more", grouped(left.into())))
    }

    /// What is said of those that are not drawn, at the end.
    pub(super) fn rest(&self) -> Option<String> {
        let all = self.visited as usize;
        let left = match self.shown.last() {
            Some(last) if !self.more => all.saturating_sub(last.index as usize + 1),
            _ => all.saturating_sub(self.shown.len()),
        };
        let ask = if self.more { " (--all)" } else { "" };
        (left > 0).then(|| format!("… {} more of {}{ask}", grouped(left as u64), grouped(self.visited.into())))
    }
}

/// Those that matter, of many the first and the last; and some of the others, if these are few.
fn brief<'a>(list: &TraceNode, all: &[&'a Element]) -> Vec<&'a Element> {
    let ends = SHOWN_ENDS as usize;
    let matter: Vec<usize> = (0..all.len()).filter(|place| matters(list, all, *place)).collect();
    let mut chosen = vec![false; all.len()];
    for (nth, place) in matter.iter().enumerate() {
        chosen[*place] = nth < ends || matter.len() - nth <= ends;
    }
    let mut few = FEW.saturating_sub(matter.len());
    for chosen in &mut chosen {
        if few > 0 && !*chosen {
            *chosen = true;
            few -= 1;
        }
    }
    all.iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(element, _)| *element).collect()
}

/// Whether an element decided, applied or counted.
fn matters(list: &TraceNode, all: &[&Element], place: usize) -> bool {
    let element = all[place];
    match list.status {
        Status::True | Status::False => {
            // The one that decided says what the whole says, and something else than those before it.
            let told = |element: &Element| element.children.first().map(|node| node.status.clone());
            told(element).as_ref() == Some(&list.status) && told(element) != told(all[if place == 0 { all.len() - 1 } else { 0 }])
        }
        _ => applied(element) || element.children.iter().any(|node| node.status == Status::True || counts(node)),
    }
}

fn counts(node: &TraceNode) -> bool {
    node.kind == TraceKind::Body && node.status != Status::NotEvaluated
}

/// Whether a rule applied to an element, or to an element of a list in it.
pub(super) fn applied(element: &Element) -> bool {
    some_instance(element, Status::applied)
}

/// Whether what became of a rule for an element, or for an element of a list in it, is something.
pub(super) fn some_instance(element: &Element, is: fn(&Status) -> bool) -> bool {
    element.children.iter().any(|node| match &node.kind {
        TraceKind::Instance { .. } => is(&node.status),
        TraceKind::Loop { .. } => node.elements.iter().flat_map(|elements| &elements.shown).any(|element| some_instance(element, is)),
        _ => false,
    })
}

/// Which element it is, and what became of the rule for it.
pub(super) fn label_of(binder: &str, element: &Element) -> String {
    let words = element.children.iter().find(|node| matches!(node.kind, TraceKind::Instance { .. })).map(|node| node.status.words());
    let words = words.map(|words| format!("  {words}")).unwrap_or_default();
    format!("{binder} {}{words}", element.index + 1)
}

/// The label with the place in the input.
pub(super) fn title_of(binder: &str, element: &Element) -> String {
    let pointer = match (&element.pointer, &element.ends) {
        (Some(pointer), _) => format!("  {pointer}"),
        (None, Some((first, last))) if first == last => format!("  {first}"),
        (None, Some((first, last))) => format!("  {first} to {}", last.rsplit('/').next().unwrap_or_default()),
        (None, None) => String::new(),
    };
    format!("{}{pointer}", label_of(binder, element))
}
