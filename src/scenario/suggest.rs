//! The closest valid name to a misspelt one.

use crate::scenario::limits::{CLOSEST_NAMES_MAX, CLOSEST_WORD_MAX};

/// The candidate with the least edit distance to `word`, if it is close enough to be meant; the first of equals.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let folded = fold(word)?;
    let bound = match folded.len() {
        1 => 0,
        length => (length / 3).max(1),
    };
    let mut best: Option<(usize, &str)> = None;
    let mut longer: Option<&str> = None;
    for candidate in candidates.into_iter().take(CLOSEST_NAMES_MAX) {
        let Some(other) = fold(candidate) else {
            continue;
        };
        // A word cut short is meant to be the shortest that goes on with it.
        if folded.len() >= BEGINNING_MIN
            && other.starts_with(&folded)
            && longer.is_none_or(|longer| candidate.len() < longer.len())
        {
            longer = Some(candidate);
        }
        if other.len().abs_diff(folded.len()) > bound {
            continue;
        }
        let distance = distance(&folded, &other);
        if distance <= bound && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate).or(longer)
}

/// A beginning shorter than this tells nothing.
const BEGINNING_MIN: usize = 3;

fn fold(word: &str) -> Option<Vec<char>> {
    let letters: Vec<char> = word.chars().take(CLOSEST_WORD_MAX + 1).collect();
    (!letters.is_empty() && letters.len() <= CLOSEST_WORD_MAX)
        .then(|| letters.iter().flat_map(|c| c.to_lowercase()).collect())
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_word_wins_and_far_ones_are_not_offered() {
        let words = ["server", "subnet", "scope_name"];
        assert_eq!(closest("sevrer", words), Some("server"));
        assert_eq!(closest("Server", words), Some("server"));
        assert_eq!(closest("scopename", words), Some("scope_name"));
        assert_eq!(closest("relation", words), None);
        assert_eq!(closest("", words), None);
        assert_eq!(closest("a", ["B", "A"]), Some("A"));
        assert_eq!(closest("a", ["b"]), None);
        assert_eq!(
            closest("IPAM", ["IPAM Administrators", "IPAM Users"]),
            Some("IPAM Users")
        );
    }
}
