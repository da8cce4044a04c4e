//! Checks that words from outside are an index, so that every walk ends within them.
//!
//! Nodes stand one behind the other, each after the one that leads to it, and none is led to by two: so the nodes are a tree, a walk visits
//! each at most once, and how much it has to keep in mind is known. Rows are in order and links name the smallest below them.

use thiserror::Error;

use super::layout::{BLOCK, CUT, DIRECT, FORMAT, Field, Form, HEAD, Head, LEAF, Leaf, Link, PENDING, SCAN, Scan, half};

/// Why words are no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the words of a table's index are damaged at word {at}")]
pub struct Broken {
    /// The first word of the part that is wrong.
    pub at: usize,
}

/// Checks all words of an index.
pub fn check(words: &[u64]) -> Result<(), Broken> {
    let head = Head(words);
    let sound = words.len() >= HEAD && words[0] == FORMAT && words[2] <= 1 && u32::try_from(words.len()).is_ok();
    if !sound || (words.len() - HEAD) / 2 < head.columns() {
        return Err(Broken { at: 0 });
    }
    let mut check = Check { words, led: vec![Led::default(); words.len()], leads: 0 };
    let first = HEAD + 2 * head.columns();
    check.lead(3, head.root(), 0)?;
    let (mut at, mut nodes) = (first, 0);
    while at < words.len() {
        at = check.node(at)?;
        nodes += 1;
    }
    // Every node is led to, and nothing else is.
    if nodes == check.leads { Ok(()) } else { Err(Broken { at: first }) }
}

/// Who leads to a node.
#[derive(Debug, Clone, Copy, Default)]
struct Led {
    /// The node that does, or 0 if none.
    by: u32,
    /// The smallest row that is promised.
    row: u32,
    /// How many nodes on the way have a wild child.
    wilds: u32,
}

struct Check<'a> {
    words: &'a [u64],
    led: Vec<Led>,
    /// How many places are led to.
    leads: usize,
}

