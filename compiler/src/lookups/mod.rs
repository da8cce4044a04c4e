//! Makes large tables ones that are looked up.
//!
//! On arrival each row of a table is a rule. On leaving, the rows of a table with more than [`FEW`] of them are data: one expression finds those that
//! apply, and a rule stands for all that decide alike. Tables stay rules whose rows decide in more than `MOST_WAYS` ways, or ask more than
//! `MOST_ASKED` things that are no comparison with a constant.
//!
//! Where only the first row counts (`first`), and where no two can apply (`unique`), one place is looked for; otherwise all.

mod tests;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use axtrace_runtime::meta::{Found, Policy, RuleId};
use axtrace_runtime::table::{Boxes, Column, Gives, Mode, Row, Table, Test, boxes_of};
use axtrace_runtime::types::{Scalar, Type, Types};
use axtrace_runtime::value::Value;
use axtrace_source::{Sources, Span};

pub use tests::test_of;

use crate::function::Function;
use crate::graph::Comparison;
use crate::hir::{self, Binary, Binder, Body, Expr, ExprKind, Many, Outcome, Piece, Rule, Unary, VarId};

/// So many rows are as good as rules.
pub const FEW: usize = 64;
/// In how many ways the rows of a table that is looked up may decide: all constants are one.
const MOST_WAYS: usize = 64;
/// How many conditions of a table that is looked up may be more than a comparison with constants.
const MOST_ASKED: usize = 16;

/// Makes large tables ones that are looked up. Gives them, and for each decision where its rules have gone.
pub fn lookups(program: &mut hir::Program, sources: &Sources, few: usize) -> (Vec<Table>, Vec<Vec<Found>>) {
    let mut tables = Vec::new();
    let types = program.types.clone();
    let places = program.decisions.iter_mut().map(|decision| in_decision(decision, &types, sources, few, &mut tables)).collect();
    (tables, places)
}

fn in_decision(decision: &mut hir::Decision, types: &Types, sources: &Sources, few: usize, tables: &mut Vec<Table>) -> Vec<Found> {
    let Body::Rules(rules) = &mut decision.body else { return Vec::new() };
    let unchanged = |count: usize| (0..count).map(|place| (RuleId(place as u32), None)).collect();
    if rules.len() <= few {
        return unchanged(rules.len());
    }
    let mut sizes = vec![0; decision.tables.len()];
    rules.iter().filter_map(|rule| rule.row.as_ref()).for_each(|row| sizes[row.table] += 1);
    // A row that stands in a relation of its own to other rules stays a rule.
    let mut sought = Seeker { types, sources, policy: decision.policy.unwrap_or(Policy::Any), gives: &decision.gives.0 };
    let mut all = std::mem::take(rules).into_iter().peekable();
    let (mut kept, mut places): (Vec<Rule>, Vec<Found>) = (Vec::new(), Vec::new());
    let mut overridden: Vec<Vec<usize>> = Vec::new();
    while let Some(rule) = all.next() {
        let table = rule.row.as_ref().map(|row| row.table).filter(|table| sizes[*table] > few);
        let Some(table) = table else {
            places.push((RuleId(kept.len() as u32), None));
            overridden.push(rule.overrides.clone());
            kept.push(rule);
            continue;
        };
        let mut rows = vec![rule];
        while let Some(next) = all.next_if(|next| next.row.as_ref().is_some_and(|row| row.table == table)) {
            rows.push(next);
        }
        let first = kept.len();
        match sought.look_up(&mut decision.tables[table], &rows, table, tables.len() as u32, first) {
            Some((found, classes)) => {
                places.extend(found.rows.iter().enumerate().map(|(row, it)| (it.rule, Some(row as u32))));
                tables.push(found);
                overridden.extend(classes.iter().map(|_| rows[0].overrides.clone()));
                kept.extend(classes);
            }
            None => {
                for row in rows {
                    places.push((RuleId(kept.len() as u32), None));
                    overridden.push(row.overrides.clone());
                    kept.push(row);
                }
            }
        }
    }
    for (rule, overridden) in kept.iter_mut().zip(overridden) {
        rule.overrides = overridden.into_iter().map(|place| places[place].0.index()).collect();
        rule.overrides.sort_unstable();
        rule.overrides.dedup();
    }
    *rules = kept;
    places
}

