//! Decisions that take and give values of Rust types.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use axtrace_runtime::code::RunError;
use axtrace_runtime::memory::Batch;
use axtrace_runtime::read::InputErrors;
use axtrace_runtime::recording::Recorder;
use axtrace_runtime::trace::{Level, Trace};
use axtrace_runtime::typed::{Binding, bind_input, bind_outcome};

use super::answer::{self, Roles};
use super::{Answer, Difference, Input};
use crate::decide::{DecideError, Decided, Decision, Session};

/// A Rust type that does not fit a decision: every difference, each with the field, what it means in Rust, and what the rules declare
/// where.
///
/// ```
/// #[derive(axtrace::Input)]
/// struct Rider {
///     age: String,
///     student: bool,
/// }
///
/// let rules = axtrace::compile_text("module desk  decision fare(age: integer in 0..120, disabled: boolean) gives money EUR = 2.50 EUR")?;
/// let mismatch = rules.decision("fare")?.typed::<Rider, axtrace::values::Money>().unwrap_err();
/// let differences: Vec<_> = mismatch.differences.iter().map(|one| (one.code(), one.at.as_str(), one.differs.to_string())).collect();
/// assert_eq!(
///     differences,
///     [
///         ("E0752".into(), "age", "this is a text where the rules have a whole number; write a `u8`".into()),
///         ("E0751".into(), "", "`Rider` has a field `student`, which the decision `fare` does not have".into()),
///         ("E0751".into(), "", "`Rider` has no field `disabled`; add one that is a `bool`".into()),
///     ]
/// );
/// let place = mismatch.differences[0].declared.as_ref().unwrap();
/// assert_eq!((place.line, place.column, mismatch.differences[0].declaration.as_str()), (1, 28, "age: integer in 0..120"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The decision's name with its module.
    pub decision: String,
    /// The differences: those of the input first, each in the order of the Rust type's fields.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the Rust types do not fit the decision `{}`", self.decision)?;
        self.differences.iter().try_for_each(|difference| write!(f, "\n{difference}"))
    }
}

impl std::error::Error for Mismatch {}

/// What a typed decision, its callers and its sessions share.
#[derive(Debug)]
struct Bound {
    input: Binding,
    outcome: Binding,
    roles: Roles,
}

/// A decision whose inputs and outcomes are values of Rust types, compared with the rules once.
///
/// [`Decision::typed`] makes one. `F` is the [form](Input::Form) of the inputs: the struct itself or, of one that borrows, the struct
/// with `'static`.
/// `decide` asks for memory for each input; a [`Caller`] keeps its memory and is what a server's threads use, a
/// [`TypedSession`] decides in batches, which is fastest.
///
/// ```
/// use axtrace::{Input, Level, TypedDecision};
///
/// #[derive(Input)]
/// struct Booking<'a> {
///     name: &'a str,
///     seats: u8,
/// }
///
/// struct Desk {
///     large: TypedDecision<Booking<'static>, bool>,
/// }
///
/// let rules = axtrace::compile_text(
///     "module desk
///      decision large(name: text with up to 80 characters, seats: integer in 1..9) gives boolean = seats > 4",
/// )?;
/// let desk = Desk { large: rules.decision("large")?.typed::<Booking, bool>()? };
/// let name = String::from("Ana");
/// assert!(desk.large.decide(&Booking { name: &name, seats: 5 })?);
/// let (large, trace) = desk.large.trace(&Booking { name: &name, seats: 4 }, Level::Record)?;
/// assert!(!large && trace.decision == "desk.large");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TypedDecision<F, A> {
    decision: Decision,
    bound: Arc<Bound>,
    types: PhantomData<fn(F) -> A>,
}

impl Decision {
    /// The decision with Rust types for its inputs and outcomes.
    ///
    /// # Errors
    /// When a type does not fit: every difference.
    pub fn typed<I: Input, A: Answer>(&self) -> Result<TypedDecision<I::Form, A>, Mismatch> {
        let (program, meta) = (self.program(), self.meta());
        let (name, value) = answer::meant::<A>();
        let input = bind_input(program, meta, &I::meant());
        let outcome = bind_outcome(program, meta, &value, A::REFERS, &name);
        match (input, outcome) {
            (Ok(input), Ok(outcome)) => {
                let bound = Arc::new(Bound { input, outcome, roles: Roles::of(program) });
                Ok(TypedDecision { decision: self.clone(), bound, types: PhantomData })
            }
            (input, outcome) => {
                let differences = input.err().into_iter().chain(outcome.err()).flatten().collect();
                Err(Mismatch { decision: meta.qualified_name(), differences })
            }
        }
    }
}

