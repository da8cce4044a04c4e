//! What the runtime knows of a compiled program: types, decisions, and the sites that a recording speaks of.
//!
//! A *frame* is a stretch of recorded bytes: two bits for each of its sites, then its slots. Frame 0 of a decision is the activation of the
//! decision itself; every other frame is one visit of one element of a list. A *site* is something that happens at a place in the
//! source: a rule, a condition, a let, a call, a list. Sites stand in the order of the source, each after its parent.

use axtrace_source::{Sources, Span};

use crate::calendar::Zone;
use crate::equality::Plan;
use crate::layout::{Shape, Struct};
use crate::pattern::Pattern;
use crate::table::{Row, Table};
use crate::types::{FieldType, RecordId, Type, Types};
use crate::value::Value;

/// Declares ids: places in a table, of a type of their own, each with its documentation.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The id as a place in its table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A decision of a program.
    DecisionId,
    /// A site of a decision.
    SiteId,
    /// A frame of a decision.
    FrameId,
    /// A rule of a decision.
    RuleId,
    /// A role of a program.
    RoleId,
}

/// A slot: a place for a value in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId {
    /// The frame it is in.
    pub frame: FrameId,
    /// Its place among the frame's slots.
    pub index: u32,
}

/// A compiled program, without its code.
#[derive(Debug, Clone)]
pub struct ProgramMeta {
    /// Enums and records.
    pub types: Types,
    /// Decisions, by [`DecisionId`]; behind those that are declared one for each of `relations`.
    pub decisions: Vec<DecisionMeta>,
    /// What always holds of inputs and records.
    pub relations: Vec<RelationMeta>,
    /// Roles, by [`RoleId`].
    pub roles: Vec<RoleMeta>,
    /// Zone rules, by the place that a zone value holds.
    pub zones: Vec<Zone>,
    /// The bytes that handles of constants point into.
    pub constants: Vec<u8>,
    /// Texts with values in them, by the place that code calls them by.
    pub templates: Vec<Vec<Piece>>,
    /// Types of what code builds lists of, by the place that it calls them by.
    pub listed: Vec<Type>,
    /// Patterns, by the place that code calls them by.
    pub patterns: Vec<Pattern>,
    /// How lists are compared, by the place that code calls them by.
    pub plans: Vec<Plan>,
    /// Tables that are looked up, by the place that code calls them by.
    pub tables: Vec<Table>,
    /// The sources that all spans lie in.
    pub sources: Sources,
    /// The digest of language, zone rules, sources and parameters: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The version that the main module declares.
    pub version: Option<String>,
}

/// Which rule: its place, and, where it stands for rows of a table that is looked up, the row, from 0.
pub type Found = (RuleId, Option<u32>);

/// What an `always` relates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RelationOwner {
    /// The fields of a record.
    Record(RecordId),
    /// The parameters of a decision.
    Decision(DecisionId),
    /// The parameters of a module.
    Module,
}

/// An `always`.
#[derive(Debug, Clone)]
pub struct RelationMeta {
    /// What it relates.
    pub owner: RelationOwner,
    /// The decision that says whether it holds, a single expression; its parameters are the fields of the record or the parameters of
    /// the owner, so that the bytes of a record are a row of it. It gives a boolean, or, where the reason has values in it, the reason
    /// as a text, which is missing where the relation holds.
    pub decision: DecisionId,
    /// The whole relation.
    pub span: Span,
    /// The condition, as it is written.
    pub condition: String,
    /// Why it holds, unless values stand in that: then `decision` gives it.
    pub because: Option<String>,
}

/// The most characters of a reason with values in it that are shown.
pub const MOST_REASON: usize = 1_000;

impl RelationMeta {
    /// Whether the relation holds, by what its decision gave; if not, why it should. `None` of anything that its decision does not give.
    #[must_use]
    pub fn verdict(&self, gave: Option<Value>) -> Option<Result<(), Option<String>>> {
        match gave? {
            Value::Boolean(true) | Value::Missing => Some(Ok(())),
            Value::Boolean(false) => Some(Err(self.because.clone())),
            Value::Text(text) => Some(Err(Some(match text.char_indices().nth(MOST_REASON) {
                Some((end, _)) => format!("{} …", &text[..end]),
                None => text.to_string(),
            }))),
            _ => None,
        }
    }
}

impl ProgramMeta {
    /// The decisions that are declared.
    #[must_use]
    pub fn declared(&self) -> &[DecisionMeta] {
        &self.decisions[..self.decisions.len().saturating_sub(self.relations.len())]
    }

