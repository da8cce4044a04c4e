//! Built-in functions: each is a helper of the runtime, or a few instructions.

use axtrace_runtime::helpers::{DatePart, Helper, NO_DATE, NOTHING};
use axtrace_runtime::types::Type;

use super::operand::Operand;
use super::pattern::Pattern;
use super::{Evaluated, Lower};
use crate::function::Function;
use crate::graph::NodeId;
use crate::mir::{Inst, Order, Value, Width};

impl<'g> Lower<'g, '_> {
    /// What a function gives for the values of its operands.
    pub fn call(&mut self, function: Function, operands: &[NodeId], ty: &'g Type) -> Evaluated<'g> {
        match function {
            Function::Numbers => self.helper(Helper::Numbers, operands),
            Function::Item => self.item(operands, ty),
            Function::Distinct => {
                let place = self.element_place(ty);
                self.list_helper(Helper::Distinct, operands, place)
            }
            Function::Pairs => {
                let place = self.element_place(ty);
                self.list_helper(Helper::Pairs, operands, place)
            }
            Function::Flatten => {
                let stride = self.element_stride(ty);
                self.list_helper(Helper::Flatten, operands, stride)
            }
            Function::YearsBetween => self.helper(Helper::YearsBetween, operands),
            Function::MonthsBetween => self.helper(Helper::MonthsBetween, operands),
            Function::YearOf => self.part_of(DatePart::Year, operands),
            Function::MonthOf => self.part_of(DatePart::Month, operands),
            Function::DayOf => self.part_of(DatePart::Day, operands),
            Function::WeekdayOf => self.part_of(DatePart::Weekday, operands),
            Function::AddMonths => self.helper(Helper::AddMonths, operands),
            Function::DateFrom => self.date_from(operands),
            Function::DatetimeAt => self.datetime_at(operands),
            Function::DateOf => self.helper(Helper::DateOf, operands),
            Function::TimeOf => self.helper(Helper::TimeOf, operands),
            Function::AddRatios | Function::SubtractRatios | Function::MultiplyRatios | Function::DivideRatios => {
                self.quotients(function, operands, ty)
            }
            Function::Power => self.power(operands, ty),
            Function::StartsWith => self.asked(Helper::StartsWith, operands),
            Function::EndsWith => self.asked(Helper::EndsWith, operands),
            Function::Contains => self.asked(Helper::Contains, operands),
            Function::Matches => self.asked(Helper::Matches, operands),
            Function::LengthOf => self.helper(Helper::LengthOf, operands),
            Function::Lower => self.helper(Helper::Lower, operands),
            Function::Upper => self.helper(Helper::Upper, operands),
            Function::Trim => self.helper(Helper::Trim, operands),
            Function::Characters => self.helper(Helper::Characters, operands),
            Function::ToDecimal => self.reader(Helper::ToDecimal, operands),
            Function::ToDate => self.reader(Helper::ToDate, operands),
            Function::Headers => self.headers(operands),
            Function::Row => self.table_row(operands),
            Function::Rows => self.table_rows(operands),
            Function::Cell => self.table_cell(operands, ty),
        }
    }

    /// The headers of a table, which are evaluated for what is recorded of them.
    fn headers(&mut self, operands: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        for operand in operands {
            pattern.add(self.evaluate(*operand).pattern);
        }
        Evaluated::one(self.b.flag(true), pattern)
    }

    /// A helper that takes a list, and something of its elements.
    fn list_helper(&mut self, helper: Helper, operands: &[NodeId], more: Value) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let mut arguments: Vec<Value> = operands.iter().map(|operand| self.single(*operand, &mut pattern)).collect();
        arguments.push(more);
        Evaluated::one(self.b.make(Inst::Call { helper, arguments }, Width::Word), pattern)
    }

    /// A helper that takes the only leaf of each operand and gives one word.
    fn helper(&mut self, helper: Helper, operands: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let arguments = self.words(operands, &mut pattern);
        Evaluated::one(self.b.make(Inst::Call { helper, arguments }, Width::Word), pattern)
    }

    /// The only leaf of each operand, as a word.
    fn words(&mut self, operands: &[NodeId], pattern: &mut Pattern) -> Vec<Value> {
        operands.iter().map(|operand| self.word_of(*operand, pattern)).collect()
    }

    /// The only leaf of a node, as a word; numbers beyond 2^62 either way, which no helper tells apart, as those.
    fn word_of(&mut self, operand: NodeId, pattern: &mut Pattern) -> Value {
        let value = self.single(operand, pattern);
        if self.b.width(value) != Width::Wide {
            return value;
        }
        let (lo, hi) = (self.b.constant(-(1 << 62), Width::Wide), self.b.constant(1 << 62, Width::Wide));
        let below = self.b.compare(Order::Less, value, lo);
        let value = self.b.select(below, lo, value);
        let above = self.b.compare(Order::Greater, value, hi);
        let value = self.b.select(above, hi, value);
        self.b.fit(value, Width::Word)
    }

    fn part_of(&mut self, part: DatePart, operands: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let mut arguments = self.words(operands, &mut pattern);
        arguments.push(self.b.word(part as i64));
        Evaluated::one(self.b.make(Inst::Call { helper: Helper::PartOf, arguments }, Width::Word), pattern)
    }

    /// The leaves of a date that is missing where there is none.
    fn date_from(&mut self, operands: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let arguments = self.words(operands, &mut pattern);
        let date = self.b.make(Inst::Call { helper: Helper::DateFrom, arguments }, Width::Word);
        let (none, zero) = (self.b.word(NO_DATE), self.b.word(0));
        let there = self.b.compare(Order::NotEqual, date, none);
        let date = self.b.select(there, date, zero);
        Evaluated { operand: Operand::Leaves(vec![there, date]), pattern }
    }

    /// The leaves of an instant.
    fn datetime_at(&mut self, operands: &[NodeId]) -> Evaluated<'g> {
        let mut pattern = Pattern::default();
        let arguments = self.words(operands, &mut pattern);
        let zone = arguments.last().copied().unwrap_or_else(|| self.b.word(0));
        let instant = self.b.make(Inst::Call { helper: Helper::InstantAt, arguments }, Width::Word);
        let offset = self.b.make(Inst::Call { helper: Helper::OffsetAt, arguments: vec![instant, zone] }, Width::Word);
        Evaluated { operand: Operand::Leaves(vec![instant, offset]), pattern }
    }

    /// A helper whose word is 0 or 1.
    fn asked(&mut self, helper: Helper, operands: &[NodeId]) -> Evaluated<'g> {
        let done = self.helper(helper, operands);
        let (word, zero) = (self.leaf(&done.operand), self.b.word(0));
        Evaluated::one(self.b.compare(Order::NotEqual, word, zero), done.pattern)
    }

    /// A helper that gives a number, or [`NOTHING`].
    fn reader(&mut self, helper: Helper, operands: &[NodeId]) -> Evaluated<'g> {
        let done = self.helper(helper, operands);
        let (number, nothing, zero) = (self.leaf(&done.operand), self.b.word(NOTHING), self.b.word(0));
        let there = self.b.compare(Order::NotEqual, number, nothing);
        let number = self.b.select(there, number, zero);
        Evaluated { operand: Operand::Leaves(vec![there, number]), pattern: done.pattern }
    }
}