impl Bound {
    /// Appends an input to a batch. What the fast way refuses is read as JSON, which says all that is wrong with it.
    #[inline]
    fn push<I: Input>(&self, decision: &Decision, input: &I, batch: &mut Batch) -> Result<(), InputErrors> {
        if self.input.write(batch, |row| input.write(row)).is_err() {
            push_as_json(decision, input, batch)?;
        }
        decision.admit(batch)
    }

    #[inline]
    fn answer<A: Answer>(&self, decided: &Decided<'_>) -> Result<A, DecideError> {
        let (answered, cells) =
            self.outcome.read(decided.meta(), decided.outcome_row(), decided.memory()).map_err(DecideError::unreadable)?;
        answer::read(answered, cells, &self.roles).map_err(DecideError::unreadable)
    }
}

#[cold]
fn push_as_json<I: Input>(decision: &Decision, input: &I, batch: &mut Batch) -> Result<(), InputErrors> {
    let mut json = String::new();
    input.json(&mut json);
    decision.reader().read(json.as_bytes(), batch)
}

impl<F, A: Answer> TypedDecision<F, A> {
    /// The decision itself.
    #[must_use]
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// Decides one input.
    ///
    /// # Errors
    /// When a value is out of range, or what always holds of inputs does not hold of this one.
    pub fn decide<I: Input<Form = F>>(&self, input: &I) -> Result<A, DecideError> {
        self.caller(Level::None).decide(input)
    }

    /// Decides one input and gives what was recorded about it.
    ///
    /// # Errors
    /// As of [`Self::decide`].
    pub fn trace<I: Input<Form = F>>(&self, input: &I, level: Level) -> Result<(A, Trace), DecideError> {
        let mut caller = self.caller(level);
        let answer = caller.decide(input)?;
        Ok((answer, caller.trace()?))
    }

    /// What decides one input after the other in memory of its own.
    #[must_use]
    pub fn caller(&self, level: Level) -> Caller<F, A> {
        Caller { typed: self.clone(), batch: Batch::new(), recorder: Recorder::new(level) }
    }

    /// What decides many inputs, batch by batch.
    #[must_use]
    pub fn session(&self, level: Level) -> TypedSession<F, A> {
        TypedSession { session: self.decision.session(level), typed: self.clone() }
    }
}

impl<F, A> Clone for TypedDecision<F, A> {
    fn clone(&self) -> Self {
        Self { decision: self.decision.clone(), bound: Arc::clone(&self.bound), types: PhantomData }
    }
}

impl<F, A> fmt::Debug for TypedDecision<F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypedDecision").field(&self.decision).finish()
    }
}

/// Decides one input after the other, in memory that it keeps. One of each thread's own; it may move between threads.
///
/// ```
/// use axtrace::{Input, Level};
///
/// #[derive(Input)]
/// struct Table {
///     seats: u8,
/// }
///
/// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// let mut large = rules.decision("large")?.typed::<Table, bool>()?.caller(Level::Record);
/// assert!(!large.decide(&Table { seats: 4 })?);
/// assert!(large.decide(&Table { seats: 5 })?);
/// // The recording of the last input is there until the next one.
/// assert!(large.trace()?.tree.is_empty());
/// assert!(large.json()?.contains(r#""outcome":{"kind":"decided","value":true}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Caller<F, A> {
    typed: TypedDecision<F, A>,
    batch: Batch,
    recorder: Recorder,
}

impl<F, A: Answer> Caller<F, A> {
    /// Decides one input.
    ///
    /// # Errors
    /// As of [`TypedDecision::decide`].
    #[inline]
    pub fn decide<I: Input<Form = F>>(&mut self, input: &I) -> Result<A, DecideError> {
        let TypedDecision { decision, bound, .. } = &self.typed;
        self.batch.clear();
        bound.push(decision, input, &mut self.batch)?;
        decision.run(&self.batch, &mut self.recorder)?;
        bound.answer(&decision.decided(&self.batch, &self.recorder))
    }

