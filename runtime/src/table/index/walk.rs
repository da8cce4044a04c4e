//! Walks through an index.

use super::Index;
use super::layout::{BLOCK, CUT, DIRECT, Field, Form, GUARD, Head, LEAF, Leaf, Link, PENDING, Scan, half, narrow_key};

/// Counts what a walk visits. `()` counts nothing and costs nothing.
pub trait Counter {
    /// A node was visited.
    fn node(&mut self);
    /// So many rows were asked whether they apply.
    fn rows(&mut self, count: u64);
}

impl Counter for () {
    fn node(&mut self) {}
    fn rows(&mut self, _: u64) {}
}

/// What walks have visited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Nodes of the tree.
    pub nodes: u64,
    /// Rows that were asked whether they apply; a scan asks 64 at once.
    pub rows: u64,
}

impl Work {
    /// Nodes and rows together.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.nodes + self.rows
    }
}

impl Counter for Work {
    fn node(&mut self) {
        self.nodes += 1;
    }

    fn rows(&mut self, count: u64) {
        self.rows += count;
    }
}

impl Index {
    /// The first row that applies to a point, which has one key for each column, in its domain. Nothing is allocated.
    #[must_use]
    #[inline]
    pub fn first(&self, keys: &[i64]) -> Option<u32> {
        self.first_counting(keys, &mut ())
    }

    /// The first row that applies, counting what is visited.
    pub fn first_counting(&self, keys: &[i64], counter: &mut impl Counter) -> Option<u32> {
        if keys.len() != self.columns() {
            return None;
        }
        let first = Walk { words: &self.words, keys, counter }.walk::<true>(&mut |_| {});
        (first != u32::MAX).then_some(first)
    }

    /// Puts all rows that apply to a point into `found`, in order, instead of what was in it. An index of first rows gives some of them,
    /// the first among these.
    pub fn all(&self, keys: &[i64], found: &mut Vec<u32>) {
        self.all_counting(keys, found, &mut ());
    }

    /// All rows that apply, counting what is visited.
    pub fn all_counting(&self, keys: &[i64], found: &mut Vec<u32>, counter: &mut impl Counter) {
        found.clear();
        if keys.len() == self.columns() {
            Walk { words: &self.words, keys, counter }.walk::<false>(&mut |row| found.push(row));
            found.sort_unstable();
        }
    }
}

