//! Rows that a decision table is missing: the answer to a gap, as its author would write it.
//!
//! What no row of a table covers is computed from its boxes ([`missing`]), with the headers taken as independent. Of each part
//! the prover is asked whether an input can have it that no rule decides; what is left is written as rows in the form of the table: cells
//! under their headers or between the separators of a file, with `?` where an outcome belongs.

mod cells;
mod forms;
mod lines;

use axtrace_runtime::meta::{Policy, SiteId, SiteKind};
use axtrace_runtime::table::{Boxes, Column, Domain, boxes_of, complement, joined};
use axtrace_source::Span;

use crate::function::Function;
use crate::graph::{Graph, NodeId, NodeKind};
use crate::program::Program;
use crate::prove::{self, Meter};
use crate::table::{STEPS, missing};
use cells::{Cells, Form, Writer, merged};
use forms::{Cross, Slot};
pub use forms::{Written, written};

/// How many parts without a row are looked for in one table.
const MOST_PARTS: usize = 200;
/// How many rows one part may become, in a file whose cells hold one value each.
const MOST_ROWS: usize = 64;

/// Rows that a table is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The decision, with its module.
    pub decision: String,
    /// The file that the table stands in.
    pub file: String,
    /// Where the text belongs.
    pub place: Place,
    /// How many rows it adds.
    pub rows: usize,
    /// How many columns it adds to a cross table.
    pub columns: usize,
    /// Whole lines, without a line break behind the last. `?` stands where an outcome belongs. Empty where nothing can be written.
    pub text: String,
    /// What else there is to know.
    pub remarks: Vec<String>,
}

/// Where lines belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Behind this line.
    Behind(usize),
    /// In place of the lines from one to another, both included.
    Instead(usize, usize),
}

/// The rows that tables of a program are missing, for decisions of which some rule must decide every input.
pub fn suggestions(program: &Program, tables: &[Written]) -> Vec<Suggestion> {
    let meter = Meter::of_program(&program.meta, &program.graphs);
    let mut all = Vec::new();
    for (place, table) in tables.iter().enumerate() {
        let Some(graph) = program.graphs.get(table.decision.index()) else { continue };
        let Some(open) = Open::new(program, graph, table) else { continue };
        // Of tables that are asked under the same condition the last is added to: under `hit first` all others come before it.
        let last = !tables[place + 1..]
            .iter()
            .any(|other| other.decision == table.decision && Open::new(program, graph, other).is_some_and(|other| other.when == open.when));
        if last {
            all.extend(meter.share(|meter| open.suggestion(meter)));
        }
    }
    all
}

/// A table of a decision that must decide every input.
struct Open<'a> {
    program: &'a Program,
    graph: &'a Graph,
    table: &'a Written,
    /// The columns, with the bounds that their headers have.
    columns: Vec<Column>,
    headers: Vec<NodeId>,
    /// The condition of its group.
    when: Option<NodeId>,
    /// Whether other rules stand beside it.
    beside: bool,
    /// Whether rows that are added are asked last, where the first that applies decides.
    last: bool,
    boxes: Boxes,
}

impl<'a> Open<'a> {
    fn new(program: &'a Program, graph: &'a Graph, table: &'a Written) -> Option<Self> {
        let otherwise = graph.meta.rules.iter().any(|rule| rule.otherwise);
        if otherwise || !prove::must_be_complete(&graph.meta) {
            return None;
        }
        let site = graph.meta.sites.iter().position(|site| site.kind == SiteKind::Table(table.table as u32));
        let site = SiteId(u32::try_from(site?).ok()?);
        let headers = headers(graph, site, table.columns.len())?;
        let mut columns = table.columns.clone();
        for (column, header) in columns.iter_mut().zip(&headers) {
            let ty = &graph.node(*header).ty;
            if axtrace_runtime::table::has_keys(ty, &program.meta.types) {
                column.ty = ty.clone();
            }
        }
        let boxes = boxes_of(&columns, &table.cells, table.rows, &program.meta.types).ok()?;
        let own = |place: &usize| graph.meta.sites.get(graph.meta.rules[*place].site.index()).is_some_and(|it| it.parent == Some(site));
        let own: Vec<usize> = (0..graph.rules().len()).filter(own).collect();
        let when = own.first().and_then(|rule| graph.groups.get(graph.rules()[*rule].group?)?.when);
        let beside = own.len() < graph.rules().len();
        let last = graph.meta.policy == Some(Policy::First) && own.last().is_some_and(|rule| rule + 1 == graph.rules().len());
        Some(Self { program, graph, table, columns, headers, when, beside, last, boxes })
    }

