//! Names that an author may have meant.

/// The candidate nearest to `name`, if it is near enough to be a slip; the first of equals.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // A name of one or two letters is near to too many others: only its case may differ.
    let limit = (name.chars().count() / 3).min(3);
    let near = |candidate: &&str| {
        // Of ASCII letters as many differ as there are more on one side.
        let longest = if name.is_ascii() && candidate.is_ascii() && candidate.len().min(name.len()) < 64 { limit } else { 4 * limit + 8 };
        *candidate != name && candidate.len().abs_diff(name.len()) <= longest
    };
    let scored = candidates.into_iter().filter(near).map(|candidate| (distance(name, candidate), candidate));
    let best = scored.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance);
    best.map(|(_, candidate)| candidate.to_string())
}

/// `did you mean …?`, if there is a near candidate.
#[must_use]
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// The most comparisons of names that the suggestions of all findings may take.
const MOST_COMPARED: usize = 500_000;

/// A name is compared with so many at least: with words of the language, too.
const FEWEST: usize = 16;

/// Whether one more suggestion among so many names is worth its time, when there are so many findings already: whoever has broken a
/// thousand names has another trouble than spelling.
#[must_use]
pub fn worth_it(findings: usize, names: usize) -> bool {
    findings.saturating_mul(names.max(FEWEST)) <= MOST_COMPARED
}

/// The number of letters to insert, delete, replace or swap with their neighbour, letter case counting nothing (the optimal string alignment
/// distance). Names longer than 64 letters are compared by their first 64.
fn distance(a: &str, b: &str) -> usize {
    let letters = |text: &str| text.chars().take(64).flat_map(char::to_lowercase).collect::<Vec<_>>();
    let (a, b) = (letters(a), letters(b));
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        rows[i][0] = i;
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        assert_eq!(nearest("seat", ["seats", "paint"]), Some("seats".into()));
        assert_eq!(nearest("aprove", ["reject", "approve"]), Some("approve".into()));
        assert_eq!(nearest("recieve", ["receive"]), Some("receive".into()));
        assert_eq!(nearest("x", ["total", "worker", "y"]), None);
        assert_eq!(nearest("EU", ["eu", "us"]), Some("eu".into()));
    }
}
