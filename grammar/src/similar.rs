//! Which known word a misspelt or foreign one resembles.

/// Words of other languages, and what they are called here.
const FOREIGN: [(&str, &str); 51] = [
    ("wenn", "when"),
    ("falls", "when"),
    ("dann", "then"),
    ("sonst", "otherwise"),
    ("und", "and"),
    ("oder", "or"),
    ("nicht", "not"),
    ("weil", "because"),
    ("regel", "rule"),
    ("quand", "when"),
    ("alors", "then"),
    ("si", "when"),
    ("sinon", "otherwise"),
    ("et", "and"),
    ("ou", "or"),
    ("règle", "rule"),
    ("cuando", "when"),
    ("entonces", "then"),
    ("regla", "rule"),
    ("return", "then"),
    ("default", "otherwise"),
    ("null", "missing"),
    ("none", "missing"),
    ("nil", "missing"),
    ("function", "define"),
    ("func", "define"),
    ("fn", "define"),
    ("def", "define"),
    ("const", "param"),
    ("var", "let"),
    ("import", "use"),
    ("class", "record"),
    ("struct", "record"),
    ("elif", "else"),
    ("returns", "gives"),
    ("returning", "gives"),
    ("yields", "gives"),
    ("outputs", "gives"),
    ("gibt", "gives"),
    ("ergibt", "gives"),
    ("parce_que", "because"),
    ("porque", "because"),
    ("perché", "because"),
    ("se", "when"),
    ("allora", "then"),
    ("als", "when"),
    ("dan", "then"),
    ("entscheidung", "decision"),
    ("gruppe", "group"),
    ("groupe", "group"),
    ("reason", "because"),
];

/// The longest word that is compared: nothing longer resembles a keyword.
const LONGEST: usize = 24;

/// The known word that a word resembles most, if any does.
pub(crate) fn similar<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = word.to_lowercase();
    if lower.chars().count() > LONGEST {
        return None;
    }
    let translated = FOREIGN.iter().find(|(foreign, _)| *foreign == lower).map(|(_, here)| *here);
    if let Some(found) = translated.and_then(|here| known.iter().find(|known| **known == here)) {
        return Some(found);
    }
    let near = known.iter().map(|known| (distance(&lower, &known.to_lowercase()), *known));
    let (distance, best) = near.min_by_key(|(distance, _)| *distance)?;
    let shorter = best.chars().count().min(lower.chars().count());
    let allowed = if shorter < 3 { 0 } else { shorter.div_ceil(3).min(2) };
    (distance <= allowed).then_some(best)
}

/// How many letters must be changed, added, left out or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}
