//! The columns of a file: what each is called, what it holds, and how its values are nested.
//!
//! Groups are records: each field has a column, named like the way to it. Lists are one column, whose cells are JSON.

use axtrace::runtime::read::csv::ColumnType;
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{SchemaDescriptor, Type};

/// A column as inputs see it.
#[derive(Debug)]
pub struct Column {
    /// The names on the way to it, with points between them.
    pub name: String,
    /// What it holds, for those who bind it to a field.
    pub holds: ColumnType,
    /// How its values are nested.
    pub node: Node,
}

/// A value, or what values are in.
#[derive(Debug)]
pub struct Node {
    /// The definition level from which on it is there.
    pub there: i16,
    /// What it is.
    pub what: What,
}

/// What a [`Node`] is.
#[derive(Debug)]
pub enum What {
    /// The values of the leaf of this place.
    Leaf(usize),
    /// An object, with the names of its members.
    Record(Vec<(String, Node)>),
    /// A list.
    List {
        /// The definition level from which on it has an element.
        filled: i16,
        /// The repetition level of a further element.
        again: i16,
        /// Each of its elements.
        element: Box<Node>,
    },
}

impl Node {
    /// The first leaf in it.
    pub fn first_leaf(&self) -> Option<usize> {
        match &self.what {
            What::Leaf(place) => Some(*place),
            What::Record(members) => members.iter().find_map(|(_, node)| node.first_leaf()),
            What::List { element, .. } => element.first_leaf(),
        }
    }

    /// Does something for each leaf in it.
    pub fn each_leaf(&self, then: &mut impl FnMut(usize)) {
        match &self.what {
            What::Leaf(place) => then(*place),
            What::Record(members) => members.iter().for_each(|(_, node)| node.each_leaf(then)),
            What::List { element, .. } => element.each_leaf(then),
        }
    }
}

/// What the values of a leaf mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// True or false.
    Boolean,
    /// A whole number with a sign.
    Signed,
    /// A whole number without one.
    Unsigned,
    /// A number with so many digits after the point.
    Decimal(u32),
    /// A number in binary, which is passed through, and read as nothing else.
    Float,
    /// Days since 1970-01-01.
    Date,
    /// A time of day, in so many parts of a second.
    Time(i64),
    /// The time since 1970-01-01, in so many parts of a second.
    Instant {
        /// Parts of a second.
        parts: i64,
        /// Whether since 1970-01-01T00:00Z; else what clocks of no zone show.
        utc: bool,
    },
    /// Characters.
    Text,
    /// Sixteen bytes that identify something.
    Uuid,
    /// Nothing that is read.
    Unread,
}

/// The columns of a file, and what the values of each leaf mean.
pub fn columns(schema: &SchemaDescriptor) -> (Vec<Column>, Vec<Meaning>) {
    let mut walk = Walk { schema, leaves: Vec::new(), columns: Vec::new() };
    for field in schema.root_schema().get_fields() {
        walk.field(field, "", 0);
    }
    (walk.columns, walk.leaves)
}

struct Walk<'s> {
    schema: &'s SchemaDescriptor,
    leaves: Vec<Meaning>,
    columns: Vec<Column>,
}

/// Where in the nesting a node stands: its levels.
#[derive(Clone, Copy)]
struct At {
    def: i16,
    rep: i16,
}

fn other(what: &str, instead: &str) -> ColumnType {
    ColumnType::Other { what: what.to_owned(), instead: instead.to_owned() }
}

fn repetition(ty: &Type) -> Repetition {
    let info = ty.get_basic_info();
    if info.has_repetition() { info.repetition() } else { Repetition::REQUIRED }
}

fn is_list(ty: &Type) -> bool {
    let info = ty.get_basic_info();
    info.logical_type_ref() == Some(&LogicalType::List) || info.converted_type() == ConvertedType::LIST
}

/// A group that is no record: what it is.
fn odd_group(ty: &Type) -> Option<ColumnType> {
    let info = ty.get_basic_info();
    let map = matches!(info.logical_type_ref(), Some(LogicalType::Map))
        || matches!(info.converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE);
    if map {
        return Some(other("maps", "write a list of records with the key and the value as fields"));
    }
    if ty.get_fields().is_empty() {
        return Some(other("groups without fields", "leave the column out"));
    }
    match info.logical_type_ref() {
        None | Some(LogicalType::List) => None,
        Some(_) => Some(other("values that have no fixed type", "write a column for each field")),
    }
}