    /// What was recorded about the last input.
    ///
    /// # Errors
    /// When the last input was refused, or there was none; or when the recording cannot be read back, which is a bug in AxTrace.
    pub fn trace(&self) -> Result<Trace, DecideError> {
        self.last()?.trace()
    }

    /// The line of JSON that says what was decided about the last input, as far as the level goes.
    ///
    /// # Errors
    /// As of [`Self::trace`].
    pub fn json(&self) -> Result<String, DecideError> {
        self.last()?.json()
    }

    fn last(&self) -> Result<Decided<'_>, DecideError> {
        // An input that was refused leaves nothing, not even the recording of the one before.
        let there = self.recorder.count() == 1 && self.batch.count() == 1;
        if there { Ok(self.typed.decision.decided(&self.batch, &self.recorder)) } else { Err(RunError::NotItsRows.into()) }
    }
}

impl<F, A> fmt::Debug for Caller<F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("decision", &self.typed).field("level", &self.recorder.level()).finish_non_exhaustive()
    }
}

/// Decides many inputs, batch by batch: [`push`](Self::push) until it [`is_full`](Self::is_full), then [`answer`](Self::answer).
///
/// ```
/// use axtrace::{DecideError, Input, Level};
///
/// #[derive(Input)]
/// struct Table {
///     seats: u8,
/// }
///
/// let rules = axtrace::compile_text("module desk  decision large(seats: integer in 1..9) gives boolean = seats > 4")?;
/// let mut session = rules.decision("large")?.typed::<Table, bool>()?.session(Level::None);
/// [2, 5, 10].into_iter().for_each(|seats| session.push(&Table { seats }));
/// let mut answers = Vec::new();
/// session.answer(|answer| {
///     answers.push(match answer {
///         Ok(decided) => Some(decided.outcome()?),
///         Err(_) => None, // ten is more than nine
///     });
///     Ok::<(), DecideError>(())
/// })?;
/// assert_eq!(answers, [Some(false), Some(true), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TypedSession<F, A> {
    session: Session,
    typed: TypedDecision<F, A>,
}

impl<F, A: Answer> TypedSession<F, A> {
    /// Takes one input.
    #[inline]
    pub fn push<I: Input<Form = F>>(&mut self, input: &I) {
        let TypedDecision { decision, bound, .. } = &self.typed;
        self.session.take(|batch| bound.push(decision, input, batch));
    }

    /// Whether it is time to answer.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.session.is_full()
    }

    /// Decides what was taken and gives each answer in order, then forgets it all.
    ///
    /// # Errors
    /// What `each` gives, and when the code cannot be run.
    pub fn answer<E: From<DecideError>>(
        &mut self,
        mut each: impl FnMut(Result<TypedDecided<'_, A>, &InputErrors>) -> Result<(), E>,
    ) -> Result<(), E> {
        let bound = &self.typed.bound;
        self.session.answer_with(
            |error| E::from(DecideError::Run(error)),
            |answer| each(answer.map(|decided| TypedDecided { decided, bound, answer: PhantomData })),
        )
    }
}

impl<F, A> fmt::Debug for TypedSession<F, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TypedSession").field(&self.session).finish()
    }
}

/// One decided input of a [`TypedSession`]: a [`Decided`] whose outcome is of the Rust type.
#[derive(Debug)]
pub struct TypedDecided<'a, A> {
    decided: Decided<'a>,
    bound: &'a Bound,
    answer: PhantomData<A>,
}

impl<A: Answer> TypedDecided<'_, A> {
    /// What was decided.
    ///
    /// # Errors
    /// When the outcome cannot be read back, which is a bug in AxTrace.
    #[inline]
    pub fn outcome(&self) -> Result<A, DecideError> {
        self.bound.answer(&self.decided)
    }
}

impl<'a, A> Deref for TypedDecided<'a, A> {
    type Target = Decided<'a>;

    fn deref(&self) -> &Decided<'a> {
        &self.decided
    }
}