    /// Where the rules of a decision are written that are no rows of tables, and where its rows, whether they are rules or looked up.
    #[must_use]
    pub fn rules_and_rows(&self, decision: &DecisionMeta) -> (Vec<Span>, Vec<Span>) {
        let (mut rules, mut rows, mut tables) = (Vec::new(), Vec::new(), Vec::new());
        for rule in &decision.rules {
            let parent = decision.sites.get(rule.site.index()).and_then(|site| site.parent);
            let in_table =
                parent.and_then(|site| decision.sites.get(site.index())).is_some_and(|site| matches!(site.kind, SiteKind::Table(_)));
            match &rule.rows {
                Some(of) if !tables.contains(&of.table) => {
                    tables.push(of.table);
                    rows.extend(self.tables.get(of.table as usize).into_iter().flat_map(|table| &table.rows).map(|row| row.head));
                }
                Some(_) => {}
                None if in_table => rows.push(rule.span),
                None => rules.push(rule.span),
            }
        }
        (rules, rows)
    }

    /// A row that a rule stands for.
    #[must_use]
    pub fn row(&self, rule: &RuleMeta, row: u32) -> Option<&Row> {
        self.tables.get(rule.rows.as_ref()?.table as usize)?.rows.get(row as usize)
    }

    /// The name of a rule, or of the row it stands for.
    #[must_use]
    pub fn rule_name(&self, decision: DecisionId, (rule, row): Found) -> &str {
        let rule = self.decisions.get(decision.index()).and_then(|decision| decision.rules.get(rule.index()));
        let row = rule.zip(row).and_then(|(rule, row)| self.row(rule, row));
        row.map(|row| &*row.name).or(rule.map(|rule| rule.name.as_str())).unwrap_or_default()
    }

    /// The rules of a decision by name, and behind them the rows that rules stand for.
    pub fn rule_names(&self, decision: DecisionId) -> impl Iterator<Item = (&str, Found)> {
        let rules = self.decisions.get(decision.index()).map(|decision| decision.rules.as_slice()).unwrap_or_default();
        let named = rules.iter().enumerate().filter(|(_, rule)| rule.rows.is_none());
        let named = named.map(|(place, rule)| (rule.name.as_str(), (RuleId(place as u32), None)));
        let mut tables: Vec<u32> = rules.iter().filter_map(|rule| rule.rows.as_ref()).map(|rows| rows.table).collect();
        tables.dedup();
        let rows = tables.into_iter().filter_map(|table| self.tables.get(table as usize)).flat_map(|table| table.rows.iter().enumerate());
        named.chain(rows.map(|(place, row)| (&*row.name, (row.rule, Some(place as u32)))))
    }

    /// The relations of something, in source order, each with its place.
    pub fn relations_of(&self, owner: RelationOwner) -> impl Iterator<Item = (usize, &RelationMeta)> {
        self.relations.iter().enumerate().filter(move |(_, relation)| relation.owner == owner)
    }
}

/// A piece of a text that code builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Letters as they are.
    Literal(String),
    /// The next value, of this type, in its canonical form.
    Value(Type),
}

/// A role as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleMeta {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who takes over what is referred to it, and after how many seconds.
    pub escalates: Option<(RoleId, i64)>,
}

/// How the rules of a decision are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// All rules that apply agree.
    Any,
    /// At most one rule applies.
    Unique,
    /// The first rule that applies.
    First,
    /// The strongest outcome, as the decision's `ranks` say.
    Priority,
    /// The list of all outcomes.
    Collect,
    /// The sum of all outcomes.
    CollectSum,
    /// How many outcomes there are.
    CollectCount,
    /// The least of all outcomes.
    CollectMin,
    /// The greatest of all outcomes.
    CollectMax,
}

impl Policy {
    /// Whether all rules that apply count, so that no two of them can be in each other's way.
    #[must_use]
    pub const fn collects(self) -> bool {
        matches!(self, Self::Collect | Self::CollectSum | Self::CollectCount | Self::CollectMin | Self::CollectMax)
    }
}

/// What has a rank under `priority`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rank {
    /// Every referral.
    Refer,
    /// A name of the enum, by its place; of a boolean 0 for `false` and 1 for `true`.
    Value(u16),
}

/// One decision.
#[derive(Debug, Clone)]
pub struct DecisionMeta {
    /// Its name, without the module.
    pub name: String,
    /// Its module's path, `a.b`.
    pub module: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Where its head is declared.
    pub span: Span,
    /// Its parameters.
    pub params: Vec<FieldType>,
    /// The row of an input: one member a parameter.
    pub input: Struct,
    /// What it gives: of `collect` the list. The value of a referral is what it proposes.
    pub gives: Type,
    /// What tags of an outcome mean; tag 0 is [`Tag::Decided`].
    pub tags: Vec<Tag>,
    /// The row of an outcome: tag (2 bytes), value, `within` (8 bytes; none if no tag has it). Members in this order.
    pub outcome: Struct,
    /// Its hit policy; a decision that is one expression has none.
    pub policy: Option<Policy>,
    /// Under `priority`: what has a rank, the strongest first.
    pub ranks: Vec<Rank>,
    /// Its rules in source order; the last may be `otherwise`. None if the decision is one expression.
    pub rules: Vec<RuleMeta>,
    /// Its sites, by [`SiteId`].
    pub sites: Vec<SiteMeta>,
    /// Its frames, by [`FrameId`].
    pub frames: Vec<FrameMeta>,
}

