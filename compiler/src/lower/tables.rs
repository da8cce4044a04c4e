//! Tables that are looked up: values become keys, and a helper finds rows by them; what rows give is read from constants.

use std::borrow::Cow;

use axtrace_runtime::helpers::Helper;
use axtrace_runtime::layout::Shape;
use axtrace_runtime::table::{Column, Table};
use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value as Constant;

use super::operand::Operand;
use super::pattern::Pattern;
use super::{Evaluated, Lower};
use crate::graph::{NodeId, NodeKind};
use crate::mir::{Base, Binary, Inst, Keep, Order, Storage, Value, Width};

/// A key in memory.
const KEY: Storage = Storage { bytes: 8, signed: true };

impl<'g> Lower<'g, '_> {
    /// The place of the first row that applies, which may be missing.
    pub fn table_row(&mut self, operands: &[NodeId]) -> Evaluated<'g> {
        let found = self.rows_by(Helper::TableRow, operands);
        let (row, zero) = (self.leaf(&found.operand), self.b.word(0));
        let there = self.b.compare(Order::GreaterOrEqual, row, zero);
        let row = self.b.select(there, row, zero);
        Evaluated { operand: Operand::Leaves(vec![there, row]), pattern: found.pattern }
    }

    /// The list of the places of all rows that apply.
    pub fn table_rows(&mut self, operands: &[NodeId]) -> Evaluated<'g> {
        self.rows_by(Helper::TableRows, operands)
    }

    /// What a row gives.
    pub fn table_cell(&mut self, operands: &[NodeId], ty: &'g Type) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let row = operands.get(2).map(|row| self.single(*row, &mut pattern)).unwrap_or_else(|| self.b.word(0));
        let row = self.b.fit(row, Width::Word);
        let column = self.place_of(operands, 1);
        let gives = self.looked_up(operands).and_then(|(_, table)| table.gives.get(column?));
        let Some(gives) = gives else { return Evaluated { operand: Operand::Leaves(self.zeros(ty)), pattern } };
        let list = Type::List { element: Box::new(gives.ty.clone()), min: 0, max: gives.values.len() as u32 };
        let values = Constant::List(gives.values.clone().into());
        let handle = self.constant_handle(&values, &list);
        let first = self.b.make(Inst::Address(handle), Width::Word);
        let shape = Shape::element(&gives.ty, &self.meta.types);
        let stride = self.b.word(i64::from(shape.stride()));
        let distance = self.b.binary(Binary::Multiply, row, stride);
        let address = self.b.binary(Binary::Add, first, distance);
        Evaluated { operand: Operand::Place(Base::At(address), 0, Cow::Owned(shape)), pattern }
    }

    /// What a helper finds by the keys of the headers.
    fn rows_by(&mut self, helper: Helper, operands: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let Some((number, table)) = self.looked_up(operands) else { return Evaluated::one(self.b.word(-1), pattern) };
        let headers = operands.get(1..).unwrap_or_default();
        let keys = self.b.stack(8 * (headers.len().max(1) as u32));
        for (place, (header, column)) in headers.iter().zip(&table.columns).enumerate() {
            let key = self.key(*header, column, (number, place), &mut pattern);
            self.b.store(Base::At(keys), 8 * place as u32, KEY, key, Keep::Always);
        }
        let number = self.b.word(number as i64);
        let found = self.b.make(Inst::Call { helper, arguments: vec![number, keys] }, Width::Word);
        Evaluated::one(found, pattern)
    }

    fn key(&mut self, header: NodeId, column: &Column, (table, place): (usize, usize), pattern: &mut Pattern) -> Value {
        let done = self.evaluate(header);
        pattern.add(done.pattern);
        let leaves = self.leaves(&done.operand);
        let zero = self.b.word(0);
        let ty = self.ty(header);
        let (there, value) = match ty {
            Type::Optional(_) => (leaves.first().copied(), leaves.get(1).copied().unwrap_or(zero)),
            _ => (None, leaves.first().copied().unwrap_or(zero)),
        };
        let key = match ty.required() {
            Type::Text { .. } => {
                let (table, place) = (self.b.word(table as i64), self.b.word(place as i64));
                self.b.make(Inst::Call { helper: Helper::TextRank, arguments: vec![value, table, place] }, Width::Word)
            }
            _ => self.b.fit(value, Width::Word),
        };
        let Some(there) = there else { return key };
        let missing = self.b.word(column.missing(&self.meta.types).unwrap_or(0));
        self.b.select(there, key, missing)
    }

    fn looked_up(&self, operands: &[NodeId]) -> Option<(usize, &'g Table)> {
        let number = self.place_of(operands, 0)?;
        Some((number, self.meta.tables.get(number)?))
    }

    /// The number that an operand is, which is a constant.
    fn place_of(&self, operands: &[NodeId], operand: usize) -> Option<usize> {
        match &self.node(*operands.get(operand)?).kind {
            NodeKind::Constant(number) => usize::try_from(number.number()?).ok(),
            _ => None,
        }
    }
}