    fn suggestion(&self, meter: &Meter) -> Option<Suggestion> {
        match &self.table.layout.cross {
            Some(cross) => self.crossed(cross, meter),
            None => self.rows(meter),
        }
    }

    /// Whether it is proved that no input lies in a box and is left to no rule.
    fn is_closed(&self, sides: &[Vec<(i64, i64)>], meter: &Meter) -> bool {
        let headers: Vec<_> = self
            .headers
            .iter()
            .zip(&self.columns)
            .zip(self.boxes.columns())
            .map(|((node, column), domain)| prove::Header { node: *node, column, domain: *domain })
            .collect();
        prove::is_closed(self.program, self.graph, meter, &headers, self.when, sides)
    }

    /// The rows that a table of rows is missing.
    fn rows(&self, meter: &Meter) -> Option<Suggestion> {
        let found = missing(&self.boxes, MOST_PARTS, STEPS);
        let open = found.boxes.into_iter().filter(|part| {
            let sides: Vec<Vec<(i64, i64)>> = part.iter().map(|side| vec![*side]).collect();
            !self.is_closed(&sides, meter)
        });
        let parts = merged(open.collect());
        let (mut rows, mut unsaid) = (Vec::new(), 0);
        for part in &parts {
            match self.cells_of(part) {
                Some((more, all)) => {
                    rows.extend(more);
                    unsaid += usize::from(!all);
                }
                None => unsaid += 1,
            }
        }
        let rows = without_repeated(rows);
        if parts.is_empty() && !found.unknown {
            return None;
        }
        let layout = &self.table.layout;
        let mut remarks = self.remarks(unsaid);
        // A row that lets anything through is all there can be.
        let closes_all = rows.iter().any(|row| row.iter().flatten().all(|cell| cell == "-"));
        if found.more && !closes_all {
            remarks.push("more rows than these are missing: add these, and ask again".to_owned());
        }
        if found.unknown && !closes_all {
            remarks.push("the rows overlap in too many ways to find all that is missing".to_owned());
        }
        Some(self.said(layout.after, None, (rows.len(), 0), layout.ink.rows(&layout.slots, &rows), remarks))
    }

    /// Rows whose cells together let just a part through, and whether all of it; `None` if no cells let any of it through.
    fn cells_of(&self, part: &[Vec<(i64, i64)>]) -> Option<(Vec<Vec<Cells>>, bool)> {
        let (mut rows, mut whole): (Vec<Vec<Cells>>, bool) = (vec![Vec::new()], true);
        for (column, side) in part.iter().enumerate() {
            // Of rows that are asked last it does not matter if they let more through.
            let writer = self.writer(column)?;
            let (ways, all) = match writer.cells(side) {
                Some((_, false)) | None if self.last => (vec![writer.any()], true),
                ways => ways?,
            };
            whole &= all;
            if rows.len() * ways.len() > MOST_ROWS {
                return None;
            }
            rows = rows.iter().flat_map(|row| ways.iter().map(|way| [row.as_slice(), std::slice::from_ref(way)].concat())).collect();
        }
        Some((rows, whole))
    }