/// What the tag of an outcome row means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// The decision gave its value.
    Decided,
    /// The decision refers to a person.
    Referred {
        /// To whom.
        role: RoleId,
        /// Whether `within` counts.
        within: bool,
        /// Whether the value is proposed.
        proposing: bool,
    },
}

/// One rule, or `otherwise`.
#[derive(Debug, Clone)]
pub struct RuleMeta {
    /// Its name; `otherwise` for that.
    pub name: String,
    /// Whether it is `otherwise`.
    pub otherwise: bool,
    /// The group it is in.
    pub group: Option<String>,
    /// Where the name of that group is declared.
    pub group_span: Option<Span>,
    /// The words `rule name`.
    pub span: Span,
    /// The whole rule.
    pub whole: Span,
    /// Its site in frame 0. Its bits are a [`RuleState`].
    pub site: SiteId,
    /// For `for each`: the site, in the element frame, whose bits are the [`RuleState`] of one instance.
    pub instance: Option<SiteId>,
    /// The text of `because`.
    pub because: Option<Vec<TextPiece>>,
    /// Each `cites` with its link.
    pub cites: Vec<(String, Option<String>)>,
    /// Its own `owner`.
    pub owner: Option<String>,
    /// Whether it refers to a person. Its `outcome` is then what it proposes.
    pub refers: bool,
    /// Whether it is evaluated and recorded only, and never decides. Its state is never [`RuleState::Decided`].
    pub shadow: bool,
    /// The rules it overrides, directly or through others.
    pub overrides: Vec<RuleId>,
    /// The outcome as written; of a referral what it proposes.
    pub outcome: Operand,
    /// The whole outcome, with role, `within` and `proposing` of a referral.
    pub outcome_span: Span,
    /// Of rows of a table that is looked up and that decide alike: which of them it is.
    pub rows: Option<RowsMeta>,
}

/// Rows of a table that is looked up, as one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsMeta {
    /// The table, among those of the program.
    pub table: u32,
    /// The place of the row that applied, from 0; of a rule with instances, of each.
    pub row: Operand,
}

/// What the two bits of a rule's site say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RuleState {
    /// An earlier rule decided under `first`, or nothing asked for it.
    NotReached = 0,
    /// Its condition is false.
    DidNotApply = 1,
    /// Its condition is true, and another rule overrides it, a stronger outcome outranks it, or it is a shadow.
    Applied = 2,
    /// Its condition is true, and it is one of those that decide.
    Decided = 3,
}

impl RuleState {
    /// The state of two bits.
    #[must_use]
    pub const fn of(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::NotReached,
            1 => Self::DidNotApply,
            2 => Self::Applied,
            _ => Self::Decided,
        }
    }
}

/// A piece of a text that is written from a recording.
#[derive(Debug, Clone)]
pub enum TextPiece {
    /// Letters as they are.
    Literal(String),
    /// The value of an operand, in its canonical form.
    Value(Operand),
}

/// What a site is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteKind {
    /// The condition of a group.
    Group,
    /// A decision table, by its place in the decision; its operands are the values of its headers. Bits as of a let. The rules that belong to it are
    /// its rows.
    Table(u32),
    /// A rule. Bits: a [`RuleState`].
    Rule(RuleId),
    /// One instance of a `for each` rule, in its element frame. Bits: a [`RuleState`].
    Instance(RuleId),
    /// A condition. Bits: 0 not evaluated, 1 false, 2 true.
    Condition,
    /// A let. Bits: 0 not evaluated, 1 evaluated; of a boolean as of a condition.
    Let(String),
    /// An argument of a define that is worth a name of its own: the parameter's name. Bits as of a let.
    Argument(String),
    /// A call of a define: its name. Bits as of a let.
    Define(String),
    /// A call of a decision. Bits as of a let.
    Decision {
        /// Which decision.
        decision: DecisionId,
        /// The slot that holds the handle of its frame.
        activation: SlotId,
    },
    /// A list that is gone through. Bits as of a let.
    Loop {
        /// The frame of one element.
        frame: FrameId,
        /// The slot that holds the handle of the frames of the elements visited.
        visits: SlotId,
        /// The list.
        list: Box<Operand>,
        /// Of a list whose elements are neighbours of another: how they come about, and that list, if it is a part of the input.
        neighbours: Option<Box<(Neighbours, Operand)>>,
        /// The name of the element.
        binder: String,
    },
    /// The value that one element of a list adds to a sum. Bits as of a let.
    Body,
    /// The outcome of a rule that applied. Bits as of a let.
    Outcome,
}

