//! What a decision answers: its value, or that a person decides.

use std::sync::Arc;

use axtrace_runtime::meta::{ProgramMeta, RoleId, Tag};
use axtrace_runtime::typed::Answered;

use super::{Cells, Meant, Output, Unreadable};
use crate::values::Duration;

/// What a decision that may refer answers.
///
/// ```
/// use axtrace::{Enum, Input, Outcome};
///
/// #[derive(Debug, Clone, Copy, PartialEq, Enum)]
/// enum Verdict {
///     Approve,
///     Reject,
/// }
/// #[derive(Input)]
/// struct Application {
///     score: u16,
/// }
///
/// let rules = axtrace::compile_text(
///     r#"
///     module desk
///     enum Verdict { approve, reject }
///     role clerk "Loan clerk"
///     decision loan(score: integer in 0..1_000) gives Verdict or referral hit first {
///       rule poor when score < 400 then reject
///       rule fair when score < 700 then refer to clerk within 4 h proposing approve
///       otherwise approve
///     }"#,
/// )?;
/// let loan = rules.decision("loan")?.typed::<Application, Outcome<Verdict>>()?;
/// assert_eq!(loan.decide(&Application { score: 800 })?.decided(), Some(Verdict::Approve));
/// match loan.decide(&Application { score: 500 })? {
///     Outcome::Decided(verdict) => println!("{verdict:?}"),
///     Outcome::Referred(referral) => {
///         assert_eq!((&*referral.role, referral.proposing), ("clerk", Some(Verdict::Approve)));
///     }
/// }
/// // A type that cannot be a referral is refused when the decision is bound.
/// assert!(rules.decision("loan")?.typed::<Application, Verdict>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Outcome<T> {
    /// The decision gave a value.
    Decided(T),
    /// The decision refers to a person.
    Referred(Referral<T>),
}

/// To whom a decision refers, for how long, and what it proposes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Referral<T> {
    /// The name of the role.
    pub role: Arc<str>,
    /// The title of the role, for people.
    pub title: Arc<str>,
    /// How long it may take.
    pub within: Option<Duration>,
    /// What is proposed.
    pub proposing: Option<T>,
}

impl<T> Outcome<T> {
    /// The value, where the decision gave one.
    pub fn decided(self) -> Option<T> {
        match self {
            Self::Decided(value) => Some(value),
            Self::Referred(_) => None,
        }
    }

    /// The referral, where the decision refers.
    pub fn referred(self) -> Option<Referral<T>> {
        match self {
            Self::Decided(_) => None,
            Self::Referred(referral) => Some(referral),
        }
    }
}

/// What a [`TypedDecision`](crate::TypedDecision) answers: a type that is an [`Output`](trait@crate::Output), where the decision never
/// refers,
/// or an [`Outcome`] of one.
pub trait Answer: Sized {
    /// The type of the value.
    type Value: Output;
    /// Whether it can be a referral.
    const REFERS: bool;

    /// The answer of a decision that gave a value.
    fn of_value(value: Self::Value) -> Self;

    /// The answer of a decision that refers. Asked only where [`Self::REFERS`].
    fn of_referral(referral: Referral<Self::Value>) -> Option<Self>;
}

impl<T: Output> Answer for T {
    type Value = T;
    const REFERS: bool = false;

    fn of_value(value: T) -> Self {
        value
    }

    fn of_referral(_: Referral<T>) -> Option<Self> {
        None
    }
}

impl<T: Output> Answer for Outcome<T> {
    type Value = T;
    const REFERS: bool = true;

    fn of_value(value: T) -> Self {
        Self::Decided(value)
    }

    fn of_referral(referral: Referral<T>) -> Option<Self> {
        Some(Self::Referred(referral))
    }
}

/// What a type is called, and what it means.
pub(super) fn meant<A: Answer>() -> (String, Meant) {
    let name = std::any::type_name::<A::Value>();
    // The path in front of the name says nothing to whoever wrote `use`.
    let short = name.split_inclusive(['<', '>', ',', ' ']).map(|part| part.rsplit("::").next().unwrap_or(part));
    (short.collect(), A::Value::meant())
}

/// The roles of a program, ready to be given away.
#[derive(Debug)]
pub(super) struct Roles(Vec<(Arc<str>, Arc<str>)>);

impl Roles {
    pub(super) fn of(program: &ProgramMeta) -> Self {
        Self(program.roles.iter().map(|role| (Arc::from(role.name.as_str()), Arc::from(role.title.as_str()))).collect())
    }

    fn get(&self, role: RoleId) -> Result<(Arc<str>, Arc<str>), Unreadable> {
        self.0.get(role.index()).cloned().ok_or(Unreadable::NoSuchValue)
    }
}

/// Reads an answer.
#[inline]
pub(super) fn read<A: Answer>(answered: Answered, mut cells: Cells<'_>, roles: &Roles) -> Result<A, Unreadable> {
    match answered.tag {
        Tag::Decided => A::Value::read(&mut cells).map(A::of_value),
        Tag::Referred { role, within, proposing } => {
            let (role, title) = roles.get(role)?;
            let proposing = if proposing { Some(A::Value::read(&mut cells)?) } else { None };
            let within = within.then(|| Duration::from_seconds(answered.within));
            A::of_referral(Referral { role, title, within, proposing }).ok_or(Unreadable::Mismatch)
        }
    }
}
