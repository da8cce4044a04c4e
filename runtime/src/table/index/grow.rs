//! Grows an index from the rows down.

use super::super::Boxes;
use super::choose::{Choice, choose};
use super::layout::{CUT, DIRECT, FORMAT, HEAD, Link, PENDING};
use super::split::{Parts, split};
use super::walk::Work;
use super::{Index, Mode, leaf};

/// The most rows of a leaf that is not cut further.
const LEAF_ROWS: usize = 8;
/// The same in tables of more rows than [`MANY`]: a node more is memory that no cache has, while the rows of a leaf lie one behind the other.
const LEAF_ROWS_OF_MANY: usize = 16;
/// Tables of more rows are larger than the caches of a core.
const MANY: usize = 1 << 15;
/// How deep a tree may grow.
const DEEPEST: u32 = 64;
/// How many points a tree is tried with.
const POINTS: usize = 256;
/// How many rows a scan asks in the time that a tree visits one node or row: 1.3 ns and some 8 ns, as `bench` measures on tables of no order.
const SCANNED_PER_VISIT: u64 = 6;

/// A row where it stands in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ref {
    pub row: u32,
    /// The columns that the way here has not settled: one bit each, the last for all columns from the 64th on.
    pub open: u64,
}

impl Ref {
    /// Whether the row has something to ask of a column.
    pub const fn asks(self, column: usize) -> bool {
        self.open & bit(column) != 0
    }
}

/// The bit of a column. The last one belongs to many columns, which are never cut.
pub const fn bit(column: usize) -> u64 {
    1 << (if column < 63 { column } else { 63 })
}

/// The keys that reach a node, of each column.
#[derive(Debug, Clone)]
pub struct Region(pub Vec<(i64, i64)>);

/// Builds the words of an index.
pub fn grow(boxes: &Boxes, mode: Mode) -> Vec<u64> {
    let refs = rows(boxes);
    if boxes.rows() <= LEAF_ROWS {
        return flat(boxes, mode, &refs);
    }
    let copies = refs.len() as u64;
    let tree = tree(boxes, mode, &refs, copies).or_else(|| tree(boxes, mode, &refs, 0));
    let flat = flat(boxes, mode, &refs);
    match tree {
        Some(tree) if is_worth_it(boxes, mode, &tree, &flat) => tree,
        _ => flat,
    }
}

/// The rows that apply to some point at all, with what they ask.
fn rows(boxes: &Boxes) -> Vec<Ref> {
    let rows = (0..u32::MAX - 1).take(boxes.rows());
    let sound = rows.filter(|row| !boxes.is_empty(*row as usize));
    let open = |row| (0..boxes.columns().len()).filter(|column| !boxes.is_any(row, *column)).fold(0, |open, column| open | bit(column));
    sound.map(|row| Ref { row, open: open(row as usize) }).collect()
}

fn head(boxes: &Boxes, mode: Mode) -> Vec<u64> {
    let sizes = boxes.columns().len() as u64 | (boxes.rows() as u64) << 32;
    let mut words = vec![FORMAT, sizes, mode as u64, Link::NONE.0];
    words.extend(boxes.columns().iter().flat_map(|domain| [domain.low.cast_unsigned(), domain.high.cast_unsigned()]));
    words
}

fn region(boxes: &Boxes) -> Region {
    Region(boxes.columns().iter().map(|domain| (domain.low, domain.high)).collect())
}

/// All rows in one leaf or scan.
fn flat(boxes: &Boxes, mode: Mode, refs: &[Ref]) -> Vec<u64> {
    let mut words = head(boxes, mode);
    // What comes behind a row that always applies can never be first.
    let last = refs.iter().position(|row| mode == Mode::First && row.open == 0).map_or(refs.len(), |last| last + 1);
    let root = leaf::write(&mut words, boxes, &region(boxes), &refs[..last]);
    words[3] = root.0;
    words
}

/// A tree with so many copies of rows, if it stays within the words that a table may take.
fn tree(boxes: &Boxes, mode: Mode, refs: &[Ref], copies: u64) -> Option<Vec<u64>> {
    let words = head(boxes, mode);
    let most = words.len() + 1024 + 13 * boxes.rows() + 2 * boxes.intervals();
    let leaf_rows = if boxes.rows() > MANY { LEAF_ROWS_OF_MANY } else { LEAF_ROWS };
    let mut grower = Grower { boxes, mode, words, most, leaf_rows, region: region(boxes) };
    let root = grower.node(refs.to_vec(), copies, Depth { nodes: 0, wilds: 0 })?;
    grower.words[3] = root.0;
    Some(grower.words)
}

/// Whether a tree answers faster than a scan of all rows: asked at points that the rows make likely.
fn is_worth_it(boxes: &Boxes, mode: Mode, tree: &[u64], flat: &[u64]) -> bool {
    let [mut by_tree, mut by_scan] = [Work::default(); 2];
    let [tree, flat] = [tree, flat].map(|words| Index { words: words.into() });
    let mut found = Vec::new();
    let step = (boxes.rows() / POINTS).max(1);
    for (place, row) in (0..boxes.rows()).step_by(step).enumerate() {
        if boxes.is_empty(row) {
            continue;
        }
        let point: Vec<i64> = (0..boxes.columns().len()).map(|column| corner(boxes, row, column, place)).collect();
        if mode == Mode::First {
            tree.first_counting(&point, &mut by_tree);
            flat.first_counting(&point, &mut by_scan);
        } else {
            tree.all_counting(&point, &mut found, &mut by_tree);
            flat.all_counting(&point, &mut found, &mut by_scan);
        }
    }
    by_tree.total().saturating_mul(SCANNED_PER_VISIT) <= by_scan.total()
}