/// Lists whose elements are neighbours of another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbours {
    /// `pairs`: an element and the one behind it.
    Pairs,
    /// `runs`: stretches that are as long as they go.
    Runs,
}

/// One site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteMeta {
    /// What it is.
    pub kind: SiteKind,
    /// The frame its bits are in.
    pub frame: FrameId,
    /// Its place among the sites of the frame: bits `2 * place` and `2 * place + 1`.
    pub place: u32,
    /// The site it belongs to.
    pub parent: Option<SiteId>,
    /// Where it is written.
    pub span: Span,
    /// Its operands, in the order they are written.
    pub operands: Vec<Operand>,
    /// Its value, unless that is a boolean, which the bits tell.
    pub value: Option<Operand>,
}

/// A value that is shown: where it is written, and where it is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operand {
    /// Where it is written.
    pub span: Span,
    /// Its type.
    pub ty: Type,
    /// Where to find it.
    pub source: OperandSource,
}

/// Where the value of an operand is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperandSource {
    /// It is a literal or a parameter of the module.
    Constant(Value),
    /// It is an input: the parameter, then fields. A missing record on the way makes the value missing.
    Input(Vec<u32>),
    /// It is an element of the list of a loop site, or fields of it.
    Element(SiteId, Vec<u32>),
    /// It was recorded.
    Slot(SlotId),
    /// It is the boolean that the bits of a site tell.
    Bits(SiteId),
    /// It is part of another operand: fields of a recorded record.
    Part(SlotId, Vec<u32>),
}

/// One frame.
#[derive(Debug, Clone, Default)]
pub struct FrameMeta {
    /// The sites of the frame, by their place.
    pub sites: Vec<SiteId>,
    /// The types of its slots.
    pub slots: Vec<Type>,
    /// Which slots hold not a value but the handle of recorded frames (of visited elements, of a called decision). Their type means nothing.
    pub handles: Vec<bool>,
    /// Bytes: the bits of the sites (padded to 1, 2, 4 or a multiple of 8 bytes), then the slots.
    pub layout: Struct,
}

impl FrameMeta {
    /// The bytes that the bits of the sites take.
    #[must_use]
    pub fn bit_bytes(&self) -> u32 {
        match (self.sites.len() as u32 * 2).div_ceil(8) {
            0 => 0,
            1 => 1,
            2 => 2,
            3 | 4 => 4,
            more => more.next_multiple_of(8),
        }
    }

    /// Sets the layout, once all sites and slots are known. A slot that holds the handle of frames is 8 bytes, whatever its type.
    pub fn lay_out(&mut self, types: &Types) {
        let shape = |(ty, handle): (&Type, &bool)| if *handle { Shape::Text } else { Shape::of(ty, types) };
        let shapes = self.slots.iter().zip(&self.handles).map(shape).collect();
        self.layout = Struct::after(self.bit_bytes(), shapes);
        if self.layout.size < self.bit_bytes() {
            self.layout.size = self.bit_bytes();
        }
        self.layout.size = self.layout.size.next_multiple_of(self.layout.align);
    }
}

impl DecisionMeta {
    /// The rank of an outcome under `priority`, 0 for the strongest; `None` if it has none.
    #[must_use]
    pub fn rank(&self, tag: u16, value: Option<&Value>) -> Option<usize> {
        let own = match (self.tags.get(usize::from(tag)), value) {
            (Some(Tag::Referred { .. }), _) => Rank::Refer,
            (_, Some(Value::Enum(place))) => Rank::Value(*place),
            (_, Some(Value::Boolean(truth))) => Rank::Value(u16::from(*truth)),
            _ => return None,
        };
        self.ranks.iter().position(|rank| *rank == own)
    }

    /// Of a decision that is one expression: its calls of other decisions, in order, but for those for elements of lists.
    pub fn parts(&self) -> impl Iterator<Item = SiteId> + '_ {
        let is_part = |site: &SiteMeta| matches!(site.kind, SiteKind::Decision { .. }) && site.frame.0 == 0;
        let sites = self.sites.iter().enumerate().filter(move |(_, site)| self.rules.is_empty() && is_part(site));
        sites.map(|(place, _)| SiteId(place as u32))
    }

    /// The name with its module: `scheduling.assignment.assignment`.
    #[must_use]
    pub fn qualified_name(&self) -> String {
        if self.module.is_empty() { self.name.clone() } else { format!("{}.{}", self.module, self.name) }
    }
}