struct Seeker<'a> {
    types: &'a Types,
    sources: &'a Sources,
    policy: Policy,
    gives: &'a Type,
}

/// Rows that decide alike.
struct Class<'r> {
    first: &'r Rule,
    /// Whether they give constants, which may differ.
    constant: bool,
}

impl Seeker<'_> {
    /// The table as data, and the rules that stand for its rows.
    fn look_up(&mut self, table: &mut hir::Table, rows: &[Rule], place: usize, number: u32, first: usize) -> Option<(Table, Vec<Rule>)> {
        if rows.iter().any(|row| row.overrides != rows[0].overrides) || u32::try_from(rows.len()).is_err() {
            return None;
        }
        let (columns, asked, cells) = self.columns(table, rows)?;
        let (classes, class_of) = self.classes(rows)?;
        let single = matches!(self.policy, Policy::First | Policy::Unique);
        let mut gives = Vec::new();
        if classes.len() > 1 {
            let ty = Type::integer(0, classes.len() as i128 - 1);
            gives.push(Gives { ty, values: class_of.iter().map(|class| Value::Scalar(*class as i128)).collect() });
        }
        let constant_class = classes.iter().position(|class| class.constant);
        let call = Call { table: number, row: table.row, found: table.found, rows: rows.len(), span: table.span, single };
        let constants: Vec<Option<&Value>> = rows.iter().map(|row| constant_of(row)).collect();
        let picked = constant_class.map(|class| self.pick(&call, &constants, self.value_type(&classes[class]), &mut gives));
        let several = classes.len() > 1;
        // What is computed may need to know what the cells say.
        let computed = classes.iter().any(|class| !class.constant || reasons(class.first));
        let boxes = if computed { boxes_of(&unbounded(&columns), &cells, rows.len(), self.types).ok() } else { None };
        let rules: Vec<Rule> = classes
            .iter()
            .enumerate()
            .map(|(place_of, class)| {
                let outcome = match &picked {
                    Some(value) if class.constant => Outcome::Value(value.clone()),
                    _ => class.first.outcome.clone(),
                };
                let boxes = boxes.as_ref().filter(|_| !class.constant || reasons(class.first));
                let knows = boxes.map_or_else(Vec::new, |boxes| known(table, boxes, &class_of, place_of));
                Rule { knows, ..call.rule(class.first, outcome, several.then_some(place_of), place) }
            })
            .collect();
        let mut operands = vec![constant(Value::Scalar(number.into()), Type::integer(number.into(), number.into()), table.span)];
        operands.extend(table.columns.iter().map(|column| column.value.clone()));
        operands.extend(asked);
        table.lookup = Some((number, call.call(operands)));
        let says = self.says(rows);
        let names: Vec<Row> =
            (0..rows.len()).map(|row| row_meta(&rows[row], RuleId((first + class_of[row]) as u32), says[row], columns.len())).collect();
        let mode = if single { Mode::First } else { Mode::All };
        Some((Table { columns, cells, rows: names, gives, index: None, mode }, rules))
    }

    /// The columns as tests of values, what else is asked, each as a column of its own, and the cells.
    fn columns(&self, table: &hir::Table, rows: &[Rule]) -> Option<(Vec<Column>, Vec<Expr>, Vec<u32>)> {
        let own = table.columns.len();
        let mut known: HashMap<*const Expr, (usize, u32)> = HashMap::new();
        let mut tests: Vec<Vec<Test>> = vec![Vec::new(); own];
        let mut asked: Vec<Expr> = Vec::new();
        let mut sparse: Vec<Vec<(usize, u32)>> = Vec::with_capacity(rows.len());
        for row in rows {
            let mut line = Vec::new();
            for cell in &row.row.as_ref()?.cells {
                let key = Rc::as_ptr(&cell.test);
                let found = match known.get(&key) {
                    Some(found) => *found,
                    None => {
                        let value = &table.columns[cell.column].value;
                        let test = test_of(&cell.test, value, self.types);
                        let found = match test {
                            Some(test) => {
                                tests[cell.column].push(test);
                                (cell.column, tests[cell.column].len() as u32)
                            }
                            None if asked.len() < MOST_ASKED => {
                                asked.push(Expr { kind: ExprKind::Quiet(Box::new((*cell.test).clone())), ..(*cell.test).clone() });
                                (own + asked.len() - 1, 1)
                            }
                            None => return None,
                        };
                        known.insert(key, found);
                        found
                    }
                };
                line.push(found);
            }
            sparse.push(line);
        }
        let width = own + asked.len();
        let mut cells = vec![0; width * rows.len()];
        for (row, line) in sparse.into_iter().enumerate() {
            line.into_iter().for_each(|(column, test)| cells[row * width + column] = test);
        }
        let mut columns: Vec<Column> =
            table.columns.iter().zip(tests).map(|(column, tests)| Column::new(column.value.ty.clone(), tests)).collect();
        let truth = || Test::OneOf { values: vec![Value::Boolean(true)], more: 0 };
        columns.extend(asked.iter().map(|_| Column::new(Type::Boolean, vec![truth()])));
        Some((columns, asked, cells))
    }

    /// The ways in which rows decide, and of each row which it is.
    fn classes<'r>(&self, rows: &'r [Rule]) -> Option<(Vec<Class<'r>>, Vec<usize>)> {
        let mut classes: Vec<Class<'r>> = Vec::new();
        let mut known: HashMap<(Option<&str>, Option<usize>), usize> = HashMap::new();
        let mut class_of = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let constant = constant_of(row).is_some();
            let written = (!constant).then(|| self.sources.text(outcome_span(&row.outcome)));
            // A reason with values in it is worked out for its row alone, and so is what names the row.
            let own = (reasons(row) || written.is_some_and(names_its_row)).then_some(place);
            let next = classes.len();
            let class = *known.entry((written, own)).or_insert(next);
            if class == next {
                classes.push(Class { first: row, constant });
            }
            class_of.push(class);
        }
        // The list of outcomes is in the order of rows, which rules of their own would not keep.
        let ordered = self.policy == Policy::Collect && classes.len() > 1;
        (classes.len() <= MOST_WAYS && !ordered).then_some((classes, class_of))
    }

    /// For each row a number that those share that decide the same: equal constants, or what is written alike.
    fn says(&self, rows: &[Rule]) -> Vec<u32> {
        let mut known: HashMap<(Option<&Value>, &str, Option<usize>), u32> = HashMap::new();
        let mut says = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let constant = constant_of(row);
            let written = if constant.is_some() { "" } else { self.sources.text(outcome_span(&row.outcome)) };
            let next = known.len() as u32;
            says.push(*known.entry((constant, written, names_its_row(written).then_some(place))).or_insert(next));
        }
        says
    }

    fn value_type(&self, class: &Class<'_>) -> Type {
        match (&self.policy, &class.first.outcome) {
            (Policy::CollectCount, Outcome::Value(value)) => value.ty.clone(),
            (Policy::CollectMin | Policy::CollectMax, _) => self.gives.required().clone(),
            _ => self.gives.clone(),
        }
    }

    /// An expression for what the rows give, which are constants; a record field by field.
    fn pick(&self, call: &Call, values: &[Option<&Value>], ty: Type, gives: &mut Vec<Gives>) -> Expr {
        if let Type::Record(id) = ty {
            let field = |(place, ty): (usize, Type)| {
                let parts: Vec<Option<&Value>> = values
                    .iter()
                    .map(|value| match value {
                        Some(Value::Record(parts)) => parts.get(place),
                        _ => None,
                    })
                    .collect();
                self.pick(call, &parts, ty, gives)
            };
            let fields: Vec<Type> = self.types.record(id).fields.iter().map(|field| field.ty.clone()).collect();
            let fields = fields.into_iter().enumerate().map(field).collect();
            return Expr { kind: ExprKind::Many(Many::Record, fields), ty: Type::Record(id), span: call.span };
        }
        let ty = narrowed(ty, values);
        let nothing = values.iter().find_map(|value| *value).cloned().unwrap_or(Value::Missing);
        let column = gives.len();
        gives
            .push(Gives { ty: ty.clone(), values: values.iter().map(|value| value.cloned().unwrap_or_else(|| nothing.clone())).collect() });
        call.cell(column, ty)
    }
}

