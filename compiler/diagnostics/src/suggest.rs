//! "Did you mean": the nearest of some names.

/// The candidate closest to `name`, for "did you mean"; none if nothing is near.
///
/// Near means an optimal string alignment distance (Damerau 1964: insertion, deletion, substitution, transposition of
/// neighbours) of at most a third of the length, at least 1; a difference in case alone is nearest.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let threshold = (length / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name && candidate.chars().count().abs_diff(length) <= threshold)
        .map(|candidate| (nearness(name, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= threshold && distance < candidate.chars().count())
        .min_by_key(|&(distance, candidate)| (distance, candidate.len().abs_diff(name.len())))
        .map(|(_, candidate)| candidate)
}

fn nearness(name: &str, candidate: &str) -> usize {
    match name.to_lowercase() == candidate.to_lowercase() {
        true => 0,
        false => distance(name, candidate),
    }
}

/// Three rows of the dynamic programme are enough: transposition looks two rows back.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substituted = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substituted.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("a", "", 1), ("abc", "abd", 1), ("abc", "acb", 1), ("kitten", "sitting", 3), ("ab", "ba", 1)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let names = ["Normal", "HalfNormal", "Gamma", "length", "x", "mu"];
        assert_eq!(suggest("Nromal", names), Some("Normal"));
        assert_eq!(suggest("normal", names), Some("Normal"));
        assert_eq!(suggest("lenght", names), Some("length"));
        assert_eq!(suggest("nu", names), Some("mu"));
        assert_eq!(suggest("y", names), None);
        assert_eq!(suggest("Cauchy", names), None);
        assert_eq!(suggest("x", names), None);
    }
}
