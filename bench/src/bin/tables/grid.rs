//! A good index made by hand: a grid of goods, origin and bands of weight, each place with the rows that can apply there, in order.

use super::Contender;
use super::scan::{ANY, Query, Row};

const GOODS: usize = 20;
const ORIGINS: usize = 12;
/// Grids with more rows in all places, for each row of the table, are made coarser.
const MOST_COPIES: usize = 64;

/// Which columns the grid has.
#[derive(Clone)]
struct Shape {
    goods: usize,
    origins: usize,
    /// Where bands of weight begin, but the first.
    bands: Vec<u32>,
}

impl Shape {
    fn places(&self) -> usize {
        self.goods * self.origins * (self.bands.len() + 1)
    }

    fn band(&self, weight: u32) -> usize {
        self.bands.partition_point(|start| *start <= weight)
    }

    /// The place of a value of each column. A column that the grid does not have has one place.
    fn place(&self, goods: usize, origin: usize, band: usize) -> usize {
        ((goods % self.goods) * self.origins + origin % self.origins) * (self.bands.len() + 1) + band
    }

    fn each_place(&self, row: &Row, mut visit: impl FnMut(usize)) {
        let values = |cell: u8, all: usize| if cell == ANY || all == 1 { 0..all } else { usize::from(cell)..usize::from(cell) + 1 };
        for goods in values(row.goods, self.goods) {
            for origin in values(row.origin, self.origins) {
                (self.band(row.weight.0)..=self.band(row.weight.1)).for_each(|band| visit(self.place(goods, origin, band)));
            }
        }
    }

    fn copies(&self, rows: &[Row]) -> usize {
        let mut copies = 0;
        rows.iter().for_each(|row| self.each_place(row, |_| copies += 1));
        copies
    }
}

/// Rows by place.
pub struct Grid<'a> {
    shape: Shape,
    starts: Vec<u32>,
    /// The rows themselves, with their numbers, so that a place is read from one end to the other.
    rows: Vec<(u32, Row)>,
    queries: &'a [Query],
}

impl<'a> Grid<'a> {
    /// The finest grid that does not have too many copies.
    pub fn new(table: &[Row], queries: &'a [Query]) -> Self {
        let mut ends: Vec<u32> = table.iter().map(|row| row.weight.0).collect();
        ends.sort_unstable();
        let shape = |goods, origins, bands: usize| {
            let mut bands: Vec<u32> = (1..bands).map(|band| ends[band * ends.len() / bands]).collect();
            bands.dedup();
            Shape { goods, origins, bands }
        };
        let fine = (table.len() / 500).clamp(1, 256);
        let shapes = [shape(GOODS, ORIGINS, fine), shape(GOODS, ORIGINS, fine.div_ceil(8)), shape(GOODS, 1, fine), shape(1, 1, 4 * fine)];
        let fits = |shape: &&Shape| shape.copies(table) <= MOST_COPIES * table.len() + shape.places();
        let shape = shapes.iter().find(fits).unwrap_or(&shapes[3]).clone();
        let mut places: Vec<Vec<(u32, Row)>> = vec![Vec::new(); shape.places()];
        for (number, row) in table.iter().enumerate() {
            shape.each_place(row, |place| places[place].push((number as u32, *row)));
        }
        let mut starts = vec![0];
        for place in &places {
            starts.push(starts[starts.len() - 1] + place.len() as u32);
        }
        Self { shape, starts, rows: places.concat(), queries }
    }

    fn row(&self, query: &Query) -> i32 {
        let place = self.shape.place(usize::from(query.goods), usize::from(query.origin), self.shape.band(query.weight));
        let rows = &self.rows[self.starts[place] as usize..self.starts[place + 1] as usize];
        rows.iter().find(|(_, row)| row.applies(query)).map_or(-1, |(number, _)| *number as i32)
    }
}

impl Contender for Grid<'_> {
    fn name(&self) -> &'static str {
        "grid by hand"
    }

    fn find(&mut self, from: usize, found: &mut [i32]) {
        for (row, query) in found.iter_mut().zip(&self.queries[from..]) {
            *row = self.row(query);
        }
    }
}
