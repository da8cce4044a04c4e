//! Names that somebody may have meant.

/// The known name nearest to what was written, if it is near enough to be a slip of the pen.
pub(crate) fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    // Longer texts are no names with a slip in them, and comparing them would take long.
    let written: Vec<char> = written.chars().take(65).flat_map(char::to_lowercase).collect();
    if written.len() > 64 {
        return None;
    }
    let distance = |name: &str| edits(&written, &name.chars().flat_map(char::to_lowercase).collect::<Vec<_>>());
    let near = |name: &&str| name.len() <= 256;
    let (distance, name) = known.filter(near).map(|name| (distance(name), name)).min_by_key(|(distance, _)| *distance)?;
    (distance <= (written.len() / 3).max(1) && distance < name.chars().count()).then(|| name.to_owned())
}

/// The least number of letters to add, drop, replace or swap with their neighbour to make one name of the other.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = vec![];
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut next = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            let replaced = row[j] + usize::from(x != y);
            next[j + 1] = replaced.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                next[j + 1] = next[j + 1].min(before[j - 1] + 1);
            }
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let known = || ["booked", "born", "last_end"].into_iter();
        assert_eq!(nearest("bookd", known()).as_deref(), Some("booked"));
        assert_eq!(nearest("lastEnd", known()).as_deref(), Some("last_end"));
        assert_eq!(nearest("bron", known()).as_deref(), Some("born"));
        assert_eq!(nearest("salary", known()), None);
        assert_eq!(nearest("", known()), None);
        assert_eq!(nearest(&"x".repeat(1_000_000), known()), None);
    }
}