    fn writer(&self, column: usize) -> Option<Writer<'_>> {
        let form = self.table.layout.slots.iter().find_map(|slot| match slot {
            Slot::Condition(of, _, form) if *of == column => Some(*form),
            _ => None,
        });
        let (of, domain) = (self.columns.get(column)?, *self.boxes.columns().get(column)?);
        let missing = of.ty.is_optional().then_some(domain.low);
        let low = if missing.is_some() { domain.low + 1 } else { domain.low };
        Some(Writer { program: &self.program.meta, column: of, domain: (low, domain.high), missing, form: form.unwrap_or(Form::Words) })
    }

    /// What conditions on rows, and on columns, a cross table is missing.
    fn crossed(&self, cross: &Cross, meter: &Meter) -> Option<Suggestion> {
        let domains = self.boxes.columns();
        let [down, across] = [0, 1].map(|column| self.left_over(column));
        let whole = |domain: &Domain| vec![(domain.low, domain.high)];
        let kept = |side: Vec<(i64, i64)>, column: usize| {
            let mut sides: Vec<Vec<(i64, i64)>> = domains.iter().map(whole).collect();
            sides[column].clone_from(&side);
            if side.is_empty() || self.is_closed(&sides, meter) { Vec::new() } else { side }
        };
        let (down, across) = (kept(down, 0), kept(across, 1));
        if down.is_empty() && across.is_empty() {
            return None;
        }
        let ways = |side: &[(i64, i64)], column: usize| {
            if side.is_empty() { Some((Vec::new(), true)) } else { self.writer(column)?.cells(side) }
        };
        let (down, across) = (ways(&down, 0), ways(&across, 1));
        let unsaid = [&down, &across].into_iter().filter(|ways| !matches!(ways, Some((_, true)))).count();
        let one = |cells: Option<(Vec<Cells>, bool)>| {
            cells.unwrap_or_default().0.into_iter().filter_map(|mut cell| cell.pop()).collect::<Vec<_>>()
        };
        let (down, across) = (one(down), one(across));
        let ink = &self.table.layout.ink;
        let (text, span) = ink.crossed(cross, &down, &across);
        let (after, instead) = (self.table.layout.after, (!across.is_empty()).then_some(span));
        Some(self.said(after, instead, (down.len(), across.len()), text, self.remarks(unsaid)))
    }

    /// The keys of a column that no row lets through.
    fn left_over(&self, column: usize) -> Vec<(i64, i64)> {
        let domain = self.boxes.columns()[column];
        let rows = (0..self.boxes.rows()).filter(|row| !self.boxes.is_empty(*row));
        let covered = joined(rows.flat_map(|row| self.boxes.cell(row, column).iter().copied()).collect());
        complement(&covered, (domain.low, domain.high))
    }

    fn remarks(&self, unsaid: usize) -> Vec<String> {
        let mut remarks = Vec::new();
        if unsaid > 0 {
            let what = "no cells say some of what is missing, such as any text that the table does not name: write `otherwise …` for it";
            remarks.push(what.to_owned());
        }
        match self.table.others.as_slice() {
            [] => {}
            [only] => remarks.push(format!("`{only}` compares with more than constants, and may apply to some of this")),
            [first, rest @ ..] => {
                remarks.push(format!("`{first}` and {} more compare with more than constants, and may apply to some of this", rest.len()));
            }
        }
        if self.beside {
            remarks.push("rules that stand beside the table may decide some of this".to_owned());
        }
        remarks
    }

    fn said(&self, after: Span, instead: Option<Span>, (rows, columns): (usize, usize), text: String, remarks: Vec<String>) -> Suggestion {
        let sources = &self.program.meta.sources;
        let last = |span: Span| sources.locate(Span::new(span.end.max(span.start + 1) - 1, span.end)).map_or(0, |(_, at)| at.line);
        let first = |span: Span| sources.locate(span).map_or(0, |(_, at)| at.line);
        let place = instead.map_or_else(|| Place::Behind(last(after)), |span| Place::Instead(first(span), last(span)));
        let file = sources.file_at(after.start).map(|file| file.path().to_owned()).unwrap_or_default();
        Suggestion { decision: self.graph.meta.qualified_name(), file, place, rows, columns, text, remarks }
    }
}

/// Rows without those that another lets through as well: cells that let more through than they have to may make one of several.
fn without_repeated(rows: Vec<Vec<Cells>>) -> Vec<Vec<Cells>> {
    let any = |cells: &Cells| cells.iter().all(|cell| cell == "-");
    let within = |one: &[Cells], other: &[Cells]| one.iter().zip(other).all(|(one, other)| one == other || any(other));
    let mut kept: Vec<Vec<Cells>> = Vec::with_capacity(rows.len());
    for row in rows {
        if !kept.iter().any(|other| within(&row, other)) {
            kept.retain(|other| !within(other, &row));
            kept.push(row);
        }
    }
    kept
}

/// The values of the headers of a table, whether its rows are rules or looked up.
fn headers(graph: &Graph, site: SiteId, count: usize) -> Option<Vec<NodeId>> {
    let of_rules = graph.nodes.iter().find_map(|node| match &node.kind {
        NodeKind::Call(Function::Headers, values) if node.site == Some(site) => Some(values.clone()),
        _ => None,
    });
    let looked_up = || {
        let found = graph.locals.iter().find(|local| local.site == Some(site))?;
        match &graph.node(found.value).kind {
            NodeKind::Call(Function::Row | Function::Rows, operands) => Some(operands.get(1..=count)?.to_vec()),
            _ => None,
        }
    };
    of_rules.or_else(looked_up).filter(|headers| headers.len() == count)
}