impl Check<'_> {
    /// Notes that the node `from` leads somewhere. A node may lead to another by several links.
    fn lead(&mut self, from: usize, link: Link, wilds: u32) -> Result<(), Broken> {
        if link == Link::NONE {
            return Ok(());
        }
        let broken = Broken { at: from };
        let first = self.leads == 0;
        let led = self.led.get_mut(link.at()).filter(|_| link.at() > from && link.row() != u32::MAX).ok_or(broken)?;
        if led.by == 0 {
            *led = Led { by: from as u32, row: link.row(), wilds };
            self.leads += 1;
            return Ok(());
        }
        if !first && led.by == from as u32 && led.row == link.row() && led.wilds == wilds { Ok(()) } else { Err(broken) }
    }

    /// Checks a node and gives where the next one begins.
    fn node(&mut self, at: usize) -> Result<usize, Broken> {
        let led = self.led[at];
        let (row, end) = match self.words[at] as u8 {
            CUT | DIRECT => self.inner(at, led.wilds)?,
            LEAF => self.leaf(at)?,
            SCAN => self.scan(at)?,
            _ => return Err(Broken { at }),
        };
        if led.by != 0 && row == Some(led.row) { Ok(end) } else { Err(Broken { at }) }
    }

    fn words(&self, from: usize, count: usize) -> Result<&[u64], Broken> {
        from.checked_add(count).and_then(|end| self.words.get(from..end)).ok_or(Broken { at: from })
    }

    fn inner(&mut self, at: usize, wilds: u32) -> Result<(Option<u32>, usize), Broken> {
        let node = self.words(at, 4)?;
        let wild = usize::from(node[0] & 0x100 != 0);
        let wilds = wilds + wild as u32;
        let (head, links) = if node[0] as u8 == CUT { (2, 2) } else { (3, usize::try_from(node[2]).map_err(|_| Broken { at })?) };
        if node[0] >> 9 & 0x7F_FFFF != 0 || (node[0] >> 32) as usize >= Head(self.words).columns() || wilds as usize > PENDING {
            return Err(Broken { at });
        }
        let count = links.checked_add(wild).ok_or(Broken { at })?;
        let links = self.words(at + head, count)?;
        // The wild link of a cut is its last, that of a direct node its first.
        let wild_at = if head == 2 { count - 1 } else { 0 };
        let (words, mut row) = (self.words, u32::MAX);
        let wild_link = (wild == 1).then(|| Link(links[wild_at]));
        for place in 0..count {
            let link = Link(words[at + head + place]);
            if link != Link::NONE && wild_link.is_some_and(|wild| wild.at() == link.at()) && place != wild_at {
                return Err(Broken { at });
            }
            self.lead(at, link, wilds)?;
            row = row.min(link.row());
        }
        Ok((Some(row), at + head + count))
    }

    fn leaf(&self, at: usize) -> Result<(Option<u32>, usize), Broken> {
        let leaf = Leaf::unpack(self.words[at]);
        let [numbers, tests, lists, end] = leaf.places(at);
        self.words(at, end - at)?;
        let fields = self.fields(at + 1, leaf.fields, leaf.stride)?;
        if leaf.rows > BLOCK {
            return Err(Broken { at });
        }
        let mut test = tests;
        for _ in 0..leaf.rows {
            for field in &fields {
                self.test(*field, test, leaf.lists)?;
                test += field.form.words();
            }
        }
        debug_assert_eq!(test, lists, "rows have as many words as their fields");
        Ok((self.numbers(numbers, leaf.rows)?, end))
    }

    fn scan(&self, at: usize) -> Result<(Option<u32>, usize), Broken> {
        let head = self.words(at, 3)?;
        let most = self.words.len() as u64;
        let (fields, stride) = (head[0] >> 32, head[0] << 32 >> 40);
        // Nothing below overflows when no number is greater than the words there are.
        let fits = head[1] / 2 <= most && head[2] <= most && fields <= most && u128::from(head[1]) * u128::from(stride) <= u128::from(most);
        if !fits {
            return Err(Broken { at });
        }
        let scan = Scan::read(self.words, at);
        self.words(at, scan.end - at)?;
        let fields = self.fields(scan.at_fields, scan.fields, scan.stride)?;
        let mut test = scan.tests;
        for start in (0..scan.rows).step_by(BLOCK) {
            let size = BLOCK.min(scan.rows - start);
            for field in &fields {
                let end = test + size * field.form.words();
                (test..end).try_for_each(|place| self.test(*field, place, scan.lists_words()))?;
                test = end;
            }
        }
        Ok((self.numbers(scan.numbers, scan.rows)?, scan.end))
    }

    /// The fields of a node, whose tests are so many words a row.
    fn fields(&self, from: usize, count: usize, stride: usize) -> Result<Vec<Field>, Broken> {
        let head = Head(self.words);
        let fields: Vec<Field> = (0..count).map(|place| Field::unpack(half(self.words, from, place))).collect();
        let known = fields.iter().all(|field| field.column < head.columns());
        let fitting = |field: &Field| matches!(field.form, Form::List | Form::Wide) || field.form == Form::of(head.domain(field.column));
        let words: usize = fields.iter().map(|field| field.form.words()).sum();
        if known && words == stride && fields.iter().all(fitting) { Ok(fields) } else { Err(Broken { at: from }) }
    }

    /// A list lies within the lists of its node.
    fn test(&self, field: Field, at: usize, lists: usize) -> Result<(), Broken> {
        let (start, count) = (self.words[at] & 0xFFFF_FFFF, self.words[at] >> 32);
        if field.form != Form::List || start + 2 * count <= lists as u64 { Ok(()) } else { Err(Broken { at }) }
    }

    /// The first of row numbers that ascend.
    fn numbers(&self, from: usize, count: usize) -> Result<Option<u32>, Broken> {
        let rows = Head(self.words).rows() as u64;
        let numbers = || (0..count).map(|place| half(self.words, from, place));
        let ascending = numbers().zip(numbers().skip(1)).all(|(one, next)| one < next);
        if ascending && numbers().all(|row| u64::from(row) < rows && row != u32::MAX) {
            Ok(numbers().next())
        } else {
            Err(Broken { at: from })
        }
    }
}