impl Index {
    /// Puts the numbers of all rows that have a point in common with a box into `found`, in order, instead of what was in it, and of some more
    /// that are near it. A box has the smallest and the greatest key of each column. An index of first rows gives only rows that can be first.
    pub fn near(&self, limits: &[(i64, i64)], found: &mut Vec<u32>) {
        found.clear();
        if limits.len() != self.columns() {
            return;
        }
        let mut pending = vec![self.root()];
        while let Some(link) = pending.pop().filter(|link| *link != Link::NONE) {
            let at = link.at();
            match self.words[at] as u8 {
                CUT => self.near_cut(at, limits, &mut pending),
                DIRECT => self.near_direct(at, limits, &mut pending),
                LEAF => {
                    let leaf = Leaf::unpack(self.words[at]);
                    found.extend((0..leaf.rows).map(|place| half(&self.words, leaf.places(at)[0], place)));
                }
                _ => {
                    let scan = Scan::read(&self.words, at);
                    found.extend((0..scan.rows).map(|place| half(&self.words, scan.numbers, place)));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
    }

    fn near_cut(&self, at: usize, limits: &[(i64, i64)], pending: &mut Vec<Link>) {
        let (low, high) = limits[(self.words[at] >> 32) as usize];
        let cut = self.words[at + 1].cast_signed();
        let wild = self.words[at] & 0x100 != 0;
        let links = [(low < cut, 2), (high >= cut, 3), (wild, 4)];
        push_links(links.into_iter().filter(|(touches, _)| *touches).map(|(_, place)| Link(self.words[at + place])), pending);
    }

    fn near_direct(&self, at: usize, limits: &[(i64, i64)], pending: &mut Vec<Link>) {
        let (low, high) = limits[(self.words[at] >> 32) as usize];
        let first = i128::from(self.words[at + 1].cast_signed());
        let keys = i128::from(self.words[at + 2]);
        let wild = usize::from(self.words[at] & 0x100 != 0);
        push_links((wild == 1).then(|| Link(self.words[at + 3])).into_iter(), pending);
        let [from, to] = [(i128::from(low) - first).max(0), (i128::from(high) - first + 1).min(keys)];
        if from < to {
            let links = &self.words[at + 3 + wild..][from as usize..to as usize];
            push_links(links.iter().map(|link| Link(*link)), pending);
        }
    }
}

/// Adds links to nodes, each once where equal ones follow each other.
fn push_links(links: impl Iterator<Item = Link>, pending: &mut Vec<Link>) {
    let mut last = Link::NONE;
    for link in links.filter(|link| *link != Link::NONE) {
        if link != last {
            pending.push(link);
            last = link;
        }
    }
}

struct Walk<'a, C> {
    words: &'a [u64],
    keys: &'a [i64],
    counter: &'a mut C,
}

impl<C: Counter> Walk<'_, C> {
    /// Visits every node that may hold a row that applies, or, if only the first is asked for, one below the smallest row found so far,
    /// which it gives. `found` is told of each row.
    #[inline]
    fn walk<const FIRST: bool>(&mut self, found: &mut impl FnMut(u32)) -> u32 {
        let mut bound = u32::MAX;
        let root = Head(self.words).root();
        if root != Link::NONE && self.words[root.at()] as u8 == LEAF {
            // Small tables are nothing else.
            self.counter.node();
            return self.leaf::<FIRST>(root.at(), bound, found);
        }
        let mut pending = [Link::NONE; PENDING];
        let mut count = 0;
        let mut next = root;
        loop {
            if next.row() >= bound {
                if count == 0 {
                    return bound;
                }
                count -= 1;
                next = pending[count];
                continue;
            }
            self.counter.node();
            let at = next.at();
            let (main, wild) = match self.words[at] as u8 {
                CUT => self.cut(at),
                DIRECT => self.direct(at),
                LEAF => {
                    bound = self.leaf::<FIRST>(at, bound, found);
                    (Link::NONE, Link::NONE)
                }
                _ => {
                    bound = self.scan::<FIRST>(at, bound, found);
                    (Link::NONE, Link::NONE)
                }
            };
            let later = main.max(wild);
            next = main.min(wild);
            if later.row() < bound {
                pending[count] = later;
                count += 1;
            }
        }
    }

    /// The child on the key's side, and the wild one.
    #[inline]
    fn cut(&self, at: usize) -> (Link, Link) {
        let node = &self.words[at..at + 4];
        let right = self.keys[(node[0] >> 32) as usize] >= node[1].cast_signed();
        let wild = if node[0] & 0x100 == 0 { Link::NONE } else { Link(self.words[at + 4]) };
        (Link(node[2 + usize::from(right)]), wild)
    }

    /// The child of the key, and the wild one.
    #[inline]
    fn direct(&self, at: usize) -> (Link, Link) {
        let node = &self.words[at..at + 3];
        let place = self.keys[(node[0] >> 32) as usize].wrapping_sub(node[1].cast_signed()).cast_unsigned();
        let (from, wild) = if node[0] & 0x100 == 0 { (at + 3, Link::NONE) } else { (at + 4, Link(self.words[at + 3])) };
        // No key lies outside of the domain, and none outside of the node's region reaches the node.
        let main = if place < node[2] { Link(self.words[from + place as usize]) } else { Link::NONE };
        (main, wild)
    }

    #[inline]
    fn leaf<const FIRST: bool>(&mut self, at: usize, bound: u32, found: &mut impl FnMut(u32)) -> u32 {
        let leaf = Leaf::unpack(self.words[at]);
        let [numbers, tests, lists, _] = leaf.places(at);
        for place in 0..leaf.rows {
            let row = half(self.words, numbers, place);
            if row >= bound {
                break;
            }
            self.counter.rows(1);
            if self.row(at + 1, leaf.fields, tests + place * leaf.stride, lists) {
                found(row);
                if FIRST {
                    return row;
                }
            }
        }
        bound
    }

    /// Whether the row whose tests are at a place applies.
    #[inline]
    fn row(&self, fields: usize, count: usize, tests: usize, lists: usize) -> bool {
        let mut test = tests;
        for place in 0..count {
            let field = Field::unpack(half(self.words, fields, place));
            let high = if field.form == Form::Wide { test + 1 } else { test };
            if !self.holds(field, self.words[test], self.words[high], lists) {
                return false;
            }
            test = high + 1;
        }
        true
    }

    /// Whether the key of a field passes a test. Only a wide one has a second word.
    #[inline]
    fn holds(&self, field: Field, test: u64, second: u64, lists: usize) -> bool {
        let key = self.keys[field.column];
        match field.form {
            Form::Narrow => test.wrapping_add(narrow_key(self.offset(field))) & GUARD == GUARD,
            Form::Bits => test >> (self.offset(field) & 63) & 1 == 1,
            Form::Wide => test.cast_signed() <= key && key <= second.cast_signed(),
            Form::List => self.in_list(lists + test as u32 as usize, (test >> 32) as usize, key),
        }
    }

    /// How far a key is above the smallest of its column.
    #[inline]
    fn offset(&self, field: Field) -> u64 {
        self.keys[field.column].wrapping_sub(Head(self.words).low(field.column)).cast_unsigned()
    }

    fn in_list(&self, at: usize, count: usize, key: i64) -> bool {
        let (pairs, _) = self.words[at..at + 2 * count].as_chunks::<2>();
        let place = pairs.partition_point(|[_, high]| high.cast_signed() < key);
        pairs.get(place).is_some_and(|[low, _]| low.cast_signed() <= key)
    }

    fn scan<const FIRST: bool>(&mut self, at: usize, bound: u32, found: &mut impl FnMut(u32)) -> u32 {
        let scan = Scan::read(self.words, at);
        for start in (0..scan.rows).step_by(BLOCK) {
            if half(self.words, scan.numbers, start) >= bound {
                break;
            }
            let size = BLOCK.min(scan.rows - start);
            self.counter.rows(size as u64);
            let mut hits = self.block(&scan, scan.tests + start * scan.stride, size);
            while hits != 0 {
                let row = half(self.words, scan.numbers, start + hits.trailing_zeros() as usize);
                if row >= bound {
                    return bound;
                }
                found(row);
                if FIRST {
                    return row;
                }
                hits &= hits - 1;
            }
        }
        bound
    }

    /// The rows of a block that apply, as bits.
    fn block(&self, scan: &Scan, tests: usize, size: usize) -> u64 {
        let mut hits = u64::MAX >> (BLOCK - size);
        let mut from = tests;
        for place in 0..scan.fields {
            let field = Field::unpack(half(self.words, scan.at_fields, place));
            let words = &self.words[from..from + size * field.form.words()];
            from += words.len();
            hits &=
                if hits.count_ones() <= FEW { self.some_of(field, words, hits, scan.lists) } else { self.all_of(field, words, scan.lists) };
            if hits == 0 {
                break;
            }
        }
        hits
    }

    /// Those of a few rows that pass a test.
    fn some_of(&self, field: Field, words: &[u64], mut rows: u64, lists: usize) -> u64 {
        let second = if field.form == Form::Wide { words.len() / 2 } else { 0 };
        let mut hits = 0;
        while rows != 0 {
            let place = rows.trailing_zeros() as usize;
            hits |= u64::from(self.holds(field, words[place], words[place + second], lists)) << place;
            rows &= rows - 1;
        }
        hits
    }

    /// The rows of a block that pass a test. Each form has a loop without branches.
    fn all_of(&self, field: Field, words: &[u64], lists: usize) -> u64 {
        match field.form {
            Form::Narrow => {
                let key = narrow_key(self.offset(field));
                gather(words.iter().map(|test| test.wrapping_add(key) & GUARD == GUARD))
            }
            Form::Bits => {
                let key = self.offset(field) & 63;
                gather(words.iter().map(|test| test >> key & 1 == 1))
            }
            Form::Wide => {
                let key = self.keys[field.column];
                let (low, high) = words.split_at(words.len() / 2);
                gather(low.iter().zip(high).map(|(low, high)| low.cast_signed() <= key && key <= high.cast_signed()))
            }
            Form::List => gather(words.iter().map(|test| self.holds(field, *test, 0, lists))),
        }
    }
}

/// So many rows of a block or fewer are asked one by one.
const FEW: u32 = 6;

/// Up to 64 answers as bits.
#[inline]
fn gather(answers: impl Iterator<Item = bool>) -> u64 {
    answers.enumerate().fold(0, |bits, (place, answer)| bits | u64::from(answer) << place)
}
