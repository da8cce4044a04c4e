//! roto, a scripting language for Rust programs that is compiled to native code by Cranelift.
//!
//! It records no trace. It takes at most seven arguments, so a flat record becomes the context of a call; it knows no batches, so a batch is a
//! loop of calls. Texts of JSON are read with the hand-written reader and then converted.

use roto::{Context, Ctx, List, NoCtx, Runtime, TypedFunc, Val, library};

use crate::harness::{Contender, Mode};
use crate::{w1, w3};

const W1_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/w1.roto");
const W3_RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/w3.roto");

/// What the script sees of a request: enums as their places, sets as bits.
#[derive(Clone, Context)]
struct RequestContext {
    pub grade: u8,
    pub site: u8,
    pub skills: u64,
    pub needs: u64,
    pub age: u8,
    pub night: bool,
    pub tenure: u16,
    pub booked: i64,
    pub hours: i64,
    pub rest: i64,
    pub rate: i64,
    pub confidence: u16,
}

impl RequestContext {
    fn of(request: &w1::Request) -> Self {
        Self {
            grade: request.grade as u8,
            site: request.site as u8,
            skills: u64::from(request.skills.0),
            needs: u64::from(request.needs.0),
            age: request.age,
            night: request.night,
            tenure: request.tenure,
            booked: i64::from(request.booked),
            hours: i64::from(request.hours),
            rest: i64::from(request.rest),
            rate: i64::from(request.rate),
            confidence: request.confidence,
        }
    }
}

/// Workload 1.
pub struct ShiftApproval<'a> {
    approval: TypedFunc<Ctx<RequestContext>, fn() -> u8>,
    rows: Vec<RequestContext>,
    inputs: &'a w1::Inputs,
}

impl<'a> ShiftApproval<'a> {
    /// Compiles the script and converts the inputs.
    ///
    /// # Errors
    /// If the script does not compile.
    pub fn new(inputs: &'a w1::Inputs) -> Result<Self, String> {
        let helpers = library! {
            /// Whether all bits of the second are in the first.
            fn has_all(set: u64, needed: u64) -> bool {
                needed & !set == 0
            }
        };
        let runtime = Runtime::from_lib(helpers).map_err(|error| error.to_string())?;
        let runtime = runtime.with_context_type::<RequestContext>().map_err(|error| error.to_string())?;
        let mut package = runtime.compile(W1_RULES).map_err(|error| error.to_string())?;
        let approval = package.get_function("approval").map_err(|error| error.to_string())?;
        Ok(Self { approval, rows: inputs.rows.iter().map(RequestContext::of).collect(), inputs })
    }
}

impl Contender for ShiftApproval<'_> {
    fn name(&self) -> &'static str {
        "roto"
    }

    fn supports(&self, mode: Mode) -> bool {
        mode != Mode::BatchTraced
    }

    fn is_peer(&self) -> bool {
        true
    }

    fn run(&mut self, mode: Mode, out: &mut [u8]) {
        if mode != Mode::Json {
            for (row, out) in self.rows.iter_mut().zip(out) {
                *out = self.approval.call(row);
            }
            return;
        }
        for (line, out) in self.inputs.json.iter().zip(out) {
            *out = w1::hand::read(line).map_or(u8::MAX, |request| self.approval.call(&mut RequestContext::of(&request)));
        }
    }
}

/// What the script sees of an order.
type Lines = List<Val<w3::Line>>;

/// Workload 3.
pub struct OrderDiscount<'a> {
    discount: TypedFunc<NoCtx, fn(Lines) -> u8>,
    rows: Vec<Lines>,
    inputs: &'a w3::Inputs,
}

impl<'a> OrderDiscount<'a> {
    /// Compiles the script and converts the inputs.
    ///
    /// # Errors
    /// If the script does not compile.
    pub fn new(inputs: &'a w3::Inputs) -> Result<Self, String> {
        let types = library! {
            /// A line of an order.
            #[copy] type Line = Val<w3::Line>;

            impl Val<w3::Line> {
                /// How many.
                fn qty(self) -> i64 {
                    i64::from(self.qty)
                }

                /// What one costs, in cents.
                fn price(self) -> i64 {
                    i64::from(self.price)
                }

                /// The place of what it is.
                fn kind(self) -> u8 {
                    self.kind as u8
                }
            }
        };
        let runtime = Runtime::from_lib(types).map_err(|error| error.to_string())?;
        let mut package = runtime.compile(W3_RULES).map_err(|error| error.to_string())?;
        let discount = package.get_function("discount").map_err(|error| error.to_string())?;
        Ok(Self { discount, rows: inputs.rows.iter().map(|order| list(&order.lines)).collect(), inputs })
    }
}

fn list(lines: &[w3::Line]) -> Lines {
    lines.iter().map(|line| Val(*line)).collect()
}

impl Contender for OrderDiscount<'_> {
    fn name(&self) -> &'static str {
        "roto"
    }

    fn supports(&self, mode: Mode) -> bool {
        mode != Mode::BatchTraced
    }

    fn is_peer(&self) -> bool {
        true
    }

    fn run(&mut self, mode: Mode, out: &mut [u8]) {
        if mode != Mode::Json {
            for (row, out) in self.rows.iter().zip(out) {
                *out = self.discount.call(row.clone());
            }
            return;
        }
        for (line, out) in self.inputs.json.iter().zip(out) {
            *out = w3::hand::read(line).map_or(u8::MAX, |order| self.discount.call(list(&order.lines)));
        }
    }
}