impl Walk<'_> {
    /// The columns of a field of the file, or of a group that is a record.
    fn field(&mut self, ty: &Type, path: &str, def: i16) {
        let name = if path.is_empty() { ty.name().to_owned() } else { format!("{path}.{}", ty.name()) };
        let plain = ty.is_group() && !is_list(ty) && odd_group(ty).is_none() && repetition(ty) != Repetition::REPEATED;
        if plain {
            let def = def + i16::from(repetition(ty) == Repetition::OPTIONAL);
            ty.get_fields().iter().for_each(|field| self.field(field, &name, def));
            return;
        }
        let (node, holds) = self.node(ty, At { def, rep: 0 });
        self.columns.push(Column { name, holds, node });
    }

    /// A value in a column of its own, or in a list.
    fn node(&mut self, ty: &Type, at: At) -> (Node, ColumnType) {
        match repetition(ty) {
            // A repeated field that no list is around is a list by itself.
            Repetition::REPEATED => {
                let inner = At { def: at.def + 1, rep: at.rep + 1 };
                let (element, holds) = self.one(ty, inner);
                (list(at.def, inner, element), holds)
            }
            Repetition::OPTIONAL => self.one(ty, At { def: at.def + 1, ..at }),
            Repetition::REQUIRED => self.one(ty, at),
        }
    }

    /// A value that is there from a level on.
    fn one(&mut self, ty: &Type, at: At) -> (Node, ColumnType) {
        if ty.is_primitive() {
            return self.leaf(ty, at);
        }
        if let Some(odd) = odd_group(ty) {
            return (self.record(ty, at).0, odd);
        }
        match ty.get_fields() {
            [repeated] if is_list(ty) && repetition(repeated) == Repetition::REPEATED => self.list(ty, repeated, at),
            _ if is_list(ty) => (self.record(ty, at).0, other("a list of an unknown form", "write a group with one repeated group in it")),
            _ => self.record(ty, at),
        }
    }

    fn record(&mut self, ty: &Type, at: At) -> (Node, ColumnType) {
        let mut holds = ColumnType::Exact;
        let mut members = Vec::new();
        for field in ty.get_fields() {
            let (node, of_field) = self.node(field, at);
            if of_field != ColumnType::Exact && holds == ColumnType::Exact {
                holds = of_field;
            }
            members.push((field.name().to_owned(), node));
        }
        (Node { there: at.def, what: What::Record(members) }, holds)
    }

    /// A list as the standard writes it, or as writers did before there was one.
    /// <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists>
    fn list(&mut self, ty: &Type, repeated: &Type, at: At) -> (Node, ColumnType) {
        let inner = At { def: at.def + 1, rep: at.rep + 1 };
        let old_name = repeated.name() == "array" || repeated.name() == format!("{}_tuple", ty.name());
        let wrapped = match repeated {
            Type::GroupType { fields, .. } => match &fields[..] {
                [only] if !old_name && repetition(only) != Repetition::REPEATED => Some(only),
                _ => None,
            },
            Type::PrimitiveType { .. } => None,
        };
        let (element, holds) = match wrapped {
            Some(only) => self.node(only, inner),
            None => self.one(repeated, inner),
        };
        (list(at.def, inner, element), holds)
    }

    fn leaf(&mut self, ty: &Type, at: At) -> (Node, ColumnType) {
        let place = self.leaves.len();
        let (meaning, holds) = meaning(ty);
        self.leaves.push(meaning);
        debug_assert_eq!(self.schema.columns().get(place).map(|leaf| leaf.max_def_level()), Some(at.def));
        (Node { there: at.def, what: What::Leaf(place) }, holds)
    }
}

fn list(there: i16, inner: At, element: Node) -> Node {
    Node { there, what: What::List { filled: inner.def, again: inner.rep, element: Box::new(element) } }
}

fn parts_of(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    }
}

