//! Source text as a tree whose parts can be left out or replaced, so that a failing program can be made small.

use axtrace_runtime::types::Type;

/// What may stand in the place of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Only itself.
    Part,
    /// Nothing: it is a declaration, a clause or one of several.
    Item,
    /// Another value that goes where this type goes.
    Value(Type),
}

/// Text with nodes in it.
#[derive(Clone, Debug)]
pub struct Node {
    pub shape: Shape,
    /// The text, with a `~` for each child.
    pub template: String,
    pub children: Vec<Self>,
    /// The constructs of the language that it has itself.
    pub marks: Vec<&'static str>,
}

impl Node {
    pub fn new(shape: Shape, template: impl Into<String>, children: Vec<Self>) -> Self {
        let template = template.into();
        debug_assert_eq!(template.matches('~').count(), children.len(), "{template}");
        Self { shape, template, children, marks: Vec::new() }
    }

    pub fn part(template: impl Into<String>, children: Vec<Self>) -> Self {
        Self::new(Shape::Part, template, children)
    }

    pub fn item(template: impl Into<String>, children: Vec<Self>) -> Self {
        Self::new(Shape::Item, template, children)
    }

    pub fn value(ty: Type, template: impl Into<String>, children: Vec<Self>) -> Self {
        Self::new(Shape::Value(ty), template, children)
    }

    /// Nodes one after the other.
    pub fn all(children: Vec<Self>) -> Self {
        Self::part("~".repeat(children.len()), children)
    }

    /// Nodes with commas between them.
    pub fn listed(children: Vec<Self>) -> Self {
        Self::part(vec!["~"; children.len()].join(", "), children)
    }

    pub fn mark(mut self, construct: &'static str) -> Self {
        self.marks.push(construct);
        self
    }

    /// The type of a value; a boolean for what is none.
    pub fn ty(&self) -> Type {
        match &self.shape {
            Shape::Value(ty) => ty.clone(),
            _ => Type::Boolean,
        }
    }

    /// The source text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        let mut pieces = self.template.split('~');
        out.push_str(pieces.next().unwrap_or(""));
        for (child, piece) in self.children.iter().zip(pieces) {
            child.write(out);
            out.push_str(piece);
        }
    }

    /// All constructs in it.
    pub fn constructs(&self, into: &mut Vec<&'static str>) {
        into.extend(&self.marks);
        for child in &self.children {
            child.constructs(into);
        }
    }

    /// How many nodes it has, itself included.
    pub fn count(&self) -> usize {
        1 + self.children.iter().map(Self::count).sum::<usize>()
    }

    /// The node at a place, in the order of the text.
    pub fn at(&mut self, place: usize) -> Option<&mut Self> {
        if place == 0 {
            return Some(self);
        }
        let mut before = 1;
        for child in &mut self.children {
            let count = child.count();
            if place < before + count {
                return child.at(place - before);
            }
            before += count;
        }
        None
    }

    /// All nodes inside of it.
    pub fn inside(&self, into: &mut Vec<Self>) {
        for child in &self.children {
            into.push(child.clone());
            child.inside(into);
        }
    }
}
