//! What the reader knows of a decision's parameters: each object's fields with the bytes of their keys and their places in the row.
//!
//! Records are planned once each, with places relative to where they begin.

use crate::calendar::Zone;
use crate::layout::{Shape, Struct};
use crate::meta::{DecisionMeta, ProgramMeta};
use crate::types::{FieldType, Kind, RecordId, Scalar, Type};

/// How all objects of an input are read.
pub(super) struct Plan {
    /// The input itself: its keys are parameters.
    pub(super) root: Object,
    /// By [`RecordId`].
    pub(super) records: Vec<Object>,
    /// The names of each enum, by [`EnumId`](crate::types::EnumId).
    pub(super) enums: Vec<Names>,
    /// The names of the program's zones.
    pub(super) zones: Names,
    /// The rules of the program's zones.
    pub(super) rules: Vec<Zone>,
}

/// How one object is read.
pub(super) struct Object {
    pub(super) fields: Vec<Field>,
    pub(super) names: Names,
    /// The fields that must be there: bit `n % 64` of word `n / 64` for field `n`.
    pub(super) required: Vec<u64>,
    /// Whether keys that are no fields are passed over.
    pub(super) open: bool,
}

/// How one field is read.
pub(super) struct Field {
    /// The name in quotes, with its colon: the bytes that begin the field in compact JSON. Empty for names that must be escaped in JSON.
    pub(super) key: Box<[u8]>,
    /// Where its value lies in the object's bytes.
    pub(super) at: usize,
    pub(super) node: Node,
}

/// How a value is read.
pub(super) enum Node {
    Boolean,
    /// A number that 8 bytes hold.
    Number {
        scale: usize,
        lo: i64,
        hi: i64,
        width: u8,
        scalar: Scalar,
    },
    /// Any other number of up to 16 bytes.
    Scalar {
        scalar: Scalar,
        width: u8,
    },
    Datetime(Scalar),
    Text {
        max: usize,
    },
    Enum(usize),
    Set(usize),
    Zone,
    Record(usize),
    List(Box<List>),
    Optional {
        inner: Box<Self>,
        offset: usize,
    },
    /// A type that no input has.
    Never,
}

/// How a list is read.
pub(super) struct List {
    pub(super) element: Node,
    pub(super) stride: usize,
    pub(super) align: usize,
    pub(super) min: usize,
    pub(super) max: usize,
}

/// Names with their places.
pub(super) struct Names(Vec<Name>);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    bytes: Box<[u8]>,
    /// The first bytes, as [`head_of`] puts them together.
    head: u64,
    place: u32,
}

/// Up to so many names are compared one after the other.
const FEW: usize = 8;

impl Names {
    fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let name =
            |(place, name): (usize, &str)| Name { bytes: Box::from(name.as_bytes()), head: head_of(name.as_bytes()), place: place as u32 };
        let mut names: Vec<_> = names.enumerate().map(name).collect();
        if names.len() > FEW {
            names.sort();
        }
        Self(names)
    }

    /// The place of a name.
    #[inline(always)]
    pub(super) fn place(&self, name: &[u8]) -> Option<u32> {
        if self.0.len() > FEW {
            return self.place_of_many(name);
        }
        let head = head_of(name);
        self.0.iter().find(|known| known.head == head && same(&known.bytes, name)).map(|known| known.place)
    }

    #[inline(never)]
    fn place_of_many(&self, name: &[u8]) -> Option<u32> {
        self.0.binary_search_by(|known| (*known.bytes).cmp(name)).ok().map(|found| self.0[found].place)
    }
}

/// The first bytes of a name, up to eight, with zeros behind them.
#[inline(always)]
fn head_of(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<8>(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), ..) => u64::from_le_bytes(*first),
        // The two halves overlap, and agree where they do.
        (_, Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << ((bytes.len() - 4) * 8)
        }
        _ => bytes.iter().rev().fold(0, |head, byte| head << 8 | u64::from(*byte)),
    }
}

