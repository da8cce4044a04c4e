//! What an index promises: its size, and how much an answer may take.

use super::Index;
use super::layout::{CUT, DIRECT, HEAD, LEAF, Leaf, Link, SCAN, Scan};

/// The size of an index and the work of its answers. Work is nodes visited and rows asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows of the table.
    pub rows: u64,
    /// Nodes of the tree, leaves and scans included.
    pub nodes: u64,
    /// Rows in leaves and scans, those that are there several times counted each time.
    pub copies: u64,
    /// Bytes of all words.
    pub bytes: u64,
    /// The work that no answer exceeds.
    pub most: u64,
    /// The work of an average answer that skips nothing, if each part of a node's keys is as likely as it has rows: above what is to be
    /// expected where only the first row counts.
    pub expected: u64,
    /// Whether all rows are scanned, because a tree would take too much memory, or is no faster.
    pub is_scan: bool,
}

impl Report {
    /// The bytes for each row.
    #[must_use]
    pub fn bytes_per_row(&self) -> u64 {
        self.bytes.div_ceil(self.rows.max(1))
    }
}

impl Index {
    /// What the index promises.
    #[must_use]
    pub fn report(&self) -> Report {
        let nodes = self.places();
        let mut below = vec![Below::default(); self.words.len()];
        for at in nodes.iter().rev() {
            below[*at] = self.below(*at, &below);
        }
        let root = if self.root() == Link::NONE { Below::default() } else { below[self.root().at()] };
        Report {
            rows: self.rows() as u64,
            nodes: nodes.len() as u64,
            copies: root.rows,
            bytes: 8 * self.words.len() as u64,
            most: root.most,
            expected: root.expected.div_ceil(PARTS),
            is_scan: nodes.first().is_some_and(|at| self.words[*at] as u8 == SCAN),
        }
    }

    /// Where the nodes begin, each before those below it.
    fn places(&self) -> Vec<usize> {
        let mut places = Vec::new();
        let mut at = HEAD + 2 * self.columns();
        while at < self.words.len() {
            places.push(at);
            at = match self.words[at] as u8 {
                CUT | DIRECT => self.links(at).1,
                LEAF => Leaf::unpack(self.words[at]).places(at)[3],
                _ => Scan::read(&self.words, at).end,
            };
        }
        places
    }

    /// Where the links of a node begin and end, the wild one among them.
    fn links(&self, at: usize) -> (usize, usize) {
        let wild = usize::from(self.words[at] & 0x100 != 0);
        if self.words[at] as u8 == CUT { (at + 2, at + 4 + wild) } else { (at + 3, at + 3 + wild + self.words[at + 2] as usize) }
    }

    fn below(&self, at: usize, below: &[Below]) -> Below {
        match self.words[at] as u8 {
            CUT | DIRECT => self.inner(at, below),
            LEAF => Below::rows(Leaf::unpack(self.words[at]).rows as u64),
            _ => Below::rows(Scan::read(&self.words, at).rows as u64),
        }
    }

    fn inner(&self, at: usize, below: &[Below]) -> Below {
        let (from, to) = self.links(at);
        let mut links: Vec<Link> = self.words[from..to].iter().map(|word| Link(*word)).collect();
        let is_wild = self.words[at] & 0x100 != 0;
        let wild = if !is_wild {
            Link::NONE
        } else if self.words[at] as u8 == CUT {
            links.remove(2)
        } else {
            links.remove(0)
        };
        links.dedup();
        links.retain(|link| *link != Link::NONE);
        let children = || links.iter().map(|link| below[link.at()]);
        let wild = if wild == Link::NONE { Below::default() } else { below[wild.at()] };
        let rows: u64 = children().map(|child| child.rows).sum();
        let weighted: u128 = children().map(|child| u128::from(child.rows) * u128::from(child.expected)).sum();
        Below {
            rows: rows + wild.rows,
            most: 1 + wild.most + children().map(|child| child.most).max().unwrap_or(0),
            expected: PARTS + wild.expected + (weighted / u128::from(rows.max(1))) as u64,
        }
    }
}

/// Expected work is counted in 256ths.
const PARTS: u64 = 256;

/// What lies below a node, the node included.
#[derive(Debug, Clone, Copy, Default)]
struct Below {
    rows: u64,
    most: u64,
    expected: u64,
}

impl Below {
    const fn rows(rows: u64) -> Self {
        Self { rows, most: rows + 1, expected: (rows + 1) * PARTS }
    }
}