/// What the values of a primitive type mean.
fn meaning(ty: &Type) -> (Meaning, ColumnType) {
    let exact = |meaning| (meaning, ColumnType::Exact);
    let physical = ty.get_physical_type();
    let width = if let Type::PrimitiveType { type_length, .. } = ty { *type_length } else { 0 };
    let instant = |parts, utc| (Meaning::Instant { parts, utc }, if utc { ColumnType::Exact } else { ColumnType::LocalTime });
    match (ty.get_basic_info().logical_type_ref(), ty.get_basic_info().converted_type(), physical) {
        (Some(LogicalType::Float16), ..) => (Meaning::Unread, ColumnType::Float("FLOAT16")),
        (_, _, Physical::FLOAT) => (Meaning::Float, ColumnType::Float("FLOAT")),
        (_, _, Physical::DOUBLE) => (Meaning::Float, ColumnType::Float("DOUBLE")),
        (_, _, Physical::BOOLEAN) => exact(Meaning::Boolean),
        (_, _, Physical::INT96) => unread("INT96 timestamps", "write TIMESTAMP, in UTC"),
        (Some(LogicalType::Decimal(_)), ..) | (None, ConvertedType::DECIMAL, _) => decimal(ty, physical, width),
        (Some(LogicalType::Date), _, Physical::INT32) | (None, ConvertedType::DATE, Physical::INT32) => exact(Meaning::Date),
        (Some(LogicalType::Time(time)), _, Physical::INT32 | Physical::INT64) => exact(Meaning::Time(parts_of(time.unit))),
        (None, ConvertedType::TIME_MILLIS, Physical::INT32) => exact(Meaning::Time(1_000)),
        (None, ConvertedType::TIME_MICROS, Physical::INT64) => exact(Meaning::Time(1_000_000)),
        (Some(LogicalType::Timestamp(time)), _, Physical::INT64) => instant(parts_of(time.unit), time.is_adjusted_to_u_t_c),
        // The older words for it mean UTC.
        (None, ConvertedType::TIMESTAMP_MILLIS, Physical::INT64) => instant(1_000, true),
        (None, ConvertedType::TIMESTAMP_MICROS, Physical::INT64) => instant(1_000_000, true),
        (Some(LogicalType::Integer(number)), _, Physical::INT32 | Physical::INT64) if !number.is_signed => exact(Meaning::Unsigned),
        (Some(LogicalType::Integer(_)), _, Physical::INT32 | Physical::INT64) => exact(Meaning::Signed),
        (
            None,
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
            Physical::INT32 | Physical::INT64,
        ) => exact(Meaning::Unsigned),
        (None, _, Physical::INT32 | Physical::INT64) => exact(Meaning::Signed),
        // A column of which nothing is known but that it holds nothing.
        (Some(LogicalType::Unknown), _, Physical::INT32 | Physical::INT64) => exact(Meaning::Signed),
        (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _, Physical::BYTE_ARRAY) => exact(Meaning::Text),
        (None, ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON | ConvertedType::NONE, Physical::BYTE_ARRAY) => {
            exact(Meaning::Text)
        }
        (Some(LogicalType::Uuid), _, Physical::FIXED_LEN_BYTE_ARRAY) if width == 16 => exact(Meaning::Uuid),
        (_, ConvertedType::INTERVAL, _) => {
            unread("intervals of months, days and milliseconds", "write text such as `6 months` or `PT1H30M`")
        }
        (Some(LogicalType::Bson), ..) | (_, ConvertedType::BSON, _) => unread("BSON", "write a column for each field"),
        _ => unread("bytes", "write text"),
    }
}

fn unread(what: &str, instead: &str) -> (Meaning, ColumnType) {
    (Meaning::Unread, other(what, instead))
}

/// The widest decimal that is read, in bytes, and its most digits after the point.
const MAX_WIDTH: i32 = 32;
const MAX_SCALE: i32 = 76;

fn decimal(ty: &Type, physical: Physical, width: i32) -> (Meaning, ColumnType) {
    let scale = if let Type::PrimitiveType { scale, .. } = ty { *scale } else { 0 };
    let fits = physical != Physical::FIXED_LEN_BYTE_ARRAY || (1..=MAX_WIDTH).contains(&width);
    match u32::try_from(scale) {
        Ok(places) if fits && scale <= MAX_SCALE => (Meaning::Decimal(places), ColumnType::Exact),
        _ => unread("decimals of more than 256 bits", "write them shorter, or as text"),
    }
}