/// The expressions of a table that is looked up.
struct Call {
    table: u32,
    row: VarId,
    found: VarId,
    rows: usize,
    span: Span,
    single: bool,
}

impl Call {
    fn place(&self) -> Type {
        Type::integer(0, self.rows as i128 - 1)
    }

    fn found_type(&self) -> Type {
        match self.single {
            true => Type::Optional(Box::new(self.place())),
            false => Type::List { element: Box::new(self.place()), min: 0, max: self.rows as u32 },
        }
    }

    fn call(&self, operands: Vec<Expr>) -> Expr {
        let function = if self.single { Function::Row } else { Function::Rows };
        Expr { kind: ExprKind::Call(function, operands), ty: self.found_type(), span: self.span }
    }

    fn found(&self) -> Expr {
        Expr { kind: ExprKind::Variable(self.found), ty: self.found_type(), span: self.span }
    }

    /// The place of the row that was found.
    fn row(&self) -> Expr {
        if self.single {
            return Expr { kind: ExprKind::Unary(Unary::Unwrap, Box::new(self.found())), ty: self.place(), span: self.span };
        }
        Expr { kind: ExprKind::Variable(self.row), ty: self.place(), span: self.span }
    }

    fn cell(&self, column: usize, ty: Type) -> Expr {
        let number = |number: i128| constant(Value::Scalar(number), Type::integer(number, number), self.span);
        let operands = vec![number(self.table.into()), number(column as i128), self.row()];
        Expr { kind: ExprKind::Call(Function::Cell, operands), ty, span: self.span }
    }

