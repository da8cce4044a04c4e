//! Sets of the names of an enum.

use std::fmt;
use std::marker::PhantomData;

use axtrace_runtime::memory::MemoryError;
use axtrace_runtime::typed::{Cells, Meant, Refused, Row};

use crate::{Enum, Input, Output};

/// A set of the names of an enum, one bit each: `set of Skill` of the rules is `Set<Skill>`.
///
/// ```
/// use axtrace::Enum;
/// use axtrace::values::Set;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Enum)]
/// enum Skill {
///     Forklift,
///     FirstAid,
/// }
///
/// let mut skills = Set::from([Skill::FirstAid]);
/// assert!(skills.insert(Skill::Forklift));
/// assert!(skills.contains(Skill::Forklift) && skills.len() == 2);
/// assert_eq!(skills.iter().collect::<Vec<_>>(), [Skill::Forklift, Skill::FirstAid]);
/// assert_eq!(Set::from_bits(skills.bits()), Some(skills));
/// assert!(skills.remove(Skill::FirstAid) && !skills.is_empty());
/// ```
pub struct Set<E>(u64, PhantomData<E>);

impl<E: Enum> Set<E> {
    /// A word has room for so many names.
    const FITS: () = assert!(E::NAMES.len() <= 64, "an enum that sets are made of has at most 64 names");

    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(0, PhantomData)
    }

    /// The set of bits: bit `n` for the name at place `n`. `None` where there is no such name.
    #[must_use]
    pub fn from_bits(bits: u64) -> Option<Self> {
        let known = bits.checked_shr(E::NAMES.len() as u32).unwrap_or(0) == 0;
        known.then_some(Self(bits, PhantomData))
    }

    /// The set as bits: bit `n` for the name at place `n`.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    fn bit(name: &E) -> u64 {
        let () = Self::FITS;
        1_u64.checked_shl(name.place() as u32).unwrap_or(0)
    }

    /// Adds a name; false if it was there.
    pub fn insert(&mut self, name: E) -> bool {
        let new = !self.contains_ref(&name);
        self.0 |= Self::bit(&name);
        new
    }

    /// Takes a name out; false if it was not there.
    pub fn remove(&mut self, name: E) -> bool {
        let there = self.contains_ref(&name);
        self.0 &= !Self::bit(&name);
        there
    }

    /// Whether a name is in the set.
    #[must_use]
    pub fn contains(&self, name: E) -> bool {
        self.contains_ref(&name)
    }

    fn contains_ref(&self, name: &E) -> bool {
        self.0 & Self::bit(name) != 0
    }

    /// How many names are in the set.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether no name is in the set.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// The names in the set, in the order of the enum.
    #[must_use]
    pub const fn iter(&self) -> SetIter<E> {
        SetIter(self.0, PhantomData)
    }
}

/// The names in a [`Set`], in the order of the enum.
#[derive(Debug, Clone)]
pub struct SetIter<E>(u64, PhantomData<E>);

impl<E: Enum> Iterator for SetIter<E> {
    type Item = E;

    fn next(&mut self) -> Option<E> {
        let place = self.0.trailing_zeros();
        self.0 &= self.0.checked_sub(1)?;
        E::at(place as usize)
    }
}

impl<E> Copy for Set<E> {}

impl<E> Clone for Set<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> PartialEq for Set<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<E> Eq for Set<E> {}

impl<E> std::hash::Hash for Set<E> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<E: Enum> Default for Set<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Enum> fmt::Debug for Set<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|name| E::NAMES.get(name.place()).copied().unwrap_or_default())).finish()
    }
}

impl<E: Enum> FromIterator<E> for Set<E> {
    fn from_iter<I: IntoIterator<Item = E>>(names: I) -> Self {
        let mut set = Self::new();
        set.extend(names);
        set
    }
}

impl<E: Enum> Extend<E> for Set<E> {
    fn extend<I: IntoIterator<Item = E>>(&mut self, names: I) {
        names.into_iter().for_each(|name| {
            self.insert(name);
        });
    }
}

impl<E: Enum, const N: usize> From<[E; N]> for Set<E> {
    fn from(names: [E; N]) -> Self {
        names.into_iter().collect()
    }
}

impl<E: Enum> IntoIterator for Set<E> {
    type Item = E;
    type IntoIter = SetIter<E>;

    fn into_iter(self) -> SetIter<E> {
        self.iter()
    }
}

impl<E: Enum> Input for Set<E> {
    type Form = Self;

    fn meant() -> Meant {
        Meant::Set { rust: E::RUST, names: E::NAMES }
    }

    #[inline]
    fn write(&self, row: &mut Row<'_>) -> Result<(), Refused> {
        row.set(self.0)
    }

    fn json(&self, out: &mut String) {
        out.push('[');
        for (place, name) in self.iter().enumerate() {
            out.push_str(if place > 0 { "," } else { "" });
            crate::typed::json_of_name(&name, out);
        }
        out.push(']');
    }
}

impl<E: Enum> Output for Set<E> {
    fn meant() -> Meant {
        Meant::Set { rust: E::RUST, names: E::NAMES }
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, MemoryError> {
        cells.set().map(|bits| Self(bits, PhantomData))
    }
}
