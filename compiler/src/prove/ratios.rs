//! Comparisons of ratios: brought to one divisor where that leaves a linear form, else by where the ratio lies among constants.

use axtrace_runtime::types::Type;
use axtrace_runtime::value::Value;

use super::compare::{allowed, turn, unscale};
use super::logic::FormulaId;
use super::model::{Model, Subject};
use super::sets::IntSet;
use super::terms::{Class, ClassId, Linear, Term};
use crate::function::Function;
use crate::graph::Comparison;

/// The most places that a number has which a ratio is compared with.
const MOST_PLACES: u32 = 18;

impl Model<'_> {
    /// A comparison in which at least one side is a ratio: both are brought to one divisor, if that leaves a linear form. A side that is
    /// a number has the digits after the point given for it.
    pub(super) fn compare_ratios(&mut self, comparison: Comparison, left: (ClassId, u32), right: (ClassId, u32)) -> FormulaId {
        let crossed = self.cross_compare(comparison, left, right);
        let compared = crossed.or_else(|| self.compare_position(comparison, left.0, right));
        match compared.or_else(|| self.compare_position(comparison.turned(), right.0, left)) {
            Some(formula) => formula,
            None => {
                let (left, right) = (self.as_ratio(left), self.as_ratio(right));
                self.unrelated(comparison, left, right)
            }
        }
    }

    /// A number as the ratio of its whole number and the power of ten of its places.
    fn as_ratio(&mut self, (class, scale): (ClassId, u32)) -> ClassId {
        let it = self.classes.get(class);
        let (Type::Scalar(scalar), span) = (&it.ty, it.span) else { return class };
        let (kind, one) = (scalar.kind, Type::integer(1, 1));
        let one = self.constant(Value::Scalar(1), one, span);
        let ty = Type::Ratio { kind, num: (i128::MIN, i128::MAX), den: (1, i128::MAX) };
        self.class(Term::Ratio(class, one, 0, scale), ty, span)
    }

    /// A comparison of a ratio, which is not looked into, with a constant number.
    fn compare_position(&mut self, comparison: Comparison, ratio: ClassId, (number, scale): (ClassId, u32)) -> Option<FormulaId> {
        let Term::Constant(Value::Scalar(number)) = self.classes.get(number).term else { return None };
        let places = MOST_PLACES.checked_sub(scale)?;
        let at = number.checked_mul(10i128.checked_pow(places)?)?.checked_mul(2)?;
        let Class { ty: Type::Ratio { .. }, span, .. } = *self.classes.get(ratio) else { return None };
        let position = self.class(Term::Position(ratio, MOST_PLACES), Type::integer(i128::MIN, i128::MAX), span);
        let variable = self.variable(Subject::Number(position), &IntSet::all());
        Some(self.logic.atom(variable, unscale(&allowed(comparison), at.checked_neg()?, 1)?))
    }

    fn cross_compare(&mut self, comparison: Comparison, left: (ClassId, u32), right: (ClassId, u32)) -> Option<FormulaId> {
        let (left_num, left_den) = self.rational(left)?;
        let (right_num, right_den) = self.rational(right)?;
        let difference = left_num.product(&right_den)?.plus(&right_num.product(&left_den)?, -1)?;
        let (left_positive, right_positive) = (self.is_positive(&left_den)?, self.is_positive(&right_den)?);
        let kept = self.logic.same(left_positive, right_positive);
        let turned = self.logic.not(kept);
        let holds = self.relate(&difference, &allowed(comparison), &IntSet::all())?;
        let holds_turned = self.relate(&difference, &allowed(turn(comparison)), &IntSet::all())?;
        let (holds, holds_turned) = (self.both(kept, holds), self.both(turned, holds_turned));
        Some(self.either(holds, holds_turned))
    }

    /// A ratio, or a number with digits after the point, as dividend and divisor.
    fn rational(&self, (class, scale): (ClassId, u32)) -> Option<(Linear, Linear)> {
        let power = |exponent: u32| 10i128.checked_pow(exponent);
        match &self.classes.get(class).term {
            Term::Ratio(left, right, scale_left, scale_right) => {
                let left = self.classes.linear(*left).times(power(*scale_left)?)?;
                Some((left, self.classes.linear(*right).times(power(*scale_right)?)?))
            }
            Term::Constant(Value::Ratio { num, den }) => Some((Linear::constant(*num), Linear::constant(*den))),
            Term::Call(function, operands) => {
                let [left, right] = operands.as_slice() else { return None };
                let ((a, b), (c, d)) = (self.rational((*left, 0))?, self.rational((*right, 0))?);
                let sum = |sign: i128| a.product(&d)?.plus(&c.product(&b)?, sign);
                match function {
                    Function::AddRatios => Some((sum(1)?, b.product(&d)?)),
                    Function::SubtractRatios => Some((sum(-1)?, b.product(&d)?)),
                    Function::MultiplyRatios => Some((a.product(&c)?, b.product(&d)?)),
                    Function::DivideRatios => Some((a.product(&d)?, b.product(&c)?)),
                    _ => None,
                }
            }
            _ if matches!(self.classes.get(class).ty, Type::Ratio { .. }) => None,
            _ => Some((self.classes.linear(class), Linear::constant(power(scale)?))),
        }
    }

    /// That a divisor, which is not 0, is positive.
    fn is_positive(&mut self, divisor: &Linear) -> Option<FormulaId> {
        self.relate(divisor, &allowed(Comparison::Greater), &IntSet::all())
    }
}