    /// The rule that stands for the rows of a class; its number if there are several.
    fn rule(&self, first: &Rule, outcome: Outcome, class: Option<usize>, place: usize) -> Rule {
        let given =
            self.single.then(|| Expr { kind: ExprKind::Unary(Unary::IsGiven, Box::new(self.found())), ty: Type::Boolean, span: self.span });
        let of_class = class.map(|class| {
            let number = class as i128;
            let (left, right) = (
                self.cell(0, Type::integer(0, MOST_WAYS as i128)),
                constant(Value::Scalar(number), Type::integer(number, number), self.span),
            );
            let kind = ExprKind::Binary(Binary::Compare(Comparison::Equal), Box::new(left), Box::new(right));
            Expr { kind, ty: Type::Boolean, span: self.span }
        });
        let parts: Vec<Expr> = given.into_iter().chain(of_class).collect();
        let when = match parts.len() {
            0 => None,
            1 => parts.into_iter().next(),
            _ => Some(Expr { kind: ExprKind::Many(Many::And, parts), ty: Type::Boolean, span: self.span }),
        };
        let each = if self.single { Vec::new() } else { vec![Binder { element: self.row, place: None, list: self.found() }] };
        Rule {
            name: "table".into(),
            row: None,
            rows: Some(place),
            each,
            when: when.map(|when| Expr { ty: Type::Boolean, span: self.span, kind: ExprKind::Quiet(Box::new(when)) }),
            outcome,
            // A reason without values belongs to its row.
            because: first.because.clone().filter(|pieces| pieces.iter().any(|piece| literal(piece).is_none())),
            overrides: Vec::new(),
            head: self.span,
            span: self.span,
            ..first.clone()
        }
    }
}

/// Columns of numbers without bounds: those of what is computed are not known yet.
fn unbounded(columns: &[Column]) -> Vec<Column> {
    let wide = |scalar: Scalar| Type::Scalar(Scalar { lo: (i64::MIN + 1).into(), hi: i64::MAX.into(), ..scalar });
    let column = |column: &Column| {
        let ty = match (&column.ty, column.ty.required()) {
            (Type::Optional(_), Type::Scalar(scalar)) => Type::Optional(Box::new(wide(*scalar))),
            (_, Type::Scalar(scalar)) => wide(*scalar),
            _ => column.ty.clone(),
        };
        Column { ty, ..column.clone() }
    };
    columns.iter().map(column).collect()
}