/// Whether bytes are the same: names are short, so a call of the library's comparison would cost more than the comparison.
#[inline(always)]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if let (Some(a_end), Some(b_end)) = (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        let whole = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
        return whole.fold(a_end == b_end, |same, (a, b)| same & (a == b));
    }
    head_of(a) == head_of(b)
}

impl Plan {
    pub(super) fn new(program: &ProgramMeta, decision: &DecisionMeta) -> Self {
        let types = &program.types;
        let names = |values: &[String]| Names::new(values.iter().map(String::as_str));
        let record = |place: usize| {
            let record = &types.records[place];
            Object::new(&record.fields, &Struct::of_record(RecordId(place as u32), types), record.open)
        };
        Self {
            root: Object::new(&decision.params, &decision.input, false),
            records: (0..types.records.len()).map(record).collect(),
            enums: types.enums.iter().map(|declared| names(&declared.values)).collect(),
            zones: Names::new(program.zones.iter().map(|zone| zone.name())),
            rules: program.zones.clone(),
        }
    }
}

impl Object {
    fn new(declared: &[FieldType], layout: &Struct, open: bool) -> Self {
        let names = Names::new(declared.iter().map(|field| field.name.as_str()));
        let mut required = vec![0; declared.len().div_ceil(64)];
        for (place, _) in declared.iter().enumerate().filter(|(_, field)| !field.ty.is_optional()) {
            required[place / 64] |= 1 << (place % 64);
        }
        let field = |(field, (at, shape)): (&FieldType, &(u32, Shape))| Field {
            key: key_bytes(&field.name),
            at: *at as usize,
            node: Node::new(&field.ty, shape),
        };
        Self { fields: declared.iter().zip(&layout.members).map(field).collect(), names, required, open }
    }
}

impl Object {
    /// The places of the fields that must be there.
    pub(super) fn required_places(&self) -> impl Iterator<Item = u32> {
        let words = self.required.iter().zip((0..).step_by(64)).filter(|(word, _)| **word != 0);
        words.flat_map(|(word, first)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| first + bit))
    }
}

/// The bytes that begin a field of this name in compact JSON.
fn key_bytes(name: &str) -> Box<[u8]> {
    let plain = name.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if plain { Box::from(format!("\"{name}\":").as_bytes()) } else { Box::default() }
}

impl Node {
    fn new(ty: &Type, shape: &Shape) -> Self {
        match (ty, shape) {
            (Type::Boolean, _) => Self::Boolean,
            (Type::Scalar(scalar), Shape::Int { bytes, .. }) => Self::of_scalar(*scalar, *bytes),
            (Type::Scalar(scalar), _) => Self::Datetime(*scalar),
            (Type::Text { max }, _) => Self::Text { max: *max as usize },
            (Type::Enum(id), _) => Self::Enum(id.0 as usize),
            (Type::Set(id), _) => Self::Set(id.0 as usize),
            (Type::Zone, _) => Self::Zone,
            (Type::Record(id), _) => Self::Record(id.0 as usize),
            (Type::List { element, min, max }, Shape::List(shape)) => Self::List(Box::new(List {
                element: Self::new(element, shape),
                stride: shape.stride() as usize,
                align: shape.align() as usize,
                min: *min as usize,
                max: *max as usize,
            })),
            (Type::Optional(ty), Shape::Optional { inner, offset }) => {
                Self::Optional { inner: Box::new(Self::new(ty, inner)), offset: *offset as usize }
            }
            (Type::Ratio { .. } | Type::List { .. } | Type::Optional(_), _) => Self::Never,
        }
    }

    fn of_scalar(scalar: Scalar, width: u8) -> Self {
        let bounds = (i64::try_from(scalar.lo), i64::try_from(scalar.hi));
        match (scalar.kind, bounds) {
            (Kind::Number { .. } | Kind::Days, (Ok(lo), Ok(hi))) if width <= 8 => {
                Self::Number { scale: scalar.kind.scale() as usize, lo, hi, width, scalar }
            }
            _ => Self::Scalar { scalar, width },
        }
    }
}
