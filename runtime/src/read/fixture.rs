//! Small programs for tests: types and one decision, without rules.

use axtrace_source::{Sources, Span};

use crate::layout::{Shape, Struct};
use crate::meta::{DecisionMeta, ProgramMeta, Tag};
use crate::types::{EnumType, FieldType, RecordType, Type, Types};

/// A field; its span is made of its name, so that fields can be told apart.
pub(crate) fn field(name: &str, ty: Type) -> FieldType {
    FieldType { name: name.to_owned(), ty, span: Span::new(1, 1 + name.len() as u32) }
}

pub(crate) fn enum_type(name: &str, values: &[&str]) -> EnumType {
    EnumType { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect(), span: Span::new(0, 1) }
}

pub(crate) fn skills() -> EnumType {
    enum_type("Skill", &["forklift", "cashier", "first aid", "night_lead"])
}

pub(crate) fn record(name: &str, fields: Vec<FieldType>, open: bool) -> RecordType {
    RecordType { name: name.to_owned(), fields, open, span: Span::new(0, 1) }
}

/// A program with one decision of these parameters.
pub(crate) fn program(params: Vec<FieldType>, enums: Vec<EnumType>, records: Vec<RecordType>) -> ProgramMeta {
    let types = Types { enums, records };
    let input = Struct::of(params.iter().map(|param| Shape::of(&param.ty, &types)).collect());
    let decision = DecisionMeta {
        name: "d".to_owned(),
        module: "m".to_owned(),
        owner: None,
        span: Span::new(0, 1),
        params,
        input,
        gives: Type::Boolean,
        tags: vec![Tag::Decided],
        outcome: Struct::default(),
        policy: None,
        ranks: Vec::new(),
        rules: vec![],
        sites: vec![],
        frames: vec![],
    };
    ProgramMeta {
        types,
        decisions: vec![decision],
        roles: vec![],
        zones: vec![],
        relations: Vec::new(),
        constants: vec![],
        templates: vec![],
        listed: vec![],
        patterns: Vec::new(),
        plans: Vec::new(),
        tables: Vec::new(),
        sources: Sources::new(),
        digest: String::new(),
        version: None,
    }
}