/// What the cells of all rows of a class say of the headers together: between which numbers each of them lies.
fn known(table: &hir::Table, boxes: &Boxes, class_of: &[usize], class: usize) -> Vec<Expr> {
    let of_class = || (0..boxes.rows()).filter(move |row| class_of[*row] == class && !boxes.is_empty(*row));
    let in_column = |(place, column): (usize, &hir::Column)| {
        let scalar = column.value.ty.required().scalar().filter(|scalar| !scalar.is_datetime())?;
        let domain = *boxes.columns().get(place)?;
        let ends = |row: usize| Some((boxes.cell(row, place).first()?.0, boxes.cell(row, place).last()?.1));
        let (low, high) = of_class().filter_map(ends).reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))?;
        let optional = column.value.ty.is_optional();
        if optional && low == domain.low {
            return None;
        }
        let least = if optional { domain.low + 1 } else { domain.low };
        if (low, high) == (least, domain.high) {
            return None;
        }
        let span = column.span;
        let end = |key: i64| {
            if key == least || key == domain.high {
                return None;
            }
            let ty = Type::Scalar(Scalar { lo: key.into(), hi: key.into(), ..scalar });
            Some((Box::new(constant(Value::Scalar(key.into()), ty, span)), true))
        };
        let boolean = |kind| Expr { kind, ty: Type::Boolean, span };
        let value = match optional {
            true => {
                Expr { kind: ExprKind::Unary(Unary::Unwrap, Box::new(column.value.clone())), ty: column.value.ty.required().clone(), span }
            }
            false => column.value.clone(),
        };
        let inside = boolean(ExprKind::InRange { value: Box::new(value), low: end(low), high: end(high) });
        if !optional {
            return Some(inside);
        }
        let given = boolean(ExprKind::Unary(Unary::IsGiven, Box::new(column.value.clone())));
        Some(boolean(ExprKind::Many(Many::And, vec![given, inside])))
    };
    table.columns.iter().enumerate().filter_map(in_column).collect()
}

fn constant(value: Value, ty: Type, span: Span) -> Expr {
    Expr { kind: ExprKind::Constant(value), ty, span }
}

/// The constant that a row gives, if it gives one that is looked up.
fn constant_of(row: &Rule) -> Option<&Value> {
    match &row.outcome {
        Outcome::Value(value) => value.constant(),
        Outcome::Refer { .. } => None,
    }
}

/// Whether what is written means something else in each row.
fn names_its_row(written: &str) -> bool {
    written.contains("this_rule")
}

fn outcome_span(outcome: &Outcome) -> Span {
    match outcome {
        Outcome::Value(value) => value.span,
        Outcome::Refer { span, .. } => *span,
    }
}

/// Whether a row has a reason with values in it.
fn reasons(row: &Rule) -> bool {
    row.because.iter().flatten().any(|piece| literal(piece).is_none())
}

/// The text of a piece whose value is known, as that of `this_rule` is.
fn literal(piece: &Piece) -> Option<&str> {
    match piece {
        Piece::Literal(text) => Some(text),
        Piece::Value(value) => match value.constant()? {
            Value::Text(text) => Some(text),
            _ => None,
        },
    }
}

fn row_meta(row: &Rule, rule: RuleId, says: u32, width: usize) -> Row {
    let because = row.because.as_ref().and_then(|pieces| pieces.iter().map(literal).collect::<Option<String>>());
    let mut cells = vec![row.span; width];
    for cell in row.row.iter().flat_map(|row| &row.cells) {
        cells[cell.column] = cell.span;
    }
    Row {
        name: row.name.as_str().into(),
        rule,
        says,
        head: row.head,
        span: row.span,
        cells: cells.into(),
        because: because.map(Arc::from),
        cites: row.cites.clone().into(),
    }
}

/// The type with the bounds that values have.
fn narrowed(ty: Type, values: &[Option<&Value>]) -> Type {
    match ty {
        Type::Optional(inner) => Type::Optional(Box::new(narrowed(*inner, values))),
        Type::Scalar(scalar) => {
            let numbers = || values.iter().filter_map(|value| value.and_then(Value::number));
            let (lo, hi) = (numbers().min().unwrap_or(0), numbers().max().unwrap_or(0));
            Type::Scalar(Scalar { lo, hi, ..scalar })
        }
        Type::Text { .. } => {
            let length = |value: &Option<&Value>| if let Some(Value::Text(text)) = value { text.chars().count() as u32 } else { 0 };
            Type::Text { max: values.iter().map(length).max().unwrap_or(0) }
        }
        other => other,
    }
}
