//! How values lie in memory: rows of inputs and outcomes, elements of lists, slots of a recording.
//!
//! A value of fixed size stands where it is, in the narrowest form its range allows, little-endian. Texts and lists are a [`Handle`] into
//! an arena. Nothing in memory is a pointer, so rows and arenas can be moved, grown and kept.

use crate::types::{RecordId, Type, Types};

/// The memory that a [`Handle`] points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// The arena that came with the input rows.
    Input = 0,
    /// The constants of the program.
    Constants = 1,
    /// What the running code built: texts, lists, segments of the recording.
    Scratch = 2,
}

/// Where a text or a list lies: a space, an offset of up to 2^32 - 1 bytes, and a length (bytes of a text, elements of a list) below 2^30.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Handle(pub u64);

impl Handle {
    /// Bits of the length, the lowest.
    pub const LENGTH_BITS: u32 = 30;
    /// Where the space stands, above length and offset.
    pub const SPACE_SHIFT: u32 = 62;

    /// A handle of its parts. The length must be below 2^30.
    #[must_use]
    pub const fn new(space: Space, offset: u32, length: u32) -> Self {
        Self(((space as u64) << Self::SPACE_SHIFT) | ((offset as u64) << Self::LENGTH_BITS) | length as u64)
    }

    /// The space; `None` for bits that no handle has.
    #[must_use]
    pub const fn space(self) -> Option<Space> {
        match self.0 >> Self::SPACE_SHIFT {
            0 => Some(Space::Input),
            1 => Some(Space::Constants),
            2 => Some(Space::Scratch),
            _ => None,
        }
    }

    /// The offset in bytes.
    #[must_use]
    pub const fn offset(self) -> u32 {
        (self.0 >> Self::LENGTH_BITS) as u32
    }

    /// The length: bytes of a text, elements of a list.
    #[must_use]
    pub const fn length(self) -> u32 {
        (self.0 & ((1 << Self::LENGTH_BITS) - 1)) as u32
    }
}

/// How a value of a type is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// One byte, 0 or 1.
    Boolean,
    /// A whole number of 1, 2, 4, 8 or 16 bytes.
    Int {
        /// How many bytes.
        bytes: u8,
        /// Whether the highest bit is a sign; 16 bytes always have one.
        signed: bool,
    },
    /// The instant as 8 signed bytes, then the offset as 4.
    Datetime,
    /// Numerator and denominator, 16 signed bytes each.
    Ratio,
    /// A [`Handle`] whose length counts bytes.
    Text,
    /// The place of a name, as 2 bytes without sign, of an enum or of the program's zones.
    Place,
    /// A set: 8 bytes, bit `n` for the name at place `n`.
    Set,
    /// Fields of a record in declared order, with their offsets.
    Record(Struct),
    /// A [`Handle`] whose length counts elements, each `element.stride()` bytes after the one before.
    List(Box<Shape>),
    /// One byte, 1 if the value is there, and the value `offset` bytes further. Where it is missing, the bytes of the value are 0.
    Optional {
        /// How the value is stored.
        inner: Box<Shape>,
        /// Where it begins.
        offset: u32,
    },
}

/// Values one after the other, each aligned for itself; the ones with the greatest alignment come first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Struct {
    /// The offset and shape of each member, in declared order.
    pub members: Vec<(u32, Shape)>,
    /// The size in bytes, a multiple of `align`.
    pub size: u32,
    /// The alignment in bytes.
    pub align: u32,
}

impl Shape {
    /// The shape of a type.
    #[must_use]
    pub fn of(ty: &Type, types: &Types) -> Self {
        match ty {
            Type::Boolean => Self::Boolean,
            Type::Scalar(scalar) if scalar.is_datetime() => Self::Datetime,
            Type::Scalar(scalar) => Self::int(scalar.lo, scalar.hi),
            Type::Ratio { .. } => Self::Ratio,
            Type::Text { .. } => Self::Text,
            Type::Enum(_) | Type::Zone => Self::Place,
            Type::Set(_) => Self::Set,
            Type::Record(id) => Self::Record(Struct::of_record(*id, types)),
            Type::List { element, .. } => Self::List(Box::new(Self::element(element, types))),
            Type::Optional(inner) => Self::optional(Self::of(inner, types)),
        }
    }

