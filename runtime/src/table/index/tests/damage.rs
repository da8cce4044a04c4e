//! Words that are no index, or no longer the one they were.

use super::super::super::samples::{self, Random, Sample};
use super::super::layout::{CUT, HEAD, Link};
use super::{Index, Mode, boxes};

#[test]
fn damaged_words_are_refused_or_walked_to_an_end() {
    let columns = [(0, 1 << 33), (0, 40), (-3, 500), (0, 1)];
    let tables = [samples::mixed(400, &columns, 1), samples::tariff(400, 2), samples::cross(100, 3), samples::mixed(20, &columns, 4)];
    let mut random = Random::new(11);
    for sample in &tables {
        let boxes = boxes(sample);
        let points = samples::points(sample, 20, 1);
        let mut found = Vec::new();
        for mode in [Mode::First, Mode::All] {
            let sound = Index::build(&boxes, mode);
            let mut accepted = 0;
            for _ in 0..2_000 {
                let mut words = sound.words().to_vec();
                for _ in 0..random.between(1, 2) {
                    damage(&mut random, &mut words);
                }
                let Ok(index) = Index::from_words(&words) else { continue };
                accepted += 1;
                let _ = index.report();
                for point in &points {
                    let _ = index.first(point);
                    index.all(point, &mut found);
                }
            }
            assert!(accepted > 0, "no damage leaves an index: then nothing was walked");
        }
    }
}

fn damage(random: &mut Random, words: &mut Vec<u64>) {
    let last = words.len() as i64 - 1;
    let [at, other] = [0; 2].map(|_| random.between(0, last) as usize);
    match random.between(0, 5) {
        0 => words[at] ^= 1 << random.between(0, 63),
        1 => words[at] = words[other],
        2 => words[at] = random.bits(),
        3 => words[at] = words[at].wrapping_add(1),
        4 => words[at] ^= 1 << random.between(0, 12),
        _ => words.truncate(at),
    }
}

#[test]
fn what_is_no_index_is_refused() {
    assert!(Index::from_words(&[]).is_err());
    assert!(Index::from_words(&[0; 40]).is_err());
    let sound = Index::build(&boxes(&samples::tariff(100, 1)), Mode::First).words().to_vec();
    let mut longer = sound.clone();
    longer.push(0);
    assert!(Index::from_words(&longer).is_err());
    assert!(Index::from_words(&sound[..sound.len() - 1]).is_err());
    let mut columns = sound.clone();
    columns[1] = u64::from(u32::MAX);
    assert!(Index::from_words(&columns).is_err());
    // A root that leads to itself, or past one of its children to a node below it.
    let rows = (0..100).map(|row| vec![Some(vec![(1_000 * row, 1_000 * row + 999)])]).collect();
    let sound = Index::build(&boxes(&Sample { columns: vec![(0, 1 << 40)], rows }), Mode::All).words().to_vec();
    let root = HEAD + 2;
    let right = Link(sound[root + 3]).at();
    assert!(sound[root] as u8 == CUT && sound[right] as u8 == CUT, "a column of so many keys is cut");
    for to in [Link::new(Link(sound[root + 2]).row(), root as u32).0, sound[right + 2]] {
        let mut circle = sound.clone();
        circle[root + 2] = to;
        assert!(Index::from_words(&circle).is_err(), "the root leads to {to:#x}");
    }
}
