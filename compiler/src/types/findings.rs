//! What can be wrong with types.

use axtrace_source::Span;
use miette::Diagnostic;
use thiserror::Error;

/// What can be wrong with types.
#[derive(Debug, Error, Diagnostic)]
#[allow(missing_docs, reason = "the message above each variant says what its fields are")]
pub enum TypeFinding {
    #[error("{expected} is expected here, and this is {found}")]
    #[diagnostic(code(E0301))]
    Mismatch {
        expected: String,
        found: String,
        #[label(primary, "{found}")]
        at: Span,
        #[label("{expected} is declared here")]
        declared: Option<Span>,
        #[help]
        help: Option<String>,
    },
    #[error("two arguments of `{function}` stand in each other's place")]
    #[diagnostic(code(E0301), help("{help}"))]
    Swapped {
        function: String,
        expected: String,
        other_expected: String,
        #[label(primary, "{expected} is expected here")]
        one: Span,
        #[label("{other_expected} is expected here")]
        other: Span,
        #[label("they are declared here")]
        declared: Span,
        help: String,
    },
    #[error("`{operator}` does not fit {left} and {right}")]
    #[diagnostic(code(E0302))]
    Operands {
        operator: String,
        left: String,
        right: String,
        #[label(primary, "`{operator}`")]
        at: Span,
        #[label("{left}")]
        left_at: Span,
        #[label("{right}")]
        right_at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{what}` may be missing here")]
    #[diagnostic(code(E0303))]
    MayBeMissing {
        what: String,
        #[label(primary, "a value is needed, and this may be `missing`")]
        at: Span,
        #[label("declared with `?`")]
        declared: Option<Span>,
        #[help]
        help: String,
    },
    #[error("{found} has {has} places after the point, and {expected} has {wants}")]
    #[diagnostic(code(E0304), help("{help}"))]
    TooManyPlaces {
        found: String,
        has: u32,
        expected: String,
        wants: u32,
        #[label(primary, "{has} places")]
        at: Span,
        help: String,
    },
    #[error("`{function}` takes {wants}, and {has} {} here", if *.has == 1 { "stands" } else { "stand" })]
    #[diagnostic(code(E0305))]
    Arguments {
        function: String,
        wants: String,
        has: usize,
        #[label(primary, "{wants}")]
        at: Span,
        #[label("declared here")]
        declared: Option<Span>,
    },
    #[error("`{function}` takes {wants}")]
    #[diagnostic(code(E0305))]
    Form {
        function: String,
        wants: &'static str,
        #[label(primary, "this is written otherwise")]
        at: Span,
    },
    #[error("{what} must be known when the rules are built")]
    #[diagnostic(code(E0306), help("write a literal, or values made of literals and parameters of the module"))]
    NotConstant {
        what: String,
        #[label(primary, "known only when something is decided")]
        at: Span,
    },
    #[error("it is not clear what type this has")]
    #[diagnostic(code(E0307))]
    Unclear {
        #[label(primary, "nothing around it says what it should be")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("{value} is outside of {range}")]
    #[diagnostic(code(E0308), help("write what lies in the range, or declare it wider"))]
    OutOfRange {
        value: String,
        range: String,
        #[label(primary, "beyond the range")]
        at: Span,
        #[label("declared here")]
        declared: Option<Span>,
    },
    #[error("`{field}` of `{record}` is not set")]
    #[diagnostic(code(E0309), help("add `{field}: …`; only fields of an optional type may be left out"))]
    FieldNotSet {
        record: String,
        field: String,
        #[label(primary, "`{field}` has no value here")]
        at: Span,
        #[label("`{field}` is declared here")]
        declared: Span,
    },
    #[error("`{field}` is set twice")]
    #[diagnostic(code(E0310), help("keep one of the two"))]
    FieldTwice {
        field: String,
        #[label(primary, "set again here")]
        at: Span,
        #[label("first set here")]
        first: Span,
    },
    #[error("a quotient may have no last digit: it can be calculated with, compared, rounded and named, and not {what}")]
    #[diagnostic(code(E0311), help("say how to round it: `round({text}, 2)`, or another of the rounding functions"))]
    Quotient {
        what: &'static str,
        text: String,
        #[label(primary, "an exact quotient")]
        at: Span,
    },
    #[error("the range begins at {low} and ends at {high}")]
    #[diagnostic(code(E0312), help("a range runs from the lower end to the higher: `{high}..{low}`"))]
    RangeReversed {
        low: String,
        high: String,
        #[label(primary, "nothing lies in it")]
        at: Span,
    },
    #[error("`{unit}` is no unit that can stand here")]
    #[diagnostic(code(E0313))]
    UnknownUnit {
        unit: String,
        why: &'static str,
        #[label(primary, "{why}")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("there is no time zone \"{zone}\"")]
    #[diagnostic(code(E0314))]
    UnknownZone {
        zone: String,
        #[label(primary, "not in the IANA time zone database")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{decision}` does not say that it may refer")]
    #[diagnostic(code(E0315), help("write `gives {gives} or referral` in the decision's head"))]
    MayNotRefer {
        decision: String,
        gives: String,
        #[label(primary, "refers to a person")]
        at: Span,
        #[label("gives a value only")]
        declared: Span,
    },
    #[error("{what} does not go with `hit {policy}`")]
    #[diagnostic(code(E0316))]
    Policy {
        what: String,
        policy: &'static str,
        #[label(primary, "not under `hit {policy}`")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{name}` has {count} values; a set is of an enum with at most 64")]
    #[diagnostic(code(E0317), help("use a list, or split the enum"))]
    SetTooLarge {
        name: String,
        count: usize,
        #[label(primary, "too many for a set")]
        at: Span,
    },
    #[error("{what} is written with its unit")]
    #[diagnostic(code(E0318), help("write {example}"))]
    MissingUnit {
        what: String,
        example: String,
        #[label(primary, "a plain number")]
        at: Span,
    },
    #[error("this is too large: {limit}")]
    #[diagnostic(code(E0319))]
    TooLarge {
        limit: &'static str,
        #[label(primary, "beyond that")]
        at: Span,
    },
    #[error("`{what}` is always there")]
    #[diagnostic(code(E0320), severity(warning), help("leave the test out, or declare it with `?`"))]
    NeverMissing {
        what: String,
        #[label(primary, "cannot be missing")]
        at: Span,
    },
    #[error("{problem}")]
    #[diagnostic(code(E0342))]
    Table {
        problem: String,
        #[label(primary, "here")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{what}` is {wants}, and this is {found}")]
    #[diagnostic(code(E0343))]
    Cell {
        what: String,
        wants: String,
        found: String,
        #[label(primary, "{found}")]
        at: Span,
        #[label("{wants}")]
        header: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{value}` goes beyond what `{what}` can be")]
    #[diagnostic(code(E0349), severity(warning), help("{help}"))]
    BeyondColumn {
        value: String,
        what: String,
        says: String,
        #[label(primary, "{says}")]
        at: Span,
        range: String,
        #[label("{range}")]
        header: Span,
        #[label("declared here")]
        declared: Option<Span>,
        help: String,
    },
    #[error("`{row}` does not say yet what it gives")]
    #[diagnostic(code(E0348), help("write what is decided here in place of `?`: {instead}"))]
    OpenOutcome {
        row: String,
        instead: &'static str,
        #[label(primary, "still to be written")]
        at: Span,
    },
    #[error("the table in `{name}` cannot be read: {reason}")]
    #[diagnostic(code(E0344))]
    UnreadSheet {
        name: String,
        reason: String,
        #[label(primary, "this file")]
        at: Span,
    },
    #[error("a quote is never closed")]
    #[diagnostic(code(E0344), help("a quote inside of a cell in quotes is written twice: `\"\"`"))]
    SheetQuote {
        #[label(primary, "opened here")]
        at: Span,
    },
    #[error("`{file}` has no column `{name}`")]
    #[diagnostic(code(E0345))]
    NoColumn {
        name: String,
        file: String,
        #[label(primary, "no title of a column")]
        at: Span,
        #[label("its titles")]
        header: Span,
        #[help]
        suggestion: Option<String>,
    },
    #[error("two columns have the title `{name}`")]
    #[diagnostic(code(E0345), help("give one of them another title"))]
    ColumnTwice {
        name: String,
        #[label(primary, "which of the two")]
        at: Span,
        #[label("one")]
        first: Span,
        #[label("another")]
        second: Span,
    },
    #[error("{problem}")]
    #[diagnostic(code(E0346))]
    SheetCell {
        problem: String,
        #[label(primary, "in this cell")]
        at: Span,
        #[label("its column")]
        header: Span,
        #[help]
        help: Option<String>,
    },
    #[error("`{decision}` has no rules")]
    #[diagnostic(code(E0321), help("write `rule name when … then …`, or `= expression` after the head"))]
    NoRules {
        decision: String,
        #[label(primary, "decides nothing")]
        at: Span,
    },
    #[error("`{decision}` has {what}, and gives one value besides")]
    #[diagnostic(
        code(E0451),
        help("a decision has rules, or gives one value: write `otherwise` for what holds where no rule applies, or a decision for each")
    )]
    RulesAndValue {
        decision: String,
        what: String,
        #[label(primary, "decides by rules")]
        at: Span,
        #[label("gives one value, whatever the rules say")]
        gives: Span,
    },
    #[error("{what} stands behind `otherwise`")]
    #[diagnostic(code(E0322), help("`otherwise` stands once, as the last of a decision: move it to the end"))]
    AfterOtherwise {
        what: String,
        #[label(primary, "comes too late")]
        at: Span,
        #[label("`otherwise` stands here")]
        otherwise: Span,
    },
    #[error("`{rule}` overrides itself")]
    #[diagnostic(code(E0323), help("take one of these out: `overrides` has no circle"))]
    OverridesItself {
        rule: String,
        #[label(primary, "leads back to `{rule}`")]
        at: Span,
    },
    #[error("a decision under `hit first` has no `overrides`")]
    #[diagnostic(code(E0324), help("the first rule that applies decides: order the rules instead"))]
    OverridesUnderFirst {
        #[label(primary, "the order decides already")]
        at: Span,
    },
    #[error("`{name}` is the 500th declaration in a row that needs another one first")]
    #[diagnostic(code(E0325), help("declare things before they are used, or build them up in fewer steps"))]
    TooDeep {
        name: String,
        #[label(primary, "too deep")]
        at: Span,
    },
    #[error("`{what}` is {is}")]
    #[diagnostic(code(E0327), severity(warning), help("{help}"))]
    SameForAll {
        what: String,
        is: &'static str,
        value: String,
        range: String,
        #[label(primary, "`{value}` {range}")]
        at: Span,
        #[label("declared here")]
        declared: Option<Span>,
        help: String,
    },
    #[error("nothing equals `missing`")]
    #[diagnostic(code(E0326), help("write `{instead}`"))]
    ComparesMissing {
        instead: String,
        #[label(primary, "`missing` is tested, not compared")]
        at: Span,
    },
    #[error("{what}")]
    #[diagnostic(code(E0350))]
    LocalTime {
        what: String,
        #[label(primary, "no instant")]
        at: Span,
        #[help]
        help: String,
    },
    #[error("the range begins at {low} and ends at {high}")]
    #[diagnostic(code(E0312), help("a week goes from `monday` to `sunday`; ask for the days by name: `{instead}`"))]
    WeekdaysReversed {
        low: String,
        high: String,
        instead: String,
        #[label(primary, "nothing lies in it")]
        at: Span,
    },
    #[error("`{unit}` is no unit that a duration can be read as")]
    #[diagnostic(code(E0313), help("write `seconds`, `minutes`, `hours`, `days` or `weeks`"))]
    ReadAs {
        unit: String,
        #[label(primary, "not a unit of time")]
        at: Span,
    },
    #[error("this is no pattern: {says}")]
    #[diagnostic(code(E0340))]
    NoPattern {
        says: String,
        #[label(primary, "here")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("\"{format}\" does not say how a date is written")]
    #[diagnostic(
        code(E0341),
        help("a format has `YYYY`, `MM` and `DD` once each, and between them signs that are neither letters nor digits: \"DD.MM.YYYY\"")
    )]
    NoDateFormat {
        format: String,
        #[label(primary, "no format of a date")]
        at: Span,
    },
    #[error("the tests in \"{name}\" cannot be read: {reason}")]
    #[diagnostic(
        code(E0602),
        help("name a JSON file with a list of tests, such as `[{{ \"given\": {{ … }}, \"expect\": … }}]`, and each file once")
    )]
    UnreadTests {
        name: String,
        reason: String,
        #[label(primary, "this file")]
        at: Span,
        #[label("named here before")]
        first: Option<Span>,
    },
    #[error("{problem}")]
    #[diagnostic(code(E0611))]
    TestTable {
        problem: String,
        #[label(primary, "here")]
        at: Span,
        #[help]
        help: Option<String>,
    },
    #[error("two tests expect different things of the same input")]
    #[diagnostic(code(E0601), help("one of the two is wrong: nothing can pass both"))]
    ContradictingTests {
        #[label(primary, "expects something else")]
        at: Span,
        #[label("expected here before")]
        first: Span,
    },
}