/// A key of a cell: one of the ends of its intervals. Where a row asks nothing, a key from somewhere in the domain.
fn corner(boxes: &Boxes, row: usize, column: usize, place: usize) -> i64 {
    let cell = boxes.cell(row, column);
    let other = if boxes.is_any(row, column) { boxes.cell((row + 7919 * (place + column + 1)) % boxes.rows(), column) } else { cell };
    let (low, high) = *other.get(place % other.len().max(1)).unwrap_or(&cell[0]);
    if (place + column).is_multiple_of(2) { low } else { high }
}

/// How far below the root a node is.
#[derive(Debug, Clone, Copy)]
struct Depth {
    nodes: u32,
    /// How many of the nodes above have a wild child.
    wilds: usize,
}

struct Grower<'a> {
    boxes: &'a Boxes,
    mode: Mode,
    words: Vec<u64>,
    /// The most words that the tree may take.
    most: usize,
    /// The most rows of a leaf that is not cut further.
    leaf_rows: usize,
    region: Region,
}

impl Grower<'_> {
    /// Writes the node of some rows and all below it, with so many copies at most. `None` when it takes too many words.
    fn node(&mut self, refs: Vec<Ref>, copies: u64, depth: Depth) -> Option<Link> {
        let parts = if refs.len() <= self.leaf_rows || depth.nodes == DEEPEST { None } else { self.parts(&refs, copies, depth) };
        let link = match parts {
            None => leaf::write(&mut self.words, self.boxes, &self.region, &refs),
            Some((choice, parts)) => {
                drop(refs);
                self.inner(choice, parts, copies, depth)?
            }
        };
        (self.words.len() <= self.most).then_some(link)
    }

    /// What the rows of a node are divided by, and how, when anything is gained by it.
    fn parts(&self, refs: &[Ref], copies: u64, depth: Depth) -> Option<(Choice, Parts)> {
        let share = copies / 2;
        let choice = choose(self.boxes, &self.region, refs, share)?;
        let parts = split(self.boxes, &self.region, refs, &choice, share, self.mode);
        let smaller = parts.wild.len() < refs.len() && (parts.wild.is_empty() || depth.wilds < PENDING);
        smaller.then_some((choice, parts))
    }

    fn inner(&mut self, choice: Choice, parts: Parts, copies: u64, depth: Depth) -> Option<Link> {
        let at = u32::try_from(self.words.len()).ok()?;
        let wild = !parts.wild.is_empty();
        let below = Depth { nodes: depth.nodes + 1, wilds: depth.wilds + usize::from(wild) };
        let spread = Spread { copies: copies.saturating_sub(parts.copies), refs: parts.refs() };
        let (links, wild_at) = self.inner_head(&choice, wild);
        let (low, high) = self.region.0[choice.column];
        let mut row = u32::MAX;
        for (place, refs) in parts.children.into_iter().enumerate() {
            let start = choice.starts[place];
            let end = choice.starts.get(place + 1).map_or(high, |next| next - 1);
            self.region.0[choice.column] = (start, end);
            let share = spread.share(refs.len());
            let link = if refs.is_empty() { Link::NONE } else { self.node(refs, share, below)? };
            row = row.min(link.row());
            if choice.direct {
                let [from, to] = [start, end].map(|key| links + key.wrapping_sub(low).cast_unsigned() as usize);
                self.words[from..=to].fill(link.0);
            } else {
                self.words[links + place] = link.0;
            }
        }
        self.region.0[choice.column] = (low, high);
        if wild {
            let share = spread.share(parts.wild.len());
            let link = self.node(parts.wild, share, below)?;
            row = row.min(link.row());
            self.words[wild_at] = link.0;
        }
        Some(Link::new(row, at))
    }

    /// Writes the words of a node with empty links; gives where the links begin, and where the wild one is.
    fn inner_head(&mut self, choice: &Choice, wild: bool) -> (usize, usize) {
        let at = self.words.len();
        let (low, high) = self.region.0[choice.column];
        let kind = if choice.direct { DIRECT } else { CUT };
        self.words.push(u64::from(kind) | u64::from(wild) << 8 | (choice.column as u64) << 32);
        if choice.direct {
            let keys = high.wrapping_sub(low).cast_unsigned() + 1;
            self.words.extend([low.cast_unsigned(), keys]);
            let links = at + 3 + usize::from(wild);
            self.words.resize(links + keys as usize, Link::NONE.0);
            (links, at + 3)
        } else {
            self.words.push(choice.starts[1].cast_unsigned());
            self.words.resize(at + 4 + usize::from(wild), Link::NONE.0);
            (at + 2, at + 4)
        }
    }
}

/// Divides the copies that are left among children, by their rows.
struct Spread {
    copies: u64,
    refs: u64,
}

impl Spread {
    fn share(&self, refs: usize) -> u64 {
        let share = u128::from(self.copies) * refs as u128 / u128::from(self.refs.max(1));
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

const _: () = assert!(HEAD == 4, "the head is written as four words");