    /// The shape of an element of a list. Whole numbers take 8 bytes at least, whatever their range: a list goes wherever its elements fit
    /// the range that is declared there, and is not written anew for it.
    #[must_use]
    pub fn element(ty: &Type, types: &Types) -> Self {
        match (ty, Self::of(ty, types)) {
            (Type::Optional(inner), _) => Self::optional(Self::element(inner, types)),
            (_, Self::Int { bytes: 1..8, .. }) => Self::Int { bytes: 8, signed: true },
            (_, other) => other,
        }
    }

    /// The narrowest whole number that holds all of `lo..=hi`.
    #[must_use]
    pub fn int(lo: i128, hi: i128) -> Self {
        let signed = lo < 0;
        let fits = |bytes: u32| {
            let bits = bytes * 8;
            if signed { lo >= -(1 << (bits - 1)) && hi < (1 << (bits - 1)) } else { hi < (1 << bits) }
        };
        // An unsigned number of 8 bytes would not fit the signed words that code computes with.
        let eight = lo >= i128::from(i64::MIN) && hi <= i128::from(i64::MAX);
        match [1u8, 2, 4].into_iter().find(|bytes| fits(u32::from(*bytes))) {
            Some(bytes) => Self::Int { bytes, signed },
            None if eight => Self::Int { bytes: 8, signed: true },
            None => Self::Int { bytes: 16, signed: true },
        }
    }

    fn optional(inner: Self) -> Self {
        let offset = inner.align();
        Self::Optional { inner: Box::new(inner), offset }
    }

    /// The size in bytes, a multiple of the alignment.
    #[must_use]
    pub fn size(&self) -> u32 {
        match self {
            Self::Boolean => 1,
            Self::Int { bytes, .. } => u32::from(*bytes),
            Self::Datetime => 16,
            Self::Ratio => 32,
            Self::Text | Self::Set | Self::List(_) => 8,
            Self::Place => 2,
            Self::Record(fields) => fields.size,
            Self::Optional { inner, offset } => offset + inner.size(),
        }
    }

    /// The alignment in bytes: at most 8, so that 16-byte numbers need no more than their halves.
    #[must_use]
    pub fn align(&self) -> u32 {
        match self {
            Self::Boolean => 1,
            Self::Int { bytes, .. } => u32::from(*bytes).min(8),
            Self::Datetime | Self::Ratio | Self::Text | Self::Set | Self::List(_) => 8,
            Self::Place => 2,
            Self::Record(fields) => fields.align,
            Self::Optional { inner, .. } => inner.align(),
        }
    }

    /// The distance between neighbours in a list or a batch.
    #[must_use]
    pub fn stride(&self) -> u32 {
        self.size().max(1)
    }
}

impl Struct {
    /// The layout of a record.
    #[must_use]
    pub fn of_record(id: RecordId, types: &Types) -> Self {
        Self::of(types.record(id).fields.iter().map(|field| Shape::of(&field.ty, types)).collect())
    }

    /// The layout of values of given shapes.
    #[must_use]
    pub fn of(shapes: Vec<Shape>) -> Self {
        Self::after(0, shapes)
    }

    /// The layout of values of given shapes behind a head of `head` bytes.
    #[must_use]
    pub fn after(head: u32, shapes: Vec<Shape>) -> Self {
        let mut order: Vec<usize> = (0..shapes.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(shapes[*index].align()));
        let mut offsets = vec![0; shapes.len()];
        let (mut end, mut align) = (head, 1);
        for index in order {
            let shape = &shapes[index];
            let start = end.next_multiple_of(shape.align());
            offsets[index] = start;
            end = start + shape.size();
            align = align.max(shape.align());
        }
        Self { members: offsets.into_iter().zip(shapes).collect(), size: end.next_multiple_of(align), align }
    }
}
